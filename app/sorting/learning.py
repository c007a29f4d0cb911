"""Learning the weights from labelled findings: multinomial logistic regression, by AdaGrad (Duchi 2011).

Deterministic: the same findings in the same order give the same weights. Between what can be meant only: the criteria
that bind the finding's enterprise, and what is no major hazard.
"""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from app.sorting.weighing import Weights

PASSES: Final = 14
STEP: Final = 0.5
SHRINK: Final = 1e-4
SEEN_AT_LEAST: Final = 3  # a feature of one or two findings says nothing of others
SMALLEST: Final = 0.25  # weights below are noise
_SETTLED: Final = 1e-3
_SEED: Final = 7


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled finding: its features, the subjects that could be meant, and those that are."""

    features: frozenset[str]
    possible: frozenset[str]
    meant: frozenset[str]


Table = defaultdict[str, dict[str, float]]


def learn(examples: Sequence[Example], alike: dict[str, str], caution: float, learned_from: str) -> Weights:
    """The weights that tell the examples apart best."""
    seen = Counter(feature for each in examples for feature in each.features)
    known = {feature for feature, times in seen.items() if times >= SEEN_AT_LEAST}
    rows = [(sorted(each.features & known), sorted(each.possible), each.meant) for each in examples]
    weights: Table = defaultdict(dict)
    steps: Table = defaultdict(dict)
    order = random.Random(_SEED)
    for _ in range(PASSES):
        order.shuffle(rows)
        for row in rows:
            _learn_one(weights, steps, *row)
    kept = {
        feature: {subject: round(weight, 2) for subject, weight in each.items() if abs(weight) >= SMALLEST}
        for feature, each in weights.items()
    }
    return Weights(alike, {feature: each for feature, each in kept.items() if each}, caution, learned_from)


def _learn_one(
    weights: Table, steps: Table, found: Sequence[str], possible: Sequence[str], meant: Iterable[str]
) -> None:
    share = 1 / math.sqrt(max(len(found), 1))
    scores = dict.fromkeys(possible, 0.0)
    for feature in found:
        for subject, weight in weights[feature].items():
            if subject in scores:
                scores[subject] += weight * share
    highest = max(scores.values())
    odds = {subject: math.exp(score - highest) for subject, score in scores.items()}
    total, right = sum(odds.values()), sum(odds.get(subject, 0.0) for subject in meant)
    for subject in possible:
        wanted = odds[subject] / right if subject in meant and right else 0.0
        error = odds[subject] / total - wanted
        if abs(error) < _SETTLED:
            continue
        for feature in found:
            own, taken = weights[feature], steps[feature]
            before = own.get(subject, 0.0)
            slope = error * share + SHRINK * before
            taken[subject] = taken.get(subject, 0.0) + slope * slope
            own[subject] = before - STEP * slope / (math.sqrt(taken[subject]) + 1e-6)
