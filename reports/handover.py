"""The signed record of a handover (*procès-verbal de remise de service*), with a place for each signature."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from ledger.mandates.handover import read_handover
from ledger.mandates.mandate import local_words
from ledger.mandates.situation import situation_at
from ledger.orders.act import local_day
from ledger.orders.stages import STAGE_TITLES
from ledger.refusal import Refusal
from ledger.tables.mandates import handover_record
from ledger.tables.types import instant_from
from ledger.users import ROLES
from reports.common import book_title, francs, make_report
from reports.dataset import Column, Control, Report, Table
from reports.handover_record import identity, signatures
from reports.request import ReportRequest

SITUATION, IN_HAND = "Situation des comptes", "Ordres par stade"
WIDTHS = (21, 22, 46, 22, 22, 15, 20)
"""Tables that stand one under the other share their columns."""


class HandoverAbsent(Refusal):
    """No handover was recorded by that day."""

    code = "handover_absent"
    sentence = (
        "Aucune remise de service n'est arrêtée au {day:D}. Attendu : une remise enregistrée par « pcaes mandate "
        "handover ». Arrêtez la remise, puis demandez le procès-verbal."
    )


def handover(connection: Connection, request: ReportRequest) -> Report:
    """The last handover recorded, exactly as it was frozen. Refuses: handover_absent."""
    query = (
        select(handover_record)
        .where(handover_record.c.command_id <= request.known_command)
        .order_by(handover_record.c.id.desc())
        .limit(1)
    )
    record = connection.execute(query).one_or_none()
    if record is None:
        raise HandoverAbsent(day=request.as_of)
    document = read_handover(connection, int(record.id), request.known_command)
    content = document["content"]
    cut_off = instant_from(document["cut_off"])
    state = content["incoming"]["state"]
    tables = (
        identity(document, content),
        signatures(document, state),
        _balances(content["balances"]),
        _reconciliations(content["reconciliations"]),
        _suspense(content["suspense"]),
        _stages(content["orders"]),
        _requisitions(content["requisitions"], state),
        _orders(content["orders"]),
        _users(content["users"]),
    )
    return make_report(
        connection,
        replace(request, as_of=local_day(state, cut_off)),
        "Procès-verbal de remise de service",
        tables,
        subtitle=f"Office d'ordonnateur, situation au {local_words(state, cut_off)}",
        controls=_controls(content, situation_at(connection, cut_off, record.command_id)),
        period=False,
        parameters=(("Remise n°", str(document["id"])), ("Empreinte du procès-verbal", document["sha256"])),
        counts=(("Charges en instance", len(content["orders"])), ("Signatures", len(document["signatures"]))),
        json=document,
    )


def _columns(*columns: Column) -> tuple[Column, ...]:
    """Columns of the situation, at the widths that its tables share."""
    return tuple(replace(column, width=width) for column, width in zip(columns, WIDTHS, strict=False))


def _balances(balances: Sequence[dict[str, Any]]) -> Table:
    columns = _columns(
        Column("book", "Livre"),
        Column("account", "Compte"),
        Column("head", "Dernière écriture du livre (SHA-256)"),
        francs("balance", "Solde en écritures"),
    )
    rows = tuple((book_title(row["book"]), row["account"], row["head"], row["balance"]) for row in balances)
    return Table("balances", "Soldes des trois comptes bancaires", columns, rows, sheet=SITUATION)


def _reconciliations(found: Sequence[dict[str, Any]]) -> Table:
    columns = _columns(
        Column("book", "Livre"),
        Column("statement", "Dernier relevé"),
        Column("signed", "Dernier mois rapproché et signé"),
        Column("closing", "Solde du relevé", "francs"),
        Column("difference", "Relevé − écritures", "francs"),
        Column("open", "Lignes sans rapprochement", "integer", total=True),
        Column("open_amount", "Leur montant", "francs"),
    )
    rows = []
    for row in found:
        day = row["statement_date"]
        number = f"n° {row['statement']} du " if row["statement"] else "du "
        statement = "—" if day is None else f"{number}{date.fromisoformat(day):%d/%m/%Y}"
        month = row["signed_month"]
        signed = "aucun" if month is None else f"{month[5:]}/{month[:4]}, {' et '.join(row['signed_by'])}"
        facts = (row["statement_closing"], row["difference"], row["open"], row["open_amount"])
        rows.append((book_title(row["book"]), statement, signed, *facts))
    return Table("reconciliations", "Rapprochements bancaires", columns, tuple(rows), sheet=SITUATION)


def _suspense(suspense: Sequence[dict[str, Any]]) -> Table:
    columns = _columns(
        Column("book", "Livre"),
        Column("account", "Compte"),
        Column("title", "Intitulé"),
        francs("balance", "Solde (débit +, crédit −)"),
    )
    rows = tuple((book_title(row["book"]), row["account"], row["title"], row["balance"]) for row in suspense)
    return Table("suspense", "Imputations provisoires", columns, rows, sheet=SITUATION)


def _stages(orders: Sequence[dict[str, Any]]) -> Table:
    """Charges in hand, in the order of an order's life; the successor takes a position on those that were signed."""
    columns = _columns(
        Column("stage", "Stade"),
        Column("count", "Charges", "integer", total=True),
        Column("action", "Suite attendue de l'ordonnateur entrant"),
        francs("amount", "Montant"),
    )
    rows = []
    for stage in STAGE_TITLES:
        mine = [row for row in orders if row["stage"] == stage]
        if mine:
            action = "confirmer ou renvoyer" if mine[0]["to_confirm"] else "—"
            rows.append((mine[0]["stage_title"], len(mine), action, sum(row["amount"] for row in mine)))
    return Table("stages", "Ordres en instance par stade", columns, tuple(rows), sheet=IN_HAND)


