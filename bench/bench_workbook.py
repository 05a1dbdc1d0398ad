"""Rows per second of a streamed workbook beside openpyxl write-only, in one run, each in its own process.

    python bench/bench_workbook.py [rows]

Ten cells a row: two dates, four texts, three amounts and one formula, every cell styled. Goal: 8 times openpyxl
with lxml, and memory that does not grow with the rows.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GOAL = 8.0
HEADINGS = ("Date", "Journal", "Pièce", "Compte", "Libellé", "Valeur", "Débit", "Crédit", "Solde", "Écart")


def rows(count: int) -> Iterator[tuple[str | int | date, ...]]:
    """Invented ledger lines: labels and documents differ, accounts and dates come back."""
    start, balance = date(2026, 1, 1), 0
    for number in range(count):
        day = start + timedelta(days=number % 365)
        debit, credit = (number * 37 % 9_000_000, 0) if number % 2 else (0, number * 41 % 9_000_000)
        balance += debit - credit
        label = f"Reversement du bureau n° {number % 400}, déclaration {number}"
        yield day, "BQ", f"BQ-2026-{number}", f"52{number % 90:03d}", label, day, debit, credit, balance, debit - credit


def ours(count: int, path: Path) -> None:
    """The product's way."""
    sys.path.insert(0, str(ROOT))
    from reports.dataset import Column, Provenance, Report, Table
    from reports.workbook.write import write_workbook

    kinds = ("date", "text", "text", "text", "text", "date", "francs", "francs", "francs", "francs")
    columns = tuple(
        Column(f"c{place}", title, kind, formula="[c6]-[c7]" if place == 9 else None)
        for place, (title, kind) in enumerate(zip(HEADINGS, kinds, strict=True))
    )
    table = Table("lines", "Lignes", columns, lambda: rows(count))
    write_workbook(Report("bench", "Mesure", Provenance("Essai", None, None, fictional=True), (table,)), path)


def openpyxl_write_only(count: int, path: Path) -> None:
    """openpyxl's fastest way with styles: write-only, lxml installed, cells with registered named styles."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import NamedStyle

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Lignes")
    formats = {"day": "DD/MM/YYYY", "amount": "#,##0", "label": "@"}
    for name, number_format in formats.items():
        book.add_named_style(NamedStyle(name, number_format=number_format))
    looks = ("day", "label", "label", "label", "label", "day", "amount", "amount", "amount", "amount")
    sheet.append(HEADINGS)
    for number, row in enumerate(rows(count), 2):
        cells = []
        for value, look in zip((*row[:9], f"=G{number}-H{number}"), looks, strict=True):
            cell = WriteOnlyCell(sheet, value=value)
            cell.style = look
            cells.append(cell)
        sheet.append(cells)
    book.save(path)


def openpyxl_plain(count: int, path: Path) -> None:
    """openpyxl write-only without styles but what dates bring: its upper bound."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Lignes")
    sheet.append(HEADINGS)
    for number, row in enumerate(rows(count), 2):
        sheet.append((*row[:9], f"=G{number}-H{number}"))
    book.save(path)


NAMES = {"ours": "le programme", "openpyxl": "openpyxl, avec styles", "openpyxl-plain": "openpyxl, sans style"}
WAYS = {"ours": ours, "openpyxl": openpyxl_write_only, "openpyxl-plain": openpyxl_plain}


def measure(way: str, count: int) -> dict[str, float]:
    """Seconds and peak memory of one way, in a process of its own."""
    command = [sys.executable, str(Path(__file__).resolve()), "--only", way, str(count)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def only(way: str, count: int) -> None:
    """Do one way and say what it took, the libraries loaded beforehand: what a start costs is measured elsewhere."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.xlsx"
        WAYS[way](10, path)
        start, processor = time.perf_counter(), time.process_time()
        WAYS[way](count, path)
        seconds, used = time.perf_counter() - start, time.process_time() - processor
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        size = path.stat().st_size / 1e6
        print(json.dumps({"rate": count / seconds, "processor": count / used, "peak": peak, "size": size}))


def main() -> int:
    """Print the rates, the ratio and the memory at one and at five times the rows."""
    from figures import Table

    shown = Table("Écriture d'un classeur de dix colonnes")
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    for size in (count, count // 10):
        results = {way: measure(way, size) for way in WAYS}
        for way, result in results.items():
            figures = f"{result['rate']:.0f} lignes/s, {result['peak']:.0f} Mo, fichier {result['size']:.1f} Mo"
            shown.tell(f"{NAMES[way]}, {size} lignes", figures)
        for way in ("openpyxl-plain", "openpyxl"):
            ratio = results["ours"]["rate"] / results[way]["rate"]
            shown.tell(f"le programme / {NAMES[way]}", "débit", ratio, least=GOAL if size == count else None)
            used = results["ours"]["processor"] / results[way]["processor"]
            shown.tell("    en temps de processeur", "débit", used)
        if size == count:
            large = results
    results = {"ours": large["ours"], "cinq fois les lignes": measure("ours", count * 5)}
    growth = results["cinq fois les lignes"]["peak"] - results["ours"]["peak"]
    first = results["ours"]["peak"]
    figures = f"{first + growth:.0f} / {first:.0f} Mo"
    shown.tell(f"mémoire, {count * 5} puis {count} lignes", figures, 1 + growth / first, most=1.25)
    return shown.end()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--only"]:
        only(sys.argv[2], int(sys.argv[3]))
    else:
        sys.exit(main())
