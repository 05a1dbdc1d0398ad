"""The *tableau de bord* of the Heads of State: the year's levy, the bank's capital, the accounts, on one page."""

from typing import NamedTuple

from sqlalchemy import Connection

from ledger.balance import balance_of
from ledger.book import BOOKS
from ledger.capital.position import CapitalPosition, capital_position
from ledger.chart import account_of
from ledger.levy.anomalies import anomalies
from ledger.levy.arrears import arrears
from ledger.levy.chain import collections as chain_rows
from ledger.levy.law import levy_law
from reconcile.bank_position import Position, position
from reports.common import TITLES, francs, make_report
from reports.dataset import Chart, Column, Control, Report, Row, Series, Table
from reports.request import ReportRequest
from reports.suspense import suspense_items

SHEET = "Tableau de bord"
CHAIN = (("assessed", "Liquidé"), ("collected", "Recouvré"), ("remitted", "Reversé"), ("credited", "Crédité"))


class StateYear(NamedTuple):
    """One State's year, in whole francs, and what is late or unexplained at the day, whatever its year."""

    book: str
    assessed: int
    collected: int
    remitted: int
    credited: int
    late_to_collect: int
    late_to_remit: int
    anomalies: int
    suspense: int
    suspense_items: int


def dashboard(connection: Connection, request: ReportRequest) -> Report:
    """Collected and credited since the first day of the period, arrears, capital paid up, reconciliation, anomalies."""
    years = _years(connection, request)
    capital = capital_position(
        connection, as_of=request.as_of, known=request.known, known_command=request.known_command
    )
    places = [_place(connection, code, request) for code in request.books]
    return make_report(
        connection,
        request,
        "Prélèvement confédéral et capital de la BCID-AES",
        (_levy(years), _capital(capital), _accounts(places)),
        charts=_charts(),
        controls=_controls(capital, places),
        parameters=(
            ("Prélèvement de la période", "états des recettes des mois de la période, tous bureaux"),
            (
                "À recouvrer, à reverser, échus",
                "restes de tous les mois dont l'échéance est passée au jour de l'arrêté",
            ),
            ("À imputer (CIP)", "somme des suspens, sans compenser débits et crédits"),
        ),
        counts=(("Anomalies des états de recettes", sum(one.anomalies for one in years)),),
        json=_document(request, years, capital, places),
    )


def _place(connection: Connection, code: str, request: ReportRequest) -> Position:
    """A book beside its bank; the books speak for themselves while no account of the bank is bound to them."""
    found = position(connection, code, request.as_of, known=request.known, known_command=request.known_command)
    if found.bank is not None:
        return found
    own = balance_of(connection, code, account_of("5211", code), as_of=request.as_of, known=request.known)
    return found._replace(book_balance=found.book_balance or own)


def _years(connection: Connection, request: ReportRequest) -> list[StateYear]:
    law = levy_law(connection)
    every = chain_rows(
        connection, book=request.book, as_of=request.as_of, known=request.known, known_command=request.known_command
    )
    first, last = f"{request.start:%Y-%m}", f"{request.end:%Y-%m}"
    late, strange = arrears(every, request.as_of), anomalies(every, law)
    suspense = suspense_items(connection, request)
    found = []
    for code in request.books:
        own = [row for row in every if row.book == code and row.period is not None and first <= row.period <= last]
        items = [one.item.left for (book, _), left in suspense.items() if book == code for one in left]
        found.append(
            StateYear(
                book=code,
                **{name: sum(getattr(row, name) for row in own) for name, _ in CHAIN},
                late_to_collect=sum(one.amount for one in late if one.book == code and one.stage == "to_collect"),
                late_to_remit=sum(one.amount for one in late if one.book == code and one.stage == "to_remit"),
                anomalies=sum(one.book == code for one in strange),
                suspense=sum(abs(amount) for amount in items),
                suspense_items=len(items),
            )
        )
    return found


def _levy(years: list[StateYear]) -> Table:
    columns = (
        Column("state", "État", width=24),
        *(francs(key, title, "Prélèvement de la période", width=19) for key, title in CHAIN),
        Column("rate", "Recouvré / liquidé", "percent", width=19),
        francs("late_to_collect", "À recouvrer, échu", "À ce jour", width=19),
        francs("late_to_remit", "À reverser, échu", "À ce jour", width=19),
        Column("anomalies", "Anomalies", "integer", width=12, total=True, band="À ce jour"),
        francs("suspense", "À imputer (CIP)", "À ce jour", width=19),
    )
    rows: list[Row] = [
        (
            TITLES[one.book],
            *one[1:5],
            _percent(one.collected, one.assessed),
            one.late_to_collect,
            one.late_to_remit,
            one.anomalies,
            one.suspense,
        )
        for one in years
    ]
    return Table("levy", "Prélèvement confédéral", columns, rows, sheet=SHEET)


