"""What leaves the accounts as the bank sees it: payments, transfers, charges, taxes; and the interest."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from portal.demo.days import later, month_end, months, on_or_before
from portal.demo.dice import Dice
from portal.demo.model import BankLine, Payment, Transfer
from portal.demo.places import FIRST_DAY, LAST_DAY
from portal.demo.spending import RETURNED_ON, RETURNED_REFERENCE

TRANSFER_FEE = {"BF": 11_800, "ML": 10_000, "NE": 0}
TRANSFER_TAX = {"BF": 0, "ML": 1_700, "NE": 0}
MONTHLY_FEE = {"BF": 35_400, "ML": 30_000, "NE": 25_000}
MONTHLY_TAX = {"BF": 0, "ML": 5_100, "NE": 4_750}
"""Fictional tariffs in francs. BF quotes its fees with the tax inside; Niger's bank takes nothing on transfers."""


def transfer_fees(book: str, day: date, operation: str, label: str, reference: str) -> list[BankLine]:
    """Commission and tax of an outgoing transfer; Mali's bank gives them the reference of the transfer itself."""
    lines = []
    shared = book == "ML"
    for kind, amount, title in (
        ("charge", TRANSFER_FEE[book], "COMMISSION SUR VIREMENT EMIS"),
        ("tax", TRANSFER_TAX[book], "TAXE SUR COMMISSION"),
    ):
        if amount:
            lines.append(
                BankLine(
                    book=book,
                    booked=day,
                    value=day,
                    amount=-amount,
                    kind=kind,
                    label=f"{title} {label}".strip() if shared else title,
                    operation=operation if shared else f"{operation} {kind}",
                    reference=reference if shared else "",
                )
            )
    return lines


def _said(shown: str, reference: str, payee: str) -> str:
    """The label of an outgoing transfer, by what the bank keeps of the reference."""
    if shown == "nothing":
        return f"VIR EMIS {payee}"
    return f"VIR EMIS {reference.replace('-', ' ') if shown == 'label' else reference} {payee}"


def _debit(payment: Payment, amount: int, reference: str, payee: str, day: date) -> list[BankLine]:
    line = BankLine(
        book=payment.book,
        booked=day,
        value=payment.value or later(day, -1),
        amount=-amount,
        kind="payment",
        label=_said(payment.shown, reference, payee),
        operation=reference,
        reference=reference if payment.shown == "reference" else "",
        counterparty=payee,
    )
    return [line, *transfer_fees(payment.book, day, reference, reference, reference)]


def payment_debits(payments: Iterable[Payment]) -> list[BankLine]:
    """One debit a payment, one for a whole batch, and the credit of the payment that came back."""
    lines: list[BankLine] = []
    batches: dict[str, list[Payment]] = defaultdict(list)
    for payment in payments:
        if payment.seen is None:
            continue
        if payment.batch:
            batches[payment.batch].append(payment)
            continue
        lines += _debit(payment, payment.amount, payment.reference, payment.payee, payment.seen)
        if payment.reference == RETURNED_REFERENCE:
            lines.append(
                BankLine(
                    book=payment.book,
                    booked=RETURNED_ON,
                    value=RETURNED_ON,
                    amount=payment.amount,
                    kind="returned",
                    label=f"RETOUR VIR {payment.reference} COMPTE BENEFICIAIRE CLOS",
                    operation=f"return {payment.reference}",
                    reference=payment.reference,
                    counterparty=payment.payee,
                )
            )
    for reference, members in batches.items():
        seen = members[0].seen
        if seen:
            total = sum(member.amount for member in members)
            lines += _debit(members[0], total, reference, f"VIREMENTS GROUPES x{len(members)}", seen)
    return lines


def transfer_lines(transfers: Iterable[Transfer]) -> list[BankLine]:
    """The debit of the sender and, once it arrives, the credit of the receiver."""
    lines: list[BankLine] = []
    for one in transfers:
        label = f"{one.reference} DE PC-AES {one.sender} A PC-AES {one.receiver}"
        day = one.seen_by_sender
        lines.append(
            BankLine(
                one.sender, day, day, -one.amount, "transfer", f"VIR EMIS {label}", one.reference, one.reference,
                f"Compte PC-AES {one.receiver}",
            )
        )  # fmt: skip
        if one.seen_by_receiver:
            day = one.seen_by_receiver
            lines.append(
                BankLine(
                    one.receiver, day, day, one.amount, "transfer", f"VIR RECU {label}", f"{one.reference} in",
                    one.reference, f"Compte PC-AES {one.sender}",
                )
            )  # fmt: skip
    return lines


def periodic_lines(dice: Dice, book: str) -> list[BankLine]:
    """Monthly fee and tax from the first month with money, interest at quarter ends."""
    lines = []
    for period in months(date(2025, 6, 1), LAST_DAY):
        day = on_or_before(month_end(period))
        title = f"FRAIS DE TENUE DE COMPTE {period[5:]}/{period[:4]}"
        lines.append(BankLine(book, day, day, -MONTHLY_FEE[book], "charge", title, f"fee {period}"))
        if MONTHLY_TAX[book]:
            tax = f"TAXE SUR FRAIS {period[5:]}/{period[:4]}"
            lines.append(BankLine(book, day, day, -MONTHLY_TAX[book], "tax", tax, f"fee {period}"))
        if int(period[5:]) % 3 == 0 and period > f"{FIRST_DAY:%Y-%m}":
            amount = dice.between(1_200_000, 4_800_000, book, period, "interest")
            title = f"INTERETS CREDITEURS T{int(period[5:]) // 3} {period[:4]}"
            lines.append(BankLine(book, day, day, amount, "interest", title, f"interest {period}"))
    return lines
