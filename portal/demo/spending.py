"""What leaves the accounts: running costs, capital, transfers; and the entries that the accountants post for them."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from portal.demo.capital_acts import LEVY_PAYMENTS
from portal.demo.days import later, month_start, months, on_or_after
from portal.demo.dice import Dice
from portal.demo.model import Entry, Payment, Posting, Transfer
from portal.demo.places import ACCOUNTS, LAST_DAY, account_of

FIRST_SPENDING = date(2025, 6, 1)

PURPOSES = (
    ("65881", "Étude d'un projet d'intégration"),
    ("65881", "Travaux d'un projet d'intégration"),
    ("65882", "Fonctionnement des organes confédéraux"),
    ("65882", "Missions et réunions"),
    ("65883", "Aide de solidarité"),
)

SHOWN = ("reference",) * 6 + ("label", "nothing")
"""How banks that are no better than others give references back."""

GROUPED_BATCH = "LOTF-BF-2026-03"
RETURNED_REFERENCE = "OPF-ML-2026-901"
RETURNED_ON = date(2026, 4, 14)

TRANSFERS = (
    Transfer("VIRF-2025-01", "BF", "ML", 1_500_000_000, date(2025, 12, 10), date(2025, 12, 10), date(2025, 12, 11)),
    Transfer("VIRF-2026-01", "ML", "NE", 800_000_000, date(2026, 6, 17), date(2026, 6, 18), date(2026, 6, 22)),
    Transfer("VIRF-2026-02", "BF", "NE", 600_000_000, date(2026, 9, 29), date(2026, 9, 30), None),
)


def _ordinary(dice: Dice, book: str, period: str, place: int) -> Payment:
    names = (book, period, place)
    account, purpose = dice.one_of(PURPOSES, *names, "purpose")
    accepted = on_or_after(month_start(period) + timedelta(days=dice.between(2, 19, *names, "day")))
    paid = later(accepted, dice.between(1, 2, *names, "delay"))
    return Payment(
        book=book,
        reference=f"OPF-{book}-{period[:4]}-{int(period[5:]):02d}{place}",
        purpose=purpose,
        payee=f"Bénéficiaire fictif n° {dice.between(1, 24, *names, 'payee'):02d}",
        account=account,
        amount=dice.between(4_000, 45_000, *names, "amount") * 1_000 + dice.between(0, 999, *names, "francs"),
        accepted=accepted,
        paid=paid,
        seen=later(paid, dice.between(0, 1, *names, "seen")) if paid < date(2026, 9, 25) else LAST_DAY,
        shown=dice.one_of(SHOWN, *names, "shown") if book != "ML" else "reference",
    )


def _special() -> tuple[Payment, ...]:
    """The payments that tell something: grouped, returned, equal, late at the bank, across the year, not seen."""

    def pay(
        book: str, number: str, payee: int, amount: int, paid: date, seen: date | None, batch: str = "", **more: str
    ) -> Payment:
        return Payment(
            book=book,
            reference=f"OPF-{book}-{number}",
            purpose=more.get("purpose", "Missions et réunions"),
            payee=f"Bénéficiaire fictif n° {payee:02d}",
            account=more.get("account", "65882"),
            amount=amount,
            accepted=later(paid, -2),
            paid=paid,
            seen=seen,
            batch=batch,
            value=date(2025, 12, 31) if number == "2025-903" else None,
        )

    grouped_on, grouped_seen = date(2026, 3, 17), date(2026, 3, 18)
    return (
        pay("BF", "2026-901", 3, 18_250_000, grouped_on, grouped_seen, GROUPED_BATCH),
        pay("BF", "2026-902", 8, 7_431_500, grouped_on, grouped_seen, GROUPED_BATCH),
        pay("BF", "2026-903", 15, 23_118_000, grouped_on, grouped_seen, GROUPED_BATCH),
        pay("ML", "2026-901", 11, 14_600_000, date(2026, 4, 8), date(2026, 4, 9)),
        pay(
            "ML", "2026-902", 11, 14_600_000, date(2026, 4, 21), date(2026, 4, 22), account="47129",
            purpose="Nouvel ordre après virement revenu impayé",
        ),
        pay("ML", "2026-903", 5, 31_200_000, date(2026, 1, 28), date(2026, 2, 6)),
        pay("ML", "2025-903", 9, 12_345_678, date(2025, 12, 30), date(2026, 1, 2)),
        pay("NE", "2025-901", 2, 7_500_000, date(2025, 9, 16), date(2025, 9, 17)),
        pay("NE", "2025-902", 17, 7_500_000, date(2025, 9, 16), date(2025, 9, 17)),
        pay("NE", "2026-901", 6, 21_900_000, date(2026, 4, 29), date(2026, 5, 4)),
        pay("BF", "2026-904", 20, 16_750_000, date(2026, 9, 29), None),
        pay("BF", "2025-901", 4, 9_800_000, date(2025, 10, 14), date(2025, 10, 15)),
        pay("BF", "2025-902", 13, 11_250_000, date(2025, 10, 14), date(2025, 10, 15)),
    )  # fmt: skip


def make_payments(dice: Dice) -> tuple[Payment, ...]:
    """Two ordinary payments a month and book, the special ones, and the capital paid from the levy."""
    payments = [
        _ordinary(dice, account.book, period, place)
        for period in months(FIRST_SPENDING, LAST_DAY)
        for account in ACCOUNTS
        for place in (1, 2)
    ]
    payments += _special()
    payments += [
        Payment(
            book=act.state,
            reference=act.reference,
            purpose="Libération du capital de la BCID-AES sur le prélèvement",
            payee="BCID-AES (compte de capital, fictif)",
            account="48132",
            amount=act.amount,
            accepted=later(act.day, -1),
            paid=act.day,
            seen=later(act.day, 1),
        )
        for act in LEVY_PAYMENTS
    ]
    return tuple(sorted(payments, key=lambda payment: (payment.accepted, payment.reference)))


def acceptance_entry(payment: Payment) -> Entry:
    """The order taken over: D charge / C 4011x."""
    return Entry(
        payment.book,
        "OP",
        payment.accepted,
        payment.reference,
        f"{payment.purpose} – données fictives",
        (
            Posting(payment.account, debit=payment.amount, label=payment.purpose, reference=payment.reference),
            Posting(
                f"4011{account_of(payment.book).suffix}",
                credit=payment.amount,
                label=payment.payee,
                reference=payment.reference,
            ),
        ),
    )


def payment_entry(together: Sequence[Payment]) -> Entry:
    """The payments that leave together, usually one: D 4011x / C 5211x for each."""
    first = together[0]
    account = account_of(first.book)
    lines = [
        posting
        for payment in together
        for posting in (
            Posting(f"4011{account.suffix}", debit=payment.amount, label=payment.payee, reference=payment.reference),
            Posting(account.ledger, credit=payment.amount, label=payment.payee, reference=payment.reference),
        )
    ]
    document = first.batch or first.reference
    return Entry(first.book, "BQ", first.paid, document, f"Paiement : {first.purpose} – données fictives", tuple(lines))


def payment_entries(payments: Iterable[Payment]) -> list[Entry]:
    """Every acceptance, and one entry of payment for each transfer order sent to a bank."""
    entries = []
    sent: dict[str, list[Payment]] = {}
    for payment in payments:
        entries.append(acceptance_entry(payment))
        sent.setdefault(payment.batch or payment.reference, []).append(payment)
    return entries + [payment_entry(together) for together in sent.values()]


def transfer_entries(transfer: Transfer) -> tuple[Entry, Entry]:
    """The two halves of a transfer between accounts, both through 5851, same date."""
    label = f"Virement de fonds {transfer.sender} vers {transfer.receiver} – données fictives"
    halves = []
    for book, sends in ((transfer.sender, True), (transfer.receiver, False)):
        bank = Posting(
            account_of(book).ledger,
            debit=0 if sends else transfer.amount,
            credit=transfer.amount if sends else 0,
            label=label,
            reference=transfer.reference,
        )
        pass_through = Posting(
            "5851",
            debit=transfer.amount if sends else 0,
            credit=0 if sends else transfer.amount,
            label=label,
            reference=transfer.reference,
        )
        lines = (pass_through, bank) if sends else (bank, pass_through)
        halves.append(Entry(book, "BQ", transfer.ordered, transfer.reference, label, lines, transfer.reference))
    return halves[0], halves[1]
