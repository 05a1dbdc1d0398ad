"""The customs return as the CSV that a Treasury sends."""

import csv
import io

from portal.demo.model import OfficeMonth, ReturnFile

HEADINGS = (
    "etat", "bureau", "periode", "declarations", "valeur_en_douane", "code_exoneration", "liquide", "recouvre",
    "reverse", "reference_reversement", "date_reversement",
)  # fmt: skip


def _rows(month: OfficeMonth) -> list[tuple[str | int, ...]]:
    """The taxable row, then one row per exemption code whose levy amounts are zero."""
    key = (month.state, month.office, month.period)
    day = month.remitted_on.isoformat() if month.remitted_on else ""
    taxable = (
        month.declarations,
        month.base,
        "",
        month.assessed,
        month.collected,
        month.remitted,
        month.reference,
        day,
    )
    exempt = [(*key, declarations, value, code, 0, 0, 0, "", "") for code, declarations, value in month.exempt]
    return [(*key, *taxable), *exempt]


def write_returns(file: ReturnFile) -> bytes:
    """The bytes of one *état mensuel des recettes*: semicolons, UTF-8, headings first, dates ISO 8601."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for month in file.months:
        writer.writerows(_rows(month))
    return text.getvalue().encode("utf-8")
