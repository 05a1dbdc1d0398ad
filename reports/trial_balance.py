"""The *balance générale*: each book, the three together, by class, with and without the liaison accounts."""

from collections.abc import Iterable

from sqlalchemy import Connection

from ledger.balance import BalanceRow
from ledger.book import BOOKS
from ledger.chart import Account, chart_accounts
from reports.balances import JournalSums, entry_count, journal_sums, period_balances
from reports.common import TITLES, book_title, francs, make_report
from reports.dataset import Column, Control, Report, Row, Table
from reports.request import CONSOLIDATED, ReportRequest

CLASSES = {
    "1": "Ressources durables",
    "2": "Actif immobilisé",
    "3": "Stocks",
    "4": "Comptes de tiers",
    "5": "Comptes de trésorerie",
    "6": "Charges des activités ordinaires",
    "7": "Produits des activités ordinaires",
    "8": "Autres charges et autres produits",
    "9": "Engagements et comptabilité analytique",
}
"""First digit of an account → title of its class."""

WITHOUT_LIAISON = "SANS LIAISON"
NET = "[opening_debit]-[opening_credit]+[movement_debit]-[movement_credit]"
SIDES = ("opening", "movement", "closing")
BANDS = {"opening": "Soldes d'ouverture", "movement": "Mouvements", "closing": "Soldes de clôture"}


def amounts() -> tuple[Column, ...]:
    """The six columns of amounts; the closing balances are formulas over the four others."""
    plain = [
        francs(f"{side}_{way}", title, BANDS[side])
        for side in SIDES[:2]
        for way, title in (("debit", "Débit"), ("credit", "Crédit"))
    ]
    return (
        *plain,
        francs("closing_debit", "Débit", BANDS["closing"], formula=f"MAX(0,{NET})"),
        francs("closing_credit", "Crédit", BANDS["closing"], formula=f"MAX(0,-({NET}))"),
    )


def consolidated(rows: Iterable[BalanceRow]) -> list[BalanceRow]:
    """The sum of the books, account by account; the balance of an account common to several books is their net."""
    sums: dict[str, list[int]] = {}
    for row in rows:
        own = sums.setdefault(row.account, [0, 0, 0])
        own[0] += row.opening_debit - row.opening_credit
        own[1] += row.movement_debit
        own[2] += row.movement_credit
    found = []
    for account, (opening, debit, credit) in sorted(sums.items()):
        closing = opening + debit - credit
        sides = (max(opening, 0), max(-opening, 0), debit, credit, max(closing, 0), max(-closing, 0))
        found.append(BalanceRow(CONSOLIDATED, account, *sides))
    return found


def trial_balance(connection: Connection, request: ReportRequest) -> Report:
    """Opening balances, movements and closing balances of every account between two dates of one financial year.

    Refuses: period_spans_years.
    """
    chart = chart_accounts(connection)
    rows = period_balances(connection, request)
    together = consolidated(rows) if request.book is None else []
    tables = [_trial(rows + together, chart)]
    if request.book is None:
        tables.append(_consolidation(rows, chart))
    tables.append(_classes(rows, together, chart))
    sums = {code: journal_sums(connection, request, code) for code in request.books}
    return make_report(
        connection,
        request,
        "Balance générale des comptes",
        tables,
        controls=_controls(sums, rows, together),
        counts=[
            *((f"{code} : écritures de la période", entry_count(connection, request, code)) for code in request.books),
            *((f"{code} : lignes de mouvement", sums[code].lines) for code in request.books),
            *((f"{code} : comptes", sum(row.book == code for row in rows)) for code in request.books),
        ],
    )


def _trial(rows: list[BalanceRow], chart: dict[str, Account]) -> Table:
    columns = (Column("book", "Livre", width=15), Column("account", "Compte"), Column("title", "Intitulé"), *amounts())
    body: list[Row] = [(row.book, row.account, chart[row.account].title, *row[2:]) for row in rows]
    return Table(
        "trial",
        "Balance générale",
        columns,
        body,
        group_by="book",
        group_titles={code: book_title(code) for code in TITLES},
        total_label=None,
        notes=(
            "CONSOLIDATED : les trois livres ensemble. "
            "Montants en francs CFA entiers. Un solde figure d'un seul côté ; les à-nouveaux de l'exercice sont en "
            "soldes d'ouverture. Les comptes consolidés sont la somme des trois livres, compte par compte.",
        ),
    )


