"""Limits of Excel that ECMA-376 leaves to the program: headers, links, printed names, colours by rule, old dates."""

import re
from xml.etree import ElementTree

from tests.reports.workbook_cells import MAIN, Package

HEADER_MAX, LINKS_MAX, LOCATION_MAX, TIP_MAX, BREAKS_MAX, TABLE_COLUMN_MAX = 255, 65_530, 2_083, 255, 1_026, 255
FIRST_SURE_DATE = 61
"""1 March 1900: before it Excel counts a 29 February that never was."""

_CODES = re.compile(r'&(?:[LCRPNDTZFAGBIUESXY&]|"[^"]*"|[0-9]+|K[0-9A-F]{6})')
_TITLES = re.compile(r"'(?P<sheet>(?:[^']|'')+)'!\$[0-9]+:\$[0-9]+\Z")
_AREA = re.compile(r"'(?P<sheet>(?:[^']|'')+)'!\$[A-Z]+\$[0-9]+:\$[A-Z]+\$[0-9]+\Z")


def limits(package: Package, sheets: dict[str, str]) -> None:
    """Say what goes beyond, sheet by sheet, then in the workbook."""
    dates = _date_styles(package)
    chosen = 0
    for part in sheets.values():
        root = package.xml(part)
        chosen += sum(one.get("tabSelected") == "1" for one in root.iter(f"{MAIN}sheetView"))
        _page(package, part, root)
        _linked(package, part, root)
        _rules(package, part, root)
        _cells(package, part, root, dates)
    if chosen > 1:
        package.say("xl/workbook.xml", f"{chosen} sheets are selected together")
    _printed(package, list(sheets))
    for name in package.parts:
        if name.startswith("xl/tables/"):
            for one in package.xml(name).iter(f"{MAIN}tableColumn"):
                if not 1 <= len(one.get("name", "")) <= TABLE_COLUMN_MAX:
                    package.say(name, f"a heading of {len(one.get('name', ''))} characters")


def _page(package: Package, part: str, root: ElementTree.Element) -> None:
    for name in ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"):
        for one in root.iter(f"{MAIN}{name}"):
            text = one.text or ""
            if len(text) > HEADER_MAX:
                package.say(part, f"{name} has {len(text)} characters")
            if "&" in _CODES.sub("", text):
                package.say(part, f"{name} « {text[:60]} » has a lonely &")
    for one in root.iter(f"{MAIN}pageSetup"):
        if not 10 <= int(one.get("scale", "100")) <= 400 or int(one.get("fitToWidth", "1")) < 0:
            package.say(part, f"printed at {one.get('scale')} %")
    breaks = list(root.iter(f"{MAIN}brk"))
    if len(breaks) > BREAKS_MAX:
        package.say(part, f"{len(breaks)} page breaks")
    for row in root.iter(f"{MAIN}row"):
        if int(row.get("outlineLevel", "0")) > 7:
            package.say(part, f"row {row.get('r')} is {row.get('outlineLevel')} levels deep")


def _linked(package: Package, part: str, root: ElementTree.Element) -> None:
    links = list(root.iter(f"{MAIN}hyperlink"))
    if len(links) > LINKS_MAX:
        package.say(part, f"{len(links)} links")
    if len({one.get("ref") for one in links}) != len(links):
        package.say(part, "a cell has two links")
    for one in links:
        if len(one.get("location", "")) > LOCATION_MAX or len(one.get("tooltip", "")) > TIP_MAX:
            package.say(part, f"the link of {one.get('ref')} is too long")


def _rules(package: Package, part: str, root: ElementTree.Element) -> None:
    ranks = [int(one.get("priority", "0")) for one in root.iter(f"{MAIN}cfRule")]
    if any(rank < 1 for rank in ranks) or len(set(ranks)) != len(ranks):
        package.say(part, f"colours by rule in the order {ranks}")
    for one in root.iter(f"{MAIN}dataValidation"):
        told = {"promptTitle": 32, "errorTitle": 32, "prompt": 255, "error": 255}
        if any(len(one.get(name, "")) > most for name, most in told.items()):
            package.say(part, f"what is told at {one.get('sqref')} is too long")
        for formula in (*one.iter(f"{MAIN}formula1"), *one.iter(f"{MAIN}formula2")):
            if len(formula.text or "") > 255:
                package.say(part, f"the condition on {one.get('sqref')} is too long")


def _date_styles(package: Package) -> set[str]:
    root = package.xml("xl/styles.xml")
    own = {one.get("numFmtId"): one.get("formatCode", "") for one in root.iter(f"{MAIN}numFmt")}
    days = {number for number, code in own.items() if "yy" in code.lower()} | {str(number) for number in range(14, 23)}
    return {
        str(place) for place, one in enumerate(root.iterfind(f"{MAIN}cellXfs/{MAIN}xf")) if one.get("numFmtId") in days
    }


def _cells(package: Package, part: str, root: ElementTree.Element, dates: set[str]) -> None:
    for cell in root.iter(f"{MAIN}c"):
        value, formula = cell.find(f"{MAIN}v"), cell.find(f"{MAIN}f")
        if formula is not None and formula.get("t") not in (None, "normal"):
            package.say(part, f"{cell.get('r')} shares its formula")
        if cell.get("s") in dates and value is not None and float(value.text or "0") < FIRST_SURE_DATE:
            package.say(part, f"{cell.get('r')} is a day before March 1900")


def _printed(package: Package, titles: list[str]) -> None:
    for one in package.xml("xl/workbook.xml").iter(f"{MAIN}definedName"):
        form = {"_xlnm.Print_Titles": _TITLES, "_xlnm.Print_Area": _AREA}.get(one.get("name", ""))
        found = form.match(one.text or "") if form is not None else None
        place = int(one.get("localSheetId", "0"))
        sheet = titles[place] if place < len(titles) else ""
        if form is not None and (found is None or found["sheet"].replace("''", "'") != sheet):
            package.say("xl/workbook.xml", f"{one.get('name')} of « {sheet} » is {one.text}")
