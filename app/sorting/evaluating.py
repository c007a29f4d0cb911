"""How well findings are read: held against what people said of each. Pure.

A labelled finding is one JSON object a line: `description`, what the enterprise has (`sectors`, `special_categories`),
and where it belongs (`list`; of a hazard `level`; of a major one `criteria`, the best first). `id` names it, `on` is
its day; other keys are left alone.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from time import perf_counter
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from app.sorting.criteria import Catalogue
from app.sorting.terms import Level, ListName, Sector, SpecialCategory
from app.sorting.verdict import PENDING, Said, Sorting, TextSorter

FIRST: Final = 3  # candidates among which the right one should be


class BadLabels(ValueError):
    """A file of labelled findings can't be used; the message names the line."""


class Labelled(BaseModel):
    """A finding, and where it belongs."""

    model_config = ConfigDict(frozen=True)

    id: str | None = None
    description: str
    sectors: tuple[Sector, ...] = ()
    special_categories: tuple[SpecialCategory, ...] = ()
    on: date | None = None
    list: ListName
    level: Level | None = None
    criteria: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        return _in_words(self.list, self.level, self.criteria)


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled finding with the verdict on it, and how long that took."""

    label: Labelled
    got: Sorting
    ms: float

    @property
    def proposed(self) -> tuple[str, ...]:
        return tuple(each.code for each in self.got.criteria[:FIRST])

    @property
    def right(self) -> bool:
        """On the right list, at the right level, and, a major one, with each of its criteria among the first."""
        same = (self.got.list, self.got.level) == (self.label.list, self.label.level)
        return same and set(self.label.criteria) <= set(self.proposed)

    @property
    def told(self) -> dict[str, Any]:
        """What went wrong, for people."""
        because = {each.code: list(each.because) for each in self.got.criteria[:FIRST]}
        return {
            "id": self.label.id, "description": self.label.description, "expected": self.label.said,
            "got": _in_words(self.got.list, self.got.level, self.proposed), "because": because,
            "reason": self.got.reason,
        }  # fmt: skip


def _in_words(listed: ListName, level: Level | None, criteria: Sequence[str]) -> str:
    return " ".join([listed, *([level] if level else []), *criteria])


def read(lines: Iterable[str]) -> list[Labelled]:
    """The labelled findings of a file.

    Raises: BadLabels.
    """
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            label = Labelled.model_validate(json.loads(line))
        except ValidationError as error:
            wrong = error.errors()[0]
            raise BadLabels(f"line {number}: {'.'.join(map(str, wrong['loc']))}: {wrong['msg']}") from None
        except ValueError as error:
            raise BadLabels(f"line {number}: no JSON: {error}") from None
        if label.criteria and label.level is not Level.MAJOR:
            raise BadLabels(f"line {number}: only a major hazard has criteria")
        if (label.level is not None) is not (label.list is ListName.HAZARD):
            raise BadLabels(f"line {number}: a hazard has a level, and nothing else has")
        found.append(label)
    return found


def judge_all(labels: Iterable[Labelled], catalogue: Catalogue, by_text: TextSorter, today: date) -> list[Judged]:
    """The verdict on each by its text alone, as of its day, or of `today`."""
    judged = []
    for label in labels:
        said = Said(
            description=label.description, on=label.on or today, sectors=frozenset(label.sectors),
            special_categories=frozenset(label.special_categories),
        )  # fmt: skip
        begun = perf_counter()
        got = by_text(said, catalogue) or PENDING
        judged.append(Judged(label, got, (perf_counter() - begun) * 1000))
    return judged


def report(judged: Sequence[Judged], catalogue: Catalogue) -> dict[str, Any]:
    """The figures, overall and by criterion, and what went wrong. A share of nothing is null."""
    majors = [each for each in judged if each.label.criteria]
    pairs = [(each, code) for each in majors for code in each.label.criteria]
    times = sorted(each.ms for each in judged)
    touched = {code for each in judged for code in each.label.criteria}
    return {
        "findings": len(judged),
        "list": _share(each.got.list is each.label.list for each in judged),
        "lists": {name: _list(judged, name) for name in ListName if name is not ListName.PENDING},
        "majors": {
            "first": _share(each.proposed[:1] in [(code,) for code in each.label.criteria] for each in majors),
            "among_three": _share(not set(each.proposed).isdisjoint(each.label.criteria) for each in majors),
            "every_one_among_three": _share(code in each.proposed for each, code in pairs),
            "level": _share(each.got.level is Level.MAJOR for each in judged if each.label.level is Level.MAJOR),
        },
        "major_alarms": {
            "on_general": _share(each.got.level is Level.MAJOR for each in judged if each.label.level is Level.GENERAL),
            "on_no_hazard": _share(
                each.got.level is Level.MAJOR for each in judged if each.label.list is not ListName.HAZARD
            ),
        },
        "criteria": {code: _criterion(judged, code) for code in sorted(touched | _proposed(judged))},
        "untouched": sorted({each.code for each in catalogue} - touched),
        "unknown": sorted(code for code in touched if code not in catalogue),
        "ms": {"median": _at(times, 0.5), "p99": _at(times, 0.99)},
        "wrong": [each.told for each in judged if not each.right],
    }


def _proposed(judged: Iterable[Judged]) -> set[str]:
    return {code for each in judged for code in each.proposed}


def _list(judged: Sequence[Judged], name: ListName) -> dict[str, Any]:
    """How a list is met: of those that belong on it, and of those that were put there; and where the others went."""
    here = [each for each in judged if each.label.list is name]
    went = Counter(each.got.list for each in here)
    return {
        "recall": _share(each.got.list is name for each in here),
        "precision": _share(each.label.list is name for each in judged if each.got.list is name),
        "went_to": dict(sorted(went.items())),
    }


def _criterion(judged: Sequence[Judged], code: str) -> dict[str, Any]:
    of = [each for each in judged if code in each.label.criteria]
    return {
        "findings": len(of),
        "first": _share(each.proposed[:1] == (code,) for each in of),
        "among_three": _share(code in each.proposed for each in of),
        "precision": _share(code in each.label.criteria for each in judged if each.proposed[:1] == (code,)),
    }


def _share(hits: Iterable[bool]) -> Mapping[str, Any]:
    """How many of how many, and the share."""
    every = list(hits)
    return {"hits": sum(every), "of": len(every), "share": round(sum(every) / len(every), 4) if every else None}


def _at(ordered: Sequence[float], part: float) -> float | None:
    return round(ordered[min(int(len(ordered) * part), len(ordered) - 1)], 3) if ordered else None
