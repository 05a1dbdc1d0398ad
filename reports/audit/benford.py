"""First digits of amounts beside the curve of Benford: an indicator that proves nothing."""

from collections.abc import Iterable

from sqlalchemy import and_, select

from ledger.tables.journal import entry, entry_line
from reports.audit.entry_rows import CHUNK, lines_within
from reports.audit.finding import Scope
from reports.dataset import Chart, Column, Row, Series, Table

EXPECTED = (3010, 1761, 1249, 969, 792, 669, 580, 512, 458)
"""Share of each first digit 1 to 9, in hundredths of a percent: log10(1 + 1/d), rounded so that they sum to
10 000."""

ENOUGH = 1_000
"""Fewer amounts than this say nothing."""

SHEET = "Benford"


def first_digits(amounts: Iterable[int]) -> list[int]:
    """How many amounts begin with each digit 1 to 9; the sign does not count, zeros are left out."""
    counts = [0] * 9
    for amount in amounts:
        if amount:
            counts[int(str(abs(amount))[0]) - 1] += 1
    return counts


def shares(counts: list[int]) -> list[int]:
    """Each count over their sum, in hundredths of a percent, rounded to the nearest; zeros when there is none."""
    total = sum(counts)
    return [(count * 20_000 + total) // (2 * total) if total else 0 for count in counts]


def mean_deviation(counts: list[int]) -> int:
    """Mean distance from the curve, in hundredths of a percent."""
    return (sum(abs(share - wanted) for share, wanted in zip(shares(counts), EXPECTED, strict=True)) * 2 + 9) // 18


def benford(scope: Scope) -> tuple[Table, Chart, int, int]:
    """The sheet, its chart, how many amounts were counted and their mean deviation."""
    query = (
        select(entry_line.c.debit)
        .join(entry, entry.c.id == entry_line.c.entry_id)
        .where(and_(lines_within(scope), entry_line.c.debit != 0, entry.c.origin.not_in(("opening", "closing"))))
    )
    amounts = scope.connection.execute(query.execution_options(yield_per=CHUNK)).scalars()
    counts = first_digits(amounts)
    total, found = sum(counts), shares(counts)
    rows: list[Row] = [
        (str(digit), counts[digit - 1], found[digit - 1], EXPECTED[digit - 1], found[digit - 1] - EXPECTED[digit - 1])
        for digit in range(1, 10)
    ]
    deviation = mean_deviation(counts)
    notes = [
        "Indicateur seulement : un écart avec la courbe ne prouve rien, une ressemblance non plus. Des montants "
        "bornés, des tarifs ou des quotes-parts fixes s'en écartent sans qu'il y ait faute. Il dit tout au plus où "
        "regarder d'abord.",
        "Montants au débit (chaque écriture a les mêmes au crédit), signe ignoré, à-nouveaux et clôtures exclus.",
        f"Écart moyen avec la courbe : {deviation // 100},{deviation % 100:02d} point(s) de pourcentage, sur {total} "
        "montants.",
    ]
    notes.append(
        "Repères d'usage pour l'écart moyen des premiers chiffres (Nigrini) : jusqu'à 0,6 point, proche de la courbe ; "
        "jusqu'à 1,2, acceptable ; jusqu'à 1,5, à la limite ; au-delà, éloigné."
    )
    if total < ENOUGH:
        notes.append(f"Moins de {ENOUGH} montants : trop peu pour que la comparaison ait un sens.")
    columns = (
        Column("digit", "Premier chiffre", width=12),
        Column("count", "Montants", "integer", total=True),
        Column("share", "Part observée", "percent", total=False),
        Column("expected", "Part de Benford", "percent"),
        Column("gap", "Écart", "percent"),
    )
    table = Table("benford", SHEET, columns, rows, notes=tuple(notes))
    chart = Chart(
        "column",
        "Premier chiffre des montants : observé et courbe de Benford (indicateur, ne prouve rien)",
        "benford",
        "digit",
        (Series("share", "Observé"), Series("expected", "Benford")),
        "Premier chiffre",
        "Part des montants",
    )
    return table, chart, total, deviation
