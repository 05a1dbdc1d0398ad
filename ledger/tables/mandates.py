"""Mandates of the authorising officer, keys, and the records of handover."""

from sqlalchemy import Column, ForeignKey, Table, Text

from ledger.tables import metadata
from ledger.tables.types import BigInt, Instant

mandate = Table(
    "mandate",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("state", Text, ForeignKey("book.code"), nullable=False),
    Column("person", Text, ForeignKey("app_user.name"), nullable=False),
    Column("start_at", Instant, nullable=False),
    Column("act", Text, nullable=False),
    Column("public_key", Text),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("command_id", BigInt, nullable=False),
)

signing_key = Table(
    "signing_key",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("person", Text, ForeignKey("app_user.name"), nullable=False),
    Column("algorithm", Text, nullable=False),
    Column("public_key", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("command_id", BigInt, nullable=False),
)

signing_key_event = Table(
    "signing_key_event",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("key_id", BigInt, ForeignKey("signing_key.id"), nullable=False),
    Column("action", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("command_id", BigInt, nullable=False),
)

handover_record = Table(
    "handover_record",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("predecessor_id", BigInt, ForeignKey("mandate.id"), nullable=False),
    Column("successor_id", BigInt, ForeignKey("mandate.id"), nullable=False),
    Column("cut_off", Instant, nullable=False),
    Column("content", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("absence", Text),
    Column("witness_one", Text),
    Column("witness_two", Text),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("command_id", BigInt, nullable=False),
)

handover_signature = Table(
    "handover_signature",
    metadata,
    Column("record_id", BigInt, ForeignKey("handover_record.id"), primary_key=True),
    Column("part", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("public_key", Text, nullable=False),
    Column("signature", Text, nullable=False),
    Column("reservations", Text, nullable=False),
    Column("signed_at", Instant, nullable=False),
    Column("command_id", BigInt, nullable=False),
)