def _percent(part: int, whole: int) -> int | None:
    """Hundredths of a percent, rounded half up; nothing of nothing."""
    return None if whole <= 0 else (2 * part * 10_000 + whole) // (2 * whole)


def _stages(capital: CapitalPosition) -> list[tuple[str, list[int], int]]:
    """Stage of release → each State's part, and the part of nobody."""
    by_state = {one.state: one for one in capital.by_state}
    parts = [
        ("Libéré", [one.paid for one in (by_state[code] for code in BOOKS)], 0),
        ("Appelé, non versé", [one.called - one.paid for one in (by_state[code] for code in BOOKS)], 0),
        ("Souscrit, non appelé", [one.subscribed - one.called for one in (by_state[code] for code in BOOKS)], 0),
    ]
    return [*parts, ("Non souscrit", [0, 0, 0], capital.total - capital.sum("subscribed"))]


def _capital(capital: CapitalPosition) -> Table:
    columns = (
        Column("stage", "Stade"),
        *(francs(code, TITLES[code]) for code in BOOKS),
        francs("total", "Ensemble"),
        Column("percent", "Part du capital", "percent"),
    )
    rows: list[Row] = []
    for stage, parts, nobody in _stages(capital):
        total = sum(parts) + nobody
        rows.append((stage, *parts, total, _percent(total, capital.total)))
    return Table("capital", "Capital de la BCID-AES", columns, rows, sheet=SHEET, total_label="TOTAL DU CAPITAL")


def _accounts(places: list[Position]) -> Table:
    columns = (
        Column("state", "Compte"),
        francs("book_balance", "Solde des livres"),
        francs("to_book", "À passer au livre"),
        francs("bank_balance", "Solde de la banque"),
        francs("to_bank", "À passer en banque"),
        Column("statement_date", "Dernier relevé", "date"),
        francs("difference", "Écart", formula="[book_balance]+[to_book]-[bank_balance]-[to_bank]"),
        Column("open", "Suspens", "integer", total=True),
        Column("state_words", "Rapprochement"),
    )
    rows: list[Row] = []
    for one in places:
        to_book, to_bank = (sum(line.amount for line in lines) for lines in (one.to_book, one.to_bank))
        bank = one.bank.amount if one.bank else 0
        if one.bank is None:
            to_bank = one.book_balance + to_book  # nothing of it was seen by the bank
        difference = one.book_balance + to_book - bank - to_bank
        words = "aucun relevé" if one.bank is None else "équilibré" if difference == 0 else "écart"
        closed = one.bank.closed_on if one.bank else None
        amounts = (one.book_balance, to_book, bank, to_bank, closed, difference)
        rows.append((TITLES[one.book], *amounts, len(one.to_book) + len(one.to_bank), words))
    return Table("accounts", "Les trois comptes", columns, rows, sheet=SHEET)


def _charts() -> tuple[Chart, ...]:
    chain = tuple(Series(key, title) for key, title in CHAIN)
    states = tuple(Series(code, TITLES[code]) for code in BOOKS)
    return (
        Chart("column", "Prélèvement de la période, par État", "levy", "state", chain, sheet=SHEET),
        Chart("stacked", "Où en est le capital", "capital", "stage", states, sheet=SHEET, rows=(0, 2), beside=True),
    )


def _controls(capital: CapitalPosition, places: list[Position]) -> list[Control]:
    controls = [
        Control("Stades de la libération = capital de la banque", "{capital.total:total}", capital.total, capital.total)
    ]
    paid = capital.sum("paid")
    controls.append(Control("Libéré = versements inscrits au registre", "{capital.total:0}", paid,
                            sum(one.amount for one in capital.payments if one.cancelled is None)))  # fmt: skip
    for place, one in enumerate(places):
        if one.difference is not None:
            title = f"{TITLES[one.book]} — soldes rectifiés égaux au franc"
            controls.append(Control(title, f"{{accounts.difference:{place}}}", one.difference, 0))
    return controls


def _document(
    request: ReportRequest, years: list[StateYear], capital: CapitalPosition, places: list[Position]
) -> dict[str, object]:
    paid = capital.sum("paid")
    return {
        "report": request.name,
        "fictional": request.fictional,
        "from": request.start,
        "to": request.end,
        "as_of": request.as_of,
        "rows": [one._asdict() for one in years],
        "capital": {
            "total": capital.total,
            **{name: capital.sum(name) for name in ("subscribed", "called", "paid", "to_pay", "to_call")},
            "paid_hundredths_of_percent": _percent(paid, capital.total),
        },
        "reconciliation": [
            {
                "book": one.book,
                "book_balance": one.book_balance,
                "bank_balance": one.bank.amount if one.bank else None,
                "difference": one.difference,
                "open": len(one.to_book) + len(one.to_bank),
            }
            for one in places
        ],
    }
