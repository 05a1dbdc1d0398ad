"""When a month may be closed, reopened, closed for good: pure rules over what the books hold."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ledger.refusal import Refusal

Period = tuple[int, int]
"""Financial year, period: 1 to 12 for the months, 13 for the complementary period."""

COMPLEMENTARY = 13


class PeriodUnreadable(Refusal):
    """The text names no month or quarter."""

    code = "period_unreadable"
    sentence = "« {text} » n'est pas lisible : attendu {expected}."
    exit_code = 2


class PeriodAlreadyClosed(Refusal):
    """A month is closed once."""

    code = "period_already_closed"
    sentence = "Le livre {book}, période {period}, est déjà clos ({state}). Il n'y a rien à faire."


class PeriodNotClosed(Refusal):
    """Only a closed month is reopened, or closed for good."""

    code = "period_not_closed"
    sentence = "Le livre {book}, période {period}, n'est pas clos : rien à {act}. Clôturez d'abord cette période."


class PeriodClosedForGood(Refusal):
    """The quarter's definitive closing has no way back."""

    code = "period_closed_for_good"
    sentence = (
        "Le livre {book}, période {period}, est définitivement clos : il ne se rouvre plus. Passez l'écriture dans la "
        "première période ouverte, en gardant la date de la pièce."
    )


class PeriodOfClosedYear(Refusal):
    """The year is closed."""

    code = "period_of_closed_year"
    sentence = (
        "Le livre {book}, période {period} : l'exercice {year} est clos et ses à-nouveaux sont passés. Passez "
        "l'écriture dans la première période ouverte de l'exercice suivant."
    )


class PeriodClosingOrder(Refusal):
    """Months are closed one after the other."""

    code = "period_closing_order"
    sentence = (
        "Le livre {book} : la période {period} ne peut pas être close avant {earlier}, qui porte des écritures et "
        "reste ouverte. Clôturez d'abord {earlier}."
    )


class PeriodDraftsRemain(Refusal):
    """Drafts of the month wait."""

    code = "period_drafts_remain"
    sentence = (
        "Le livre {book}, période {period} : {count} écriture(s) restent au brouillard (n° {drafts}). Validez-les "
        "(« pcaes draft post ») ou écartez-les (« pcaes draft discard »), puis clôturez."
    )


class PeriodBankLinesOpen(Refusal):
    """Bank lines of the month wait."""

    code = "period_bank_lines_open"
    sentence = (
        "Le livre {book}, période {period} : {count} ligne(s) de relevé ne sont ni rapprochées, ni imputées, ni "
        "inscrites à un état de rapprochement signé du mois (première : {first:D}). Rapprochez-les, imputez-les, ou "
        "faites signer l'état du mois, puis clôturez."
    )


class QuarterOpen(Refusal):
    """A quarter is closed for good once its three months are closed."""

    code = "period_quarter_open"
    sentence = (
        "Le livre {book}, trimestre {quarter} : {open} ouvert(s). La clôture définitive demande les trois mois clos. "
        "Clôturez-les d'abord."
    )


class YearBeforeOpen(Refusal):
    """January still waits for the opening entry."""

    code = "period_year_before_open"
    sentence = (
        "Le livre {book}, trimestre {quarter} : l'exercice {year} n'est pas clos, ses à-nouveaux restent à passer au "
        "1er janvier suivant. Clôturez d'abord l'exercice {year} (« pcaes year close »)."
    )


@dataclass(frozen=True, slots=True)
class BookState:
    """What the books know of one book's periods: those with entries, the last act on each, the years closed."""

    book: str
    held: frozenset[Period] = frozenset()
    last: Mapping[Period, str] = field(default_factory=dict)
    years_closed: frozenset[int] = frozenset()

    def is_open(self, period: Period) -> bool:
        """Never closed, or reopened since."""
        return self.last.get(period, "reopen") == "reopen"


def name_of(period: Period) -> str:
    """`03/2026`, or the complementary period of its year."""
    year, month = period
    return f"complémentaire {year}" if month == COMPLEMENTARY else f"{month:02d}/{year}"


def _is_year(text: str) -> bool:
    """The years that entries may bear; a slip of the keyboard closes nothing."""
    return re.fullmatch("20[0-9]{2}|2100", text) is not None


def parse_period(text: str) -> Period:
    """`2026-03` as (2026, 3); `2026-13` is the complementary period.

    Refuses: period_unreadable.
    """
    year, _, month = text.partition("-")
    if not (_is_year(year) and re.fullmatch("[0-9]{1,2}", month) and 1 <= int(month) <= COMPLEMENTARY):
        raise PeriodUnreadable(text=text, expected="un mois AAAA-MM (AAAA-13 pour la période complémentaire)")
    return int(year), int(month)


def parse_quarter(text: str) -> tuple[int, int]:
    """`2026-1` or `2026-T1` as (2026, 1).

    Refuses: period_unreadable.
    """
    year, _, quarter = text.upper().partition("-")
    quarter = quarter.lstrip("TQ")
    if not (_is_year(year) and quarter in ("1", "2", "3", "4")):
        raise PeriodUnreadable(text=text, expected="un trimestre AAAA-T, par exemple 2026-1")
    return int(year), int(quarter)


def check_close(state: BookState, period: Period) -> None:
    """Refuse to close a month that is closed, or before an earlier one that holds entries.

    Refuses: period_already_closed, period_closing_order.
    """
    if not state.is_open(period):
        kind = "clôture définitive" if state.last[period] == "definitive" else "clôture mensuelle"
        raise PeriodAlreadyClosed(book=state.book, period=name_of(period), state=kind)
    earlier = sorted(one for one in state.held if one < period and state.is_open(one))
    if earlier:
        raise PeriodClosingOrder(book=state.book, period=name_of(period), earlier=name_of(earlier[0]))


def check_reopen(state: BookState, period: Period) -> None:
    """Refuse to reopen what is open, closed for good, or of a closed year.

    Refuses: period_not_closed, period_closed_for_good, period_of_closed_year.
    """
    if state.is_open(period):
        raise PeriodNotClosed(book=state.book, period=name_of(period), act="rouvrir")
    if state.last[period] == "definitive":
        raise PeriodClosedForGood(book=state.book, period=name_of(period))
    if period[0] in state.years_closed:
        raise PeriodOfClosedYear(book=state.book, period=name_of(period), year=period[0])


def check_quarter(state: BookState, year: int, quarter: int) -> list[Period]:
    """The months to close for good; refuse while one is open or the year before is not closed.

    Refuses: period_quarter_open, period_year_before_open, period_already_closed.
    """
    label = f"{year}-{quarter}"
    months = [(year, 3 * quarter - 2 + place) for place in range(3)]
    still_open = [name_of(month) for month in months if state.is_open(month)]
    if still_open:
        raise QuarterOpen(book=state.book, quarter=label, open=still_open)
    before = sorted({one for one, _ in state.held if one < year and one not in state.years_closed})
    if before:
        raise YearBeforeOpen(book=state.book, quarter=label, year=before[0])
    left = [month for month in months if state.last[month] != "definitive"]
    if not left:
        raise PeriodAlreadyClosed(book=state.book, period=f"trimestre {label}", state="clôture définitive")
    return left
