"""The rows of a reconciliation statement: the open lines of both sides, the matches, and the same as JSON."""

from typing import Any

from ledger.age import age_days
from reconcile.bank_position import BookedLine, KnownMatch, Position, SeenLine
from reports.common import francs
from reports.dataset import Column, Row, Table


def pass_title(name: str) -> str:
    """What a reader calls a pass of the matching; a match made by hand keeps its own word."""
    from reconcile.matching.order import ORDER

    titles = {step.name: step.title for step in ORDER} | {"manual": "À la main"}
    return titles.get(name, name)


def statement_rows(one: Position, blocks: tuple[str, str]) -> list[Row]:
    """The two blocks: each its balance, then the lines that it lacks."""
    books, bank = blocks
    balance = one.bank.amount if one.bank else 0
    closed = one.bank.closed_on if one.bank else None
    rows: list[Row] = [(books, "Solde des livres", one.day, None, None, "Solde au grand livre", None, one.book_balance)]
    rows += [
        (books, "À passer par le comptable", line.date, f"{line.statement}, ligne {line.position}",
         line.customer_reference or line.bank_reference, line.label, age_days(line.date, one.day), line.amount)
        for line in one.to_book
    ]  # fmt: skip
    rows.append((bank, "Solde de la banque", closed or one.day, None, None, "Solde au relevé", None, balance))
    rows += [
        (bank, "À passer par la banque", line.date, f"{one.book}/{line.place}",
         line.reference, line.label, age_days(line.date, one.day), line.amount)
        for line in one.to_bank
    ]  # fmt: skip
    return rows


def match_table(found: list[Position]) -> Table:
    """Every match in force whose lines are all dated up to the day, with its reason."""
    columns = (
        Column("book", "Livre", width=6),
        Column("id", "N°", "integer"),
        Column("pass", "Passe", width=24),
        Column("reason", "Raison", width=56),
        Column("statement_lines", "Lignes de la banque", width=18),
        Column("entry_lines", "Lignes des livres", width=19),
        francs("bank_amount", "Banque"),
        francs("book_amount", "Livres"),
        francs("difference", "Écart", formula="[bank_amount]-[book_amount]"),
    )
    rows: list[Row] = []
    for one in found:
        for match in one.matches:
            bank = sum(one.lines[key].amount for key in match.bank)
            booked = sum(one.entries[key].amount for key in match.book)
            seen = " ; ".join(f"{one.lines[key].statement}, ligne {one.lines[key].position}" for key in match.bank)
            names = " ; ".join(f"{one.book}/{one.entries[key].place}" for key in match.book)
            title = pass_title(match.pass_name)
            rows.append((one.book, match.id, title, match.reason, seen, names, bank, booked, bank - booked))
    return Table("matches", "Rapprochements", columns, rows)


def as_json(one: Position) -> dict[str, Any]:
    """One book as the JSON document has it; amounts signed from the holder's side."""
    return {
        "book": one.book,
        "date": one.day,
        "book_balance": one.book_balance,
        "bank_balance": one.bank.amount if one.bank else None,
        "bank_statement": one.bank.statement if one.bank else None,
        "bank_statement_date": one.bank.closed_on if one.bank else None,
        "bank_balance_proven": bool(one.bank and one.bank.proven),
        "to_book": [_seen(line, one) for line in one.to_book],
        "to_bank": [_booked(line, one) for line in one.to_bank],
        "adjusted_book": one.adjusted_book,
        "adjusted_bank": one.adjusted_bank,
        "difference": one.difference,
        "matches": [_match(match, one) for match in one.matches],
    }


def _seen(line: SeenLine, one: Position) -> dict[str, Any]:
    return {
        "statement": line.statement,
        "position": line.position,
        "booking_date": line.date,
        "amount": line.amount,
        "bank_reference": line.bank_reference,
        "customer_reference": line.customer_reference,
        "label": line.label,
        "age_days": age_days(line.date, one.day),
    }


def _booked(line: BookedLine, one: Position) -> dict[str, Any]:
    return {
        "book": one.book,
        "journal": line.journal,
        "year": line.year,
        "number": line.number,
        "line": line.id[1],
        "date": line.date,
        "amount": line.amount,
        "reference": line.reference,
        "label": line.label,
        "age_days": age_days(line.date, one.day),
    }


def _match(match: KnownMatch, one: Position) -> dict[str, Any]:
    return {
        "id": match.id,
        "status": "confirmed",
        "pass": match.pass_name,
        "reason": match.reason,
        "by": match.actor,
        "statement_lines": [
            {name: value for name, value in _seen(one.lines[key], one).items() if name not in ("age_days", "label")}
            for key in match.bank
        ],
        "entry_lines": [
            {name: value for name, value in _booked(one.entries[key], one).items() if name not in ("age_days", "label")}
            for key in match.book
        ],
    }
