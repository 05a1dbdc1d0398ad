"""Decisions dated since the books opened: rate, deadline, exemption, public holiday. Never silently retroactive."""

import datetime as dt
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select

from ledger.book import BOOKS
from ledger.levy.chain import Collection, collections
from ledger.levy.exemptions import exempt_values
from ledger.levy.law import STATUS, LevyLaw, levy_law
from ledger.levy.months import period_end
from ledger.refusal import Refusal
from ledger.tables.commands import command_log
from ledger.tables.declarations import levy_decision
from ledger.users import allow

Answer = dict[str, Any]
KINDS = {
    "rate": "taux du prélèvement",
    "deadline": "délai de reversement",
    "exemption": "exonération",
    "holiday": "jour férié",
}
LIMITS = {"rate": (0, 10_000), "deadline": (0, 366)}
CODE_LENGTH_MAX = 10


class Decision(NamedTuple):
    """What is decided: `value` is a rate per ten thousand or a number of days; `code` an exemption's or a State's.

    `in_force` False ends an exemption, or says that a day is worked after all.
    """

    kind: str
    from_date: dt.date
    legal_reference: str
    reason: str
    value: int | None = None
    code: str = ""
    title: str = ""
    in_force: bool = True
    status: str = "established"


class DecisionUnreadable(Refusal):
    """A value, a code or a text of the decision cannot be used."""

    code = "levy_decision_unreadable"
    sentence = "La décision ({kind}, à compter du {day:D}) est refusée : {fault}. Corrigez, puis recommencez."
    exit_code = 2


class DecisionDated(Refusal):
    """Another decision of the same kind takes effect on that day."""

    code = "levy_decision_dated"
    sentence = (
        "La décision ({kind}, à compter du {day:D}) est refusée : une autre prend effet le même jour, « {found} » "
        "({reference}). Une seule est en vigueur à chaque date : donnez une autre date, ou --correct si celle-ci la "
        "remplace."
    )


class DecisionUnchanged(Refusal):
    """What is decided is what is in force already."""

    code = "levy_decision_unchanged"
    sentence = (
        "La décision ({kind}, à compter du {day:D}) est refusée : « {found} » est déjà en vigueur à cette date. "
        "Rien n'est à enregistrer ; vérifiez la date et la valeur."
    )


class DecisionRetroactive(Refusal):
    """The decision takes effect before the day on which it is recorded: what it changes is shown first."""

    code = "levy_decision_retroactive"
    sentence = (
        "La décision ({kind}) est refusée : elle prend effet le {day:D}, avant le jour de son enregistrement, "
        "{today:D}. Elle changerait {months:mois déclaré|mois déclarés}, attendu {difference:F} francs de différence. "
        "Relancez avec --retroactive pour l'enregistrer en connaissance de cause."
    )


def decide(unit: Any, decision: Decision, *, retroactive: bool = False, correct: bool = False) -> Answer:
    """Record a decision of the administrator; the answer lists what it changes in the months already declared.

    `retroactive` accepts a date of effect before today, `correct` replaces the decision of the same day.
    Refuses: role_forbidden, levy_decision_unreadable, levy_decision_dated, levy_decision_unchanged,
    levy_decision_retroactive.
    """
    allow(unit.user, f"enregistrer une décision ({KINDS[decision.kind]})", "administrator")
    connection = unit.connection
    decision = check_decision(decision)
    law = levy_law(connection)
    last = _same_day(connection, decision)
    found = said_at(connection, law, decision)
    facts = {"kind": KINDS[decision.kind], "day": decision.from_date}
    if last is not None or _shipped_same_day(law, decision):
        if found == words(decision):
            raise DecisionUnchanged(found=found, **facts)
        if not correct:
            reference = last.legal_reference if last is not None else "livré avec le programme"
            raise DecisionDated(found=found, reference=reference, **facts)
    elif found == words(decision):
        raise DecisionUnchanged(found=found, **facts)
    today = unit.now.date()
    past = decision.from_date < today
    before = collections(connection)
    number = unit.next_id(levy_decision)
    row = {**decision._asdict(), "id": number, "retroactive": past, "replaces": None if last is None else last.id}
    connection.execute(insert(levy_decision).values(command_id=unit.command_id, **row))
    changes = _changes(connection, decision, before, law)
    difference = sum(one["after"] - one["before"] for one in changes if one["what"] == "expected")
    if past and not retroactive:
        raise DecisionRetroactive(today=today, months=len(changes), difference=difference, changes=changes, **facts)
    return {"decision": {**row, "words": words(decision)}, "changes": changes, "expected_difference": difference}


