"""Ways by which money could leave a bank account behind the guards, after the take-over, in raw SQL on both engines."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from attack import NEXT, Attacker, command, insert, raw_entry
from databases import APPLICATION, BOOKS, Database
from ordered import Office
from postgres import Server
from sqlalchemy import Engine

AT = "2026-03-09T09:00:00.000000Z"
ENDED = f"INSERT INTO takeover_end (id, until, at, actor, command_id) VALUES (1, '{{}}', '{AT}', 'adm', {NEXT})"
SUSPENSE = ({"account": "47111", "debit": 5_000}, {"account": "52111", "credit": 5_000})
EXPENSE = ({"account": "65881", "debit": 5_000}, {"account": "52111", "credit": 5_000})


@pytest.fixture
def office(books_engine: Engine) -> Office:
    """Everybody at their desk, one million on each account, the first order paid."""
    ready = Office(books_engine).set_up()
    ready.until("pay", 5_000)
    return ready


@pytest.fixture
def attacker(books: Database, office: Office) -> Iterator[Attacker]:
    """A plain connection on these books, whose take-over ended on the last day of February."""
    who = Attacker(books, owner=True)
    who.run(ENDED.format("2026-02-28"), command(AT, "adm"))
    yield who
    who.close()


def entry(attacker: Attacker, lines: Any, **fields: Any) -> list[str]:
    """An entry of March in the bank's journal."""
    return raw_entry(
        attacker, list(lines), **{"journal": "BQ", "date": "2026-03-09", "recorded_at": AT, "actor": "accBF", **fields}
    )


def statement(amount: int = -5_000, sealed: bool = True) -> list[str]:
    """A bank account and a statement of one line on it, number 1; not `sealed`, a line without its statement."""
    iban = "BF42BF9990100100000000000183"
    rows = [
        insert("bank_account", iban=iban, book="BF", account="52111", currency="XOF", command_id=NEXT),
        insert("statement_file", id=1, sha256="a" * 64, name="a", format="csv", content="", received_at=AT, actor="a",
               command_id=NEXT),
        insert("statement_line", id=1, statement_id=1, position=1, kind="statement", book="BF", iban=iban,
               booking_date="2026-03-09", amount=amount, reversal=False, label="Frais", details="", notes="[]",
               identity="i", occurrence=1, back_dated=False),
        insert("statement", id=1, file_id=1, position=1, kind="statement", book="BF", iban=iban, account="1",
               currency="XOF", opening=0, closing=amount, proven=True, line_count=1, notes="[]", command_id=NEXT),
    ]  # fmt: skip
    return rows if sealed else rows[:3]


def test_an_old_date_opens_nothing(attacker: Attacker) -> None:
    old = entry(attacker, EXPENSE, date="2026-02-27")
    assert attacker.refused(*old) == "takeover_bank_credit"


def test_a_receipt_is_not_taken_back_by_a_payment(attacker: Attacker) -> None:
    swapped = ({"account": "52111", "credit": 1_000_000}, {"account": "44871", "debit": 1_000_000})
    back = entry(attacker, swapped, correction="contra", corrects=1)
    assert attacker.refused(*back) == "takeover_bank_credit"
    less = ({"account": "52111", "debit": -1_000_000}, {"account": "44871", "credit": -1_000_000})
    assert attacker.refused(*entry(attacker, less, correction="negative", corrects=1)) is None


def imputed(attacker: Attacker, lines: Any = SUSPENSE) -> list[str]:
    """The imputation of bank line 1."""
    return entry(attacker, lines, origin="imputation", origin_ref="statement_line:1")


def test_a_bank_line_is_imputed_once(attacker: Attacker) -> None:
    attacker.run(*statement(), command(AT, "a"))
    attacker.run(*imputed(attacker))
    assert attacker.refused(*imputed(attacker)) == "takeover_bank_credit"


def test_a_bank_line_is_not_imputed_to_an_expense(attacker: Attacker) -> None:
    attacker.run(*statement(), command(AT, "a"))
    assert attacker.refused(*imputed(attacker, EXPENSE)) == "takeover_bank_credit"


def test_a_bank_line_of_another_amount_is_not_imputed(attacker: Attacker) -> None:
    attacker.run(*statement(-4_999), command(AT, "a"))
    assert attacker.refused(*imputed(attacker)) == "takeover_bank_credit"


def test_a_bank_line_of_no_statement_is_not_imputed(attacker: Attacker) -> None:
    assert attacker.refused(*statement(sealed=False), *imputed(attacker)) == "takeover_bank_credit"


def test_a_matched_bank_line_is_not_imputed(attacker: Attacker) -> None:
    payment = attacker.one("SELECT max(entry_id) FROM order_entry")
    place = attacker.one(f"SELECT position FROM entry_line WHERE entry_id = {payment} AND account = '52111'")
    attacker.run(
        *statement(),
        insert("bank_match_line", match_id=1, line_id=1),
        insert("bank_match_entry_line", match_id=1, entry_id=payment, position=place),
        insert("bank_match", id=1, book="BF", reason="r", facts="{}", nearest_rejected="", at=AT, actor="a",
               command_id=NEXT, **{"pass": "p"}),
        command(AT, "a"),
    )  # fmt: skip
    assert attacker.refused(*imputed(attacker)) == "takeover_bank_credit"


