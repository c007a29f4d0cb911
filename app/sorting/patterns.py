"""What a finding must state to meet a criterion: patterns over concepts, as data (`data/patterns.json`).

A criterion has one or more patterns, each a line of terms; all of a pattern's terms must hold somewhere in the finding.

    @除尘系统|粉尘场所   one of these is spoken of (and not merely wished for, or denied)
    -泄爆装置|抑爆惰化   one of these is missing or does not work (工贸 art. 14: what has failed counts as missing)
    积水|混放            one of these is found
    ?连铸模铸            makes it likelier, and is not needed
    !倾动式              must not be spoken of
    persons>9            more than nine persons are counted; also pressure<30 (kPa)
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

from app.sorting.lexicon import Kind, Lexicon
from app.sorting.quantities import Quantity
from app.sorting.reading import read
from app.sorting.stated import Mention, Reading, State

DATA: Final = Path(__file__).parent / "data" / "patterns.json"

SPOKEN_OF: Final = frozenset({State.MENTIONED, State.FAILED, State.PRESENT})
MISSING: Final = frozenset({State.LACKING, State.FAILED})
FOUND: Final = frozenset({State.MENTIONED, State.PRESENT, State.FAILED})
ALTERNATIVES: Final = re.compile("或者|；|;")  # between what each by itself meets a criterion
UNITS_IN_WORDS: Final = {"persons": "人", "pressure": "kPa"}
_COUNTED: Final = re.compile(r"(persons|pressure)([<>])(\d+)")


class BadPattern(ValueError):
    """A pattern can't be read; the message names the criterion and the term."""


class Demand(StrEnum):
    """What a term demands of its concepts."""

    SPOKEN_OF = "@"
    MISSING = "-"
    FOUND = ""
    HELPS = "?"
    ABSENT = "!"


@dataclass(frozen=True, slots=True)
class Term:
    """One of `names`, as `demand` says."""

    demand: Demand
    names: frozenset[str]

    def met_by(self, reading: "Indexed") -> Mention | None:
        """The first mention that meets it."""
        states = {Demand.MISSING: MISSING, Demand.FOUND: FOUND}.get(self.demand, SPOKEN_OF)
        mentions = list(reading.of(self.names))
        found = next((m for m in mentions if m.state in states), None)
        if found is None and self.demand is Demand.MISSING:
            found = next(
                (m for m in mentions if m.state is State.MENTIONED and reading.something_wrong_beside(m)), None
            )
        return found


@dataclass(frozen=True, slots=True)
class Counted:
    """A number of `counts` beyond a limit."""

    counts: str
    more: bool
    than: Decimal

    @property
    def than_in_words(self) -> str:
        return f"{'超过' if self.more else '小于'}{self.than}{UNITS_IN_WORDS[self.counts]}"

    def met_by(self, quantities: Sequence[Quantity]) -> Quantity | None:
        for quantity in quantities:
            beyond = quantity.value > self.than if self.more else quantity.value < self.than
            if quantity.counts == self.counts and not quantity.limit and beyond:
                return quantity
        return None


@dataclass(frozen=True, slots=True)
class Met:
    """A pattern that holds: what meets its terms, each with the demand."""

    pattern: "Pattern"
    mentions: tuple[tuple[Term, Mention], ...]
    quantities: tuple[Quantity, ...]
    helped: bool

    @property
    def clauses_apart(self) -> int:
        clauses = [mention.clause for _, mention in self.mentions]
        return max(clauses) - min(clauses) if clauses else 0


@dataclass(frozen=True, slots=True)
class Pattern:
    written: str
    terms: tuple[Term, ...]
    counted: tuple[Counted, ...]

    @property
    def needed(self) -> int:
        return len(self.counted) + sum(term.demand not in {Demand.HELPS, Demand.ABSENT} for term in self.terms)

    def met_by(self, reading: "Indexed") -> Met | None:
        """How a finding meets it, if it does."""
        mentions: list[tuple[Term, Mention]] = []
        helped = False
        for term in self.terms:
            mention = term.met_by(reading)
            match term.demand:
                case Demand.ABSENT if mention:
                    return None
                case Demand.ABSENT:
                    continue
                case Demand.HELPS:
                    helped = helped or mention is not None
                    if mention:
                        mentions.append((term, mention))
                case _ if mention is None:
                    return None
                case _:
                    mentions.append((term, mention))
        found = [each.met_by(reading.reading.quantities) for each in self.counted]
        if any(quantity is None for quantity in found):
            return None
        return Met(self, tuple(mentions), tuple(quantity for quantity in found if quantity), helped)


