"""What may be corrected by hand, when, and what the mirror of an entry is: pure rules."""

import datetime as dt
from collections.abc import Collection, Sequence

from ledger.entry import EntryDraft, Line, SealedEntry
from ledger.refusal import Refusal

STYLES = {"negative": "Correction en négatif", "contra": "Contre-passation"}
BY_HAND = ("direct", "transfer", "statement", "imputation")
"""Origins of the entries that an accountant corrects directly; the others belong to an act of their own."""

INSTEAD = {
    "order": "annulez, suspendez ou faites retourner l'ordre de paiement {ref}",
    "collection": "importez un état de recettes rectifié",
    "capital": "rectifiez le registre du capital par une commande « pcaes capital »",
    "closing": "passez une écriture de régularisation dans une période ouverte",
    "opening": "passez une écriture de régularisation dans une période ouverte",
}

ACTS_FR = {
    "order": "ordre de paiement",
    "collection": "état de recettes",
    "capital": "registre du capital",
    "closing": "clôture de l'exercice",
    "opening": "à-nouveaux",
}
"""Origins of the entries of an act, as the refusal names them."""


class CorrectionStyle(Refusal):
    """There are two styles of reversal."""

    code = "correction_style"
    sentence = (
        "Le style « {style} » n'existe pas. Employez « negative » (erreur : mêmes lignes, montants négatifs) ou "
        "« contra » (annulation : débit et crédit échangés)."
    )
    exit_code = 2


class ReasonMissing(Refusal):
    """The act must say why."""

    code = "reason_missing"
    sentence = "L'acte demandé sur {what} n'a pas de motif. Indiquez-le avec --reason : il reste dans les livres."


class EntryAlreadyCorrected(Refusal):
    """An entry is corrected once."""

    code = "entry_already_corrected"
    sentence = (
        "L'écriture {entry} est déjà corrigée par {correction}. Une écriture ne se corrige qu'une fois : si l'écriture "
        "de remplacement est fausse, corrigez celle-ci."
    )


class CorrectionOfCorrection(Refusal):
    """A correction is not corrected in its turn."""

    code = "correction_of_correction"
    sentence = (
        "L'écriture {entry} est elle-même la correction de {corrects}. Une correction ne se corrige pas : passez de "
        "nouveau l'écriture d'origine si elle était juste."
    )


class EntryOfAnAct(Refusal):
    """The entry was written by an act that has its own way back."""

    code = "entry_of_an_act"
    sentence = (
        "L'écriture {entry} a été passée par un acte ({act}) et ne se corrige pas à la main : le registre de cet "
        "acte ne dirait plus la même chose que les livres. À faire : {instead}."
    )


class EntryMatched(Refusal):
    """A bank line is matched with the entry."""

    code = "entry_matched"
    sentence = (
        "L'écriture {entry} est rapprochée d'une ligne de relevé (rapprochement n° {match}). Annulez d'abord ce "
        "rapprochement avec « pcaes reconcile undo {match} », puis corrigez l'écriture."
    )


class ReplacementWrong(Refusal):
    """The right entry does not stand for the wrong one."""

    code = "replacement_wrong"
    sentence = (
        "Le fichier {file} doit contenir {expected} pour remplacer {entry} : trouvé {found}. Corrigez le fichier, ou "
        "annulez l'écriture avec « pcaes entry reverse » et passez les nouvelles avec « pcaes post »."
    )


class CorrectionTooEarly(Refusal):
    """A correction does not come before what it corrects."""

    code = "correction_too_early"
    sentence = (
        "La correction de {entry} est demandée au {day:D}, avant l'écriture elle-même ({date:D}). Choisissez une date "
        "égale ou postérieure."
    )


def check_correctable(one: SealedEntry, corrected_by: str | None, corrects: str | None, match: int | None) -> None:
    """Refuse to correct an entry that is corrected, a correction, an act's own, or tied to a bank line.

    Refuses: correction_of_correction, entry_already_corrected, entry_of_an_act, entry_matched.
    """
    if corrects is not None:
        raise CorrectionOfCorrection(entry=one.reference, corrects=corrects)
    if corrected_by is not None:
        raise EntryAlreadyCorrected(entry=one.reference, correction=corrected_by)
    if one.origin not in BY_HAND:
        instead = INSTEAD.get(one.origin, "employez la commande qui l'a passée").format(ref=one.origin_ref or "")
        raise EntryOfAnAct(
            entry=one.reference, origin=one.origin, act=ACTS_FR.get(one.origin, one.origin), instead=instead
        )
    if match is not None:
        raise EntryMatched(entry=one.reference, match=match)


def first_open(
    day: dt.date, period: int, books: Collection[str], closed: Collection[tuple[str, int, int]], today: dt.date
) -> tuple[dt.date, int]:
    """Where a correction goes: the date and period of the original while open, else the first open date after.

    The complementary period counts while it can be written in: January of the following year.
    """

    def is_open(year: int, wanted: int) -> bool:
        return not any((book, year, wanted) in closed for book in books)

    def january_after(year: int) -> bool:
        return (today.year, today.month) == (year + 1, 1)

    if is_open(day.year, period) and (period <= 12 or january_after(day.year)):
        return day, period
    year, month = day.year, period + 1
    while True:
        if month == 13 and january_after(year) and is_open(year, 13):
            return dt.date(year, 12, 31), 13
        if month > 12:
            year, month = year + 1, 1
        if is_open(year, month):
            return dt.date(year, month, 1), month
        month += 1


def mirror(one: SealedEntry, lines: Sequence[Line], style: str, reason: str, when: tuple[dt.date, int]) -> EntryDraft:
    """The entry that takes back another: negative amounts on the same side, or the same amounts swapped.

    The halves of a transfer go back under a name of their own, `NAME/annulation`.
    Refuses: correction_style, correction_too_early.
    """
    if style not in STYLES:
        raise CorrectionStyle(style=style)
    day, period = when
    if day < one.date:
        raise CorrectionTooEarly(entry=one.reference, day=day, date=one.date)
    if style == "negative":
        back = tuple(line._replace(debit=-line.debit, credit=-line.credit) for line in lines)
    else:
        back = tuple(line._replace(debit=line.credit, credit=line.debit) for line in lines)
    return EntryDraft(
        book=one.book,
        journal=one.journal,
        date=day,
        document=one.document,
        label=f"{STYLES[style]} de {one.reference} : {reason.strip()}",
        lines=back,
        document_date=one.document_date or one.date,
        period=13 if period == 13 else None,
        origin=one.origin,
        origin_ref=one.reference,
        correction=style,
        corrects=one.id,
        transfer=None if one.transfer is None else f"{one.transfer}/annulation",
    )
