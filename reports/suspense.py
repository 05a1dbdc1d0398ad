"""The suspense accounts (CIP and returned payments): what each balance is made of, by age, and what would settle it."""

from typing import NamedTuple

from sqlalchemy import Connection

from ledger.age import AGES, age_days, spread
from ledger.balance import balance_of
from ledger.book import BOOKS
from ledger.chart import Account, chart_accounts
from reconcile.proposed_regularisations import ProposedRegularisation, proposed_regularisations
from reconcile.suspense import SuspenseItem, open_suspense, suspense_moves
from reports.common import book_title, francs, make_report
from reports.dataset import Column, Control, Link, Report, Row, Table
from reports.request import ReportRequest

Key = tuple[str, str]
"""Book and account."""


class OpenItem(NamedTuple):
    """An item left on a suspense account, with the reference or document that names it."""

    item: SuspenseItem
    reference: str

    @property
    def entry(self) -> str:
        """`BF/OD/2026/12`."""
        return self.item.id.removeprefix("C-").partition(":")[0]


AGE_COLUMNS = tuple(francs(one.key, one.title, "Ancienneté en jours") for one in AGES)


def suspense(connection: Connection, request: ReportRequest) -> Report:
    """*État de développement des soldes* of every suspense account at a day: the open items, their age, and the
    regularisations proposed where a remittance declared since explains a credit.

    Amounts are signed: debit positive (payments to impute), credit negative (receipts to impute, returned payments);
    those of the proposals are what the command takes, without sign.
    """
    chart = chart_accounts(connection)
    found = suspense_items(connection, request)
    balances = {key: balance_of(connection, *key, as_of=request.as_of, known=request.known) for key in found}
    proposed = proposed_regularisations(
        connection, request.book, as_of=request.as_of, known=request.known, known_command=request.known_command
    )
    return make_report(
        connection,
        request,
        "Comptes d'imputation provisoire",
        (_items(found, chart, request), _accounts(found, balances, chart, request), _proposals(proposed, found)),
        subtitle="État de développement des soldes",
        period=False,
        controls=_controls(found, balances),
        counts=[
            *((f"{code} : suspens", sum(len(v) for (b, _), v in found.items() if b == code)) for code in request.books),
            ("Régularisations proposées", len(proposed)),
        ],
    )


def suspense_items(connection: Connection, request: ReportRequest) -> dict[Key, list[OpenItem]]:
    """The open items of each suspense account that was ever used, oldest first; none when all is imputed."""
    found: dict[Key, list[OpenItem]] = {}
    for book in request.books:
        moves = suspense_moves(connection, book, request.as_of, request.known)
        references = {f"C-{move.place}": str(move.links[2]) for move in moves}
        found |= {(book, move.account): [] for move in moves}
        for item in open_suspense(moves):
            found[book, item.account].append(OpenItem(item, references[item.id]))
    return dict(sorted(found.items(), key=lambda pair: _rank(pair[0])))


def _rank(key: tuple[str, str]) -> tuple[int, str]:
    return BOOKS.index(key[0]), key[1]


def _items(found: dict[Key, list[OpenItem]], chart: dict[str, Account], request: ReportRequest) -> Table:
    columns = (
        Column("account", "Livre et compte"),
        Column("entry", "Écriture"),
        Column("date", "Date", "date"),
        Column("reference", "Référence ou pièce", width=18),
        Column("label", "Libellé", width=46),
        francs("amount", "Montant d'origine"),
        francs("open", "Reste à imputer"),
        Column("age_days", "Âge (jours)", "integer"),
        *AGE_COLUMNS,
    )
    rows: list[Row] = []
    for (book, number), items in found.items():
        for one in items:
            item, days = one.item, age_days(one.item.first_seen, request.as_of)
            head = (f"{book}/{number}", one.entry, item.first_seen, one.reference, item.label)
            rows.append((*head, item.amount, item.left, days, *spread(item.left, days)))
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
            "Sont apurées ensemble une écriture et sa correction, une régularisation et ce qu'elle nomme, puis les "
            "lignes de même référence ; ce qui ne nomme rien apure le plus ancien.",
        ),
    )


def _accounts(
    found: dict[Key, list[OpenItem]],
    balances: dict[Key, int],
    chart: dict[str, Account],
    request: ReportRequest,
) -> Table:
    columns = (
        Column("account", "Livre et compte"),
        Column("title", "Intitulé"),
        Column("items", "Suspens", "integer", total=True),
        Column("oldest", "Plus ancien", "date"),
        francs("balance", "Solde", formula="+".join(f"[{one.key}]" for one in AGES)),
        *AGE_COLUMNS,
    )
    rows: list[Row] = []
    for key, balance in balances.items():
        items = found[key]
        ages = [0] * len(AGES)
        for one in items:
            for place, amount in enumerate(spread(one.item.left, age_days(one.item.first_seen, request.as_of))):
                ages[place] += amount or 0
        oldest = items[0].item.first_seen if items else None
        rows.append(("/".join(key), chart[key[1]].title, len(items), oldest, sum(ages), *ages))
        if sum(ages) != balance:
            raise ValueError(f"{key}: the open items give {sum(ages)}, the balance is {balance}")
    return Table("accounts", "Soldes par âge", columns, rows)


def _proposals(proposed: list[ProposedRegularisation], found: dict[Key, list[OpenItem]]) -> Table:
    """Each proposal leads to its item; the command is kept off the printed page."""
    columns = (
        Column("account", "Livre et compte"),
        Column("entry", "Écriture"),
        Column("date", "Date", "date"),
        Column("label", "Libellé", width=34),
        Column("left", "Reste à imputer", "francs"),
        francs("amount", "À régulariser"),
        Column("to", "Compte définitif"),
        Column("reference", "Reversement déclaré", width=22),
        Column("reason", "Motif", width=48),
        Column("command", "Commande à taper", screen_only=True, width=90),
    )
    rows: list[Row] = [
        (
            f"{one.book}/{one.account}", one.entry, one.date, one.label, one.left, one.amount, one.to, one.reference,
            one.reason, one.command,
        )
        for one in proposed
    ]  # fmt: skip
    places = {one.item.id: place for place, one in enumerate(one for items in found.values() for one in items)}
    return Table(
        "regularisations",
        "Régularisations proposées",
        columns,
        rows,
        links=tuple(Link(row, "entry", "items", places[one.item]) for row, one in enumerate(proposed)),
        notes=(
            "Crédits en imputation provisoire qu'un reversement déclaré par la douane, et resté sans crédit, explique. "
            "Rien n'est passé sans le comptable : la commande est dans la feuille, à droite, et « pcaes reconcile "
            "suggestions » la donne aussi.",
            "Montants sans signe, comme la commande les prend. Une écriture peut porter plusieurs reversements.",
        ),
    )


def _controls(found: dict[Key, list[OpenItem]], balances: dict[Key, int]) -> list[Control]:
    controls = [
        Control(
            f"{book_title(book)} — {number} : suspens = solde au grand livre",
            f"{{items.open:total={book}/{number}}}",
            sum(one.item.left for one in found[book, number]),
            balance,
        )
        for (book, number), balance in balances.items()
        if found[book, number]
    ]
    total = sum(one.item.left for items in found.values() for one in items)
    controls.append(Control("Suspens = soldes par âge", "{items.open:total}", total, "{accounts.balance:total}", total))
    controls.append(
        Control("Total des soldes = total au grand livre", "{accounts.balance:total}", total, sum(balances.values()))
    )
    return controls
