"""Take a bank line that nobody can name to a suspense account (CIP), so that the books hold what the bank holds."""

from typing import Any

from sqlalchemy import select

from ledger.chart import account_of
from ledger.post import law_of
from ledger.tables.books import account as account_table
from ledger.users import allow
from reconcile.act_rules import ImputationAccount
from reconcile.matching.references import exact_key
from reconcile.matching.rows import BankLine, Posting, PostingLine
from reconcile.open_lines import bank_ledger_accounts
from reconcile.rule_entry import post_rules
from reconcile.settle_lines import book_of_line, open_bank_line, require_reason
from reconcile.store_match import ConfirmedMatch, store_matches

Answer = dict[str, Any]


def impute_line(unit: Any, line: int, reason: str | None, account: str | None = None) -> Answer:
    """Post an open bank line to a suspense account and match it with that entry, in one act.

    A debit goes to D 4711x / C 5211x, a credit to D 5211x / C 4712x, unless another suspense account of the book is
    named (47129 for a returned payment, 4712x for a credit that the bank takes back).
    Refuses: bank_line_unknown, bank_line_matched, reason_missing, imputation_account, role_forbidden,
    book_forbidden, and what `post_entries` refuses.
    """
    book = book_of_line(unit.connection, line)
    allow(unit.user, "imputer une ligne de relevé", "accountant", book=book)
    why = require_reason(reason, f"la ligne de relevé n° {line}")
    seen = open_bank_line(unit.connection, book, line)
    number = account or account_of("4712" if seen.amount > 0 else "4711", book)
    known = _suspense_accounts(unit, book)
    if number not in known:
        raise ImputationAccount(account=number, book=book, known=known)
    bank = bank_ledger_accounts(unit.connection, book)[0]
    posting = _posting(seen, bank, number, why)
    sealed, places = post_rules(unit, law_of(unit.connection), [(posting, line)], "imputation")[0]
    match_id = store_matches(
        unit,
        [
            ConfirmedMatch(
                book, "imputation", f"Imputé au compte {number} : {why}", [line], places,
                {"account": number, "amount": seen.amount}, posted_entry=sealed.id,
            )
        ],
    )[0]  # fmt: skip
    return {"match": match_id, "book": book, "account": number, "amount": seen.amount, "entry": sealed.reference}


def _suspense_accounts(unit: Any, book: str) -> list[str]:
    query = select(account_table.c.number).where(
        account_table.c.suspense, account_table.c.postable, account_table.c.pairing.is_(None),
        (account_table.c.book == book) | account_table.c.book.is_(None),
    )  # fmt: skip
    return sorted(str(row[0]) for row in unit.connection.execute(query))


def _posting(seen: BankLine, bank: str, number: str, why: str) -> Posting:
    reference = exact_key(seen.customer_reference) or exact_key(seen.bank_reference) or None
    label = f"{why} : {seen.label.strip()}"[:200] if seen.label.strip() else why[:200]
    amount = abs(seen.amount)
    debited, credited = (bank, number) if seen.amount > 0 else (number, bank)
    return Posting(
        seen.book,
        seen.booking_date,
        label,
        reference or f"RELEVE-{seen.id}",
        (
            PostingLine(debited, debit=amount, label=label, reference=reference),
            PostingLine(credited, credit=amount, label=label, reference=reference),
        ),
    )
