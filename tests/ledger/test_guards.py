"""Every guard of the journal, met in raw SQL and named, on both engines; nothing of the attack stays."""

from collections.abc import Iterator

import pytest
from attack import NEXT, Attacker, command, insert, raw_entry
from databases import Database
from entry_attacks import ENTRY, GOOD, HALF, OTHER, Attack, attacked, two
from posting import NOON, failed

from ledger.engine import open_engine
from ledger.unit import Ledger


@pytest.fixture
def stand(books: Database) -> Iterator[Attacker]:
    """Entries 1 (January, closed), 2 and 3 (March), 4 and 5 a transfer, 6 takes back 2; account 6328 is closed."""
    engine = open_engine(books.url)
    ledger = Ledger(engine, "essai", clock=lambda: NOON)
    attacked(ledger)
    engine.dispose()
    attacker = Attacker(books)
    yield attacker
    attacker.close()


@pytest.mark.parametrize("guard", ENTRY)
def test_no_wrong_entry_is_sealed(guard: str, stand: Attacker) -> None:
    lines, fields = ENTRY[guard]
    told = stand.refused(*raw_entry(stand, lines, **fields))
    # a style that does not exist mirrors nothing
    assert told == {"entry_correction_style": "correction_mirrors"}.get(guard, guard)
    assert (stand.one("SELECT count(*) FROM entry"), stand.one("SELECT count(*) FROM entry_line")) == (6, 12)


def test_the_good_entry_passes_without_the_product(stand: Attacker) -> None:
    """Without this, every attack above would prove nothing. Its false hash is found by `verify`."""
    assert stand.refused(*raw_entry(stand, GOOD)) is None


def test_an_account_that_does_not_exist_takes_no_line(stand: Attacker) -> None:
    told = stand.refused(*raw_entry(stand, two({"account": "65889999"})))
    assert told == {"sqlite": "account_unknown", "postgresql": "fk_entry_line_account"}[stand.backend]


def test_a_sealed_entry_takes_no_line(stand: Attacker) -> None:
    line = {
        "entry_id": 3,
        "position": 3,
        "book": "BF",
        "date": "2026-03-05",
        "account": "65881",
        "debit": 1,
        "credit": 0,
    }
    assert stand.refused(insert("entry_line", **line)) == "line_on_sealed_entry"
    if stand.backend == "postgresql":
        sealed_in = stand.one("SELECT sealed_in FROM entry WHERE id = 3")
        assert stand.refused(insert("entry_line", **line, sealed_in=sealed_in)) == "line_on_sealed_entry"


def whole(stand: Attacker) -> Attacker:
    """The connection with its foreign keys on: SQLite leaves them to whoever connects, PostgreSQL to nobody."""
    if stand.backend == "sqlite":
        stand.connection.execute("PRAGMA foreign_keys = ON")
    return stand


def failed_on(stand: Attacker) -> list[str]:
    """The checks that find something in these books."""
    file = stand.one("SELECT file FROM pragma_database_list WHERE name = 'main'")
    engine = open_engine(f"sqlite:///{file}")
    found = failed(Ledger(engine))
    engine.dispose()
    return found


def test_a_line_whose_entry_never_comes_does_not_stay(stand: Attacker) -> None:
    (line, *_) = raw_entry(stand, GOOD)
    told = whole(stand).refused(line.replace("(7, 1,", "(7, 9,"))
    assert told == {"sqlite": "foreign_key", "postgresql": "fk_entry_line_entry"}[stand.backend]
    assert stand.one("SELECT count(*) FROM entry_line") == 12


def test_half_of_a_transfer_does_not_stay_alone(stand: Attacker) -> None:
    half = raw_entry(stand, HALF, transfer="V2", origin="transfer", peer=8)
    told = whole(stand).refused(*half)
    assert told == {"sqlite": "foreign_key", "postgresql": "fk_entry_peer"}[stand.backend]
    assert stand.one("SELECT count(*) FROM entry") == 6


