"""The limits of matching: every one is a setting, none is hidden in a pass."""

from dataclasses import dataclass, field
from datetime import date

STATE_DIGIT = {"BF": "1", "ML": "2", "NE": "3"}


@dataclass(frozen=True, slots=True)
class BookAccounts:
    """The accounts of one national book that the rules post to."""

    bank: str
    suspense_debit: str
    levy_to_remit: str
    interest: str = "771"
    returned: str = "47129"


def default_accounts() -> dict[str, BookAccounts]:
    """The three books on the default chart: suffix 1 Burkina Faso, 2 Mali, 3 Niger."""
    return {
        book: BookAccounts(bank=f"5211{digit}", suspense_debit=f"4711{digit}", levy_to_remit=f"4487{digit}")
        for book, digit in STATE_DIGIT.items()
    }


@dataclass(frozen=True, slots=True)
class MatchConfig:
    """How far matching may look. Days are calendar days unless the name says working days."""

    window_working_days: int = 5
    """The most working days between a bank line and a book line that are tied by amount alone."""
    rival_days: int = 62
    """Another line of the same amount within this distance forbids confirming by amount alone."""
    series_days_min: int = 15
    """The fewest days that separate two payments of a series of equal ones."""
    reference_days: int = 92
    """References are used again in another year: beyond this distance a reference only proposes."""
    amount_tolerance: int = 0
    """Francs of difference that still deserve a proposal; never a confirmation."""
    group_candidates: int = 40
    """The most lines among which a group is sought."""
    group_loose_candidates: int = 14
    """The same, where no reference ties the candidates."""
    group_many_candidates: int = 60
    """Beyond the number above and up to this one, only groups of two to four lines are sought."""
    group_states: int = 1 << 16
    """The most partial sums kept on each half of a subset-sum search."""
    return_days: int = 31
    charge_types: frozenset[str] = frozenset({"NCOM", "NTAX", "NINT", "CHG", "NCHG", "NCHR"})
    interest_types: frozenset[str] = frozenset({"NINT", "INT"})
    charge_amount_max: int = 1_000_000
    """A charge known by its words alone and above this amount is proposed, not confirmed."""
    accounts: dict[str, BookAccounts] = field(default_factory=default_accounts)
    holiday_countries: dict[str, str] = field(default_factory=lambda: {"BF": "BF", "ML": "ML", "NE": "NE"})
    weekend: frozenset[int] = frozenset({5, 6})
    closed_days: dict[str, frozenset[date]] = field(default_factory=dict)
    """Further closed days of a book, such as a bank holiday decreed at short notice."""


DEFAULT_CONFIG = MatchConfig()