def test_a_transfer_taken_back_is_not_replaced_by_a_payment(attacker: Attacker) -> None:
    first = attacker.one("SELECT max(id) + 1 FROM entry")
    sides = (({"account": "5851", "debit": 5_000}, {"account": "52111", "credit": 5_000}),
             ({"account": "52112", "debit": 5_000}, {"account": "5851", "credit": 5_000}))  # fmt: skip
    for shift, links in ((0, {}), (2, {"correction": "negative"})):
        for place, book in enumerate(("BF", "ML")):
            sign = -1 if shift else 1
            lines = [{key: value * sign if key != "account" else value for key, value in line.items()}
                     for line in sides[place]]  # fmt: skip
            more = {**links, "corrects": first + place} if links else {}
            row = raw_half(attacker, lines, first + shift + place, first + shift + 1 - place, book, shift, more)
            if place == 0:
                kept = row
            else:
                attacker.run(*kept, *row)
    again = entry(attacker, ({"account": "40111", "debit": 5_000}, SUSPENSE[1]), replaces=first)
    assert attacker.refused(*again) == "takeover_bank_credit"


def raw_half(
    attacker: Attacker, lines: Any, own: int, peer: int, book: str, shift: int, more: dict[str, Any]
) -> list[str]:  # fmt: skip
    """One half of a transfer under a number that is known before the other half is there."""
    return entry(attacker, lines, id=own, peer=peer, book=book, transfer=f"V{shift}", origin="transfer", **more)


def paid(attacker: Attacker, entry_id: int) -> str:
    """The announcement of an entry by the payment of the first order."""
    return insert("order_entry", entry_id=entry_id, order_id=1, position=6, command_id=NEXT)


def test_a_payment_is_not_posted_a_second_time(attacker: Attacker) -> None:
    again = entry(attacker, ({"account": "40111", "debit": 5_000}, SUSPENSE[1]), journal="OP", origin="order")
    number = attacker.one("SELECT max(id) + 1 FROM entry")
    assert attacker.refused(paid(attacker, number), *again) == "order_entry_late"


def test_an_opening_entry_does_not_pay(attacker: Attacker) -> None:
    opening = entry(attacker, EXPENSE, journal="AN", origin="opening")
    assert attacker.refused(*opening) == "takeover_bank_credit"


def test_an_opening_entry_of_january_does_not_pay(attacker: Attacker) -> None:
    opening = entry(attacker, EXPENSE, journal="AN", origin="opening", date="2027-01-01")
    assert attacker.refused(*opening) == "takeover_bank_credit"


def test_the_halves_of_a_transfer_have_one_date(attacker: Attacker) -> None:
    first = attacker.one("SELECT max(id) + 1 FROM entry")
    out = entry(attacker, ({"account": "5851", "debit": 5_000}, EXPENSE[1]), peer=first + 1, transfer="V")
    into = entry(
        attacker, ({"account": "52112", "debit": 5_000}, {"account": "5851", "credit": 5_000}), book="ML", id=first + 1,
        peer=first, date="2026-02-28", transfer="V",
    )  # fmt: skip
    assert attacker.refused(*out, *into) == "transfer_pair"


def test_the_take_over_does_not_end_in_the_future(books: Database, office: Office) -> None:
    who = Attacker(books, owner=True)
    assert who.refused(ENDED.format("2099-12-31")) == "takeover_end_future"
    who.close()


def test_no_move_is_added_to_the_stages(attacker: Attacker) -> None:
    own = insert("order_move", sequence="visa_first", level="charge", source="draft", act="authorise",
                 target="accepted", role="officer", posts=None, reason=False, signed=False)  # fmt: skip
    assert attacker.refused(own) == "order_move_append_only"


def test_no_check_is_added_to_the_list(attacker: Attacker) -> None:
    own = insert("check_item", code="x", title="x", family="x", excepted=False, computed=False, source="x")
    assert attacker.refused(own) == "check_item_append_only"


def test_the_entry_of_an_order_is_not_corrected_by_itself(attacker: Attacker) -> None:
    last = attacker.one("SELECT max(entry_id) FROM order_entry")
    back = entry(
        attacker, ({"account": "40111", "debit": -5_000}, {"account": "52111", "credit": -5_000}),
        correction="negative", corrects=last,
    )  # fmt: skip
    assert attacker.refused(*back) == "entry_corrected_by_hand"


@pytest.mark.parametrize("table", ["entry_line", "takeover_end"])
def test_a_temporary_table_does_not_stand_before_the_books(table: str, postgres_books: Database) -> None:
    who = Attacker(postgres_books, owner=True)
    lines = [{"account": "40111", "debit": 1}, {"account": "52111", "credit": 5_000}]
    attack = [statement.replace("INTO entry", "INTO public.entry") for statement in entry(who, lines)]
    shadow = f"CREATE TEMPORARY TABLE {table} ON COMMIT DROP AS SELECT * FROM public.{table} WHERE FALSE"
    assert who.refused(shadow, *attack) == "entry_balances"
    who.close()


def test_the_application_makes_no_temporary_table(postgres_books_template: Server) -> None:
    with psycopg.connect(host=str(postgres_books_template.socket), user=APPLICATION, dbname=BOOKS) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TEMPORARY TABLE entry_line (x int)")
        connection.rollback()


@pytest.mark.parametrize("day", ["infinity", "12026-03-01", "0001-01-01"])
def test_a_day_that_no_program_reads_is_refused(day: str, attacker: Attacker) -> None:
    line = insert("entry_line", entry_id=99, position=1, book="BF", date="2026-03-09", account="65881", debit=1,
                  credit=0, value_date=day)  # fmt: skip
    assert attacker.refused(line) == "entry_line_dates"


def test_a_period_is_not_closed_on_a_frozen_view(postgres_books: Database) -> None:
    who = Attacker(postgres_books, owner=True)
    close = insert("period_event", id=1, book="BF", year=2026, period=3, action="close", known_entry=0, at=AT,
                   actor="a", command_id=NEXT)  # fmt: skip
    assert who.refused("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", close) == "write_isolation"
    who.close()
