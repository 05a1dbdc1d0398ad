"""The tables of the report on collections: by State, by month, in detail, arrears, anomalies, exemptions, the law."""

from collections.abc import Iterable, Sequence

from ledger.age import AGES, age_place, spread
from ledger.book import BOOKS
from ledger.levy.anomalies import TITLES as ANOMALY_TITLES
from ledger.levy.anomalies import Anomaly
from ledger.levy.arrears import STAGES, Arrear
from ledger.levy.chain import TRANSIT_DAYS, Collection
from ledger.levy.exemptions import ExemptRow
from ledger.levy.law import STATUS, LevyLaw
from reports.common import TITLES, book_title, francs
from reports.dataset import Column, Row, Table

CAUSES = (
    ("not_collected", "Non recouvré"),
    ("not_remitted", "Recouvré non reversé"),
    ("in_transit", "En route vers la banque"),
    ("unexplained", "Inexpliqué"),
)
"""Why what was assessed is not on the account; together they make the whole gap."""

CHAIN = (("assessed", "Liquidé"), ("collected", "Recouvré"), ("remitted", "Reversé"), ("credited", "Crédité"))
UNNAMED = "Sans référence connue"
GROUPS = {code: book_title(code) for code in BOOKS}


def states_table(rows: Sequence[Collection], late: Sequence[Arrear], books: Sequence[str]) -> Table:
    """One row per State: base, the chain, what is left to collect and to remit, what of it is late."""
    body: list[Row] = []
    for code in books:
        own = [row for row in rows if row.book == code and row.office is not None]
        names = ("base", "exempt_base", "expected", *(key for key, _ in CHAIN))
        sums = [sum(getattr(row, name) for row in own) for name in names]
        assessed, collected, remitted = sums[3:6]
        overdue = sum(one.amount for one in late if one.book == code and one.stage == "to_remit")
        body.append((TITLES[code], *sums, assessed - collected, collected - remitted, overdue))
    return Table(
        "states",
        "Par État",
        (
            Column("name", "État"),
            francs("base", "Base imposable"),
            francs("exempt_base", "Valeur exonérée"),
            francs("expected", "Attendu"),
            *(francs(key, title, "Chaîne du prélèvement") for key, title in CHAIN),
            francs("to_collect", "Reste à recouvrer", formula="[assessed]-[collected]"),
            francs("to_remit", "Reste à reverser", formula="[collected]-[remitted]"),
            francs("overdue", "Dont échu à reverser"),
        ),
        body,
        notes=(
            "Attendu : base imposable × taux en vigueur à la fin du mois, arrondi au franc sur le total du mois ; "
            "déclaration par déclaration, au taux de sa date, quand elles sont données.",
        ),
        sheet="Synthèse",
    )


def causes_table(rows: Sequence[Collection], books: Sequence[str]) -> Table:
    """One row per State: the gap between assessed and credited by cause, and what bears no reference."""
    body: list[Row] = []
    for code in books:
        own = [row for row in rows if row.book == code and row.office is not None]
        parts = [sum(getattr(row, key) for row in own) for key, _ in CAUSES]
        unnamed = sum(row.credited for row in rows if row.book == code and row.office is None)
        body.append((TITLES[code], *parts, sum(parts), unnamed))
    return Table(
        "causes",
        "Écart entre liquidé et crédité",
        (
            Column("name", "État"),
            *(francs(key, title, "Causes") for key, title in CAUSES),
            francs("gap", "Écart", formula="+".join(f"[{key}]" for key, _ in CAUSES)),
            francs("without_reference", "Crédité sans référence"),
        ),
        body,
        notes=(
            f"En route : reversé depuis {TRANSIT_DAYS} jours au plus et pas encore vu par la banque.",
            "Un montant négatif dit qu'il a été reversé, recouvré ou crédité plus que l'étape précédente.",
        ),
        sheet="Synthèse",
    )


