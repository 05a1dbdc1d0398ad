"""The declarations under the totals: one row per office and month that gave them, then the odd ones one by one."""

from collections.abc import Iterable, Sequence

from ledger.levy.chain import Collection
from ledger.levy.declared import FAULT_TITLES, DeclarationRow
from reports.common import book_title, francs
from reports.dataset import Column, Row, Table

ODD_MAX = 5_000
"""A sheet that a person reads; the whole list is « pcaes collection declarations --anomalies --out »."""


def declared_table(rows: Iterable[Collection]) -> Table:
    """What the declarations of each office's month add up to, beside the total that the last return states."""
    body: list[Row] = []
    for row in rows:
        one = row.declared
        if one is not None:
            body.append(
                (
                    row.book, row.office, row.period, one.lines, one.base, one.exempt_base, one.assessed, one.expected,
                    one.assessed - one.expected, row.assessed, row.assessed - one.assessed, one.rate_lines or None,
                    one.rounded_lines or None, one.date_lines or None, one.over_lines or None, one.twice_lines or None,
                )
            )  # fmt: skip
    return Table(
        "declared",
        "Déclarations en douane",
        (
            Column("book", "État"),
            Column("office", "Bureau"),
            Column("period", "Mois", "month"),
            Column("lines", "Déclarations", "integer", total=True),
            francs("base", "Base imposable", "Somme des déclarations"),
            francs("exempt_base", "Valeur exonérée", "Somme des déclarations"),
            francs("assessed", "Liquidé", "Somme des déclarations"),
            francs("expected", "Attendu", "Somme des déclarations"),
            francs("difference", "Liquidé − attendu", formula="[assessed]-[expected]"),
            francs("stated", "Liquidé au dernier état"),
            francs("apart", "État − déclarations", formula="[stated]-[assessed]"),
            Column("rate", "Autre taux", "integer", total=True, band="Déclarations à regarder"),
            Column("rounded", "Arrondi", "integer", total=True, band="Déclarations à regarder"),
            Column("date", "Hors du mois", "integer", total=True, band="Déclarations à regarder"),
            Column("over", "Trop recouvré", "integer", total=True, band="Déclarations à regarder"),
            Column("twice", "En double", "integer", total=True, band="Déclarations à regarder"),
        ),
        body,
        group_by="book",
        group_titles={str(row[0]): book_title(str(row[0])) for row in body},
        notes=(
            "Attendu : valeur de chaque déclaration × taux en vigueur à sa date, arrondi au franc déclaration par "
            "déclaration.",
            "Toutes les déclarations : pcaes collection declarations --out FICHIER.csv.",
        ),
        sheet="Déclarations",
    )


def odd_table(rows: Sequence[DeclarationRow], more: bool) -> Table:
    """The declarations that deserve a look, with the file and the line where each stands."""
    body: list[Row] = [
        (
            one.state, one.office, one.period, one.exemption or None, one.number, one.date, one.importer, one.value,
            one.assessed, one.expected, one.assessed - one.expected, one.collected,
            ", ".join(FAULT_TITLES[fault] for fault in one.faults), one.file, one.line,
        )
        for one in rows
    ]  # fmt: skip
    return Table(
        "odd",
        "Déclarations à regarder",
        (
            Column("book", "État"),
            Column("office", "Bureau"),
            Column("period", "Mois", "month"),
            Column("exemption", "Code"),
            Column("number", "Déclaration"),
            Column("date", "Date", "date"),
            Column("importer", "Importateur", width=26),
            francs("value", "Valeur en douane"),
            francs("assessed", "Liquidé"),
            francs("expected", "Attendu"),
            francs("difference", "Écart", formula="[assessed]-[expected]"),
            francs("collected", "Recouvré"),
            Column("why", "Constat", width=22),
            Column("file", "Fichier", width=22),
            Column("line", "Ligne", "integer"),
        ),
        body,
        total_label=None,
        notes=(f"Les {ODD_MAX} premières ; toutes : pcaes collection declarations --anomalies --out.",) if more else (),
        sheet="Déclarations à regarder",
    )
