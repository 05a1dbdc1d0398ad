"""The state of payment orders: every charge with its stages, delays, orders in hand, requisitions."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from ledger.orders.register import STEPS, charge_rows, delay_rows, payable, requisition_rows, signature_rows
from ledger.orders.stages import ACCEPTED, CHARGE, STAGE_TITLES, moves
from ledger.orders.stored import list_orders
from ledger.refusal import plain
from reports.common import book_title, francs, make_report
from reports.dataset import Chart, Column, Control, Report, Series, Table
from reports.request import ReportRequest

STEP_TITLES = {
    "create": "Créé", "commit": "Engagé", "visa": "Visé", "verify": "Liquidé", "authorise": "Ordonnancé",
    "accept": "Pris en charge", "pay": "Payé",
}  # fmt: skip
STAGES = tuple(dict.fromkeys(["draft", *(one.target for one in moves() if one.level != CHARGE), *STAGE_TITLES]))


def orders(connection: Connection, request: ReportRequest) -> Report:
    """The register at `as_of`, as known; `book` limits it to the charges of one book."""
    charges = charge_rows(connection, request.as_of, request.known_command, request.book)
    delays = delay_rows(connection, request.as_of, request.known_command, request.book)
    requisitions = requisition_rows(connection, request.as_of, request.known_command, request.book)
    signed = signature_rows(connection, request.as_of, request.known_command, request.book)
    tables = (
        _register(charges),
        _steps(charges),
        _signatures(signed),
        _by_stage(charges),
        _delays(delays),
        _requisitions(requisitions),
    )
    return make_report(
        connection,
        request,
        "Ordres de paiement",
        tables,
        charts=_charts(charges),
        controls=_controls(connection, request, charges),
        period=False,
        counts=(("Charges", len(charges)), ("Réquisitions", len(requisitions))),
        json=plain({"orders": charges, "signatures": signed, "delays": delays, "requisitions": requisitions}),
    )


def _table(name: str, title: str, charges: Sequence[dict[str, Any]], columns: Sequence[Column], *notes: str) -> Table:
    rows = tuple(tuple(row[column.key] for column in columns) for row in charges)
    return Table(name, title, tuple(columns), rows, notes=notes)


def _register(charges: Sequence[dict[str, Any]]) -> Table:
    columns = (
        Column("number", "Ordre"),
        Column("book", "Livre"),
        Column("payee", "Bénéficiaire"),
        Column("purpose", "Objet"),
        Column("account", "Imputation"),
        francs("amount", "Montant"),
        Column("stage_title", "Stade"),
        Column("days_total", "Jours", "integer"),
    )
    notes = (
        "Une ligne par livre chargé. « Vu au relevé » : le paiement est rapproché d'une ligne du relevé bancaire.",
        "Jours : de la création au paiement, ou à la date de l'état.",
    )
    return _table("register", "Registre des ordres", charges, columns, *notes)


def _steps(charges: Sequence[dict[str, Any]]) -> Table:
    columns = (
        Column("number", "Ordre"),
        Column("book", "Livre"),
        *(Column(f"{step}_on", STEP_TITLES[step], "date", band="Étapes") for step in STEPS),
    )
    return _table("steps", "Étapes", charges, columns, "Les dates sont celles de la capitale du livre.")


def _signatures(signed: Sequence[dict[str, Any]]) -> Table:
    columns = (
        Column("number", "Ordre"),
        Column("act_title", "Acte"),
        Column("book", "Livre"),
        Column("date", "Signé le", "date"),
        Column("person", "Ordonnateur"),
        Column("state", "État"),
        Column("fingerprint", "Spécimen (SHA-256)"),
    )
    shown = [{**row, "book": row["book"] or "tous"} for row in signed]
    return _table("signatures", "Signatures", shown, columns)


def _by_stage(charges: Sequence[dict[str, Any]]) -> Table:
    columns = (
        Column("stage", "Stade"),
        Column("count", "Charges", "integer", total=True),
        francs("amount", "Montant"),
        Column("in_hand", "En instance"),
    )
    rows = []
    for stage in STAGES:
        mine = [row for row in charges if row["stage"] == stage]
        if mine:
            hand = "oui" if mine[0]["open"] else "non"
            rows.append((STAGE_TITLES[stage], len(mine), sum(row["amount"] for row in mine), hand))
    return Table("stages", "Ordres par stade", columns, tuple(rows))


def _delays(delays: Sequence[dict[str, Any]]) -> Table:
    columns = (
        Column("step", "Étape"),
        Column("count", "Charges", "integer"),
        Column("days", "Jours en tout", "integer"),
        Column("mean", "Moyenne (jours)", "text", width=18),
        Column("longest", "Le plus long", "integer"),
    )
    rows = tuple(
        (
            f"{STEP_TITLES[row['from']]} → {STEP_TITLES[row['to']].lower()}",
            row["count"],
            row["days"],
            _hundredths(row["mean_hundredths"]),
            row["longest"],
        )
        for row in delays
    )
    return Table("delays", "Délais par étape", columns, rows, total_label=None)


def _hundredths(value: int | None) -> str | None:
    return None if value is None else f"{value // 100},{value % 100:02d}"


def _requisitions(requisitions: Sequence[dict[str, Any]]) -> Table:
    columns = (
        Column("year", "Année"),
        Column("number", "Ordre"),
        Column("book", "Livre"),
        Column("payee", "Bénéficiaire"),
        francs("amount", "Montant"),
        Column("suspended_on", "Suspendu le", "date"),
        Column("suspended_by", "Par"),
        Column("suspension", "Motifs de la suspension"),
        Column("date", "Réquisition", "date"),
        Column("officer", "Ordonnateur"),
        Column("reason", "Motif de la réquisition"),
        Column("stage_title", "Stade"),
    )
    ordered = sorted(requisitions, key=lambda row: row["date"])
    rows = tuple(tuple(row[column.key] for column in columns) for row in ordered)
    notes = ("Une réquisition par livre chargé ; un sous-total par année.",) if rows else ()
    return Table("requisitions", "État des réquisitions", columns, rows, group_by="year" if rows else None, notes=notes)


def _charts(charges: Sequence[dict[str, Any]]) -> Iterable[Chart]:
    if charges:
        yield Chart("bar", "Montant par stade", "stages", "stage", (Series("amount"),), sheet="Ordres par stade")


def _controls(
    connection: Connection, request: ReportRequest, charges: Sequence[dict[str, Any]]
) -> Iterable[Control]:  # fmt: skip
    total = sum(row["amount"] for row in charges)
    yield Control(
        "Registre des ordres = ordres par stade", "{register.amount:total}", total, "{stages.amount:total}", total
    )
    shown = list_orders(connection, request.known_command, request.as_of)
    places: dict[str, list[int]] = {}
    for place, row in enumerate(charges):
        if row["stage"] == ACCEPTED:
            places.setdefault(row["book"], []).append(place)
    for book in request.books:
        mine = places.get(book, [])
        amount = sum(charges[place]["amount"] for place in mine)
        formula = "+".join(f"{{register.amount:{place}}}" for place in mine) or "0"
        title = f"{book_title(book)} — pris en charge non payé = écritures d'ordres au compte 4011x"
        yield Control(title, formula, amount, payable(connection, book, shown))
