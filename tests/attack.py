"""Raw SQL against the guards: a plain connection without the product, foreign keys off on SQLite."""

import sqlite3
from typing import Any

import psycopg
from databases import Database
from sqlalchemy.engine import make_url

from ledger.guards import guard_name

ZERO = "0" * 64
AT = "2026-04-02T12:00:00.000000Z"


class Sql(str):
    """SQL that stands for a value."""

    __slots__ = ()


NEXT = Sql("(SELECT coalesce(max(id), 0) + 1 FROM command_log)")
"""The command under way: its own row comes after those that it writes."""


class Attacker:
    """Somebody who reaches the database with any client."""

    def __init__(self, database: Database, owner: bool = False) -> None:
        self.backend = database.backend
        url = make_url(database.owner_url if owner else database.url)
        self.connection: Any
        if self.backend == "sqlite":
            self.connection = sqlite3.connect(str(url.database))
        else:
            self.connection = psycopg.connect(host=url.query["host"], user=url.username, dbname=url.database)

    def run(self, *statements: str) -> None:
        """All of them in one transaction."""
        try:
            for statement in statements:
                self.connection.execute(statement)
            self.connection.commit()
        except Exception:
            self.connection.rollback()
            raise

    def one(self, query: str) -> Any:
        """The first value of a query."""
        row = self.connection.execute(query).fetchone()
        self.connection.rollback()
        return row[0] if row else None

    def column(self, table: str) -> str:
        """The name of a table's first column."""
        cursor = self.connection.execute(f"SELECT * FROM {table}")
        name = str(cursor.description[0][0])
        cursor.close()
        self.connection.rollback()
        return name

    def refused(self, *statements: str) -> str | None:
        """The name of the guard that refuses the statements, or None when they pass."""
        try:
            self.run(*statements)
        except (sqlite3.Error, psycopg.Error) as error:
            return guard_name(error) or str(error)
        return None

    def close(self) -> None:
        """Leave."""
        self.connection.close()


def literal(value: Any) -> str:
    """A value as SQL text."""
    if value is None:
        return "NULL"
    if isinstance(value, Sql):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    return str(value) if isinstance(value, (int, float)) else "'" + str(value).replace("'", "''") + "'"


def insert(table: str, verb: str = "INSERT", **values: Any) -> str:
    """One INSERT statement."""
    return f"{verb} INTO {table} ({', '.join(values)}) VALUES ({', '.join(literal(v) for v in values.values())})"


HEAD = Sql(f"coalesce((SELECT hash FROM command_log ORDER BY id DESC LIMIT 1), '{ZERO}')")


TOTALS = (
    "INSERT INTO closed_total (event_id, account, debit, credit) SELECT p.id, l.account, sum(l.debit), sum(l.credit)"
    " FROM period_event p JOIN entry e ON e.book = p.book AND e.year = p.year AND e.period = p.period"
    " JOIN entry_line l ON l.entry_id = e.id WHERE p.id = (SELECT max(id) FROM period_event) GROUP BY p.id, l.account"
)
"""The totals of the last closing."""


def command(at: str = AT, actor: str = "attaquant", **fields: Any) -> str:
    """The row that ends the command under way, in its place in the chain."""
    row = {
        "id": NEXT, "at": at, "actor": actor, "command": "raw", "fingerprint": "f", "outcome": "done", "answer": "{}",
        "written": "{}", "previous_hash": HEAD, "hash": "c" * 64,
    }  # fmt: skip
    return insert("command_log", **{**row, **fields})


def raw_entry(attacker: Attacker, lines: list[dict[str, Any]], **fields: Any) -> list[str]:
    """The statements of an entry as the kernel would write it, but for `fields` and what the lines say."""
    book, day = fields.get("book", "BF"), str(fields.get("date", "2026-04-01"))
    journal, year = fields.get("journal", "OD"), int(day[:4])
    row = {
        "id": attacker.one("SELECT coalesce(max(id), 0) + 1 FROM entry"),
        "book": book,
        "journal": journal,
        "year": year,
        "number": attacker.one(
            f"SELECT coalesce(max(number), 0) + 1 FROM entry WHERE book = '{book}' AND journal = '{journal}'"
            f" AND year = {year}"
        ),
        "period": int(day[5:7]),
        "position": attacker.one(f"SELECT coalesce(max(position), 0) + 1 FROM entry WHERE book = '{book}'"),
        "date": day,
        "document": "P-1",
        "label": "Attaque",
        "origin": "direct",
        "recorded_at": "2026-04-02T12:00:00.000000Z",
        "actor": "attaquant",
        "command_id": 1,
        "previous_hash": attacker.one(f"SELECT hash FROM entry WHERE book = '{book}' ORDER BY position DESC LIMIT 1")
        or ZERO,
        "hash": "f" * 64,
        **fields,
    }
    own = [
        insert(
            "entry_line",
            **{"entry_id": row["id"], "position": place, "book": book, "date": day, "debit": 0, "credit": 0, **line},
        )
        for place, line in enumerate(lines, start=1)
    ]
    return [*own, insert("entry", **row)]
