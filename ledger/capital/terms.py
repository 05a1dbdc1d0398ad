"""The terms of the capital: a dated file with legal references, loaded when the books open, added to by act."""

import csv
import datetime as dt
from importlib import resources
from typing import Any

from sqlalchemy import Connection, func, insert, select

from ledger.capital.rules import Terms, terms_at, total_at
from ledger.refusal import Refusal
from ledger.tables.capital import capital_terms

FILE = "capital_terms.csv"


class TermsBelowSubscribed(Refusal):
    """The capital cannot be less than what is already subscribed."""

    code = "capital_terms_below_subscribed"
    sentence = (
        "Le capital de {total:F} à compter du {day:D} est refusé : {subscribed:F} sont déjà souscrits à cette date "
        "(écart {excess:F}). Faites d'abord réduire les souscriptions."
    )


class TermsDated(Refusal):
    """Another text already takes effect on that day."""

    code = "capital_terms_dated"
    sentence = (
        "Le capital est déjà fixé à compter du {day:D}, à {found:F} ({reference}). "
        "Donnez une autre date d'effet (--from)."
    )


class TermsUnreadable(Refusal):
    """The amount, the dates or the reference of the text cannot be used."""

    code = "capital_terms_unreadable"
    sentence = "Les conditions du capital sont refusées : {fault}. Corrigez, puis recommencez."


def shipped_terms() -> tuple[Terms, ...]:
    """The terms that come with the product."""
    text = resources.files("ledger").joinpath("data", FILE).read_text(encoding="utf-8")
    return tuple(
        Terms(
            dt.date.fromisoformat(r["from"]), int(r["total"]), dt.date.fromisoformat(r["paid_by"]), r["legal_reference"]
        )
        for r in csv.DictReader(text.splitlines(), delimiter=";")
    )


def load_terms(connection: Connection) -> int:
    """Put the shipped terms in books that have none; how many were added."""
    if connection.execute(select(func.count()).select_from(capital_terms)).scalar_one():
        return 0
    shipped = shipped_terms()
    for place, one in enumerate(shipped, start=1):
        connection.execute(insert(capital_terms).values(id=place, command_id=None, **one._asdict()))
    return len(shipped)


def read_terms(connection: Connection) -> tuple[Terms, ...]:
    """Every text that fixes the capital, in the order of their dates."""
    rows = connection.execute(select(capital_terms).order_by(capital_terms.c.from_date))
    return tuple(Terms(row.from_date, row.total, row.paid_by, row.legal_reference) for row in rows)


def set_terms(unit: Any, terms: Terms) -> dict[str, Any]:
    """Record a text that changes the capital or its deadline from a date on.

    Refuses: role_forbidden, capital_terms_unreadable, capital_terms_dated, capital_terms_below_subscribed.
    """
    from ledger.capital.register import read_register
    from ledger.users import allow

    allow(unit.user, "fixer le capital de la banque", "administrator")
    if terms.total < 1 or terms.paid_by < terms.from_date or not terms.legal_reference.strip():
        fault = "attendu un montant positif, une date limite qui suit la date d'effet et une référence juridique"
        raise TermsUnreadable(fault=fault)
    known = read_terms(unit.connection)
    for one in known:
        if one.from_date == terms.from_date:
            raise TermsDated(day=one.from_date, found=one.total, reference=one.legal_reference)
    register = read_register(unit.connection)
    for day in sorted({terms.from_date, *(act.date for act in register if act.date > terms.from_date)}):
        subscribed = total_at(register, "subscribe", day)
        if terms_at([*known, terms], day) == terms and subscribed > terms.total:
            raise TermsBelowSubscribed(
                total=terms.total, day=day, subscribed=subscribed, excess=subscribed - terms.total
            )
    unit.connection.execute(
        insert(capital_terms).values(id=unit.next_id(capital_terms), command_id=unit.command_id, **terms._asdict())
    )
    return {"terms": terms._asdict()}
