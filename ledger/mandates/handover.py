"""The handover of the office (*remise de service*): the situation frozen at the cut-off, signed by both officers."""

import json
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, insert, select

from ledger.keys import Signer, check_specimen, require_people
from ledger.mandates.appoint import appoint, read_mandates
from ledger.mandates.mandate import OFFSET_HOURS, Mandate, holder_at, instant_from, shown
from ledger.mandates.presidency import load_presidency, presiding_state
from ledger.mandates.situation import situation_at
from ledger.orders.canonical import encode, instant_text
from ledger.refusal import Refusal
from ledger.tables.mandates import handover_record, handover_signature
from ledger.users import UserUnknown, allow, list_users

VERSION = "pcaes-handover-v1"
PARTS = {
    "outgoing": "ordonnateur sortant",
    "incoming": "ordonnateur entrant",
    "witness_one": "premier témoin de la carence",
    "witness_two": "second témoin de la carence",
}


class HandoverWrong(Refusal):
    """The handover cannot be made as asked."""

    code = "handover_wrong"
    sentence = (
        "La remise de service à {person} au {at} ne peut pas être arrêtée : {fault}. Attendu : un instant passé, un "
        "titulaire en fonction, un successeur, et pour une carence un motif et deux témoins distincts. "
        "Corrigez la demande."
    )


class HandoverUnknown(Refusal):
    """There is no such record."""

    code = "handover_unknown"
    sentence = "La remise de service n° {record} n'existe pas. Remises enregistrées : {known}."


class HandoverSignatory(Refusal):
    """The person has nothing to sign on this record."""

    code = "handover_signatory"
    sentence = (
        "« {person} » n'a pas à signer la remise de service n° {record} : {fault}. Signatures attendues : {awaited}."
    )


