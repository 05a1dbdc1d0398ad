"""What the books answer when they are set up wrongly: database, clock, chart, users, bank accounts."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from databases import Database
from sqlalchemy import Engine, insert, text

from ledger.bank_accounts import bind
from ledger.chart import open_or_close, read_chart
from ledger.clock import clock_for
from ledger.engine import DatabaseInMemory, open_engine
from ledger.entry import EntryDraft, Line
from ledger.entry_rules import Law, check_entry
from ledger.guards import RefusedByDatabase
from ledger.read import find_entry
from ledger.refusal import Refusal
from ledger.setup import create_books, require_current
from ledger.tables.commands import app_user
from ledger.unit import Ledger
from ledger.users import add_user, set_active

NOON = datetime(2026, 4, 2, 12, tzinfo=UTC)
HEADINGS = "number;title;book;postable;pairing;suspense;to_confirm\n"
DRAFT = EntryDraft("BF", "OD", date(2026, 3, 5), "F-1", "Achat", (Line("65881", debit=5), Line("40111", credit=5)))


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    """Fictional books whose administrator acts, at noon on 2 April 2026."""
    installation = Ledger(books_engine, clock=lambda: NOON)
    installation.perform("user add", lambda unit: {"name": add_user(unit, "admin", "administrator").name})
    return Ledger(books_engine, "admin", clock=lambda: NOON)


def done(act: Callable[[Any], object]) -> Callable[[Any], dict[str, Any]]:
    """The act as a unit of work wants it."""

    def perform(unit: Any) -> dict[str, Any]:
        act(unit)
        return {}

    return perform


def code_of(call: Callable[[], object]) -> str:
    """The code of the refusal that the call meets."""
    with pytest.raises(Refusal) as refused:
        call()
    return str(refused.value.as_json()["code"])


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda unit: add_user(unit, "x", "king"), "role_unknown"),
        (lambda unit: add_user(unit, "admin", "auditor"), "user_exists"),
        (lambda unit: add_user(unit, "x", "accountant", "TG"), "book_unknown"),
        (lambda unit: set_active(unit, "x", False, "départ"), "user_unknown"),
        (lambda unit: open_or_close(unit, "40119", "close", date(2026, 3, 1), "essai"), "account_unknown"),
        (lambda unit: bind(unit, "BF", "BF00"), "iban_invalid"),
    ],
)
def test_a_wrong_setting_is_refused(act: Callable[[Any], object], code: str, ledger: Ledger) -> None:
    assert code_of(lambda: ledger.perform("essai", done(act))) == code


def test_the_first_user_is_an_administrator(books_engine: Engine) -> None:
    installation = Ledger(books_engine, clock=lambda: NOON)
    refused = code_of(lambda: installation.perform("user add", done(lambda unit: add_user(unit, "a", "auditor"))))
    assert refused == "first_user_administrator"


def test_a_disabled_user_acts_no_more(ledger: Ledger) -> None:
    ledger.perform("user add", done(lambda unit: add_user(unit, "second", "administrator")))
    ledger.perform("user disable", done(lambda unit: set_active(unit, "second", False, "départ")))
    second = Ledger(ledger.engine, "second", clock=lambda: NOON)
    assert code_of(lambda: second.perform("essai", done(lambda unit: None))) == "user_disabled"


def test_a_bank_account_belongs_to_one_book(ledger: Ledger) -> None:
    iban = "BF42BF0840101300463574000390"  # the example of the IBAN registry
    ledger.perform("account bind", done(lambda unit: bind(unit, "BF", iban)))
    assert code_of(lambda: ledger.perform("bind", done(lambda unit: bind(unit, "ML", iban)))) == "bank_account_taken"


@pytest.mark.parametrize(("reference", "code"), [("BF/OD/2026/7", "entry_unknown"), ("BF-7", "reference_unreadable")])
def test_an_entry_that_is_not_there_is_refused(reference: str, code: str, ledger: Ledger) -> None:
    with ledger.read() as connection:
        assert code_of(lambda: find_entry(connection, reference)) == code


def test_what_only_the_database_sees_is_a_refusal_too(ledger: Ledger) -> None:
    def behind_the_rules(unit: Any) -> dict[str, Any]:
        unit.connection.execute(insert(app_user).values(name="x", role="king", command_id=unit.command_id))
        return {}

    with pytest.raises(RefusedByDatabase) as refused:
        ledger.perform("essai", behind_the_rules)
    assert refused.value.guard == "app_user_role"
    assert refused.value.code == "refused_by_database"


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ("number;title\n", 1),
        (f"{HEADINGS}401;;;yes;;no;no\n", 2),
        (f"{HEADINGS}4x1;Titre;;yes;;no;no\n", 2),
        (f"{HEADINGS}٤٠١;Titre;;yes;;no;no\n", 2),
        (f"{HEADINGS}4;Titre;;yes;;no;no\n", 2),
        (f"{HEADINGS}5211;Banques;;yes;;no;no\n", 2),
        (f"{HEADINGS}52114;Banque;BF;yes;;no;no\n", 2),
        (f"{HEADINGS}52112;Banque;BF;yes;;no;no\n", 2),
        (f"{HEADINGS}401;Titre;;yes;;no;no\n401;Titre;;yes;;no;no\n", 1),
    ],
)
def test_a_chart_that_cannot_be_used_is_refused(rows: str, line: int) -> None:
    with pytest.raises(Refusal) as refused:
        read_chart(rows)
    assert (refused.value.code, refused.value.facts["line"]) == ("chart_unreadable", line)


def test_a_loaded_account_does_not_change(books: Database, tmp_path: Path) -> None:
    chart = tmp_path / "plan.csv"
    chart.write_text(f"{HEADINGS}121;Un autre intitulé;;no;;no;no\n", encoding="utf-8")
    assert code_of(lambda: create_books(books.url, books.owner_url, chart, fictional=True)) == "chart_conflict"


def test_real_books_do_not_become_fictional(sqlite_database: Database) -> None:
    create_books(sqlite_database.url)
    assert code_of(lambda: create_books(sqlite_database.url, fictional=True)) == "fictional_forever"


def test_a_database_without_books_is_refused(tmp_path: Path, empty_postgres_database: Database) -> None:
    assert code_of(lambda: require_current(f"sqlite:///{tmp_path / 'none.db'}")) == "database_not_ready"
    assert code_of(lambda: require_current(empty_postgres_database.url)) == "database_not_ready"


def test_a_database_of_another_version_is_refused(database: Database) -> None:
    owner = open_engine(database.owner_url)
    with owner.connect().execution_options(write=True) as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    owner.dispose()
    assert code_of(lambda: require_current(database.url)) == "database_outdated"


@pytest.mark.parametrize("url", ["mysql://x/y", "pcaes.db"])
def test_an_address_that_is_no_database_is_refused(url: str) -> None:
    assert code_of(lambda: open_engine(url)) == "database_unknown"


@pytest.mark.parametrize(
    ("fictional", "asked", "code"),
    [(False, "2026-03-31T17:00:00Z", "clock_not_allowed"), (True, "hier", "clock_unreadable")],
)
def test_a_clock_that_may_not_be_set_is_refused(fictional: bool, asked: str, code: str) -> None:
    assert code_of(lambda: clock_for(fictional, asked)) == code


def test_the_clock_of_fictional_books_is_in_utc() -> None:
    assert clock_for(True, "2026-03-31T17:00:00+01:00")() == datetime(2026, 3, 31, 16, tzinfo=UTC)


@pytest.mark.parametrize(("field", "what"), [("document", "pièce"), ("label", "libellé")])
def test_an_entry_names_its_document_and_says_what_it_is(field: str, what: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_entry(DRAFT._replace(**{field: " "}), Law({}))
    assert (refused.value.code, refused.value.facts["what"]) == ("entry_incomplete", what)


@pytest.mark.parametrize(
    ("closed", "day", "period"),
    [(("BF", 2026, 3), date(2026, 3, 5), None), (("BF", 2026, 13), date(2026, 12, 31), 13)],
)
def test_a_closed_period_takes_no_entry(closed: tuple[str, int, int], day: date, period: int | None) -> None:
    law = Law({}, closed_periods=frozenset({closed}))
    assert code_of(lambda: check_entry(DRAFT._replace(date=day, period=period), law)) == "period_closed"
    assert code_of(lambda: check_entry(DRAFT._replace(date=day, period=period), Law({}))) == "line_account_unknown"


@pytest.mark.parametrize("url", ["sqlite:///:memory:", "sqlite://", "sqlite:///file:x?mode=memory&uri=true"])
def test_books_in_memory_are_refused(url: str) -> None:
    with pytest.raises(DatabaseInMemory) as refused:
        create_books(url)
    assert refused.value.message().startswith(f"L'adresse « {url} » est celle d'une base en mémoire")
    assert refused.value.exit_code == 2
