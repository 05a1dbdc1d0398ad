"""What stands twice: documents, amounts, payees, bank accounts."""

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import and_, func, select

from ledger.tables.journal import entry, entry_line
from ledger.tables.orders import payment_order
from reconcile.standing import standing_line
from reconcile.tables import statement_line
from reports.audit.entry_rows import ENTRY_COLUMNS, count_entries, entries, lines_within, named, reference, within
from reports.audit.finding import Finding, Scope, shown
from reports.common import francs
from reports.dataset import Column, Row

SET = Column("set", "Groupe", "integer")
COLLECTIVE = ("statement", "imputation", "collection", "opening", "closing")
"""Origins whose document (a bank statement, a customs return) carries several entries by nature."""

PLAIN = and_(entry.c.corrects.is_(None), entry.c.replaces.is_(None))
"""Entries that neither correct nor replace another: those repeat its document by right."""


def same_document(scope: Scope) -> Finding:
    """Documents that several entries of one journal of one book bear."""
    name = func.upper(func.trim(entry.c.document))
    one_each = and_(PLAIN, entry.c.origin.not_in(COLLECTIVE))
    keys = (entry.c.book, entry.c.journal, name.label("name"))
    twice = select(*keys).where(within(scope), one_each).group_by(entry.c.book, entry.c.journal, name)
    wanted = {tuple(row) for row in scope.connection.execute(twice.having(func.count() > 1))}

    def rows() -> Iterator[Row]:
        found: dict[tuple[str, str, str], list[Row]] = {}
        for row in entries(scope, one_each) if wanted else ():
            key = (row.book, row.journal, row.name)
            if key in wanted:
                found.setdefault(key, []).append((*named(row), row.total, row.actor))
        for place, key in enumerate(sorted(found), 1):
            yield from ((place, *one) for one in found[key])

    kept, count = shown(rows())
    return Finding(
        "same_document",
        "Doubles pièces",
        "Même numéro de pièce sur plusieurs écritures d'un journal d'un livre.",
        (SET, *ENTRY_COLUMNS, francs("total", "Montant"), Column("actor", "Validée par", width=28)),
        kept,
        count,
        count_entries(scope, one_each),
        "écritures",
        parameters="majuscules et espaces de bord ignorés ; corrections et remplacements exclus, comme les écritures "
        "dont la pièce est collective (relevé, état des recettes)",
        nothing="Chaque pièce n'est portée que par une écriture de son journal.",
    )


def same_amount(scope: Scope) -> Finding:
    """Lines of different entries with the same book, account, date and amount."""
    keys = (entry_line.c.book, entry_line.c.account, entry_line.c.date, entry_line.c.debit, entry_line.c.credit)
    origin = and_(entry.c.id == entry_line.c.entry_id, PLAIN)
    twice = select(*keys).join(entry, origin).where(lines_within(scope)).group_by(*keys)
    wanted = twice.having(func.count(entry_line.c.entry_id.distinct()) > 1).subquery()
    match = and_(*(key == column for key, column in zip(keys, wanted.c, strict=True)))
    query = (
        select(
            entry_line.c.account, entry_line.c.debit, entry_line.c.credit, entry_line.c.label.label("line_label"),
            entry.c.book, entry.c.journal, entry.c.year, entry.c.number, entry.c.date, entry.c.document, entry.c.label,
        )
        .join(entry, origin)
        .join(wanted, match)
        .where(lines_within(scope))
        .order_by(*keys, entry_line.c.entry_id, entry_line.c.position)
    )  # fmt: skip

    def rows() -> Iterator[Row]:
        place, last = 0, None
        for row in scope.connection.execute(query):
            key = (row.book, row.account, row.date, row.debit, row.credit)
            place, last = place + (key != last), key
            text = row.line_label or row.label
            yield place, reference(row), row.date, row.document, text, row.account, row.debit, row.credit

    kept, count = shown(rows())
    examined = select(func.count()).select_from(entry_line).join(entry, origin).where(lines_within(scope))
    return Finding(
        "same_amount",
        "Doubles montants",
        "Même livre, même compte, même date et même montant du même côté dans des écritures différentes.",
        (SET, *ENTRY_COLUMNS, Column("account", "Compte"), francs("debit", "Débit"), francs("credit", "Crédit")),
        kept,
        count,
        int(scope.connection.execute(examined).scalar_one()),
        "lignes",
        parameters="corrections et remplacements exclus",
        nothing="Aucun montant ne se répète sur un compte le même jour.",
    )


