"""How much each word speaks for a criterion, learned from labelled findings (`data/weights.json`).

Inspectors say the same thing in more ways than a dictionary holds. So beside the patterns stands a weighing: every
concept, sign and pair of characters of a finding has a weight for each subject that it was seen with in the labelled
findings, and for what is no major hazard (`general`, `none`, `risk`). The sums decide between the subjects that can
be meant at this enterprise. It is a multinomial logistic regression (Berkson 1944), small enough to be read: each
verdict shows the words that weighed most. `learning.py` learns it again from data; nothing is downloaded.
"""

import json
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

from app.sorting.reading import Reading, State

DATA: Final = Path(__file__).parent / "data" / "weights.json"
GENERAL: Final = "general"
OTHERS: Final = (GENERAL, "none", "risk")
_MARKS: Final = "，。"


def features(reading: Reading, hits: Iterable[str], listed: str) -> frozenset[str]:
    """What a finding is weighed by: its concepts and how it stands with them, its signs, its pairs of characters; which
    subjects its patterns meet, and which list the grammar says."""
    found = {f"p:{subject}" for subject in hits} | {f"l:{listed}"}
    for mention in reading.mentions:
        found.update(f"#{name}" for name in mention.names)
        if mention.state is not State.MENTIONED:
            found.update(f"{mention.state[0]}:{name}" for name in mention.names)
    found.update(f"s:{token.sign}" for token, _ in reading.signs)
    return frozenset(found.union(_pairs(reading.text.text)))


def _pairs(text: str) -> Iterator[str]:
    for place in range(len(text) - 1):
        pair = text[place : place + 2]
        if pair[0] not in _MARKS and pair[1] not in _MARKS:
            yield pair


@dataclass(frozen=True)
class Weights:
    """Weights of features for subjects. `alike` are criteria of several trades that say the same: one subject, by the
    code of its first. `caution` is added to the likeliest criterion before it is
    held against what is no major hazard."""

    alike: Mapping[str, str]
    weights: Mapping[str, Mapping[str, float]]
    caution: float
    learned_from: str

    @classmethod
    def read(cls, path: Path = DATA) -> Self:
        """The weights in a data file."""
        data: Any = json.loads(path.read_text("utf-8"))
        subjects: Sequence[str] = data["subjects"]
        weights = {feature: dict(_told(told, subjects)) for feature, told in data["weights"].items()}
        return cls(alike_of(data["alike"]), weights, data["caution"], data["learned_from"])

    def written(self) -> str:
        """The data file."""
        subjects = sorted({subject for each in self.weights.values() for subject in each})
        number = {subject: place for place, subject in enumerate(subjects)}
        groups: dict[str, list[str]] = {}
        for code, first in self.alike.items():
            groups.setdefault(first, []).append(code)
        head = {
            "about": "Learned by `app sorting learn`; app/sorting/weighing.py says what it is.",
            "learned_from": self.learned_from, "caution": self.caution, "alike": list(groups.values()),
            "subjects": subjects,
        }  # fmt: skip
        lines = [
            f"{json.dumps(feature, ensure_ascii=False)}: "
            f'"{" ".join(f"{number[subject]}:{weight:.2f}" for subject, weight in sorted(each.items()))}"'
            for feature, each in sorted(self.weights.items())
        ]
        return json.dumps(head, ensure_ascii=False)[:-1] + ', "weights": {\n' + ",\n".join(lines) + "\n}}\n"

    @cached_property
    def subjects(self) -> frozenset[str]:
        """All that any feature speaks for."""
        return frozenset(subject for each in self.weights.values() for subject in each)

    def subject(self, code: str) -> str:
        """What a criterion is about: its own code, or the code of the first that says the same."""
        return self.alike.get(code, code)

    def scores(self, found: Collection[str], subjects: Iterable[str]) -> dict[str, float]:
        """The sum of the weights for each subject: the larger, the likelier."""
        scores = dict.fromkeys(subjects, 0.0)
        known = [each for feature in found if (each := self.weights.get(feature))]
        share = 1 / math.sqrt(max(len(known), 1))
        for each in known:
            for subject, weight in each.items():
                if subject in scores:
                    scores[subject] += weight * share
        return scores

    def telling(self, found: Collection[str], subject: str) -> list[str]:
        """The features that speak most for a subject, the weightiest first."""
        weights = {feature: self.weights.get(feature, {}).get(subject, 0.0) for feature in found}
        return sorted((each for each in weights if weights[each] > 0), key=lambda each: (-weights[each], each))


def alike_of(groups: Iterable[Sequence[str]]) -> dict[str, str]:
    """The first of its group, for each code."""
    return {code: group[0] for group in groups for code in group}


def _told(told: str, subjects: Sequence[str]) -> Iterator[tuple[str, float]]:
    for each in told.split():
        place, weight = each.split(":")
        yield subjects[int(place)], float(weight)
