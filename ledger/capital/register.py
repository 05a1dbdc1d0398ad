"""The acts of the capital register: subscribe, call, pay from the budget, cancel, receive the bank's receipt."""

import datetime as dt
from typing import Any

from sqlalchemy import Connection, insert, select

from ledger.balance import known_entry
from ledger.capital.postings import act_entry
from ledger.capital.rules import KINDS, Act, check_act
from ledger.chart import require_book
from ledger.commands import Answer
from ledger.entry import SealedEntry
from ledger.post import post_entries
from ledger.read import find_by_id
from ledger.refusal import Refusal
from ledger.tables.capital import capital_act, capital_receipt
from ledger.users import User, allow


class ActUnknown(Refusal):
    """The register has no such act."""

    code = "capital_act_unknown"
    sentence = (
        "Le registre du capital n'a pas, pour {state}, {act} de référence {reference}. Références connues : {known}."
    )


class ActCancelled(Refusal):
    """The act is cancelled already."""

    code = "capital_act_cancelled"
    sentence = "Capital, {act} {reference} de {state} est déjà annulé(e), le {day:D}. Rien n'a été fait."


class ReceiptKnown(Refusal):
    """A payment has one receipt."""

    code = "capital_receipt_known"
    sentence = "Le versement {reference} de {state} a déjà un reçu de la banque : {receipt}, du {day:D}."


def read_register(connection: Connection) -> list[Act]:
    """Every act of the register, cancellations included, in the order in which they were recorded."""
    rows = connection.execute(select(capital_act).order_by(capital_act.c.id))
    return [
        Act(
            row.kind, row.state, row.amount, row.date, row.reference, row.due, row.source, row.book, row.id, row.cancels
        )
        for row in rows
    ]


def allow_act(user: User, state: str, book: str | None = None) -> None:
    """The accountant of the State's book keeps its part of the register; of the paying book too, for a payment.

    Refuses: role_forbidden, book_forbidden.
    """
    own = book if book is not None and user.book == book else state
    allow(user, "tenir le registre du capital", "accountant", book=own)


def check_new(unit: Any, act: Act) -> None:
    """Refuse an act that the register cannot take.

    Refuses: book_unknown, what `check_act` refuses.
    """
    from ledger.capital.terms import read_terms

    require_book(unit.connection, act.state)
    check_act(act, read_register(unit.connection), read_terms(unit.connection))


def record(unit: Any, act: Act, entry_id: int, **more: Any) -> int:
    """Write the act's row; its identifier."""
    act_id = int(unit.next_id(capital_act))
    unit.connection.execute(
        insert(capital_act).values(
            id=act_id,
            kind=act.kind,
            state=act.state,
            amount=act.amount,
            date=act.date,
            due=act.due,
            reference=act.reference,
            source=act.source,
            book=act.book or act.state,
            entry_id=entry_id,
            cancels=act.cancels,
            known_entry=known_entry(unit.connection, None),
            at=unit.now,
            actor=unit.user.name,
            command_id=unit.command_id,
            **more,
        )
    )
    return act_id


def answer_act(act: Act, entry: SealedEntry) -> Answer:
    """What an act of the register answers."""
    return {
        "act": act.kind, "state": act.state, "amount": act.amount, "date": act.date, "due": act.due,
        "reference": act.reference, "source": act.source, "entry": entry.reference,
    }  # fmt: skip


def _posted(unit: Any, act: Act) -> Answer:
    allow_act(unit.user, act.state)
    check_new(unit, act)
    sealed = post_entries(unit, [act_entry(act.kind, act.state, act.amount, act.date, act.reference)])[0]
    record(unit, act, sealed.id)
    return answer_act(act, sealed)


def subscribe(unit: Any, state: str, amount: int, date: dt.date, reference: str) -> Answer:
    """A State subscribes: D 2621 / C 48131 in its book.

    Refuses: role_forbidden, book_forbidden, book_unknown, what `check_act` and `post_entries` refuse.
    """
    return _posted(unit, Act("subscribe", state, amount, date, reference))


def call(unit: Any, state: str, amount: int, date: dt.date, due: dt.date, reference: str) -> Answer:
    """The bank calls a part of what a State has subscribed: D 48131 / C 48132 in its book.

    Refuses: as `subscribe`.
    """
    return _posted(unit, Act("call", state, amount, date, reference, due=due))


