"""Entries taken back: en négatif or by contre-passation, once, linked, in an open month."""

from datetime import date
from typing import Any

import pytest
from attack import AT, NEXT, command
from posting import NOON, at, do, expense, failed, payment, receipt, rows, seal, transfer, write
from sqlalchemy import Engine

from ledger.correct import correct_entry, reverse_entry
from ledger.correction_rules import first_open
from ledger.entry import EntryDraft
from ledger.refusal import Refusal
from ledger.unit import Ledger
from ledger.users import add_user

REASON = "compte erroné"


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    """Fictional books at noon on 2 April 2026."""
    return Ledger(books_engine, "installation", clock=lambda: NOON)


def refused(ledger: Ledger, act: Any, *arguments: Any, **named: Any) -> tuple[str, dict[str, Any]]:
    """The code and facts of the refusal; nothing is written."""
    before = journal(ledger)
    with pytest.raises(Refusal) as told:
        do(ledger, act, *arguments, **named)
    assert journal(ledger) == before
    return told.value.as_json()["code"], told.value.facts


def journal(ledger: Ledger) -> list[tuple[Any, ...]]:
    """Book, journal, number, date, account, debit, credit of every line."""
    with ledger.read() as connection:
        return rows(
            connection,
            "SELECT e.book, e.number, l.account, l.debit, l.credit FROM entry e JOIN entry_line l ON l.entry_id = e.id"
            " ORDER BY e.id, l.position",
        )


def links(ledger: Ledger) -> list[tuple[Any, ...]]:
    """Identifier, correction, corrects, replaces, transfer, peer of every entry."""
    with ledger.read() as connection:
        return rows(connection, "SELECT id, correction, corrects, replaces, transfer, peer FROM entry ORDER BY id")


def test_an_error_is_entered_again_with_negative_amounts_then_rightly(ledger: Ledger) -> None:
    seal(ledger, expense(amount=5_000))
    done = do(ledger, correct_entry, "BF/OD/2026/1", [expense(amount=4_500)], REASON, "juste.json")
    assert [one["number"] for one in done["entries"]] == [2, 3]
    assert journal(ledger) == [
        ("BF", 1, "65881", 5_000, 0),
        ("BF", 1, "40111", 0, 5_000),
        ("BF", 2, "65881", -5_000, 0),
        ("BF", 2, "40111", 0, -5_000),
        ("BF", 3, "65881", 4_500, 0),
        ("BF", 3, "40111", 0, 4_500),
    ]
    assert links(ledger) == [
        (1, None, None, None, None, None),
        (2, "negative", 1, None, None, None),
        (3, None, None, 1, None, None),
    ]
    assert failed(ledger) == []


def test_a_reversal_swaps_the_sides_and_keeps_the_document_and_its_reason(ledger: Ledger) -> None:
    seal(ledger, receipt(amount=9_000))
    do(ledger, reverse_entry, "BF/BQ/2026/1", "contra", REASON)
    assert journal(ledger)[2:] == [("BF", 2, "52111", 0, 9_000), ("BF", 2, "7101", 9_000, 0)]
    with ledger.read() as connection:
        found = rows(connection, "SELECT document, label, origin, origin_ref FROM entry WHERE id = 2")
    assert found == [("REC-1", f"Contre-passation de BF/BQ/2026/1 : {REASON}", "direct", "BF/BQ/2026/1")]
    assert failed(ledger) == []


@pytest.mark.parametrize("half", ["BF/BQ/2026/1", "ML/BQ/2026/1"])
def test_reversing_one_half_of_a_transfer_reverses_both(half: str, ledger: Ledger) -> None:
    seal(ledger, *transfer())
    done = do(ledger, reverse_entry, half, "negative", REASON)
    assert sorted(done["corrects"]) == ["BF/BQ/2026/1", "ML/BQ/2026/1"]
    found = sorted(links(ledger)[2:], key=lambda row: row[2])
    assert [(row[1], row[2], row[4]) for row in found] == [
        ("negative", 1, "V1/annulation"),
        ("negative", 2, "V1/annulation"),
    ]
    assert {row[0]: row[5] for row in found} == {3: 4, 4: 3}
    assert failed(ledger) == []


