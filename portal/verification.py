"""Every check of every layer, in one report."""

from typing import Any

from sqlalchemy import Connection

from ledger.check import Check, run_checks


def all_checks() -> tuple[Check, ...]:
    """The checks of the books, then those of the statements and the reconciliation."""
    from ledger.verify import CHECKS as books
    from reconcile.checks import CHECKS as statements

    return (*books, *statements)


def verify_books(connection: Connection, expected_heads: dict[str, dict[str, object]] | None = None) -> dict[str, Any]:
    """`{"ok", "checks": [{"name", "title", "ok", "count", "rows"}], "heads": {"BF": {"entries", "hash"}}}`."""
    from ledger.checks.chain import expected_heads_check, heads

    checks = all_checks()
    if expected_heads:
        checks = (*checks, expected_heads_check(expected_heads))
    results = run_checks(connection, checks)
    return {"ok": all(result["ok"] for result in results), "checks": results, "heads": heads(connection)}
