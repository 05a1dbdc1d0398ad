"""The capital of the bank: subscriptions, calls and payments. The parts of the States are fictional."""

from datetime import date

from portal.demo.model import CapitalAct

BILLION = 1_000_000_000

SUBSCRIBED = {"BF": 170 * BILLION, "ML": 170 * BILLION, "NE": 160 * BILLION}
"""500 billion together. The true parts are not public: these are chosen for the demonstration."""

_SUBSCRIBED_ON = date(2025, 9, 1)
_CALLS = (
    (1, date(2025, 9, 15), date(2025, 12, 15), {"BF": 20 * BILLION, "ML": 20 * BILLION, "NE": 15 * BILLION}),
    (2, date(2026, 3, 2), date(2026, 6, 30), {"BF": 25 * BILLION, "ML": 25 * BILLION, "NE": 20 * BILLION}),
)

LEVY_PAYMENTS = (
    CapitalAct("pay", "BF", 3_500_000_000, date(2025, 12, 12), "CAPF-BF-2025-01", source="levy"),
    CapitalAct("pay", "ML", 6_000_000_000, date(2025, 12, 15), "CAPF-ML-2025-01", source="levy"),
    CapitalAct("pay", "NE", 2_500_000_000, date(2026, 1, 20), "CAPF-NE-2026-01", source="levy"),
    CapitalAct("pay", "BF", 7_000_000_000, date(2026, 6, 24), "CAPF-BF-2026-01", source="levy"),
    CapitalAct("pay", "ML", 6_500_000_000, date(2026, 6, 29), "CAPF-ML-2026-01", source="levy"),
    CapitalAct("pay", "NE", 3_000_000_000, date(2026, 7, 22), "CAPF-NE-2026-02", source="levy"),
)
"""Paid from the three accounts; those of Niger come after the due date."""

BUDGET_PAYMENTS = (
    CapitalAct("pay", "BF", 16_500_000_000, date(2025, 12, 11), "RECUF-BF-2025-01", source="budget"),
    CapitalAct("pay", "ML", 14_000_000_000, date(2025, 12, 15), "RECUF-ML-2025-01", source="budget"),
    CapitalAct("pay", "NE", 10_000_000_000, date(2026, 2, 27), "RECUF-NE-2026-01", source="budget"),
    CapitalAct("pay", "BF", 12_000_000_000, date(2026, 6, 30), "RECUF-BF-2026-01", source="budget"),
    CapitalAct("pay", "ML", 18_500_000_000, date(2026, 8, 12), "RECUF-ML-2026-01", source="budget"),
)
"""Paid outside the three accounts, on the bank's receipt; one of Mali's and Niger's come after the due date."""


def make_capital() -> tuple[CapitalAct, ...]:
    """Every act of the register, by date, subscriptions before calls before payments."""
    acts = [
        CapitalAct("subscribe", state, amount, _SUBSCRIBED_ON, f"SOUSF-{state}-2025")
        for state, amount in SUBSCRIBED.items()
    ]
    for number, day, due, amounts in _CALLS:
        acts += [
            CapitalAct("call", state, amount, day, f"APPF-{state}-{day.year}-{number:02d}", due=due)
            for state, amount in amounts.items()
        ]
    acts += [*LEVY_PAYMENTS, *BUDGET_PAYMENTS]
    order = {"subscribe": 0, "call": 1, "pay": 2}
    return tuple(sorted(acts, key=lambda act: (act.day, order[act.kind], act.reference)))
