"""One `Stmt`, `Rpt` or `Ntfctn` of a camt message as it is written, before pages are joined and sums checked."""

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from reconcile.model import Fault, StatementLine
from reconcile.readers.camt_balance import Balance, read_balance
from reconcile.readers.camt_xml import Names, at, page_of, text_at, text_of
from reconcile.readers.faults import LineFault
from reconcile.readers.xml_amount import printed_date

if TYPE_CHECKING:
    from lxml import etree

COPIES = {"DUPL": "duplicate", "COPY": "copy", "CODU": "copy"}


@dataclass(slots=True, eq=False)
class Page:
    """What one element of a message gives; `paging` is (page number, is the last one) or None."""

    account: str = ""
    owner: str | None = None
    currency: str | None = None
    identifier: str | None = None
    electronic: str | None = None
    legal: str | None = None
    start: date | None = None
    end: date | None = None
    paging: tuple[int, bool] | None = None
    balances: list[Balance] = field(default_factory=list)
    lines: list[StatementLine] = field(default_factory=list)
    currencies: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    entries: int = 0
    pending: int = 0
    faulty: bool = False
    """Something of it could not be read: its sums would only repeat that."""

    @property
    def number(self) -> str | None:
        """The bank's running number of the statement; its identifier when there is none."""
        running = next((n for n in (self.electronic, self.legal) if n and n.strip("0")), None)
        return running or self.identifier

    @property
    def name(self) -> str:
        """How a sentence calls it."""
        return f"Relevé {self.number or 'sans numéro'} du compte {self.account or 'non précisé'}"

    @property
    def belonging(self) -> str:
        """What its other pages share with it, in other files too."""
        return f"relevé {self.number} du compte {self.account}"


def read_account(page: Page, statement: "etree._Element", names: Names) -> None:
    """The account that the entries below belong to; leaves the account empty when there is none."""
    account = at(statement, names, "Acct")
    if account is None:
        return
    page.account = (text_at(account, names, "Id", "IBAN") or text_at(account, names, "Id", "Othr", "Id") or "").replace(
        " ", ""
    )
    page.currency = text_at(account, names, "Ccy")
    page.owner = text_at(account, names, "Ownr", "Nm")


def read_heading(page: Page, statement: "etree._Element", names: Names) -> list[Fault]:
    """Everything but the entries: numbers, period, balances, paging. Gives what is wrong with them."""
    faults: list[Fault] = []
    page.identifier = text_at(statement, names, "Id")
    page.electronic = text_at(statement, names, "ElctrncSeqNb")
    page.legal = text_at(statement, names, "LglSeqNb")
    page.paging = page_of(statement, names, "StmtPgntn") or page_of(statement, names, "RptPgntn")
    page.paging = page.paging or page_of(statement, names, "NtfctnPgntn")
    copy = text_at(statement, names, "CpyDplctInd")
    if copy:
        page.notes.append(COPIES.get(copy, "copy"))
    for child in statement:
        try:
            name = names[child.tag]
            if name == "FrToDt":
                _read_period(page, child, names)
            elif name == "Bal":
                balance = read_balance(child, names, page.currency)
                if balance is not None:
                    page.balances.append(balance)
                    page.currencies.add(balance.currency)
        except LineFault as wrong:
            faults.append(Fault(wrong.fault.code, f"{page.name} : {wrong.fault.sentence}", wrong.fault.facts))
    if not page.account:
        faults.append(Fault("structure", f"{page.name} : le compte (Acct/Id) est absent.", {"number": page.number}))
    page.faulty = page.faulty or bool(faults)
    return faults


def _read_period(page: Page, period: "etree._Element", names: Names) -> None:
    for child in period:
        name, text = names[child.tag], text_of(child)
        if text is None:
            continue
        try:
            day = printed_date(text)
        except ValueError:
            raise LineFault("date_unreadable", f"la date de période « {text} » n'existe pas.", found=text) from None
        if name in ("FrDt", "FrDtTm"):
            page.start = day
        elif name in ("ToDt", "ToDtTm"):
            page.end = day
