"""Books, chart of accounts, bound bank accounts, journals."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, Table, Text

from ledger.tables import metadata
from ledger.tables.types import BigInt, Instant

ledger_info = Table(
    "ledger_info",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("fictional", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("chart", Text, nullable=False),
)

book = Table(
    "book",
    metadata,
    Column("code", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("rank", Integer, nullable=False),
)

journal = Table(
    "journal",
    metadata,
    Column("code", Text, primary_key=True),
    Column("title", Text, nullable=False),
)

account = Table(
    "account",
    metadata,
    Column("number", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("book", Text, ForeignKey("book.code")),
    Column("postable", Boolean, nullable=False),
    Column("pairing", Text),
    Column("suspense", Boolean, nullable=False),
    Column("to_confirm", Boolean, nullable=False),
    Column("chart", Text, nullable=False),
)

account_event = Table(
    "account_event",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("account", Text, ForeignKey("account.number"), nullable=False),
    Column("action", Text, nullable=False),
    Column("from_date", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("command_id", BigInt, nullable=False),
)

account_crosswalk = Table(
    "account_crosswalk",
    metadata,
    Column("account", Text, ForeignKey("account.number"), primary_key=True),
    Column("plan", Text, primary_key=True),
    Column("number", Text, nullable=False),
    Column("title", Text),
)

bank_account = Table(
    "bank_account",
    metadata,
    Column("iban", Text, primary_key=True),
    Column("book", Text, ForeignKey("book.code"), nullable=False),
    Column("account", Text, ForeignKey("account.number"), nullable=False),
    Column("currency", Text, nullable=False),
    Column("bank", Text),
    Column("command_id", BigInt, nullable=False),
)

bank_account_alias = Table(
    "bank_account_alias",
    metadata,
    Column("alias", Text, primary_key=True),
    Column("iban", Text, ForeignKey("bank_account.iban"), nullable=False),
    Column("command_id", BigInt, nullable=False),
)