def months_table(rows: Iterable[Collection], books: Sequence[str]) -> Table:
    """Collected by month and State, for people to see the season and the holes."""
    sums: dict[str, dict[str, int]] = {}
    for row in rows:
        if row.period is not None:
            month = sums.setdefault(row.period, {})
            month[row.book] = month.get(row.book, 0) + row.collected
    codes = list(BOOKS)
    body: list[Row] = [
        (period, *(month.get(code, 0) for code in codes), sum(month.values())) for period, month in sorted(sums.items())
    ]
    columns = (
        Column("period", "Mois", "month"),
        *(francs(code, TITLES[code], "Recouvré") for code in codes),
        francs("total", "Ensemble", "Recouvré", formula="+".join(f"[{code}]" for code in codes)),
    )
    return Table("months", "Recouvré par mois", columns, body)


def _ordered(rows: Iterable[Collection]) -> list[Collection]:
    return sorted(rows, key=lambda row: (row.book, row.office is None, row.office or "", row.period or ""))


def detail_table(rows: Iterable[Collection]) -> Table:
    """Every office and month, sub-totals by State; the row of a State's credits without reference closes it."""
    body: list[Row] = [
        (
            row.book, row.office or UNNAMED, row.period, row.base, row.exempt_base, row.expected, row.assessed,
            row.collected, row.remitted, row.credited, row.to_collect, row.to_remit, row.due_date,
            row.days_late or None,
        )
        for row in _ordered(rows)
    ]  # fmt: skip
    return Table(
        "detail",
        "Détail par bureau et mois",
        (
            Column("book", "État"),
            Column("office", "Bureau"),
            Column("period", "Mois", "month"),
            francs("base", "Base imposable"),
            francs("exempt_base", "Valeur exonérée"),
            francs("expected", "Attendu"),
            *(francs(key, title, "Chaîne du prélèvement") for key, title in CHAIN),
            francs("to_collect", "Reste à recouvrer", formula="[assessed]-[collected]"),
            francs("to_remit", "Reste à reverser", formula="[collected]-[remitted]"),
            Column("due_date", "Échéance", "date"),
            Column("days_late", "Jours de retard", "integer"),
        ),
        body,
        group_by="book",
        group_titles=GROUPS,
        notes=(
            "Jours de retard : de l'échéance au reversement, ou au jour de l'état tant qu'il reste à reverser.",
            "Un crédit pour plusieurs références est réparti selon les montants déclarés, au franc près.",
        ),
    )


def gaps_table(rows: Iterable[Collection]) -> Table:
    """Every office and month: where the money between the assessment and the bank is, and under which reference."""
    body: list[Row] = [
        (
            row.book, row.office or UNNAMED, row.period, row.not_collected, row.not_remitted, row.in_transit,
            row.unexplained, row.gap, row.reference, row.remitted_on, row.revision or None,
        )
        for row in _ordered(rows)
    ]  # fmt: skip
    return Table(
        "gaps",
        "Écarts et reversements",
        (
            Column("book", "État"),
            Column("office", "Bureau"),
            Column("period", "Mois", "month"),
            *(francs(key, title, "Liquidé − crédité") for key, title in CAUSES),
            francs("gap", "Écart", "Liquidé − crédité", formula="+".join(f"[{key}]" for key, _ in CAUSES)),
            Column("reference", "Référence du reversement"),
            Column("remitted_on", "Reversé le", "date"),
            Column("revision", "Version de l'état", "integer"),
        ),
        body,
        group_by="book",
        group_titles=GROUPS,
    )


def overdue_table(late: Sequence[Arrear], books: Sequence[str]) -> Table:
    """The arrears by age, all offices together."""
    body: list[Row] = []
    for place, age in enumerate(AGES):
        own = [one for one in late if age_place(one.days_late) == place]
        sums = [sum(one.amount for one in own if one.stage == stage) for stage in STAGES]
        body.append((age.title, *sums, sum(sums), sum(one.amount_days for one in own)))
    return Table(
        "overdue",
        "Arriérés par ancienneté",
        (
            Column("age", "Ancienneté"),
            *(francs(stage, title) for stage, title in STAGES.items()),
            francs("amount", "Ensemble", formula="[to_collect]+[to_remit]"),
            Column("amount_days", "Montant × jours", "integer", total=True),
        ),
        body,
        sheet="Arriérés",
    )


