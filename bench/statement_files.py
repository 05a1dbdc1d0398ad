"""Fictional statements of so many lines in each format, and the barest reading of each that still gives its lines.

A bare reading takes every field of every line apart and makes the amount a signed whole number, as whoever reads such
a file by hand would begin; it checks nothing and keeps nothing.
"""

import csv
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple
from xml.parsers import expat

FIRST = date(2025, 1, 1)
OPENING = 10**12


def iban() -> str:
    """A fictional account of BF with true check digits."""
    from ledger.iban import check_digits, rib_key

    bban = f"BF99901001{1:012d}"
    bban += rib_key(bban[:5], bban[5:10], bban[10:])
    return f"BF{check_digits('BF', bban)}{bban}"


def amounts(lines: int) -> list[int]:
    """Signed whole francs, no two neighbours alike."""
    return [(1_000 + place * 7) * (1 if place % 3 else -1) for place in range(lines)]


def day(place: int, lines: int) -> date:
    """The lines of a year, in order."""
    return FIRST + timedelta(days=place * 365 // lines)


def label(place: int) -> str:
    """What a bank would print."""
    return f"REVERSEMENT FICTIF DU BUREAU {place % 50} DECLARATION {place}"


def mt940(lines: int) -> bytes:
    """One message whose balances join."""
    parts = []
    for place, amount in enumerate(amounts(lines)):
        on = day(place, lines)
        parts.append(
            f":61:{on:%y%m%d}{on:%m%d}{'C' if amount > 0 else 'D'}{abs(amount)},NTRFE{place:08d}//R{place:08d}\r\n"
            f":86:{label(place)}\r\n"
        )
    closing = OPENING + sum(amounts(lines))
    head = f":20:FICTIF\r\n:25:{iban()}\r\n:28C:1/1\r\n:60F:C250101XOF{OPENING},\r\n"
    return f"{head}{''.join(parts)}:62F:C251231XOF{closing},\r\n-\r\n".encode()


SWIFT = re.compile(
    r"^:61:(\d{6})(\d{4})?(RC|RD|C|D)([A-Z])?(\d{1,15}),(\d*)([NSF][A-Z0-9]{3})((?:(?!//)[^\n]){0,35})(?://([^\n]{0,35}))?"
    r"(?:\n(?!:)([^\n]*))?(?:\n:86:([^\n]*(?:\n(?![:-])[^\n]*)*))?",
    re.MULTILINE,
)


def bare_mt940(data: bytes) -> int:
    """A compiled regular expression over the text, the amount signed."""
    text = data.decode().replace("\r\n", "\n")
    return len([
        (found[1], found[2], int(found[5]) if found[3] in ("C", "RD") else -int(found[5]), found[7], found[8], found[9],
         found[11])
        for found in SWIFT.finditer(text)
    ])  # fmt: skip


def _overpunch(amount: int) -> str:
    digits = f"{abs(amount):014d}"
    return digits[:13] + ("{ABCDEFGHI" if amount >= 0 else "}JKLMNOPQR")[int(digits[13])]


def cfonb120(lines: int) -> bytes:
    """Records 01, 04 and 07 of 120 characters."""
    zones = f"BF999    01001XOF0 {'00000000001':11}  "

    def balance(kind: str, amount: int, on: str) -> str:
        return f"{kind + zones + on:90}{_overpunch(amount):14}{'':16}"

    parts = [balance("01", OPENING, "311224")]
    for place, amount in enumerate(amounts(lines)):
        on = f"{day(place, lines):%d%m%y}"
        head = f"04{zones[:30]}05{on}  {on}"
        parts.append(
            f"{head}{f'BUREAU {place % 50} DECL {place}':31}  0000000  {_overpunch(amount):14}R{place:08d}       "
        )
    return "\r\n".join([*parts, balance("07", OPENING + sum(amounts(lines)), "311225"), ""]).encode()


RECORD = re.compile(r"^04(.{5}).{4}(.{5})(...)(.).(.{11})(..)(\d{6})..(\d{6})(.{31})..(.{7})..(\d{13})(.)(.{16})", re.M)
LAST = {sign: (digit, 1) for digit, sign in enumerate("{ABCDEFGHI")}
LAST |= {sign: (digit, -1) for digit, sign in enumerate("}JKLMNOPQR")}


def bare_cfonb120(data: bytes) -> int:
    """A compiled regular expression over the records, the amount signed."""
    return len([
        (found[7], found[8], found[9].strip(), (int(found[11]) * 10 + LAST[found[12]][0]) * LAST[found[12]][1],
         found[13].strip())
        for found in RECORD.finditer(data.decode("latin-1"))
    ])  # fmt: skip


ENTRY = (
    '<Ntry><NtryRef>{n}</NtryRef><Amt Ccy="XOF">{a}</Amt><CdtDbtInd>{s}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
    "<BookgDt><Dt>{d}</Dt></BookgDt><ValDt><Dt>{d}</Dt></ValDt><AcctSvcrRef>R{n:08d}</AcctSvcrRef>"
    "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls>"
    '<Refs><EndToEndId>E{n}</EndToEndId></Refs><Amt Ccy="XOF">{a}</Amt><CdtDbtInd>{s}</CdtDbtInd>'
    "<RltdPties><Dbtr><Pty><Nm>Bureau {b}</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>{w}</Ustrd></RmtInf>"
    "</TxDtls></NtryDtls></Ntry>"
)
BALANCE = (
    '<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy="XOF">{}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
    "<Dt><Dt>{}</Dt></Dt></Bal>"
)


def camt053(lines: int) -> bytes:
    """One message of one statement whose balances join."""
    head = (
        '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
        "<BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S</Id><ElctrncSeqNb>3</ElctrncSeqNb>"
        f"<Acct><Id><IBAN>{iban()}</IBAN></Id><Ccy>XOF</Ccy></Acct>"
    )
    body = "".join(
        ENTRY.format(n=place, a=abs(amount), s="CRDT" if amount > 0 else "DBIT", d=day(place, lines), b=place % 50,
                     w=label(place))
        for place, amount in enumerate(amounts(lines))
    )  # fmt: skip
    balances = BALANCE.format("OPBD", OPENING, "2025-01-01")
    balances += BALANCE.format("CLBD", OPENING + sum(amounts(lines)), "2025-12-31")
    return f"{head}{balances}{body}</Stmt></BkToCstmrStmt></Document>".encode()


def bare_camt(data: bytes) -> int:
    """expat: the text of every element of every entry by its path."""
    path: list[str] = []
    text: list[str] = []
    entry: dict[str, str] = {}
    entries: list[dict[str, str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        path.append(name.rpartition("}")[2])
        text.clear()

    def end(name: str) -> None:
        if text:
            entry["/".join(path[4:])] = "".join(text)
            text.clear()
        if path.pop() == "Ntry":
            entries.append(dict(entry))
            entry.clear()

    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text.append
    parser.Parse(data, True)
    return len(entries)


def ofx(lines: int) -> bytes:
    """The unclosed tags of OFX 1."""
    parts = [
        f"<STMTTRN><TRNTYPE>{'CREDIT' if amount > 0 else 'DEBIT'}\n<DTPOSTED>{day(place, lines):%Y%m%d}\n"
        f"<TRNAMT>{amount}\n<FITID>R{place:08d}\n<NAME>BUREAU {place % 50}\n<MEMO>{label(place)}\n</STMTTRN>\n"
        for place, amount in enumerate(amounts(lines))
    ]
    return (
        "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:USASCII\nCHARSET:1252\n\n<OFX><BANKMSGSRSV1><STMTTRNRS>"
        f"<STMTRS><CURDEF>XOF\n<BANKACCTFROM><ACCTID>{iban()}\n</BANKACCTFROM>\n<BANKTRANLIST><DTSTART>20250101\n"
        f"<DTEND>20251231\n{''.join(parts)}</BANKTRANLIST>\n<LEDGERBAL><BALAMT>{OPENING + sum(amounts(lines))}\n"
        "<DTASOF>20251231\n</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    ).encode("cp1252")


MOVEMENT = re.compile(r"<STMTTRN>(.*?)</STMTTRN>", re.DOTALL)
TAGGED = re.compile(r"<([A-Z0-9.]+)>([^<\r\n]*)")


def bare_ofx(data: bytes) -> int:
    """Compiled regular expressions over the text: the tags of each movement, the amount a number."""
    movements = [dict(TAGGED.findall(found[1])) for found in MOVEMENT.finditer(data.decode("cp1252"))]
    return len([(int(one["TRNAMT"]), one) for one in movements])


COLUMNS = ["Date", "Date valeur", "Référence", "Libellé", "Débit", "Crédit", "Solde"]


def table(lines: int) -> bytes:
    """The same lines as a bank's table, with a running balance."""
    balance, rows = OPENING, [";".join(COLUMNS)]
    for place, amount in enumerate(amounts(lines)):
        balance += amount
        on = f"{day(place, lines):%d/%m/%Y}"
        debit, credit = ("", amount) if amount > 0 else (-amount, "")
        rows.append(f"{on};{on};R{place:08d};{label(place)};{debit};{credit};{balance}")
    return ("\n".join(rows) + "\n").encode()


def bare_csv(data: bytes) -> int:
    """The csv module: the cells of every row."""
    return len(list(csv.reader(io.StringIO(data.decode()), delimiter=";"))) - 1


def workbook(lines: int) -> bytes:
    """The same table in a workbook, with real dates and numbers."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Relevé")
    sheet.append(COLUMNS)
    balance = OPENING
    for place, amount in enumerate(amounts(lines)):
        balance += amount
        on = day(place, lines)
        money = (None, amount) if amount > 0 else (-amount, None)
        sheet.append([on, on, f"R{place:08d}", label(place), *money, balance])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def bare_xlsx(data: bytes) -> int:
    """openpyxl, read only: the values of every row."""
    import openpyxl

    sheet = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]
    return len(list(sheet.iter_rows(values_only=True))) - 1


class Format(NamedTuple):
    """How a statement of the format is made, and what its reading is compared with."""

    make: Callable[[int], bytes]
    bare: Callable[[bytes], int]
    reference: str
    goal: float | None
    """The most that the whole import may cost, in bare readings; None where no goal was set."""


FORMATS = {
    "MT940": Format(mt940, bare_mt940, "expression régulière", 4.0),
    "CFONB 120": Format(cfonb120, bare_cfonb120, "expression régulière", None),
    "camt.053": Format(camt053, bare_camt, "expat", None),
    "OFX": Format(ofx, bare_ofx, "expressions régulières", None),
    "CSV": Format(table, bare_csv, "module csv", 4.0),
    "XLSX": Format(workbook, bare_xlsx, "openpyxl, lecture seule", None),
}