def pay_from_budget(
    unit: Any, state: str, amount: int, date: dt.date, reference: str, receipt: str | None = None
) -> Answer:
    """A State's own budget pays, outside the three accounts: D 48132 / C 4731x.

    The receipt bears the reference of the payment unless it has its own.

    Refuses: as `subscribe`.
    """
    done = _posted(unit, Act("pay", state, amount, date, reference, source="budget"))
    add_receipt(unit, state, reference, receipt or reference, date)
    return {**done, "receipt": receipt or reference}


def find_act(connection: Connection, kind: str, state: str, reference: str) -> Any:
    """The row of an act by its kind, State and reference.

    Refuses: capital_act_unknown.
    """
    mine = (capital_act.c.kind == kind) & (capital_act.c.state == state) & capital_act.c.cancels.is_(None)
    row = connection.execute(select(capital_act).where(mine, capital_act.c.reference == reference)).one_or_none()
    if row is None:
        known = connection.execute(select(capital_act.c.reference).where(mine).order_by(capital_act.c.id)).scalars()
        raise ActUnknown(state=state, act=KINDS[kind], reference=reference, known=list(known)[-10:] or ["aucune"])
    return row


def cancel(unit: Any, kind: str, state: str, reference: str, date: dt.date, reason: str) -> Answer:
    """Take an act back: the opposite act in the register, and its own entries again with negative amounts.

    A payment that an existing entry justified is only untied; that entry has its own way back.
    Refuses: reason_missing, capital_act_unknown, capital_act_cancelled, role_forbidden, book_forbidden, what
    `check_act`, `mirror` and `post_entries` refuse.
    """
    from ledger.correction_rules import ReasonMissing

    row = find_act(unit.connection, kind, state, reference)
    allow_act(unit.user, state, row.book)
    if not reason.strip():
        raise ReasonMissing(what=f"{KINDS[kind]} {reference}")
    before = unit.connection.execute(select(capital_act.c.date).where(capital_act.c.cancels == row.id)).scalar()
    if before is not None:
        raise ActCancelled(act=KINDS[kind], reference=reference, state=state, day=before)
    act = Act(kind, state, -row.amount, date, f"{reference} (annulation)", None, row.source, row.book, 0, row.id)
    check_new(unit, act)
    entry_id = _taken_back(unit, row, date, reason)
    record(
        unit, act, entry_id, reason=reason.strip(), payment_order=row.payment_order,
        source_entry=row.source_entry, source_position=row.source_position,
    )  # fmt: skip
    return answer_act(act, find_by_id(unit.connection, entry_id))


def _taken_back(unit: Any, row: Any, date: dt.date, reason: str) -> int:
    """The State's negative entry; an existing entry that only justified a payment stays as it is."""
    from ledger.correction_rules import mirror
    from ledger.read import lines_of

    if row.source == "levy" and row.entry_id == row.source_entry:
        return int(row.entry_id)
    wrong = [find_by_id(unit.connection, row.entry_id)]
    if wrong[0].peer is not None:
        wrong.append(find_by_id(unit.connection, wrong[0].peer))
    drafts = [mirror(one, lines_of(unit.connection, one.id), "negative", reason, (date, date.month)) for one in wrong]
    return post_entries(unit, drafts)[0].id


def add_receipt(
    unit: Any, state: str, reference: str, receipt: str, date: dt.date, sha256: str | None = None
) -> Answer:
    """Tie the bank's receipt to a payment; `sha256` is that of the scanned document.

    Refuses: capital_act_unknown, capital_receipt_known, role_forbidden, book_forbidden.
    """
    row = find_act(unit.connection, "pay", state, reference)
    allow_act(unit.user, state, row.book)
    known = unit.connection.execute(select(capital_receipt).where(capital_receipt.c.act_id == row.id)).one_or_none()
    if known is not None:
        raise ReceiptKnown(reference=reference, state=state, receipt=known.receipt, day=known.date)
    unit.connection.execute(
        insert(capital_receipt).values(
            id=unit.next_id(capital_receipt), act_id=row.id, receipt=receipt, date=date, sha256=sha256, at=unit.now,
            actor=unit.user.name, command_id=unit.command_id,
        )
    )  # fmt: skip
    return {"state": state, "reference": reference, "receipt": receipt, "date": date, "sha256": sha256}
