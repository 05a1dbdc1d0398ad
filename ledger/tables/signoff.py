"""Signed reconciliation statements: the reconciliation writes them, closings look at their lines."""

from sqlalchemy import Column, ForeignKey, Integer, Table, Text

from ledger.guards import declare
from ledger.tables import metadata
from ledger.tables.types import BigInt, Instant

declare(
    {
        "signoff_month_signed": "un mois signé par deux personnes ne l'est pas une seconde fois",
        "signoff_month_order": "les états de rapprochement se signent mois après mois",
        "signoff_too_early": "un état de rapprochement se signe après la fin du mois",
        "signoff_revision": "les établissements d'un même mois se suivent sans trou",
        "signoff_sealed": "un état de rapprochement établi ne reçoit plus de ligne",
        "signoff_unknown": "une signature porte sur un état établi",
        "signoff_preparer_first": "l'état est établi et signé avant d'être vérifié",
        "signoff_reviewer_differs": "qui vérifie l'état n'est pas qui l'a établi",
        "signoff_date_order": "la vérification n'est pas datée d'avant l'établissement",
        "signoff_superseded": "on ne signe que le dernier établissement d'un mois",
        "signoff_person_role": "le comptable du livre établit ; un comptable ou le contrôleur financier vérifie",
        "signoff_key_of_person": "la clé qui signe est enregistrée au nom de la personne",
        "signoff_month": "un mois va de 1 à 12",
        "signoff_sha256": "un état signé porte l'empreinte de son contenu",
        "signoff_part": "une signature est celle de qui établit ou de qui vérifie",
        "signoff_signature": "une signature Ed25519 a 64 octets",
        "reconciliation_signoff_append_only": "un état de rapprochement signé ne change plus",
        "reconciliation_signoff_line_append_only": "les lignes d'un état de rapprochement signé ne changent plus",
        "reconciliation_signature_append_only": "une signature ne change plus",
    }
)

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