def test_nothing_takes_the_place_of_the_other_half(stand: Attacker) -> None:
    """The key alone would be content with any entry of that number."""
    half = raw_entry(stand, HALF, transfer="V2", origin="transfer", peer=8)
    other = [{"account": "40112", "debit": 5}, {"account": "7102", "credit": 5}]
    intruder = raw_entry(stand, other, book="ML", id=8, position=2, number=1)
    assert stand.refused(*half, *intruder) == "transfer_pair"
    far = raw_entry(stand, HALF, transfer="V2", origin="transfer", peer=9)
    assert stand.refused(*far) == "transfer_pair"
    assert (
        stand.refused(*half, *raw_entry(stand, OTHER, book="ML", id=8, transfer="V2", origin="transfer", peer=7))
        is None
    )


def test_what_a_connection_without_keys_leaves_behind_is_found(stand: Attacker) -> None:
    """On SQLite no trigger sees what never comes; `verify` does, and no entry is sealed after half of a transfer."""
    if stand.backend == "postgresql":
        return
    (line, *_) = raw_entry(stand, GOOD)
    assert stand.refused(line.replace("(7, 1,", "(99, 1,")) is None
    assert "line_without_entry" in failed_on(stand)
    assert stand.refused(*raw_entry(stand, HALF, transfer="V2", origin="transfer", peer=8)) is None
    assert "transfer_pairs" in failed_on(stand)
    assert stand.refused(*raw_entry(stand, GOOD)) == "transfer_pair"


SQLITE_ONLY: dict[str, Attack] = {
    "line_amount_whole": (two({"debit": 5.5}, {"credit": 5.5}), {}),
    "entry_line_dates": (two({"value_date": "hier"}), {}),
    "entry_dates": (GOOD, {"document_date": "2026-02-30"}),
}


@pytest.mark.parametrize("guard", SQLITE_ONLY)
def test_sqlite_stores_no_half_franc_and_no_day_that_is_none(guard: str, sqlite_books: Database) -> None:
    attacker = Attacker(sqlite_books)
    lines, fields = SQLITE_ONLY[guard]
    assert attacker.refused(*raw_entry(attacker, lines, **fields)) == guard
    assert attacker.one("SELECT count(*) FROM entry") == 0
    attacker.close()


def test_postgresql_keeps_whole_francs_only(postgres_books: Database) -> None:
    attacker = Attacker(postgres_books)
    attacker.connection.execute(raw_entry(attacker, two({"debit": 5.4}))[0])
    assert attacker.connection.execute("SELECT debit FROM entry_line").fetchall() == [(5,)]
    attacker.connection.rollback()
    attacker.close()


APPEND_ONLY = (
    "ledger_info", "book", "journal", "account", "account_event", "account_crosswalk", "bank_account",
    "bank_account_alias", "app_user", "user_event", "command_log", "entry", "entry_line", "period_event",
    "closed_total", "year_event", "takeover_end",
)  # fmt: skip
FILLED = {
    "account_crosswalk": insert("account_crosswalk", account="65881", plan="PCE", number="1"),
    "bank_account": insert("bank_account", iban="I", book="BF", account="52111", currency="XOF", command_id=NEXT),
    "bank_account_alias": insert("bank_account_alias", alias="A", iban="I", command_id=NEXT),
    "year_event": insert(
        "year_event", id=1, book="NE", year=2026, action="result", at="2026-04-02T12:00:00.000000Z", actor="a",
        command_id=NEXT,
    ),
    "takeover_end": insert(
        "takeover_end", id=1, until="2026-03-31", at="2026-04-02T12:00:00.000000Z", actor="a", command_id=NEXT
    ),
    # the first user comes last: from then on, acts are those of declared people
    "app_user": insert("app_user", name="n", role="auditor", command_id=NEXT),
    "user_event": insert("user_event", id=1, user_name="n", action="disable", reason="r", command_id=NEXT),
}  # fmt: skip


