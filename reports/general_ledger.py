"""The *grand livre*: each account with its opening balance, its movements one by one, its closing balance."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from sqlalchemy import Connection, func, select, tuple_

from ledger.balance import BalanceRow
from ledger.chart import Account, chart_accounts
from ledger.money import format_francs
from ledger.tables.journal import entry, entry_line
from reports.balances import in_period, is_carried, journal_sums, period_balances, up_to_the_end
from reports.common import book_title, francs, make_report
from reports.dataset import Column, Control, Link, Report, Row, Table
from reports.request import ReportRequest

CHUNK = 5_000
OPENING, CLOSING = "Solde d'ouverture", "Solde de clôture"

COLUMNS = (
    Column("account", "Livre et compte", width=12),
    Column("date", "Date", "date"),
    Column("entry", "Écriture", width=15),
    Column("document", "Pièce", width=18),
    Column("label", "Libellé", width=42),
    Column("reference", "Référence", width=18),
    Column("debit", "Débit", "francs", width=17, total=True),
    Column("credit", "Crédit", "francs", width=17, total=True),
    Column("balance", "Solde (débit +, crédit −)", "francs", width=20, formula="[balance@-1]+[debit]-[credit]"),
)


def general_ledger(connection: Connection, request: ReportRequest) -> Report:
    """Every movement of every account between two dates of one financial year, read in chunks.

    Refuses: period_spans_years.
    """
    chart = chart_accounts(connection)
    balances = period_balances(connection, request)
    counts = _line_counts(connection, request)
    keys = [f"{row.book}/{row.account}" for row in balances]
    lines = Table(
        "lines",
        "Grand livre",
        COLUMNS,
        partial(_lines, connection, request, balances),
        group_by="account",
        group_titles={key: f"{key} — {chart[row.account].title}" for key, row in zip(keys, balances, strict=True)},
        total_label="TOTAL DES MOUVEMENTS",
        notes=("Montants en francs CFA entiers. Le solde de chaque ligne est celui qui la précède, plus la ligne.",),
    )
    return make_report(
        connection,
        request,
        "Grand livre",
        (lines, _accounts(balances, counts, chart)),
        controls=_controls(connection, request, balances, counts),
        counts=[
            (f"{code} : lignes de mouvement", sum(n for (own, _), n in counts.items() if own == code))
            for code in request.books
        ],
    )


def _lines(connection: Connection, request: ReportRequest, balances: list[BalanceRow]) -> Iterator[Row]:
    for row in balances:
        key = f"{row.book}/{row.account}"
        balance = row.opening_debit - row.opening_credit
        yield (key, request.start, None, None, OPENING, None, None, None, balance)
        for date, reference, document, label, mark, debit, credit in _movements(connection, request, row):
            balance += debit - credit
            yield (key, date, reference, document, label, mark, debit or None, credit or None, balance)
        if balance != row.closing_debit - row.closing_credit:
            found = format_francs(balance)
            raise ValueError(f"{key}: the lines give {found}, the balance {row.closing_debit - row.closing_credit}")
        yield (key, request.end, None, None, CLOSING, None, None, None, balance)


def _movements(connection: Connection, request: ReportRequest, account: BalanceRow) -> Iterator[Any]:
    """The lines of one account by date and place in the journal, a chunk at a time, each found by the one before.

    The place is the only lower bound, the first day's included: beside a second one SQLite would read each chunk from
    the first day again.
    """
    place = (entry_line.c.date, entry_line.c.entry_id, entry_line.c.position)
    query = (
        select(
            *place,
            entry.c.book + "/" + entry.c.journal,
            entry.c.year,
            entry.c.number,
            entry.c.document,
            func.coalesce(entry_line.c.label, entry.c.label),
            entry_line.c.reference,
            entry_line.c.debit,
            entry_line.c.credit,
        )
        .join(entry, entry.c.id == entry_line.c.entry_id)
        .where(*up_to_the_end(request, account.book), entry_line.c.account == account.account, ~is_carried(request))
        .order_by(*place)
        .limit(CHUNK)
    )
    before_all = (request.start, 0, 0)
    rows = connection.execute(query.where(tuple_(*place) > before_all)).all()
    while rows:
        for date, _, _, journal, year, number, *rest in rows:
            yield (date, f"{journal}/{year}/{number}", *rest)
        if len(rows) < CHUNK:
            return
        rows = connection.execute(query.where(tuple_(*place) > tuple_(*rows[-1][:3]))).all()


def _line_counts(connection: Connection, request: ReportRequest) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for code in request.books:
        query = (
            select(entry_line.c.account, func.count())
            .join(entry, entry.c.id == entry_line.c.entry_id)
            .where(*in_period(request, code), ~is_carried(request))
            .group_by(entry_line.c.account)
        )
        found |= {(code, account): int(count) for account, count in connection.execute(query)}
    return found


def _accounts(balances: list[BalanceRow], counts: dict[tuple[str, str], int], chart: dict[str, Account]) -> Table:
    columns = (
        Column("account", "Livre et compte"),
        Column("title", "Intitulé"),
        Column("lines", "Lignes", "integer", total=True),
        francs("opening", "Ouverture"),
        francs("debit", "Débits"),
        francs("credit", "Crédits"),
        francs("closing", "Clôture", formula="[opening]+[debit]-[credit]"),
    )
    rows: list[Row] = [
        (
            f"{row.book}/{row.account}",
            chart[row.account].title,
            counts.get((row.book, row.account), 0),
            row.opening_debit - row.opening_credit,
            row.movement_debit,
            row.movement_credit,
            row.closing_debit - row.closing_credit,
        )
        for row in balances
    ]
    links = tuple(Link(place, "account", "lines", target_group=str(row[0])) for place, row in enumerate(rows))
    note = "Soldes signés : débit +, crédit −. Chaque compte mène à ses lignes."
    return Table("accounts", "Comptes", columns, rows, links=links, notes=(note,))


def _controls(
    connection: Connection,
    request: ReportRequest,
    balances: list[BalanceRow],
    counts: dict[tuple[str, str], int],
) -> list[Control]:
    sums = [journal_sums(connection, request, code) for code in request.books]
    debit, credit = sum(row.movement_debit for row in balances), sum(row.movement_credit for row in balances)
    opening = sum(row.opening_debit - row.opening_credit for row in balances)
    controls = [
        Control("Total des débits = total des crédits", "{lines.debit:total}", debit, "{lines.credit:total}", credit),
        Control("Débits = débits relus au livre-journal", "{lines.debit:total}", debit, sum(one.debit for one in sums)),
        Control(
            "Crédits = crédits relus au livre-journal", "{lines.credit:total}", credit, sum(one.credit for one in sums)
        ),
        Control(
            "Lignes de mouvement = lignes du livre-journal",
            "{accounts.lines:total}",
            sum(counts.values()),
            sum(one.lines for one in sums),
        ),
        Control("Somme des soldes d'ouverture nulle", "{accounts.opening:total}", opening, 0),
        Control("Somme des soldes de clôture nulle", "{accounts.closing:total}", opening + debit - credit, 0),
    ]
    for code in request.books:
        own = [row for row in balances if row.book == code and row.account.startswith("5211")]
        for row in own:
            net = row.movement_debit - row.movement_credit
            key = f"{code}/{row.account}"
            controls.append(
                Control(
                    f"{book_title(code)} — {row.account} : mouvements du grand livre = clôture − ouverture",
                    f"{{lines.debit:total={key}}}-{{lines.credit:total={key}}}",
                    net,
                    row.closing_debit - row.closing_credit - row.opening_debit + row.opening_credit,
                )
            )
    return controls
