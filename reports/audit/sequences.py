"""Gaps in sequences: numbers of entries, numbers of orders, the chain of bank statements."""

from collections.abc import Iterable, Iterator

from sqlalchemy import func, select

from ledger.tables.journal import entry
from ledger.tables.orders import payment_order
from reconcile.statements import list_statements, statement_gaps
from reports.audit.finding import Finding, Scope, shown
from reports.dataset import Column, Row

GAP_COLUMNS = (
    Column("sequence", "Suite", width=34),
    Column("first", "Premier numéro attendu", "integer"),
    Column("last", "Dernier numéro", "integer"),
    Column("from_number", "Manque de", "integer"),
    Column("to_number", "Manque à", "integer"),
    Column("missing", "Numéros absents", "integer", total=True),
)


def holes(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The stretches absent from a sequence that must begin at 1, as (first, last); a number twice is (n, n − 1)."""
    expected = 1
    for number in sorted(numbers):
        if number < expected:
            yield number, number - 1
        elif number > expected:
            yield expected, number - 1
        expected = max(expected, number + 1)


def _gap_rows(name: str, numbers: Iterable[int]) -> Iterator[Row]:
    kept = list(numbers)
    for first, last in holes(kept):
        yield name, 1, max(kept), first, last, last - first + 1


def entry_gaps(scope: Scope) -> Finding:
    """Numbers of entries absent from a journal of a year, or from the chain of a book."""
    known, books = entry.c.id <= scope.request.known, entry.c.book.in_(scope.request.books)
    groups = (
        (("Écritures", entry.c.number), (entry.c.book, entry.c.journal, entry.c.year)),
        (("Chaîne du livre", entry.c.position), (entry.c.book,)),
    )
    rows: list[Row] = []
    sequences = examined = 0
    for (title, number), keys in groups:
        counts = select(*keys, func.count(), func.min(number), func.max(number)).where(known, books)
        for *key, count, least, most in scope.connection.execute(counts.group_by(*keys).order_by(*keys)):
            sequences, examined = sequences + 1, examined + (count if len(keys) > 1 else 0)
            if (least, most) == (1, count):
                continue
            mine = [column == value for column, value in zip(keys, key, strict=True)]
            numbers = scope.connection.execute(select(number).where(known, *mine)).scalars()
            rows.extend(_gap_rows(f"{title} {'/'.join(map(str, key))}", numbers))
    return Finding(
        "entry_gaps",
        "Trous écritures",
        "Numéros d'écriture absents ou doubles, par livre, journal et exercice, et rang dans la chaîne de chaque "
        "livre (toute la vie des livres).",
        GAP_COLUMNS,
        rows,
        len(rows),
        examined,
        "écritures",
        parameters=f"{sequences} suites, chacune attendue de 1 à son dernier numéro",
        nothing="Aucun numéro ne manque, aucun n'est double.",
        total_label="TOTAL",
    )


def order_gaps(scope: Scope) -> Finding:
    """Numbers of payment orders absent from a year."""
    found: dict[int, list[int]] = {}
    query = select(payment_order.c.year, payment_order.c.rank).where(
        payment_order.c.command_id <= scope.request.known_command
    )
    for year, rank in scope.connection.execute(query):
        found.setdefault(year, []).append(rank)
    rows = [row for year in sorted(found) for row in _gap_rows(f"Ordres de paiement {year}", found[year])]
    examined = sum(map(len, found.values()))
    return Finding(
        "order_gaps",
        "Trous ordres",
        "Numéros d'ordre de paiement absents ou doubles, par exercice (les trois livres, toute leur vie).",
        GAP_COLUMNS,
        rows,
        len(rows),
        examined,
        "ordres",
        nothing="Aucun numéro ne manque, aucun n'est double.",
        absent=None if examined else "la base ne contient aucun ordre de paiement.",
        total_label="TOTAL",
    )


def chain_gaps(scope: Scope) -> Finding:
    """Breaks in the chain of statements of each bank account."""
    columns = (
        Column("book", "Livre"),
        Column("account", "Compte bancaire", width=32),
        Column("from", "Du", "date"),
        Column("to", "Au", "date"),
        Column("fault", "Constat", width=80),
    )
    known = scope.request.known_command
    gaps = statement_gaps(scope.connection, silent_days=scope.settings.silent_days, known_command=known)
    rows, count = shown(
        (gap["book"], gap["account"], gap["from"], gap["to"], gap["message"])
        for gap in gaps
        if gap["book"] in scope.request.books
    )
    stored = [
        one
        for one in list_statements(scope.connection, known_command=known)
        if one["book"] in scope.request.books and one["withdrawn"] is None
    ]
    return Finding(
        "statement_gaps",
        "Trous relevés",
        "Ruptures de la chaîne des relevés : solde initial autre que le solde final précédent, numéro ou jours "
        "absents, relevés qui se recouvrent, compte sans relevé.",
        columns,
        rows,
        count,
        len(stored),
        "relevés",
        parameters=f"silence signalé au-delà de {scope.settings.silent_days} jours",
        nothing="Chaque relevé reprend là où finit le précédent.",
        absent=None if stored or count else "aucun compte bancaire n'est rattaché aux livres.",
    )
