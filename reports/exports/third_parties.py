"""The third party of a line, where the books know it: payee of an order, customs office, State, bank."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from ledger.book import BOOK_TITLES, SUFFIX
from ledger.chart import Account
from ledger.tables import journal
from ledger.tables.books import bank_account
from ledger.tables.capital import capital_act
from ledger.tables.levy import customs_month, customs_return, customs_return_row
from ledger.tables.orders import order_entry, payment_order
from reports.exports.entries import ExportLine, Selection, one_line

PAYEES, RETURNED, OFFICES, CHARGES = "4011", "47129", "4487", "4711"
STATES = ("2621", "4731", "4813", "185")
BANK = "521"
AMBIGUOUS = ""


class ThirdParty(NamedTuple):
    """An auxiliary account: what names it, and its name. Both are empty where the books know nobody."""

    number: str
    name: str


NOBODY = ThirdParty("", "")


class ThirdParties:
    """The third parties of the entries of an export, read once; `of` answers line by line."""

    def __init__(self, connection: Connection, selection: Selection, chart: dict[str, Account]) -> None:
        self._chart = chart
        self._payees = _payees(connection, selection)
        self._debts = _debts(connection, selection)
        self._offices = _offices(connection)
        self._references = _references(connection, selection)
        self._states = _states(connection, selection)
        self._banks = _banks(connection)

    def of(self, entry: Any, line: ExportLine) -> ThirdParty:
        """The third party of a line of that row of `entry`."""
        account = line.account
        if account.startswith(BANK):
            return self._banks.get((entry.book, account), NOBODY)
        if account.startswith(PAYEES) or account == RETURNED:
            return self._payees.get(entry.id) or self._debts.get((account, line.reference or ""), NOBODY)
        if account.startswith(OFFICES):
            return self._office(entry, line)
        if account.startswith(CHARGES) and entry.origin == "statement":
            return self._bank_of(entry.book)
        if account.startswith(STATES):
            return self._state(entry, account)
        return NOBODY

    def _office(self, entry: Any, line: ExportLine) -> ThirdParty:
        office = self._offices.get(entry.id) or self._references.get((entry.book, line.reference or ""))
        return ThirdParty(office, f"Receveur des douanes, bureau {office}") if office else NOBODY

    def _bank_of(self, book: str) -> ThirdParty:
        own = {party for (holder, _), party in self._banks.items() if holder == book}
        return own.pop() if len(own) == 1 else NOBODY

    def _state(self, entry: Any, account: str) -> ThirdParty:
        """The shareholder of a capital act, else the State that the account is kept for."""
        code = self._states.get(entry.id) or self._chart[account].book or _suffix(account)
        return ThirdParty(code, BOOK_TITLES[code]) if code in BOOK_TITLES else NOBODY


def _suffix(account: str) -> str | None:
    """The State whose digit ends an account of liaison or of a shareholder."""
    if not account.startswith(("185", "4731")):
        return None
    return next((code for code, digit in SUFFIX.items() if account.endswith(str(digit))), None)


def _payees(connection: Connection, selection: Selection) -> dict[int, ThirdParty]:
    query = (
        select(order_entry.c.entry_id, payment_order.c.payee_iban, payment_order.c.payee_name)
        .join(payment_order, payment_order.c.id == order_entry.c.order_id)
        .where(order_entry.c.command_id <= selection.last_command)
    )
    return {number: ThirdParty(_plain(iban), one_line(name)) for number, iban, name in connection.execute(query)}


def _debts(connection: Connection, selection: Selection) -> dict[tuple[str, str], ThirdParty]:
    """(account 4011x, reference) → the debt that lines without an order bear, such as those of the take-over.

    The payee of the order of that number, when there is one; else the reference itself, under the words of its first
    line, so that it always bears one name.
    """
    entry, line = journal.entry.c, journal.entry_line.c
    until = selection.last_command
    numbered = select(payment_order.c.number, payment_order.c.payee_iban, payment_order.c.payee_name)
    orders = {
        number: ThirdParty(_plain(iban), one_line(name))
        for number, iban, name in connection.execute(numbered.where(payment_order.c.command_id <= until))
    }
    query = (
        select(line.account, line.reference, func.coalesce(line.label, entry.label))
        .join(journal.entry, entry.id == line.entry_id)
        .where(line.account.startswith(PAYEES), line.reference.is_not(None), entry.command_id <= until)
        .where(line.entry_id.not_in(select(order_entry.c.entry_id).where(order_entry.c.command_id <= until)))
        .order_by(line.entry_id, line.position)
    )
    names: dict[str, ThirdParty] = {}
    found: dict[tuple[str, str], ThirdParty] = {}
    for account, reference, words in connection.execute(query):
        if number := one_line(reference):
            named = orders.get(reference) or ThirdParty(number, one_line(words))
            found[account, reference] = names.setdefault(number, named)
    return found


def _plain(iban: str) -> str:
    return one_line(iban).replace(" ", "")


def _offices(connection: Connection) -> dict[int, str]:
    """Assessment entry → its customs office."""
    query = select(customs_month.c.entry_id, customs_month.c.office).where(customs_month.c.entry_id.is_not(None))
    return {number: one_line(office) for number, office in connection.execute(query)}


def _references(connection: Connection, selection: Selection) -> dict[tuple[str, str], str]:
    """(State, reference of a remittance) → the office that declared it; none when several did."""
    found: dict[tuple[str, str], str] = {}
    query = (
        select(customs_return_row.c.state, customs_return_row.c.reference, customs_return_row.c.office)
        .where(customs_return_row.c.reference.is_not(None), customs_return_row.c.reference != "")
        .distinct()
    )
    if selection.known_command is not None:
        query = query.join(customs_return, customs_return.c.id == customs_return_row.c.return_id).where(
            customs_return.c.command_id <= selection.known_command
        )
    for state, reference, office in connection.execute(query):
        key = (state, reference)
        found[key] = one_line(office) if key not in found or found[key] == one_line(office) else AMBIGUOUS
    return found


def _states(connection: Connection, selection: Selection) -> dict[int, str]:
    """Entry of a capital act → the shareholder State."""
    query = select(capital_act.c.entry_id, capital_act.c.state).where(
        capital_act.c.entry_id.is_not(None), capital_act.c.command_id <= selection.last_command
    )
    return {int(number): state for number, state in connection.execute(query)}


def _banks(connection: Connection) -> dict[tuple[str, str], ThirdParty]:
    """(book, account) → the bank account tied to it, where only one is."""
    found: dict[tuple[str, str], ThirdParty] = {}
    rows = connection.execute(select(bank_account).order_by(bank_account.c.iban)).all()
    for row in rows:
        name = one_line(row.bank) or f"Banque du compte {BOOK_TITLES[row.book]}"
        key = (row.book, row.account)
        found[key] = NOBODY if key in found else ThirdParty(_plain(row.iban), name)
    return found
