"""Which statements and lines of the bank stand: the one place that knows of withdrawn statements.

A statement stands until it is withdrawn. A line stands while a standing statement shows it: the one that brought it,
or a later one that shows it again. Both are asked in SQL, since the levy and the handovers read the statements too
and no import goes upward.
"""


def statement_stands(statement: str, known: str | None = None) -> str:
    """SQL, true of a standing statement; `statement` is its number, such as `t.id`.

    `known` names the parameter of the last command that counts: a withdrawal recorded later is not seen.
    """
    return f"{statement} NOT IN {_withdrawn(known)}"


def line_stands(line: str, known: str | None = None) -> str:
    """SQL, true of a standing line; `line` is the name of the table `statement_line` in the query."""
    shown = "" if known is None else f" JOIN statement r ON r.id = g.statement_id AND r.command_id <= :{known}"
    again = f"SELECT 1 FROM statement_line_again g{shown} WHERE g.line_id = {line}.id"  # noqa: S608 - own names
    return (
        f"({statement_stands(f'{line}.statement_id', known)}"
        f" OR EXISTS ({again} AND {statement_stands('g.statement_id', known)}))"
    )


def _withdrawn(known: str | None) -> str:
    seen = "" if known is None else f" WHERE w.command_id <= :{known}"
    return f"(SELECT w.statement_id FROM statement_withdrawal w{seen})"  # noqa: S608 - own names
