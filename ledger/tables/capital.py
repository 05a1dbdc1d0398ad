"""The capital register: terms of the capital, acts of the shareholder States, receipts of the bank."""

from sqlalchemy import Column, Date, ForeignKey, Integer, Table, Text

from ledger.guards import declare
from ledger.tables import metadata
from ledger.tables.types import BigInt, Instant

capital_terms = Table(
    "capital_terms",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("from_date", Date, nullable=False),
    Column("total", BigInt, nullable=False),
    Column("paid_by", Date, nullable=False),
    Column("legal_reference", Text, nullable=False),
    Column("command_id", BigInt),
)

capital_act = Table(
    "capital_act",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, ForeignKey("book.code"), nullable=False),
    Column("amount", BigInt, nullable=False),
    Column("date", Date, nullable=False),
    Column("due", Date),
    Column("reference", Text, nullable=False),
    Column("source", Text),
    Column("book", Text, ForeignKey("book.code"), nullable=False),
    Column("entry_id", BigInt, ForeignKey("entry.id"), nullable=False),
    Column("source_entry", BigInt),
    Column("source_position", Integer),
    Column("payment_order", Text),
    Column("cancels", BigInt, ForeignKey("capital_act.id")),
    Column("reason", Text),
    Column("known_entry", BigInt, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("command_id", BigInt, nullable=False),
)

capital_receipt = Table(
    "capital_receipt",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("act_id", BigInt, ForeignKey("capital_act.id"), nullable=False),
    Column("receipt", Text, nullable=False),
    Column("date", Date, nullable=False),
    Column("sha256", Text),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("command_id", BigInt, nullable=False),
)

declare(
    {
        "capital_terms_missing": "le capital de la banque est fixé à la date de la souscription",
        "capital_cancel_mirrors": "une annulation reprend, en négatif, un acte du registre du capital",
        "capital_oversubscribed": "les souscriptions ne dépassent le capital à aucune date",
        "capital_called_beyond_subscribed": "un État n'est à aucune date appelé au-delà de sa souscription",
        "capital_paid_beyond_called": "un État n'a à aucune date libéré plus que ce qui est appelé",
        "capital_entry_differs": "l'écriture d'un acte du capital est dans le livre de l'État, du même montant",
        "capital_source_differs": "un versement sur le prélèvement vise une ligne au débit de 48132, du même montant",
        "capital_source_once": "une ligne de 48132 ne justifie qu'un versement",
        "capital_entry_once": "une écriture ne porte qu'un acte du capital",
        "capital_terms_below_subscribed": "le capital fixé n'est pas inférieur aux souscriptions",
        "capital_receipt_of_payment": "un reçu de la banque porte sur un versement",
        "capital_amount": "un montant du registre du capital est positif, ou négatif dans une annulation",
        "capital_due": "l'échéance d'un appel ne précède pas sa date",
        "capital_source": "un versement dit sa source : prélèvement ou budget",
        "capital_source_line": "un versement sur le prélèvement nomme sa ligne d'écriture",
        "uq_capital_act_reference": "la référence d'un acte du capital ne sert qu'une fois par État et par nature",
        "uq_capital_act_cancels": "un acte du capital n'est annulé qu'une fois",
    }
)
