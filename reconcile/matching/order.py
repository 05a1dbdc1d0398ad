"""The order of the passes, with what each says of itself."""

from collections.abc import Callable
from typing import NamedTuple

from reconcile.matching.passes import (
    amount_date,
    group,
    reference,
    reference_in_label,
    returned_payment,
    rule_charge,
    rule_interest,
    rule_remittance,
    transfer,
)
from reconcile.matching.table import WorkTable


class Pass(NamedTuple):
    """One pass: its stable name, its French title and what it does, and the function that runs it."""

    name: str
    title: str
    explanation: str
    run: Callable[[WorkTable], None]


ORDER: tuple[Pass, ...] = tuple(
    Pass(module.NAME, module.TITLE, module.EXPLANATION, module.run)
    for module in (
        reference,
        reference_in_label,
        amount_date,
        group,
        transfer,
        returned_payment,
        rule_charge,
        rule_interest,
        rule_remittance,
    )
)
"""The declared order: what a reference proves comes before what an amount suggests, the books before the rules."""

FROM_THE_BOOKS = frozenset(module.NAME for module in (reference, reference_in_label, amount_date, group, transfer))
"""The passes that answer bank lines with entries that exist; the others may post new ones."""
