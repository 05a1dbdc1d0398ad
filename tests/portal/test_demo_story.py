"""The fictional data holds together by itself: what the demonstration shows can then be trusted."""

from collections import Counter
from datetime import date, timedelta

import pytest

from ledger.iban import check_iban
from portal.demo.days import is_bank_day
from portal.demo.dice import Dice
from portal.demo.expected import Expected, make_expected
from portal.demo.model import BankLine, OfficeMonth, Story
from portal.demo.places import STATES, account_of
from portal.demo.returns import levy
from portal.demo.story import make_story


@pytest.fixture(scope="module")
def story() -> Story:
    return make_story()


@pytest.fixture(scope="module")
def expected(story: Story) -> Expected:
    return make_expected(story)


def line_of(story: Story, book: str, kind: str, **facts: object) -> list[BankLine]:
    return [
        line
        for line in story.bank_lines(book)
        if line.kind == kind and all(getattr(line, name) == value for name, value in facts.items())
    ]


def months_of(story: Story, office: str) -> dict[str, OfficeMonth]:
    return {period: month for (code, period), month in story.latest_months().items() if code == office}


def test_the_same_seed_tells_the_same_story_and_another_seed_another_one(story: Story) -> None:
    assert make_story(story.seed) == story
    assert make_story(story.seed + 1).returns != story.returns


def test_a_draw_depends_on_its_name_only() -> None:
    dice = Dice(1)
    first = dice.between(0, 10**9, "BF101", "2025-04")
    dice.between(0, 10**9, "something else")
    assert dice.between(0, 10**9, "BF101", "2025-04") == first
    assert dice.between(0, 10**9, "BF101", "2025-05") != first


def test_the_accounts_have_valid_keys(story: Story) -> None:
    assert [check_iban(account.iban).country for account in story.accounts] == ["BF", "ML", "NE"]
    assert [len(account.number) for account in story.accounts] == [12, 12, 12]


def test_a_year_brings_about_forty_five_billion(story: Story) -> None:
    year = sum(month.assessed for month in story.latest_months().values() if month.period >= "2025-10")
    assert 43_000_000_000 < year < 47_000_000_000


@pytest.mark.parametrize("book", STATES)
def test_statements_chain_from_zero_and_prove_themselves(story: Story, book: str) -> None:
    balance, day = 0, story.first
    for statement in (one for one in story.statements if one.book == book):
        assert (statement.opening, statement.start) == (balance, day)
        assert statement.opening + sum(line.amount for line in statement.lines) == statement.closing
        assert all(statement.start <= line.booked <= statement.end for line in statement.lines)
        balance, day = statement.closing, statement.end + timedelta(days=1)
    assert day == story.last + timedelta(days=1)


@pytest.mark.parametrize("book", STATES)
def test_an_account_is_never_overdrawn_and_moves_on_bank_days(story: Story, book: str) -> None:
    balance, lowest = 0, 0
    for line in story.bank_lines(book):
        balance += line.amount
        lowest = min(lowest, balance)
    assert lowest == 0
    assert [line for line in story.bank_lines(book) if not is_bank_day(line.booked)] == []


def test_every_entry_balances_and_stays_in_its_book(story: Story) -> None:
    for file in story.entries:
        for entry in file.entries:
            assert sum(line.debit for line in entry.lines) == sum(line.credit for line in entry.lines) > 0
            assert {line.account[-1] for line in entry.lines if line.account.startswith(("5211", "4011"))} <= {
                account_of(entry.book).suffix
            }


def test_no_two_entries_share_a_document_in_a_journal(story: Story) -> None:
    seen = Counter((entry.book, entry.journal, entry.document) for file in story.entries for entry in file.entries)
    assert [key for key, count in seen.items() if count > 1] == []


def test_the_two_halves_of_a_transfer_are_in_one_file_and_cancel_on_5851(story: Story) -> None:
    halves = [file for file in story.entries if any(entry.transfer for entry in file.entries)]
    assert [len(file.entries) for file in halves] == [2, 2, 2]
    for file in halves:
        through = [line.debit - line.credit for entry in file.entries for line in entry.lines if line.account == "5851"]
        assert sum(through) == 0


@pytest.mark.parametrize("orders_played", [True, False])
def test_the_expected_books_balance_and_tie_to_the_bank(story: Story, orders_played: bool) -> None:
    for book in make_expected(story, orders_played=orders_played).books:
        assert sum(amount for _, amount in book.balances) == 0
        waiting = sum(amount for _, amount in book.not_seen) - sum(line.amount for line in book.not_booked)
        assert book.ledger_bank == book.bank_closing + waiting


def test_what_is_still_open_on_the_last_day_is_what_was_planted(expected: Expected) -> None:
    not_seen = {book.book: book.not_seen for book in expected.books}
    not_booked = {book.book: [line.amount for line in book.not_booked] for book in expected.books}
    assert not_seen == {
        "BF": (("OPF-BF-2026-904", -16_750_000),),
        "ML": (),
        "NE": (("VIRF-2026-02", 600_000_000),),
    }
    assert not_booked == {"BF": [], "ML": [4_410_000], "NE": []}


def test_the_order_that_is_not_played_leaves_its_debit_open(story: Story) -> None:
    book = make_expected(story, orders_played=False).books[0]
    assert [line.amount for line in book.not_booked] == [-27_400_000]


