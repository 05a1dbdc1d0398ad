"""Appoint the authorising officer: the appointment itself ends the mandate before it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from ledger.chart import require_book
from ledger.keys import register_key, require_people
from ledger.mandates.mandate import Mandate, succeed
from ledger.refusal import Refusal
from ledger.tables.commands import app_user
from ledger.tables.mandates import mandate
from ledger.tables.orders import order_event
from ledger.users import ROLES, UserUnknown, allow, list_users


class MandatePersonRole(Refusal):
    """The person appointed is not declared as an authorising officer."""

    code = "mandate_person_role"
    sentence = (
        "« {person} » est déclaré comme {found} et ne peut pas recevoir de mandat : attendu un utilisateur de rôle "
        "ordonnateur (officer). Déclarez l'ordonnateur sous un nom qui lui soit propre."
    )


def read_mandates(connection: Connection, known_command: int | None = None) -> list[Mandate]:
    """Every mandate recorded up to `known_command` in order of time; each ends where the next begins."""
    query = select(mandate).order_by(mandate.c.start_at)
    if known_command is not None:
        query = query.where(mandate.c.command_id <= known_command)
    rows = connection.execute(query).all()
    ends = [*(row.start_at for row in rows[1:]), None]
    return [
        Mandate(row.id, row.state, row.person, row.start_at, end, row.act, row.public_key)
        for row, end in zip(rows, ends, strict=False)
    ]


def appoint(
    unit: Any, state: str, person: str, start: datetime, act: str, raw_key: bytes | None = None
) -> dict[str, Any]:
    """Record an appointment on its legal act; `raw_key` is the public key of the holder, the specimen.

    Refuses: users_undeclared, role_forbidden, user_unknown, mandate_person_role, mandate_empty, mandate_overlap,
    mandate_gap, mandate_signed_after, key_taken, key_weak, key_unreadable, book_unknown.
    """
    require_people(unit.user, "nommer l'ordonnateur")
    allow(unit.user, "nommer l'ordonnateur", "administrator")
    require_book(unit.connection, state)
    _check_person(unit.connection, person)
    signed = unit.connection.execute(
        select(func.max(order_event.c.at)).where(order_event.c.role == "officer")
    ).scalar()  # fmt: skip
    new = Mandate(unit.next_id(mandate), state, person, start, None, act, raw_key.hex() if raw_key else None)
    ended, made = succeed(read_mandates(unit.connection), new, last_signed_at=signed)
    if raw_key is not None:
        register_key(unit, person, raw_key, act)
    unit.connection.execute(
        insert(mandate).values(
            id=made.id,
            state=state,
            person=person,
            start_at=start,
            act=act,
            public_key=made.public_key,
            at=unit.now,
            actor=unit.user.name,
            command_id=unit.command_id,
        )
    )
    return {**mandate_row(made), "ended": mandate_row(ended) if ended else None}


def mandate_row(one: Mandate) -> dict[str, Any]:
    """A mandate in types that JSON knows."""
    from ledger.orders.canonical import instant_text
    from ledger.signing import fingerprint

    return {
        "id": one.id,
        "state": one.state,
        "person": one.person,
        "from": instant_text(one.start),
        "to": instant_text(one.end) if one.end else None,
        "act": one.act,
        "fingerprint": fingerprint(bytes.fromhex(one.public_key)) if one.public_key else None,
    }


def _check_person(connection: Connection, person: str) -> None:
    role = connection.execute(select(app_user.c.role).where(app_user.c.name == person)).scalar()
    if role is None:
        raise UserUnknown(name=person, known=[user["name"] for user in list_users(connection)])
    if role != "officer":
        raise MandatePersonRole(person=person, found=ROLES[role])
