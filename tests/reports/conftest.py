"""Sample reports made of invented figures, and the spreadsheet program that recomputes workbooks."""

import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from reports.dataset import Chart, Column, Control, Head, Link, Provenance, Report, Row, Series, Table

BOOKS = {"BF": "Burkina Faso", "ML": "Mali", "NE": "Niger"}
TITLES = (
    ("10111", "Contributions des États au capital de la banque confédérale d'investissement, part libérée"),
    ("40111", "Fournisseurs, créances du gestionnaire"),
    ("44871", "Prélèvement confédéral à recevoir des douanes"),
    ("47111", "Frais et commissions à imputer"),
    ("48132", "Capital appelé, restant à verser"),
    ("52111", "Banque, compte du prélèvement confédéral"),
    ("58510", "Virements internes entre comptes confédéraux"),
    ("70511", "Prélèvement confédéral liquidé"),
)


def francs(key: str, title: str, band: str = "") -> Column:
    return Column(key, title, "francs", total=True, band=band)


def trial_rows() -> list[Row]:
    rows: list[Row] = []
    for place, book in enumerate(BOOKS):
        debit = credit = 0
        for number, (account, title) in enumerate(TITLES):
            amount = (place + 1) * 1_234_567_891 * (number + 1)
            last = number == len(TITLES) - 1
            moved_debit, moved_credit = (amount, amount // 3) if number % 2 else (amount // 4, amount)
            if last:
                moved_debit, moved_credit = max(0, credit - debit), max(0, debit - credit)
            debit, credit = debit + moved_debit, credit + moved_credit
            net = moved_debit - moved_credit
            rows.append((book, account, title, 0, 0, moved_debit, moved_credit, max(net, 0), max(-net, 0)))
    return rows


def trial_table() -> Table:
    columns = (
        Column("book", "Livre"),
        Column("account", "Compte"),
        Column("title", "Intitulé"),
        francs("opening_debit", "Débit", "Soldes d'ouverture"),
        francs("opening_credit", "Crédit", "Soldes d'ouverture"),
        francs("movement_debit", "Débit", "Mouvements"),
        francs("movement_credit", "Crédit", "Mouvements"),
        francs("closing_debit", "Débit", "Soldes de clôture"),
        francs("closing_credit", "Crédit", "Soldes de clôture"),
    )
    return Table(
        "trial",
        "Balance générale",
        columns,
        trial_rows(),
        group_by="book",
        group_titles={code: f"{code} — {name}" for code, name in BOOKS.items()},
        total_label="TOTAL GÉNÉRAL",
        notes=("Montants en francs CFA entiers.",),
    )


def collection_table() -> Table:
    rows: list[Row] = []
    for month in range(1, 13):
        for place, book in enumerate(BOOKS):
            base = (place + 2) * 41_000_000_000 + month * 1_370_000_000
            assessed = base // 200
            collected = assessed - month * 9_000_000
            rows.append(
                (f"2026-{month:02d}", book, base, assessed, collected, assessed - collected, 9_500 + month * 10)
            )
    columns = (
        Column("period", "Mois", "month"),
        Column("book", "Livre"),
        francs("base", "Valeur taxable"),
        francs("assessed", "Prélèvement liquidé"),
        francs("collected", "Prélèvement recouvré"),
        Column("to_collect", "Reste à recouvrer", "francs", total=True, formula="[assessed]-[collected]"),
        Column("rate", "Taux de recouvrement", "percent"),
    )
    return Table("collections", "Recouvrements par mois", columns, rows)


def monthly_table() -> Table:
    rows: list[Row] = []
    source = collection_table().each()
    by_month: dict[str, list[int]] = {}
    for period, book, _, assessed, *_rest in source:
        assert isinstance(assessed, int)
        by_month.setdefault(str(period), []).append(assessed)
        assert book in BOOKS
    for period, amounts in by_month.items():
        rows.append((period, *amounts))
    columns = (Column("period", "Mois", "month"), *(francs(code, name) for code, name in BOOKS.items()))
    links = tuple(Link(number, "period", "collections", target_row=number * 3) for number in range(len(rows)))
    return Table("monthly", "Liquidé par État", columns, rows, links=links)


def make_report(fictional: bool = True) -> Report:
    trial, collections, monthly = trial_table(), collection_table(), monthly_table()
    debit = sum(int(row[5] or 0) for row in trial.each())
    credit = sum(int(row[6] or 0) for row in trial.each())
    assessed = sum(int(row[3] or 0) for row in collections.each())
    series = tuple(Series(code, name) for code, name in BOOKS.items())
    return Report(
        "sample",
        "Balance générale et recouvrements",
        Provenance(
            books="Comptes des trois États",
            period=(date(2026, 1, 1), date(2026, 12, 31)),
            as_of=date(2026, 12, 31),
            as_known="écriture n° 4 812 du 05/01/2027",
            heads=tuple(Head(code, 1_600 + place, f"{place + 1:x}" * 64) for place, code in enumerate(BOOKS)),
            parameters=(("Livre", "tous"), ("Du", "01/01/2026"), ("Au", "31/12/2026")),
            counts=(("Écritures lues", 4_812), ("Lignes lues", 11_903)),
            version="0.1.0",
            fictional=fictional,
        ),
        (monthly, collections, trial),
        subtitle="Exercice 2026",
        charts=(
            Chart("column", "Prélèvement liquidé par État et par mois", "monthly", "period", series, "Mois", "Liquidé"),
            Chart("line", "Évolution du prélèvement liquidé", "monthly", "period", series, "Mois", "Liquidé"),
            Chart(
                "stacked", "Cumul des trois États", "monthly", "period", series, "Mois", "Liquidé", sheet="Graphiques"
            ),
            Chart("bar", "Liquidé au Niger", "monthly", "period", series[2:], "Mois", "Liquidé", sheet="Graphiques"),
        ),
        controls=(
            Control(
                "Mouvements : total des débits = total des crédits",
                "{trial.movement_debit:total}",
                debit,
                "{trial.movement_credit:total}",
                credit,
            ),
            Control(
                "Liquidé : total de l'état = total du grand livre", "SUM({collections.assessed})", assessed, assessed
            ),
            Control(
                "Liquidé : total par État = total par mois",
                "{monthly.BF:total}+{monthly.ML:total}+{monthly.NE:total}",
                assessed,
                "{collections.assessed:total}",
                assessed,
            ),
        ),
    )


@pytest.fixture
def sample_report() -> Report:
    return make_report()


def absent(program: str) -> None:
    """Refuse in continuous integration, where the program must be there; elsewhere say why the test does not run."""
    reason = f"{program} is not installed: the recomputation of the workbooks by a spreadsheet program is NOT tested"
    if os.environ.get("CI", "").lower() in ("true", "1"):
        pytest.fail(reason)
    pytest.skip(reason)


_CALC = "/org.openoffice.Office.Calc/Formula/Load"
_RECALCULATE = f"""<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="{_CALC}"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


@pytest.fixture
def libreoffice(tmp_path: Path) -> Callable[[Path, str], Path]:
    """Open a workbook in LibreOffice, recompute every formula, save it in the format asked for."""
    program = shutil.which("soffice")
    if program is None:
        absent("LibreOffice (soffice)")
    profile, out = tmp_path / "profile", tmp_path / "recomputed"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_RECALCULATE, "utf-8")

    def convert(workbook: Path, extension: str = "xlsx") -> Path:
        command = [str(program), f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", extension]
        subprocess.run([*command, "--outdir", str(out), str(workbook)], check=True, capture_output=True, timeout=180)
        return out / f"{workbook.stem}.{extension}"

    return convert
