"""Signed reconciliation statements, as SQLAlchemy Core sees them: the reconciliation writes them, closings read them."""

from sqlalchemy import Column, ForeignKey, Integer, Table, Text

from ledger.tables import metadata
from ledger.tables.types import BigInt, Instant

reconciliation_signoff = Table(
    "reconciliation_signoff",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("book", Text, ForeignKey("book.code"), nullable=False),
    Column("year", Integer, nullable=False),
    Column("month", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("known_entry", BigInt, nullable=False),
    Column("known_command", BigInt, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("command_id", BigInt, nullable=False),
)

reconciliation_signoff_line = Table(
    "reconciliation_signoff_line",
    metadata,
    Column("signoff_id", BigInt, ForeignKey("reconciliation_signoff.id"), primary_key=True),
    Column("line_id", BigInt, primary_key=True),
)

reconciliation_signature = Table(
    "reconciliation_signature",
    metadata,
    Column("signoff_id", BigInt, ForeignKey("reconciliation_signoff.id"), primary_key=True),
    Column("part", Text, primary_key=True),
    Column("person", Text, ForeignKey("app_user.name"), nullable=False),
    Column("algorithm", Text, nullable=False),
    Column("public_key", Text, nullable=False),
    Column("signature", Text, nullable=False),
    Column("signed_at", Instant, nullable=False),
    Column("command_id", BigInt, nullable=False),
)
