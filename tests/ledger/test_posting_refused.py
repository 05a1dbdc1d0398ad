"""What the books answer to entries that they cannot take: the code, and not a row written."""

import copy
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from behind import attack, behind_the_guards
from databases import Database
from posting import failed
from sqlalchemy import Engine, func, select, text

from ledger.chart import open_or_close
from ledger.check import run_checks
from ledger.checks.commands import CHECKS
from ledger.commands import post
from ledger.entry_file import load_json, read_entries
from ledger.entry_rules import DocumentDateFuture
from ledger.refusal import Refusal
from ledger.tables.commands import command_log
from ledger.tables.journal import entry, entry_line
from ledger.unit import Ledger
from ledger.users import add_user

NOON = datetime(2026, 4, 2, 12, tzinfo=UTC)
Document = dict[str, Any]
ENTRY: Document = {
    "book": "BF",
    "journal": "OD",
    "date": "2026-03-05",
    "document": "FACT-12",
    "label": "Fournitures",
    "lines": [{"account": "65881", "debit": 5_000}, {"account": "40111", "credit": 5_000}],
}


def half(book: str, bank: str, side: str, amount: int = 700, day: str = "2026-03-06", name: str = "V1") -> Document:
    """One half of a transfer: the bank account on one side, 5851 on the other."""
    other = "credit" if side == "debit" else "debit"
    lines = [{"account": bank, side: amount}, {"account": "5851", other: amount}]
    return {**ENTRY, "book": book, "date": day, "document": name, "transfer": name, "lines": lines}


LIAISON_HALF: Document = {
    **half("ML", "52112", "debit"),
    "lines": [{"account": "52112", "debit": 700}, {"account": "1852", "credit": 700}],
}


def changed(**fields: Any) -> list[Document]:
    """The good entry with some of its fields changed."""
    return [{**copy.deepcopy(ENTRY), **fields}]


def lines(*lines: tuple[str, int, int]) -> list[Document]:
    """The good entry with other lines: account, debit, credit."""
    return changed(lines=[{"account": account, "debit": debit, "credit": credit} for account, debit, credit in lines])


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    """Fictional books seen by the person who sets them up, at noon on 2 April 2026."""
    return Ledger(books_engine, "installation", clock=lambda: NOON)


def send(ledger: Ledger, entries: list[Document]) -> dict[str, Any]:
    """Post the document as the command does."""
    document = {"entries": entries}
    return ledger.perform("post", lambda unit: post(unit, read_entries(document, "e.json")), payload=document)


def counts(ledger: Ledger) -> tuple[int, int]:
    """Entries and lines in the journal."""
    with ledger.read() as connection:
        rows = [
            connection.execute(select(func.count()).select_from(table)).scalar_one() for table in (entry, entry_line)
        ]
    return rows[0], rows[1]


