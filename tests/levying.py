"""Customs returns in few words for the tests of the levy: write, import, read back. All of it is invented."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from ledger.entry import EntryDraft, Line
from ledger.levy.assess import take_return
from ledger.levy.chain import Collection, collections
from ledger.levy.return_rules import CustomsReturn
from ledger.unit import Ledger
from reconcile.returns_file import read_bytes

HEADINGS = (
    "etat;bureau;periode;declarations;valeur_en_douane;code_exoneration;liquide;recouvre;reverse;"
    "reference_reversement;date_reversement"
)
Row = str


def month(
    office: str = "BF901",
    period: str = "2025-06",
    base: int = 200_000_000,
    assessed: int = 1_000_000,
    collected: int | None = None,
    remitted: int | None = None,
    reference: str = "",
    day: str = "",
    declarations: int = 10,
) -> Row:
    """The taxable row of an office's month; collected and remitted are what is assessed unless said otherwise."""
    collected = assessed if collected is None else collected
    remitted = collected if remitted is None else remitted
    reference = reference or (f"REV-{office}-{period}" if remitted else "")
    day = day or (f"{period[:5]}{int(period[5:]) + 1:02d}-10" if remitted else "")
    cells = (office[:2], office, period, declarations, base, "", assessed, collected, remitted, reference, day)
    return ";".join(map(str, cells))


def exempt(office: str = "BF901", period: str = "2025-06", code: str = "E03", value: int = 40_000_000) -> Row:
    """A row of exempt value."""
    return f"{office[:2]};{office};{period};2;{value};{code};0;0;0;;"


def text(*rows: Row, headings: str = HEADINGS) -> str:
    """The file as a Treasury sends it."""
    return "\r\n".join((headings, *rows)) + "\r\n"


def read(*rows: Row, name: str = "etat.csv") -> CustomsReturn:
    """The file, read."""
    return read_bytes(text(*rows).encode("utf-8"), name)


def take(ledger: Ledger, *rows: Row, book: str | None = None, name: str = "etat.csv") -> dict[str, Any]:
    """Import the rows as one file."""
    one = read(*rows, name=name)
    return ledger.perform("collection import", lambda unit: take_return(unit, one, book), payload=one.sha256)


def credit(
    amount: int, reference: str | None, book: str = "BF", day: date = date(2025, 7, 11), account: str = "4487"
) -> EntryDraft:
    """D 5211x / C 4487x as the reconciliation posts it, the reference on the levy's line."""
    suffix = {"BF": "1", "ML": "2", "NE": "3"}[book]
    lines = (Line(f"5211{suffix}", amount), Line(f"{account}{suffix}", 0, amount, reference=reference))
    return EntryDraft(book, "BQ", day, reference or "RELEVE", "Reversement", lines, origin="statement")


def chain(ledger: Ledger, **named: Any) -> list[Collection]:
    """The rows of the chain."""
    with ledger.read() as connection:
        return collections(connection, **named)


def figures(rows: Iterable[Collection], *names: str) -> list[tuple[Any, ...]]:
    """Some fields of each row."""
    return [tuple(getattr(row, name) for name in names) for row in rows]
