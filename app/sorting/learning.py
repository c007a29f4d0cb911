"""Learning the weights from labelled findings: multinomial logistic regression, by AdaGrad (Duchi 2011) with decay.

Deterministic: the same findings in the same order give the same weights. Between what can be meant only: the criteria
that bind the finding's enterprise, and what is no major hazard.
"""

import math
import random
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
SEEN_AT_LEAST: Final = 5  # a feature of a few findings says nothing of others
SMALLEST_FOR: Final = 0.15  # weights below are noise
SMALLEST_AGAINST: Final = 0.65  # most features speak a little against most subjects, which says nothing
_SETTLED: Final = 1e-3
_SEED: Final = 7


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


def learn(learned: Sequence[Example], alike: Mapping[str, str], caution: float, learned_from: str) -> Weights:
    """The weights that tell the examples apart best."""
    seen = Counter(feature for each in learned for feature in each.features)
    subjects = sorted(frozenset().union(*(each.possible | each.meant for each in learned)))
    table = _Table(subjects, sorted(feature for feature, times in seen.items() if times >= SEEN_AT_LEAST))
    rows = [table.row(each) for each in learned]
    order = random.Random(_SEED)  # an order to visit the examples in
    for _ in range(PASSES):
        order.shuffle(rows)
        for row in rows:
            table.learn(row)
        table.fade()
    kept = dict(table.told())
    told = frozenset(subject for each in kept.values() for subject in each)
    return Weights(alike, kept, told, caution, learned_from)


@dataclass(frozen=True, slots=True)
class _Row:
    """An example by the places of its features and subjects in the table."""

    features: Sequence[int]
    possible: Sequence[int]
    meant: frozenset[int]


class _Table:
    """A weight for each feature and subject while it is learned, and how far it has moved already."""

    def __init__(self, subjects: Sequence[str], features: Sequence[str]) -> None:
        self._subjects, self._features = subjects, features
        self._subject_at = {subject: place for place, subject in enumerate(subjects)}
        self._feature_at = {feature: place for place, feature in enumerate(features)}
        self._weights = [array("d", bytes(8 * len(subjects))) for _ in features]
        self._moved = [array("d", bytes(8 * len(subjects))) for _ in features]

    def row(self, example: Example) -> _Row:
        """An example as `learn` takes it."""
        known = sorted(self._feature_at[each] for each in example.features if each in self._feature_at)
        possible, meant = (
            sorted(self._subject_at[each] for each in told) for told in (example.possible, example.meant)
        )
        return _Row(known, possible, frozenset(meant))

    def learn(self, row: _Row) -> None:
        """A step towards what an example means."""
        rows = [(self._weights[feature], self._moved[feature]) for feature in row.features]
        share = 1 / math.sqrt(max(len(rows), 1))
        for subject, error in self._errors(row, [own for own, _ in rows], share):
            slope = error * share
            square = slope * slope
            for own, moved in rows:
                moved[subject] += square
                own[subject] -= STEP * slope / (math.sqrt(moved[subject]) + 1e-6)

    def _errors(self, row: _Row, weights: Sequence[Sequence[float]], share: float) -> Iterator[tuple[int, float]]:
        """By how much each subject is held too likely, where that is worth a step."""
        sums = [sum(each) for each in zip(*weights, strict=True)] or [0.0] * len(self._subjects)
        highest = max(sums[subject] for subject in row.possible)
        odds = {subject: math.exp((sums[subject] - highest) * share) for subject in row.possible}
        total, right = sum(odds.values()), sum(odds.get(subject, 0.0) for subject in row.meant)
        for subject in row.possible:
            wanted = odds[subject] / right if subject in row.meant and right else 0.0
            error = odds[subject] / total - wanted
            if abs(error) >= _SETTLED:
                yield subject, error

    def fade(self) -> None:
        """Takes from each weight what nothing asks for again."""
        self._weights = [array("d", [weight * DECAY for weight in each]) for each in self._weights]

    def told(self) -> Iterator[tuple[str, dict[str, float]]]:
        """The weights that say something."""
        for feature, weights in zip(self._features, self._weights, strict=True):
            pairs = zip(self._subjects, weights, strict=True)
            each = {subject: round(weight, 1) for subject, weight in pairs if _says_something(weight)}
            if each:
                yield feature, each


def _says_something(weight: float) -> bool:
    return weight >= SMALLEST_FOR or weight <= -SMALLEST_AGAINST
