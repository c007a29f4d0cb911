"""What counts as a major hazard (重大事故隐患判定标准), as data with sector, source and dates.

安全生产法 (2021) art. 118 leaves the criteria to the regulator of each sector; they change, so a finding is judged by
the version that was in force on its day.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from itertools import pairwise
from typing import Any, Final, Literal, Self

from app.sorting.terms import INDUSTRY, Sector, SpecialCategory

MANAGEMENT: Final = "management"
EVERYBODY: Final = "all"
CONFIDENCES: Final = ("compared", "unverified")

_TRADES: Final = frozenset[str](Sector)
_BINDING: Final = frozenset[str]({*Sector, *SpecialCategory, EVERYBODY})
_SECTORS: Final = _BINDING | {MANAGEMENT}
_REQUIRED: Final = ("code", "standard", "item", "sector", "text", "effective_from", "confidence", "source")
_WORDS: Final = ("code", "standard", "sector", "text", "confidence", "source", "verified_by")
_CODE_LENGTH: Final = 32
_TITLE_LENGTH: Final = 60
_CLAUSE_ENDS: Final = "，；、。,;"


class BadCriteria(ValueError):
    """The catalogue can't be used; the message names the entry and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One statutory criterion: a hazard that meets it is major.

    `sector` is the part of its standard that it stands in: a trade, a special category, `management` where it holds for
    all trades of 工贸, `all` where it holds for everybody. `applies_to` is whom it binds: trades, special categories or
    `all`; where the data does not say, it follows from `sector`. In force from `effective_from` to `effective_to`, both
    days included; None is without end. `confidence` is `compared` where the wording was compared with a text of the
    standard, else `unverified`; `verified_by` is who compared it. `patterns` are what a finding must state to meet it,
    where its set brings its own (`patterns.py`); None where the house's for this code are meant.
    """

    code: str
    standard: str
    article: int | None
    item: int
    sector: str
    text: str
    effective_from: date
    effective_to: date | None
    confidence: Literal["compared", "unverified"]
    source: str
    applies_to: frozenset[str]
    verified_by: str | None
    patterns: tuple[str, ...] | None = None

    @property
    def verified(self) -> bool:
        return self.confidence == "compared"

    @property
    def title(self) -> str:
        """Its text, whole where that is short, else up to the end of a clause."""
        if len(self.text) <= _TITLE_LENGTH:
            return self.text
        head = self.text[:_TITLE_LENGTH]
        end = max(head.rfind(mark) for mark in _CLAUSE_ENDS)
        return (head[:end] if end > 0 else head[:-1]) + "…"

    def covers(self, day: date) -> bool:
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)

    def binds(self, sectors: Collection[str], special_categories: Collection[str]) -> bool:
        """Whether an enterprise is judged by it: one of its trades, or what it has, is named.

        What was never recorded excludes nothing: where no trade is known, no trade's criterion is ruled out, and where
        no special category is known either, none of theirs.
        """
        applies = self.applies_to
        if EVERYBODY in applies or not applies.isdisjoint(sectors) or not applies.isdisjoint(special_categories):
            return True
        return not sectors and (not special_categories or not applies.isdisjoint(_TRADES))

    @classmethod
    def of(cls, entry: Any, number: int) -> Self:
        """The criterion that an entry of the data file describes.

        Raises: BadCriteria.
        """
        if not isinstance(entry, dict):
            raise BadCriteria(f"entry {number}: not an object")
        name = f"entry {number} ({entry.get('code') or 'without a code'})"
        if missing := [key for key in _REQUIRED if entry.get(key) in (None, "")]:
            raise BadCriteria(f"{name}: {', '.join(missing)} missing")
        if unknown := sorted(entry.keys() - {field.name for field in fields(cls)}):
            raise BadCriteria(f"{name}: unknown {', '.join(unknown)}")
        if wrong := [key for key in _WORDS if not isinstance(entry.get(key, ""), str | None)]:
            raise BadCriteria(f"{name}: {', '.join(wrong)} is no text")
        if type(entry["item"]) is not int or not isinstance(entry.get("article"), int | None):
            raise BadCriteria(f"{name}: article and item are numbers")
        if len(entry["code"]) > _CODE_LENGTH or not entry["code"].isprintable() or " " in entry["code"]:
            raise BadCriteria(f"{name}: a code is one word of at most {_CODE_LENGTH} characters")
        if entry["sector"] not in _SECTORS:
            raise BadCriteria(f"{name}: unknown sector {entry['sector']!r}")
        if entry["confidence"] not in CONFIDENCES:
            raise BadCriteria(f"{name}: unknown confidence {entry['confidence']!r}")
        since, until = _day(name, entry, "effective_from"), _day(name, entry, "effective_to")
        if since is None or (until is not None and until < since):
            raise BadCriteria(f"{name}: ends on {until}, before it begins on {since}")
        optional = {
            "article": entry.get("article"), "effective_from": since, "effective_to": until,
            "applies_to": _bound(name, entry), "verified_by": entry.get("verified_by"),
            "patterns": _lines(name, entry.get("patterns")),
        }  # fmt: skip
        return cls(**(entry | optional))


def _bound(name: str, entry: Mapping[str, Any]) -> frozenset[str]:
    """Whom an entry binds: as it says, else what follows from its sector."""
    if "applies_to" not in entry:
        return frozenset(INDUSTRY if entry["sector"] == MANAGEMENT else {entry["sector"]})
    told = entry["applies_to"]
    if not isinstance(told, list) or not told:
        raise BadCriteria(f"{name}: applies_to is no list of sectors: {told!r}")
    if unknown := [each for each in told if not isinstance(each, str) or each not in _BINDING]:
        raise BadCriteria(f"{name}: applies to the unknown sector {unknown[0]!r}")
    return frozenset(told)


def _lines(name: str, told: Any) -> tuple[str, ...] | None:
    if told is None:
        return None
    if not isinstance(told, list) or not all(isinstance(line, str) and line.split() for line in told):
        raise BadCriteria(f"{name}: patterns is no list of lines")
    return tuple(told)


def _day(name: str, entry: Mapping[str, Any], key: str) -> date | None:
    value = entry.get(key)
    try:
        return None if value is None else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadCriteria(f"{name}: {key} is no date: {value!r}") from None


class Catalogue:
    """All criteria, by code. A code may have several versions, never two on the same day."""

    def __init__(self, criteria: Iterable[Criterion], words: Iterable[Mapping[str, Any]] = ()) -> None:
        """`words` are what sets add to the lexicon, each with `concepts` and `signs` as data/lexicon.json has them.

        Raises: BadCriteria.
        """
        self.words: Final = tuple(words)
        versions: defaultdict[str, list[Criterion]] = defaultdict(list)
        for criterion in criteria:
            versions[criterion.code].append(criterion)
        self._versions: Final = {code: _in_order(code, found) for code, found in versions.items()}

    def __iter__(self) -> Iterator[Criterion]:
        return (version for versions in self._versions.values() for version in versions)

    def __len__(self) -> int:
        return sum(map(len, self._versions.values()))

    def __contains__(self, code: object) -> bool:
        return code in self._versions

    def versions(self, code: str) -> tuple[Criterion, ...]:
        """All versions of a code, oldest first; none for an unknown one."""
        return self._versions.get(code, ())

    def in_force(self, code: str, on: date) -> Criterion | None:
        """The version of a code that was in force on a day."""
        return next((version for version in self.versions(code) if version.covers(on)), None)


def _in_order(code: str, found: list[Criterion]) -> tuple[Criterion, ...]:
    begun = Counter(version.effective_from for version in found)
    if twice := [str(day) for day, times in begun.items() if times > 1]:
        raise BadCriteria(f"{code}: {', '.join(twice)} stands there twice")
    ordered = sorted(found, key=lambda version: version.effective_from)
    for earlier, later in pairwise(ordered):
        if earlier.covers(later.effective_from):
            raise BadCriteria(f"{code}: the versions of {earlier.effective_from} and {later.effective_from} overlap")
    return tuple(ordered)
