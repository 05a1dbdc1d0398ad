"""The entries that accountants post themselves, in files of one book and month; transfers in files of their own."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from portal.demo.credits import UNKNOWN_CREDITS, WITHOUT_REFERENCE
from portal.demo.days import later, month_end, on_or_before
from portal.demo.model import BankLine, Entry, EntryFile, Imputation, MonthlyStatement, Payment, Posting, Transfer
from portal.demo.places import account_of
from portal.demo.returns import remittance_reference
from portal.demo.spending import payment_entries, transfer_entries

IDENTIFIED = {
    "BF": (date(2025, 9, 10), remittance_reference(*WITHOUT_REFERENCE)),
    "NE": (date(2025, 12, 18), "IDF-NE-2025-12"),
}
"""When the suspense credits of 2025 were identified, and what they turned out to be."""


def make_imputations(statements: Iterable[MonthlyStatement]) -> tuple[Imputation, ...]:
    """The credits that nobody can name on the day, taken to 4712x; the one of the last day is not booked yet."""
    unbooked = max(day for _, day, _, _ in UNKNOWN_CREDITS)
    imputations = []
    for statement in statements:
        for line in statement.lines:
            if line.kind in ("unidentified", "reversal") and line.booked < unbooked:
                reason = "Crédit repris par la banque" if line.reversal else "Crédit sans référence de reversement"
                account = f"4712{account_of(line.book).suffix}"
                imputations.append(Imputation(line, account, reason, later(line.booked, 2)))
    return tuple(imputations)


def _identified(imputation: Imputation) -> Entry | None:
    """D 4712x / C 4487x once the debtor of a suspense credit is known."""
    line, book = imputation.line, imputation.line.book
    if book not in IDENTIFIED or line.reversal:
        return None
    day, reference = IDENTIFIED[book]
    suffix = account_of(book).suffix
    text = f"Crédit du {line.booked:%d/%m/%Y} identifié – données fictives"
    return Entry(
        book,
        "OD",
        day,
        f"IDF-{book}-{day:%Y-%m}",
        text,
        (
            Posting(imputation.account, debit=line.amount, label=text, reference=reference),
            Posting(f"4487{suffix}", credit=line.amount, label=text, reference=reference),
        ),
    )


def _returned(payment: BankLine) -> Entry:
    """D 5211x / C 47129 when the bank gives a payment back."""
    text = f"Virement revenu impayé {payment.reference} – données fictives"
    return Entry(
        payment.book,
        "BQ",
        later(payment.booked, 1),
        f"RETF-{payment.reference[4:]}",
        text,
        (
            Posting(account_of(payment.book).ledger, debit=payment.amount, label=text, reference=payment.reference),
            Posting("47129", credit=payment.amount, label=text, reference=payment.reference),
        ),
    )


def _regularised(book: str, quarter: str, amount: int, day: date) -> Entry:
    """D 6318 / C 4711x, the order *ne pas payer* of the quarter's bank charges."""
    text = f"Régularisation des frais bancaires, {quarter} – ordre « ne pas payer », données fictives"
    reference = f"NPPF-{book}-{quarter}"
    return Entry(
        book,
        "OD",
        day,
        reference,
        text,
        (
            Posting("6318", debit=amount, label=text, reference=reference),
            Posting(f"4711{account_of(book).suffix}", credit=amount, label=text, reference=reference),
        ),
    )


def _charges(statements: Iterable[MonthlyStatement]) -> list[Entry]:
    """One regularisation a book and quarter; the last quarter's is not made yet."""
    totals: dict[tuple[str, int, int], int] = defaultdict(int)
    for statement in statements:
        quarter = (int(statement.period[5:]) - 1) // 3 + 1
        paid = sum(-line.amount for line in statement.lines if line.kind in ("charge", "tax"))
        totals[statement.book, int(statement.period[:4]), quarter] += paid
    last = max((year, quarter) for _, year, quarter in totals)
    return [
        _regularised(book, f"{year}-T{quarter}", amount, on_or_before(month_end(f"{year}-{quarter * 3:02d}")))
        for (book, year, quarter), amount in totals.items()
        if amount and (year, quarter) != last
    ]


def make_entries(
    payments: Iterable[Payment],
    transfers: Iterable[Transfer],
    statements: tuple[MonthlyStatement, ...],
    imputations: Iterable[Imputation],
) -> tuple[EntryFile, ...]:
    """All the entries to post, by file: a file is dated from its last entry."""
    entries = payment_entries(payments)
    entries += [entry for one in imputations if (entry := _identified(one))]
    entries += [_returned(line) for month in statements for line in month.lines if line.kind == "returned"]
    entries += _charges(statements)
    files: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda one: (one.day, one.document, one.journal != "OP")):
        files[entry.book, f"{entry.day:%Y-%m}"].append(entry)
    done = [
        EntryFile(f"FICTIF_{book}_{period}_ecritures", book, month_end(period), tuple(inside))
        for (book, period), inside in files.items()
    ]
    done += [
        EntryFile(f"FICTIF_{one.reference}_virement", one.sender, one.ordered, transfer_entries(one))
        for one in transfers
    ]
    return tuple(sorted(done, key=lambda file: (file.day, file.name)))
