"""A payment of called capital, from the levy or from the State's own budget."""

import datetime as dt
from typing import Any

from ledger.capital.levy_payment import pay_from_levy
from ledger.capital.register import add_receipt, pay_from_budget
from ledger.capital.rules import SourceUnknown
from ledger.chart import require_book
from ledger.commands import Answer
from ledger.refusal import Refusal


class BudgetBook(Refusal):
    """A State's budget is outside the three accounts."""

    code = "capital_budget_book"
    sentence = (
        "Capital, le versement {reference} : le budget de {state} paie hors des trois comptes, il s'enregistre dans le "
        "livre {state}, pas dans le livre {book}. Retirez --book."
    )


def pay(
    unit: Any,
    state: str,
    amount: int,
    date: dt.date,
    source: str,
    reference: str,
    book: str | None = None,
    receipt: str | None = None,
) -> Answer:
    """Record a payment of called capital by its source, with the bank's receipt when it is known.

    Refuses: capital_source_unknown, capital_budget_book, what `pay_from_levy` and `pay_from_budget` refuse.
    """
    if source == "levy":
        done = pay_from_levy(unit, state, amount, date, reference, book)
        if receipt:
            add_receipt(unit, state, reference, receipt, date)
        return {**done, "receipt": receipt}
    if source != "budget":
        raise SourceUnknown(reference=reference, found=source)
    require_book(unit.connection, state)
    if book not in (None, state):
        raise BudgetBook(reference=reference, state=state, book=book)
    return pay_from_budget(unit, state, amount, date, reference, receipt)
