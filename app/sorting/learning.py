"""Learning the weights from labelled findings: multinomial logistic regression, by AdaGrad (Duchi 2011) with decay.

Deterministic: the same findings in the same order give the same weights. Between what can be meant only: the criteria
that bind the finding's enterprise, and what is no major hazard.
"""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.sorting.criteria import Catalogue
from app.sorting.evaluating import Labelled
from app.sorting.terms import ListName
from app.sorting.text import Reader
from app.sorting.verdict import Said
from app.sorting.weighing import GENERAL, OTHERS, Weights

PASSES: Final = 14
STEP: Final = 0.5
DECAY: Final = 0.97  # what is left of a weight after each pass: what only few findings ask for fades
SEEN_AT_LEAST: Final = 3  # a feature of one or two findings says nothing of others
SMALLEST_FOR: Final = 0.2  # weights below are noise
SMALLEST_AGAINST: Final = 1.0  # most features speak a little against most subjects, which says nothing
_SETTLED: Final = 1e-3
_SEED: Final = 7

Table = defaultdict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled finding: its features, the subjects that could be meant, and those that are."""

    features: frozenset[str]
    possible: frozenset[str]
    meant: frozenset[str]


def examples(labelled: Iterable[Labelled], reader: Reader, catalogue: Catalogue, today: date) -> list[Example]:
    """Labelled findings as `learn` takes them."""
    return [_example(each, reader, catalogue, each.on or today) for each in labelled]


def _example(label: Labelled, reader: Reader, catalogue: Catalogue, on: date) -> Example:
    sectors, categories = frozenset(label.sectors), frozenset(label.special_categories)
    said = Said(description=label.description, on=on, sectors=sectors, special_categories=categories)
    seen = reader.see(said, catalogue)
    possible = frozenset(map(reader.weights.subject, seen.binding)) | set(OTHERS)
    other = GENERAL if label.list is ListName.HAZARD else str(label.list)
    meant = frozenset(map(reader.weights.subject, label.criteria)) or frozenset({other})
    return Example(seen.features, possible, meant)


def learn(learned: Sequence[Example], alike: dict[str, str], caution: float, learned_from: str) -> Weights:
    """The weights that tell the examples apart best."""
    seen = Counter(feature for each in learned for feature in each.features)
    known = {feature for feature, times in seen.items() if times >= SEEN_AT_LEAST}
    rows = [(sorted(each.features & known), sorted(each.possible), each.meant) for each in learned]
    weights: Table = defaultdict(dict)
    steps: Table = defaultdict(dict)
    order = random.Random(_SEED)  # an order to visit the examples in
    for _ in range(PASSES):
        order.shuffle(rows)
        for row in rows:
            _learn_one(weights, steps, *row)
        _fade(weights)
    kept = {
        feature: {subject: round(weight, 2) for subject, weight in each.items() if _says_something(weight)}
        for feature, each in weights.items()
    }
    return Weights(alike, {feature: each for feature, each in kept.items() if each}, caution, learned_from)


def mean(learned: Sequence[Weights], learned_from: str) -> Weights:
    """The mean of several learnings (bagging, Breiman 1996): steadier than any of them for what none has seen."""
    features = sorted(set().union(*(each.weights for each in learned)))
    weights = {feature: _mean_of([each.weights.get(feature, {}) for each in learned]) for feature in features}
    first = learned[0]
    return Weights(
        first.alike, {feature: each for feature, each in weights.items() if each}, first.caution, learned_from
    )


def _mean_of(told: Sequence[Mapping[str, float]]) -> dict[str, float]:
    subjects = sorted(set().union(*told))
    means = {subject: sum(each.get(subject, 0.0) for each in told) / len(told) for subject in subjects}
    return {subject: round(weight, 2) for subject, weight in means.items() if abs(weight) >= SMALLEST_FOR}


def _says_something(weight: float) -> bool:
    return weight >= SMALLEST_FOR or weight <= -SMALLEST_AGAINST


def _fade(weights: Table) -> None:
    for each in weights.values():
        for subject in each:
            each[subject] *= DECAY


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
            slope = error * share
            taken[subject] = taken.get(subject, 0.0) + slope * slope
            own[subject] = own.get(subject, 0.0) - STEP * slope / (math.sqrt(taken[subject]) + 1e-6)
