"""Payment orders, what was done to them and on which rules. An order has no stage column: its last event says it."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, LargeBinary, Table, Text

from ledger.tables import metadata
from ledger.tables.types import BigInt, Instant

order_rule = Table(
    "order_rule",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("start_on", Date, nullable=False),
    Column("amount", BigInt),
    Column("visas", Integer),
    Column("sequence", Text),
    Column("act", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("command_id", BigInt, nullable=False),
)

order_rule_end = Table(
    "order_rule_end",
    metadata,
    Column("rule_id", BigInt, ForeignKey("order_rule.id"), primary_key=True),
    Column("end_on", Date, nullable=False),
    Column("act", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("command_id", BigInt, nullable=False),
)

order_move = Table(
    "order_move",
    metadata,
    Column("sequence", Text, primary_key=True),
    Column("level", Text, nullable=False),
    Column("source", Text, primary_key=True),
    Column("act", Text, primary_key=True),
    Column("target", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("posts", Text),
    Column("reason", Boolean, nullable=False),
    Column("signed", Boolean, nullable=False),
)

check_item = Table(
    "check_item",
    metadata,
    Column("code", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("family", Text, nullable=False),
    Column("excepted", Boolean, nullable=False),
    Column("computed", Boolean, nullable=False),
    Column("source", Text, nullable=False),
)

payment_order = Table(
    "payment_order",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("rank", BigInt, nullable=False),
    Column("number", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("payee_name", Text, nullable=False),
    Column("payee_iban", Text, nullable=False),
    Column("amount", BigInt, nullable=False),
    Column("currency", Text, nullable=False),
    Column("account", Text, ForeignKey("account.number"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("reissues", Text, ForeignKey("payment_order.number")),
    Column("on_behalf_of", Text, ForeignKey("book.code")),
    Column("sequence", Text, nullable=False),
    Column("key", Text),
    Column("created_at", Instant, nullable=False),
    Column("actor", Text, ForeignKey("app_user.name"), nullable=False),
    Column("command_id", BigInt, nullable=False),
)

order_charge = Table(
    "order_charge",
    metadata,
    Column("order_id", BigInt, ForeignKey("payment_order.id"), primary_key=True),
    Column("book", Text, ForeignKey("book.code"), primary_key=True),
    Column("amount", BigInt, nullable=False),
)

document_file = Table(
    "document_file",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    Column("command_id", BigInt, nullable=False),
)

order_document = Table(
    "order_document",
    metadata,
    Column("order_id", BigInt, ForeignKey("payment_order.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("sha256", Text, ForeignKey("document_file.sha256"), nullable=False),
    Column("size", BigInt, nullable=False),
)

order_event = Table(
    "order_event",
    metadata,
    Column("order_id", BigInt, ForeignKey("payment_order.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("book", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("person", Text, ForeignKey("app_user.name"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("reason", Text),
    Column("mandate_id", BigInt, ForeignKey("mandate.id")),
    Column("command_id", BigInt, nullable=False),
)

order_signature = Table(
    "order_signature",
    metadata,
    Column("order_id", BigInt, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("signed_at", Instant, nullable=False),
    Column("mandate_id", BigInt, ForeignKey("mandate.id"), nullable=False),
    Column("algorithm", Text, nullable=False),
    Column("public_key", Text, nullable=False),
    Column("signature", Text, nullable=False),
    Column("canonical_sha256", Text, nullable=False),
    Column("command_id", BigInt, nullable=False),
)

order_check = Table(
    "order_check",
    metadata,
    Column("order_id", BigInt, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("code", Text, ForeignKey("check_item.code"), primary_key=True),
    Column("passed", Boolean, nullable=False),
    Column("person", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("command_id", BigInt, nullable=False),
)

order_entry = Table(
    "order_entry",
    metadata,
    Column("entry_id", BigInt, ForeignKey("entry.id"), primary_key=True),
    Column("order_id", BigInt, nullable=False),
    Column("position", Integer, nullable=False),
    Column("command_id", BigInt, nullable=False),
)

payment_file = Table(
    "payment_file",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("book", Text, ForeignKey("book.code"), nullable=False),
    Column("execution", Date, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("command_id", BigInt, nullable=False),
)

payment_file_charge = Table(
    "payment_file_charge",
    metadata,
    Column("message_id", Text, ForeignKey("payment_file.message_id"), primary_key=True),
    Column("order_id", BigInt, primary_key=True),
    Column("book", Text, primary_key=True),
    Column("occurrence", Integer, nullable=False),
)

payment_file_recall = Table(
    "payment_file_recall",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("order_id", BigInt, primary_key=True),
    Column("book", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("bank_reference", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("command_id", BigInt, nullable=False),
)
