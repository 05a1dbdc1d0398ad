"""Statements of one account must follow one another: each opens on the closing balance of the one before."""

from collections.abc import Sequence
from dataclasses import replace

from reconcile.model import Statement


def chained(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements in the order of the file, noted `missing_statement_before` or `copy` where they are.

    A gap is worth asking the bank about, but refuses nothing: each statement is proven by its own balances.
    """
    last: dict[tuple[str, str], Statement] = {}
    noted = []
    for statement in statements:
        key = statement.account, statement.currency
        before = last.get(key)
        if before is not None and before == statement:
            noted.append(replace(statement, notes=(*statement.notes, "copy")))
            continue
        last[key] = statement
        if before is not None and before.closing != statement.opening:
            statement = replace(statement, notes=(*statement.notes, "missing_statement_before"))
        noted.append(statement)
    return tuple(noted)
