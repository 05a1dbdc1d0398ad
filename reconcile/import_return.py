"""Import a customs return: read the file, then take it into the books, all or nothing."""

from pathlib import Path
from typing import Any

from ledger.levy.assess import take_return
from reconcile.returns_file import read_return

Answer = dict[str, Any]


def import_return(
    ledger: Any, path: Path, book: str | None = None, *, dry_run: bool = False, key: str | None = None
) -> Answer:
    """Import one file; answers its status (`imported` or `already_imported`), what changed and the entries posted.

    Refuses: return_refused (every fault listed in `facts.faults`), role_forbidden, book_forbidden, book_unknown,
    and what posting refuses.
    """
    read = read_return(path)

    def act(unit: Any) -> Answer:
        return take_return(unit, read, book)

    payload = {"file": read.name, "sha256": read.sha256, "book": book}
    try:
        done: Answer = ledger.perform("collection import", act, payload=payload, key=key, dry_run=dry_run)
    finally:
        read.close()
    form = "months" if read.declared is None else "declarations"
    return {"file": read.name, "dry_run": dry_run, "form": form, **done}
