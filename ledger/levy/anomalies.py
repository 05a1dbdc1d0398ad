"""What deserves a look in the customs returns: shown to the accountant and the auditor, never corrected."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from ledger.levy.chain import Collection
from ledger.levy.declared import ODD
from ledger.levy.expected import tolerance
from ledger.levy.law import LevyLaw
from ledger.levy.months import next_period
from ledger.money import format_francs
from ledger.plural import counted

EXEMPT_JUMP = 1_500
"""The exempt share of a month jumps when it passes that of the months before by fifteen points (hundredths of %)."""
MONTHS_BEFORE = 6
MONTHS_NEEDED = 3
"""The usual share is that of the last six months that did not jump, three at least."""


TITLES = {
    "before_levy": "Avant l'entrée en vigueur",
    "collected_over_assessed": "Recouvré supérieur au liquidé",
    "date_missing": "Reversement sans date",
    "declaration_date": "Déclarations d'un autre mois",
    "declaration_over_collected": "Déclarations recouvrées au-delà du liquidé",
    "declaration_rate": "Déclarations liquidées à un autre taux",
    "declaration_rounding": "Déclarations arrondies autrement",
    "declaration_total": "Total différent de ses déclarations",
    "declaration_twice": "Déclarations en double",
    "declarations_missing": "Base sans déclaration",
    "exempt_not_in_force": "Exonération qui n'est plus en vigueur",
    "exempt_share": "Part exonérée inhabituelle",
    "late": "Reversement tardif",
    "never_credited": "Reversement non vu par la banque",
    "office_missing": "État manquant",
    "over_credited": "Crédit supérieur au reversement",
    "over_remitted": "Reversé supérieur au recouvré",
    "rate": "Liquidation différente du taux",
    "reference_missing": "Reversement sans référence",
    "refunded": "Remboursement à porter à l'état",
    "restated": "État rectifié",
    "same_totals": "Totaux identiques",
}
"""Code → title for people."""


class Anomaly(NamedTuple):
    """One thing to look at: a stable code, where it is, the francs at stake when there are any, and why in French."""

    code: str
    book: str
    office: str
    period: str
    amount: int | None
    text: str


def anomalies(rows: Iterable[Collection], law: LevyLaw) -> list[Anomaly]:
    """Every anomaly of the rows of the chain, by State, office and month.

    Give it every month known: what is usual is read from the months before.
    """
    months = [row for row in rows if row.office is not None and row.period is not None]
    months.sort(key=lambda row: (row.book, row.office or "", row.period or ""))
    found = [one for row in months for rule in ALONE for one in rule(row, law)]
    last_of = {book: max(row.period or "" for row in group) for book, group in _grouped(months, lambda row: row.book)}
    for _, office in _grouped(months, lambda row: f"{row.book}/{row.office}"):
        found.extend(_missing(office, last_of[office[0].book]))
        found.extend(_exempt_jump(office))
    found.extend(_same_totals(months))
    return sorted(found, key=lambda one: (one.book, one.office, one.period, one.code))


def _grouped(rows: Iterable[Collection], key: Callable[[Collection], str]) -> Iterator[tuple[str, list[Collection]]]:
    return ((name, list(group)) for name, group in groupby(rows, key=key))


def _made(code: str, row: Collection, amount: int | None, text: str) -> Anomaly:
    return Anomaly(code, row.book, row.office or "", row.period or "", amount, text)


def _rate(row: Collection, law: LevyLaw) -> Iterator[Anomaly]:
    rate = law.rate(row.period or "")
    if rate is None:
        if row.base or row.assessed:
            yield _made("before_levy", row, row.assessed, "Le prélèvement n'était pas encore en vigueur ce mois-là.")
        return
    if row.declared is not None and row.declared.base == row.base:
        return  # judged declaration by declaration
    difference = row.assessed - row.expected
    if abs(difference) > tolerance(row.declarations):
        text = (
            f"Liquidé {format_francs(row.assessed)}, attendu {format_francs(row.expected)} "
            f"({_percent(rate.per_ten_thousand)} de {format_francs(row.base)}), "
            f"écart {format_francs(difference)}, tolérance {format_francs(tolerance(row.declarations))}."
        )
        yield _made("rate", row, difference, text)


def _chain(row: Collection, law: LevyLaw) -> Iterator[Anomaly]:
    if row.to_collect < 0:
        text = f"Recouvré supérieur de {format_francs(-row.to_collect)} au liquidé."
        yield _made("collected_over_assessed", row, -row.to_collect, text)
    if row.to_remit < 0:
        text = f"Reversé supérieur de {format_francs(-row.to_remit)} au recouvré."
        yield _made("over_remitted", row, -row.to_remit, text)
    if row.credited > row.remitted:
        text = f"La banque a crédité {format_francs(row.credited - row.remitted)} de plus que le reversement déclaré."
        yield _made("over_credited", row, row.credited - row.remitted, text)
    back = min(row.refunded, row.to_credit) if row.to_credit > 0 else 0
    if back > 0:
        text = f"{format_francs(back)} rendus sous sa référence : l'état ne les déduit pas encore du reversé."
        yield _made("refunded", row, back, text)
    if row.unexplained - back > 0:
        lost = format_francs(row.unexplained - back)
        text = f"Reversement déclaré, {lost} jamais crédités par la banque sous sa référence."
        yield _made("never_credited", row, row.unexplained - back, text)


def _filing(row: Collection, law: LevyLaw) -> Iterator[Anomaly]:
    if row.remitted and not row.reference:
        text = "Reversement sans référence : il ne peut pas être reconnu sur le compte."
        yield _made("reference_missing", row, row.remitted, text)
    if row.remitted and row.remitted_on is None:
        yield _made("date_missing", row, row.remitted, "Reversement déclaré sans date.")
    if row.base and not row.declarations:
        yield _made("declarations_missing", row, None, "Une base imposable sans aucune déclaration en douane.")
    if row.revision > 1:
        text = f"État rectifié ({counted(row.revision, 'version')}) : les totaux en vigueur sont ceux de la dernière."
        yield _made("restated", row, None, text)
    if row.remitted_on is not None and row.due_date is not None and row.remitted_on > row.due_date:
        days = (row.remitted_on - row.due_date).days
        late = counted(days, "jour")
        text = f"Reversé le {_french(row.remitted_on)} au lieu du {_french(row.due_date)} : {late} de retard."
        yield _made("late", row, row.remitted, text)


DECLARED = {
    "declaration_rate": "{} à un autre taux que celui de sa date : écart {} francs.",
    "declaration_rounding": "{} à un franc près du taux : écart {} francs, affaire d'arrondi.",
    "declaration_date": "{} d'une date hors du mois.",
    "declaration_over_collected": "{} de plus recouvré que liquidé : {} francs.",
    "declaration_twice": "{} d'un numéro déjà porté la même année au même bureau : {} francs liquidés.",
}


def _exempt(row: Collection, law: LevyLaw) -> Iterator[Anomaly]:
    if row.exempt_not_in_force:
        value = format_francs(row.exempt_not_in_force)
        text = f"{value} exonérés sous un code qu'une décision rétroactive a retiré pour ce mois : état à rectifier ?"
        yield _made("exempt_not_in_force", row, row.exempt_not_in_force, text)


def _declarations(row: Collection, law: LevyLaw) -> Iterator[Anomaly]:
    one = row.declared
    if one is None:
        return
    for code, (lines, francs) in ODD.items():
        if count := getattr(one, lines):
            amount = None if francs is None else getattr(one, francs)
            text = DECLARED[code].format(counted(count, "déclaration"), format_francs(amount or 0))
            yield _made(code, row, amount, text)
    stated, summed = (row.base, row.exempt_base, row.assessed), (one.base, one.exempt_base, one.assessed)
    if stated != summed:
        told = ", ".join(
            f"{name} {format_francs(total)} contre {format_francs(detail)}"
            for name, total, detail in zip(("base", "exonéré", "liquidé"), stated, summed, strict=True)
            if total != detail
        )
        text = f"Le dernier état n'est plus la somme des déclarations connues (version {one.revision}) : {told}."
        yield _made("declaration_total", row, row.assessed - one.assessed, text)


ALONE: tuple[Callable[[Collection, LevyLaw], Iterator[Anomaly]], ...] = (_rate, _exempt, _declarations, _chain, _filing)
"""The rules that look at one month alone."""


def _french(day: dt.date) -> str:
    return f"{day:%d/%m/%Y}"


def _missing(office: Sequence[Collection], last: str) -> Iterator[Anomaly]:
    """The months that an office did not declare between its first and the last that its State declared."""
    declared = {row.period for row in office}
    period = office[0].period or ""
    while period < last:
        period = next_period(period)
        if period not in declared:
            text = f"Le bureau {office[0].office} n'a pas d'état pour {period[5:]}/{period[:4]}."
            yield Anomaly("office_missing", office[0].book, office[0].office or "", period, None, text)


def share_of_exempt(base: int, exempt: int) -> int:
    """The exempt share of a customs value in hundredths of a percent, rounded down; 0 when nothing is declared."""
    return exempt * 10_000 // (base + exempt) if base + exempt else 0


def _exempt_jump(office: Sequence[Collection]) -> Iterator[Anomaly]:
    usual: list[Collection] = []
    for row in office:
        share = share_of_exempt(row.base, row.exempt_base)
        before = usual[-MONTHS_BEFORE:]
        normal = share_of_exempt(sum(one.base for one in before), sum(one.exempt_base for one in before))
        if len(before) >= MONTHS_NEEDED and share - normal >= EXEMPT_JUMP:
            text = f"Part exonérée de {_percent(share)}, contre {_percent(normal)} les mois précédents."
            yield _made("exempt_share", row, row.exempt_base, text)
        else:
            usual.append(row)


def _percent(hundredths: int) -> str:
    return f"{hundredths // 100},{hundredths % 100:02d} %"


def _same_totals(months: Iterable[Collection]) -> Iterator[Anomaly]:
    """The same value and the same levy declared twice by one State: a month copied from another, or filed twice."""
    seen: dict[tuple[str, int, int], Collection] = {}
    for row in months:
        if not row.base:
            continue
        first = seen.setdefault((row.book, row.base, row.assessed), row)
        if first is not row:
            text = f"Mêmes base et liquidé que le bureau {first.office} pour {first.period} : état recopié ?"
            yield _made("same_totals", row, row.assessed, text)