class Indexed:
    """A reading, looked up by the names of its concepts."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self._by_name: dict[str, list[Mention]] = {}
        self._touched: dict[str, Mention] = {}
        for mention in reading.mentions:
            for name in mention.names:
                self._by_name.setdefault(name, []).append(mention)
            for name in mention.token.touches:
                self._touched.setdefault(name, mention)

    def touched(self, names: Collection[str]) -> Mention | None:
        """A mention whose word has another within it that stands for one of the names."""
        return next((self._touched[name] for name in names if name in self._touched), None)

    def something_wrong_beside(self, mention: Mention) -> bool:
        """Whether the finding says that something is wrong, but not of what: here or in the clauses that follow."""
        return any(-1 <= clause - mention.clause <= 3 for _, clause in self.reading.loose)

    def of(self, names: Collection[str]) -> Iterator[Mention]:
        for name in names:
            yield from self._by_name.get(name, ())


def alike(path: Path = DATA) -> list[list[str]]:
    """Groups of criteria of several trades that say the same."""
    groups: list[list[str]] = json.loads(path.read_text("utf-8"))["alike"]
    return groups


class Patterns:
    """The patterns of all criteria, by code."""

    def __init__(self, patterns: Mapping[str, Sequence[Pattern]]) -> None:
        self._patterns: Final = {code: tuple(each) for code, each in patterns.items()}

    @classmethod
    def read(cls, lexicon: Lexicon, path: Path = DATA) -> Self:
        """The patterns in a data file.

        Raises: BadPattern.
        """
        data = json.loads(path.read_text("utf-8"))["patterns"]
        return cls({code: [pattern(code, line, lexicon) for line in lines] for code, lines in data.items()})

    def __iter__(self) -> Iterator[str]:
        return iter(self._patterns)

    def of(self, code: str) -> tuple[Pattern, ...]:
        return self._patterns.get(code, ())


def pattern(code: str, line: str, lexicon: Lexicon) -> Pattern:
    """A pattern from its line.

    Raises: BadPattern.
    """
    terms: list[Term] = []
    counted: list[Counted] = []
    for written in line.split():
        if number := _COUNTED.fullmatch(written):
            counted.append(Counted(number[1], number[2] == ">", Decimal(number[3])))
            continue
        demand = Demand(written[0]) if written[0] in "@-?!" else Demand.FOUND
        names = frozenset(written.removeprefix(demand).split("|"))
        if unknown := names - lexicon.concepts.keys():
            raise BadPattern(f"{code}: {written}: no concept {', '.join(sorted(unknown))}")
        terms.append(Term(demand, names))
    if not (counted or any(term.demand not in {Demand.HELPS, Demand.ABSENT} for term in terms)):
        raise BadPattern(f"{code}: {line!r} demands nothing")
    return Pattern(line, tuple(terms), tuple(counted))


def derived(code: str, text: str, lexicon: Lexicon) -> tuple[Pattern, ...]:
    """Patterns from a criterion's own text, where nobody has written any: its text is read as a finding would be.

    Each of its alternatives ("或者", "；") demands what it says is missing or wrong, and the place it speaks of.
    """
    lines = (_derived(read(part, lexicon)) for part in ALTERNATIVES.split(text))
    return tuple(pattern(code, line, lexicon) for line in dict.fromkeys(lines) if line)


def _derived(reading: Reading) -> str:
    wanted: list[str] = []
    places: list[str] = []
    for mention in reading.mentions:
        names = "|".join(concept.name for concept in mention.concepts)
        if mention.state in MISSING:
            wanted.append("-" + names)
        elif any(concept.kind in {Kind.FAULT, Kind.DEED} for concept in mention.concepts):
            wanted.append(names)
        elif any(concept.kind is Kind.PLACE for concept in mention.concepts):
            places.append("@" + names)
    return " ".join([*places[:1], *wanted[:2]]) if wanted else ""
