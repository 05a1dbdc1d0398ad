"""Every row that says when and by whom it was written says what its command says: raw SQL, table by table."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from attack import AT, NEXT, Attacker, Sql, command, insert, raw_entry
from databases import Database
from posting import NOON, do, expense, seal
from sqlalchemy import Engine, text
from whole_books import filled

from ledger.engine import open_engine
from ledger.guards import title_of
from ledger.periods.close import close_period
from ledger.tables import metadata
from ledger.tables.types import Instant
from ledger.unit import Ledger
from portal.verification import all_checks

LATER = "2026-05-02T12:00:00.000000Z"
PAST = "2026-03-01T00:00:00.000000Z"
COMING = "2026-06-01T00:00:00.000000Z"
HEX = "0" * 64
KNOWN = Sql("(SELECT max(id) FROM entry)")


def next_id(table: str) -> Sql:
    """The number of the next row."""
    return Sql(f"(SELECT coalesce(max(id), 0) + 1 FROM {table})")


def subscription(who: Attacker) -> list[str]:
    """The entry of a subscription of five francs, under the text of 2027."""
    lines = [{"account": "2621", "debit": 5}, {"account": "48131", "credit": 5}]
    own = {"book": "NE", "journal": "CA", "date": "2027-02-01", "origin": "capital", "recorded_at": LATER}
    return raw_entry(who, lines, **own)


ACT = {
    "id": next_id("capital_act"), "kind": "subscribe", "state": "NE", "amount": 5, "date": "2027-02-01",
    "reference": "S-NE-9", "book": "NE", "entry_id": KNOWN, "known_entry": KNOWN,
}  # fmt: skip
RECEIPT = {
    "id": next_id("capital_receipt"), "receipt": "REÇU-9", "date": "2026-01-01",
    "act_id": Sql("(SELECT min(id) FROM capital_act WHERE kind = 'pay' AND cancels IS NULL AND id NOT IN"
                  " (SELECT act_id FROM capital_receipt))"),
}  # fmt: skip
SIGNOFF = {
    "id": 9, "book": "ML", "year": 2026, "month": 1, "revision": 1, "content": "{}", "sha256": HEX,
    "known_entry": KNOWN, "known_command": 1,
}  # fmt: skip
SIGNATURE = {
    "signoff_id": 10, "part": "preparer", "algorithm": "ed25519", "signature": "0" * 128,
    "public_key": Sql("(SELECT public_key FROM signing_key WHERE person = 'accBF')"),
}  # fmt: skip
REOPENED = {
    "id": next_id("period_event"), "book": "BF", "year": 2025, "period": 6, "action": "reopen", "reason": "essai",
    "known_entry": KNOWN,
}  # fmt: skip
RESULT = {"id": next_id("year_event"), "book": "BF", "year": 2026, "action": "result"}
FILE = {"id": next_id("statement_file"), "sha256": HEX, "name": "r", "format": "csv", "content": "x"}
RUN = {"id": next_id("reconcile_run"), "book": "BF", "until": "2026-03-31", "answer": "{}"}
MATCH = {
    "id": 10, "book": "BF", "pass": "manual", "reason": "essai", "facts": "{}", "nearest_rejected": "",
}  # fmt: skip
UNDO = {"reason": "essai", "match_id": 9}
LINE = Sql("(SELECT min(id) FROM statement_line WHERE amount = 40100)")
BOOKED = "FROM entry_line WHERE account = '52111' AND debit = 40100)"
RETURN = {"id": next_id("customs_return"), "sha256": HEX, "name": "r", "format": "csv", "content": "x", "row_count": 0}


def nothing(_who: Attacker) -> list[str]:
    """No row has to come first."""
    return []


def prepared(_who: Attacker) -> list[str]:
    """The statement that is signed."""
    return [
        insert(
            "reconciliation_signoff",
            **{**SIGNOFF, "id": 10, "book": "BF", "month": 4},
            at=LATER,
            actor="accBF",
            command_id=NEXT,
        )
    ]


def paired(_who: Attacker, match: int = 10) -> list[str]:
    """The two sides of a match."""
    own = {"entry_id": Sql(f"(SELECT min(entry_id) {BOOKED}"), "position": Sql(f"(SELECT min(position) {BOOKED}")}
    return [
        insert("bank_match_line", match_id=match, line_id=LINE),
        insert("bank_match_entry_line", match_id=match, **own),
    ]


def matched(who: Attacker) -> list[str]:
    """The match that is undone."""
    return [*paired(who, 9), insert("bank_match", **{**MATCH, "id": 9}, at=LATER, actor="accBF", command_id=NEXT)]


Before = Callable[[Attacker], list[str]]
ROWS: dict[str, tuple[str, str, Before, dict[str, Any]]] = {
    "capital_act": ("at", "actor", subscription, ACT),
    "capital_receipt": ("at", "actor", nothing, RECEIPT),
    "reconciliation_signoff": ("at", "actor", nothing, SIGNOFF),
    "reconciliation_signature": ("signed_at", "person", prepared, SIGNATURE),
    "period_event": ("at", "actor", nothing, REOPENED),
    "year_event": ("at", "actor", nothing, RESULT),
    "statement_file": ("received_at", "actor", nothing, FILE),
    "reconcile_run": ("at", "actor", nothing, RUN),
    "match_undo": ("at", "actor", matched, UNDO),
    "bank_match": ("at", "actor", paired, MATCH),
    "customs_return": ("received_at", "actor", nothing, RETURN),
}
WRONG: dict[str, dict[str, Any]] = {
    "act_command_over": {"command_id": 1},
    "act_command_ahead": {"command_id": Sql(NEXT.replace("1 FROM", "2 FROM"))},
    "act_back_dated": {"at": PAST},
    "act_instant": {"at": COMING},
    "act_actor": {},
}


def told(who: Attacker, table: str, wrong: str | None, good: bool = False) -> str | None:
    """The guard that refuses a row of the table of which one thing is wrong, its command's own row coming after it."""
    at, actor, before, row = ROWS[table]
    change = WRONG.get(wrong or "", {})
    own = {at: change.get("at", LATER), actor: "accBF", "command_id": change.get("command_id", NEXT)}
    closing = command(LATER, "accML" if wrong == "act_actor" else "accBF")
    statements = [*before(who), insert(table, **row, **own), closing]
    if good:
        return who.refused(*statements)
    # the row alone, then with its command
    return who.refused(*statements[:-1]) if wrong in list(WRONG)[:3] else who.refused(*statements)