def test_a_transfer_is_corrected_by_a_transfer(ledger: Ledger) -> None:
    seal(ledger, *transfer(amount=700))
    do(ledger, correct_entry, "BF/BQ/2026/1", transfer(amount=70, name="V1 bis"), REASON, "juste.json")
    assert [row[3] for row in links(ledger)] == [None, None, None, None, 1, 2]
    with ledger.read() as connection:
        total = rows(connection, "SELECT sum(debit), sum(credit) FROM entry_line WHERE account = '52112'")
    assert total == [(70, 0)]
    assert failed(ledger) == []


@pytest.mark.parametrize("style", ["negative", "contra"])
def test_an_entry_is_corrected_once(style: str, ledger: Ledger) -> None:
    seal(ledger, expense())
    do(ledger, reverse_entry, "BF/OD/2026/1", style, REASON)
    code, facts = refused(ledger, reverse_entry, "BF/OD/2026/1", style, REASON)
    assert (code, facts["correction"]) == ("entry_already_corrected", "BF/OD/2026/2")
    code, facts = refused(ledger, reverse_entry, "BF/OD/2026/2", style, REASON)
    assert (code, facts["corrects"]) == ("correction_of_correction", "BF/OD/2026/1")


def test_the_entry_of_an_act_is_taken_back_by_that_act(ledger: Ledger) -> None:
    seal(ledger, expense(origin="collection"))
    code, facts = refused(ledger, reverse_entry, "BF/OD/2026/1", "negative", REASON)
    assert (code, facts["origin"]) == ("entry_of_an_act", "collection")


def test_a_correction_says_why_and_how(ledger: Ledger) -> None:
    seal(ledger, expense())
    assert refused(ledger, reverse_entry, "BF/OD/2026/1", "negative", "  ")[0] == "reason_missing"
    assert refused(ledger, reverse_entry, "BF/OD/2026/1", "storno", REASON)[0] == "correction_style"
    early = refused(ledger, reverse_entry, "BF/OD/2026/1", "negative", REASON, date(2026, 3, 4))
    assert (early[0], early[1]["date"]) == ("correction_too_early", date(2026, 3, 5))


@pytest.mark.parametrize(
    ("right", "found"),
    [
        ([expense("ML")], "1 écriture(s), livre ML"),
        ([expense(), expense()], "2 écriture(s), livre BF et BF"),
        (transfer(), "2 écriture(s), livre BF et ML"),
    ],
    ids=["another book", "two for one", "a transfer for an entry"],
)
def test_the_right_entry_stands_in_the_place_of_the_wrong_one(
    right: list[EntryDraft], found: str, ledger: Ledger
) -> None:
    seal(ledger, expense())
    code, facts = refused(ledger, correct_entry, "BF/OD/2026/1", right, REASON, "juste.json")
    assert (code, facts["found"]) == ("replacement_wrong", found)


MATCH = (
    "INSERT INTO bank_account (iban, book, account, currency, command_id) VALUES ('X', 'BF', '52111', 'XOF', 1)",
    "INSERT INTO bank_match_entry_line (match_id, entry_id, position) VALUES (7, 1, 1), (7, 2, 2)",
    "INSERT INTO bank_match (id, book, pass, reason, facts, nearest_rejected, at, actor, command_id)"
    f" VALUES (7, 'BF', 'essai', 'essai', '{{}}', '[]', '{AT}', 'essai', {NEXT})",
    command(actor="essai"),
)
UNDO = (
    f"INSERT INTO match_undo (match_id, reason, at, actor, command_id) VALUES (7, 'essai', '{AT}', 'essai', {NEXT})",
    command(actor="essai"),
)


