"""Read a bank statement exported as delimited text (`;`, comma, tab or `|`)."""

import csv
import io
from itertools import islice
from typing import Literal

from reconcile.model import FileRefused, Statement
from reconcile.profile import Profile
from reconcile.readers.table import COLUMNS_MAX, ROWS_MAX, Row, Table
from reconcile.readers.table_header import SEARCH_ROWS
from reconcile.readers.table_open import header_of, shifted, unknown_layout
from reconcile.readers.table_statement import read_statements
from reconcile.text import decode

FORMAT = "csv"
DELIMITERS = (";", ",", "\t", "|")

_PROBE_ROWS = 200
_ROWS_READ = ROWS_MAX + SEARCH_ROWS + 1


def read(data: bytes, profile: Profile | None = None, *, bound_currency: str | None = None) -> tuple[Statement, ...]:
    """The statements of a CSV file, as the account holder sees them: money in positive.

    Amounts in the currency's minor unit. Without `profile`, the columns are known by the words of their
    header, or prove themselves by what they hold; `bound_currency`, the account's own, serves a file that
    states none. Newest-first files are put in order of date.
    Refuses (`FileRefused`): see `table_statement.read_statements`; also `profile_needed`, `header_not_found`,
    `structure` (quotes, columns), `encoding`, `file_too_large`.
    """
    text = decode(data).text
    if "\0" in text:
        raise Table(FORMAT, [], []).refusal(
            "encoding",
            "Le fichier contient des caractères nuls : ce n'est pas un texte. Attendu : un fichier CSV. "
            "Demandez à la banque un nouvel export.",
        )
    delimiter = profile.delimiter if profile and profile.delimiter else _delimiter(text, profile)
    table = _table(text, delimiter)
    header = header_of(table, profile)
    if header is None:
        raise unknown_layout(table)
    if profile is None:
        header = shifted(table, header)
    _check_widths(table, max(len(header.names), 1 + max(header.columns.values())), header.first, bool(header.names))
    return read_statements(table, header, profile, bound_currency)


def _delimiter(text: str, profile: Profile | None) -> str:
    """The delimiter under which a header is found and the rows below it have its number of fields."""
    best, best_score = ";", (False, 0.0, 0)
    sample = text[:200_000]
    for delimiter in DELIMITERS:
        try:
            rows = [
                row
                for row, _ in zip(
                    csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), range(_PROBE_ROWS), strict=False
                )
            ]
        except csv.Error:
            continue
        cells: list[Row] = [list(row) for row in rows]
        table = Table(FORMAT, cells, list(range(1, len(cells) + 1)))
        try:
            header = header_of(table, profile)
        except FileRefused:
            header = None
        body = [row for row in (cells[header.first :] if header else cells) if any(row)]
        width = len(header.names) if header and header.names else max((len(row) for row in body), default=0)
        same = sum(1 for row in body if len(row) == width) / len(body) if body else 0.0
        score = (header is not None, same if width > 1 else 0.0, width)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _table(text: str, delimiter: str) -> Table:
    """All the rows. A quote that is never closed would swallow the rest of the file: it is refused."""
    try:
        rows, numbers = _rows(text, delimiter, csv.QUOTE_MINIMAL)
    except csv.Error as quoted:
        try:
            rows, numbers = _rows(text, delimiter, csv.QUOTE_NONE)
        except csv.Error:
            raise _quotes(str(quoted)) from quoted
        widths = {len(row) for row in rows[SEARCH_ROWS:] or rows if row}
        if len(widths) > 1:
            raise _quotes(str(quoted)) from quoted
    return Table(FORMAT, rows, numbers)


def _rows(text: str, delimiter: str, quoting: Literal[0, 3]) -> tuple[list[Row], list[int]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting, strict=True)
    plain: list[Row] = list(islice(reader, _ROWS_READ))  # type: ignore[arg-type]  # a list of str is a Row
    if reader.line_num == len(plain) < _ROWS_READ:
        return plain, list(range(1, len(plain) + 1))
    rows: list[Row] = []
    numbers: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting, strict=True)
    before = 0
    for row in reader:
        rows.append(list(row))
        numbers.append(before + 1)
        if reader.line_num - before > 1:
            _check_swallowed(row, delimiter, before + 1)
        before = reader.line_num
        if len(rows) >= _ROWS_READ:
            raise Table(FORMAT, [], []).refusal(
                "file_too_large",
                f"Le fichier a plus de {ROWS_MAX} lignes. Demandez à la banque des relevés plus courts, par mois.",
                limit=ROWS_MAX,
            )
    return rows, numbers


def _check_swallowed(row: list[str], delimiter: str, number: int) -> None:
    """A quoted label may hold a line break, but not whole rows."""
    for cell in row:
        if any(line.count(delimiter) >= max(len(row) - 1, 2) for line in cell.splitlines()):
            raise _quotes(f"ligne {number}")


def _quotes(detail: str) -> FileRefused:
    return Table(FORMAT, [], []).refusal(
        "structure",
        f"Les guillemets du fichier ne se ferment pas ({detail}) : des lignes entières seraient perdues. "
        "Attendu : des guillemets par paires. Demandez à la banque un nouvel export.",
    )


def _check_widths(table: Table, width: int, first: int, named: bool) -> None:
    """Rows may lack trailing cells; more filled cells than the header has columns shift the amounts."""
    for index in range(first, len(table.rows)):
        row = table.rows[index]
        if len(row) > width and named and any(row[width:]):
            raise table.refusal(
                "structure",
                f"{table.place(index)} : {len(row)} cellules. Attendu : {width}, comme dans la ligne de titres. "
                "Un séparateur se trouve sans doute dans un libellé. Demandez à la banque un export avec guillemets.",
                row=table.numbers[index],
                expected=width,
                found=len(row),
            )
    if width > COLUMNS_MAX:
        raise table.refusal(
            "file_too_large",
            f"Le tableau a {width} colonnes. Attendu : {COLUMNS_MAX} au plus. "
            "Demandez à la banque un export plus simple.",
            found=width,
            limit=COLUMNS_MAX,
        )
