"""The hash chain of each book, recomputed from the stored rows."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from ledger.book import BOOKS
from ledger.chain import ENTRY_FIELDS, GENESIS, LINE_FIELDS, entry_hash
from ledger.check import Check, Row
from ledger.read import journal_entries
from ledger.tables.commands import command_log
from ledger.tables.journal import entry
from ledger.tables.types import instant_text


def as_hashed(value: object) -> object:
    """Dates and instants as the text that was hashed."""
    import datetime as dt

    if isinstance(value, dt.datetime):
        return instant_text(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def broken_links(connection: Connection) -> Iterable[Row]:
    """Entries whose hash, previous hash or position is not what the rows say."""
    heads: dict[str, tuple[int, str]] = {}
    for sealed, lines in journal_entries(connection):
        position, previous = heads.get(sealed.book, (0, GENESIS))
        digest = entry_hash(
            (as_hashed(getattr(sealed, name)) for name in ENTRY_FIELDS),
            ([as_hashed(getattr(line, name)) for name in LINE_FIELDS] for line in lines),
        )
        if (sealed.hash, sealed.previous_hash, sealed.position) != (digest, previous, position + 1):
            yield {"entry": sealed.reference, "stored": sealed.hash, "recomputed": digest, "previous": previous}
        heads[sealed.book] = (sealed.position, sealed.hash)


def heads(connection: Connection, known: int | None = None) -> dict[str, dict[str, object]]:
    """For each book: how many entries, and the hash of the last one; `known` is the last recorded entry that counts."""
    found: dict[str, dict[str, object]] = {}
    for code in BOOKS:
        row = connection.execute(
            select(entry.c.position, entry.c.hash)
            .where(entry.c.book == code, *([] if known is None else [entry.c.id <= known]))
            .order_by(entry.c.position.desc())
            .limit(1)
        ).one_or_none()
        found[code] = {"entries": 0, "hash": GENESIS} if row is None else {"entries": row.position, "hash": row.hash}
    return found


def expected_heads_check(expected: dict[str, dict[str, object]], commands: dict[str, object] | None = None) -> Check:
    """The books and the command log still contain the heads noted earlier: nothing was cut off or rewritten since."""

    def find(connection: Connection) -> Iterable[Row]:
        for book, head in sorted(expected.items()):
            if not head["entries"]:
                continue
            stored = connection.execute(
                select(entry.c.hash).where(entry.c.book == book, entry.c.position == head["entries"])
            ).scalar()
            if stored != head["hash"]:
                yield {"book": book, "entries": head["entries"], "expected": head["hash"], "found": stored}
        # books whose commands are not sealed yet have no head to compare
        if commands and commands["commands"] and commands["hash"] != GENESIS:
            own = select(command_log.c.hash).where(command_log.c.id == commands["commands"])
            found = connection.execute(own).scalar()
            if found != commands["hash"]:
                yield {"commands": commands["commands"], "expected": commands["hash"], "found": found}

    return Check("expected_heads", "Les têtes notées auparavant sont toujours dans les livres", find)


CHECKS = (Check("hash_chain", "La chaîne d'empreintes de chaque livre est intacte", broken_links),)