def test_an_entry_matched_with_the_bank_waits_for_the_match_to_be_undone(ledger: Ledger) -> None:
    seal(ledger, receipt(amount=9_000), payment(amount=9_000))
    write(ledger, *MATCH)
    code, facts = refused(ledger, reverse_entry, "BF/BQ/2026/1", "negative", REASON)
    assert (code, facts["match"]) == ("entry_matched", 7)
    write(ledger, *UNDO)
    assert do(ledger, reverse_entry, "BF/BQ/2026/1", "negative", REASON)["corrects"] == ["BF/BQ/2026/1"]


MARCH = (date(2026, 3, 5), 3)
DECEMBER = (date(2025, 12, 10), 12)
OCTOBER = (date(2025, 10, 10), 10)
LAST_QUARTER = {("BF", 2025, 10), ("BF", 2025, 11), ("BF", 2025, 12)}


@pytest.mark.parametrize(
    ("start", "closed", "today", "expected"),
    [
        (MARCH, set(), date(2026, 4, 2), MARCH),
        (MARCH, {("ML", 2026, 3)}, date(2026, 4, 2), MARCH),
        (MARCH, {("BF", 2026, 3)}, date(2026, 4, 2), (date(2026, 4, 1), 4)),
        (MARCH, {("BF", 2026, 3), ("BF", 2026, 4)}, date(2026, 4, 2), (date(2026, 5, 1), 5)),
        (DECEMBER, {("BF", 2025, 12)}, date(2026, 1, 20), (date(2025, 12, 31), 13)),
        (OCTOBER, LAST_QUARTER, date(2026, 1, 20), (date(2025, 12, 31), 13)),
        (DECEMBER, {("BF", 2025, 12)}, date(2026, 2, 1), (date(2026, 1, 1), 1)),
        (DECEMBER, {("BF", 2025, 12), ("BF", 2025, 13)}, date(2026, 1, 20), (date(2026, 1, 1), 1)),
        ((date(2025, 12, 31), 13), set(), date(2026, 1, 20), (date(2025, 12, 31), 13)),
        ((date(2025, 12, 31), 13), set(), date(2026, 2, 1), (date(2026, 1, 1), 1)),
    ],
)
def test_a_correction_goes_to_the_first_open_period(
    start: tuple[date, int], closed: set[tuple[str, int, int]], today: date, expected: tuple[date, int]
) -> None:
    assert first_open(*start, {"BF"}, closed, today) == expected


def test_a_late_correction_keeps_the_date_of_the_document(ledger: Ledger) -> None:
    seal(ledger, expense(day=date(2026, 2, 27)))
    do(ledger, reverse_entry, "BF/OD/2026/1", "negative", REASON, date(2026, 4, 1))
    with ledger.read() as connection:
        assert rows(connection, "SELECT period, document_date = '2026-02-27' FROM entry WHERE id = 2") == [(4, True)]


def test_only_the_accountant_of_the_book_corrects(ledger: Ledger) -> None:
    seal(ledger, expense("BF"))
    for name, role, book in (("admin", "administrator", None), ("comptable-ml", "accountant", "ML")):
        at(ledger, NOON, "admin").perform(
            "user add", lambda unit, n=name, r=role, b=book: add_user(unit, n, r, b) and {}
        )
    code, facts = refused(at(ledger, NOON, "comptable-ml"), reverse_entry, "BF/OD/2026/1", "negative", REASON)
    assert (code, facts["own"]) == ("book_forbidden", "ML")


def test_a_correction_repeated_under_its_key_is_done_once(ledger: Ledger) -> None:
    seal(ledger, expense())

    def again() -> dict[str, Any]:
        return ledger.perform(
            "entry reverse", lambda unit: reverse_entry(unit, "BF/OD/2026/1", "negative", REASON), payload=1, key="k"
        )

    assert again() == again()
    assert len(links(ledger)) == 2
