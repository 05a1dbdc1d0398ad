"""Working days of the three States, counted once for the span of a run."""

from collections.abc import Mapping
from datetime import date, timedelta

from reconcile.matching.config import MatchConfig


class WorkingDays:
    """Counts working days between two dates of one book. Weekend and public holidays do not count.

    Holidays that follow the moon are estimates published in advance; they only widen or narrow a search
    window, so a day's error moves no money.
    """

    def __init__(self, first: date, last: date, config: MatchConfig) -> None:
        self._base = first.toordinal()
        self._counts: Mapping[str, list[int]] = {
            book: self._count(book, first, last, config) for book in config.holiday_countries
        }
        self._plain = self._count("", first, last, config)

    @staticmethod
    def _count(book: str, first: date, last: date, config: MatchConfig) -> list[int]:
        closed = set(config.closed_days.get(book, ()))
        country = config.holiday_countries.get(book)
        if country:
            import holidays

            closed |= set(holidays.country_holidays(country, years=range(first.year, last.year + 1)))
        counts, total, day = [], 0, first
        while day <= last:
            total += day.weekday() not in config.weekend and day not in closed
            counts.append(total)
            day += timedelta(days=1)
        return counts

    def between(self, book: str, one: date, other: date) -> int:
        """Working days that separate two dates, in either order; 0 for the same day or a closed day beside it."""
        if one == other:
            return 0
        counts = self._counts.get(book, self._plain)
        return abs(counts[one.toordinal() - self._base] - counts[other.toordinal() - self._base])