OTHERS_FIRST = (
    "entry_sequence", "entry_year_closed", "line_on_sealed_entry", "period_event_sequence", "year_event_sequence",
    "closed_total_of_closing",
)  # fmt: skip


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_nothing_is_changed_or_taken_away(table: str, stand: Attacker, books: Database) -> None:
    owner = Attacker(books, owner=True)
    owner.run(*FILLED.values(), command(actor="a"))
    column = owner.column(table)
    count = owner.one(f"SELECT count(*) FROM {table}")
    assert count > 0, "an empty table proves nothing"
    attacks = [f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"]
    if books.backend == "postgresql":
        attacks.append(f"TRUNCATE {table} CASCADE")
    else:
        attacks.append(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    told = [owner.refused(attack) for attack in attacks]
    assert told[:2] == [f"{table}_append_only"] * 2
    # on SQLite another guard of the table may answer first; TRUNCATE … CASCADE names the first table it meets
    assert str(told[2]).endswith("_append_only") or told[2] in OTHERS_FIRST
    assert owner.one(f"SELECT count(*) FROM {table}") == count
    owner.close()


SINGLE = {
    "command_log_outcome": insert("command_log", id=999, at="2026-04-02T12:00:00.000000Z", actor="a", command="c",
                                  fingerprint="f", outcome="peut-être", answer="{}"),
    "command_log_code": insert("command_log", id=999, at="2026-04-02T12:00:00.000000Z", actor="a", command="c",
                               fingerprint="f", outcome="refused", answer="{}"),
    "command_log_actor": insert("command_log", id=999, at="2026-04-02T12:00:00.000000Z", actor="", command="c",
                                fingerprint="f", outcome="done", answer="{}"),
    "command_log_instant": insert("command_log", id=999, at="hier", actor="a", command="c", fingerprint="f",
                                  outcome="done", answer="{}"),
    "ledger_info_single": insert("ledger_info", id=2, fictional=True, created_at="2026-04-02T12:00:00.000000Z",
                                 chart="c"),
    "book_code": insert("book", code="TG", title="Togo", rank=4),
    "journal_code": insert("journal", code="XX", title="Autre"),
    "account_number": insert("account", number="65A", title="t", postable=True, suspense=False, to_confirm=False,
                             chart="c"),
    "account_bank": insert("account", number="52114", title="t", book="BF", postable=True, suspense=False,
                           to_confirm=False, chart="c"),
    "account_pairing": insert("account", number="999", title="t", postable=True, suspense=False, to_confirm=False,
                              chart="c", pairing="autre"),
    "account_event_action": insert("account_event", id=999, account="65881", action="geler", from_date="2026-01-01",
                                   reason="r", command_id=NEXT),
    "bank_account_currency": insert("bank_account", iban="E", book="BF", account="52111", currency="EUR",
                                    command_id=NEXT),
    "app_user_role": insert("app_user", name="x", role="roi", command_id=NEXT),
    "user_event_action": insert("user_event", id=999, user_name="n", action="bannir", reason="r", command_id=NEXT),
    "draft_status": insert("draft", id=1, book="BF", date="2026-03-01", status="validé", revision=1, content="{}",
                           author="a", saved_at="2026-04-02T12:00:00.000000Z", command_id=NEXT),
    "takeover_end_once": insert("takeover_end", id=2, until="2026-03-31", at="2026-04-02T12:00:00.000000Z", actor="a",
                                command_id=NEXT),
}  # fmt: skip


@pytest.mark.parametrize("guard", SINGLE)
def test_a_row_that_says_nonsense_is_refused(guard: str, stand: Attacker, books: Database) -> None:
    statement = SINGLE[guard].replace("True", "true").replace("False", "false")
    owner = Attacker(books, owner=True)
    told = owner.refused(statement)
    owner.close()
    assert told == {"draft_status": "draft_begins_open"}.get(guard, guard)


@pytest.mark.parametrize("guard", ["book_code", "journal_code", "account_pairing", "ledger_info_single"])
def test_the_application_adds_nothing_to_what_init_alone_fills(guard: str, postgres_books: Database) -> None:
    who = Attacker(postgres_books)
    told = who.refused(SINGLE[guard].replace("True", "true").replace("False", "false"))
    assert str(told).startswith("permission denied for table ")
    who.close()


def test_every_guard_of_the_journal_has_a_french_title() -> None:
    from ledger.guards import TITLES

    checks_alone = {name for name in ENTRY if name.startswith(("entry_correction_", "entry_hash", "entry_recorded_in"))}
    assert {name for name in ENTRY if name not in TITLES} - checks_alone - {"entry_transfer_peer"} == set()
