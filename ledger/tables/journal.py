"""Sealed entries and their lines, and the drafts that are not in the journal."""

from sqlalchemy import Column, Date, ForeignKey, Integer, Table, Text

from ledger.tables import metadata
from ledger.tables.types import BigInt, Instant

entry = Table(
    "entry",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("book", Text, ForeignKey("book.code"), nullable=False),
    Column("journal", Text, ForeignKey("journal.code"), nullable=False),
    Column("year", Integer, nullable=False),
    Column("number", BigInt, nullable=False),
    Column("period", Integer, nullable=False),
    Column("position", BigInt, nullable=False),
    Column("date", Date, nullable=False),
    Column("document", Text, nullable=False),
    Column("document_date", Date),
    Column("label", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("origin_ref", Text),
    Column("correction", Text),
    Column("corrects", BigInt, ForeignKey("entry.id")),
    Column("replaces", BigInt, ForeignKey("entry.id")),
    Column("transfer", Text),
    Column("peer", BigInt, ForeignKey("entry.id")),
    Column("key", Text),
    Column("recorded_at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("command_id", BigInt, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
)

entry_line = Table(
    "entry_line",
    metadata,
    Column("entry_id", BigInt, ForeignKey("entry.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("book", Text, nullable=False),
    Column("date", Date, nullable=False),
    Column("account", Text, ForeignKey("account.number"), nullable=False),
    Column("debit", BigInt, nullable=False),
    Column("credit", BigInt, nullable=False),
    Column("label", Text),
    Column("reference", Text),
    Column("value_date", Date),
)

draft = Table(
    "draft",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("book", Text, ForeignKey("book.code"), nullable=False),
    Column("date", Date, nullable=False),
    Column("status", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("saved_at", Instant, nullable=False),
    Column("command_id", BigInt, nullable=False),
)
