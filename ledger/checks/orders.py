"""Payment orders and mandates recomputed from nothing: stages, people, signatures, postings, funds, handovers."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select

from ledger.check import Check, Row, sql_check
from ledger.checks import takeover
from ledger.keys import keys_at
from ledger.mandates.appoint import read_mandates
from ledger.mandates.mandate import check_continuity
from ledger.orders.canonical import canonical_order, digest
from ledger.orders.checks import check_acceptance, check_requisition, check_suspension
from ledger.orders.duties import DUTY_OF_ROLE, Performed, check_nationalities, conflicts, duty_of
from ledger.orders.handover import SignedUnder, check_confirmed
from ledger.orders.inspect import recorded_results
from ledger.orders.order import check_order
from ledger.orders.postings import check_account, check_kind
from ledger.orders.rules import nationality_rules, thresholds
from ledger.orders.signatures import read_signatures
from ledger.orders.stages import OFFICER, REQUESTER, REQUISITIONED, check_move, move
from ledger.orders.stored import StoredOrder, list_orders
from ledger.orders.thresholds import check_visas
from ledger.refusal import Refusal
from ledger.signing import ALGORITHM, signature_holds
from ledger.tables.mandates import mandate as mandate_table
from ledger.tables.orders import (
    document_file,
    order_document,
    order_event,
    order_rule,
    order_signature,
    payment_file,
    payment_order,
)
from ledger.users import list_users


def _mandates(connection: Connection) -> Iterator[Row]:
    try:
        check_continuity(read_mandates(connection))
    except Refusal as fault:
        yield {"fault": fault.code, "message": str(fault)}


def _orders(connection: Connection) -> Iterator[Row]:
    for stored in list_orders(connection):
        try:
            check_order(stored.order)
            check_account(stored.order)
        except Refusal as fault:
            yield {"number": stored.number, "fault": fault.code}


def _stages(connection: Connection) -> Iterator[Row]:
    """Each event starts where the one before it led, by a move that exists, and nobody holds two duties."""
    for stored in list_orders(connection):
        stages: dict[str | None, str] = {}
        performed = [Performed("request", stored.actor)]
        for place, event in enumerate(stored.events, start=1):
            before = stages.get(event.book, stages.get(None, "draft"))
            late = event.book is None and set(stages) - {None}
            try:
                step = move(event.source, event.act, stored.sequence)
                check_move(step, person=event.person, roles=[event.role], reason=event.reason)
                check_kind(step, stored.order)
                performed.append(Performed(duty_of(step), event.person))
                broken = event.source != before or event.target != step.target or event.position != place or late
            except Refusal as fault:
                yield {"number": stored.number, "position": event.position, "fault": fault.code}
                broken = False
            if broken or (step.level == "order") != (event.book is None):
                yield {"number": stored.number, "position": event.position, "fault": "order_event_source"}
            stages[event.book] = event.target
        for person, held in conflicts(performed):
            yield {"number": stored.number, "person": person, "fault": "duty_conflict", "duties": held}


def _officers(connection: Connection) -> Iterator[Row]:
    """Every act of an officer falls inside the mandate it names, and nothing is spent on a predecessor's word."""
    mandates = {one.id: one for one in read_mandates(connection)}
    recorded = {row.id: row.command_id for row in connection.execute(select(mandate_table))}
    commands = {(row.order_id, row.position): row.command_id for row in connection.execute(select(order_event))}
    for stored in list_orders(connection):
        signed: list[tuple[str | None, SignedUnder, str]] = []
        for event in stored.events:
            mandate = mandates.get(stored.mandates.get(event.position, 0))
            if event.role == OFFICER:
                if mandate is None or mandate.person != event.person or not mandate.covers(event.at):
                    yield {"number": stored.number, "position": event.position, "fault": "order_outside_mandate"}
                    continue
                signed.append((event.book, SignedUnder(event.act, mandate.id), event.person))
            # a cut-off recorded after the act does not make the act of an accountant unlawful
            known = [one for one in mandates.values() if recorded[one.id] < commands[stored.id, event.position]]
            holder = max((one for one in known if one.start <= event.at), key=lambda one: one.start, default=None)
            if event.book is None or holder is None:
                continue
            mine = [row for book, row, _ in signed if book in (None, event.book)]
            former = next((person for _, row, person in signed if row.act == "authorise"), "")
            try:
                check_confirmed(stored.number, event.act, event.source, mine, holder, former)
            except Refusal as fault:
                yield {"number": stored.number, "position": event.position, "fault": fault.code}


