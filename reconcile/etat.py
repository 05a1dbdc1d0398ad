"""The *état de rapprochement bancaire* of one book at a month's end, computed from where book and bank stand."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from ledger.age import age_class, age_days
from ledger.money import format_francs
from ledger.refusal import plain
from reconcile.bank_position import Position
from reconcile.suspense import SuspenseItem


class EtatItem(NamedTuple):
    """A line that one side has and the other lacks. `id` stays the same from month to month."""

    id: str
    first_seen: dt.date
    place: str
    reference: str
    label: str
    amount: int
    age_days: int
    age: str


class EtatSuspense(NamedTuple):
    """An item of a suspense account, followed to zero."""

    id: str
    account: str
    first_seen: dt.date
    label: str
    amount: int
    left: int
    age_days: int
    age: str


class EtatFault(NamedTuple):
    """Why the statement cannot be signed: a stable code and the sentence for the accountant."""

    code: str
    message: str


@dataclass(frozen=True)
class Etat:
    """Two blocks that end on the same balance, to the franc. Amounts are signed from the holder's side.

    `to_book`: seen by the bank, to be posted by the accountant; `to_bank`: posted, not yet seen by the bank. It is
    as known up to an entry and a command of the record. Without faults it may be signed.
    """

    book: str
    year: int
    month: int
    end: dt.date
    book_balance: int
    to_book: tuple[EtatItem, ...]
    adjusted_book: int
    bank_balance: int | None
    bank_statement: str | None
    bank_statement_date: dt.date | None
    to_bank: tuple[EtatItem, ...]
    adjusted_bank: int | None
    difference: int | None
    suspense: tuple[EtatSuspense, ...]
    faults: tuple[EtatFault, ...]
    known_entry: int
    known_command: int

    def as_json(self) -> dict[str, Any]:
        """The statement in types that JSON knows; `lines` of each block are objects."""
        document = asdict(self)
        for name in ("to_book", "to_bank", "suspense", "faults"):
            document[name] = [item._asdict() for item in getattr(self, name)]
        return dict(plain(document))

    @property
    def bank_line_ids(self) -> tuple[int, ...]:
        """The bank lines that the statement lists as open."""
        return tuple(int(item.id.removeprefix("B-")) for item in self.to_book)


def make_etat(
    at: Position, covered_until: dt.date | None, expected: dt.date, suspense: Sequence[SuspenseItem], known_entry: int,
    known_command: int,
) -> Etat:  # fmt: skip
    """The statement of a position at a month's end. `covered_until` is the last day that statements answer for,
    `expected` the last one on which the bank of the State surely books."""
    to_book = tuple(
        _item(f"B-{line.id}", at.day, line.date, f"{line.statement}, ligne {line.position}",
              line.customer_reference or line.bank_reference or "", line.label, line.amount)
        for line in at.to_book
    )  # fmt: skip
    to_bank = tuple(
        _item(f"L-{at.book}/{line.journal}/{line.year}/{line.number}:{line.id[1]}", at.day, line.date,
              f"{at.book}/{line.place}", line.reference, line.label, line.amount)
        for line in at.to_bank
    )  # fmt: skip
    ages = (age_days(one.first_seen, at.day) for one in suspense)
    items = tuple(EtatSuspense(*one, days, age_class(days)) for one, days in zip(suspense, ages, strict=True))
    return Etat(
        book=at.book,
        year=at.day.year,
        month=at.day.month,
        end=at.day,
        book_balance=at.book_balance,
        to_book=to_book,
        adjusted_book=at.adjusted_book,
        bank_balance=None if at.bank is None else at.bank.amount,
        bank_statement=None if at.bank is None else at.bank.statement,
        bank_statement_date=None if at.bank is None else at.bank.closed_on,
        to_bank=to_bank,
        adjusted_bank=at.adjusted_bank,
        difference=at.difference,
        suspense=items,
        faults=tuple(find_faults(at, covered_until, expected)),
        known_entry=known_entry,
        known_command=known_command,
    )


def _item(
    name: str, day: dt.date, seen: dt.date, place: str, reference: str, label: str, amount: int
) -> EtatItem:  # fmt: skip
    days = age_days(seen, day)
    return EtatItem(name, seen, place, reference, label, amount, days, age_class(days))


def find_faults(at: Position, covered_until: dt.date | None, expected: dt.date) -> list[EtatFault]:
    """Why a statement cannot be signed: codes no_statement, month_not_covered, statement_unproven, statements_gap,
    opening_not_taken_over, matches_unbalanced, difference."""
    name = f"{at.book} au {at.day:%d/%m/%Y}"
    if at.bank is None:
        return [EtatFault("no_statement", f"Aucun relevé n'a été importé pour le compte du livre {name}.")]
    found = []
    if covered_until is None or covered_until < expected:
        until = "aucun" if covered_until is None else f"le {covered_until:%d/%m/%Y}"
        message = (
            f"Les relevés du livre {name} ne couvrent pas la fin du mois : dernier jour où la banque est ouverte, le "
            f"{expected:%d/%m/%Y} ; dernier jour couvert, {until}."
        )
        found.append(EtatFault("month_not_covered", f"{message} Importez le relevé qui manque."))
    if not at.bank.proven:
        message = f"Le solde de la banque du livre {name} n'est pas prouvé (un relevé ne donne pas ses deux soldes)."
        found.append(EtatFault("statement_unproven", f"{message} Demandez à la banque un relevé avec soldes."))
    causes = (
        ("statements_gap", -at.gaps, "les soldes des relevés ne s'enchaînent pas : un relevé manque"),
        ("opening_not_taken_over", at.brought_forward - at.bank.first_opening,
         "le solde d'ouverture du premier relevé n'est pas celui que les livres ont repris"),
        ("matches_unbalanced", at.settled_book - at.settled_bank, "des rapprochements n'ont pas deux côtés égaux"),
    )  # fmt: skip
    found += [EtatFault(code, f"Écart de {format_francs(amount)} : {why}.") for code, amount, why in causes if amount]
    if at.difference:
        message = (
            f"Les deux soldes rectifiés du livre {name} diffèrent : livres {format_francs(at.adjusted_book)}, banque "
            f"{format_francs(at.adjusted_bank or 0)}, écart {format_francs(at.difference)}."
        )
        found.append(EtatFault("difference", message))
    return found
