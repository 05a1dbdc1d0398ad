"""Users and the log of every command: done or refused."""

from sqlalchemy import Column, ForeignKey, Table, Text

from ledger.guards import declare
from ledger.tables import metadata
from ledger.tables.types import BigInt, Instant

app_user = Table(
    "app_user",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("book", Text, ForeignKey("book.code")),
    Column("nationality", Text),
    Column("command_id", BigInt, nullable=False),
)

user_event = Table(
    "user_event",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("user_name", Text, ForeignKey("app_user.name"), nullable=False),
    Column("action", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("command_id", BigInt, nullable=False),
)

command_log = Table(
    "command_log",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("command", Text, nullable=False),
    Column("key", Text),
    Column("fingerprint", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("code", Text),
    Column("answer", Text, nullable=False),
    Column("written", Text),
    Column("previous_hash", Text),
    Column("hash", Text),
)

reference_seal = Table(
    "reference_seal",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("content", Text, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
)

declare(
    {
        "command_previous_hash": "chaque commande porte l'empreinte de la précédente",
        "command_hash": "une commande scellée porte son empreinte, celle de la précédente et celles de ses lignes",
        "reference_previous_hash": "chaque sceau des tables de référence porte l'empreinte du précédent",
        "reference_seal_append_only": "les sceaux des tables de référence ne changent ni ne s'effacent",
    }
)
