"""Every check of every layer, in one report."""

from typing import Any

from sqlalchemy import Connection

from ledger.check import Check, run_checks
from ledger.refusal import Refusal


def all_checks() -> tuple[Check, ...]:
    """The checks of the books, then those of the statements and the reconciliation."""
    from ledger.verify import CHECKS as books
    from reconcile.checks import CHECKS as statements

    return (*books, *statements)


class HeadsUnreadable(Refusal):
    """The file of the heads noted earlier says no heads."""

    code = "heads_unreadable"
    sentence = (
        "Le fichier {file} ne donne pas de têtes de livres : attendu la réponse de « pcaes verify --json », avec "
        "« heads » et, par livre, « entries » et « hash ». Redonnez le fichier noté lors d'un contrôle précédent."
    )
    exit_code = 2


def read_heads(document: Any, file: str) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The heads of the books and that of the command log, from the answer of an earlier `pcaes verify --json`.

    The heads alone, without the rest of the answer, are taken too. Refuses: heads_unreadable.
    """
    heads = document.get("heads", document) if isinstance(document, dict) else None
    if not isinstance(heads, dict) or not heads or not all(_is_head(head, "entries") for head in heads.values()):
        raise HeadsUnreadable(file=file)
    commands = document.get("commands")
    if commands is not None and not _is_head(commands, "commands"):
        raise HeadsUnreadable(file=file)
    return heads, commands


def _is_head(head: Any, count: str) -> bool:
    return isinstance(head, dict) and type(head.get(count)) is int and isinstance(head.get("hash"), str)


def verify_books(
    connection: Connection,
    expected_heads: dict[str, dict[str, object]] | None = None,
    expected_commands: dict[str, object] | None = None,
) -> dict[str, Any]:
    """`{"ok", "checks": [{"name", "title", "ok", "count", "rows"}], "heads": {"BF": {"entries", "hash"}},
    "commands": {"commands", "hash"}}`."""
    from ledger.checks.chain import expected_heads_check, heads
    from ledger.checks.seals import commands_head

    checks = all_checks()
    if expected_heads:
        checks = (*checks, expected_heads_check(expected_heads, expected_commands))
    results = run_checks(connection, checks)
    return {
        "ok": all(result["ok"] for result in results),
        "checks": results,
        "heads": heads(connection),
        "commands": commands_head(connection),
    }
