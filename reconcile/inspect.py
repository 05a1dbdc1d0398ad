"""Look at bank files without books: what is in them, or why they are refused."""

from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from typing import Any

from reconcile.model import FileRefused, Statement, StatementLine
from reconcile.read import read_file


def inspect_files(paths: Iterable[str | PathLike[str]]) -> dict[str, Any]:
    """`{"files": [...]}`: each file with its format, its status `read` or `refused`, and its statements.

    Amounts are integers in the minor unit of the statement's currency, signed from the account holder's
    side; dates ISO 8601. `refused` bears the code of the first fault; all are in `facts.faults`.
    """
    return {"files": [_file(Path(path)) for path in paths]}


def _file(path: Path) -> dict[str, Any]:
    try:
        read = read_file(path)
    except FileRefused as refusal:
        return {
            "file": path.name,
            "format": refusal.format,
            "status": "refused",
            "refused": {**refusal.as_json(), "code": refusal.faults[0].code},
            "statements": [],
        }
    return {
        "file": path.name,
        "format": read.format,
        "status": "read",
        "refused": None,
        "notes": list(read.notes),
        "statements": [_statement(statement) for statement in read.statements],
    }


def _statement(statement: Statement) -> dict[str, Any]:
    return {
        "account": statement.account,
        "currency": statement.currency,
        "exponent": statement.exponent,
        "number": statement.number,
        "from": statement.start.isoformat() if statement.start else None,
        "to": statement.end.isoformat() if statement.end else None,
        "opening": statement.opening,
        "closing": statement.closing,
        "proven": statement.proven,
        "notes": list(statement.notes),
        "lines": [_line(line) for line in statement.lines],
    }


def _line(line: StatementLine) -> dict[str, Any]:
    return {
        "booking_date": line.booking_date.isoformat(),
        "value_date": line.value_date.isoformat() if line.value_date else None,
        "amount": line.amount,
        "reversal": line.reversal,
        "bank_reference": line.bank_reference,
        "customer_reference": line.customer_reference,
        "type": line.type,
        "counterparty": line.counterparty,
        "label": line.label,
        "details": [detail._asdict() for detail in line.details],
        "notes": list(line.notes),
    }
