"""What an auditor makes of a monetary-unit sample: differences found, carried over to the whole population."""

from fractions import Fraction

from ledger.money import format_francs
from reports.audit.sampling import MonetaryPlan
from reports.dataset import Column, Row, Table

FACTORS = ((90, Fraction(231, 100)), (95, Fraction(300, 100)), (99, Fraction(461, 100)))
"""Confidence in percent → factor of reliability when no difference is found: −ln(1 − confidence), as printed in the
tables of the Poisson law that auditors use (2,31; 3,00; 4,61)."""

CERTAIN = "Certitude"


def upper_bound(plan: MonetaryPlan, factor: Fraction) -> int:
    """Francs by which the drawn part may be overstated when the sample shows nothing: factor × interval, rounded up.

    The items taken for certain add nothing: each of them is seen whole.
    """
    found = plan.interval * factor
    return -(-found.numerator // found.denominator)


def bounds(plan: MonetaryPlan) -> list[tuple[str, str]]:
    """The bounds as parameters of the sheet, by confidence."""
    return [
        (
            f"Si aucun écart n'est constaté : surévaluation au plus, confiance {confidence} %",
            f"{format_francs(upper_bound(plan, factor))} francs",
        )
        for confidence, factor in FACTORS
    ]


def evaluation_table(rows: list[Row], plan: MonetaryPlan) -> Table:
    """The sheet « Évaluation »: the auditor writes the amount found, the difference is carried over by formulas.

    `rows` are (order, line, reason, hits, amount). A difference on a line taken for certain counts once; on a line that
    was drawn, its part of the line's amount counts for a whole interval each time the line was reached.
    """
    interval = plan.interval
    share = f"[gap]*{interval.numerator}*[hits]/({interval.denominator}*[amount])"
    columns = (
        Column("order", "N° de tirage", "integer", width=9),
        Column("line", "Ligne d'écriture", width=24),
        Column("reason", "Motif", width=22),
        Column("hits", "Atteintes", "integer", width=11),
        Column("amount", "Montant inscrit", "francs", width=20, total=True),
        Column("audited", "Montant audité", "francs", width=20),
        Column("gap", "Écart", "francs", width=20, total=True, formula="IF(ISNUMBER([audited]),[amount]-[audited],0)"),
        Column(
            "projected",
            "Écart extrapolé",
            "francs",
            width=22,
            total=True,
            formula=f'IF([reason]="{CERTAIN}",[gap],ROUND({share},0))',
        ),
    )
    filled: list[Row] = [(*row, None, 0, 0) for row in rows]
    notes = (
        "À remplir : « Montant audité ». Un écart positif est une surévaluation. Ligne prise avec certitude : l'écart "
        "compte pour lui-même ; ligne tirée : sa part du montant de la ligne compte pour un pas entier, à chaque "
        "atteinte.",
        "Le total extrapolé est l'estimation la plus probable ; la borne supérieure y ajoute la précision de base "
        "(feuille « Méthode ») et, pour chaque écart constaté, le supplément de la table de Poisson.",
    )
    return Table("evaluation", "Évaluation", columns, filled, notes=notes)
