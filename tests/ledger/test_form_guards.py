"""Every instant and every date of the books has a form that the database holds: each is tried on both engines."""

from collections.abc import Iterator

import pytest
from attack import Attacker, raw_entry
from databases import Database
from sqlalchemy import Date, Engine, inspect, text

from ledger.tables import metadata
from ledger.tables.types import Instant
from portal.verification import all_checks

all_checks()  # importing every check declares every table

GOOD_INSTANTS = (
    "2026-03-02T09:00:00.000000Z", "2024-02-29T23:59:59.999999Z", "2000-02-29T00:00:00.000000Z",
    "1999-12-31T00:00:00.000000Z", "2026-11-30T00:00:00.000000Z",
)  # fmt: skip
BAD_INSTANTS = (
    "2026-03-02T09:00:00.00000xZ", "20a6-03-02T09:00:00.000000Z", "2026-13-02T09:00:00.000000Z",
    "2026-00-02T09:00:00.000000Z", "2026-02-30T09:00:00.000000Z", "2026-02-29T09:00:00.000000Z",
    "1900-02-29T09:00:00.000000Z", "2026-04-31T09:00:00.000000Z", "2026-03-00T09:00:00.000000Z",
    "2026-03-02T24:00:00.000000Z", "2026-03-02T09:60:00.000000Z", "2026-03-02T09:00:60.000000Z",
    "2026-03-02 09:00:00.000000Z", "2026-03-02T09:00:00,000000Z", "2026-03-02T09:00:00.000000z",
    "1899-12-31T09:00:00.000000Z", "2026-03-02T09:00:00.000000Z ", "2026-03-02T09:00:00.000000Z\n",
    "٢٠٢٦-03-02T09:00:00.000000Z", "____-__-__T__:__:__.______Z", "",
)  # fmt: skip
GOOD_DAYS = ("1900-01-01", "2026-02-28", "9999-12-31")
BAD_DAYS = {
    "sqlite": ("1899-12-31", "10000-01-01", "2026-02-30", "hier", "infinity", "2026-3-2", ""),
    "postgresql": ("1899-12-31", "10000-01-01", "infinity", "-infinity", "0044-03-15 BC"),
}
TWO = [{"account": "65881", "debit": 5}, {"account": "40111", "credit": 5}]
NAMED = {Instant: ("_instant",), Date: ("_dates", "_date")}
AT_SEALING = {("entry", "recorded_at"), ("entry_line", "date")}
"""What SQLite reads when an entry is sealed, and not in a CHECK of the row alone: attacked below."""


def forms(engine: Engine, kind: type) -> Iterator[tuple[str, str, list[str], str | None]]:
    """Each column of a kind: table, column, all the columns of that kind, and the check of their form."""
    found = inspect(engine)
    for table in metadata.sorted_tables:
        checks = found.get_check_constraints(table.name)
        columns = [column.name for column in table.columns if isinstance(column.type, kind)]
        for column in columns:
            named = [str(one["sqltext"]) for one in checks if str(one["name"]).endswith(NAMED[kind])]
            yield table.name, column, columns, next((sql for sql in named if column in sql), None)


@pytest.mark.parametrize("kind", [Instant, Date], ids=["instants", "dates"])
def test_every_column_has_a_form_and_the_form_is_strict(kind: type, engine: Engine) -> None:
    dialect = engine.dialect.name
    good, bad = (GOOD_INSTANTS, BAD_INSTANTS) if kind is Instant else (GOOD_DAYS, BAD_DAYS[dialect])
    cast = "CAST({} AS date)" if kind is Date and dialect == "postgresql" else "CAST({} AS text)"
    wrong, free, tried = [], [], 0
    with engine.connect() as connection:
        for table, column, columns, check in forms(engine, kind):
            if dialect == "sqlite" and (table, column) in AT_SEALING:
                continue
            if check is None:
                free.append((table, column))
                continue
            for value in (*good, *bad):
                row = ", ".join(cast.format(f":{one}") + f' AS "{one}"' for one in columns)
                values = {one: value if one == column else good[0] for one in columns}
                asked = text(
                    f"SELECT {check.replace(':', chr(92) + ':')} FROM (SELECT {row}) t".replace("\\:\\:", "::")
                )
                taken = connection.execute(asked, values).scalar()
                tried += 1
                if (taken in (None, True, 1)) != (value in good):
                    wrong.append((table, column, value))
    assert (free, wrong) == ([], [])
    assert tried > 200


@pytest.mark.parametrize("instant", BAD_INSTANTS)
@pytest.mark.parametrize("before", [0, 1])
def test_no_entry_is_sealed_at_an_instant_that_is_none(before: int, instant: str, sqlite_books: Database) -> None:
    attacker = Attacker(sqlite_books)
    for _ in range(before):
        assert attacker.refused(*raw_entry(attacker, TWO)) is None
    told = attacker.refused(*raw_entry(attacker, TWO, recorded_at=instant))
    assert told in {"entry_recorded_instant", "entry_recorded_order", "entry_period_of_date"}
    assert attacker.one("SELECT count(*) FROM entry") == before
    attacker.close()


@pytest.mark.parametrize("day", BAD_DAYS["sqlite"])
def test_no_line_bears_a_day_that_is_none(day: str, sqlite_books: Database) -> None:
    attacker = Attacker(sqlite_books)
    told = attacker.refused(*raw_entry(attacker, [{**line, "date": day} for line in TWO]))
    assert told in {"line_of_its_entry", "entry_line_date"}
    assert attacker.one("SELECT count(*) FROM entry_line") == 0
    attacker.close()


def test_lines_and_entry_do_not_agree_on_a_day_that_is_none(sqlite_books: Database) -> None:
    attacker = Attacker(sqlite_books)
    assert attacker.refused(*raw_entry(attacker, TWO, date="2026-02-30")) == "entry_dates"
    attacker.close()
