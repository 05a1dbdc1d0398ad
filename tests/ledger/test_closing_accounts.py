"""An account is closed once, at zero in each book, after its last entry; the chart has no total that takes entries."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from attack import NEXT, Attacker, command, insert
from behind import attack as altered
from behind import behind_the_guards
from databases import Database
from posting import NOON, do, expense, failed, receipt, rows, seal
from sqlalchemy import Engine, text

from ledger.account_rules import check_empty, check_event
from ledger.chart import default_chart, open_or_close, read_chart
from ledger.chart_rules import chart_faults
from ledger.check import run_checks
from ledger.checks.closings import CHECKS
from ledger.engine import open_engine
from ledger.entry import EntryDraft, Line
from ledger.guards import title_of
from ledger.periods.close import close_period
from ledger.refusal import Refusal
from ledger.setup import create_books
from ledger.unit import Ledger
from ledger.users import add_user
from ledger.years.close import close_year

OF = {check.name: check for check in CHECKS}


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    """Expense of BF on 5 March 2026 (65881), of Mali on 9 March taken back (65882); 6324 closed in April."""
    ledger = Ledger(books_engine, "essai", clock=lambda: NOON)
    seal(ledger, expense())
    for debit, credit in (("65882", "40112"), ("40112", "65882")):
        lines = (Line(debit, 70), Line(credit, 0, 70))
        seal(ledger, EntryDraft("ML", "OD", date(2026, 3, 9), "F-1", "Fournitures", lines))
    act(ledger, "6324", "close", date(2026, 4, 1))
    return ledger


def act(ledger: Ledger, number: str, action: str, day: date, reason: str = "essai") -> None:
    """One act on an account."""

    def one(unit: Any) -> dict[str, Any]:
        open_or_close(unit, number, action, day, reason)
        return {}

    ledger.perform(f"account {action}", one)


APRIL = date(2026, 4, 1)
REFUSED: dict[str, tuple[str, str, date, str]] = {
    "reason_missing": ("6328", "close", APRIL, "  "),
    "account_heading": ("4011", "close", APRIL, "essai"),
    "account_event_order": ("6324", "open", date(2026, 3, 31), "essai"),
    "account_already_closed": ("6324", "close", date(2026, 5, 1), "essai"),
    "account_not_closed": ("6328", "open", APRIL, "essai"),
    "account_used_after": ("65882", "close", date(2026, 3, 9), "essai"),
    "account_balance_left": ("65881", "close", APRIL, "essai"),
}


@pytest.mark.parametrize("code", REFUSED)
def test_an_account_is_not_closed_nor_opened_against_the_rules(code: str, ledger: Ledger) -> None:
    with pytest.raises(Refusal) as told:
        act(ledger, *REFUSED[code])
    assert told.value.code == code
    with ledger.read() as connection:
        assert rows(connection, "SELECT account, action FROM account_event") == [("6324", "close")]


def test_the_sentences_say_what_was_found_and_what_to_do(ledger: Ledger) -> None:
    with pytest.raises(Refusal) as told:
        act(ledger, *REFUSED["account_balance_left"])
    assert told.value.message().replace("\xa0", " ") == (
        "Le compte 65881 ne peut pas être fermé à partir du 01/04/2026 : dans le livre BF, son solde à cette date est "
        "de 5 000 (débits moins crédits), attendu zéro. Soldez-le d'abord ; un compte de charges ou de produits l'est "
        "par la clôture de l'exercice."
    )
    with pytest.raises(Refusal) as told:
        act(ledger, *REFUSED["account_used_after"])
    assert told.value.message() == (
        "Le compte 65882 ne peut pas être fermé à partir du 09/03/2026 : il porte une écriture du 09/03/2026. "
        "Fermez-le à partir d'une date postérieure au 09/03/2026."
    )


def test_an_account_back_at_zero_is_closed_after_its_last_entry_then_opened(ledger: Ledger) -> None:
    act(ledger, "65882", "close", date(2026, 3, 10))
    act(ledger, "65882", "open", date(2026, 3, 10), "repris")
    act(ledger, "65882", "close", date(2026, 6, 1))
    assert failed(ledger) == []


def test_two_books_that_offset_each_other_are_not_at_zero() -> None:
    with pytest.raises(Refusal) as told:
        check_empty("6328", APRIL, date(2026, 3, 1), {"BF": 5, "ML": -5, "NE": 0})
    assert (told.value.code, told.value.facts["book"]) == ("account_balance_left", "BF")
    check_empty("6328", APRIL, date(2026, 3, 31), {"BF": 0, "ML": 0})
    check_event("6328", "Autres", True, [(APRIL, "close"), (APRIL, "open")], "close", APRIL, "essai")


def test_an_account_of_charges_is_at_zero_once_its_year_is_closed(books_engine: Engine) -> None:
    ledger = Ledger(books_engine, "essai", clock=lambda: NOON)
    seal(ledger, expense(day=date(2025, 12, 10)), receipt("BF", date(2025, 12, 10)))
    with pytest.raises(Refusal) as told:
        act(ledger, "65881", "close", date(2026, 1, 1))
    assert told.value.code == "account_balance_left"
    do(ledger, close_period, "BF", (2025, 12))
    do(ledger, close_year, "BF", 2025)
    act(ledger, "65881", "close", date(2026, 1, 1))
    assert failed(ledger) == []


def event(account: str, action: str, day: str, **fields: Any) -> str:
    """The row of an act on an account."""
    number = "(SELECT max(id) + 1 FROM account_event)"
    row = {"id": 0, "account": account, "action": action, "from_date": day, "reason": "essai", "command_id": NEXT}
    return insert("account_event", **{**row, **fields}).replace("VALUES (0,", f"VALUES ({number},")


ATTACKS: dict[str, str] = {
    "account_event_sequence": event("6328", "close", "2026-04-01", id=77),
    "account_reason_missing": event("6328", "close", "2026-04-01", reason=" "),
    "account_heading": event("4011", "close", "2026-04-01"),
    "account_event_order": event("6324", "open", "2026-03-31"),
    "account_already_closed": event("6324", "close", "2026-05-01"),
    "account_not_closed": event("6328", "open", "2026-04-01"),
    "account_used_after": event("65882", "close", "2026-03-09"),
    "account_balance_left": event("65881", "close", "2026-04-01"),
    "act_command_over": event("6328", "close", "2026-04-01", command_id=1),
    "act_command_ahead": event("6328", "close", "2026-04-01", command_id=99),
}


def test_raw_acts_on_accounts_meet_the_guards(ledger: Ledger, books: Database) -> None:
    people = (("adm", "administrator", None), ("bf", "accountant", "BF"))
    for place, (name, role, book) in enumerate(people):
        actor = Ledger(ledger.engine, "adm" if place else None, clock=lambda: NOON)
        actor.perform("user add", lambda unit, n=name, r=role, b=book: {"name": add_user(unit, n, r, b).name})
    who = Attacker(books)
    found = {guard: who.refused(statement) for guard, statement in ATTACKS.items()}
    good = event("6328", "close", "2026-04-01")
    found["account_event_actor"] = who.refused(good, command(actor="bf"))
    assert {guard: told for guard, told in found.items() if guard != told} == {}
    assert [guard for guard in found if title_of(guard) is None] == []
    assert who.one("SELECT count(*) FROM account_event") == 1
    assert who.refused(good, command(actor="adm")) is None
    who.close()


ALTERED: dict[str, str] = {
    "account_reason_missing": "UPDATE account_event SET reason = ' '",
    "account_heading": "UPDATE account_event SET account = '4011'",
    "account_used_after": "UPDATE account_event SET account = '65881', from_date = '2026-03-05'",
    "account_balance_left": "UPDATE account_event SET account = '65881'",
    "account_not_closed": "UPDATE account_event SET action = 'open'",
    "account_event_sequence": "UPDATE account_event SET id = 3",
}


def test_verify_replays_the_acts_on_accounts(ledger: Ledger, books: Database) -> None:
    ledger.engine.dispose()
    with behind_the_guards(books) as connection:
        for fault, statement in ALTERED.items():
            assert run_checks(connection, [OF["account_acts"]])[0]["rows"] == []
            connection.rollback()
            with altered(connection):
                connection.execute(text(statement))
                told = {row["fault"] for row in run_checks(connection, [OF["account_acts"]])[0]["rows"]}
            assert told == ({"reason_missing"} if fault == "account_reason_missing" else {fault})


HEAD = "number;title;book;postable;pairing;suspense;to_confirm\n"
CHARTS = {
    "under an account of the books": ("chart_parent_postable", "63281;Détail;;yes;;no;no\n"),
    "above an account of the books": ("chart_parent_postable", "632;Services;;yes;;no;no\n"),
    "of another book than its heading": (
        "chart_parent_differs", "628;Divers;BF;no;;no;no\n6281;Frais de Bamako;ML;yes;;no;no\n"),
    "not in suspense under a heading that is": ("chart_parent_differs", "47124;Recettes diverses;BF;yes;;no;no\n"),
}  # fmt: skip


@pytest.mark.parametrize("case", CHARTS)
def test_a_chart_whose_totals_take_entries_is_refused(case: str, books: Database, tmp_path: Path) -> None:
    code, lines = CHARTS[case]
    file = tmp_path / "plan-fictif.csv"
    file.write_text(HEAD + lines, encoding="utf-8")
    with pytest.raises(Refusal) as told:
        create_books(books.url, books.owner_url, chart_file=file)
    assert told.value.code == code
    who = Attacker(books)
    assert who.one("SELECT count(*) FROM account") == len(default_chart())
    who.close()


def test_the_sentence_names_the_account_above(books: Database, tmp_path: Path) -> None:
    file = tmp_path / "plan-fictif.csv"
    file.write_text(HEAD + "63281;Détail;;yes;;no;no\n", encoding="utf-8")
    with pytest.raises(Refusal) as told:
        create_books(books.url, books.owner_url, chart_file=file)
    assert told.value.message() == (
        "Le plan de comptes plan-fictif.csv place le compte 63281 sous le compte 6328, qui reçoit des écritures : 6328 "
        "serait à la fois un compte et un total. Faites de 6328 un regroupement (postable : no), ou donnez un autre "
        "numéro à 63281."
    )


def test_a_heading_above_accounts_of_the_books_is_added(books: Database, tmp_path: Path) -> None:
    file = tmp_path / "plan-fictif.csv"
    file.write_text(HEAD + "63;Services extérieurs;;no;;no;no\n638;Autres;;no;;no;no\n6381;Voyages;;yes;;no;no\n")
    assert create_books(books.url, books.owner_url, chart_file=file)["accounts_added"] == 3


def test_the_chart_shipped_is_a_tree_and_so_is_any_prefix_of_it() -> None:
    assert list(chart_faults(default_chart())) == []
    one = read_chart(HEAD + "63;S;;yes;;no;no\n631;F;;no;;no;no\n6318;B;;yes;;no;no\n")
    assert [(fault.account, fault.parent) for fault in chart_faults(one)] == [("631", "63"), ("6318", "63")]


def account(number: str, **fields: Any) -> str:
    """The row of an account, as the owner of the tables may add it."""
    row = {"number": number, "title": "Glissé", "book": None, "postable": True, "suspense": False, "to_confirm": False}
    return insert("account", **{**row, "chart": "c", **fields})


@pytest.fixture
def owner(books: Database) -> Iterator[Attacker]:
    """Whoever owns the tables."""
    who = Attacker(books, owner=True)
    yield who
    who.close()


def test_raw_accounts_meet_the_guards(owner: Attacker, books: Database) -> None:
    assert owner.refused(account("63281")) == "account_parent_postable"
    assert owner.refused(account("632")) == "account_parent_postable"
    assert owner.refused(account("47124", book="BF")) == "account_parent_differs"
    assert owner.refused(account("47", postable=False, suspense=True)) == "account_parent_differs"
    assert owner.refused(account("65", postable=False, book="BF")) == "account_parent_differs"
    assert [title_of(name) is None for name in ("account_parent_postable", "account_parent_differs")] == [False, False]
    assert owner.refused(account("632", postable=False)) is None
    with behind_the_guards(books) as connection, altered(connection):
        connection.execute(text(account("63281")))
        found = run_checks(connection, [OF["chart_tree"]])[0]["rows"]
        assert [(row["account"], row["parent"]) for row in found] == [("63281", "6328")]
    open_engine(books.url).dispose()