def test_the_payees_of_the_orders_have_valid_accounts(story: Story) -> None:
    assert [check_iban(order.iban).bank for order in story.orders] == ["BF998", "ML998", "NE998", "ML998"]
    assert [order.amount for order in story.orders] == [27_400_000, 60_000_000, 12_350_000, 8_215_000]


def test_suspense_is_clear_at_the_end_of_2025(story: Story) -> None:
    end = date(2025, 12, 31)
    for book in STATES:
        suffix = account_of(book).suffix
        charges = sum(
            line.amount for line in story.bank_lines(book) if line.kind in ("charge", "tax") and line.booked <= end
        )
        imputed = sum(one.line.amount for one in story.imputations if one.line.book == book and one.line.booked <= end)
        posted = {
            account: sum(
                line.debit - line.credit
                for file in story.entries
                for entry in file.entries
                for line in entry.lines
                if entry.book == book and entry.day <= end and line.account == account
            )
            for account in (f"4711{suffix}", f"4712{suffix}", "47129")
        }
        assert posted == {f"4711{suffix}": charges, f"4712{suffix}": imputed, "47129": 0}


def test_the_capital_is_paid_within_the_calls_and_called_within_the_subscriptions(expected: Expected) -> None:
    assert sum(one.subscribed for one in expected.capital) == 500_000_000_000
    for one in expected.capital:
        assert 0 < one.paid <= one.called <= one.subscribed
    assert [(one.state, one.to_pay) for one in expected.capital] == [
        ("BF", 6_000_000_000),
        ("ML", 0),
        ("NE", 19_500_000_000),
    ]


def test_the_capital_acts_come_by_day_with_a_call_before_its_payments(story: Story) -> None:
    assert [act.day for act in story.capital] == sorted(act.day for act in story.capital)
    assert [act.kind for act in story.capital if act.state == "NE"] == [
        "subscribe",
        "call",
        "pay",
        "pay",
        "call",
        "pay",
    ]


def test_collected_never_exceeds_assessed_and_amounts_follow_the_rate(story: Story) -> None:
    for month in story.latest_months().values():
        assert 0 < month.collected <= month.assessed
        if (month.office, month.period) != ("BF105", "2025-06"):
            assert month.assessed == levy(month.base)
    wrong = months_of(story, "BF105")["2025-06"]
    assert levy(wrong.base) - wrong.assessed == pytest.approx(levy(wrong.base) // 10, abs=2)


def test_references_fit_the_narrowest_format(story: Story) -> None:
    for book in STATES:
        assert max(len(line.reference) for line in story.bank_lines(book)) == 16
        assert max(len(line.bank_reference) for line in story.bank_lines(book)) <= 18


def test_the_planted_returns_are_there(story: Story) -> None:
    assert "2025-11" not in months_of(story, "NE304")
    jumped = months_of(story, "ML203")
    share = {period: month.exempt_base * 100 // (month.base + month.exempt_base) for period, month in jumped.items()}
    assert share["2026-02"] < 10
    assert min(share[period] for period in share if period >= "2026-03") >= 40
    over = months_of(story, "BF102")["2025-11"]
    assert over.remitted - over.collected == 12_500_000
    late = months_of(story, "ML202")["2025-08"]
    assert (late.remitted_on, late.remitted) == (date(2025, 11, 4), late.collected)
    restated = [month for file in story.returns for month in file.months if month.office == "BF101"]
    assert [month.base for month in restated if month.period == "2025-09"] == [
        months_of(story, "BF101")["2025-09"].base - 6_480_000_000,
        months_of(story, "BF101")["2025-09"].base,
    ]


def test_the_planted_bank_lines_are_there(story: Story) -> None:
    parts = line_of(story, "BF", "remittance", reference="RVF-BF103-202510")
    assert sum(line.amount for line in parts) == months_of(story, "BF103")["2025-10"].remitted
    assert len(parts) == 2
    assert line_of(story, "NE", "remittance", reference="RVF-NE302-202602") == []
    assert [len(line.parts) for line in story.bank_lines("NE") if line.parts] == [3]
    joint = [line for line in line_of(story, "ML", "remittance") if not line.reference]
    assert ["RVF-ML201-202509" in line.label and "RVF-ML204-202509" in line.label for line in joint] == [True]
    grouped = line_of(story, "BF", "payment", reference="LOTF-BF-2026-03")
    assert [line.amount for line in grouped] == [-(18_250_000 + 7_431_500 + 23_118_000)]
    fees = line_of(story, "BF", "charge", booked=date(2025, 10, 15), label="COMMISSION SUR VIREMENT EMIS")
    assert [line.amount for line in fees] == [-11_800, -11_800]
    assert [line.amount for line in story.bank_lines("ML") if line.reversal] == [-75_000_000]


def test_an_operation_in_mali_gives_its_reference_to_its_commission_and_tax(story: Story) -> None:
    lines = [line for line in story.bank_lines("ML") if line.reference == "OPF-ML-2026-902"]
    assert [(line.kind, line.amount) for line in lines] == [
        ("payment", -14_600_000),
        ("charge", -10_000),
        ("tax", -1_700),
    ]
    assert len({line.bank_reference for line in lines}) == 1
