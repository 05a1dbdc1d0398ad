"""The declarations under the rows of a return, the parts of a long file, and the decisions dated since the opening."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, LargeBinary, Table, Text

from ledger.guards import declare
from ledger.tables import metadata
from ledger.tables.types import BigInt

customs_return_part = Table(
    "customs_return_part",
    metadata,
    Column("return_id", BigInt, ForeignKey("customs_return.id"), primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

customs_declaration = Table(
    "customs_declaration",
    metadata,
    Column("return_id", BigInt, ForeignKey("customs_return.id"), primary_key=True),
    Column("row_position", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("number", Text, nullable=False),
    Column("date", Date, nullable=False),
    Column("importer", Text),
    Column("value", BigInt, nullable=False),
    Column("assessed", BigInt, nullable=False),
    Column("collected", BigInt, nullable=False),
)

levy_decision = Table(
    "levy_decision",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("from_date", Date, nullable=False),
    Column("value", Integer),
    Column("in_force", Boolean, nullable=False),
    Column("title", Text, nullable=False),
    Column("legal_reference", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("retroactive", Boolean, nullable=False),
    Column("replaces", BigInt),
    Column("command_id", BigInt, nullable=False),
)

declare(
    {
        "customs_row_declarations_add_up": "une ligne d'un fichier de déclarations est la somme de ses déclarations",
        "declaration_on_sealed_row": "une ligne d'état enregistrée ne reçoit plus de déclaration",
        "fk_customs_declaration_row": "une déclaration appartient à une ligne d'état enregistrée",
        "customs_declaration_not_negative": "une déclaration a une valeur et des montants positifs ou nuls",
        "customs_declaration_number": "une déclaration en douane a son numéro",
        "customs_part_sequence": "les parties d'un fichier gardé en plusieurs parties se suivent sans trou",
        "customs_part_of_its_act": "un fichier enregistré ne reçoit plus de partie",
        "customs_part_size": "une partie d'un fichier n'est pas vide et ne dépasse pas un mébioctet",
        "levy_decision_sequence": "les décisions sur le prélèvement se suivent sans trou",
        "levy_decision_replaces": "une seule décision en vigueur à chaque date : une autre du même jour la remplace",
        "levy_decision_kind": "une décision fixe un taux, un délai, une exonération ou un jour férié",
        "levy_decision_value": "un taux est de 0 à 100 pour cent, un délai de 0 à 366 jours",
        "levy_decision_book": "un jour férié est celui d'un État de la Confédération",
        "levy_decision_texts": "une décision a son intitulé, sa référence juridique et son motif",
    }
)
