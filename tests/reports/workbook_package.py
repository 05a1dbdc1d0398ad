"""What a workbook must be so that Excel, from 2010 on, opens it without a word: found by reading the package itself."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from openpyxl.utils import range_boundaries

from tests.reports.workbook_cells import (
    CHART,
    COLUMNS_MAX,
    FORMULA_MAX,
    MAIN,
    NAME_MAX,
    REL,
    ROWS_MAX,
    TYPES,
    Package,
    cells_of,
)
from tests.reports.workbook_limits import limits

WORKSHEET = re.findall(
    r"\w+",
    (
        "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges "
        "scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells phoneticPr "
        "conditionalFormatting dataValidations "
        "hyperlinks printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches "
        "ignoredErrors smartTags drawing legacyDrawing legacyDrawingHF picture oleObjects controls webPublishItems "
        "tableParts extLst"
    ),
)
"""The children of a worksheet in the order of ECMA-376 part 1, 18.3.1.99."""

WORKBOOK = re.findall(
    r"\w+",
    (
        "fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups externalReferences "
        "definedNames calcPr oleSize customWorkbookViews pivotCaches webPublishing fileRecoveryPr extLst"
    ),
)
STYLES = re.findall(
    r"\w+", "numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors extLst"
)

OLD_FUNCTIONS = {
    "ABS", "AND", "COUNT", "COUNTA", "COUNTIF", "IF", "IFERROR", "ISNUMBER", "LEFT", "MAX", "MIN", "NOT", "OR", "ROUND",
    "ROWS", "SUBTOTAL", "SUM", "SUMIF", "SUMIFS", "SUMPRODUCT",
}  # fmt: skip
"""Functions that every Excel since 2007 has; a new one is added here once it is known to be that old."""

_FUNCTION = re.compile(r"([A-Z_][A-Z0-9_.]*)\(")
_STRING = re.compile(r'"[^"]*"')
_SHEET_REFERENCE = re.compile(r"'((?:[^']|'')+)'!")
_PLAIN_NAME = re.compile(r"[A-Za-z_\\][A-Za-z0-9_.\\]*\Z")
_LIKE_A_CELL = re.compile(r"(?:[A-Za-z]{1,3}[0-9]+|[RrCc]|[Rr][0-9]*[Cc][0-9]*)\Z")


def faults(content: bytes) -> list[str]:
    """Everything wrong with the package, in words; empty when nothing is."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        package = Package({name: archive.read(name) for name in names})
    if len(names) != len({name.casefold() for name in names}):
        package.say("archive", "a part stands twice")
    _parts(package)
    if package.faults:
        return package.faults  # what follows reads the parts that are named
    sheets = _sheets(package)
    styles = _styles(package)
    seen = _Seen(set(), sheets)
    for title, part in sheets.items():
        _sheet(package, title, part, styles, seen)
    _links(package, seen)
    _names(package, sheets)
    limits(package, sheets)
    if any(one.get("t") == "s" for title, part in sheets.items() for one in package.xml(part).iter(f"{MAIN}c")):
        package.say("xl/sharedStrings.xml", "texts are kept in their cells, none is shared")
    return package.faults


@dataclass
class _Seen:
    """What is compared across sheets: names of tables and names defined, cells, links."""

    names: set[str]
    sheets: dict[str, str]
    cells: dict[str, set[str]] = field(default_factory=dict)
    links: list[tuple[str, str]] = field(default_factory=list)
    table_ids: set[str] = field(default_factory=set)


def _parts(package: Package) -> None:
    """Each part has a type, each type a part."""
    root = package.xml("[Content_Types].xml")
    defaults = {one.get("Extension"): one.get("ContentType") for one in root.iter(f"{TYPES}Default")}
    overrides = [one.get("PartName", "").lstrip("/") for one in root.iter(f"{TYPES}Override")]
    for name in package.parts:
        if name != "[Content_Types].xml" and name not in overrides and name.rsplit(".", 1)[-1] not in defaults:
            package.say(name, "no content type")
        if name.endswith(".xml") and name != "[Content_Types].xml" and name not in overrides:
            package.say(name, "no content type of its own")
    for name in overrides:
        if name not in package.parts:
            package.say("[Content_Types].xml", f"{name} does not exist")
    if len(overrides) != len(set(overrides)):
        package.say("[Content_Types].xml", "a part has two types")
    _targets(package)


