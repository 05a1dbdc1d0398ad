"""A workbook too long for memory: its parts are looked at in a stream, then the rows of its sheets come one by one."""

import warnings
import zipfile
from collections.abc import Iterator
from typing import IO, Any

from reconcile.model import FileRefused
from reconcile.readers.archive import ENTRIES_MAX, check_member
from reconcile.readers.table import COLUMNS_MAX, Row, Table
from reconcile.readers.workbook_archive import check_part, unsafe_workbook
from reconcile.readers.xlsx_rows import sheet_rows
from reconcile.readers.xlsx_sheet import EMPTY_ROWS_MAX

FORMAT = "xlsx"
UNPACKED_BYTES_MAX = 1024 * 1024 * 1024
_CHUNK = 1 << 20


def check_large_workbook(stream: IO[bytes]) -> None:
    """Every part is unpacked once, its real bytes counted and none kept.

    Refuses (`FileRefused`): archive_unsafe, as `workbook_archive.check_workbook`, up to a gibibyte unpacked.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) > ENTRIES_MAX or len({one.filename.lower() for one in members}) != len(members):
                raise unsafe_workbook("ses parties sont trop nombreuses ou portent le même nom", "names")
            total = 0
            for member in members:
                check_member(member)
                check_part(member)
                total += _count(archive, member, UNPACKED_BYTES_MAX - total)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError, zipfile.zlib.error):  # type: ignore[attr-defined]  # zipfile names the module that it uses
        raise unsafe_workbook("l'archive est abîmée ou incomplète", "broken") from None


def _count(archive: zipfile.ZipFile, member: zipfile.ZipInfo, allowed: int) -> int:
    size = 0
    with archive.open(member) as part:
        while chunk := part.read(_CHUNK):
            if size == 0 and b"<!DOCTYPE" in chunk[:4096].replace(b"\0", b"").upper():
                raise unsafe_workbook("un document XML y déclare un type (DOCTYPE)", "doctype")
            size += len(chunk)
            if size > min(allowed, member.file_size):
                raise unsafe_workbook("une partie se décompresse au-delà de ce qu'elle annonce", "size")
    return size


class LargeWorkbook:
    """The sheets of a checked workbook; rows are read from the file each time they are asked for.

    Refuses (`FileRefused`): not_recognised, formula_without_value, structure.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        from openpyxl.reader.excel import ExcelReader
        from openpyxl.styles.stylesheet import apply_stylesheet

        check_large_workbook(stream)
        stream.seek(0)
        with warnings.catch_warnings():
            # openpyxl warns of styles and extensions that it drops: nothing that a return holds.
            warnings.simplefilter("ignore")
            try:
                reader: Any = ExcelReader(stream, read_only=True, data_only=True, keep_links=False)
                # as its `read()`, but for the sheets: to measure one it reads it through
                reader.read_manifest()
                reader.read_strings()
                reader.read_workbook()
                apply_stylesheet(reader.archive, reader.wb)
                found = [(one.name, rel) for one, rel in reader.parser.find_sheets()]
            except Exception as error:  # a broken workbook fails anywhere in openpyxl
                raise _broken(error) from error
        self._workbook: Any = reader.wb
        self._archive: zipfile.ZipFile = reader.archive
        self._strings: list[str] = reader.shared_strings
        self._parts = {
            name: rel.target for name, rel in found if rel.target in reader.valid_files and "chartsheet" not in rel.Type
        }

    def sheets(self) -> list[str]:
        """The titles of the sheets of cells."""
        return list(self._parts)

    def rows(self, title: str) -> Iterator[tuple[int, Row]]:
        """Each row that holds something, with its number in the sheet."""
        from lxml.etree import LxmlError

        table = Table(FORMAT, [], [], name=title)
        last = 0
        with self._archive.open(self._parts[title]) as source:
            rows = sheet_rows(source, table, self._workbook, self._strings)
            while True:
                try:
                    number, row = next(rows)
                except StopIteration:
                    return
                except (LxmlError, ValueError, IndexError, OverflowError) as error:
                    raise _broken(error) from error
                if number - last > EMPTY_ROWS_MAX or number <= last or len(row) > COLUMNS_MAX:
                    raise _far(table, number)
                last = number
                yield number, row


def _far(table: Table, number: int) -> FileRefused:
    return table.refusal(
        "structure",
        f"Feuille « {table.name} », ligne {number} : une valeur se trouve loin du tableau. "
        f"Attendu : {COLUMNS_MAX} colonnes au plus et des lignes qui se suivent.",
        row=number,
    )


def _broken(error: Exception) -> FileRefused:
    return Table(FORMAT, [], []).refusal(
        "not_recognised",
        "Le classeur ne peut pas être ouvert. Attendu : un classeur .xlsx intact. "
        "Ouvrez-le dans un tableur et enregistrez-le de nouveau.",
        reason=type(error).__name__,
    )
