"""What was decided before for lines like this one: ranked suggestions that a person may take, never a decision."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from reconcile.matching.references import runs
from reconcile.matching.rows import BankLine
from reconcile.matching.words import name_words


class Decision(NamedTuple):
    """A past decision of a person: this bank line went to this account, or was paired in this way."""

    line: BankLine
    choice: str
    """An account number such as `6318`, or a kind of pairing such as `group`."""


class Suggestion(NamedTuple):
    """One ranked choice for an open line. `weight` is comparable within one line only, in thousandths."""

    choice: str
    weight: int
    decisions: int
    reason: str


@dataclass(frozen=True, slots=True)
class Learned:
    """Counts of past decisions; nothing else is remembered."""

    choices: Mapping[str, int]
    features: Mapping[str, Mapping[str, int]]
    """Feature → choice → number of decisions."""


SUGGESTIONS_MAX = 3
SMOOTHING = 1
_TOO_COMMON = frozenset({"VIREMENT", "VIR", "DU", "DE", "LA", "LE", "DES", "ET"})


def features(line: BankLine) -> tuple[str, ...]:
    """What two bank lines have in common when people decide alike: words, type, sign, size and payee."""
    words = {run for run in runs(line.label) if run.isalpha() and len(run) > 2 and run not in _TOO_COMMON}
    found = {f"mot {word}" for word in words}
    found |= {f"tiers {word}" for word in name_words(line.counterparty)}
    found.add("sens crédit" if line.amount > 0 else "sens débit")
    found.add(f"ordre de grandeur {len(str(abs(line.amount)))} chiffres")
    found.add(f"montant {abs(line.amount)}")
    if line.type:
        found.add(f"code {line.type}")
    return tuple(sorted(found))


def learn(decisions: Iterable[Decision]) -> Learned:
    """Count past decisions; their order does not matter."""
    choices: Counter[str] = Counter()
    counts: dict[str, Counter[str]] = {}
    for decision in decisions:
        choices[decision.choice] += 1
        for feature in features(decision.line):
            counts.setdefault(feature, Counter())[decision.choice] += 1
    return Learned(dict(choices), {feature: dict(found) for feature, found in counts.items()})


def suggest(line: BankLine, learned: Learned) -> tuple[Suggestion, ...]:
    """The most likely choices for an open line, best first; empty when nothing like it was ever decided.

    Weights are log-odds with add-one smoothing; equal weights are ordered by choice, so the same past gives
    the same order. A suggestion carries no posting and no status: only a person can take it.
    """
    total = sum(learned.choices.values())
    telling = [feature for feature in features(line) if feature.startswith(("mot", "tiers", "code", "montant"))]
    known = [feature for feature in features(line) if feature in learned.features]
    ranked = []
    for choice, times in learned.choices.items():
        shared = [feature for feature in telling if learned.features.get(feature, {}).get(choice)]
        if not shared:
            continue
        weight = math.log(times / total)
        for feature in known:
            weight += math.log((learned.features[feature].get(choice, 0) + SMOOTHING) / (times + 2 * SMOOTHING))
        best = max(shared, key=lambda feature: (learned.features[feature][choice], feature))
        seen = learned.features[best][choice]
        reason = f"Choisi {seen} fois sur {sum(learned.features[best].values())} pour « {best} »."
        ranked.append(Suggestion(choice, round(weight * 1000), seen, reason))
    ranked.sort(key=lambda found: (-found.weight, found.choice))
    return tuple(ranked[:SUGGESTIONS_MAX])
