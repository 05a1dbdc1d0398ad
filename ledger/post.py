"""Seal entries: check, number, chain, write; lines first, then the entry row that seals them."""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain, islice
from typing import Any

from sqlalchemy import bindparam, select

from ledger.bank_credit import check_bank_credit, takeover_until
from ledger.chart import account_events, accounts_touched, chart_accounts
from ledger.entry import EntryDraft, Line, SealedEntry
from ledger.entry_rules import Law, check_document_date, check_entry
from ledger.refusal import Refusal
from ledger.seal import Row, Sealer
from ledger.sealed_rows import write_rows
from ledger.tables.journal import entry, entry_line
from ledger.tables.periods import period_event
from ledger.transfer_rules import TransferAlone, TransferTooMany, TransferUsed, check_pair

CHUNK = 2_000
"""Entries written together; memory does not grow with the number of entries."""
IN_ONE_LOOK = 500
"""Keys looked up by one query."""
FEW = 20
"""Under so many entries, the accounts that they touch are looked up rather than the whole chart."""
PERIODS = select(period_event.c.book, period_event.c.year, period_event.c.period, period_event.c.action).order_by(
    period_event.c.id
)
OF_YEARS = PERIODS.where(period_event.c.year.in_(bindparam("years", expanding=True)))


class EntryKeyReused(Refusal):
    """The key of an entry already names another entry."""

    code = "entry_key_reused"
    sentence = (
        "La clé « {key} » désigne déjà l'écriture {entry}, dont le contenu diffère ({field} : « {found} » dans les "
        "livres, « {given} » dans l'envoi). Employez une clé neuve, ou renvoyez le même contenu."
    )


def law_of(connection: Any, drafts: Sequence[EntryDraft] | None = None) -> Law:
    """What the books know now: chart, closed accounts, closed periods; only what `drafts` touch, if given."""
    if drafts is None:
        events = connection.execute(PERIODS)
    else:
        events = connection.execute(OF_YEARS, {"years": sorted({draft.date.year for draft in drafts})})
    last = {(book, year, period): action for book, year, period, action in events}
    closed = frozenset(period for period, action in last.items() if action != "reopen")
    if drafts is None:
        return Law(chart_accounts(connection), account_events(connection), closed)
    return Law(*accounts_touched(connection, {line.account for draft in drafts for line in draft.lines}), closed)


def post_entries(unit: Any, drafts: Iterable[EntryDraft]) -> list[SealedEntry]:
    """Seal the entries, all or none (the unit of work rolls back), and return them in the order given.

    An entry whose `key` is already in the books with the same content is returned as it stands there.
    Refuses: what `check_entry`, `check_document_date`, `check_bank_credit` and `check_pair` refuse, entry_key_reused,
    transfer_alone, transfer_used, lines_without_entry.
    """
    given = list(drafts)
    sealed: dict[int, SealedEntry] = {}

    def keep(draft: EntryDraft, one: SealedEntry) -> None:
        sealed[id(draft)] = one

    post_many(unit, given, keep)
    return [sealed[id(draft)] for draft in given]


def post_many(
    unit: Any, drafts: Iterable[EntryDraft], seen: Callable[[EntryDraft, SealedEntry], None] | None = None
) -> int:
    """Seal a stream of entries in flat memory; `seen` is called for each one. Returns how many were given.

    Refuses: as `post_entries`.
    """
    stream = iter(drafts)
    first = list(islice(stream, FEW))
    law = law_of(unit.connection, first if len(first) < FEW else None)
    until, today = takeover_until(unit.connection), unit.now.date()
    sealer = Sealer(unit)
    count = 0
    paired = _side_by_side(chain(first, stream), law)
    for chunk in _chunks(paired):
        count += sum(len(group) for group in chunk)
        drafted = [draft for group in chunk for draft in group]
        known = _already_posted(unit.connection, drafted)
        fresh = [group for group in chunk if not all(draft.key in known for draft in group)]
        _transfers_are_new(unit.connection, [group[0].transfer for group in fresh if group[0].transfer is not None])
        with uncollected(len(chunk)):
            for group in fresh:
                for draft in group:
                    check_entry(draft, law)
                    check_document_date(draft, today)
                    check_bank_credit(draft, until)
            entries, lines = sealer.seal(fresh)
            write_rows(unit.connection, entries, lines)
        if seen is not None:
            for draft, row in zip(chain.from_iterable(fresh), entries, strict=True):
                seen(draft, _sealed(draft, row, unit.now))
            for draft in drafted:
                if draft.key in known:
                    seen(draft, known[draft.key])
    return count


