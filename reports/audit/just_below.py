"""Amounts just below a threshold above which more controls apply."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from sqlalchemy import and_, or_, select

from ledger.money import format_francs
from ledger.refusal import Refusal
from ledger.tables.journal import entry, entry_line
from ledger.tables.orders import order_rule, payment_order
from reports.audit.entry_rows import lines_within, reference
from reports.audit.finding import Finding, Scope, shown
from reports.dataset import Column, Row

WATCHED = ("4011", "521")
"""Accounts whose credits commit or pay: orders accepted, money leaving the bank."""


class ThresholdInvalid(Refusal):
    """Thresholds are amounts, and the margin a part of them."""

    code = "threshold_invalid"
    sentence = (
        "{option} vaut {value} : attendu {expected}. Donnez des seuils en francs entiers supérieurs à 0, une marge "
        "de 1 à 50 pour cent et un délai de 0 jour ou plus."
    )
    exit_code = 2


def just_below(amount: int, thresholds: Sequence[int], margin_percent: int) -> int | None:
    """The threshold that `amount` comes close to from below, within `margin_percent` of it; None when none is near.

    `thresholds` are sorted. An amount equal to a threshold has reached it.
    """
    place = bisect_right(thresholds, amount)
    if place == len(thresholds) or amount <= 0:
        return None
    nearest = thresholds[place]
    return nearest if (nearest - amount) * 100 <= nearest * margin_percent else None


def below_thresholds(scope: Scope) -> Finding:
    """Credits of the bank and of the payees' accounts, and orders, just below a threshold."""
    settings = scope.settings
    own = select(order_rule.c.amount).where(order_rule.c.amount.is_not(None))
    decided = {int(amount) for amount in scope.connection.execute(own).scalars()}
    limits = sorted({*settings.thresholds, *decided})
    rows: list[Row] = []
    examined = 0
    for amount, row in (*_orders(scope), *_credits(scope)):
        examined += 1
        near = just_below(amount, limits, settings.margin_percent)
        if near is not None:
            rows.append((*row, amount, near, near - amount))
    kept, count = shown(rows)
    rules = f", dont {len(decided)} des règles de visa" if decided else ""
    return Finding(
        "below_thresholds",
        "Sous les seuils",
        f"Ordres de paiement, prises en charge (crédits 4011…) et sorties de banque (crédits 521…) d'un montant "
        f"inférieur à un seuil de {settings.margin_percent} % au plus.",
        (
            Column("source", "Source"),
            Column("what", "Ordre ou écriture", width=20),
            Column("date", "Date", "date"),
            Column("account", "Compte"),
            Column("label", "Objet", width=46),
            Column("amount", "Montant", "francs"),
            Column("threshold", "Seuil", "francs"),
            Column("gap", "Reste jusqu'au seuil", "francs"),
        ),
        kept,
        count,
        examined,
        "ordres et lignes",
        parameters=f"seuils : {' ; '.join(map(format_francs, limits))} francs{rules}",
        nothing="Aucun montant n'est juste sous un seuil.",
    )


def _orders(scope: Scope) -> Iterator[tuple[int, Row]]:
    request = scope.request
    query = select(payment_order).where(payment_order.c.command_id <= request.known_command)
    for row in scope.connection.execute(query.order_by(payment_order.c.id)):
        day = row.created_at.date()
        if request.start <= day <= request.end:
            yield row.amount, ("Ordre", row.number, day, row.account, row.purpose)


def _credits(scope: Scope) -> Iterator[tuple[int, Row]]:
    watched = or_(*(entry_line.c.account.startswith(prefix) for prefix in WATCHED))
    query = (
        select(
            entry.c.book, entry.c.journal, entry.c.year, entry.c.number, entry.c.date, entry_line.c.account,
            entry_line.c.credit, entry.c.label, entry_line.c.label.label("line_label"),
        )
        .join(entry, entry.c.id == entry_line.c.entry_id)
        .where(and_(lines_within(scope), watched, entry_line.c.credit > 0, entry.c.origin != "opening"))
        .order_by(entry_line.c.entry_id, entry_line.c.position)
    )  # fmt: skip
    for row in scope.connection.execute(query):
        yield row.credit, ("Écriture", reference(row), row.date, row.account, row.line_label or row.label)
