"""Move an order: every act of its life goes through here, checked, signed, posted and recorded in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from ledger.keys import Signer, require_people
from ledger.mandates.appoint import read_mandates
from ledger.mandates.mandate import OFFSET_HOURS, Mandate, holder_at
from ledger.orders.canonical import SignedAct
from ledger.orders.checks import CheckResult, check_acceptance, check_requisition, check_suspension, suspension_reasons
from ledger.orders.duties import Performed, check_duties, check_nationalities, duty_of
from ledger.orders.funds import check_funds, check_payment_funds
from ledger.orders.handover import SignedUnder, check_confirmed
from ledger.orders.inspect import all_results, computed_results, recorded_results
from ledger.orders.post_order import posted_entries
from ledger.orders.postings import check_kind
from ledger.orders.rules import nationality_rules, thresholds
from ledger.orders.signatures import SignatureMissing, sign_act
from ledger.orders.stages import (
    ACCEPTED,
    ACCOUNTANT,
    AUTHORISED,
    CHARGE,
    OFFICER,
    REQUISITIONED,
    Move,
    act_title,
    check_move,
    move,
)
from ledger.orders.stored import WHOLE, StoredOrder, find_order, list_orders
from ledger.orders.thresholds import check_visas
from ledger.orders.transfer_recall import check_not_sent, live_file
from ledger.refusal import Refusal
from ledger.tables.orders import order_check, order_event
from ledger.users import BookForbidden, list_users

DERIVED = ("clear", "unclear")
"""Moves that nobody makes: a payment is « vu au relevé » while its bank line is matched with it."""


class OrderOutsideMandate(Refusal):
    """The person does not hold the office now."""

    code = "order_outside_mandate"
    sentence = (
        "L'ordre de paiement {number} : {person} ne tient pas l'office d'ordonnateur à l'instant de l'acte « {act} ». "
        "Titulaire : {holder} ({state}), depuis le {start}. Faites faire l'acte par le titulaire."
    )


class OrderBookUnknown(Refusal):
    """The order has no charge on that book."""

    code = "order_charge_unknown"
    sentence = "L'ordre de paiement {number} ne charge pas le livre {book}. Livres chargés : {books}."


class OrderDateWrong(Refusal):
    """An accounting date that the act cannot have."""

    code = "order_date_wrong"
    sentence = (
        "L'ordre de paiement {number} : l'acte « {act} » ne peut pas être daté du {day:D}. Attendu : une date entre "
        "celle de l'ordre ({first:D}) et celle du jour ({last:D}). Corrigez --date."
    )


@dataclass(frozen=True, slots=True)
class Given:
    """What the person brings to an act: the book, the reason, the key, the results of checks, the accounting date."""

    book: str | None = None
    reason: str | None = None
    signer: Signer | None = None
    results: tuple[CheckResult, ...] = ()
    day: date | None = None


@dataclass
class _Act:
    """One act on one charge (or on the whole order), with everything that its rules look at."""

    unit: Any
    stored: StoredOrder
    step: Move
    book: str | None
    given: Given
    mandates: Sequence[Mandate]
    results: list[CheckResult] = field(default_factory=list)

    @property
    def position(self) -> int:
        return len(self.stored.events) + 1


def act_on(unit: Any, reference: str, name: str, given: Given) -> dict[str, Any]:
    """Make one move of an order: on the whole order, on the charge of `given.book`, or on every charge that it fits.

    An accountant who keeps one book moves that book's charge. Refuses: users_undeclared, order_unknown,
    order_move_illegal, order_role_wrong, order_reason_missing, order_charge_unknown, book_forbidden, duty_conflict,
    visa_twice, nationality_rule, order_outside_mandate, mandate_none, signature_missing, key_unregistered,
    visa_missing, order_funds, order_kind_wrong, order_awaits_confirmation, order_in_transfer_file,
    order_date_wrong, the refusals of the checks and those of posting.
    """
    require_people(unit.user, f"ordre de paiement : {act_title(name)}")
    stored = find_order(unit.connection, reference)
    mandates = read_mandates(unit.connection)
    entries: list[str] = []
    for book in _books(unit, stored, name, given.book):
        step = move(stored.stage_of(book), name, stored.sequence)
        act = _Act(unit, stored, step, book, given, mandates)
        entries += _perform(act)
        stored = find_order(unit.connection, stored.number)
    stages = stored.charge_stages()
    return {
        "id": stored.id,
        "number": stored.number,
        "stage": stored.stage,
        "charges": [
            {"book": one.book, "amount": one.amount, "stage": stages[one.book]} for one in stored.order.charges
        ],
        "entries": entries,
    }


def _books(unit: Any, stored: StoredOrder, name: str, asked: str | None) -> list[str | None]:
    """The charges that the act is about; None stands for the whole order."""
    if name in DERIVED or stored.whole_stage != AUTHORISED:
        if name in DERIVED:
            move("", name, stored.sequence)  # never legal: the bank line decides
        return [None]
    charged = [charge.book for charge in stored.order.charges]
    if asked is None and unit.user.role == ACCOUNTANT and unit.user.book is not None:
        asked = unit.user.book
    if asked is not None:
        if asked not in charged:
            raise OrderBookUnknown(number=stored.number, book=asked, books=charged)
        return [asked]
    fits = [book for book in charged if _fits(stored, book, name)]
    return list(fits or charged[:1])


def _fits(stored: StoredOrder, book: str, name: str) -> bool:
    try:
        move(stored.stage_of(book), name, stored.sequence)
    except Refusal:
        return False
    return True


def _perform(act: _Act) -> list[str]:
    unit, step = act.unit, act.step
    check_move(step, person=unit.user.name, roles=[unit.user.role], reason=_reason(act))
    if step.role == ACCOUNTANT and act.book is not None and unit.user.book not in (None, act.book):
        raise BookForbidden(name=unit.user.name, own=unit.user.book, book=act.book)
    check_kind(step, act.stored.order)
    _check_people(act)
    holder = _check_office(act)
    _check_law(act)
    _record(act, holder)
    day = _day(act)
    return posted_entries(unit, act.stored, step, act.book, act.position, day)


def _reason(act: _Act) -> str | None:
    """The reason given; the notes of the failed checks are the reasons of a suspension that says no more."""
    reason = " ".join((act.given.reason or "").split())
    if not reason and act.step.act == "suspend":
        reason = " ; ".join(suspension_reasons(act.given.results))
    return reason or None


def _check_people(act: _Act) -> None:
    """Separation of duties, and of nationalities where the option is in force."""
    unit, stored = act.unit, act.stored
    nations = {user["name"]: user["nationality"] for user in list_users(unit.connection)}
    past = [Performed("request", stored.actor, nations.get(stored.actor))]
    past += [
        Performed(duty_of(move(event.source, event.act, stored.sequence)), event.person, nations.get(event.person))
        for event in stored.events
    ]
    new = Performed(duty_of(act.step), unit.user.name, unit.user.nationality, act.book)
    if act.step.act != "visa":
        past = [row for row in past if not (row.duty == new.duty == "visa" and row.person == new.person)]
    check_duties(stored.number, new, past)
    check_nationalities(stored.number, new, past, nationality_rules(unit.connection), unit.now.date())


def _check_office(act: _Act) -> Mandate | None:
    """An officer acts while holding the office; what spends on a predecessor's word waits for the successor."""
    unit, stored, step = act.unit, act.stored, act.step
    if step.role != OFFICER and act.book is None:
        return None
    holder = holder_at(act.mandates, unit.now)
    if step.role == OFFICER and holder.person != unit.user.name:
        raise OrderOutsideMandate(
            number=stored.number,
            person=unit.user.name,
            act=act_title(step.act),
            holder=holder.person,
            state=holder.state,
            start=f"{holder.start:%d/%m/%Y %H:%M} UTC",
        )
    if act.book is not None:
        mine = [event for event in stored.events if event.role == OFFICER and event.book in (None, act.book)]
        signed = [SignedUnder(event.act, stored.mandates[event.position]) for event in mine]
        former = next((event.person for event in mine if event.act == "authorise"), "")
        check_confirmed(stored.number, step.act, step.source, signed, holder, former)
    return holder if step.role == OFFICER else None


