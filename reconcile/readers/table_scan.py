"""Tell the movements of a bank's table from its titles, totals, carried balances and continued labels."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from reconcile.dates import PATTERNS, Pattern
from reconcile.model import Fault
from reconcile.readers.faults import FAULTS_MAX
from reconcile.readers.table import Cell, Row, Table, normal, text_of
from reconcile.readers.table_header import Header

_MAYBE_CONTROL = re.compile(
    r"(?i)\W*(?:sous|total|totaux|solde|report|[aà] report|cumul|ancien|nouveau|opening|closing|balance|montant total)"
)
_CONTROL = re.compile(
    r"(?:sous total|total|totaux|solde|report|a reporter|cumul|ancien solde|nouveau solde|opening balance|"
    r"closing balance|balance (?:brought|carried)|montant total)\b"
)
_CONTROL_DATED = re.compile(
    r"(?:(?:sous )?tota(?:l|ux)(?: (?:des?|du|debits?|credits?|general|mouvements?|operations?|page|periode|a reporter|"
    r"au|debiteurs?|crediteurs?)\b.*)?|"
    r"solde(?: (?:initial|precedent|anterieur|debut|ancien|final|fin|nouveau|au|en|crediteur|debiteur|a la|a nouveau|"
    r"actuel|comptable|d ouverture|ouverture|de cloture|cloture|reporte|du compte|de debut|de fin|de depart)\b.*)?|"
    r"report(?: (?:a nouveau|solde|du solde|au|du|page)\b.*)?|a reporter.*|cumul(?: (?:des|du|debits?|credits?)\b.*)?|"
    r"ancien solde.*|nouveau solde.*|opening balance.*|closing balance.*|balance (?:brought|carried).*)"
)
_NO_MOVEMENT = re.compile(r"(?:pas de|aucune?|sans) (?:mouvement|operation)|neant|no transaction")
_NOT_BOOKED = re.compile(
    r"(?:autori[sz]|authori|pending|en attente|en cours|a venir|non comptabilis|non booked|not booked|pdng|prevu|"
    r"vorgemerkt|in sospeso|rejet|annul|echou|echec|failed|cancel|declined|refus)"
)


@dataclass(slots=True)
class Scan:
    """The rows of one table, sorted by what they are; indexes are those of `Table.rows`."""

    movements: list[int] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    values: list[date | None] = field(default_factory=list)
    continued: dict[int, list[str]] = field(default_factory=dict)
    """Further label texts, by the position of the movement they belong to."""
    controls: list[tuple[int, int, str]] = field(default_factory=list)
    """Index of the row, number of movements above it, its words."""
    footers: list[int] = field(default_factory=list)
    pending: int = 0
    from_value: bool = False
    """True when the booking dates are value dates, for want of others."""
    faults: list[Fault] = field(default_factory=list)


def scan_rows(table: Table, header: Header, pattern_name: str | None = None) -> Scan:
    """Sort the rows below the header. Linear; lists every row that cannot be trusted in `faults`."""
    scan = Scan()
    columns = header.columns
    day_column = header.day_column()
    scan.from_value = day_column is None
    day_at = columns["value"] if day_column is None else day_column
    value_at = None if day_column is None else columns.get("value")
    width = max([*columns.values(), *header.extras]) + 1
    money = _money_columns(header)
    left, right = money[0], money[-1]
    rows = table.rows
    for index in range(header.first, len(rows)):
        if len(rows[index]) < width:
            rows[index] = rows[index] + [""] * (width - len(rows[index]))
    body = rows[header.first :]
    dates = _dates(table, [row for row in body if row[left] != "" or row[right] != ""], day_at, value_at, pattern_name)
    value_dates = dates if value_at is not None else {}
    sorter = _Sorter(table, header, scan, money)
    status_at = columns.get("status")
    days = [dates.get(row[day_at]) for row in body]
    values = [value_dates.get(row[value_at]) for row in body] if value_at is not None else [None] * len(body)
    done = 0
    for place in [*_odd_places(body, days, columns["label"], (left, right), status_at), len(body)]:
        # the movements between two rows that ask for a second look, all at once
        end = place if len(scan.faults) < FAULTS_MAX else min(done + 1, place)
        scan.movements += range(header.first + done, header.first + end)
        scan.days += [day for day in days[done:end] if day is not None]
        scan.values += values[done:end]
        if (end > done and len(scan.faults) >= FAULTS_MAX) or place == len(body):
            break
        done = place + 1
        row, day = body[place], days[place]
        if status_at is not None and _is_movement(row, day, columns["label"], (left, right)):
            scan.pending += 1
        else:
            sorter.sort(header.first + place, day, day_at)
    if scan.from_value:
        scan.values = list(scan.days)
    return scan


def _is_movement(row: Row, day: date | None, label_at: int, money: tuple[int, int]) -> bool:
    label = row[label_at]
    told = isinstance(label, str) and _MAYBE_CONTROL.match(label)
    return day is not None and not told and not (row[money[0]] == "" and row[money[1]] == "")


def _odd_places(
    body: list[Row], days: list[date | None], label_at: int, money: tuple[int, int], status_at: int | None
) -> list[int]:
    """Where the rows are that are not plainly a movement, or one that the bank has not booked."""
    left, right = money
    may_control = _MAYBE_CONTROL.match
    odd = [
        place
        for place, (row, day) in enumerate(zip(body, days, strict=True))
        if day is None
        or (row[left] == "" and row[right] == "")
        or (isinstance(label := row[label_at], str) and may_control(label))
    ]
    if status_at is None:
        return odd
    known = set(odd)
    waiting = (place for place, row in enumerate(body) if _NOT_BOOKED.match(normal(text_of(row[status_at]))))
    return sorted(known.union(waiting))


def _money_columns(header: Header) -> list[int]:
    names = ("debit", "credit") if header.split else ("amount",)
    return [header.columns[name] for name in names]


def _dates(
    table: Table, rows: list[Row], day_at: int, value_at: int | None, pattern_name: str | None
) -> dict[Cell, date | None]:
    """Every distinct date cell with its date; one pattern for a column, for both columns where one fits both."""
    days = {row[day_at] for row in rows if row[day_at] != ""}
    values = {row[value_at] for row in rows if row[value_at] != ""} if value_at is not None else set()
    together = _pattern_of(days | values, pattern_name)
    read: dict[Cell, date | None] = {}
    for cells in (values, days):
        pattern = together or _pattern_of(cells, pattern_name, most=True)
        for cell in cells:
            read[cell] = cell_date(cell, pattern, table.since_1904)
    return read


def _pattern_of(cells: Iterable[Cell], name: str | None, *, most: bool = False) -> Pattern | None:
    """The pattern that all the texts fit; with `most`, the one that the greatest number fits."""
    if name:
        return next((pattern for pattern in PATTERNS if pattern.name == name), None)
    texts = [text for cell in cells if isinstance(cell, str) and re.match(r"\s*\d", text := cell)]
    if not texts:
        return None
    best, best_count = None, 0
    for pattern in PATTERNS:
        count = sum(1 for text in texts if pattern.parse(text) is not None)
        if count == len(texts):
            return pattern
        if count > best_count:
            best, best_count = pattern, count
    return best if most else None


def cell_date(cell: Cell, pattern: Pattern | None, since_1904: bool = False) -> date | None:
    """The date in a cell of a date column: printed, a spreadsheet's date, or its number of days."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, (int, float)):
        return serial_date(cell, since_1904)
    return pattern.parse(cell) if pattern else None