REFUSED: dict[str, tuple[str, list[Document]]] = {
    "one line": ("entry_two_lines", lines(("65881", 5_000, 0))),
    "one franc too few": ("entry_unbalanced", lines(("65881", 5_000, 0), ("40111", 0, 4_999))),
    "both sides of a line": ("line_amount", lines(("65881", 5_000, 5_000), ("40111", 0, 5_000))),
    "an amount of zero": ("line_amount", lines(("65881", 0, 0), ("40111", 0, 5_000))),
    "sixteen digits": ("line_amount", lines(("65881", 10**15, 0), ("40111", 0, 10**15))),
    "a negative amount": ("negative_only_in_correction", lines(("65881", -5_000, 0), ("40111", 0, -5_000))),
    "an unknown account": ("line_account_unknown", lines(("65889999", 5_000, 0), ("40111", 0, 5_000))),
    "a heading": ("account_not_postable", lines(("65881", 5_000, 0), ("4011", 0, 5_000))),
    "another State's account": ("account_of_book", lines(("65881", 5_000, 0), ("40112", 0, 5_000))),
    "5851 alone": ("transfer_in_pairs", lines(("5851", 5_000, 0), ("52111", 0, 5_000))),
    "complementary in March": ("complementary_period", changed(complementary=True)),
    "half a transfer": ("transfer_alone", [half("BF", "52111", "credit")]),
    "two halves in one book": ("transfer_of_two_books", [half("BF", "52111", "credit"), half("BF", "52111", "debit")]),
    "unequal halves": ("transfer_unequal", [half("BF", "52111", "credit"), half("ML", "52112", "debit", amount=699)]),
    "out by 5851, in by liaison": ("transfer_unequal", [half("BF", "52111", "credit"), LIAISON_HALF]),
    "halves of two days": (
        "transfer_dates",
        [half("BF", "52111", "credit"), half("ML", "52112", "debit", day="2026-03-07")],
    ),
    "half a franc": ("amount_not_whole", changed(lines=[{"account": "65881", "debit": 0.5}, ENTRY["lines"][1]])),
    "an amount between quotes": (
        "amount_not_whole",
        changed(lines=[{"account": "65881", "debit": "5000"}, ENTRY["lines"][1]]),
    ),
    "an unknown field": ("entry_file_unreadable", changed(montant=5_000)),
    "a complementary that is no yes or no": ("entry_file_unreadable", changed(date="2026-12-31", complementary="yes")),
    "a complementary that is a number": ("entry_file_unreadable", changed(date="2026-12-31", complementary=1)),
    "a week for a date": ("entry_file_unreadable", changed(date="2026-W10-4")),
    "a key of the year's end": ("entry_file_unreadable", changed(key="year/opening/BF/2027")),
    "a key of a draft": ("entry_file_unreadable", changed(key="draft/1")),
    "the name of a transfer taken back": (
        "entry_file_unreadable",
        [half("BF", "52111", "credit", name="V1/annulation"), half("ML", "52112", "debit", name="V1/annulation")],
    ),
    "a line break of another sort": ("entry_file_unreadable", changed(label="un\u2028deux")),
    "a direction turned round": ("entry_file_unreadable", changed(label="\u202e0001")),
    "a sign that is none": ("entry_file_unreadable", changed(label="un\uffff")),
    "a label that shows nothing": ("entry_file_unreadable", changed(label="\u200b\u200d")),
    "a day that does not exist": ("entry_file_unreadable", changed(date="2026-02-30")),
    "no entry": ("entry_file_unreadable", []),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_entry_is_refused_and_nothing_is_written(case: str, ledger: Ledger) -> None:
    code, entries = REFUSED[case]
    with pytest.raises(Refusal) as refused:
        send(ledger, entries)
    assert refused.value.as_json()["code"] == code
    assert counts(ledger) == (0, 0)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"debit": 10, "debit": 999}', "« debit » est donné deux fois"),
        ('{"\\ud800": 1}', "une moitié de caractère"),
        ('{"label": "\\udc00"}', "une moitié de caractère"),
    ],
)
def test_a_document_of_two_readings_is_refused(content: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "e.json"
    file.write_text(f'{{"entries": [{content}]}}', encoding="utf-8")
    with pytest.raises(Refusal) as refused:
        load_json(file)
    assert refused.value.as_json()["code"] == "entry_file_unreadable"
    assert told in str(refused.value)


def test_a_character_written_in_two_halves_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "e.json"
    file.write_text('["\\ud83d\\ude00"]', encoding="utf-8")
    assert load_json(file) == ["\N{GRINNING FACE}"]


def test_a_good_entry_before_a_bad_one_is_not_kept(ledger: Ledger) -> None:
    with pytest.raises(Refusal) as refused:
        send(ledger, [ENTRY, *lines(("65881", 5_000, 0), ("40111", 0, 4_999))])
    assert refused.value.facts["difference"] == 1
    assert counts(ledger) == (0, 0)


def test_a_document_of_tomorrow_is_refused(ledger: Ledger) -> None:
    with pytest.raises(DocumentDateFuture) as told:
        send(ledger, changed(document_date="2026-04-03"))
    assert (told.value.facts["day"], told.value.facts["today"]) == (date(2026, 4, 3), date(2026, 4, 2))
    # of today after an entry of March, and of the day of an entry dated ahead
    send(ledger, changed(document_date="2026-04-02"))
    send(ledger, changed(date="2026-04-30", document_date="2026-04-30"))
    assert failed(ledger) == []


def test_a_refusal_leaves_its_trace_in_the_command_log(ledger: Ledger) -> None:
    with pytest.raises(Refusal):
        send(ledger, lines(("65881", 5_000, 0), ("40111", 0, 4_999)))
    with ledger.read() as connection:
        rows = connection.execute(select(command_log.c.outcome, command_log.c.code)).all()
    assert [tuple(row) for row in rows] == [("refused", "entry_unbalanced")]


def test_the_good_entry_and_both_halves_of_a_transfer_are_taken(ledger: Ledger) -> None:
    done = send(ledger, [ENTRY, half("BF", "52111", "credit"), half("ML", "52112", "debit")])
    assert [(one["book"], one["number"]) for one in done["entries"]] == [("BF", 1), ("BF", 2), ("ML", 1)]
    assert counts(ledger) == (3, 6)


def test_the_name_of_a_transfer_serves_once(ledger: Ledger) -> None:
    send(ledger, [half("BF", "52111", "credit"), half("ML", "52112", "debit")])
    with pytest.raises(Refusal) as refused:
        send(ledger, [half("BF", "52111", "credit", amount=9), half("NE", "52113", "debit", amount=9)])
    assert (refused.value.code, refused.value.facts["entry"]) == ("transfer_used", "BF/OD/2026/1")


def test_the_key_of_an_entry_answers_once_and_never_for_another(ledger: Ledger) -> None:
    first = send(ledger, changed(key="k1"))
    assert send(ledger, changed(key="k1")) == first
    with pytest.raises(Refusal) as refused:
        send(ledger, changed(key="k1", label="Autre chose"))
    assert (refused.value.code, refused.value.facts["field"]) == ("entry_key_reused", "label")
    assert counts(ledger) == (1, 2)


def test_the_key_of_a_command_answers_once_and_never_for_another(ledger: Ledger) -> None:
    def command(amount: int) -> dict[str, Any]:
        return ledger.perform("essai", lambda unit: {"amount": amount}, payload={"amount": amount}, key="k")

    assert (command(1), command(1)) == ({"amount": 1}, {"amount": 1})
    with pytest.raises(Refusal) as refused:
        command(2)
    assert refused.value.code == "key_reused"


@pytest.mark.parametrize(("action", "day", "taken"), [("close", 4, False), ("close", 6, True), ("open", 5, True)])
def test_a_closed_account_takes_nothing_from_that_day(action: str, day: int, taken: bool, ledger: Ledger) -> None:
    def move(wanted: str, on: int) -> Callable[[Any], dict[str, Any]]:
        def act(unit: Any) -> dict[str, Any]:
            open_or_close(unit, "65881", wanted, date(2026, 3, on), "essai")
            return {}

        return act

    ledger.perform("account", move("close", 1 if action == "open" else day))
    if action == "open":
        ledger.perform("account", move("open", day))
    if taken:
        assert send(ledger, [ENTRY])["entries"][0]["number"] == 1
        return
    with pytest.raises(Refusal) as refused:
        send(ledger, [ENTRY])
    assert (refused.value.code, refused.value.facts["since"]) == ("account_closed", date(2026, 3, 4))


def declared(ledger: Ledger) -> Callable[[str], Ledger]:
    """An administrator, an accountant of Mali and an auditor; the ledger as each sees it."""
    people = (("admin", "administrator", None), ("comptable-ml", "accountant", "ML"), ("auditeur", "auditor", None))
    for place, (name, role, book) in enumerate(people):
        actor = Ledger(ledger.engine, "admin" if place else None, clock=lambda: NOON)
        actor.perform("user add", lambda unit, n=name, r=role, b=book: {"name": add_user(unit, n, r, b).name})
    return lambda name: Ledger(ledger.engine, name, clock=lambda: NOON)


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("auditeur", "role_forbidden"),
        ("admin", "role_forbidden"),
        ("comptable-ml", "book_forbidden"),
        ("x", "user_unknown"),
    ],
)
def test_only_the_accountant_of_the_book_posts(who: str, code: str, ledger: Ledger) -> None:
    seen_by = declared(ledger)
    with pytest.raises(Refusal) as refused:
        send(seen_by(who), [ENTRY])
    assert refused.value.code == code
    assert counts(ledger) == (0, 0)


