"""Files of customs declarations in few words, and long ones made line by line. All of it is invented."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ledger.unit import Ledger
from reconcile.import_return import import_return

HEADINGS = (
    "etat;bureau;periode;numero_declaration;date_declaration;importateur;valeur_en_douane;code_exoneration;liquide;"
    "recouvre"
)


def declaration(
    number: str = "C1",
    value: int = 1_000_000,
    assessed: int | None = None,
    collected: int | None = None,
    office: str = "BF901",
    period: str = "2025-06",
    day: str = "",
    code: str = "",
    importer: str = "Importateur fictif",
) -> str:
    """One row: assessed at the half per cent unless said otherwise, collected whole, dated the tenth of its month."""
    assessed = (0 if code else (value * 50 + 5_000) // 10_000) if assessed is None else assessed
    collected = assessed if collected is None else collected
    cells = (office[:2], office, period, number, day or f"{period}-10", importer, value, code, assessed, collected)
    return ";".join(map(str, cells))


def text(*rows: str, headings: str = HEADINGS) -> str:
    """The file as customs send it."""
    return "\r\n".join((headings, *rows)) + "\r\n"


def long_rows(count: int, offices: int = 20) -> Iterator[str]:
    """Declarations of three States and three months, one in seven exempt, by offices; the same ones each time."""
    for place in range(count):
        state, office, month = ("BF", "ML", "NE")[place % 3], place // 3 % offices, place // 60 % 3 + 1
        value = 50_000 + place * 7_919 % 90_000_000
        yield declaration(
            f"C{place:07d}",
            value,
            office=f"{state}{office:03d}",
            period=f"2026-0{month}",
            day=f"2026-0{month}-{place % 28 + 1:02d}",
            code="E03" if place % 7 == 0 else "",
            importer=f"Importateur fictif {place % 977}",
        )


def write_csv(path: Path, rows: Iterable[str]) -> Path:
    """A file of declarations, written as it is made."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(HEADINGS + "\r\n")
        stream.writelines(f"{row}\r\n" for row in rows)
    return path


def write_xlsx(path: Path, rows: Iterable[str]) -> Path:
    """The same as a workbook, amounts as numbers."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Déclarations")
    sheet.append(HEADINGS.split(";"))
    for row in rows:
        cells = row.split(";")
        sheet.append([int(cell) if place in (6, 8, 9) else cell for place, cell in enumerate(cells)])
    book.save(path)
    return path


def declare(ledger: Ledger, folder: Path, *rows: str, name: str = "declarations.csv", **named: Any) -> dict[str, Any]:
    """Import the rows as one file of declarations."""
    file = folder / name
    file.write_text(text(*rows), encoding="utf-8", newline="")
    return import_return(ledger, file, **named)
