"""How each sample was drawn: the text on the sheet from which a person does it again with a hash program."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from ledger.money import format_francs
from reports.audit.population import ControlTotals, Population
from reports.audit.sample_evaluation import bounds
from reports.audit.sample_steps import EXHAUSTIVE, METHODS, STEPS
from reports.audit.sampling import (
    VERSION,
    Draw,
    MonetaryPlan,
    draw_digest,
    draw_monetary,
    draw_random,
    monetary_plan,
    systematic_ranks,
    take_ranks,
)
from reports.dataset import Column, Row, Table


@dataclass(frozen=True)
class Sample:
    """A drawn sample: its draws, and the facts of the method for the sheets."""

    method: str
    seed: str
    size_asked: int
    draws: tuple[Draw, ...]
    plan: MonetaryPlan | None = None

    @property
    def exhaustive(self) -> bool:
        """True when fewer items stood there than were asked: everything that could be drawn was taken."""
        if self.plan is not None:
            return not self.plan.points and len(self.plan.certain) < self.size_asked
        return len(self.draws) < self.size_asked


def draw_sample(population: Population, totals: ControlTotals, method: str, size: int, seed: str) -> Sample:
    """Draw from the population by one of `METHODS`; `totals` are those of that population.

    Refuses: sample_size_invalid.
    """
    if method == "random":
        return Sample(method, seed, size, tuple(draw_random(population.refs(), size, seed)))
    if method == "systematic":
        ranks = systematic_ranks(totals.count, size, seed)
        return Sample(method, seed, size, tuple(take_ranks(population.refs(), ranks)))
    plan = monetary_plan(population.items(), size, seed)
    return Sample(method, seed, size, tuple(draw_monetary(population.items(), plan)), plan)


def interval_words(interval: Fraction) -> str:
    """« 1 250 000 francs et 1/3 »."""
    whole, rest = divmod(interval.numerator, interval.denominator)
    part = f" et {rest}/{interval.denominator}" if rest else ""
    return f"{format_francs(whole)}{part}"


def parameters(population: Population, totals: ControlTotals, sample: Sample) -> list[tuple[str, str]]:
    """Everything that makes the same sample again, and what came of it, as (name, value) in French."""
    found = [
        ("Méthode", METHODS[sample.method]),
        ("Graine", sample.seed),
        ("Taille demandée", format_francs(sample.size_asked)),
        ("Lignes retenues", format_francs(len(sample.draws))),
        ("Population", population.words()),
        ("Population : nombre de lignes", format_francs(totals.count)),
        ("Population : total des débits", format_francs(totals.debit)),
        ("Population : total des crédits", format_francs(totals.credit)),
        ("Population : empreinte (SHA-256)", totals.sha256),
    ]
    if sample.method == "systematic" and not sample.exhaustive:
        found.append(("Pas (lignes)", interval_words(Fraction(totals.count, sample.size_asked))))
    if sample.plan is not None:
        plan = sample.plan
        found += [
            ("Total des montants supérieurs à zéro", format_francs(plan.total)),
            ("Lignes prises avec certitude", format_francs(len(plan.certain))),
            ("Cases", format_francs(len(plan.points))),
            ("Pas monétaire (francs)", interval_words(plan.interval) if plan.points else "aucun : tout est pris"),
            *bounds(plan),
            ("Lignes à montant nul, hors tirage", format_francs(totals.zero)),
            ("Lignes à montant négatif, hors tirage", format_francs(totals.below)),
        ]
    if sample.exhaustive:
        found.append(("Taille", EXHAUSTIVE))
    return found


def method_table(population: Population, totals: ControlTotals, sample: Sample) -> Table:
    """The sheet « Méthode »: parameters, then the steps, numbered."""
    rows: list[Row] = list(parameters(population, totals, sample))
    rows += [(f"Étape {place}", text) for place, text in enumerate(STEPS[sample.method], 1)]
    rows.append(
        (
            "Empreinte de la population",
            "SHA-256 de toutes les lignes, dans l'ordre, chacune écrite IDENTIFIANT;AAAA-MM-JJ;COMPTE;DÉBIT;CRÉDIT "
            "et un retour de ligne (LF).",
        )
    )
    columns = (Column("name", "Paramètre", width=40), Column("value", "Valeur", width=110))
    return Table("method", "Méthode", columns, tuple(rows), total_label=None)


def draw_table(totals: ControlTotals, sample: Sample) -> Table:
    """The sheet « Tirage »: each text hashed, its digest and what it drew."""
    if sample.plan is not None:
        return _cells(sample, sample.plan)
    if sample.method == "random":
        columns = (
            Column("order", "N° de tirage", "integer"),
            Column("line", "Ligne"),
            Column("text", "Texte haché", width=60),
            Column("digest", "SHA-256", width=68),
        )
        words = ((draw, f"{VERSION}|{sample.seed}|random|{draw.ref}") for draw in sample.draws)
        rows = [(place, draw.ref, text, draw.key) for place, (draw, text) in enumerate(words, 1)]
        return Table("draw", "Tirage", columns, rows, total_label=None)
    ranked = (
        Column("order", "N° de tirage", "integer"),
        Column("rank", "Rang dans la population", "integer"),
        Column("line", "Ligne"),
    )
    return Table("draw", "Tirage", ranked, _ranks(sample.draws), total_label=None, notes=_start(totals, sample))


def _ranks(draws: Iterable[Draw]) -> list[Row]:
    return [(place, int(draw.key), draw.ref) for place, draw in enumerate(draws, 1)]


def _start(totals: ControlTotals, sample: Sample) -> tuple[str, ...]:
    if sample.exhaustive or totals.count == sample.size_asked:
        return ("Toute la population est prise : aucun départ n'est tiré.",)
    digest = draw_digest(sample.seed, "systematic", "start")
    text = f"{VERSION}|{sample.seed}|systematic|start"
    return (f"Texte haché : {text}", f"SHA-256 : {digest}", f"Départ : {int(digest, 16) % totals.count}")


def _cells(sample: Sample, plan: MonetaryPlan) -> Table:
    columns = (
        Column("cell", "Case", "integer"),
        Column("text", "Texte haché", width=44),
        Column("digest", "SHA-256", width=68),
        Column("franc", "Franc tiré", "francs"),
        Column("line", "Ligne atteinte"),
    )
    reached = {int(key): draw.ref for draw in sample.draws if not draw.certain for key in draw.key.split(" ; ")}
    rows: list[Row] = []
    for cell, point in enumerate(plan.points, 1):
        text = f"{VERSION}|{sample.seed}|cell|{cell}"
        rows.append((cell, text, draw_digest(sample.seed, "cell", cell), point + 1, reached[point + 1]))
    notes = () if rows else ("Aucune case : toutes les lignes à montant supérieur à zéro sont prises avec certitude.",)
    return Table("draw", "Tirage", columns, rows, total_label=None, notes=notes)