def _consolidation(rows: list[BalanceRow], chart: dict[str, Account]) -> Table:
    """Closing balances side by side: debit positive, credit negative; liaison and transfer accounts set apart."""
    closings: dict[str, dict[str, int]] = {}
    for row in rows:
        closings.setdefault(row.account, {})[row.book] = row.closing_debit - row.closing_credit
    body: list[Row] = []
    for account, by_book in sorted(closings.items()):
        one = [by_book.get(code, 0) for code in BOOKS]
        liaison = chart[account].pairing is not None
        total = sum(one)
        parts = (total if liaison else 0, 0 if liaison else total)
        body.append((account, chart[account].title, "oui" if liaison else "non", *one, total, *parts))
    columns = (
        Column("account", "Compte"),
        Column("title", "Intitulé"),
        Column("liaison", "Liaison"),
        francs("BF", "Burkina Faso", "Soldes de clôture (débit +, crédit −)"),
        francs("ML", "Mali", "Soldes de clôture (débit +, crédit −)"),
        francs("NE", "Niger", "Soldes de clôture (débit +, crédit −)"),
        francs("total", "Avec liaison", "Consolidé", formula="[BF]+[ML]+[NE]"),
        francs("liaison_total", "Liaison et virements", "Consolidé", formula='IF([liaison]="oui",[total],0)'),
        francs("without", "Sans liaison", "Consolidé", formula='IF([liaison]="oui",0,[total])'),
    )
    note = (
        "Comptes de liaison : 185x (entre livres) et 5851 (virements entre comptes) ; leur somme consolidée est nulle."
    )
    return Table("consolidation", "Consolidation", columns, body, notes=(note,))


def _classes(rows: list[BalanceRow], together: list[BalanceRow], chart: dict[str, Account]) -> Table:
    sums: dict[tuple[str, str], list[int]] = {}
    without = [row._replace(book=WITHOUT_LIAISON) for row in together if chart[row.account].pairing is None]
    for row in (*rows, *together, *without):
        own = sums.setdefault((row.book, row.account[0]), [0] * 6)
        for place, amount in enumerate(row[2:]):
            own[place] += amount
    columns = (
        Column("book", "Livre", width=15),
        Column("class", "Classe"),
        Column("title", "Intitulé"),
        *(
            francs(f"{side}_{way}", title, BANDS[side])
            for side in SIDES
            for way, title in (("debit", "Débit"), ("credit", "Crédit"))
        ),
    )
    titles = {code: book_title(code) for code in TITLES} | {WITHOUT_LIAISON: "Comptes consolidés sans liaison"}
    body: list[Row] = [(book, digit, CLASSES.get(digit, ""), *own) for (book, digit), own in sums.items()]
    return Table(
        "classes",
        "Totaux par classe",
        columns,
        body,
        group_by="book",
        group_titles=titles,
        total_label=None,
        notes=("Chaque colonne additionne les comptes de la classe, sans compenser débits et crédits entre comptes.",),
    )


def _controls(sums: dict[str, JournalSums], rows: list[BalanceRow], together: list[BalanceRow]) -> list[Control]:
    controls = []
    groups = [code for code in sums if any(row.book == code for row in rows)]
    for code in groups + ([CONSOLIDATED] if together else []):
        own = [row for row in (*rows, *together) if row.book == code]
        for side in SIDES:
            debit, credit = (sum(getattr(row, f"{side}_{way}") for row in own) for way in ("debit", "credit"))
            title = f"{book_title(code)} — {BANDS[side].lower()} : total débit = total crédit"
            formulas = [f"{{trial.{side}_{way}:total={code}}}" for way in ("debit", "credit")]
            controls.append(Control(title, formulas[0], debit, formulas[1], credit))
    for code in groups:
        own = [row for row in rows if row.book == code]
        journal = sums[code]
        for way, title, expected in (("debit", "débits", journal.debit), ("credit", "crédits", journal.credit)):
            value = sum(getattr(row, f"movement_{way}") for row in own)
            words = f"{book_title(code)} — {title} de la période = {title} relus au livre-journal"
            controls.append(Control(words, f"{{trial.movement_{way}:total={code}}}", value, expected))
    controls += [_closing_control(code, rows) for code in groups]
    if together:
        controls += _consolidation_controls(rows, groups)
    return controls


def _closing_control(code: str, rows: list[BalanceRow]) -> Control:
    own = [row for row in rows if row.book == code]

    def net(side: str) -> int:
        return sum(getattr(row, f"{side}_debit") - getattr(row, f"{side}_credit") for row in own)

    def cells(side: str) -> str:
        return f"{{trial.{side}_debit:total={code}}}-{{trial.{side}_credit:total={code}}}"

    title = f"{book_title(code)} — ouverture + mouvements = clôture"
    value = net("opening") + net("movement")
    return Control(title, f"{cells('opening')}+{cells('movement')}", value, cells("closing"), net("closing"))


def _consolidation_controls(rows: list[BalanceRow], groups: list[str]) -> list[Control]:
    debit = sum(row.movement_debit for row in rows)
    parts = "+".join(f"{{trial.movement_debit:total={code}}}" for code in groups) or "0"
    return [
        Control(
            "Mouvements consolidés = somme des trois livres",
            f"{{trial.movement_debit:total={CONSOLIDATED}}}",
            debit,
            parts,
            debit,
        ),
        Control("Consolidation — la somme de tous les soldes est nulle", "{consolidation.total:total}", 0, 0),
        Control("Comptes de liaison et de virements — somme nulle", "{consolidation.liaison_total:total}", 0, 0),
    ]