def _requisitions(requisitions: Sequence[dict[str, Any]], state: str) -> Table:
    columns = _columns(
        Column("number", "Ordre"),
        Column("book", "Livre"),
        Column("reason", "Motif"),
        francs("amount", "Montant"),
        Column("person", "Ordonnateur"),
        Column("at", "Le"),
    )
    rows = tuple(
        (
            row["number"], book_title(row["book"]), row["reason"], row["amount"], row["person"],
            local_words(state, instant_from(row["at"])).partition(" ")[0],
        )
        for row in requisitions
    )  # fmt: skip
    return Table("requisitions", "Réquisitions", columns, rows, sheet=IN_HAND)


def _orders(orders: Sequence[dict[str, Any]]) -> Table:
    columns = (
        Column("stage_title", "Stade"),
        Column("number", "Ordre"),
        Column("book", "Livre"),
        Column("payee", "Bénéficiaire"),
        Column("purpose", "Objet"),
        Column("to_confirm", "À confirmer"),
        Column("transfer_file", "Remis à la banque"),
        francs("amount", "Montant"),
    )
    places = list(STAGE_TITLES)
    ordered = sorted(orders, key=lambda row: (places.index(row["stage"]), row["number"], row["book"]))
    rows = tuple(
        (
            row["stage_title"], row["number"], row["book"], row["payee"], row["purpose"],
            "oui" if row["to_confirm"] else "non", row["transfer_file"] or "non", row["amount"],
        )
        for row in ordered
    )  # fmt: skip
    group = "stage_title" if rows else None
    return Table("orders", "Ordres en instance", columns, rows, group_by=group)


def _users(users: Sequence[dict[str, Any]]) -> Table:
    columns = (
        Column("name", "Utilisateur"),
        Column("role", "Fonction"),
        Column("book", "Livre"),
        Column("active", "Droits"),
        Column("keys", "Spécimens en vigueur", "integer"),
    )
    rows = tuple(
        (
            row["name"], ROLES[row["role"]], row["book"] or "les trois", "en vigueur" if row["active"] else "retirés",
            row["keys"],
        )
        for row in users
    )  # fmt: skip
    return Table("users", "Droits des utilisateurs", columns, rows, total_label=None)


def _controls(content: dict[str, Any], again: dict[str, Any]) -> Iterable[Control]:
    """The record against the books, looked at again as they were recorded at the cut-off."""
    for title, table, key, part in (
        ("Soldes des trois comptes, tels qu'arrêtés = livres à cet instant", "balances", "balance", "balances"),
        ("Imputations provisoires, telles qu'arrêtées = livres à cet instant", "suspense", "balance", "suspense"),
        ("Ordres en instance, tels qu'arrêtés = actes à cet instant", "orders", "amount", "orders"),
        ("Réquisitions, telles qu'arrêtées = actes à cet instant", "requisitions", "amount", "requisitions"),
    ):
        if content[part]:
            told, found = (sum(row[key] for row in source[part]) for source in (content, again))
            yield Control(title, f"{{{table}.{key}:total}}", told, found)
    if content["orders"]:
        total = sum(row["amount"] for row in content["orders"])
        yield Control(
            "Ordres en instance = ordres par stade", "{orders.amount:total}", total, "{stages.amount:total}", total
        )
