"""Look at bank files without books: what is in them, or why they are refused."""

from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from reconcile.model import FileRefused, Statement, StatementFile, StatementLine
from reconcile.pages import together
from reconcile.read import bytes_of, read_file, read_together


def inspect_files(paths: Iterable[str | PathLike[str]]) -> dict[str, Any]:
    """`{"files": [...]}`: each file with its format, its status `read` or `refused`, and its statements.

    Amounts are integers in the minor unit of the statement's currency, signed from the account holder's
    side; dates ISO 8601. `refused` bears the code of the first fault; all are in `facts.faults`. Files that are
    pages of one statement are read together: the first tells it, the others bear `page_of`.
    """
    files = [Path(path) for path in paths]
    told: list[dict[str, Any]] = []
    waiting: list[tuple[int, FileRefused]] = []
    for place, path in enumerate(files):
        try:
            told.append(_told(path.name, read_file(path)))
        except FileRefused as refusal:
            told.append(_refused(path.name, refusal))
            if refusal.pages_of:
                waiting.append((place, refusal))
    for group in together([refusal.pages_of for _, refusal in waiting]):
        if len(group) > 1:
            _join(files, [waiting[one][0] for one in group], told)
    return {"files": told}


def _join(files: Sequence[Path], places: Sequence[int], told: list[dict[str, Any]]) -> None:
    """Look at files that are pages of one statement: the first tells the statements, the others name it."""
    first = files[places[0]].name
    try:
        read = read_together([bytes_of(files[place]) for place in places])
    except FileRefused as refusal:
        names = ", ".join(files[place].name for place in places)
        for place in places:
            told[place] = _refused(names, refusal.named(names)) | {"file": files[place].name}
        return
    for place in places:
        page = {} if place == places[0] else {"page_of": first, "statements": [], "notes": []}
        told[place] = _told(first, read) | {"file": files[place].name} | page


def _refused(name: str, refusal: FileRefused) -> dict[str, Any]:
    return {
        "file": name,
        "format": refusal.format,
        "status": "refused",
        "refused": {**refusal.as_json(), "code": refusal.faults[0].code},
        "statements": [],
    }


def _told(name: str, read: StatementFile) -> dict[str, Any]:
    return {
        "file": name,
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
        "pending": statement.pending,
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
