"""What kind of hazard a finding's words speak of: factor (GB/T 13861), discipline, likely kind of accident (GB 6441).

The same weighing as decides between criteria (`weighing.py`), with weights of its own (`data/describing.json`), learned
from labelled findings and the standard wordings. It proposes; where the words do not say, it says nothing. A kind of
accident is given by the edition of GB 6441 that is in force on the day of the finding; of the two editions 2025's
titles are learned, and what has no single counterpart in 1986's is given there by the wider kind.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

from app.sorting.accident_types import AccidentType, standard_on
from app.sorting.proposals import Described, ProposedAccident, ProposedDiscipline, ProposedFactor
from app.sorting.stated import Reading, distinct
from app.sorting.weighing import Weights, features, is_character

DATA: Final = Path(__file__).parent / "data" / "describing.json"
KEYS: Final = ("factor", "discipline", "accident_type")
SURE_ENOUGH: Final[Mapping[str, float]] = {"factor": 0.55, "discipline": 0.8, "accident_type": 0.55}
"""The share of the odds below which nothing is proposed. Of disciplines people agree least."""

LEAST_KNOWN: Final = 3  # features known of a text that says anything
MOST_WORDS: Final = 4
# GB 6441-1986 by the kinds of 2025 that changed: the wider kind that each falls under. Nothing leads back.
OF_1986: Final[Mapping[str, str]] = {
    "厂（场）内车辆致害": "车辆伤害", "道路（轨道）车辆致害": "车辆伤害", "机械致害": "机械伤害",
    "起重致害": "起重伤害", "中毒": "中毒和窒息", "窒息": "中毒和窒息", "跌落": "其他伤害", "水害": "透水",
    "管道爆炸": "容器爆炸",
    "可燃气体爆炸": "其他爆炸", "可燃液体蒸汽爆炸": "其他爆炸", "粉尘爆炸": "其他爆炸", "民用爆炸物品爆炸": "火药爆炸",
    "烟花爆竹爆炸": "火药爆炸", "其他可燃固体爆炸": "其他爆炸", "高温熔融物爆炸": "其他爆炸", "滑坡": "坍塌",
    "泄漏": "其他伤害", "其他事故": "其他伤害",
}  # fmt: skip


@dataclass(frozen=True)
class Describer:
    """Says what kind of hazard a finding is."""

    weights: Weights

    @classmethod
    def read(cls, path: Path = DATA) -> Self:
        return cls(Weights.read(path))

    def __call__(self, reading: Reading, on: date) -> Described:
        """What a finding is, by the standards in force on a day. Never fails, whatever the text."""
        found = kind_features(reading) & self.weights.weights.keys()
        if len(found) < LEAST_KNOWN:
            return Described()
        scores = self.weights.scores(found, self.weights.subjects)
        likeliest = {key: self._likeliest(found, key, scores, reading) for key in KEYS}
        factor, discipline, accident = (likeliest[key] for key in KEYS)
        return Described(
            factor=ProposedFactor(**factor) if factor else None,
            discipline=ProposedDiscipline(**discipline) if discipline else None,
            accident_type=_accident(accident, on) if accident else None,
        )

    def _likeliest(
        self, found: frozenset[str], key: str, scores: Mapping[str, float], reading: Reading
    ) -> dict[str, Any] | None:
        """The likeliest value of a field, how likely it is beside the others, and the words that weigh most for it."""
        subjects = sorted(each for each in scores if each.startswith(f"{key}:"))
        best = max(subjects, key=lambda subject: scores[subject])
        share = 1 / sum(math.exp(scores[subject] - scores[best]) for subject in subjects)
        if share < SURE_ENOUGH[key]:
            return None
        words = _words(reading, self.weights.telling(found, best))
        return {"value": best.removeprefix(f"{key}:"), "score": round(share, 3), "because": words} if words else None


@cache
def describer() -> Describer:
    """Who describes by what came with the release, read once."""
    return Describer.read()


def kind_features(reading: Reading) -> frozenset[str]:
    """What a finding is described by: its concepts, its signs and pairs of characters, not what the patterns met."""
    found = features(reading, (), "")
    return frozenset(each for each in found if each[:2] not in {"l:", "p:"} and not is_character(each))


def _words(reading: Reading, telling: Sequence[str]) -> tuple[str, ...]:
    """Features as the inspector wrote them: the weightiest first, none within another."""
    chosen: tuple[str, ...] = ()
    for feature in telling:
        word = _as_written(reading, feature)
        chosen = distinct([*chosen, word]) if word else chosen
        if len(chosen) == MOST_WORDS:
            break
    return chosen


def _as_written(reading: Reading, feature: str) -> str | None:
    if feature.startswith("s:"):
        token = next((token for token, _ in reading.signs if f"s:{token.sign}" == feature), None)
    elif feature.startswith("#") or feature[1:2] == ":":
        name = feature.removeprefix("#") if feature.startswith("#") else feature[2:]
        token = next((mention.token for mention in reading.mentions if name in mention.names), None)
    else:
        return _pair_as_written(reading, feature)
    return reading.text.as_written(token.start, token.end) if token else None


def _pair_as_written(reading: Reading, pair: str) -> str | None:
    """A pair of characters; where a word of the lexicon reaches into it, that word."""
    start = reading.text.text.find(pair)
    return reading.text.as_written(*reading.word_at(start, start + len(pair))) if start >= 0 else None


def _accident(found: Mapping[str, Any], on: date) -> ProposedAccident | None:
    """A title of 2025 as a kind of the edition that was in force on a day."""
    kind = accident_of(found["value"], on)
    if kind is None:
        return None
    sure = {"score": found["score"], "because": found["because"]}
    return ProposedAccident(standard=kind.standard, code=kind.code, title=kind.title, **sure)


def accident_of(title: str, on: date) -> AccidentType | None:
    """The kind of this title of 2025 in the edition that was in force on a day; None for a title that is none."""
    by_title = {kind.title: kind for kind in standard_on(on).types}
    return by_title.get(title) or by_title.get(OF_1986.get(title, ""))
