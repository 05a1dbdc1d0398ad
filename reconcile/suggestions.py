"""What people decided before for lines like those that are open: ranked, never confirmed."""

from typing import Any

from sqlalchemy import Connection, exists, select

from ledger.book import BOOKS
from ledger.read import lines_of
from reconcile.match_tables import bank_match, bank_match_line, match_undo
from reconcile.matches import list_matches
from reconcile.matching.rows import BankLine
from reconcile.matching.suggest import Decision, learn, suggest
from reconcile.open_lines import bank_ledger_accounts, bank_lines, select_bank_lines
from reconcile.regularisations import regularisations_of
from reconcile.tables import statement_line

BY_PEOPLE = ("imputation", "manual")


def past_decisions(connection: Connection, book: str) -> list[Decision]:
    """The decisions in force of people on bank lines of a book: the account a line went to in the end, or `manual`."""
    query = (
        select(bank_match.c.id, bank_match.c.posted_entry, bank_match.c.pass_name, bank_match_line.c.line_id)
        .join(bank_match_line, bank_match_line.c.match_id == bank_match.c.id)
        .where(
            bank_match.c.book == book,
            bank_match.c.pass_name.in_(BY_PEOPLE),
            ~exists().where(match_undo.c.match_id == bank_match.c.id),
        )
        .order_by(bank_match.c.id)
    )
    rows = connection.execute(query).all()
    lines: dict[int, BankLine] = {}
    wanted = [row.line_id for row in rows]
    for start in range(0, len(wanted), 500):
        some = select_bank_lines(connection, book, None, statement_line.c.id.in_(wanted[start : start + 500]))
        lines.update({line.id: line for line in some})
    bank = set(bank_ledger_accounts(connection, book))
    return [Decision(lines[row.line_id], _choice(connection, row.posted_entry, bank)) for row in rows]


def _choice(connection: Connection, posted: int | None, bank: set[str]) -> str:
    if posted is None:
        return "rapprochement à la main"
    regularised = regularisations_of(connection, posted)
    own = {line.account for line in lines_of(connection, posted)} - bank
    if not regularised:
        return min(own)
    return min({line.account for line in lines_of(connection, regularised[-1].id)} - own)


def _searched(connection: Connection, book: str) -> dict[int, dict[str, str]]:
    """What the last run said of the open lines that it could not answer in one way."""
    found: dict[int, dict[str, str]] = {}
    for status in ("ambiguous", "undecided"):
        for one in list_matches(connection, book, status)["matches"]:
            told = {"status": status, "reason": one["reason"], "nearest_rejected": one["nearest_rejected"]}
            found.update((line["id"], told) for line in one["statement_lines"])
    return found


def suggestions(connection: Connection, book: str | None = None) -> list[dict[str, Any]]:
    """For each open bank line that resembles a past decision: at most three ranked choices, with their reasons.

    A line whose search had several answers, or ended undecided, is there too, with what the last run said of it.
    """
    found: list[dict[str, Any]] = []
    for code in BOOKS if book is None else (book,):
        learned = learn(past_decisions(connection, code))
        searched = _searched(connection, code)
        for line in bank_lines(connection, code):
            ranked = suggest(line, learned)
            if ranked or line.id in searched:
                choices = [
                    {"choice": one.choice, "weight": one.weight, "decisions": one.decisions, "reason": one.reason}
                    for one in ranked
                ]
                found.append({"book": code, "line": line.id, "booking_date": line.booking_date, "amount": line.amount,
                              "label": line.label, "choices": choices, "search": searched.get(line.id)})  # fmt: skip
    return found
