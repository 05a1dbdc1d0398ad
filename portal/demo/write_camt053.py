"""The statement as an ISO 20022 camt.053.001.08 message."""

from datetime import date
from typing import TYPE_CHECKING

from portal.demo.model import BankAccount, BankLine, MonthlyStatement

if TYPE_CHECKING:
    from lxml.etree import _Element

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"

FAMILY = {
    "remittance": ("RCDT", "DMCT"),
    "unidentified": ("RCDT", "DMCT"),
    "reversal": ("RCDT", "RPCR"),
    "transfer": ("ICDT", "BOOK"),
    "payment": ("ICDT", "DMCT"),
    "order": ("ICDT", "DMCT"),
    "returned": ("ICDT", "RRTN"),
    "charge": ("MDOP", "CHRG"),
    "tax": ("MDOP", "TAXE"),
    "interest": ("MCOP", "INTR"),
}


def _add(parent: "_Element", path: str, text: str = "") -> "_Element":
    """Adds the elements of `a/b/c` under the parent and writes the text in the last one."""
    from lxml import etree

    node = parent
    for name in path.split("/"):
        node = etree.SubElement(node, f"{{{NAMESPACE}}}{name}")
    if text:
        node.text = text
    return node


def _money(parent: "_Element", amount: int) -> None:
    """Amount without sign, then credit or debit."""
    _add(parent, "Amt", str(abs(amount))).set("Ccy", "XOF")
    _add(parent, "CdtDbtInd", "CRDT" if amount >= 0 else "DBIT")


def _balance(parent: "_Element", code: str, amount: int, day: date) -> None:
    node = _add(parent, "Bal")
    _add(node, "Tp/CdOrPrtry/Cd", code)
    _money(node, amount)
    _add(node, "Dt/Dt", day.isoformat())


def _transaction(
    details: "_Element", amount: int, reference: str, service_reference: str, party: str, text: str
) -> None:
    node = _add(details, "TxDtls")
    references = _add(node, "Refs")
    _add(references, "AcctSvcrRef", service_reference)
    _add(references, "EndToEndId", reference or "NOTPROVIDED")
    _money(node, amount)
    if party:
        _add(node, f"RltdPties/{'Dbtr' if amount > 0 else 'Cdtr'}/Pty/Nm", party)
    _add(node, "RmtInf/Ustrd", text)


def _entry(parent: "_Element", line: BankLine, status: str) -> None:
    node = _add(parent, "Ntry")
    _add(node, "NtryRef", line.bank_reference)
    _money(node, line.amount)
    _add(node, "RvslInd", "true" if line.reversal else "false")
    _add(node, "Sts/Cd", status)
    if status == "BOOK":
        _add(node, "BookgDt/Dt", line.booked.isoformat())
    _add(node, "ValDt/Dt", line.value.isoformat())
    _add(node, "AcctSvcrRef", line.bank_reference)
    domain = _add(node, "BkTxCd/Domn")
    family, sub_family = FAMILY[line.kind]
    _add(domain, "Cd", "PMNT" if family in ("RCDT", "ICDT") else "ACMT")
    group = _add(domain, "Fmly")
    _add(group, "Cd", family)
    _add(group, "SubFmlyCd", sub_family)
    details = _add(node, "NtryDtls")
    if line.parts:
        batch = _add(details, "Btch")
        _add(batch, "NbOfTxs", str(len(line.parts)))
        _add(batch, "TtlAmt", str(abs(line.amount))).set("Ccy", "XOF")
        for place, part in enumerate(line.parts, start=1):
            service = f"{line.bank_reference}-{place}"
            _transaction(details, part.amount, part.reference, service, part.name, part.reference)
    else:
        _transaction(details, line.amount, line.reference, line.bank_reference, line.counterparty, line.label)
    _add(node, "AddtlNtryInf", line.label)


def write_camt053(account: BankAccount, statement: MonthlyStatement) -> bytes:
    """The bytes of one month; a pending line is present with the status PDNG and counts in no balance."""
    from lxml import etree

    root = etree.fromstring(f'<Document xmlns="{NAMESPACE}"/>')
    message = _add(root, "BkToCstmrStmt")
    header = _add(message, "GrpHdr")
    made = f"{statement.end.isoformat()}T20:00:00+01:00"
    _add(header, "MsgId", f"FICTIF-{account.book}-{statement.period}")
    _add(header, "CreDtTm", made)
    _add(header, "AddtlInf", f"DONNÉES FICTIVES – {account.bank}")
    body = _add(message, "Stmt")
    _add(body, "Id", f"FICTIF-{account.book}-{statement.number:05d}")
    _add(body, "ElctrncSeqNb", str(statement.number))
    _add(body, "CreDtTm", made)
    dates = _add(body, "FrToDt")
    _add(dates, "FrDtTm", f"{statement.start.isoformat()}T00:00:00+01:00")
    _add(dates, "ToDtTm", f"{statement.end.isoformat()}T23:59:59+01:00")
    holder = _add(body, "Acct")
    _add(holder, "Id/IBAN", account.iban)
    _add(holder, "Ccy", "XOF")
    _add(holder, "Ownr/Nm", "PC-AES – compte fictif")
    _add(holder, "Svcr/FinInstnId/Nm", account.bank)
    _balance(body, "OPBD", statement.opening, statement.start)
    _balance(body, "CLBD", statement.closing, statement.end)
    for line in statement.lines:
        _entry(body, line, "BOOK")
    for line in statement.pending:
        _entry(body, line, "PDNG")
    _add(body, "AddtlStmtInf", "DONNÉES FICTIVES")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