def test_a_common_account_is_not_one_accountants_to_close(ledger: Ledger) -> None:
    def declare(unit: Any) -> dict[str, Any]:
        for name, role, book in (
            ("adm", "administrator", None),
            ("bf", "accountant", "BF"),
            ("all", "accountant", None),
        ):
            add_user(unit, name, role, book)
        return {}

    def close(name: str, number: str) -> str:
        shut = Ledger(ledger.engine, name, clock=lambda: NOON)
        try:
            shut.perform("close", lambda u: open_or_close(u, number, "close", date(2026, 4, 1), "essai") or {})  # type: ignore[func-returns-value]  # an act answers something
        except Refusal as refusal:
            return refusal.code
        return "done"

    # whoever sets the database up comes before the rule
    ledger.perform("close", lambda u: open_or_close(u, "6324", "close", date(2026, 4, 1), "essai") or {})  # type: ignore[func-returns-value]  # as above
    ledger.perform("users", declare)
    assert [close("bf", "65881"), close("bf", "40112"), close("bf", "40111")] == [
        "account_common", "book_forbidden", "done",
    ]  # fmt: skip
    assert failed(ledger) == []
    assert [close("all", "65881"), close("adm", "6328")] == ["done", "done"]
    assert failed(ledger) == []


def test_who_closed_a_common_account_is_looked_at_again(books: Database, ledger: Ledger) -> None:
    test_a_common_account_is_not_one_accountants_to_close(ledger)
    ledger.engine.dispose()
    check = next(one for one in CHECKS if one.name == "account_events")
    with behind_the_guards(books) as connection, attack(connection):
        connection.execute(text("UPDATE command_log SET actor = 'bf' WHERE actor IN ('all', 'adm') AND id > 2"))
        assert {row["account"] for row in run_checks(connection, [check])[0]["rows"]} == {"65881", "6328"}