def check_decision(decision: Decision) -> Decision:
    """The decision with its texts trimmed and its title given. Refuses: levy_decision_unreadable."""
    one = decision._replace(
        code=decision.code.strip().upper(),
        title=decision.title.strip(),
        legal_reference=decision.legal_reference.strip(),
        reason=decision.reason.strip(),
    )
    fault = _fault(one)
    if fault:
        raise DecisionUnreadable(kind=KINDS[one.kind], day=one.from_date, fault=fault)
    return one if one.title else one._replace(title=KINDS[one.kind].capitalize())


def _fault(one: Decision) -> str | None:
    if not one.legal_reference or not one.reason:
        return "attendu une référence juridique et un motif"
    if one.status not in STATUS:
        return f"le fondement « {one.status} » est inconnu, attendu {', '.join(STATUS)}"
    if not dt.date(2000, 1, 1) <= one.from_date <= dt.date(2100, 12, 31):
        return "la date d'effet est hors du siècle"
    if one.kind in LIMITS:
        least, most = LIMITS[one.kind]
        if one.value is None or not least <= one.value <= most:
            return f"la valeur {one.value} est hors des bornes, attendu de {least} à {most}"
        return None
    if not one.title:
        return "attendu un intitulé"
    if one.kind == "holiday":
        return None if one.code in BOOKS else f"le livre « {one.code} » est inconnu, attendu {', '.join(BOOKS)}"
    if not (one.code.isascii() and one.code.isalnum() and len(one.code) <= CODE_LENGTH_MAX):
        return f"le code « {one.code} » ne convient pas, attendu de 1 à {CODE_LENGTH_MAX} lettres ou chiffres"
    return None


def percent(per_ten_thousand: int) -> str:
    """A rate as people read it: 50 is « 0,50 % »."""
    return f"{per_ten_thousand // 100},{per_ten_thousand % 100:02d} %"


def words(one: Decision) -> str:
    """What is decided, in a few words."""
    if one.kind == "rate":
        return percent(one.value or 0)
    if one.kind == "deadline":
        return f"{one.value} jours après la fin du mois"
    if one.kind == "exemption":
        return f"{one.code} {one.title}" if one.in_force else f"{one.code} : fin de l'exonération"
    return f"{one.code} {one.title}" if one.in_force else f"{one.code} : jour ouvré"


def said_at(connection: Connection, law: LevyLaw, decision: Decision) -> str | None:
    """What the law says on that day before the decision, in the same words; None when it says nothing."""
    day = decision.from_date
    if decision.kind == "rate":
        rates = [one.per_ten_thousand for one in law.rates if one.from_date <= day]
        return percent(rates[-1]) if rates else None
    if decision.kind == "deadline":
        days = [one.days for one in law.deadlines if one.from_date <= day]
        return words(decision._replace(value=days[-1])) if days else None
    if decision.kind == "exemption":
        known = [one for one in law.exemptions if one.code == decision.code and one.from_date <= day]
        if not known:
            return None if decision.in_force else words(decision)
        return words(decision._replace(title=known[-1].title, in_force=known[-1].in_force))
    last = _same_day(connection, decision)
    if last is None:
        return None
    return words(decision._replace(title=last.title, in_force=last.in_force))


def _same_day(connection: Connection, decision: Decision) -> Any:
    table = levy_decision.c
    query = select(levy_decision).where(
        table.kind == decision.kind, table.code == decision.code, table.from_date == decision.from_date
    )
    return connection.execute(query.order_by(table.id.desc()).limit(1)).one_or_none()


