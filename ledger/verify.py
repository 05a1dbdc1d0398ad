"""The checks of the books, in the order in which they are shown."""

from ledger.check import Check
from ledger.checks import (
    capital,
    chain,
    closings,
    commands,
    entries,
    handovers,
    levy,
    links,
    order_books,
    orders,
    periods,
    readable,
    seals,
    transfers,
    years,
)

CHECKS: tuple[Check, ...] = (
    *readable.CHECKS,
    *entries.CHECKS,
    *links.CHECKS,
    *chain.CHECKS,
    *commands.CHECKS,
    *seals.CHECKS,
    *capital.CHECKS,
    *closings.CHECKS,
    *periods.CHECKS,
    *years.CHECKS,
    *orders.CHECKS,
    *order_books.CHECKS,
    *transfers.CHECKS,
    *handovers.CHECKS,
    *levy.CHECKS,
)
"""Every check that `ledger` brings. Other layers have their own list; the doors run them all."""
