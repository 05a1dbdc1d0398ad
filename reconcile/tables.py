"""The tables of bank statements, as SQLAlchemy Core sees them."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, LargeBinary, Table, Text

from ledger.guards import declare
from ledger.tables import metadata
from ledger.tables.types import BigInt, Instant

declare(
    {
        "statement_lines_counted": "un relevé a toutes ses lignes",
        "statement_balances": "solde initial + lignes = solde final",
        "statement_account_bound": "un relevé est celui d'un compte rattaché au livre",
        "line_on_sealed_statement": "un relevé enregistré ne reçoit plus de ligne",
        "statement_kind": "un document de la banque est un relevé ou un avis",
        "statement_currency": "les comptes sont tenus en francs CFA",
        "statement_proven_balances": "un relevé prouvé donne ses deux soldes",
        "statement_file_sha256": "un fichier de la banque porte son empreinte",
        "statement_line_digits": "un montant a quinze chiffres au plus",
        "statement_line_edition": "une ligne de relevé porte son édition, à partir de zéro",
        "line_edition": "une ligne ne revient qu'après le retrait du relevé qui l'avait apportée, à l'édition suivante",
        "line_again_withdrawn": "un relevé ne redonne pas une ligne d'un relevé retiré",
        "statement_withdrawal_reason": "un retrait dit son motif",
        "statement_withdrawal_append_only": "le retrait d'un relevé ne change plus",
        "withdrawal_statement_unknown": "un retrait est celui d'un relevé importé",
        "withdrawal_line_matched": "un relevé se retire quand aucune de ses lignes n'est rapprochée ni imputée",
        "withdrawal_line_posted": "un relevé se retire quand les écritures passées pour ses lignes sont corrigées",
        "withdrawal_month_signed": "un relevé sur lequel repose un état signé ne se retire pas",
        "withdrawal_month_closed": "un relevé sur la foi duquel un mois a été clos ne se retire pas",
        **{
            f"{name}_append_only": "ce que la banque a envoyé ne change plus"
            for name in ("statement_file", "statement", "statement_line", "statement_line_again", "statement_profile")
        },
    }
)

statement_file = Table(
    "statement_file",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("command_id", BigInt, nullable=False),
)

statement_profile = Table(
    "statement_profile",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("name", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("command_id", BigInt, nullable=False),
)

statement = Table(
    "statement",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("file_id", BigInt, ForeignKey("statement_file.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("book", Text, ForeignKey("book.code"), nullable=False),
    Column("iban", Text, ForeignKey("bank_account.iban"), nullable=False),
    Column("account", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("number", Text),
    Column("start_date", Date),
    Column("end_date", Date),
    Column("opening", BigInt),
    Column("closing", BigInt),
    Column("proven", Boolean, nullable=False),
    Column("line_count", Integer, nullable=False),
    Column("notes", Text, nullable=False),
    Column("command_id", BigInt, nullable=False),
)

statement_line = Table(
    "statement_line",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("statement_id", BigInt, ForeignKey("statement.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("book", Text, nullable=False),
    Column("iban", Text, ForeignKey("bank_account.iban"), nullable=False),
    Column("booking_date", Date, nullable=False),
    Column("value_date", Date),
    Column("amount", BigInt, nullable=False),
    Column("reversal", Boolean, nullable=False),
    Column("bank_reference", Text),
    Column("customer_reference", Text),
    Column("type", Text),
    Column("counterparty", Text),
    Column("label", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("notes", Text, nullable=False),
    Column("identity", Text, nullable=False),
    Column("occurrence", Integer, nullable=False),
    Column("back_dated", Boolean, nullable=False),
    Column("edition", Integer, nullable=False, server_default="0"),
)

statement_line_again = Table(
    "statement_line_again",
    metadata,
    Column("statement_id", BigInt, ForeignKey("statement.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("line_id", BigInt, ForeignKey("statement_line.id"), nullable=False),
)

statement_withdrawal = Table(
    "statement_withdrawal",
    metadata,
    Column("statement_id", BigInt, ForeignKey("statement.id"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("command_id", BigInt, nullable=False),
)