def _targets(package: Package) -> None:
    """Each relationship has a target, each part someone who names it."""
    named = {"[Content_Types].xml"}
    for name in ("", *package.parts):
        for kind, target in package.relations(name).values():
            named.add(target)
            if target not in package.parts:
                package.say(name or "package", f"{kind} leads to {target}, which does not exist")
    for name in package.parts:
        if not name.endswith(".rels") and name not in named:
            package.say(name, "nothing leads to this part")


def _ordered(package: Package, place: str, root: ElementTree.Element, order: list[str]) -> None:
    names = [one.tag.removeprefix(MAIN) for one in root]
    for name in names:
        if name not in order:
            package.say(place, f"<{name}> has no place here")
            return
    if names != sorted(names, key=order.index):
        package.say(place, f"elements out of order: {names}")


def _sheets(package: Package) -> dict[str, str]:
    root, relations = package.xml("xl/workbook.xml"), package.relations("xl/workbook.xml")
    _ordered(package, "xl/workbook.xml", root, WORKBOOK)
    found: dict[str, str] = {}
    ids = set()
    for one in root.iter(f"{MAIN}sheet"):
        title = one.get("name", "")
        if not 1 <= len(title) <= NAME_MAX or re.search(r"[\[\]:*?/\\\x00-\x1f]", title) or title.strip("'") != title:
            package.say("xl/workbook.xml", f"« {title} » is no name for a sheet")
        if title.casefold() in {other.casefold() for other in found} or title.casefold() == "history":
            package.say("xl/workbook.xml", f"the sheet name « {title} » is taken")
        ids.add(one.get("sheetId"))
        found[title] = relations[one.get(f"{REL}id", "")][1]
    if len(list(root.iter(f"{MAIN}sheets"))) != 1:
        package.say("xl/workbook.xml", "the list of sheets stands twice")
    if len(ids) != len(found) or len(set(found.values())) != len(found):
        package.say("xl/workbook.xml", "two sheets share an identifier or a part")
    return found


