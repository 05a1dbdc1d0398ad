"""The tables of runs and matches, as SQLAlchemy Core sees them."""

from sqlalchemy import Column, Date, ForeignKey, ForeignKeyConstraint, Integer, Table, Text

from ledger.guards import declare
from ledger.tables import metadata
from ledger.tables.types import BigInt, Instant

declare(
    {
        "match_has_lines": "un rapprochement a des lignes",
        "match_balances": "les deux côtés d'un rapprochement sont égaux au franc",
        "match_of_one_book": "un rapprochement tient les lignes d'un seul livre, et de relevés seulement",
        "match_of_bank_account": "un rapprochement tient des lignes du compte bancaire du livre",
        "match_line_withdrawn": "un rapprochement ne tient pas la ligne d'un relevé retiré",
        "line_matched_once": "une ligne n'est que dans un rapprochement en vigueur",
        "line_on_sealed_match": "un rapprochement enregistré ne reçoit plus de ligne",
        "bank_match_reason": "un rapprochement dit sa raison",
        "match_undo_reason": "une annulation dit son motif",
        "match_proposal_status": "une proposition est simple, ambiguë ou indécise",
        **{
            f"{name}_append_only": "la trace du rapprochement ne change plus"
            for name in ("reconcile_run", "bank_match", "bank_match_line", "bank_match_entry_line", "match_proposal",
                         "match_undo")
        },
    }
)  # fmt: skip

reconcile_run = Table(
    "reconcile_run",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("book", Text, ForeignKey("book.code"), nullable=False),
    Column("until", Date),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("command_id", BigInt, nullable=False),
)

match_proposal = Table(
    "match_proposal",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("run_id", BigInt, ForeignKey("reconcile_run.id"), nullable=False),
    Column("status", Text, nullable=False),
    Column("content", Text, nullable=False),
)

bank_match = Table(
    "bank_match",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("book", Text, ForeignKey("book.code"), nullable=False),
    Column("run_id", BigInt, ForeignKey("reconcile_run.id")),
    Column("pass", Text, nullable=False, key="pass_name"),
    Column("reason", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("nearest_rejected", Text, nullable=False),
    Column("posted_entry", BigInt, ForeignKey("entry.id")),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("command_id", BigInt, nullable=False),
)

bank_match_line = Table(
    "bank_match_line",
    metadata,
    Column("match_id", BigInt, ForeignKey("bank_match.id"), primary_key=True),
    Column("line_id", BigInt, ForeignKey("statement_line.id"), primary_key=True),
)

bank_match_entry_line = Table(
    "bank_match_entry_line",
    metadata,
    Column("match_id", BigInt, ForeignKey("bank_match.id"), primary_key=True),
    Column("entry_id", BigInt, primary_key=True),
    Column("position", Integer, primary_key=True),
    ForeignKeyConstraint(["entry_id", "position"], ["entry_line.entry_id", "entry_line.position"]),
)

match_undo = Table(
    "match_undo",
    metadata,
    Column("match_id", BigInt, ForeignKey("bank_match.id"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("command_id", BigInt, nullable=False),
)
