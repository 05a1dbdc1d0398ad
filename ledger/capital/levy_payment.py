"""A payment from the levy: tied to an entry that exists, on 48132, and posted by nobody twice."""

import datetime as dt
from typing import Any

from sqlalchemy import Connection, exists, func, or_, select

from ledger.capital.postings import CALLED, cross_entries
from ledger.capital.register import allow_act, answer_act, check_new, record
from ledger.capital.rules import Act
from ledger.chart import require_book
from ledger.commands import Answer
from ledger.money import format_francs
from ledger.post import post_entries
from ledger.read import find_by_id
from ledger.refusal import Refusal
from ledger.tables.capital import capital_act
from ledger.tables.journal import entry, entry_line


class LevyEntryMissing(Refusal):
    """No entry of the book justifies the payment."""

    code = "capital_entry_missing"
    sentence = (
        "Capital, le versement {reference} de {state} pour {amount:F} : le livre {book} n'a pas, au débit de 48132, de "
        "ligne libre de cette référence et de ce montant au plus tard le {day:D}. Trouvé : {found}. Passez d'abord "
        "l'ordre de paiement ou l'écriture (D 48132), ou corrigez la référence, le montant ou --book."
    )


class LevyEntrySeveral(Refusal):
    """Several entries could justify the payment: the machine does not choose."""

    code = "capital_entry_several"
    sentence = (
        "Capital, le versement {reference} de {state} pour {amount:F} : plusieurs lignes du livre {book} conviennent "
        "({found}). Donnez à chaque écriture sa propre référence."
    )


def pay_from_levy(unit: Any, state: str, amount: int, date: dt.date, reference: str, book: str | None = None) -> Answer:
    """A State pays from the levy account of `book` (its own by default): the register names the entry that did it.

    Nothing is posted, unless the account is another State's: then the pair through the liaison accounts, both or none.
    Refuses: role_forbidden, book_forbidden, book_unknown, capital_entry_missing, capital_entry_several, what
    `check_act` and `post_entries` refuse.
    """
    require_book(unit.connection, state)
    paying = book or state
    require_book(unit.connection, paying)
    allow_act(unit.user, state, paying)
    act = Act("pay", state, amount, date, reference, source="levy", book=paying)
    check_new(unit, act)
    line = _free_line(unit.connection, act)
    sealed = find_by_id(unit.connection, line.entry_id)
    order = sealed.origin_ref if sealed.origin == "order" else None
    stands = sealed
    if paying != state:
        pair = post_entries(unit, cross_entries(state, paying, amount, date, reference))
        stands = next(one for one in pair if one.book == state)
    record(
        unit, act, stands.id, source_entry=line.entry_id, source_position=line.position, payment_order=order
    )  # fmt: skip
    return {**answer_act(act, stands), "book": paying, "source_entry": sealed.reference, "payment_order": order}


def _candidates(connection: Connection, act: Act, book: str | None) -> list[Any]:
    """The lines on 48132 that bear the reference, and whether they are free."""
    correction = entry.alias("correction")
    taken = (
        select(func.coalesce(func.sum(func.sign(capital_act.c.amount)), 0))
        .where(
            capital_act.c.source_entry == entry_line.c.entry_id,
            capital_act.c.source_position == entry_line.c.position,
        )
        .scalar_subquery()
    )
    query = (
        select(
            entry_line.c.entry_id, entry_line.c.position, entry_line.c.debit, entry_line.c.date, entry.c.book,
            entry.c.journal, entry.c.year, entry.c.number, taken.label("taken"),
            exists().where(correction.c.corrects == entry.c.id).label("corrected"),
        )
        .join(entry, entry.c.id == entry_line.c.entry_id)
        .where(
            entry_line.c.account == CALLED,
            entry_line.c.debit > 0,
            entry.c.corrects.is_(None),
            entry.c.origin.not_in(("capital", "opening", "closing")),
            or_(
                entry_line.c.reference == act.reference,
                entry.c.document == act.reference,
                entry.c.origin_ref == act.reference,
            ),
        )
        .order_by(entry_line.c.entry_id, entry_line.c.position)
    )  # fmt: skip
    if book is not None:
        query = query.where(entry.c.book == book)
    return list(connection.execute(query))


def _free_line(connection: Connection, act: Act) -> Any:
    every = _candidates(connection, act, act.book)
    fit = [
        row for row in every if not row.taken and not row.corrected and row.debit == act.amount and row.date <= act.date
    ]
    if len(fit) == 1:
        return fit[0]
    facts = {"reference": act.reference, "state": act.state, "amount": act.amount, "book": act.book}
    if fit:
        raise LevyEntrySeveral(found="; ".join(_told(row) for row in fit), **facts)
    seen = every or _candidates(connection, act, None)
    raise LevyEntryMissing(day=act.date, found="; ".join(_told(row) for row in seen) or "aucune ligne", **facts)


def _told(row: Any) -> str:
    state = " (corrigée)" if row.corrected else " (déjà rattachée à un versement)" if row.taken else ""
    name = f"{row.book}/{row.journal}/{row.year}/{row.number}"
    return f"{name} du {row.date:%d/%m/%Y}, {format_francs(row.debit)}{state}"
