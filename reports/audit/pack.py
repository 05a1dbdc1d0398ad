"""The auditors' pack: everything that the books hold, in files that are checked without this program."""

import datetime as dt
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from ledger.checks.chain import heads
from ledger.checks.seals import commands_head
from ledger.tables.books import ledger_info
from ledger.tables.journal import entry, entry_line
from ledger.tables.types import instant_text
from reports.audit.pack_acts import write_json, write_mandates, write_orders
from reports.audit.pack_data import write_tables
from reports.audit.pack_folder import PackFolder
from reports.audit.pack_reports import PackedReport, write_reports
from reports.audit.pack_scope import PackScope, pack_scope
from reports.audit.pack_sources import SourceFolder, write_sources
from reports.common import product_version

EXPORTS = {
    "fec": ("exports/fec.txt", "Fichier des écritures comptables, 18 colonnes (FEC)"),
    "chain": ("exports/chaine.jsonl", "Chaîne d'empreintes, une écriture par ligne"),
    "hledger": ("exports/livres.hledger", "Journal hledger"),
    "beancount": ("exports/livres.beancount", "Fichier beancount"),
}
"""Name of an export → its file in the pack and what it is."""

VERIFIERS = {
    "verificateurs/verifier_chaine.py": "ledger.verify_chain",
    "verificateurs/verifier_ordre.py": "ledger.orders.offline_verifier",
}
"""File in the pack → the stand-alone module that it is a copy of."""


@dataclass(frozen=True)
class PackFacts:
    """What stands in a pack, for its read-me and for the answer of the command."""

    fictional: bool
    version: str
    scope: PackScope
    entries: int
    lines: int
    debit: int
    credit: int
    last_entry: str | None
    last_command: int
    heads: Mapping[str, Mapping[str, Any]]
    verification: Mapping[str, Any]
    reports: tuple[PackedReport, ...]
    exports: tuple[tuple[str, str], ...]
    sources: tuple[SourceFolder, ...]
    tables: tuple[str, ...]
    orders_signed: int
    orders_unsigned: int
    mandates: int
    handovers: int
    missing: tuple[str, ...]


def write_pack(
    connection: Connection,
    verification: Mapping[str, Any],
    out: Path,
    *,
    as_of: dt.date | None = None,
    as_known: str | None = None,
) -> tuple[PackFacts, int]:
    """Make the pack in a temporary folder beside `out`, then the ZIP, whole or not at all.

    `as_of` is the last accounting day that counts, `as_known` what the books knew (an instant, a day, the number of an
    entry): a pack made later as known at an instant has the figures of the one made then.

    `verification` is the report of all checks, `{"ok", "checks", "heads"}`. Gives the facts and how many files
    it holds. The same books give the same bytes: nothing of the day or of the machine enters.
    Refuses: period_reversed, known_unreadable.
    """
    from reports.audit.pack_readme import readme, verification_text

    scope = pack_scope(connection, as_of, as_known)
    unfinished = out.with_name(f"{out.name}.partial")
    with tempfile.TemporaryDirectory(prefix=".pcaes-", dir=out.parent) as place:
        folder = PackFolder(Path(place))
        facts = _fill(connection, _then(connection, verification, scope), folder, scope)
        folder.text("verification/rapport.txt", verification_text(facts), "\r\n", "\ufeff")
        folder.text("LISEZ-MOI.txt", readme(facts), "\r\n", "\ufeff")
        files = folder.seal()
        try:
            with unfinished.open("wb") as stream:
                folder.zip_to(stream)
            os.replace(unfinished, out)
        finally:
            unfinished.unlink(missing_ok=True)
    return facts, files


def _then(connection: Connection, verification: Mapping[str, Any], scope: PackScope) -> dict[str, Any]:
    """The checks, made today on all the books, with the heads that the books had then."""
    if not scope.past:
        return dict(verification)
    then = {"heads": heads(connection, scope.known), "commands": commands_head(connection, scope.known_command)}
    return {**verification, **then}


def _fill(connection: Connection, verification: Mapping[str, Any], folder: PackFolder, scope: PackScope) -> PackFacts:
    missing: list[str] = []
    reports = write_reports(connection, folder, scope)
    exports = _exports(connection, folder, scope, missing)
    sources = write_sources(connection, folder, scope)
    tables = write_tables(connection, folder, "donnees", scope)
    signed, unsigned = write_orders(connection, folder, scope)
    mandates, handovers = write_mandates(connection, folder, scope)
    write_json(folder, "verification/rapport.json", verification)
    write_json(folder, "verification/tetes.json", verification["heads"])
    for name, module in VERIFIERS.items():
        folder.copy(name, Path(str(import_module(module).__file__)))
    if not signed + unsigned:
        missing.append("Ordres de paiement et signatures : la base n'en contient aucun.")
    if not mandates:
        missing.append("Mandats de l'ordonnateur : la base n'en contient aucun.")
    if not handovers:
        missing.append("Remises de service signées : la base n'en contient aucune.")
    missing += [f"{one.title} : la base n'en contient aucun." for one in sources if not one.count]
    missing += [f"{one.title} : {one.why}" for one in reports if one.file is None]
    sums = (func.coalesce(func.sum(column), 0) for column in (entry_line.c.debit, entry_line.c.credit))
    own = scope.selection.entries()
    joined = entry_line.join(entry, entry.c.id == entry_line.c.entry_id)
    totals = connection.execute(select(func.count(), *sums).select_from(joined).where(*own)).one()
    last = connection.execute(select(entry.c.recorded_at).where(*own).order_by(entry.c.id.desc()).limit(1)).scalar()
    return PackFacts(
        fictional=bool(connection.execute(select(ledger_info.c.fictional)).scalar()),
        version=product_version(),
        scope=scope,
        entries=int(connection.execute(select(func.count()).select_from(entry).where(*own)).scalar_one()),
        lines=int(totals[0]),
        debit=int(totals[1]),
        credit=int(totals[2]),
        last_entry=None if last is None else instant_text(last),
        last_command=scope.known_command,
        heads=verification["heads"],
        verification=verification,
        reports=tuple(reports),
        exports=tuple(exports),
        sources=tuple(sources),
        tables=tuple(tables),
        orders_signed=signed,
        orders_unsigned=unsigned,
        mandates=mandates,
        handovers=handovers,
        missing=tuple(missing),
    )


def _exports(connection: Connection, folder: PackFolder, scope: PackScope, missing: list[str]) -> list[tuple[str, str]]:
    written = []
    for name, (where, title) in EXPORTS.items():
        if find_spec(f"reports.exports.{name}") is None:
            missing.append(f"{title} : cette installation du programme ne le fait pas.")
            continue
        module = import_module(f"reports.exports.{name}")
        selection = scope.recorded if name == "chain" else scope.selection
        lines = getattr(module, name)(connection, selection)
        folder.text(where, lines, getattr(module, "LINE_END", "\n"))
        written.append((where, title))
    return written