def test_a_row_says_what_its_command_says(books: Database, tmp_path: Path) -> None:
    ledger = filled(books, tmp_path)
    do(Ledger(ledger.engine, "accBF", clock=lambda: NOON), close_period, "BF", (2025, 6))
    ledger.engine.dispose()
    who = Attacker(books, owner=True)
    found = {(table, wrong): told(who, table, wrong) for table in ROWS for wrong in WRONG}
    assert {case: name for case, name in found.items() if case[1] != name} == {}
    # but for what is wrong, each of these rows is taken
    assert {table: told(who, table, None) for table in ROWS} == dict.fromkeys(ROWS)
    who.close()
    assert [name for name in WRONG if title_of(name) is None] == []


def test_the_take_over_ends_at_the_instant_of_its_command(books: Database, books_engine: Engine) -> None:
    seal(Ledger(books_engine, "essai", clock=lambda: NOON), expense())
    who = Attacker(books)
    row = {"id": 1, "until": "2026-03-31", "at": AT, "actor": "essai", "command_id": NEXT}

    def refused(**change: Any) -> str | None:
        return who.refused(insert("takeover_end", **{**row, **change}), command(AT, "essai"))

    assert refused(command_id=1) == "act_command_over"
    assert refused(at=PAST) == "act_back_dated"
    assert refused(at=COMING) == "act_instant"
    assert refused(actor="autre") == "act_actor"
    assert refused() is None
    who.close()


UNTIED = {
    "entry": "ses instants se suivent, et sa chaîne d'empreintes tient l'auteur",
    "draft": "ce n'est pas le journal, et chacun l'amende à son tour",
}
"""Tables that name their command and an instant, and that no guard of acts looks at, with the reason."""


def test_no_table_that_says_its_instant_is_left_out(sqlite_books: Database) -> None:
    assert all_checks() != (), "importing them declares every table"
    engine = open_engine(sqlite_books.url)
    with engine.connect() as connection:
        tied = set(
            connection.execute(
                text("SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_instant_guard'")
            ).scalars()
        )
    engine.dispose()
    said = {
        table.name
        for table in metadata.tables.values()
        if "command_id" in table.c and any(isinstance(column.type, Instant) for column in table.c)
    }
    assert said - tied == UNTIED.keys()
    assert tied <= said


PLACES: dict[str, dict[str, Any]] = {
    "command_sequence": {"id": 99, "previous_hash": HEX},
    "command_order": {"at": PAST},
    "command_unsealed": {"written": None, "previous_hash": None, "hash": None},
}


def test_a_command_out_of_its_place_is_refused(books: Database, books_engine: Engine) -> None:
    seal(Ledger(books_engine, "essai", clock=lambda: NOON), expense())
    who = Attacker(books)
    found = {name: who.refused(command(**{"at": AT, **change})) for name, change in PLACES.items()}
    assert {name: guard for name, guard in found.items() if name != guard} == {}
    assert [name for name in PLACES if title_of(name) is None] == []
    assert who.refused(command(AT)) is None
    who.close()
