"""Months and years: their closings, reopenings and the totals written when a month is closed."""

from sqlalchemy import Column, Date, ForeignKey, Integer, Table, Text

from ledger.tables import metadata
from ledger.tables.types import BigInt, Instant

period_event = Table(
    "period_event",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("book", Text, ForeignKey("book.code"), nullable=False),
    Column("year", Integer, nullable=False),
    Column("period", Integer, nullable=False),
    Column("action", Text, nullable=False),
    Column("reason", Text),
    Column("known_entry", BigInt, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("command_id", BigInt, nullable=False),
)

closed_total = Table(
    "closed_total",
    metadata,
    Column("event_id", BigInt, ForeignKey("period_event.id"), primary_key=True),
    Column("account", Text, ForeignKey("account.number"), primary_key=True),
    Column("debit", BigInt, nullable=False),
    Column("credit", BigInt, nullable=False),
)

year_event = Table(
    "year_event",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("book", Text, ForeignKey("book.code"), nullable=False),
    Column("year", Integer, nullable=False),
    Column("action", Text, nullable=False),
    Column("entry_id", BigInt, ForeignKey("entry.id")),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("command_id", BigInt, nullable=False),
)

takeover_end = Table(
    "takeover_end",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("until", Date, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("command_id", BigInt, nullable=False),
)