def _sealed(draft: EntryDraft, row: Row, now: datetime) -> SealedEntry:
    """The entry as its row says it, days and instant as Python has them."""
    return SealedEntry._make((*row[:7], draft.date, row[8], draft.document_date, *row[10:19], now, *row[20:]))


@contextmanager
def uncollected(count: int) -> Iterator[None]:
    """Many rows without Python's cycle collector: sealing makes no cycle, and a collection reads every draft again."""
    wanted = count >= IN_ONE_LOOK and gc.isenabled()
    if wanted:
        gc.disable()
    try:
        yield
    finally:
        if wanted:
            gc.enable()


def _side_by_side(drafts: Iterable[EntryDraft], law: Law) -> Iterator[tuple[EntryDraft, ...]]:
    """Entries one by one, the two halves of a transfer together, as soon as the second one is met."""
    waiting: dict[str, EntryDraft] = {}
    done: set[str] = set()
    for draft in drafts:
        if draft.transfer is None:
            yield (draft,)
        elif draft.transfer in done:
            raise TransferTooMany(transfer=draft.transfer, book=draft.book)
        elif draft.transfer in waiting:
            first = waiting.pop(draft.transfer)
            done.add(draft.transfer)
            check_pair(first, draft, law.accounts)
            yield (first, draft)
        else:
            waiting[draft.transfer] = draft
    for draft in waiting.values():
        raise TransferAlone(transfer=draft.transfer, entry=f"{draft.journal}-{draft.book} « {draft.document} »")


def _chunks(groups: Iterable[tuple[EntryDraft, ...]]) -> Iterator[list[tuple[EntryDraft, ...]]]:
    """Groups written together; a key met again waits for the next chunk, which finds its entry in the books."""
    chunk: list[tuple[EntryDraft, ...]] = []
    keys: set[str] = set()
    for group in groups:
        own = [draft.key for draft in group if draft.key is not None]
        if len(chunk) == CHUNK or not keys.isdisjoint(own):
            yield chunk
            chunk, keys = [], set()
        chunk.append(group)
        keys.update(own)
    if chunk:
        yield chunk


def _transfers_are_new(connection: Any, transfers: list[str]) -> None:
    for start in range(0, len(transfers), IN_ONE_LOOK):
        row = connection.execute(
            select(entry)
            .where(entry.c.transfer.in_(transfers[start : start + IN_ONE_LOOK]))
            .order_by(entry.c.id)
            .limit(1)
        ).one_or_none()
        if row is not None:
            raise TransferUsed(transfer=row.transfer, entry=f"{row.book}/{row.journal}/{row.year}/{row.number}")


def _already_posted(connection: Any, drafts: list[EntryDraft]) -> Mapping[str | None, SealedEntry]:
    """The entries of the books that bear the keys of these drafts, checked to say the same thing."""
    from ledger.read import find_by_keys

    keyed = {draft.key: draft for draft in drafts if draft.key is not None}
    if not keyed:
        return {}
    found = find_by_keys(connection, list(keyed))
    lines = _lines_of(connection, [sealed.id for sealed in found.values()])
    for key, sealed in found.items():
        draft = keyed[key]
        asked = draft._replace(period=draft.period or draft.date.month)
        for field in ("book", "journal", "date", "period", "document", "document_date", "label", "transfer"):
            stands, given = getattr(sealed, field), getattr(asked, field)
            if given != stands:
                raise EntryKeyReused(key=key, entry=sealed.reference, field=field, found=stands, given=given)
        if lines[sealed.id] != draft.lines:
            raise EntryKeyReused(key=key, entry=sealed.reference, field="lignes", found="autres", given="celles-ci")
    return dict[str | None, SealedEntry](found.items())


def _lines_of(connection: Any, entries: list[int]) -> dict[int, tuple[Line, ...]]:
    found: dict[int, list[Line]] = {one: [] for one in entries}
    for start in range(0, len(entries), IN_ONE_LOOK):
        some = entry_line.c.entry_id.in_(entries[start : start + IN_ONE_LOOK])
        for row in connection.execute(select(entry_line).where(some).order_by(entry_line.c.position)):
            found[row.entry_id].append(
                Line(row.account, row.debit, row.credit, row.label, row.reference, row.value_date)
            )
    return {one: tuple(lines) for one, lines in found.items()}
