"""The suspense accounts (CIP and returned payments): what each balance is made of, item by item, by age."""

from typing import Any

from sqlalchemy import Connection, func, select

from ledger.balance import balance_of
from ledger.chart import BOOKS, Account, chart_accounts
from ledger.tables.journal import entry, entry_line
from reports.ages import AGES, age_days, spread
from reports.common import book_title, francs, make_report
from reports.dataset import Column, Control, Report, Row, Table
from reports.request import ReportRequest
from reports.settle import Movement, OpenItem, open_items

AGE_COLUMNS = tuple(francs(key, title, "Ancienneté en jours") for key, title, _ in AGES)


def suspense(connection: Connection, request: ReportRequest) -> Report:
    """*État de développement des soldes* of every suspense account at a day: the open items and their age.

    Amounts are signed: debit positive (payments to impute), credit negative (receipts to impute, returned payments).
    """
    chart = chart_accounts(connection)
    found = suspense_items(connection, request, chart)
    balances = {
        key: balance_of(connection, *key, as_of=request.as_of, known=request.known) for key in sorted(found, key=_rank)
    }
    return make_report(
        connection,
        request,
        "Comptes d'imputation provisoire",
        (_items(found, chart, request), _accounts(found, balances, chart, request)),
        subtitle="État de développement des soldes",
        period=False,
        controls=_controls(found, balances),
        counts=[
            (f"{code} : suspens", sum(len(v) for (b, _), v in found.items() if b == code)) for code in request.books
        ],
    )


def suspense_items(
    connection: Connection, request: ReportRequest, chart: dict[str, Account]
) -> dict[tuple[str, str], list[OpenItem]]:
    """(book, account) → the open items of each suspense account that was ever used, oldest first."""
    accounts = tuple(number for number, one in chart.items() if one.suspense and one.postable)
    return {
        (book, number): open_items(movements)
        for book in request.books
        for number, movements in _movements(connection, request, book, accounts).items()
    }


def _rank(key: tuple[str, str]) -> tuple[int, str]:
    return [code for code, _ in BOOKS].index(key[0]), key[1]


def _movements(
    connection: Connection, request: ReportRequest, book: str, accounts: tuple[str, ...]
) -> dict[str, list[Movement]]:
    """Every line of these accounts up to the day. A carried balance repeats former years' lines: it is left out."""
    label: Any = func.coalesce(entry_line.c.label, entry.c.label).label("words")
    query = (
        select(entry, entry_line.c.account, (entry_line.c.debit - entry_line.c.credit).label("amount"), label)
        .add_columns(entry_line.c.reference)
        .join(entry_line, entry_line.c.entry_id == entry.c.id)
        .where(
            entry_line.c.book == book,
            entry_line.c.account.in_(accounts),
            entry_line.c.date <= request.as_of,
            entry_line.c.entry_id <= request.known,
            ~((entry.c.journal == "AN") & (entry.c.origin == "opening")),
        )
        .order_by(entry_line.c.date, entry_line.c.entry_id, entry_line.c.position)
    )
    found: dict[str, list[Movement]] = {}
    for row in connection.execute(query):
        name = f"{row.book}/{row.journal}/{row.year}/{row.number}"
        place = (row.id, name, row.date, int(row.amount), row.reference, row.document, row.words, row.corrects)
        found.setdefault(row.account, []).append(Movement(*place))
    return found


def _items(found: dict[tuple[str, str], list[OpenItem]], chart: dict[str, Account], request: ReportRequest) -> Table:
    columns = (
        Column("account", "Livre et compte"),
        Column("entry", "Écriture"),
        Column("date", "Date", "date"),
        Column("reference", "Référence ou pièce", width=21),
        Column("label", "Libellé", width=56),
        francs("amount", "Montant d'origine"),
        francs("open", "Reste à imputer"),
        Column("age_days", "Âge (jours)", "integer"),
        *AGE_COLUMNS,
    )
    rows: list[Row] = []
    for (book, number), items in sorted(found.items(), key=lambda pair: _rank(pair[0])):
        for item in items:
            one, days = item.movement, age_days(item.movement.date, request.as_of)
            head = (f"{book}/{number}", one.entry, one.date, one.reference or one.document, one.label)
            rows.append((*head, one.amount, item.open, days, *spread(item.open, days)))
    titles = {f"{book}/{number}": f"{book}/{number} — {chart[number].title}" for book, number in found}
    return Table(
        "items",
        "Suspens",
        columns,
        rows,
        group_by="account",
        group_titles=titles,
        total_label="TOTAL GÉNÉRAL",
        notes=(
            "Débit positif (dépenses à imputer), crédit négatif (recettes à imputer, virements revenus impayés). L'âge "
            "court de la date comptable au jour de l'arrêté.",
            "Sont apurées ensemble une écriture et sa correction, puis les lignes de même référence ; ce qui ne nomme "
            "rien apure le plus ancien.",
        ),
    )


def _accounts(
    found: dict[tuple[str, str], list[OpenItem]],
    balances: dict[tuple[str, str], int],
    chart: dict[str, Account],
    request: ReportRequest,
) -> Table:
    columns = (
        Column("account", "Livre et compte"),
        Column("title", "Intitulé"),
        Column("items", "Suspens", "integer", total=True),
        Column("oldest", "Plus ancien", "date"),
        francs("balance", "Solde", formula="+".join(f"[{key}]" for key, _, _ in AGES)),
        *AGE_COLUMNS,
    )
    rows: list[Row] = []
    for key, balance in balances.items():
        items = found[key]
        ages = [0] * len(AGES)
        for item in items:
            for place, amount in enumerate(spread(item.open, age_days(item.movement.date, request.as_of))):
                ages[place] += amount or 0
        oldest = items[0].movement.date if items else None
        rows.append(("/".join(key), chart[key[1]].title, len(items), oldest, sum(ages), *ages))
        if sum(ages) != balance:
            raise ValueError(f"{key}: the open items give {sum(ages)}, the balance is {balance}")
    return Table("accounts", "Soldes par âge", columns, rows)


def _controls(found: dict[tuple[str, str], list[OpenItem]], balances: dict[tuple[str, str], int]) -> list[Control]:
    controls = [
        Control(
            f"{book_title(book)} — {number} : suspens = solde au grand livre",
            f"{{items.open:total={book}/{number}}}",
            sum(item.open for item in found[book, number]),
            balance,
        )
        for (book, number), balance in balances.items()
        if found[book, number]
    ]
    total = sum(item.open for items in found.values() for item in items)
    controls.append(Control("Suspens = soldes par âge", "{items.open:total}", total, "{accounts.balance:total}", total))
    controls.append(
        Control("Total des soldes = total au grand livre", "{accounts.balance:total}", total, sum(balances.values()))
    )
    return controls
