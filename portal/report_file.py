"""A computed report put in a file, whole or not at all, in the format asked for."""

import hashlib
from pathlib import Path

from ledger.refusal import Refusal
from reports.dataset import Report


class FormatUnknown(Refusal):
    """Reports are written in three formats."""

    code = "format_unknown"
    sentence = "Le format « {format} » n'existe pas : attendu {known}. Donnez --format, ou un fichier qui finit ainsi."
    exit_code = 2


class OutMissing(Refusal):
    """A workbook needs a file."""

    code = "out_missing"
    sentence = "Un classeur {format} s'écrit dans un fichier : donnez --out FICHIER.{format}."
    exit_code = 2


class OutUnusable(Refusal):
    """The file cannot be written there."""

    code = "out_unusable"
    sentence = "Le fichier {file} ne peut pas être écrit : {fault}. Choisissez un autre emplacement avec --out."
    exit_code = 2


def check_place(out: Path) -> None:
    """Refuse a place where no file can be written, before anything is computed.

    Refuses: out_unusable.
    """
    if out.is_dir():
        raise OutUnusable(file=str(out), fault="c'est un dossier")
    if not out.parent.is_dir():
        raise OutUnusable(file=str(out), fault=f"le dossier {out.parent} n'existe pas")


def write_report(found: Report, form: str, out: Path) -> list[dict[str, str]]:
    """Write the report as `xlsx`, `csv` or `json`; gives back each file with its SHA-256."""
    written: tuple[Path, ...] = (out,)
    if form == "xlsx":
        from reports.workbook.write import write_workbook

        write_workbook(found, out)
    elif form == "csv":
        from reports.csv_file import write_csv

        written = write_csv(found, out)
    else:
        from reports.json_file import write_json

        write_json(found, out)
    return [{"file": str(file), "sha256": _digest(file)} for file in written]


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
