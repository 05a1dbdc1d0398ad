"""The take-over of history (*reprise*): open in a new database, ended once and for ever."""

import datetime as dt
from typing import Any

from sqlalchemy import Connection, func, insert, select

from ledger.refusal import Refusal
from ledger.tables.books import bank_account
from ledger.tables.journal import entry, entry_line
from ledger.tables.periods import takeover_end
from ledger.users import allow

WITHOUT_ORDER = ("direct", "capital", "collection")
"""Origins that may credit a bank account only while history is taken over."""


class TakeoverEnded(Refusal):
    """The take-over ends once."""

    code = "takeover_ended"
    sentence = "La reprise est terminée depuis le {until:D} : elle ne se termine qu'une fois et ne se rouvre pas."


class TakeoverEntriesAfter(Refusal):
    """Entries after the date already use what the take-over alone allows."""

    code = "takeover_entries_after"
    sentence = (
        "La reprise ne peut pas se terminer au {until:D} : {count} écriture(s) postérieures créditent un compte "
        "bancaire sans ordre accepté (la dernière, {entry}, du {day:D}). Choisissez une date à partir du {day:D}."
    )


def takeover(connection: Connection) -> dt.date | None:
    """The last day of the take-over, or None while it is open."""
    return connection.execute(select(takeover_end.c.until)).scalar()


def end_takeover(unit: Any, until: dt.date) -> dict[str, Any]:
    """End the take-over: from now on a bank account is credited by an order, a transfer or a bank line only.

    `until` is the last day of the history taken over; an entry recorded later is judged so whatever its date.
    The answer names the open drafts that can no longer be posted as they are.
    Refuses: role_forbidden, takeover_ended, takeover_entries_after.
    """
    allow(unit.user, "terminer la reprise", "administrator", "accountant")
    connection = unit.connection
    ended = takeover(connection)
    if ended is not None:
        raise TakeoverEnded(until=ended)
    banks = [f"5211{place}" for place in (1, 2, 3)]
    banks += connection.execute(select(bank_account.c.account)).scalars().all()
    after = (
        select(entry.c.id)
        .join(entry_line, entry_line.c.entry_id == entry.c.id)
        .where(entry.c.date > until, entry_line.c.account.in_(set(banks)), entry_line.c.credit > 0)
        .where(
            entry.c.origin.in_(WITHOUT_ORDER) & entry.c.correction.is_(None)
            # a receipt taken back by swapping its sides is one of them; the halves of a transfer are not
            | ((entry.c.correction == "contra") & entry.c.peer.is_(None))
        )
        .distinct()
    ).subquery()
    count, last = connection.execute(select(func.count(), func.max(after.c.id))).one()
    if count:
        newest = connection.execute(
            select(entry).where(entry.c.id.in_(select(after.c.id))).order_by(entry.c.date.desc(), entry.c.id.desc())
        ).first()
        reference = f"{newest.book}/{newest.journal}/{newest.year}/{newest.number}"
        raise TakeoverEntriesAfter(until=until, count=count, entry=reference, day=newest.date, last=last)
    connection.execute(
        insert(takeover_end).values(id=1, until=until, at=unit.now, actor=unit.user.name, command_id=unit.command_id)
    )
    return {"takeover": {"open": False, "until": until, "drafts": _drafts_left(connection, until)}}


def _drafts_left(connection: Connection, until: dt.date) -> list[int]:
    """The open drafts that pay without an order: from now on nobody can post them as they are."""
    from ledger.bank_credit import TakeoverBankCredit, check_bank_credit
    from ledger.drafts import list_drafts
    from ledger.entry_file import read_entries

    left = []
    for draft in list_drafts(connection):
        try:
            check_bank_credit(read_entries({"entries": [draft["entry"]]}, f"n° {draft['id']}")[0], until)
        except TakeoverBankCredit:
            left.append(int(draft["id"]))
    return left
