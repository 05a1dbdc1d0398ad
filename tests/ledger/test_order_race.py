"""Two connections at once on PostgreSQL: the same franc is not committed twice, a charge is not accepted twice."""

from collections.abc import Iterator

import pytest
from at_once import at_once, two_offices
from databases import Database
from order_attacks import command
from ordered import Office

from ledger.orders.order import Charge


@pytest.fixture
def offices(postgres_books: Database) -> Iterator[tuple[Office, Office]]:
    """The same books through two engines, so through two connections."""
    yield from two_offices(postgres_books)


@pytest.mark.parametrize("turn", range(4))
def test_two_commitments_do_not_spend_the_same_franc(turn: int, offices: tuple[Office, Office]) -> None:
    one, two = offices
    first, second = (one.order(charges=(Charge("BF", 600_000),)) for _ in range(2))
    told = at_once(lambda: one.act(first, "commit"), lambda: two.act(second, "commit"))
    assert told == ["done", "order_funds"]
    assert one.rows("SELECT count(*) FROM order_event WHERE act = 'commit'") == [(1,)]


@pytest.mark.parametrize("turn", range(2))
def test_one_charge_is_accepted_once(turn: int, offices: tuple[Office, Office]) -> None:
    one, two = offices
    number = one.until("authorise")
    told = at_once(lambda: one.act(number, "accept"), lambda: two.act(number, "accept"))
    assert told == ["done", "order_move_illegal"]
    assert one.rows("SELECT count(*) FROM entry WHERE origin = 'order'") == [(1,)]


def test_two_raw_connections_do_not_commit_the_same_franc(offices: tuple[Office, Office]) -> None:
    """Without the program: the guard takes the lock before it looks at the funds."""
    from sqlalchemy import text

    from ledger.guards import as_refusal

    one, two = offices
    for _ in range(2):
        one.order(charges=(Charge("BF", 600_000),))

    def commit(office: Office, order: int) -> None:
        statement = text(
            "INSERT INTO order_event (order_id, position, book, source, act, target, role, person, at, command_id)"
            " VALUES (:order, 1, '*', 'draft', 'commit', 'committed', 'requester', 'req',"
            " '2026-03-09T09:00:00.000000Z', (SELECT max(id) + 1 FROM command_log))"
        )
        driver = office.engine.raw_connection()
        try:
            cursor = driver.cursor()
            cursor.execute(str(statement).replace(":order", str(order)))
            cursor.execute(command(actor="req"))
            driver.commit()
        except Exception as fault:
            driver.rollback()
            refusal = as_refusal(fault)
            assert refusal is not None
            raise refusal from fault
        finally:
            driver.close()

    assert at_once(lambda: commit(one, 1), lambda: commit(two, 2)) == ["done", "order_funds"]
