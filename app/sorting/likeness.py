"""Which of many short texts say the same as a finding: of standard wordings, control measures, open hazards.

Two texts meet in concepts of the lexicon, whichever of a concept's words each uses (泄爆口 = 泄爆片), and in pairs of
characters. What meets counts by how rare it is among these very texts: 车间 says little in a list full of workshops.
A `Shelf` knows for each pair of characters which texts have it: 5,000 texts are put on one in a tenth of a second, and
searched in a few milliseconds.
"""

import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from math import log
from operator import add
from typing import Final

from app.sorting.lexicon import Kind, Lexicon
from app.sorting.plain import CHARACTERS
from app.sorting.stated import Reading, State

LONGEST: Final = 240  # characters of a finding that are compared: what it is about stands there
PAIRS: Final = 96
CONCEPT: Final = 2.0  # a shared concept says more than a shared pair of characters
WRONG: Final = 1.5  # … and still more where it is what is missing or broken
PLACE: Final = 0.5
UNKNOWN: Final = 0.5  # what none of the texts has is as likely a slip of the pen as another matter
PRIOR: Final = 12  # as if there were so many more texts: in a list of three nothing is rare
FEW, COMMON = 60, 10  # what stands in more than these, and in more than a tenth of all texts, tells none apart
SHOWN: Final = 4
BETWEEN: Final = "\n"


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that two texts may share: one of `needles`. `word` is how the finding writes it."""

    word: str
    needles: tuple[str, ...]
    worth: float


@dataclass(frozen=True, slots=True)
class Like:
    """A text that is like the finding: its number on the shelf, how like (0 to 1), and the words that both share."""

    number: int
    score: float
    because: tuple[str, ...]


def fold(text: str) -> str:
    """A text in one width, one script and lower case, as `plain` has it, without keeping places."""
    return unicodedata.normalize("NFKC", text).lower().translate(_folding())


@cache
def _folding() -> dict[int, str]:
    """The simplified form of each traditional character, and no line feed but ours."""
    pairs = json.loads(CHARACTERS.read_text("utf-8"))["simplified"]
    return {ord(each): simple for each, simple in zip(pairs[::2], pairs[1::2], strict=True)}


def features(reading: Reading, lexicon: Lexicon) -> list[Feature]:
    """What of a finding can be found in other texts."""
    text = reading.text.text[:LONGEST]
    found: dict[str, Feature] = {}
    for mention in reading.mentions:
        if mention.token.end > LONGEST:
            continue
        word = reading.text.as_written(mention.token.start, mention.token.end)
        for concept in mention.concepts:
            worth = CONCEPT * (WRONG if mention.state in {State.LACKING, State.FAILED} else 1.0)
            worth *= PLACE if concept.kind in {Kind.PLACE, Kind.TAIL} else 1.0
            before = found.get(concept.name)
            if before is None or before.worth < worth:
                found[concept.name] = Feature(word, _needles(lexicon, concept.name), worth)
    pairs = _pairs(_without_signs(text, reading))
    return [*found.values(), *(Feature(pair, (pair,), 1.0) for pair in pairs)]


def _without_signs(text: str, reading: Reading) -> str:
    """没有, 未设置, 损坏 are in every second finding: what they are said of is compared."""
    kept = list(text)
    for token, _ in reading.signs:
        kept[token.start : token.end] = BETWEEN * (min(token.end, len(kept)) - token.start)
    return "".join(kept[: len(text)])


def _pairs(text: str) -> list[str]:
    """Two characters that stand together, each pair once, as many as are compared."""
    pairs = (text[place : place + 2] for place in range(len(text) - 1))
    return list(dict.fromkeys(pair for pair in pairs if pair.isalnum()))[:PAIRS]


@cache
def _needles(lexicon: Lexicon, name: str) -> tuple[str, ...]:
    words = (fold(word) for word in lexicon.concepts[name].words)
    return tuple(dict.fromkeys(word for word in words if len(word) > 1))


class Shelf:
    """Texts to be compared with."""

    def __init__(self, texts: Iterable[str]) -> None:
        together = [text.replace(BETWEEN, " ") for text in texts]
        self._texts: Final = fold(BETWEEN.join(together)).split(BETWEEN) if together else []
        self._by_pair: Final = defaultdict[str, list[int]](list)
        for number, text in enumerate(self._texts):
            for pair in set(map(add, text, text[1:])):
                self._by_pair[pair].append(number)
        self._common: Final = max(FEW, len(self) // COMMON)

    def __len__(self) -> int:
        return len(self._texts)

    def holding(self, needles: Sequence[str]) -> set[int] | None:
        """The numbers of the texts with one of these words; None if they are too many to tell texts apart by it."""
        found: set[int] = set()
        for needle in needles:
            pairs = (self._by_pair.get(pair, ()) for pair in map(add, needle, needle[1:]))
            rarest = min(pairs, key=len, default=())
            if len(needle) > len("两字"):
                rarest = [number for number in rarest if needle in self._texts[number]]
            found.update(rarest)
            if len(found) > self._common:
                return None
        return found

    def likest(self, wanted: Sequence[Feature], most: int, least: float, *, whole: bool = False) -> list[Like]:
        """The texts that share most with a finding, the likest first, none below `least`.

        `whole`: what the other text says beyond the finding counts against it, as where both should say the same.
        """
        if not len(self) or not wanted:
            return []
        of_finding, shared, words = 0.0, defaultdict[int, float](float), defaultdict[int, list[tuple[float, str]]](list)
        for feature in wanted:
            holding = self.holding(feature.needles)
            if holding is None:
                continue
            weight = feature.worth * log((len(self) + PRIOR) / (len(holding) + 1))
            of_finding += weight if holding else weight * UNKNOWN
            for number in holding:
                shared[number] += weight
                words[number].append((weight, feature.word))
        likes = []
        mean = of_finding / len(wanted)
        for number, weight in shared.items():
            all_of_it = of_finding
            if whole:
                all_of_it = (of_finding + max(weight, mean * len(self._texts[number]))) / 2
            score = round(min(weight / all_of_it, 1.0), 3) if all_of_it else 0.0
            if score >= least:
                likes.append((score, number))
        likes.sort(key=lambda like: (-like[0], like[1]))
        return [Like(number, score, _best(words[number])) for score, number in likes[:most]]


def _best(words: list[tuple[float, str]]) -> tuple[str, ...]:
    """The weightiest words, none within another, in the order of their weight."""
    chosen: list[str] = []
    for _, word in sorted(words, key=lambda each: (-each[0], -len(each[1]))):
        if not any(word in other for other in chosen):
            chosen.append(word)
        if len(chosen) == SHOWN:
            break
    return tuple(chosen)