def hand_over(
    unit: Any,
    person: str,
    at: str,
    act: str | None = None,
    *,
    state: str | None = None,
    raw_key: bytes | None = None,
    absence: str | None = None,
    witnesses: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Freeze the situation at the cut-off, end one mandate and start the next, which is kept when it is there already.

    `at` is a date or an instant in the capital of the successor's State. `act` and `state` are given unless the mandate
    is there already; the State may also come from the history of the presidency, when nothing contradicts it.
    Refuses: users_undeclared, role_forbidden, handover_wrong, user_unknown, and what an appointment refuses.
    """
    require_people(unit.user, "remise de service")
    allow(unit.user, "arrêter une remise de service", "administrator")
    mandates = read_mandates(unit.connection)
    nationality = next((one["nationality"] for one in list_users(unit.connection) if one["name"] == person), None)
    cut_off, code = _cut_off(mandates, person, at, state, nationality)
    _check_request(unit, person, cut_off, at, absence, witnesses)
    successor = next((one for one in mandates if one.start == cut_off and one.person == person), None)
    if successor is None:
        outgoing = holder_at(mandates, cut_off)
        made = appoint(unit, code, person, cut_off, act or "", raw_key)
        successor_id = int(made["id"])
    else:
        earlier = [one for one in mandates if one.end == cut_off]
        if not earlier:
            raise HandoverWrong(person=person, at=shown(cut_off), fault="aucun mandat ne prend fin à cet instant")
        outgoing, successor_id, code = earlier[0], successor.id, successor.state
        act = act or successor.act
    if outgoing.person == person:
        raise HandoverWrong(person=person, at=shown(cut_off), fault="le sortant et l'entrant sont la même personne")
    _check_new(unit.connection, successor_id, person, cut_off)
    content = {
        "version": VERSION,
        "cut_off": instant_text(cut_off),
        "outgoing": {
            "person": outgoing.person,
            "state": outgoing.state,
            "act": outgoing.act,
            "from": instant_text(outgoing.start),
        },
        "incoming": {"person": person, "state": code, "act": act},
        "absence": absence,
        "witnesses": list(witnesses),
        **situation_at(unit.connection, cut_off),
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    record_id = unit.next_id(handover_record)
    unit.connection.execute(
        insert(handover_record).values(
            id=record_id,
            predecessor_id=outgoing.id,
            successor_id=successor_id,
            cut_off=cut_off,
            content=text,
            sha256=sha256(text.encode("utf-8")).hexdigest(),
            absence=absence,
            witness_one=witnesses[0] if witnesses else None,
            witness_two=witnesses[1] if witnesses else None,
            at=unit.now,
            actor=unit.user.name,
            command_id=unit.command_id,
        )
    )
    return _summary(unit.connection, record_id)


def _cut_off(
    mandates: list[Mandate], person: str, at: str, state: str | None, nationality: str | None
) -> tuple[datetime, str]:
    try:
        code = state or _state_of(mandates, person, at, nationality)
        if code is None:
            raise HandoverWrong(person=person, at=at, fault="l'État de l'entrant n'est pas donné (--state)")
        return instant_from(code, at), code
    except (ValueError, KeyError) as fault:
        raise HandoverWrong(person=person, at=at, fault="instant ou État illisible") from fault


def _state_of(mandates: list[Mandate], person: str, at: str, nationality: str | None) -> str | None:
    """The State of the successor when nothing contradicts it: the mandate already there, else the State that presides.

    The history of the presidency may be late on a rotation: it is believed when it changes hands here, or when it
    agrees with the declared nationality.
    """
    own = [one for one in mandates if one.person == person]
    starting = next((one.state for one in own if one.start == instant_from(one.state, at)), None)
    if starting is not None or own:
        return starting or own[-1].state
    history = load_presidency()
    presiding = [state for state in OFFSET_HOURS if presiding_state(history, instant_from(state, at)) == state]
    if len(presiding) != 1:
        return None
    before = [one.state for one in mandates if one.covers(instant_from(presiding[0], at))]
    agreed = nationality == presiding[0] if nationality else presiding != before
    return presiding[0] if agreed else None


def _check_request(
    unit: Any, person: str, cut_off: datetime, at: str, absence: str | None, witnesses: tuple[str, ...]
) -> None:
    fault = None
    if cut_off > unit.now:
        fault = f"l'instant est à venir (il est {shown(unit.now)})"
    elif absence is not None and (not absence.strip() or len(set(witnesses)) != 2):
        fault = "la carence demande un motif et deux témoins distincts"
    elif absence is None and witnesses:
        fault = "des témoins sont donnés sans constat de carence"
    elif person in witnesses:
        fault = "l'entrant ne peut pas être témoin"
    if fault:
        raise HandoverWrong(person=person, at=at, fault=fault)
    known = [user["name"] for user in list_users(unit.connection) if user["active"]]
    for name in witnesses:
        if name not in known:
            raise UserUnknown(name=name, known=known)


def _check_new(connection: Connection, successor_id: int, person: str, cut_off: datetime) -> None:
    taken = select(handover_record.c.id).where(handover_record.c.successor_id == successor_id)
    if (record := connection.execute(taken).scalar()) is not None:
        raise HandoverWrong(person=person, at=shown(cut_off), fault=f"elle est déjà arrêtée (n° {record})")


def signed_bytes(digest: str, part: str, person: str, reservations: str, signed_at: datetime) -> bytes:
    """What a signatory of the record signs: its fingerprint, in which quality, with which reservations, when."""
    return encode((VERSION, digest, part, person, reservations, instant_text(signed_at)))


def sign_handover(unit: Any, record_id: int, signer: Signer, reservations: str = "") -> dict[str, Any]:
    """Sign the frozen record, with reservations if any.

    Refuses: users_undeclared, handover_unknown, handover_signatory, key_unregistered.
    """
    require_people(unit.user, "signer une remise de service")
    document = read_handover(unit.connection, record_id)
    name = unit.user.name
    part = next((one for one, person in document["signatories"].items() if person == name), None)
    done = {row["part"] for row in document["signatures"]}
    if part is None or part in done:
        fault = "elle n'en est pas partie" if part is None else "elle l'a déjà signée"
        raise HandoverSignatory(person=name, record=record_id, fault=fault, awaited=document["awaited"] or "aucune")
    check_specimen(unit.connection, name, signer.public_key, unit.now)
    text = " ".join(reservations.split())
    unit.connection.execute(
        insert(handover_signature).values(
            record_id=record_id,
            part=part,
            person=name,
            public_key=signer.public_key,
            signature=signer.sign(signed_bytes(document["sha256"], part, name, text, unit.now)),
            reservations=text,
            signed_at=unit.now,
            command_id=unit.command_id,
        )
    )
    return {**_summary(unit.connection, record_id), "part": part, "part_title": PARTS[part]}


def read_handover(connection: Connection, record_id: int, known_command: int | None = None) -> dict[str, Any]:
    """The frozen record, its fingerprint, its signatures up to `known_command`, and who has still to sign.

    Refuses: handover_unknown.
    """
    row = connection.execute(select(handover_record).where(handover_record.c.id == record_id)).one_or_none()
    if row is None:
        known = list(connection.execute(select(handover_record.c.id).order_by(handover_record.c.id)).scalars())
        raise HandoverUnknown(record=record_id, known=known or "aucune")
    mandates = {one.id: one for one in read_mandates(connection)}
    signatories = {"incoming": mandates[row.successor_id].person}
    if row.absence is None:
        signatories = {"outgoing": mandates[row.predecessor_id].person, **signatories}
    else:
        signatories |= {"witness_one": row.witness_one, "witness_two": row.witness_two}
    query = select(handover_signature).where(handover_signature.c.record_id == record_id)
    if known_command is not None:
        query = query.where(handover_signature.c.command_id <= known_command)
    signatures = [
        {
            "part": one.part,
            "person": one.person,
            "public_key": one.public_key,
            "signature": one.signature,
            "reservations": one.reservations,
            "signed_at": instant_text(one.signed_at),
        }
        for one in connection.execute(query.order_by(handover_signature.c.signed_at, handover_signature.c.command_id))
    ]
    done = {one["part"] for one in signatures}
    return {
        "id": row.id,
        "cut_off": instant_text(row.cut_off),
        "sha256": row.sha256,
        "content": json.loads(row.content),
        "signatories": signatories,
        "signatures": signatures,
        "awaited": [f"{person} ({PARTS[part]})" for part, person in signatories.items() if part not in done],
    }


def _summary(connection: Connection, record_id: int) -> dict[str, Any]:
    document = read_handover(connection, record_id)
    content = document["content"]
    return {
        "id": record_id,
        "cut_off": document["cut_off"],
        "outgoing": content["outgoing"]["person"],
        "incoming": content["incoming"]["person"],
        "sha256": document["sha256"],
        "to_confirm": content["to_confirm"],
        "awaited": document["awaited"],
    }
