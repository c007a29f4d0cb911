"""What counts as a major hazard (重大事故隐患判定标准), as data with sector, source and dates.

安全生产法 (2021) art. 118 leaves the criteria to the regulator of each sector; they change, so a finding is judged by
the version that was in force on its day.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Literal, Self

from app.sorting.terms import Sector, SpecialCategory

DATA: Final = Path(__file__).parent / "data" / "major_hazard_criteria.json"
MANAGEMENT: Final = "management"
CONFIDENCES: Final = ("compared", "unverified")

_SECTORS: Final = frozenset[str]({*Sector, *SpecialCategory, MANAGEMENT})
_REQUIRED: Final = ("code", "standard", "item", "sector", "text", "effective_from", "confidence", "source")
_TITLE_LENGTH: Final = 60
_CLAUSE_ENDS: Final = "，；、。,;"


class BadCriteria(ValueError):
    """The catalogue can't be used; the message names the entry and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One statutory criterion: a hazard that meets it is major.

    `sector` is a trade, a special category, or `management` where it holds for all trades of its standard. In force
    from `effective_from` to `effective_to`, both days included; None is without end. `confidence` is `compared` where
    the wording was compared with a text of the standard, else `unverified`.
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
        if entry["sector"] not in _SECTORS:
            raise BadCriteria(f"{name}: unknown sector {entry['sector']!r}")
        if entry["confidence"] not in CONFIDENCES:
            raise BadCriteria(f"{name}: unknown confidence {entry['confidence']!r}")
        since, until = _day(name, entry, "effective_from"), _day(name, entry, "effective_to")
        if since is None or (until is not None and until < since):
            raise BadCriteria(f"{name}: ends on {until}, before it begins on {since}")
        optional = {"article": entry.get("article"), "effective_from": since, "effective_to": until}
        return cls(**(entry | optional))


def _day(name: str, entry: Mapping[str, Any], key: str) -> date | None:
    value = entry.get(key)
    try:
        return None if value is None else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadCriteria(f"{name}: {key} is no date: {value!r}") from None


class Catalogue:
    """All criteria, by code. A code may have several versions, never two on the same day."""

    def __init__(self, criteria: Iterable[Criterion]) -> None:
        """Raises: BadCriteria."""
        versions: defaultdict[str, list[Criterion]] = defaultdict(list)
        for criterion in criteria:
            versions[criterion.code].append(criterion)
        self._versions: Final = {code: _in_order(code, found) for code, found in versions.items()}

    @classmethod
    def read(cls, path: Path = DATA) -> Self:
        """The catalogue in a data file.

        Raises: BadCriteria.
        """
        try:
            entries = json.loads(path.read_text("utf-8"))["criteria"]
        except (ValueError, KeyError, TypeError) as error:
            raise BadCriteria(f"{path.name}: no list of criteria: {error}") from None
        if not isinstance(entries, list):
            raise BadCriteria(f"{path.name}: no list of criteria: {entries!r}")
        return cls(Criterion.of(entry, number) for number, entry in enumerate(entries, start=1))

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


@cache
def catalogue() -> Catalogue:
    """The catalogue in force, read once."""
    return Catalogue.read()


def _in_order(code: str, found: list[Criterion]) -> tuple[Criterion, ...]:
    begun = Counter(version.effective_from for version in found)
    if twice := [str(day) for day, times in begun.items() if times > 1]:
        raise BadCriteria(f"{code}: {', '.join(twice)} stands there twice")
    ordered = sorted(found, key=lambda version: version.effective_from)
    for earlier, later in pairwise(ordered):
        if earlier.covers(later.effective_from):
            raise BadCriteria(f"{code}: the versions of {earlier.effective_from} and {later.effective_from} overlap")
    return tuple(ordered)