def arrears_table(late: Iterable[Arrear]) -> Table:
    """Each arrear, the oldest first, in the column of its age."""
    body: list[Row] = [
        (
            one.book, one.office, one.period, STAGES[one.stage], one.due_date, one.days_late, one.amount,
            *spread(one.amount, one.days_late), one.amount_days,
        )
        for one in late
    ]  # fmt: skip
    return Table(
        "arrears",
        "Arriérés un à un",
        (
            Column("book", "État"),
            Column("office", "Bureau"),
            Column("period", "Mois", "month"),
            Column("stage", "Étape"),
            Column("due_date", "Échéance", "date"),
            Column("days_late", "Jours", "integer"),
            francs("amount", "Montant"),
            *(francs(one.key, one.title, "Ancienneté en jours") for one in AGES),
            Column("amount_days", "Montant × jours", "integer", total=True),
        ),
        body,
        notes=("Montant × jours : l'assiette d'un intérêt de retard, si une décision en fixait un (aucun à ce jour).",),
        sheet="Arriérés",
    )


def anomalies_table(found: Iterable[Anomaly]) -> Table:
    """What deserves a look: shown, never corrected."""
    body: list[Row] = [
        (one.book, one.office, one.period, ANOMALY_TITLES[one.code], one.amount, one.text) for one in found
    ]
    return Table(
        "anomalies",
        "Anomalies",
        (
            Column("book", "État"),
            Column("office", "Bureau"),
            Column("period", "Mois", "month"),
            Column("title", "Nature"),
            Column("amount", "Montant en cause", "francs"),
            Column("text", "Constat", width=90),
        ),
        body,
        total_label=None,
        notes=("Ces constats appellent une explication du bureau ; aucun chiffre déclaré n'est modifié.",),
    )


def exempt_table(rows: Sequence[ExemptRow], law: LevyLaw, books: Sequence[str]) -> Table:
    """Exempt value by code and State, and the levy that it would have given."""
    last = {one.code: one for one in law.exemptions}
    body: list[Row] = []
    for code in sorted({row.code for row in rows}):
        own = [row for row in rows if row.code == code]
        values = [sum(row.value for row in own if row.book == book) for book in BOOKS]
        known = last[code]
        declared = (sum(row.declarations for row in own), *values, sum(values), sum(row.forgone for row in own))
        body.append((code, known.title, *declared, STATUS[known.status], known.legal_reference))
    columns = (
        Column("code", "Code"),
        Column("title", "Exonération"),
        Column("declarations", "Déclarations", "integer", total=True),
        *(francs(book, TITLES[book], "Valeur exonérée") for book in BOOKS),
        francs("value", "Ensemble", "Valeur exonérée", formula="+".join(f"[{book}]" for book in BOOKS)),
        francs("forgone", "Prélèvement non perçu"),
        Column("status", "Fondement"),
        Column("legal_reference", "Référence juridique", width=60),
    )
    return Table("exempt", "Exonérations par code", columns, body, sheet="Exonérations")


def law_table(law: LevyLaw) -> Table:
    """The dated rules that the report applied."""
    body: list[Row] = [
        ("Taux", one.from_date, f"{one.per_ten_thousand // 100},{one.per_ten_thousand % 100:02d} %",
         STATUS[one.status], one.legal_reference)
        for one in law.rates
    ]  # fmt: skip
    body += [
        ("Délai de reversement", one.from_date, f"{one.days} jours après la fin du mois", STATUS[one.status],
         one.legal_reference)
        for one in law.deadlines
    ]  # fmt: skip
    return Table(
        "law",
        "Règles appliquées",
        (
            Column("rule", "Règle"),
            Column("from_date", "À compter du", "date"),
            Column("value", "Valeur"),
            Column("status", "Fondement"),
            Column("legal_reference", "Référence juridique", width=60),
        ),
        body,
        total_label=None,
        sheet="Règles appliquées",
    )