def test_the_accountant_of_either_book_posts_both_halves(ledger: Ledger) -> None:
    seen_by = declared(ledger)
    send(seen_by("comptable-ml"), [half("BF", "52111", "credit"), half("ML", "52112", "debit")])
    assert counts(ledger) == (2, 4)


def test_a_file_that_is_not_json_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "e.json"
    file.write_text('{"entries": [NaN]}', encoding="utf-8")
    with pytest.raises(Refusal) as refused:
        load_json(file)
    assert (refused.value.code, refused.value.facts["file"]) == ("entry_file_unreadable", "e.json")


def test_the_key_of_an_entry_is_of_one_period(ledger: Ledger) -> None:
    send(ledger, changed(key="k1", date="2026-12-31"))
    with pytest.raises(Refusal) as refused:
        send(ledger, changed(key="k1", date="2026-12-31", complementary=True))
    assert (refused.value.code, refused.value.facts["field"]) == ("entry_key_reused", "period")


def test_the_key_of_a_command_answers_the_one_who_sent_it(ledger: Ledger) -> None:
    def command(actor: str) -> dict[str, Any]:
        return Ledger(ledger.engine, actor).perform("essai", lambda _unit: {"b": 1, "a": 2}, payload={}, key="k")

    assert [list(command("comptable-bf")) for _ in range(2)] == [["b", "a"], ["b", "a"]]
    with pytest.raises(Refusal) as refused:
        command("comptable-ml")
    assert (refused.value.code, refused.value.facts["actor"]) == ("key_of_another", "comptable-bf")
