"""Find the header of an opened table, by its words, by a declared layout, or by what its columns hold."""

import re

from reconcile.amount import AmountUnreadable, parse_amount
from reconcile.currency import is_currency
from reconcile.dates import column_pattern
from reconcile.profile import Profile, check, fingerprint, profile_needed
from reconcile.readers.table import Cell, Row, Table, is_blank, text_of
from reconcile.readers.table_header import SEARCH_ROWS, Header, find_header, map_names

_MONEY = re.compile(r"[-+]?(?:\d+|\d{1,3}(?:[ .\u00a0\u202f]\d{3})+|\d{1,3}(?:,\d{3})+)(?:[.,]\d{1,2})?")
_SIGNED = re.compile(r"^[-+]|[.,]\d{2}$")
_ACCOUNT = re.compile(r"(?=(?:.*\d){8})[A-Z]{0,2}[A-Z0-9 -]{8,34}")
_TIMED = re.compile(r"\d[ T]\d{1,2}:\d{2}")


def header_of(table: Table, profile: Profile | None = None) -> Header | None:
    """Where the columns are; None when nothing in the table says so.

    Refuses `profile_header_changed` when a declared layout no longer fits.
    """
    if profile is not None:
        return _declared(table, profile)
    return find_header(table.rows) or _by_content(table.rows)


def unknown_layout(table: Table) -> Exception:
    """The refusal of a table without a header that is known: what it holds, so that a layout can be declared."""
    widest = max((len(row) for row in table.rows[:SEARCH_ROWS]), default=0)
    if widest < 3:
        return table.refusal(
            "header_not_found",
            "Aucun tableau de mouvements n'a été trouvé dans les 40 premières lignes. "
            "Attendu : une ligne de titres avec une date, un libellé et un montant (ou un débit et un crédit). "
            "Demandez à la banque un export au format CSV ou XLSX.",
        )
    full = (index for index, row in enumerate(table.rows[:SEARCH_ROWS]) if _filled(row) >= 3)
    first = next(full, 0)
    shown = [[text_of(cell) for cell in row] for row in table.rows[first : first + 6]]
    return profile_needed(shown[0], shown[1:], format=table.format)


def _declared(table: Table, profile: Profile) -> Header:
    start = profile.skip_rows
    if not profile.header:
        header = Header(dict(_placed(profile)), [], start, start)
        header.notes.append("profile_used")
        return header
    nearest: list[str] = []
    for top, row in enumerate(table.rows[start : start + SEARCH_ROWS], start=start):
        names = [text_of(cell) for cell in row]
        if fingerprint(names) == profile.fingerprint:
            header = Header(dict(_placed(profile)), names, top, top + 1)
            header.notes.append("profile_used")
            return header
        if len(set(names) & set(profile.header)) > len(set(nearest) & set(profile.header)) or not nearest:
            nearest = names
    check(profile, nearest, format=table.format)
    raise AssertionError("a header with the fingerprint of the profile was passed over")


def _placed(profile: Profile) -> list[tuple[str, int]]:
    return [(meaning, place) for place, meaning in profile.columns]


def _filled(row: Row) -> int:
    return sum(1 for cell in row if not is_blank(cell))


def _by_content(rows: list[Row]) -> Header | None:
    """A table without header whose columns prove what they are: dates, one signed amount, its currency, a label.

    Nothing is guessed about money: two columns that could be the amount, or none with a currency beside it,
    and the table stays unknown.
    """
    body = [row for row in rows if _filled(row)]
    if not body or len({len(row) for row in body}) != 1 or not 4 <= len(body[0]) <= 20:
        return None
    columns = [[row[place] for row in body] for place in range(len(body[0]))]
    kinds = [_kind(column) for column in columns]
    dates = [place for place, kind in enumerate(kinds) if kind == "date"]
    amounts = [place for place, kind in enumerate(kinds) if kind == "amount"]
    currencies = [place for place, kind in enumerate(kinds) if kind == "currency"]
    texts = [place for place, kind in enumerate(kinds) if kind == "text"]
    accounts = [place for place, kind in enumerate(kinds) if kind == "account"]
    if len(amounts) != 1 or len(currencies) != 1 or not 1 <= len(dates) <= 2 or not texts:
        return None
    label = max(texts, key=lambda place: sum(len(text_of(cell)) for cell in columns[place]))
    found = {"date": dates[0], "amount": amounts[0], "currency": currencies[0], "label": label}
    if len(dates) == 2:
        found["value"] = dates[1]
    if len(accounts) == 1:
        found["account"] = accounts[0]
    top = next(index for index, row in enumerate(rows) if _filled(row))
    return Header(found, [], top, top, notes=["header_absent"])


def _kind(column: list[Cell]) -> str | None:
    texts = [text_of(cell) for cell in column]
    if all(not text for text in texts):
        return "blank"
    if not all(texts):
        return None
    if all(is_currency(text) for text in texts):
        return "currency"
    if any(_TIMED.search(text) for text in texts[:5]):
        return "time"
    if len(set(texts)) == 1 and len(texts) > 1 and _ACCOUNT.fullmatch(texts[0]):
        return "account"
    if all(_MONEY.fullmatch(text) for text in texts) and any(_SIGNED.search(text) for text in texts):
        return "amount" if all(map(_readable, texts)) else None
    if column_pattern(sorted(set(texts))) is not None:
        return "date"
    return "text" if any(re.search(r"[^\W\d_]{2}", text) for text in texts) else None


def _readable(text: str) -> bool:
    try:
        parse_amount(text, 2)
    except AmountUnreadable:
        return False
    return True


def shifted(table: Table, header: Header) -> Header:
    """The header with its `Crédit` and `Débit` names taken as one column, where the rows have one fewer cell.

    Some banks name two columns and fill one, so that everything to its right sits one place to the left of
    its name. Recognised only when, under the names as they are, the currency column holds amounts and the
    amounts hold currencies.
    """
    columns = header.columns
    if not header.split or abs(columns["debit"] - columns["credit"]) != 1 or "amount" in columns:
        return header
    rows = (row for row in table.rows[header.first :] if _filled(row) >= 4)
    left, right = sorted((columns["debit"], columns["credit"]))
    seen = False
    for row in rows:
        seen = True
        if len(row) <= right or not is_currency(text_of(row[right])) or not _readable(text_of(row[left])):
            return header
    if not seen:
        return header
    names = [*header.names[:left], "Montant", *header.names[right + 1 :]]
    moved = map_names(names, header.top, header.first)
    moved.notes.append("header_shifted")
    return moved
