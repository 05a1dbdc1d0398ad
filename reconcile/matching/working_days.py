"""Working days of the three States, counted year by year as a run needs them."""

from datetime import date, timedelta

from reconcile.matching.config import MatchConfig

_COUNTED_YEARS_MAX = 10
"""Beyond, a date is a slip of the pen: the distance is estimated at five days in seven."""


class WorkingDays:
    """Counts working days between two dates of one book. Weekend and public holidays do not count.

    Holidays that follow the moon are estimates published in advance; they only widen or narrow a search
    window, so a day's error moves no money.
    """

    def __init__(self, config: MatchConfig) -> None:
        self._config = config
        self._years: dict[tuple[str, int], dict[date, int]] = {}
        self._places: dict[str, dict[date, int]] = {}

    def between(self, book: str, one: date, other: date) -> int:
        """Working days that separate two dates, in either order; 0 for the same day or a closed day beside it."""
        if one == other:
            return 0
        places = self._places.get(book)
        try:
            if places is not None and one.year == other.year:
                return abs(places[one] - places[other])
        except KeyError:
            pass
        return self._between_years(book, *sorted((one, other)))

    def _between_years(self, book: str, first: date, last: date) -> int:
        if last.year - first.year > _COUNTED_YEARS_MAX:
            return (last - first).days * 5 // 7
        whole = sum(max(self._year(book, year).values()) for year in range(first.year, last.year))
        return whole + self._year(book, last.year)[last] - self._year(book, first.year)[first]

    def _year(self, book: str, year: int) -> dict[date, int]:
        """For each day of a year, the working days of that year up to it."""
        counts = self._years.get((book, year))
        if counts is None:
            counts = self._years[book, year] = self._count(book, year)
            self._places.setdefault(book, {}).update(counts)
        return counts

    def _count(self, book: str, year: int) -> dict[date, int]:
        config = self._config
        closed = set(config.closed_days.get(book, ()))
        country = config.holiday_countries.get(book)
        if country:
            import holidays

            closed |= set(holidays.country_holidays(country, years=year))
        total, counts = 0, dict[date, int]()
        for place in range((date(year, 12, 31) - date(year, 1, 1)).days + 1):
            day = date(year, 1, 1) + timedelta(days=place)
            total += day.weekday() not in config.weekend and day not in closed
            counts[day] = total
        return counts
