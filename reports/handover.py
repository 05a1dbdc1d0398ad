"""The signed record of a handover (*procès-verbal de remise de service*), with a place for each signature."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, select

from ledger.mandates.handover import PARTS, read_handover
from ledger.money import format_francs
from ledger.refusal import Refusal
from ledger.signing import fingerprint
from ledger.tables.mandates import handover_record
from ledger.users import ROLES
from reports.common import book_title, francs, make_report
from reports.dataset import Column, Control, Report, Table
from reports.request import ReportRequest


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
        select(handover_record.c.id)
        .where(handover_record.c.command_id <= request.known_command)
        .order_by(handover_record.c.id.desc())
        .limit(1)
    )
    record = connection.execute(query).scalar()
    if record is None:
        raise HandoverAbsent(day=request.as_of)
    document = read_handover(connection, int(record))
    content = document["content"]
    tables = (
        _identity(document, content),
        _balances(content["balances"]),
        _reconciliations(content["reconciliations"]),
        _suspense(content["suspense"]),
        _orders(content["orders"]),
        _requisitions(content["requisitions"]),
        _users(content["users"]),
        _signatures(document),
    )
    return make_report(
        connection,
        request,
        "Procès-verbal de remise de service",
        tables,
        subtitle=f"{content['outgoing']['person']} → {content['incoming']['person']}",
        controls=_controls(content),
        period=False,
        parameters=(("Remise n°", str(document["id"])), ("Empreinte du procès-verbal", document["sha256"])),
        counts=(("Ordres en instance", len(content["orders"])), ("Signatures", len(document["signatures"]))),
        json=document,
    )


def _identity(document: dict[str, Any], content: dict[str, Any]) -> Table:
    absence = content["absence"]
    rows = [
        ("Instant de l'arrêté (UTC)", document["cut_off"]),
        ("Ordonnateur sortant", f"{content['outgoing']['person']} ({content['outgoing']['state']})"),
        ("Acte", content["outgoing"]["act"]),
        ("Ordonnateur entrant", f"{content['incoming']['person']} ({content['incoming']['state']})"),
        ("Acte", content["incoming"]["act"]),
        ("Dernière écriture connue", str(content["known_entry"])),
        ("Ordres du sortant à confirmer ou à renvoyer", str(content["to_confirm"])),
        ("Empreinte SHA-256 du procès-verbal", document["sha256"]),
    ]
    if absence:
        rows.append(("Carence du sortant", absence))
        rows += [("Témoin", name) for name in content["witnesses"]]
    columns = (Column("what", "Mention"), Column("value", "Valeur"))
    return Table("record", "Remise de service", columns, tuple(rows), total_label=None)


def _balances(balances: Sequence[dict[str, Any]]) -> Table:
    columns = (
        Column("book", "Livre"),
        Column("account", "Compte"),
        Column("date", "Date comptable"),
        francs("balance", "Solde en écritures"),
        Column("head", "Tête du livre (SHA-256)"),
    )
    rows = tuple(
        (book_title(row["book"]), row["account"], row["date"], row["balance"], row["head"]) for row in balances
    )
    return Table("balances", "Soldes des trois comptes", columns, rows)


def _reconciliations(found: Sequence[dict[str, Any]]) -> Table:
    columns = (
        Column("book", "Livre"),
        Column("last", "Relevés jusqu'au"),
        Column("lines", "Lignes", "integer", total=True),
        Column("open", "Sans rapprochement", "integer", total=True),
    )
    rows = tuple((book_title(row["book"]), row["last"], row["lines"], row["open"]) for row in found)
    notes = () if rows else ("Aucun relevé n'était importé.",)
    return Table("reconciliations", "Rapprochements", columns, rows, notes=notes)


def _suspense(suspense: Sequence[dict[str, Any]]) -> Table:
    columns = (
        Column("book", "Livre"),
        Column("account", "Compte"),
        Column("title", "Intitulé"),
        francs("balance", "Solde (débit +, crédit −)"),
    )
    rows = tuple((book_title(row["book"]), row["account"], row["title"], row["balance"]) for row in suspense)
    notes = () if rows else ("Aucun compte d'imputation provisoire n'avait de solde.",)
    return Table("suspense", "Imputations provisoires", columns, rows, notes=notes)


def _orders(orders: Sequence[dict[str, Any]]) -> Table:
    columns = (
        Column("stage_title", "Stade"),
        Column("number", "Ordre"),
        Column("book", "Livre"),
        Column("payee", "Bénéficiaire"),
        Column("purpose", "Objet"),
        francs("amount", "Montant"),
    )
    ordered = sorted(orders, key=lambda row: (row["stage_title"], row["number"], row["book"]))
    rows = tuple(tuple(row[column.key] for column in columns) for row in ordered)
    return Table("orders", "Ordres en instance par stade", columns, rows, group_by="stage_title" if rows else None)


def _requisitions(requisitions: Sequence[dict[str, Any]]) -> Table:
    columns = (
        Column("number", "Ordre"),
        Column("book", "Livre"),
        Column("at", "Instant (UTC)"),
        Column("person", "Ordonnateur"),
        Column("reason", "Motif"),
        francs("amount", "Montant"),
    )
    rows = tuple(tuple(row[column.key] for column in columns) for row in requisitions)
    return Table("requisitions", "Réquisitions", columns, rows, notes=() if rows else ("Aucune réquisition.",))


def _users(users: Sequence[dict[str, Any]]) -> Table:
    columns = (
        Column("name", "Utilisateur"),
        Column("role", "Fonction"),
        Column("book", "Livre"),
        Column("active", "Droits"),
    )
    rows = tuple(
        (row["name"], ROLES[row["role"]], row["book"] or "les trois", "en vigueur" if row["active"] else "retirés")
        for row in users
    )
    return Table("users", "Droits des utilisateurs", columns, rows, total_label=None)


def _signatures(document: dict[str, Any]) -> Table:
    """One row for each signature expected, signed or not: the place where it stands on the record."""
    given = {row["part"]: row for row in document["signatures"]}
    columns = (
        Column("part", "Qualité"),
        Column("person", "Nom"),
        Column("signed_at", "Signé le (UTC)"),
        Column("reservations", "Réserves"),
        Column("key", "Clé (SHA-256)"),
        Column("signature", "Signature Ed25519", width=40),
    )
    rows: list[tuple[Any, ...]] = []
    for part, person in document["signatories"].items():
        one = given.get(part)
        if one is None:
            rows.append((PARTS[part], person, None, None, None, "(à signer)"))
        else:
            key = fingerprint(bytes.fromhex(one["public_key"]))
            rows.append((PARTS[part], person, one["signed_at"], one["reservations"] or "néant", key, one["signature"]))
    return Table("signatures", "Signatures", columns, tuple(rows), total_label=None)


def _controls(content: dict[str, Any]) -> Iterable[Control]:
    total = sum(row["balance"] for row in content["balances"])
    yield Control(
        f"Soldes des trois comptes = {format_francs(total)} FCFA, tel qu'arrêté",
        "{balances.balance:total}",
        total,
        total,
    )
