"""The parts of a workbook as they are read, and what each cell must be."""

import posixpath
import re
from dataclasses import dataclass, field
from xml.etree import ElementTree

from defusedxml.ElementTree import fromstring
from openpyxl.utils import range_boundaries

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
ROWS_MAX, COLUMNS_MAX, TEXT_MAX, FORMULA_MAX, NAME_MAX = 1_048_576, 16_384, 32_767, 8_192, 31


@dataclass
class Package:
    """The parts of a workbook, and the faults found so far."""

    parts: dict[str, bytes]
    faults: list[str] = field(default_factory=list)

    def say(self, place: str, fault: str) -> None:
        """One fault more."""
        self.faults.append(f"{place}: {fault}")

    def xml(self, name: str) -> ElementTree.Element:
        """One part, read."""
        found: ElementTree.Element = fromstring(self.parts[name])
        return found

    def relations(self, name: str) -> dict[str, tuple[str, str]]:
        """Identifier of a relationship of a part → (its kind, the part that it names)."""
        folder, file = posixpath.split(name)
        where = posixpath.join(folder, "_rels", f"{file}.rels")
        if where not in self.parts:
            return {}
        found = {}
        for one in self.xml(where).iter(f"{PACKAGE}Relationship"):
            target = one.get("Target", "")
            whole = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            if one.get("TargetMode") == "External":
                self.say(where, f"leads outside: {target}")
            if one.get("Id") in found:
                self.say(where, f"the identifier {one.get('Id')} stands twice")
            found[one.get("Id", "")] = (one.get("Type", "").rsplit("/", 1)[-1], whole)
        return found


def cells_of(
    package: Package, part: str, root: ElementTree.Element, styles: dict[str, int]
) -> tuple[set[str], dict[str, str], int]:
    """The names of all cells, the texts, and the last column."""
    found: set[str] = set()
    texts: dict[str, str] = {}
    last_row = widest = 0
    for row in root.iterfind(f"{MAIN}sheetData/{MAIN}row"):
        number = int(row.get("r", "0"))
        if not last_row < number <= ROWS_MAX:
            package.say(part, f"row {number} after row {last_row}")
        if not 0 < float(row.get("ht", "15")) <= 409.5:
            package.say(part, f"row {number} is {row.get('ht')} points high")
        last_row, last_column = number, 0
        for cell in row:
            ref = cell.get("r", "")
            column, found_row, *_ = range_boundaries(ref)
            if found_row != number or column is None or column <= last_column:
                package.say(part, f"{ref} is out of place in row {number}")
            last_column = column or 0
            if int(cell.get("s", "0")) >= styles["cellXfs"]:
                package.say(part, f"{ref} has style {cell.get('s')} of {styles['cellXfs']}")
            found.add(ref)
            text = _value(package, part, ref, cell)
            if text is not None:
                texts[ref] = text
        widest = max(widest, last_column)
    return found, texts, widest


def _value(package: Package, part: str, ref: str, cell: ElementTree.Element) -> str | None:
    kind, value = cell.get("t", "n"), cell.find(f"{MAIN}v")
    if kind == "inlineStr":
        text = "".join(one.text or "" for one in cell.iter(f"{MAIN}t"))
        if len(text.encode("utf-16-le", "replace")) // 2 > TEXT_MAX:
            package.say(part, f"{ref} holds {len(text)} characters")
        if value is not None or cell.find(f"{MAIN}f") is not None:
            package.say(part, f"{ref} is a text with a value or a formula")
        if any(ord(sign) < 32 and sign not in "\t\n\r" for sign in text):
            package.say(part, f"{ref} holds a control character")
        for one in cell.iter(f"{MAIN}t"):
            if (one.text or "") != (one.text or "").strip(" \n\t") and (
                one.get("{http://www.w3.org/XML/1998/namespace}space") != "preserve"
            ):
                package.say(part, f"{ref} loses its outer spaces")
        return text
    if kind == "n" and value is not None and not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]+)?", value.text or ""):
        package.say(part, f"{ref} holds « {value.text} », which is no exact number")
    if kind not in ("n", "str"):
        package.say(part, f"{ref} is of the kind {kind}")
    if cell.find(f"{MAIN}f") is not None and value is None:
        package.say(part, f"{ref} is a formula without a stored value")
    return None