def _check_law(act: _Act) -> None:
    """What the move itself asks for: funds, visas, checks."""
    unit, stored, step, book = act.unit, act.stored, act.step, act.book
    if step.act == "commit":
        check_funds(unit.connection, stored, list_orders(unit.connection))
    elif step.act == "authorise":
        given = sum(event.act == "visa" for event in stored.events)
        check_visas(stored.number, stored.order.amount, given, thresholds(unit.connection), unit.now.date())
    elif step.act in ("accept", "regularise", "suspend") and book is not None:
        computed = computed_results(unit.connection, stored, book, act.mandates, unit.user.name)
        act.results = all_results(stored.number, computed, act.given.results)
        if step.act == "suspend":
            check_suspension(stored.number, act.results)
        else:
            check_acceptance(stored.number, act.results, requisitioned=step.source == REQUISITIONED)
    elif step.act == "requisition":
        last = max(event.position for event in stored.events if event.act == "suspend" and event.book == book)
        check_requisition(stored.number, recorded_results(unit.connection, stored.id, last))
    elif step.act == "pay" and book is not None:
        check_payment_funds(unit.connection, stored, book)
    if step.source == ACCEPTED and book is not None:
        check_not_sent(stored.number, step.act, book, live_file(unit.connection, stored, book))


def _record(act: _Act, holder: Mandate | None) -> None:
    """Signature and checks first, then the event that seals them."""
    unit, stored, step, position = act.unit, act.stored, act.step, act.position
    reason = _reason(act)
    if step.signed and holder is not None:
        if act.given.signer is None:
            raise SignatureMissing(number=stored.number, act=act_title(step.act), person=unit.user.name)
        signed = SignedAct(step.act, unit.now, unit.user.name, holder.state, holder.start, act.book, reason)
        sign_act(unit, stored.id, position, stored.order, signed, holder, act.given.signer)
    if act.results:
        rows = [
            {
                "order_id": stored.id, "position": position, "code": row.code, "passed": row.passed,
                "person": row.person, "note": row.note.strip(), "command_id": unit.command_id,
            }
            for row in act.results
        ]  # fmt: skip
        unit.connection.execute(insert(order_check), rows)
    unit.connection.execute(
        insert(order_event).values(
            order_id=stored.id,
            position=position,
            book=act.book if step.level == CHARGE else WHOLE,
            source=step.source,
            act=step.act,
            target=step.target,
            role=step.role,
            person=unit.user.name,
            at=unit.now,
            reason=reason,
            mandate_id=holder.id if holder is not None else None,
            command_id=unit.command_id,
        )
    )


def _day(act: _Act) -> date:
    """The accounting date: the one given, or today in the capital of the book."""
    today = local_day(act.book, act.unit.now)
    first = act.stored.created_at.date()
    day = act.given.day or today
    if not first <= day <= today:
        raise OrderDateWrong(number=act.stored.number, act=act_title(act.step.act), day=day, first=first, last=today)
    return day


def local_day(book: str | None, instant: datetime) -> date:
    """The day of an instant in the capital of a book."""
    return (instant + timedelta(hours=OFFSET_HOURS.get(book or "", 0))).date()