def serial_date(days: int | float, since_1904: bool = False) -> date | None:
    """The date that a spreadsheet stores as a number of days; None outside 1990-2100."""
    epoch = date(1904, 1, 1) if since_1904 else date(1899, 12, 30)
    if not 0 < days < 80_000:
        return None
    day = epoch + timedelta(days=int(days))
    return day if 1990 <= day.year <= 2100 else None


class _Sorter:
    """Decides about the rows that are not plainly a movement."""

    def __init__(self, table: Table, header: Header, scan: Scan, money: list[int]) -> None:
        self.table, self.header, self.scan, self.money = table, header, scan, money
        self.header_words = [normal(name) for name in header.names]
        self.last_continued = -1

    def sort(self, index: int, day: date | None, day_at: int) -> None:
        row = self.table.rows[index]
        texts = [text_of(cell) for cell in row]
        if not any(texts):
            return
        paid = any(texts[at] for at in self.money)
        words = normal(texts[self.header.columns["label"]])
        if day is not None:
            self._dated(index, day, words, paid)
            return
        control = next((found for text in texts if _CONTROL.match(found := normal(text))), None)
        if control:
            self.scan.controls.append((index, len(self.scan.movements), control))
            self.scan.footers.append(index)
        elif not paid:
            self._text_only(index, texts, day_at)
        elif self._repeats_header(texts):
            return
        elif not texts[day_at] and self._waiting(texts, day_at):
            self.scan.pending += 1
        elif not words and not texts[day_at] and self.header.split and all(texts[at] for at in self.money):
            self.scan.controls.append((index, len(self.scan.movements), "total"))
        else:
            self._date_fault(index, texts[day_at])

    def _dated(self, index: int, day: date, words: str, paid: bool) -> None:
        row = self.table.rows[index]
        if _CONTROL_DATED.fullmatch(words):
            self.scan.controls.append((index, len(self.scan.movements), words))
            self.scan.footers.append(index)
            return
        if paid:
            self.scan.movements.append(index)
            self.scan.days.append(day)
            at = self.header.columns.get("value")
            pattern = _pattern_of([row[at]], None) if at is not None else None
            self.scan.values.append(cell_date(row[at], pattern, self.table.since_1904) if at is not None else None)
        elif not _NO_MOVEMENT.search(words):
            self.scan.faults.append(
                Fault(
                    "amount_unreadable",
                    f"{self.table.place(index)} : mouvement daté du {day:%d/%m/%Y} sans montant. "
                    "Demandez à la banque un relevé complet.",
                    {"row": self.table.numbers[index], "day": day.isoformat()},
                )
            )

    def _text_only(self, index: int, texts: list[str], day_at: int) -> None:
        """A continued label when only label columns are filled, after a movement; else a footer."""
        allowed = {self.header.columns["label"], *self.header.extras, day_at}
        filled = [place for place, text in enumerate(texts) if text]
        follows = bool(self.scan.movements) and index - 1 in (self.scan.movements[-1], self.last_continued)
        label = texts[self.header.columns["label"]]
        if follows and label and not texts[day_at] and set(filled) <= allowed:
            self.scan.continued.setdefault(len(self.scan.movements) - 1, []).append(label)
            self.last_continued = index
        else:
            self.scan.footers.append(index)

    def _repeats_header(self, texts: list[str]) -> bool:
        return [normal(text) for text in texts[: len(self.header_words)]] == self.header_words

    def _waiting(self, texts: list[str], day_at: int) -> bool:
        """A row that has the date of the operation but none of its booking."""
        others = (self.header.columns.get(name) for name in ("transaction", "date"))
        balance = self.header.columns.get("balance")
        return any(at is not None and at != day_at and texts[at] for at in others) and (
            balance is None or not texts[balance]
        )

    def _date_fault(self, index: int, found: str) -> None:
        shown = f"« {found[:40]} » n'est pas une date" if found else "un montant sans date"
        self.scan.faults.append(
            Fault(
                "date_unreadable",
                f"{self.table.place(index)} : {shown}. Attendu : une date écrite comme dans les autres lignes. "
                "Demandez à la banque un relevé corrigé.",
                {"row": self.table.numbers[index], "found": found[:200]},
            )
        )
