"""The accountant's checks as typed: a file, one declaration for all, failures, or one question after another."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from ledger.orders.checks import Check, CheckResult


def checks_given(
    person: str, file: Path | None, all_made: bool, failed: Sequence[str] = (), reason: str | None = None
) -> "tuple[CheckResult, ...]":
    """The results of the checks that a person makes; each one is recorded under the accountant's name.

    With nothing given, a person at a terminal is asked check by check; a script gets no result, and the act is refused.
    """
    from ledger.entry_file import load_json
    from ledger.orders.checks import CheckResult
    from ledger.orders.inspect import MANUAL, read_results

    if file is not None:
        return tuple(read_results(load_json(file), file.name, person))
    if failed:
        pairs = [text.partition("=") for text in failed]
        return tuple(
            CheckResult(code.strip(), False, person, note.strip() or (reason or "")) for code, _, note in pairs
        )
    if all_made:
        return tuple(CheckResult(check.code, True, person) for check in MANUAL)
    if sys.stdin.isatty():
        return tuple(_ask(check, person) for check in MANUAL)
    return ()


def _ask(check: "Check", person: str) -> "CheckResult":
    from ledger.orders.checks import CheckResult

    if typer.confirm(f"{check.family} – {check.title} : satisfait ?", err=True):
        return CheckResult(check.code, True, person)
    return CheckResult(check.code, False, person, str(typer.prompt("  Motif", err=True)))