def _signatures(connection: Connection) -> Iterator[Row]:
    """The bytes of the order, rebuilt now, bear the signature of a registered specimen; every signed act has one."""
    mandates = read_mandates(connection)
    stored_digests = {
        (row.order_id, row.position): row.canonical_sha256 for row in connection.execute(select(order_signature))
    }
    for stored in list_orders(connection):
        needed = {
            event.position
            for event in stored.events
            if event.act in ("authorise", "requisition", "confirm") and event.role == OFFICER
        }
        found = {position for order, position in stored_digests if order == stored.id}
        for position in sorted(needed ^ found):
            yield {"number": stored.number, "position": position, "fault": "signature_missing"}
        positions = {(event.act, event.at, event.book): event.position for event in stored.events}
        for row in read_signatures(connection, stored, mandates):
            data = canonical_order(stored.order, row.act)
            position = positions.get((row.act.act, row.act.signed_at, row.act.book), 0)
            held = {key.public_key for key in keys_at(connection, row.act.person, row.act.signed_at)}
            if row.public_key not in held:
                yield {"number": stored.number, "position": position, "fault": "signature_key_unknown"}
            if stored_digests.get((stored.id, position)) != digest(data):
                yield {"number": stored.number, "position": position, "fault": "signature_digest"}
            if row.algorithm != ALGORITHM or not signature_holds(
                bytes.fromhex(row.public_key), bytes.fromhex(row.signature), data
            ):
                yield {"number": stored.number, "position": position, "fault": "signature_invalid"}


def _accountants(connection: Connection) -> Iterator[Row]:
    """Visas at authorisation; checks at acceptance, suspension and requisition."""
    limits = thresholds(connection)
    for stored in list_orders(connection):
        visas = 0
        for event in stored.events:
            visas += event.act == "visa"
            try:
                if event.act == "authorise":
                    check_visas(stored.number, stored.order.amount, visas, limits, event.at.date())
                else:
                    _check_results(connection, stored, event)
            except Refusal as fault:
                yield {"number": stored.number, "position": event.position, "fault": fault.code}


def _nationalities(connection: Connection) -> Iterator[Row]:
    """On the days of the rule each act was of another nationality than the other duties made before it."""
    rules = nationality_rules(connection)
    nations = {user["name"]: user["nationality"] for user in list_users(connection)}
    for stored in list_orders(connection) if rules else []:
        past: list[Performed] = []
        for event in stored.events:
            new = Performed(DUTY_OF_ROLE[event.role], event.person, nations.get(event.person), event.book)
            try:
                check_nationalities(stored.number, new, past, rules, event.at.date())
            except Refusal as fault:
                yield {"number": stored.number, "position": event.position, "fault": fault.code}
            past.append(new)


def _rules(connection: Connection) -> Iterator[Row]:
    """No rule took effect on a day when acts that it judges were already recorded."""
    events = connection.execute(select(order_event)).all()
    created = connection.execute(select(payment_order)).all()
    for rule in connection.execute(select(order_rule)).all():
        if rule.kind == "sequence":
            judged = [row.created_at for row in created if row.command_id < rule.command_id]
        else:
            before = [row for row in events if row.command_id < rule.command_id]
            signed = rule.kind == "threshold"
            judged = [row.at for row in before if (row.act == "authorise" if signed else row.role != REQUESTER)]
        if judged and max(judged).date() >= rule.start_on:
            yield {"rule": rule.id, "fault": "order_rule_late"}