def _shipped_same_day(law: LevyLaw, decision: Decision) -> bool:
    if decision.kind == "holiday":
        return False
    rows: dict[str, tuple[Any, ...]] = {
        "rate": law.rates,
        "deadline": law.deadlines,
        "exemption": tuple(one for one in law.exemptions if one.code == decision.code),
    }
    return any(one.from_date == decision.from_date for one in rows[decision.kind])


def _changes(
    connection: Connection, decision: Decision, before: list[Collection], law: LevyLaw
) -> list[dict[str, Any]]:
    """What the decision changes in the months already declared: expected amounts, due dates, exempt values."""
    if decision.kind == "holiday":
        return []
    if decision.kind == "exemption":
        return _exempt_changes(connection, decision, law)
    after = {(one.book, one.office, one.period): one for one in collections(connection)}
    found = []
    what = "expected" if decision.kind == "rate" else "due_date"
    for one in before:
        new = after.get((one.book, one.office, one.period))
        old_value, new_value = getattr(one, what), getattr(new, what, None)
        if one.office is not None and old_value != new_value:
            found.append({"book": one.book, "office": one.office, "period": one.period, "what": what,
                          "before": old_value, "after": new_value})  # fmt: skip
    return found


def _exempt_changes(connection: Connection, decision: Decision, law: LevyLaw) -> list[dict[str, Any]]:
    """The months that declared a value under the code while it was, or would no longer be, in force."""
    now = levy_law(connection)
    return [
        {"book": one.book, "office": one.office, "period": one.period, "what": "exempt", "before": one.value,
         "after": one.value if now.exemption(one.code, one.period) else 0}
        for one in exempt_values(connection, now)
        if one.code == decision.code and period_end(one.period) >= decision.from_date
        and bool(law.exemption(one.code, one.period)) != bool(now.exemption(one.code, one.period))
    ]  # fmt: skip


def list_decisions(connection: Connection, kind: str) -> list[Answer]:
    """Every dated rule of a kind, shipped or decided, the oldest first; `replaced` when another took its place."""
    law = levy_law(connection)
    shipped: list[Answer] = []
    decided = connection.execute(
        select(levy_decision, command_log.c.at, command_log.c.actor)
        .join(command_log, command_log.c.id == levy_decision.c.command_id)
        .where(levy_decision.c.kind == kind)
        .order_by(levy_decision.c.from_date, levy_decision.c.id)
    ).all()
    known = {(row.code, row.from_date) for row in decided}
    for one in _shipped(law, kind):
        if (one.code, one.from_date) not in known:
            shipped.append({**one._asdict(), "words": words(one), "id": None, "replaced": False, "at": None})
    replaced = {row.replaces for row in decided}
    for row in decided:
        fields = {name: row._mapping[name] for name in Decision._fields}
        shipped.append({**fields, "words": words(Decision(**fields)), "id": row.id, "retroactive": row.retroactive,
                        "replaced": row.id in replaced, "at": row.at, "actor": row.actor})  # fmt: skip
    return sorted(shipped, key=lambda one: (one["code"], one["from_date"], one["id"] or 0))


def _shipped(law: LevyLaw, kind: str) -> list[Decision]:
    """The rules in force, as decisions."""
    why = "livré avec le programme"
    if kind == "rate":
        return [Decision(kind, one.from_date, one.legal_reference, why, one.per_ten_thousand, title="Taux",
                         status=one.status) for one in law.rates]  # fmt: skip
    if kind == "deadline":
        return [Decision(kind, one.from_date, one.legal_reference, why, one.days, title="Délai", status=one.status)
                for one in law.deadlines]  # fmt: skip
    if kind == "exemption":
        return [Decision(kind, one.from_date, one.legal_reference, why, None, one.code, one.title, one.in_force,
                         one.status) for one in law.exemptions]  # fmt: skip
    return []


def holidays_decided(connection: Connection, book: str) -> dict[dt.date, str | None]:
    """The days that a decision makes a holiday in a State, with its name, or a working day (None)."""
    rows = connection.execute(
        select(levy_decision)
        .where(levy_decision.c.kind == "holiday", levy_decision.c.code == book)
        .order_by(levy_decision.c.id)
    )
    return {row.from_date: row.title if row.in_force else None for row in rows}