def same_payee(scope: Scope) -> Finding:
    """Bank debits to one counterparty, and orders to one payee, with the same amount on the same day."""
    rows: list[Row] = []
    place = examined = 0
    for source, found in (("Relevé", _statement_debits(scope)), ("Ordre", _orders(scope))):
        groups: dict[tuple[str, int, dt.date], list[Row]] = {}
        for payee, amount, day, what, book in found:
            examined += 1
            key = (" ".join(payee.upper().split()), amount, day)
            groups.setdefault(key, []).append((source, book, payee, day, what, amount))
        for one in groups.values():
            if len(one) > 1:
                place += 1
                rows.extend((place, *row) for row in one)
    kept, count = shown(rows)
    return Finding(
        "same_payee",
        "Doubles bénéficiaires",
        "Même bénéficiaire, même montant, même jour : débits des relevés de compte et ordres de paiement.",
        (
            SET,
            Column("source", "Source"),
            Column("book", "Livre"),
            Column("payee", "Bénéficiaire", width=40),
            Column("date", "Date", "date"),
            Column("what", "Mouvement", width=40),
            francs("amount", "Montant"),
        ),
        kept,
        count,
        examined,
        "débits et ordres",
        parameters="majuscules et espaces ignorés ; débits sans nom exclus ; ordre : jour de sa création",
        nothing="Personne n'est payé deux fois du même montant le même jour.",
        absent=None if examined else "ni débit de relevé avec un bénéficiaire nommé, ni ordre de paiement.",
    )


def _statement_debits(scope: Scope) -> Iterator[tuple[str, int, dt.date, str, str]]:
    request = scope.request
    query = (
        select(statement_line)
        .where(
            statement_line.c.amount < 0,
            statement_line.c.counterparty.is_not(None),
            statement_line.c.kind == "statement",
            statement_line.c.book.in_(request.books),
            statement_line.c.booking_date.between(request.start, request.end),
            standing_line(request.known_command),
        )
        .order_by(statement_line.c.id)
    )
    for row in scope.connection.execute(query):
        yield row.counterparty, -row.amount, row.booking_date, row.label, row.book


def _orders(scope: Scope) -> Iterator[tuple[str, int, dt.date, str, str]]:
    request = scope.request
    query = select(payment_order).where(payment_order.c.command_id <= request.known_command)
    for row in scope.connection.execute(query.order_by(payment_order.c.id)):
        day = row.created_at.date()
        if request.start <= day <= request.end:
            yield row.payee_name, row.amount, day, f"{row.number} — {row.purpose}", ""


def same_iban(scope: Scope) -> Finding:
    """Bank accounts that orders name for several payees."""
    owners: dict[str, dict[str, list[Row]]] = {}
    examined = 0
    query = select(payment_order).where(payment_order.c.command_id <= scope.request.known_command)
    for row in scope.connection.execute(query.order_by(payment_order.c.id)):
        examined += 1
        iban = row.payee_iban.replace(" ", "").upper()
        payee = " ".join(row.payee_name.upper().split())
        one = (iban, row.payee_name, row.number, row.created_at.date(), row.amount)
        owners.setdefault(iban, {}).setdefault(payee, []).append(one)
    shared = [payees for payees in owners.values() if len(payees) > 1]
    rows: list[Row] = [
        (place, *one) for place, payees in enumerate(shared, 1) for own in payees.values() for one in own
    ]
    kept, count = shown(rows)
    return Finding(
        "same_iban",
        "Comptes partagés",
        "Même compte bancaire (IBAN) donné à deux bénéficiaires de noms différents, dans tous les ordres de paiement.",
        (
            SET,
            Column("iban", "IBAN", width=34),
            Column("payee", "Bénéficiaire", width=40),
            Column("order", "Ordre"),
            Column("date", "Créé le", "date"),
            francs("amount", "Montant"),
        ),
        kept,
        count,
        examined,
        "ordres",
        parameters="majuscules et espaces ignorés",
        nothing="Chaque compte bancaire n'a qu'un bénéficiaire.",
        absent=None if examined else "la base ne contient aucun ordre de paiement.",
    )
