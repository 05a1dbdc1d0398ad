"""What may be imported, and what of a statement is new: pure rules over what the books already hold."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ledger.bank_accounts import BankAccount
from ledger.iban import same_account
from ledger.money import format_francs
from ledger.refusal import Refusal
from reconcile.model import Statement


class AccountNotBound(Refusal):
    """The bank account of a statement belongs to no book."""

    code = "account_not_bound"
    sentence = (
        "Le relevé {number} du fichier {file} porte le compte « {account} », qui n'est rattaché à aucun livre. Comptes "
        "rattachés : {bound}. Rattachez-le par « pcaes account bind », ou vérifiez que ce fichier est bien le vôtre."
    )


class AccountOfOtherBook(Refusal):
    """The account of the statement is another book's."""

    code = "account_of_other_book"
    sentence = (
        "Le relevé {number} du fichier {file} est celui du compte {account}, livre {found} ; il est importé pour le "
        "livre {asked}. Vérifiez le fichier ou l'option --book."
    )


class AccountMissing(Refusal):
    """The file names no account."""

    code = "account_missing"
    sentence = (
        "Le fichier {file} ne dit pas de quel compte il est le relevé. Indiquez le livre par --book : son compte "
        "rattaché sera employé."
    )


class CurrencyForeign(Refusal):
    """The three accounts are in FCFA."""

    code = "currency_foreign"
    sentence = (
        "Le relevé {number} du fichier {file} est en {found} : les comptes du prélèvement sont tenus en francs CFA "
        "(XOF). Demandez à la banque le relevé du compte en XOF."
    )


class StatementDiffers(Refusal):
    """A statement sent again says something else."""

    code = "statement_differs"
    sentence = (
        "Le relevé {number} du compte {account}, du {start:D} au {end:D}, a déjà été importé (fichier {first_file}) et "
        "le fichier {file} en donne un autre contenu : {difference}. Demandez à la banque lequel fait foi ; rien n'est "
        "changé."
    )


class LinesVanished(Refusal):
    """A file covers days already imported and lacks lines that were there."""

    code = "lines_vanished"
    sentence = (
        "Le fichier {file} couvre la période du {start:D} au {end:D} du compte {account}, mais il y manque {count} "
        "ligne(s) déjà importée(s), pour {total:F} : {examples}. Demandez à la banque lequel fait foi ; rien n'est "
        "changé."
    )


class StoredStatement(NamedTuple):
    """A statement of the books."""

    id: int
    file: str
    number: str | None
    start: dt.date | None
    end: dt.date | None
    opening: int | None
    closing: int | None
    line_count: int


class StoredLine(NamedTuple):
    """A line of the books."""

    id: int
    identity: str
    occurrence: int
    booking_date: dt.date
    amount: int
    label: str


class Placed(NamedTuple):
    """What becomes of each line of a statement: known, new, or new and back-dated."""

    known: dict[int, int]
    """Position (from 1) → identifier of the stored line."""
    back_dated: frozenset[int]
    """Positions of new lines whose day was already covered."""


def bound_to(statement: Statement, accounts: Sequence[BankAccount], asked: str | None, file: str) -> BankAccount:
    """The bound account that a statement is of.

    Refuses: account_missing, account_not_bound, account_of_other_book, currency_foreign.
    """
    number = statement.number or "sans numéro"
    if not statement.account:
        mine = [one for one in accounts if one.book == asked]
        if asked is None or len(mine) != 1:
            raise AccountMissing(file=file)
        found = mine[0]
    else:
        matching = [one for one in accounts if same_account(one.iban, statement.account, one.aliases)]
        if len(matching) != 1:
            bound = [f"{one.book} {one.iban}" for one in accounts] or ["aucun"]
            raise AccountNotBound(number=number, file=file, account=statement.account, bound=bound)
        found = matching[0]
    if asked is not None and found.book != asked:
        raise AccountOfOtherBook(number=number, file=file, account=statement.account, found=found.book, asked=asked)
    if statement.currency != "XOF":
        raise CurrencyForeign(number=number, file=file, found=statement.currency or "monnaie inconnue")
    return found


def period_of(statement: Statement) -> tuple[dt.date | None, dt.date | None]:
    """First and last day that a statement covers: as printed, else those of its lines."""
    days = [line.booking_date for line in statement.lines]
    return statement.start or min(days, default=None), statement.end or max(days, default=None)


def same_statement(statement: Statement, stored: Iterable[StoredStatement]) -> StoredStatement | None:
    """The stored statement of the same number and period, if any: numbers alone come back every year."""
    start, end = period_of(statement)
    for one in stored:
        if statement.number is not None and (one.number, one.start, one.end) == (statement.number, start, end):
            return one
    return None


def check_same_content(statement: Statement, other: StoredStatement, known: int, account: str, file: str) -> None:
    """A statement sent again must be the one that is stored: balances, number of lines, every line.

    Refuses: statement_differs.
    """
    faults = []
    for title, found, stored in (
        ("solde initial", statement.opening, other.opening),
        ("solde final", statement.closing, other.closing),
    ):
        if found != stored:
            faults.append(f"{title} {_shown(found)} au lieu de {_shown(stored)}")
    if len(statement.lines) != other.line_count:
        faults.append(f"{len(statement.lines)} lignes au lieu de {other.line_count}")
    elif known != len(statement.lines):
        faults.append(f"{len(statement.lines) - known} ligne(s) différente(s)")
    if faults:
        start, end = period_of(statement)
        raise StatementDiffers(
            number=statement.number, account=account, start=start, end=end, first_file=other.file, file=file,
            difference=" ; ".join(faults),
        )  # fmt: skip


def _shown(amount: int | None) -> str:
    return "absent" if amount is None else format_francs(amount)


def place_lines(
    statement: Statement,
    identities: Sequence[tuple[str, int]],
    stored: Mapping[tuple[str, int], StoredLine],
    covered: Sequence[tuple[dt.date, dt.date]],
    account: str,
    file: str,
) -> Placed:
    """Tell known lines from new ones, and mark the new lines of days that an earlier statement covered.

    `stored` holds the lines of the same account in the period; `covered` the periods of earlier statements.
    The first and last day are left out of the comparison: an opening balance bears the date of the day before,
    and two statements may share a day.
    Refuses: lines_vanished when lines stored between the first and the last day are not in the file.
    """
    if not stored and not covered:  # the first file of an account
        return Placed({}, frozenset())
    known: dict[int, int] = {}
    back_dated: set[int] = set()
    start, end = period_of(statement)
    for position, (identity, line) in enumerate(zip(identities, statement.lines, strict=True), start=1):
        before = stored.get(identity)
        if before is not None:
            known[position] = before.id
        elif any(first <= line.booking_date <= last and last != start for first, last in covered):
            back_dated.add(position)
    if start is not None and end is not None:
        kept = set(known.values())
        lost = [line for line in stored.values() if line.id not in kept and _inside(line.booking_date, start, end)]
        if lost:
            lost.sort(key=lambda line: line.id)
            raise LinesVanished(
                file=file, start=start, end=end, account=account, count=len(lost),
                total=sum(line.amount for line in lost),
                examples=" ; ".join(
                    f"{line.booking_date:%d/%m/%Y} {format_francs(line.amount)} {line.label[:40]}" for line in lost[:3]
                ),
            )  # fmt: skip
    return Placed(known, frozenset(back_dated))


def _inside(day: dt.date, start: dt.date, end: dt.date) -> bool:
    return start < day < end
