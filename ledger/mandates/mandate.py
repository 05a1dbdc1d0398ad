"""The mandate of the authorising officer: a dated appointment, one holder at any instant."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from ledger.refusal import Refusal

OFFSET_HOURS = {"BF": 0, "ML": 0, "NE": 1}
"""Hours ahead of UTC. None of the three States has changed its clock since 1960, so a table is exact and asks
for no time zone database on the server."""

CAPITALS = {"BF": "Ouagadougou", "ML": "Bamako", "NE": "Niamey"}


@dataclass(frozen=True, slots=True)
class Mandate:
    """One appointment: from `start` (UTC, included) to `end` (UTC, excluded; None while it runs)."""

    id: int
    state: str
    person: str
    start: datetime
    end: datetime | None
    act: str
    public_key: str | None = None
    """The specimen: the raw 32 bytes of the Ed25519 public key, in hexadecimal."""

    def covers(self, instant: datetime) -> bool:
        """True when the office is held under this mandate at `instant`."""
        return self.start <= instant and (self.end is None or instant < self.end)


class MandateNone(Refusal):
    """Nobody holds the office at that instant."""

    code = "mandate_none"
    sentence = (
        "Aucun mandat d'ordonnateur ne couvre l'instant {instant}. Attendu : un ordonnateur en fonction. "
        "Enregistrez la nomination avec son acte, puis recommencez."
    )


class MandateOverlap(Refusal):
    """Two persons would hold the office at the same instant."""

    code = "mandate_overlap"
    sentence = (
        "Le mandat de {person} ({state}) commence le {start}, alors que {other} tient l'office depuis le "
        "{other_start}. Attendu : un seul ordonnateur à chaque instant. Corrigez la date de début "
        "d'après l'acte de nomination."
    )


class MandateGap(Refusal):
    """Nobody would hold the office between two mandates."""

    code = "mandate_gap"
    sentence = (
        "Le mandat de {person} ({state}) commence le {start}, alors que le précédent a pris fin le {other_end}. "
        "Attendu : aucune vacance entre deux mandats. Faites commencer le mandat à la fin du précédent, "
        "ou enregistrez l'intérim avec son acte."
    )


class MandateEmpty(Refusal):
    """A mandate that ends when or before it begins, or that has no legal act."""

    code = "mandate_empty"
    sentence = (
        "Le mandat de {person} ({state}) ne peut pas être enregistré : {fault}. "
        "Attendu : un État de la Confédération, une personne, un acte, et une fin postérieure au début. "
        "Complétez la nomination."
    )


class MandateCutOffLate(Refusal):
    """The cut-off would leave an order signed by the predecessor outside every mandate of his."""

    code = "mandate_signed_after"
    sentence = (
        "Le mandat de {person} ne peut pas prendre fin le {end} : un acte signé par cette personne porte la date du "
        "{signed_at}. Attendu : une fin postérieure au dernier acte signé. Choisissez un instant plus tardif."
    )


def local_midnight(state: str, day: date) -> datetime:
    """The instant, in UTC, when `day` begins in the capital of `state` (Niamey is one hour ahead of UTC)."""
    return datetime.combine(day, time(), tzinfo=UTC) - timedelta(hours=OFFSET_HOURS[state])


def instant_from(state: str, text: str) -> datetime:
    """A date or an instant as a person types it, in UTC.

    A date alone (`2024-07-06`) means midnight in the capital of `state`; an instant without offset is local
    to that capital; an offset or `Z` is obeyed. Raises `ValueError` when it is neither.
    """
    if len(text) == len("2024-07-06"):
        return local_midnight(state, date.fromisoformat(text))
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC) - timedelta(hours=OFFSET_HOURS[state])
    return moment.astimezone(UTC)


def holder_at(mandates: Iterable[Mandate], instant: datetime) -> Mandate:
    """The mandate under which the office is held at `instant`.

    Refuses: mandate_none, mandate_overlap (rows that break the rule are never chosen between).
    """
    found = [mandate for mandate in mandates if mandate.covers(instant)]
    if not found:
        raise MandateNone(instant=shown(instant))
    if len(found) > 1:
        raise _overlap(found[1], found[0])
    return found[0]


def check_continuity(mandates: Iterable[Mandate]) -> None:
    """Every instant since the first mandate has exactly one holder.

    Refuses: mandate_empty, mandate_overlap, mandate_gap, mandate_none (the last mandate is over).
    """
    ordered = sorted(mandates, key=lambda mandate: (mandate.start, mandate.id))
    for mandate in ordered:
        _check_whole(mandate)
    for before, after in pairwise(ordered):
        if before.end is None or after.start < before.end:
            raise _overlap(after, before)
        if after.start > before.end:
            raise MandateGap(
                person=after.person, state=after.state, start=shown(after.start), other_end=shown(before.end)
            )
    if ordered and ordered[-1].end is not None:
        raise MandateNone(instant=shown(ordered[-1].end))


def succeed(
    mandates: Sequence[Mandate], new: Mandate, *, last_signed_at: datetime | None = None
) -> tuple[Mandate | None, Mandate]:
    """What an appointment changes: the predecessor's row with its end, and the new row.

    The appointment itself ends the running mandate at the instant where the new one begins. An appointment
    earlier than the first one known is history: it ends where the first one begins. `last_signed_at` is the
    instant of the last act signed under the running mandate. Refuses: mandate_empty, mandate_overlap,
    mandate_gap, mandate_signed_after.
    """
    _check_whole(new)
    ordered = sorted(mandates, key=lambda mandate: mandate.start)
    if not ordered:
        return None, new
    if new.start < ordered[0].start:
        history = replace(new, end=new.end or ordered[0].start)
        check_continuity([history, *ordered])
        return None, history
    last = ordered[-1]
    if new.start <= last.start:
        raise _overlap(new, next(row for row in reversed(ordered) if row.start <= new.start))
    if last.end is not None:
        check_continuity([*ordered, new])
        return None, new
    if last_signed_at is not None and last_signed_at >= new.start:
        raise MandateCutOffLate(person=last.person, end=shown(new.start), signed_at=shown(last_signed_at))
    return replace(last, end=new.start), new


def shown(instant: datetime) -> str:
    """An instant as it is printed: day, hour and « UTC », seconds only when there are any."""
    moment = instant.astimezone(UTC)
    pattern = "%d/%m/%Y %H:%M" if not (moment.second or moment.microsecond) else "%d/%m/%Y %H:%M:%S"
    return f"{moment.strftime(pattern)} UTC"


def local_words(state: str, instant: datetime) -> str:
    """An instant as people of the State say it: « 25/09/2026 à 00:00 (heure de Niamey) »."""
    here = instant.astimezone(UTC) + timedelta(hours=OFFSET_HOURS[state])
    hour = here.strftime("%H:%M:%S" if here.second or here.microsecond else "%H:%M")
    return f"{here:%d/%m/%Y} à {hour} (heure de {CAPITALS[state]})"


def _check_whole(mandate: Mandate) -> None:
    fault = None
    if mandate.state not in OFFSET_HOURS:
        fault = f"État « {mandate.state} » inconnu"
    elif not mandate.person.strip():
        fault = "personne manquante"
    elif not mandate.act.strip():
        fault = "acte de nomination manquant"
    elif mandate.end is not None and mandate.end <= mandate.start:
        fault = f"fin ({shown(mandate.end)}) non postérieure au début ({shown(mandate.start)})"
    if fault:
        raise MandateEmpty(person=mandate.person, state=mandate.state, fault=fault)


def _overlap(new: Mandate, other: Mandate) -> MandateOverlap:
    return MandateOverlap(
        person=new.person,
        state=new.state,
        start=shown(new.start),
        other=other.person,
        other_start=shown(other.start),
    )
