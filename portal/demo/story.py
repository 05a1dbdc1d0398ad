"""The fictional history of the three accounts, April 2025 to September 2026, from one constant."""

from portal.demo.anomalies import ANOMALIES
from portal.demo.books import make_entries, make_imputations
from portal.demo.capital_acts import make_capital
from portal.demo.credits import make_credits
from portal.demo.debits import payment_debits, periodic_lines, transfer_lines
from portal.demo.dice import Dice
from portal.demo.model import DEMO_SEED, OfficeMonth, ReturnFile, Story
from portal.demo.orders import make_orders, order_debits
from portal.demo.places import ACCOUNTS, FIRST_DAY, LAST_DAY, MANDATES, OFFICES, STATES, USERS
from portal.demo.returns import make_returns
from portal.demo.spending import TRANSFERS, make_payments
from portal.demo.statements import make_statements


def _last_word(returns: tuple[ReturnFile, ...]) -> list[OfficeMonth]:
    latest: dict[tuple[str, str], OfficeMonth] = {}
    for file in returns:
        for month in file.months:
            latest[month.office, month.period] = month
    return list(latest.values())


def make_story(seed: int = DEMO_SEED) -> Story:
    """The whole history as frozen data; the same seed always gives the same one. Nobody in it exists."""
    dice = Dice(seed)
    returns = make_returns(dice)
    payments = make_payments(dice)
    lines = make_credits(dice, _last_word(returns))
    lines += payment_debits(payments)
    orders = make_orders()
    lines += order_debits(orders)
    lines += transfer_lines(TRANSFERS)
    for book in STATES:
        lines += periodic_lines(dice, book)
    statements = make_statements(lines)
    imputations = make_imputations(statements)
    return Story(
        seed=seed,
        first=FIRST_DAY,
        last=LAST_DAY,
        offices=OFFICES,
        accounts=ACCOUNTS,
        users=USERS,
        mandates=MANDATES,
        returns=returns,
        statements=statements,
        payments=payments,
        transfers=TRANSFERS,
        entries=make_entries(payments, TRANSFERS, statements, imputations),
        capital=make_capital(),
        imputations=imputations,
        orders=orders,
        anomalies=ANOMALIES,
    )
