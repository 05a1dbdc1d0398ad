"""Payment orders to be played through their stages by the people whose part it is; other spending is posted."""

from datetime import date

from ledger.iban import check_digits, rib_key
from ledger.money import share
from portal.demo.days import later
from portal.demo.debits import transfer_fees
from portal.demo.model import BankLine, OrderPlan
from portal.demo.places import STATES


def payee_iban(country: str, account: str) -> str:
    """A valid IBAN in a bank that does not exist."""
    bank, branch = f"{country}998", "02002"
    bban = f"{bank}{branch}{account}{rib_key(bank, branch, account)}"
    return f"{country}{check_digits(country, bban)}{bban}"


def make_orders() -> tuple[OrderPlan, ...]:
    """One order paid and seen by the bank, one on the three accounts, one suspended, one waiting for verification."""
    shared = tuple(zip(STATES, share(60_000_000, (40, 40, 20)), strict=True))
    return (
        OrderPlan(
            key="ORDF-2026-01",
            purpose="Étude de faisabilité d'une liaison ferroviaire – données fictives",
            payee="Bénéficiaire fictif n° 31",
            iban=payee_iban("BF", "030000000131"),
            account="65881",
            charges=(("BF", 27_400_000),),
            created=date(2026, 9, 14),
            until="cleared",
            seen=date(2026, 9, 25),
        ),
        OrderPlan(
            key="ORDF-2026-02",
            purpose="Réunion de coordination des trois États – données fictives",
            payee="Bénéficiaire fictif n° 32",
            iban=payee_iban("ML", "030000000232"),
            account="65882",
            charges=shared,
            created=date(2026, 9, 16),
            until="authorised",
        ),
        OrderPlan(
            key="ORDF-2026-03",
            purpose="Fournitures pour les organes confédéraux – données fictives",
            payee="Bénéficiaire fictif n° 33",
            iban=payee_iban("NE", "030000000333"),
            account="65882",
            charges=(("NE", 12_350_000),),
            created=date(2026, 9, 18),
            until="suspended",
            reason="La facture ne porte pas la certification du service fait.",
        ),
        OrderPlan(
            key="ORDF-2026-04",
            purpose="Entretien de véhicules – données fictives",
            payee="Bénéficiaire fictif n° 34",
            iban=payee_iban("ML", "030000000434"),
            account="65882",
            charges=(("ML", 8_215_000),),
            created=date(2026, 9, 21),
            until="visa",
        ),
    )


def order_debits(orders: tuple[OrderPlan, ...]) -> list[BankLine]:
    """What the bank shows of the orders that were paid: it does not know their number."""
    lines: list[BankLine] = []
    for order in orders:
        for book, amount in order.charges:
            if order.seen:
                label = f"VIR EMIS {order.payee}"
                operation = f"{order.key} {book}"
                value = later(order.seen, -1)
                lines.append(
                    BankLine(book, order.seen, value, -amount, "order", label, operation, counterparty=order.payee)
                )
                lines += transfer_fees(book, order.seen, operation, "", "")
    return lines