def _styles(package: Package) -> dict[str, int]:
    """How many of each kind of style there are; each style names parts that exist."""
    root = package.xml("xl/styles.xml")
    _ordered(package, "xl/styles.xml", root, STYLES)
    counts = {}
    for name in ("fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "dxfs"):
        own = root.find(f"{MAIN}{name}")
        counts[name] = 0 if own is None else len(own)
        if own is not None and own.get("count") not in (None, str(len(own))):
            package.say("xl/styles.xml", f"{name} says {own.get('count')} and has {len(own)}")
    formats = {int(one.get("numFmtId", "0")) for one in root.iter(f"{MAIN}numFmt")}
    for one in (*root.iterfind(f"{MAIN}cellXfs/{MAIN}xf"), *root.iterfind(f"{MAIN}cellStyleXfs/{MAIN}xf")):
        for key, name in (("fontId", "fonts"), ("fillId", "fills"), ("borderId", "borders"), ("xfId", "cellStyleXfs")):
            if int(one.get(key, "0")) >= counts[name]:
                package.say("xl/styles.xml", f"{key} {one.get(key)} of {counts[name]}")
        number = int(one.get("numFmtId", "0"))
        if number >= 164 and number not in formats:
            package.say("xl/styles.xml", f"number format {number} is not defined")
    return counts


def _sheet(package: Package, title: str, part: str, styles: dict[str, int], seen: _Seen) -> None:
    root, relations = package.xml(part), package.relations(part)
    _ordered(package, part, root, WORKSHEET)
    seen.cells[title], texts, width = cells_of(package, part, root, styles)
    _views(package, part, root)
    merged = [one.get("ref", "") for one in root.iter(f"{MAIN}mergeCell")]
    _apart(package, part, "merged cells", merged)
    _counted(package, part, root)
    filters = [one.get("ref", "") for one in root.findall(f"{MAIN}autoFilter")]
    tables = [_table(package, relations, one, texts, seen) for one in root.iter(f"{MAIN}tablePart")]
    _apart(package, part, "tables, filters and merged cells", [*tables, *filters, *merged])
    for one in root.iter(f"{MAIN}conditionalFormatting"):
        _bounds(package, part, one.get("sqref", ""))
        for rule in one.iter(f"{MAIN}cfRule"):
            if int(rule.get("dxfId", "0")) >= styles["dxfs"]:
                package.say(part, f"dxfId {rule.get('dxfId')}")
            for formula in rule.iter(f"{MAIN}formula"):
                _formula(package, f"{part} colours", formula.text or "", seen.sheets)
    for one in root.iter(f"{MAIN}hyperlink"):
        if one.get(f"{REL}id") is not None:
            package.say(part, f"{one.get('ref')} leads outside the workbook")
        if one.get("ref") not in seen.cells[title]:
            package.say(part, f"{one.get('ref')} is linked and does not exist")
        seen.links.append((part, one.get("location", "")))
    for one in root.iter(f"{MAIN}f"):
        _formula(package, part, one.text or "", seen.sheets)
    for drawing in root.findall(f"{MAIN}drawing"):
        _drawing(package, relations[drawing.get(f"{REL}id", "")][1], seen.sheets)
    if not 1 <= width <= COLUMNS_MAX:
        package.say(part, f"{width} columns")


def _views(package: Package, part: str, root: ElementTree.Element) -> None:
    """Columns follow one another; a dimension, where stated, is the one of the cells."""
    last = 0
    for one in root.iter(f"{MAIN}col"):
        first, end = int(one.get("min", "0")), int(one.get("max", "0"))
        if first <= last or end < first or not 0 <= float(one.get("width", "0")) <= 255:
            package.say(part, f"column {first} to {end}, {one.get('width')} wide")
        last = end
    for one in root.iter(f"{MAIN}dimension"):
        _bounds(package, part, one.get("ref", ""))


def _counted(package: Package, part: str, root: ElementTree.Element) -> None:
    for name in ("mergeCells", "tableParts", "dataValidations", "rowBreaks"):
        own = root.find(f"{MAIN}{name}")
        if own is not None and own.get("count") not in (None, str(len(own))):
            package.say(part, f"{name} says {own.get('count')} and has {len(own)}")
        if own is not None and not len(own):
            package.say(part, f"{name} is empty")


def _bounds(package: Package, place: str, areas: str) -> list[tuple[int, int, int, int]]:
    found = []
    for area in areas.split():
        try:
            left, top, right, bottom = (int(side or 0) for side in range_boundaries(area))
        except ValueError:
            package.say(place, f"« {area} » is no range")
            continue
        if not (1 <= left <= right <= COLUMNS_MAX and 1 <= top <= bottom <= ROWS_MAX):
            package.say(place, f"{area} is no range of a sheet")
        found.append((left, top, right, bottom))
    return found


def _apart(package: Package, part: str, what: str, areas: list[str]) -> None:
    """No two ranges share a cell: looked for line by line from the top."""
    boxes = sorted((box for area in areas for box in _bounds(package, part, area)), key=lambda box: box[1])
    open_boxes: list[tuple[int, int, int, int]] = []
    for box in boxes:
        open_boxes = [other for other in open_boxes if other[3] >= box[1]]
        if any(other[0] <= box[2] and box[0] <= other[2] for other in open_boxes):
            package.say(part, f"{what} overlap at row {box[1]}")
        open_boxes.append(box)


def _table(
    package: Package,
    relations: dict[str, tuple[str, str]],
    part: ElementTree.Element,
    texts: dict[str, str],
    seen: _Seen,
) -> str:
    where = relations[part.get(f"{REL}id", "")][1]
    root = package.xml(where)
    ref, names = root.get("ref", ""), {root.get("name", ""), root.get("displayName", "")}
    for name in names:
        if not _PLAIN_NAME.match(name) or _LIKE_A_CELL.match(name) or len(name) > 255:
            package.say(where, f"« {name} » is no name for a table")
        if name.casefold() in seen.names:
            package.say(where, f"the name {name} is taken")
    seen.names |= {name.casefold() for name in names}
    if root.get("id") in seen.table_ids:
        package.say(where, f"the identifier {root.get('id')} is taken")
    seen.table_ids.add(root.get("id", ""))
    ((left, top, right, bottom),) = _bounds(package, where, ref)
    columns = [one.get("name", "") for one in root.iter(f"{MAIN}tableColumn")]
    if len(columns) != right - left + 1 or len({one.casefold() for one in columns}) != len(columns):
        package.say(where, f"{len(columns)} columns over {ref}, or two of one name")
    declared = root.find(f"{MAIN}tableColumns")
    if declared is not None and declared.get("count") not in (None, str(len(columns))):
        package.say(where, "the count of columns is wrong")
    if bottom <= top:
        package.say(where, f"{ref} has no row under its headings")
    for place, name in enumerate(columns, left):
        own = texts.get(f"{_letter(place)}{top}")
        if own != name:
            package.say(where, f"the heading of {_letter(place)}{top} is « {own} », the column « {name} »")
    inner = root.find(f"{MAIN}autoFilter")
    if inner is not None and inner.get("ref") != ref:
        package.say(where, f"the filter covers {inner.get('ref')}")
    return ref


def _letter(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(column))


def _formula(package: Package, place: str, formula: str, sheets: dict[str, str]) -> None:
    if formula.startswith("=") or not formula or len(formula) > FORMULA_MAX:
        package.say(place, f"formula « {formula[:40]} » of {len(formula)} characters")
    bare = _STRING.sub('""', formula)
    named = _SHEET_REFERENCE.findall(bare)
    for sheet in named:
        if sheet.replace("''", "'") not in sheets:
            package.say(place, f"« {sheet} » is no sheet")
    bare = _SHEET_REFERENCE.sub("", bare)
    for function in _FUNCTION.findall(bare):
        if function not in OLD_FUNCTIONS:
            package.say(place, f"{function} is not known to be in Excel 2010")
    if bare.count("(") != bare.count(")") or "#" in bare:
        package.say(place, f"formula « {formula[:60]} »")


def _drawing(package: Package, part: str, sheets: dict[str, str]) -> None:
    for kind, target in package.relations(part).values():
        if kind != "chart":
            package.say(part, f"{kind} in a drawing")
            continue
        root = package.xml(target)
        series = list(root.iter(f"{CHART}ser"))
        if not series:
            package.say(target, "a chart without series")
        for one in root.iter(f"{CHART}f"):
            _formula(package, target, one.text or "", sheets)
        for name in ("numCache", "strCache"):
            for cache in root.iter(f"{CHART}{name}"):
                count = cache.find(f"{CHART}ptCount")
                places = [int(point.get("idx", "-1")) for point in cache.iter(f"{CHART}pt")]
                if count is None or any(not 0 <= place < int(count.get("val", "0")) for place in places):
                    package.say(target, "a stored point outside its series")


def _links(package: Package, seen: _Seen) -> None:
    """Every link leads to a cell that is written."""
    for place, location in seen.links:
        match = re.fullmatch(r"'((?:[^']|'')+)'!([A-Z]+[0-9]+)", location)
        sheet = match.group(1).replace("''", "'") if match else ""
        if match is None or match.group(2) not in seen.cells.get(sheet, set()):
            package.say(place, f"the link to {location} leads to no cell")


def _names(package: Package, sheets: dict[str, str]) -> None:
    root = package.xml("xl/workbook.xml")
    found = set()
    for one in _elements(root, "definedName"):
        key = (one.get("name", "").casefold(), one.get("localSheetId"))
        if key in found:
            package.say("xl/workbook.xml", f"the name {key[0]} is defined twice")
        found.add(key)
        if one.get("localSheetId") is not None and int(one.get("localSheetId", "0")) >= len(sheets):
            package.say("xl/workbook.xml", f"{key[0]} belongs to no sheet")
        _formula(package, f"name {key[0]}", one.text or "", sheets)


def _elements(root: Any, name: str) -> Iterator[ElementTree.Element]:
    yield from root.iter(f"{MAIN}{name}")
