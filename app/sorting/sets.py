"""Sets of criteria: one order of a ministry, a province's own standard, fire, gas, whatever is issued as a whole.

A set is one JSON file; those of the release are `data/sets/*.json`, further ones are loaded (`app sorting sets`). Of a
name there may be several versions: on each day the one holds that began last, so that an order which replaces another
is a new version of its set, and a correction is one that begins on the same day. Nothing of a file is used unless all
of it can be.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Self

from app.sorting.criteria import EVERYBODY, BadCriteria, Catalogue, Criterion
from app.sorting.terms import Sector, SpecialCategory

DATA: Final = Path(__file__).parent / "data" / "sets"
RELEASED: Final = 0
"""The version of a set that came with the release."""

_NAME_LENGTH: Final = 32
_TITLE_LENGTH: Final = 200
_BINDING: Final = frozenset[str]({*Sector, *SpecialCategory, EVERYBODY})
_REQUIRED: Final = ("name", "title", "legal_source", "applies_to", "effective_from", "criteria")
_KNOWN: Final = {*_REQUIRED, "effective_to", "verified_by", "words", "_note"}


@dataclass(frozen=True, slots=True)
class CriteriaSet:
    """One version of a set. `verified_by`: who compared its texts with the source; None leaves them unverified."""

    name: str
    title: str
    legal_source: str
    effective_from: date
    effective_to: date | None
    verified_by: str | None
    criteria: tuple[Criterion, ...]
    words: Mapping[str, Any] | None = None
    version: int = RELEASED

    @classmethod
    def of(cls, data: Any, version: int = RELEASED) -> Self:
        """The set that a file describes. What a criterion does not say, its set says for it.

        Raises: BadCriteria, with everything that is wrong, a line each.
        """
        head = _head(data)
        criteria, wrong = [], []
        for number, entry in enumerate(data["criteria"], start=1):
            try:
                criteria.append(_criterion(head, entry, number))
            except BadCriteria as bad:
                wrong.append(str(bad))
        if not wrong:
            try:
                Catalogue(criteria)
            except BadCriteria as bad:
                wrong.append(str(bad))
        if wrong:
            raise BadCriteria("\n".join(wrong))
        if version != RELEASED:
            criteria = [_with_own_patterns(each) for each in criteria]
        known = {each.name for each in fields(cls)} & head.keys()
        return cls(**{name: head[name] for name in known} | {"criteria": tuple(criteria), "version": version})

    @classmethod
    def read(cls, path: Path) -> Self:
        """The set in a file.

        Raises: BadCriteria.
        """
        return cls.of(parsed(path))


@dataclass(frozen=True, slots=True)
class Holding:
    """From when to when a version of a set holds."""

    set: CriteriaSet
    since: date
    until: date | None

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)

    @property
    def criteria(self) -> Iterator[Criterion]:
        """Its criteria, each as long as both it and the version hold."""
        for criterion in self.set.criteria:
            since, until = max(self.since, criterion.effective_from), earlier(self.until, criterion.effective_to)
            if until is None or since <= until:
                yield replace(criterion, effective_from=since, effective_to=until)


def earlier(one: date | None, other: date | None) -> date | None:
    """The earlier of two ends; None never comes."""
    return min((day for day in (one, other) if day), default=None)


def holdings(sets: Iterable[CriteriaSet]) -> list[Holding]:
    """When each version holds; one that another takes the place of altogether is not among them."""
    found: list[Holding] = []
    for versions in _by_name(sets).values():
        begun = {each.effective_from: each for each in sorted(versions, key=lambda each: each.version)}
        ordered = [begun[day] for day in sorted(begun)]
        for own, following in pairwise([*ordered, None]):
            assert own is not None
            before = following.effective_from - timedelta(days=1) if following else None
            found.append(Holding(own, own.effective_from, earlier(own.effective_to, before)))
    return found


def catalogue_of(held: Iterable[Holding]) -> Catalogue:
    """All that these sets hold.

    Raises: BadCriteria, if a code stands in two sets on the same day.
    """
    held = list(held)
    words = [each.set.words for each in held if each.set.words]
    return Catalogue((criterion for each in held for criterion in each.criteria), words)


@cache
def released() -> tuple[CriteriaSet, ...]:
    """The sets that come with the release, read once."""
    return tuple(CriteriaSet.read(path) for path in sorted(DATA.glob("*.json")))


@cache
def catalogue() -> Catalogue:
    """The criteria of the release."""
    return catalogue_of(holdings(released()))


def parsed(path: Path) -> Any:
    """What a file says.

    Raises: BadCriteria, if that is no JSON.
    """
    try:
        return json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise BadCriteria(f"{path.name}: no JSON: {error}") from None


def _by_name(sets: Iterable[CriteriaSet]) -> dict[str, list[CriteriaSet]]:
    found: defaultdict[str, list[CriteriaSet]] = defaultdict(list)
    for each in sets:
        found[each.name].append(each)
    return found


def _head(data: Any) -> dict[str, Any]:
    """What a file says of the set itself, judged.

    Raises: BadCriteria.
    """
    if not isinstance(data, dict):
        raise BadCriteria("the file is no object")
    wrong = [f"the set: {key} missing" for key in _REQUIRED if data.get(key) in (None, "")]
    wrong += [f"the set: unknown {key}" for key in sorted(data.keys() - _KNOWN)]
    if "verified_by" not in data:
        wrong.append("the set: verified_by missing: who compared the texts, or null")
    for key, length in (
        ("name", _NAME_LENGTH),
        ("title", _TITLE_LENGTH),
        ("legal_source", None),
        ("verified_by", None),
    ):
        told = data.get(key)
        if told is not None and (not isinstance(told, str) or len(told) > (length or len(told))):
            wrong.append(f"the set: {key} is no text" + (f" of at most {length} characters" if length else ""))
    if isinstance(data.get("name"), str) and (" " in data["name"] or not data["name"].isprintable()):
        wrong.append("the set: name is one word")
    wrong += _unbound(data.get("applies_to"))
    since, until = _day(data, "effective_from", wrong), _day(data, "effective_to", wrong)
    if since and until and until < since:
        wrong.append(f"the set: ends on {until}, before it begins on {since}")
    if data.get("criteria") is not None and (not isinstance(data["criteria"], list) or not data["criteria"]):
        wrong.append("the set: criteria is no list of criteria")
    if not isinstance(data.get("words"), dict | None):
        wrong.append("the set: words is no object of concepts and signs")
    if wrong:
        raise BadCriteria("\n".join(wrong))
    return data | {"effective_from": since, "effective_to": until}


def _unbound(applies_to: Any) -> Iterator[str]:
    if applies_to in (None, ""):
        return
    if not isinstance(applies_to, list) or not applies_to:
        yield "the set: applies_to is no list of sectors"
        return
    for each in applies_to:
        if not isinstance(each, str) or each not in _BINDING:
            yield f"the set: applies to the unknown sector {each!r}"


def _day(data: Mapping[str, Any], key: str, wrong: list[str]) -> date | None:
    told = data.get(key)
    if told in (None, ""):
        return None
    try:
        return date.fromisoformat(told)
    except (TypeError, ValueError):
        wrong.append(f"the set: {key} is no date: {told!r}")
        return None


def _criterion(head: Mapping[str, Any], entry: Any, number: int) -> Criterion:
    """A criterion, with what its set says for it.

    Raises: BadCriteria.
    """
    if not isinstance(entry, dict):
        raise BadCriteria(f"entry {number}: not an object")
    verified_by = entry.get("verified_by", head["verified_by"])
    until = head["effective_to"]
    told = {
        "standard": head["title"], "source": head["legal_source"], "sector": _part(entry, head),
        "effective_from": head["effective_from"].isoformat(), "effective_to": until and until.isoformat(),
        "confidence": "compared" if verified_by else "unverified",
    } | entry  # fmt: skip
    if "sector" not in entry and "applies_to" not in entry:
        told["applies_to"] = head["applies_to"]
    told["verified_by"] = verified_by if told["confidence"] == "compared" else None
    criterion = Criterion.of(told, number)
    if criterion.verified and not criterion.verified_by:
        raise BadCriteria(f"entry {number} ({criterion.code}): compared, but verified_by says nobody")
    end = criterion.effective_to
    if criterion.effective_from < head["effective_from"] or (until and (end is None or end > until)):
        raise BadCriteria(f"entry {number} ({criterion.code}): in force outside the days of its set")
    return criterion


def _with_own_patterns(criterion: Criterion) -> Criterion:
    """The house's patterns of a code are of the release's wording: another wording has its own, or none."""
    house = any(each.text == criterion.text for each in catalogue().versions(criterion.code))
    return criterion if house or criterion.patterns is not None else replace(criterion, patterns=())


def _part(entry: Mapping[str, Any], head: Mapping[str, Any]) -> str:
    """The part of its standard that a criterion stands in, where it does not say: the sector that it binds, if one."""
    binds = entry.get("applies_to", head["applies_to"])
    return binds[0] if isinstance(binds, list) and len(binds) == 1 else EVERYBODY
