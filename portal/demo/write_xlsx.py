"""The statement as a workbook that a bank's e-banking exports: preamble, running balance, totals below."""

import io
import zipfile
from typing import TYPE_CHECKING

from ledger.money import format_francs
from portal.demo.model import BankAccount, MonthlyStatement

if TYPE_CHECKING:
    from openpyxl import Workbook

HEADINGS = ("Date opération", "Date valeur", "Libellé", "Référence", "Débit", "Crédit", "Solde")
ARCHIVE_DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a ZIP entry can bear: the archive then never changes from run to run."""


def _fill(book: "Workbook", account: BankAccount, statement: MonthlyStatement) -> None:
    sheet = book.active
    if sheet is None:
        raise ValueError("a new workbook has no sheet")
    sheet.title = "Relevé"
    sheet.append(["DONNÉES FICTIVES"])
    sheet.append([f"{account.bank} – relevé de compte n° {statement.number}"])
    sheet.append(["Compte", account.iban])
    sheet.append(["Titulaire", "PC-AES – compte fictif"])
    sheet.append(["Devise", "XOF"])
    sheet.append(["Période", f"du {statement.start:%d/%m/%Y} au {statement.end:%d/%m/%Y}"])
    sheet.append(["Solde initial", format_francs(statement.opening)])
    sheet.append([])
    sheet.append(list(HEADINGS))
    balance = statement.opening
    for line in statement.lines:
        balance += line.amount
        debit = format_francs(-line.amount) if line.amount < 0 else None
        credit = format_francs(line.amount) if line.amount > 0 else None
        reference = line.reference or line.bank_reference
        sheet.append([line.booked, line.value, line.label, reference, debit, credit, format_francs(balance)])
        for cell in sheet[sheet.max_row][:2]:
            cell.number_format = "dd/mm/yyyy"
    debits = sum(-line.amount for line in statement.lines if line.amount < 0)
    credits = sum(line.amount for line in statement.lines if line.amount > 0)
    totals = [format_francs(debits), format_francs(credits), format_francs(balance)]
    sheet.append([None, None, "TOTAL DES MOUVEMENTS", None, *totals])
    sheet.append([f"Solde au {statement.end:%d/%m/%Y}", None, None, None, None, None, format_francs(statement.closing)])
    for column, width in zip("ABCDEFG", (16, 14, 62, 20, 18, 18, 20), strict=True):
        sheet.column_dimensions[column].width = width


def _frozen(archive: bytes, made: str) -> bytes:
    """The same archive without the hour at which it was made: fixed ZIP times, fixed document dates."""
    source = zipfile.ZipFile(io.BytesIO(archive))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _with_date(content, made)
            out.writestr(zipfile.ZipInfo(name, ARCHIVE_DAY), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _with_date(properties: bytes, made: str) -> bytes:
    """The document's properties with `made` as its dates of creation and of last change."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    root = etree.fromstring(properties, parser)
    for node in root.iter("{http://purl.org/dc/terms/}created", "{http://purl.org/dc/terms/}modified"):
        node.text = made
    return etree.tostring(root)


def write_xlsx(account: BankAccount, statement: MonthlyStatement) -> bytes:
    """The bytes of one month: amounts as text with no-break spaces, real dates, the same bytes each time."""
    from openpyxl import Workbook

    book = Workbook()
    _fill(book, account, statement)
    book.properties.creator = "Données fictives"
    archive = io.BytesIO()
    book.save(archive)
    return _frozen(archive.getvalue(), f"{statement.end.isoformat()}T20:00:00Z")
