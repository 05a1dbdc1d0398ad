"""The rules of orders that change with the law: thresholds of visas, nationalities, order of visa and verification."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select

from ledger.keys import require_people
from ledger.orders.duties import NationalityRule
from ledger.orders.stages import REQUESTER, SEQUENCES, VISA_FIRST
from ledger.orders.thresholds import Threshold, check_threshold
from ledger.refusal import Refusal, plain
from ledger.tables.orders import order_event, order_rule, order_rule_end, payment_order
from ledger.users import allow

RULE_TITLES = {"threshold": "seuil de visas", "nationality": "trois nationalités", "sequence": "ordre du visa"}
"""The kinds of rules in words."""


class OrderRuleConflict(Refusal):
    """The rule contradicts one that is in force."""

    code = "order_rule_conflict"
    sentence = (
        "La règle « {kind} » à partir du {start:D} ne peut pas être enregistrée : {fault}. "
        "Attendu : une seule règle de cette nature à la fois, avec son acte. Mettez d'abord fin à la précédente."
    )


class OrderRuleLate(Refusal):
    """The rule would judge acts that were made without it."""

    code = "order_rule_late"
    sentence = (
        "La règle « {kind} » ne peut pas prendre effet le {start:D} : des actes qu'elle régirait portent déjà la date "
        "du {last:D}. Attendu : une date d'effet postérieure. Choisissez un jour à partir du {first:D}."
    )


class OrderRuleUnknown(Refusal):
    """There is no such rule, or it has already ended."""

    code = "order_rule_unknown"
    sentence = "Aucune règle n° {rule} ne peut prendre fin : {fault}. « pcaes order rules list » donne les numéros."


def read_rules(connection: Connection) -> list[dict[str, Any]]:
    """Every rule ever recorded: kind, start, end, values, act."""
    ends = {row.rule_id: row for row in connection.execute(select(order_rule_end))}
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "start": row.start_on,
            "end": ends[row.id].end_on if row.id in ends else None,
            "amount": row.amount,
            "visas": row.visas,
            "sequence": row.sequence,
            "act": row.act,
        }
        for row in connection.execute(select(order_rule).order_by(order_rule.c.id))
    ]


def thresholds(connection: Connection) -> list[Threshold]:
    """The thresholds of visas, ended ones included."""
    return [
        Threshold(rule["amount"], rule["visas"], rule["start"], rule["end"], rule["act"])
        for rule in read_rules(connection)
        if rule["kind"] == "threshold"
    ]


def nationality_rules(connection: Connection) -> list[NationalityRule]:
    """The periods during which three nationalities are asked for."""
    return [
        NationalityRule(rule["start"], rule["end"], rule["act"])
        for rule in read_rules(connection)
        if rule["kind"] == "nationality"
    ]


def sequence_on(connection: Connection, day: date) -> str:
    """Visa first (by default) or verification first, on a day."""
    chosen = [
        rule for rule in read_rules(connection) if rule["kind"] == "sequence" and rule["start"] <= day
    ]  # fmt: skip
    return str(max(chosen, key=lambda rule: rule["start"])["sequence"]) if chosen else VISA_FIRST


def add_rule(
    unit: Any, kind: str, start: date, act: str, *, amount: int | None = None, visas: int | None = None,
    sequence: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Record a rule with its legal act; nothing is rewritten.

    It begins after the last act that it would judge, so that no act becomes unlawful afterwards. Refuses:
    users_undeclared, role_forbidden, threshold_conflict, order_rule_conflict, order_rule_late.
    """
    require_people(unit.user, "changer une règle des ordres de paiement")
    allow(unit.user, "changer une règle des ordres de paiement", "administrator")
    if kind == "threshold":
        check_threshold(Threshold(amount or 0, visas or 0, start, None, act), thresholds(unit.connection))
    else:
        _check_other(unit.connection, kind, start, act, sequence)
    check_effect(kind, start, last_judged(unit.connection, kind))
    row = {
        "id": unit.next_id(order_rule), "kind": kind, "start_on": start, "amount": amount, "visas": visas,
        "sequence": sequence, "act": act,
    }  # fmt: skip
    unit.connection.execute(
        insert(order_rule).values(**row, at=unit.now, actor=unit.user.name, command_id=unit.command_id)
    )
    return dict(plain(row))


def check_effect(kind: str, start: date, last: date | None) -> None:
    """A rule begins after the last act of the kind that it judges. Refuses: order_rule_late."""
    if last is not None and start <= last:
        raise OrderRuleLate(kind=RULE_TITLES.get(kind, kind), start=start, last=last, first=last + timedelta(days=1))


def last_judged(connection: Connection, kind: str) -> date | None:
    """The day (UTC) of the last act that a rule of the kind looks at: authorisations, duties, or creations."""
    if kind == "sequence":
        found = connection.execute(select(func.max(payment_order.c.created_at))).scalar()
    else:
        query = select(func.max(order_event.c.at))
        judged = order_event.c.act == "authorise" if kind == "threshold" else order_event.c.role != REQUESTER
        found = connection.execute(query.where(judged)).scalar()
    return None if found is None else found.date()


def _check_other(connection: Connection, kind: str, start: date, act: str, sequence: str | None) -> None:
    same = [rule for rule in read_rules(connection) if rule["kind"] == kind]
    fault = None
    if not act.strip():
        fault = "acte manquant"
    elif kind == "sequence" and sequence not in SEQUENCES:
        fault = f"ordre « {sequence} » inconnu (attendu {', '.join(SEQUENCES)})"
    elif kind == "sequence" and any(rule["start"] >= start for rule in same):
        fault = "une règle plus récente ou du même jour existe"
    elif kind == "nationality" and any(rule["end"] is None or rule["end"] > start for rule in same):
        fault = "une règle est en vigueur pendant cette période"
    if fault:
        raise OrderRuleConflict(kind=RULE_TITLES.get(kind, kind), start=start, fault=fault)


def end_rule(unit: Any, rule_id: int, end: date, act: str) -> dict[str, Any]:
    """End a threshold or the rule of nationalities on a legal act; the day of the end is excluded.

    Refuses: users_undeclared, role_forbidden, order_rule_unknown.
    """
    require_people(unit.user, "changer une règle des ordres de paiement")
    allow(unit.user, "changer une règle des ordres de paiement", "administrator")
    found = next((rule for rule in read_rules(unit.connection) if rule["id"] == rule_id), None)
    fault = None
    if found is None:
        fault = "elle n'existe pas"
    elif found["end"] is not None:
        fault = f"elle a déjà pris fin le {found['end']:%d/%m/%Y}"
    elif found["kind"] == "sequence":
        fault = "l'ordre du visa et de la liquidation se remplace, il ne prend pas fin"
    elif end <= found["start"]:
        fault = f"la fin demandée n'est pas postérieure à son début, le {found['start']:%d/%m/%Y}"
    if fault:
        raise OrderRuleUnknown(rule=rule_id, fault=fault)
    unit.connection.execute(
        insert(order_rule_end).values(
            rule_id=rule_id, end_on=end, act=act, at=unit.now, actor=unit.user.name, command_id=unit.command_id
        )
    )
    return {"id": rule_id, "end": end}
