"""The levy: what the law says at each date, and what customs declare office by office and month by month."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, ForeignKeyConstraint, Integer, LargeBinary, Table, Text

from ledger.guards import declare
from ledger.tables import metadata
from ledger.tables.types import BigInt, Instant

levy_rate = Table(
    "levy_rate",
    metadata,
    Column("from_date", Date, primary_key=True),
    Column("per_ten_thousand", Integer, nullable=False),
    Column("legal_reference", Text, nullable=False),
    Column("status", Text, nullable=False),
)

levy_deadline = Table(
    "levy_deadline",
    metadata,
    Column("from_date", Date, primary_key=True),
    Column("days", Integer, nullable=False),
    Column("legal_reference", Text, nullable=False),
    Column("status", Text, nullable=False),
)

levy_exemption = Table(
    "levy_exemption",
    metadata,
    Column("code", Text, primary_key=True),
    Column("from_date", Date, primary_key=True),
    Column("in_force", Boolean, nullable=False),
    Column("title", Text, nullable=False),
    Column("legal_reference", Text, nullable=False),
    Column("status", Text, nullable=False),
)

customs_return = Table(
    "customs_return",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("sha256", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("row_count", Integer, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("command_id", BigInt, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

customs_return_row = Table(
    "customs_return_row",
    metadata,
    Column("return_id", BigInt, ForeignKey("customs_return.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("state", Text, nullable=False),
    Column("office", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("exemption", Text, nullable=False),
    Column("declarations", BigInt, nullable=False),
    Column("value", BigInt, nullable=False),
    Column("assessed", BigInt, nullable=False),
    Column("collected", BigInt, nullable=False),
    Column("remitted", BigInt, nullable=False),
    Column("reference", Text),
    Column("remitted_on", Date),
    ForeignKeyConstraint(
        ["state", "office", "period", "revision"],
        ["customs_month.state", "customs_month.office", "customs_month.period", "customs_month.revision"],
    ),
)

customs_month = Table(
    "customs_month",
    metadata,
    Column("state", Text, ForeignKey("book.code"), primary_key=True),
    Column("office", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("return_id", BigInt, ForeignKey("customs_return.id"), nullable=False),
    Column("row_count", Integer, nullable=False),
    Column("assessed", BigInt, nullable=False),
    Column("collected", BigInt, nullable=False),
    Column("remitted", BigInt, nullable=False),
    Column("entry_id", BigInt, ForeignKey("entry.id")),
)

declare(
    {
        "customs_month_revision_gap": "les versions d'un bureau et d'un mois se suivent sans trou",
        "customs_month_rows_add_up": "une version d'un bureau et d'un mois est la somme de ses lignes",
        "customs_month_entry": "le total liquidé est celui d'une écriture de liquidation en vigueur du même État",
        "customs_month_previous_corrected": "la liquidation précédente est corrigée avant d'être remplacée",
        "customs_month_rows": "une version d'un bureau et d'un mois a au moins une ligne",
        "customs_row_on_sealed_month": "une version scellée ne reçoit plus de ligne",
        "customs_row_exemption_known": "le code d'exonération existe",
        "customs_row_not_negative": "un état donne des totaux positifs ou nuls",
        "customs_row_exempt_pays_nothing": "une valeur exonérée ne donne aucun prélèvement",
        "assessment_corrected_by_return": "une liquidation ne se corrige que par un état rectifié",
        "fk_customs_return_row_month": "une ligne d'état appartient à une version scellée",
    }
)
