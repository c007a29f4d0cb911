"""Which of many short texts say the same as a finding: of standard wordings, control measures, open hazards.

Two texts meet in concepts of the lexicon, whichever of a concept's words each uses (泄爆口 = 泄爆片), and in pairs of
characters. What meets counts by how rare it is among these very texts: 车间 says little in a list full of workshops.
A `Shelf` is one long folded string that is searched with the standard library's `find`, so that thousands of texts
need no index that would have to be kept: 5,000 are searched in some tens of milliseconds.
"""

import json
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from math import log
from typing import Final

from app.sorting.lexicon import Kind, Lexicon
from app.sorting.plain import CHARACTERS
from app.sorting.reading import Reading, State

LONGEST: Final = 240  # characters of a finding that are compared: what it is about stands there
PAIRS: Final = 96
CONCEPT: Final = 2.0  # a shared concept says more than a shared pair of characters
WRONG: Final = 1.5  # … and still more where it is what is missing or broken
PLACE: Final = 0.5
UNKNOWN: Final = 0.5  # what none of the texts has is as likely a slip of the pen as another matter
PRIOR: Final = 12  # as if there were so many more texts: in a list of three nothing is rare
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
        folded = [fold(text.replace(BETWEEN, " ")) for text in texts]
        self.texts: Final = folded
        self._all: Final = BETWEEN.join(folded) + BETWEEN
        self._starts: Final = [0, *accumulate(len(text) + 1 for text in folded)]

    def __len__(self) -> int:
        return len(self.texts)

    def holding(self, needles: Sequence[str]) -> set[int]:
        """The numbers of the texts with one of these words."""
        found: set[int] = set()
        find, starts = self._all.find, self._starts
        for needle in needles:
            place = find(needle)
            while place >= 0:
                number = bisect_right(starts, place) - 1
                found.add(number)
                place = find(needle, starts[number + 1])
        return found

    def likest(self, wanted: Sequence[Feature], most: int, least: float, *, whole: bool = False) -> list[Like]:
        """The texts that share most with a finding, the likest first, none below `least`.

        `whole`: what the other text says beyond the finding counts against it, as where both should say the same.
        """
        if not self.texts or not wanted:
            return []
        of_finding, shared, words = 0.0, defaultdict[int, float](float), defaultdict[int, list[tuple[float, str]]](list)
        for feature in wanted:
            holding = self.holding(feature.needles)
            weight = feature.worth * log((len(self.texts) + PRIOR) / (len(holding) + 1))
            of_finding += weight if holding else weight * UNKNOWN
            for number in holding:
                shared[number] += weight
                words[number].append((weight, feature.word))
        likes = []
        mean = of_finding / len(wanted)
        for number, weight in shared.items():
            all_of_it = of_finding
            if whole:
                all_of_it = (of_finding + max(weight, mean * len(self.texts[number]))) / 2
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