def _check_results(connection: Connection, stored: StoredOrder, event: Any) -> None:
    results = recorded_results(connection, stored.id, event.position)
    if event.act in ("accept", "regularise"):
        check_acceptance(stored.number, results, requisitioned=event.source == REQUISITIONED)
    elif event.act == "suspend":
        check_suspension(stored.number, results)
    elif event.act == "requisition":
        past = [one.position for one in stored.events if one.act == "suspend" and one.book == event.book]
        before = max((place for place in past if place < event.position), default=0)
        check_requisition(stored.number, recorded_results(connection, stored.id, before))


def _documents(connection: Connection) -> Iterator[Row]:
    query = select(order_document.c.order_id, order_document.c.name, order_document.c.sha256, order_document.c.size)
    contents = {
        row.sha256: (sha256(row.content).hexdigest(), len(row.content))
        for row in connection.execute(select(document_file))
    }
    for row in connection.execute(query):
        if contents.get(row.sha256) != (row.sha256, row.size):
            yield {"order": row.order_id, "document": row.name, "fault": "document_changed"}
    for row in connection.execute(select(payment_file)):
        if sha256(row.content).hexdigest() != row.sha256:
            yield {"message": row.message_id, "fault": "payment_file_changed"}


CHECKS = (
    Check("mandates", "Un ordonnateur, et un seul, à chaque instant depuis la première nomination", _mandates),
    Check("orders", "Chaque ordre de paiement est entier : objet, bénéficiaire, charges égales au montant", _orders),
    sql_check(
        "order_numbers",
        "Les numéros d'ordres de paiement se suivent sans trou dans l'année",
        "SELECT p.year, count(*) AS orders, max(p.rank) AS last FROM payment_order p GROUP BY p.year"
        " HAVING count(*) <> max(p.rank) OR min(p.rank) <> 1",
    ),
    Check("order_stages", "Les actes de chaque ordre suivent les stades, chacun dans sa fonction", _stages),
    Check(
        "order_officers", "Chaque acte de l'ordonnateur est dans son mandat, ou confirmé par le titulaire", _officers
    ),
    Check(
        "order_signatures", "Chaque signature est celle d'un spécimen déposé sur les données de l'ordre", _signatures
    ),
    Check("order_controls", "Visas, contrôles du comptable et réquisitions sont conformes", _accountants),
    sql_check(
        "order_check_people",
        "Les contrôles d'un acte sont ceux de la personne qui l'a fait",
        "SELECT k.order_id, k.position, k.code, k.person, o.person AS act_of FROM order_check k LEFT JOIN order_event o"
        " ON o.order_id = k.order_id AND o.position = k.position WHERE o.person IS NULL OR o.person <> k.person",
    ),
    sql_check(
        "order_sequences",
        "Chaque ordre suit la règle en vigueur à sa création : visa d'abord, ou liquidation d'abord",
        "SELECT number, sequence, expected FROM (SELECT p.number, p.sequence, coalesce((SELECT r.sequence FROM"
        " order_rule r WHERE r.kind = 'sequence' AND CAST(r.start_on AS text) <= substr(p.created_at, 1, 10)"
        # a rule recorded after the order does not make the order wrong
        " AND r.command_id < p.command_id ORDER BY r.start_on DESC LIMIT 1), 'visa_first') AS expected"
        " FROM payment_order p) q WHERE sequence <> expected",
    ),
    Check(
        "order_nationalities",
        "Visa, ordonnancement et paiement sont de trois nationalités quand la règle le veut",
        _nationalities,
    ),
    Check("order_rules", "Chaque règle d'ordre a pris effet après les actes qu'elle régirait", _rules),
    Check("order_documents", "Pièces justificatives et fichiers de virements ont leur empreinte", _documents),
    *takeover.CHECKS,
)
"""What holds of mandates and payment orders; the postings and the funds are in `order_books`."""
