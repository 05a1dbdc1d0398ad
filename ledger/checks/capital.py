"""The capital register, recomputed: its sums at every date, its acts, and the entries that stand for them."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Connection, text

from ledger.book import BOOKS
from ledger.capital.position import standing
from ledger.capital.register import read_register
from ledger.capital.rules import KINDS, terms_at, total_at
from ledger.capital.terms import read_terms
from ledger.chart import account_of
from ledger.check import Check, Row, sql_check


def _sums(connection: Connection) -> Iterable[Row]:
    """Every date of the register: subscribed within the capital, called within subscribed, paid within called."""
    acts, terms = read_register(connection), read_terms(connection)
    for day in sorted({act.date for act in acts} | {one.from_date for one in terms}):
        subscribed = total_at(acts, "subscribe", day)
        now = terms_at(terms, day)
        if subscribed > (0 if now is None else now.total):
            yield {"date": day, "capital": 0 if now is None else now.total, "subscribed": subscribed}
        for state in BOOKS:
            row = {kind: total_at(acts, kind, day, state) for kind in KINDS}
            if not 0 <= row["pay"] <= row["call"] <= row["subscribe"]:
                yield {"date": day, "state": state, **row}


def _cancellations(connection: Connection) -> Iterable[Row]:
    """A cancellation is the opposite of one act, once."""
    acts = read_register(connection)
    by_id = {act.id: act for act in acts}
    seen: set[int] = set()
    for act in acts:
        if act.cancels is None:
            continue
        first = by_id.get(act.cancels)
        mirrors = first is not None and (first.kind, first.state, first.amount, first.cancels) == (
            act.kind,
            act.state,
            -act.amount,
            None,
        )
        if not mirrors or act.cancels in seen:
            yield {"act": act.id, "reference": act.reference, "cancels": act.cancels}
        seen.add(act.cancels)


CAPITAL_LINES = text(
    "SELECT l.book, l.account, sum(l.debit - l.credit) AS net FROM entry_line l JOIN entry e ON e.id = l.entry_id"
    " WHERE e.origin = 'capital' GROUP BY l.book, l.account"
)
TIED_LINES = text(
    "SELECT a.id, l.book, l.account, l.debit - l.credit AS net FROM capital_act a"
    " JOIN entry_line l ON l.entry_id = a.source_entry AND l.position = a.source_position"
)


def register_balances(connection: Connection) -> dict[tuple[str, str], tuple[int, int]]:
    """(book, account) → what the register says of 2621, 48131, 48132, 4731x, and what its entries say."""
    acts = read_register(connection)
    wanted: dict[tuple[str, str], int] = {}
    for state in BOOKS:
        subscribed, called, paid = (
            sum(act.amount for act in acts if act.kind == kind and act.state == state) for kind in KINDS
        )
        budget = sum(act.amount for act in acts if act.source == "budget" and act.state == state)
        wanted[state, "2621"] = subscribed
        wanted[state, "48131"] = called - subscribed
        wanted[state, "48132"] = paid - called
        wanted[state, account_of("4731", state)] = -budget
    found: dict[tuple[str, str], int] = defaultdict(int)
    for row in connection.execute(CAPITAL_LINES):
        found[row.book, row.account] += int(row.net)
    live = {act.id for act in standing(acts)}
    for row in connection.execute(TIED_LINES):
        if row.id in live:
            found[row.book, row.account] += int(row.net)
    return {key: (amount, found.get(key, 0)) for key, amount in wanted.items()}


def _balances(connection: Connection) -> Iterable[Row]:
    for (book, number), (register, entries) in register_balances(connection).items():
        if register != entries:
            yield {"book": book, "account": number, "register": register, "entries": entries}


CHECKS = (
    Check(
        "capital_sums",
        "Capital : à toute date, souscrit ≤ capital, appelé ≤ souscrit et versé ≤ appelé, par État",
        _sums,
    ),
    Check("capital_cancellations", "Capital : chaque annulation reprend un acte, une seule fois", _cancellations),
    sql_check(
        "capital_acts",
        "Capital : montants positifs, références et échéances données, versements avec leur source",
        "SELECT id, kind, state, reference, amount, date, due, source FROM capital_act WHERE cancels IS NULL AND ("
        "amount <= 0 OR reference = '' OR (kind = 'call') <> (due IS NOT NULL) OR due < date"
        " OR (kind = 'pay') <> (source IS NOT NULL))"
        " OR EXISTS (SELECT 1 FROM capital_act o WHERE o.id < capital_act.id AND o.kind = capital_act.kind"
        " AND o.state = capital_act.state AND o.reference = capital_act.reference)",
    ),
    Check(
        "capital_balances",
        "Capital : le registre égale ses écritures sur 2621, 48131, 48132 et 4731x, livre par livre",
        _balances,
    ),
    sql_check(
        "capital_entries",
        "Capital : chaque écriture du capital appartient à un acte du registre",
        "SELECT e.id, e.book, e.journal, e.year, e.number FROM entry e WHERE e.origin = 'capital'"
        " AND NOT EXISTS (SELECT 1 FROM capital_act a WHERE a.entry_id = e.id OR a.entry_id = e.peer)",
    ),
    sql_check(
        "capital_levy",
        "Capital : chaque versement sur le prélèvement vise une ligne de 48132 de son montant, non corrigée, une fois",
        "SELECT a.id, a.state, a.reference, a.amount FROM capital_act a LEFT JOIN entry_line l"
        " ON l.entry_id = a.source_entry AND l.position = a.source_position WHERE a.source = 'levy'"
        " AND a.cancels IS NULL AND NOT EXISTS (SELECT 1 FROM capital_act c WHERE c.cancels = a.id)"
        " AND (l.account IS NULL OR l.account <> '48132' OR l.book <> a.book OR l.debit <> a.amount"
        " OR EXISTS (SELECT 1 FROM entry n WHERE n.corrects = a.source_entry)"
        " OR EXISTS (SELECT 1 FROM capital_act o WHERE o.id <> a.id AND o.cancels IS NULL"
        " AND o.source_entry = a.source_entry AND o.source_position = a.source_position"
        " AND NOT EXISTS (SELECT 1 FROM capital_act c WHERE c.cancels = o.id)))",
    ),
)
