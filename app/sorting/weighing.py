"""How much each word speaks for a criterion, learned from labelled findings (`data/weights.json`).

Inspectors say the same thing in more ways than a dictionary holds. So beside the patterns stands a weighing: every
concept, sign, character and pair of characters of a finding has a weight for each subject that it was seen with in the
labelled findings, and for what is no major hazard (`general`, `none`, `risk`). The sums decide between the subjects
that can be meant at this enterprise. It is a multinomial logistic regression (Berkson 1944): no more than a table of
weights, so that each verdict can show the words that weighed most. `learning.py` learns it again from data; nothing is
downloaded.
"""

import json
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from app.sorting.stated import Reading, State

DATA: Final = Path(__file__).parent / "data" / "weights.json"
GENERAL: Final = "general"
OTHERS: Final = (GENERAL, "none", "risk")
_MARKS: Final = "，。"
_TENTHS: Final = 10  # the data file has weights in tenths: finer ones change no verdict


def features(reading: Reading, hits: Iterable[str], listed: str) -> frozenset[str]:
    """What a finding is weighed by: its concepts and how it stands with them, its signs, its characters and pairs of
    them; which subjects its patterns meet, and which list the grammar says."""
    found = {f"p:{subject}" for subject in hits} | {f"l:{listed}"}
    for mention in reading.mentions:
        found.update(f"#{name}" for name in mention.names)
        if mention.state is not State.MENTIONED:
            found.update(f"{mention.state[0]}:{name}" for name in mention.names)
    found.update(f"s:{token.sign}" for token, _ in reading.signs)
    text = reading.text.text
    return frozenset(found.union(set(text).difference(_MARKS), _pairs(text)))


def is_character(feature: str) -> bool:
    """Whether a feature is a single character: it weighs, and by itself explains nothing."""
    return len(feature) == 1


def _pairs(text: str) -> Iterator[str]:
    for place in range(len(text) - 1):
        pair = text[place : place + 2]
        if pair[0] not in _MARKS and pair[1] not in _MARKS:
            yield pair


class Rows(Mapping[str, Mapping[str, float]]):
    """Weights as their file has them, those of a feature taken apart when it is first asked for: a finding asks for
    some hundred of many thousand."""

    def __init__(self, told: Mapping[str, str], subjects: Sequence[str]) -> None:
        self._told, self._subjects = told, subjects
        self._read: dict[str, Mapping[str, float]] = {}

    def __getitem__(self, feature: str) -> Mapping[str, float]:
        if feature not in self._read:
            pairs = (each.split(":") for each in self._told[feature].split())
            self._read[feature] = {self._subjects[int(place)]: int(weight) / _TENTHS for place, weight in pairs}
        return self._read[feature]

    def __contains__(self, feature: object) -> bool:
        return feature in self._told

    def __iter__(self) -> Iterator[str]:
        return iter(self._told)

    def __len__(self) -> int:
        return len(self._told)


@dataclass(frozen=True)
class Weights:
    """Weights of features for subjects. `alike` are criteria of several trades that say the same: one subject, by the
    code of its first. `subjects` is all that any feature speaks for. `caution` is added on the side of the criteria
    when they are held against what is no major hazard."""

    alike: Mapping[str, str]
    weights: Mapping[str, Mapping[str, float]]
    subjects: frozenset[str]
    caution: float
    learned_from: str

    @classmethod
    def read(cls, path: Path = DATA) -> Self:
        """The weights in a data file."""
        data: Any = json.loads(path.read_text("utf-8"))
        subjects: Sequence[str] = data["subjects"]
        rows = Rows(data["weights"], subjects)
        return cls(alike_of(data["alike"]), rows, frozenset(subjects), data["caution"], data["learned_from"])

    def written(self) -> str:
        """The data file."""
        subjects = sorted(self.subjects)
        number = {subject: place for place, subject in enumerate(subjects)}
        groups: dict[str, list[str]] = {}
        for code, first in self.alike.items():
            groups.setdefault(first, []).append(code)
        head = {
            "about": "Learned by `app sorting learn`; app/sorting/weighing.py says what it is.",
            "learned_from": self.learned_from, "weights_in": "tenths", "caution": self.caution,
            "alike": list(groups.values()), "subjects": subjects,
        }  # fmt: skip
        lines = [
            f"{json.dumps(feature, ensure_ascii=False)}: "
            f'"{" ".join(f"{number[subject]}:{round(weight * _TENTHS)}" for subject, weight in sorted(each.items()))}"'
            for feature, each in sorted(self.weights.items())
        ]
        return json.dumps(head, ensure_ascii=False)[:-1] + ', "weights": {\n' + ",\n".join(lines) + "\n}}\n"

    def subject(self, code: str) -> str:
        """What a criterion is about: its own code, or the code of the first that says the same."""
        return self.alike.get(code, code)

    def scores(self, found: Collection[str], subjects: Iterable[str]) -> dict[str, float]:
        """The sum of the weights for each subject: the larger, the likelier."""
        sums = dict.fromkeys(subjects, 0.0)
        known = [self.weights[feature] for feature in found if feature in self.weights]
        for each in known:
            for subject, weight in each.items():
                if subject in sums:
                    sums[subject] += weight
        share = 1 / math.sqrt(max(len(known), 1))
        return {subject: share * total for subject, total in sums.items()}

    def telling(self, found: Collection[str], subject: str) -> list[str]:
        """The features that speak most for a subject, the weightiest first."""
        weights = {feature: self.weights[feature].get(subject, 0.0) for feature in found if feature in self.weights}
        return sorted((each for each in weights if weights[each] > 0), key=lambda each: (-weights[each], each))


def alike_of(groups: Iterable[Sequence[str]]) -> dict[str, str]:
    """The first of its group, for each code."""
    return {code: group[0] for group in groups for code in group}
