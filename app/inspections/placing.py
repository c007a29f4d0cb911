"""How a finding comes to a list. Pure: what was said and what is open already decide, and nobody is asked.

An abnormal measure makes a hazard, unless that measure has an open one: then the finding has seen it again. A possible
major is never seen again on a general hazard. A hazard that no measure stood against also opens a candidate: the risk
list had a gap. Whatever a finding opens has the finding's id.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from app.foundation.problems import Conflict, NotFound, Problem, Said
from app.inspections.schemas import FindingFields
from app.sorting.terms import Level, ListName, Method
from app.sorting.verdict import Sorting

NO_HAZARD: Final = Said("本企业没有这条隐患", "The enterprise has no such hazard")
NOT_OPEN: Final = Said("这条隐患已经销号或不予认定", "This hazard is no longer open")
MAJOR_SEEN_AGAIN: Final = Said(
    "可能的重大隐患不能并入一般隐患", "A possible major hazard is not the same as a general one"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """A finding with its verdict. `pointer` is its place in the report; `photos` are what it shows."""

    id: UUID
    pointer: str
    told: FindingFields
    sorting: Sorting
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a finding ends: the ids of the hazard and the risk it leads to, and whether it opens them itself."""

    seen: Seen
    hazard_id: UUID | None = None
    risk_id: UUID | None = None
    seen_again: bool = False

    @property
    def opens_hazard(self) -> bool:
        return self.hazard_id == self.seen.id

    @property
    def opens_candidate(self) -> bool:
        return self.risk_id == self.seen.id


@dataclass(frozen=True, slots=True)
class Known:
    """A hazard that a finding may mean. `state` is the word in the loop."""

    id: UUID
    level: Level
    measure_id: UUID | None
    open: bool = True


class Open:
    """The hazards that the findings of a report may see again: those that were open, and then its own."""

    def __init__(self, known: Iterable[Known]) -> None:
        self._by_id: dict[UUID, Known] = {}
        self._on_measure: defaultdict[UUID | None, list[Known]] = defaultdict(list)
        for hazard in known:
            self.add(hazard)

    def add(self, hazard: Known) -> None:
        self._by_id[hazard.id] = hazard
        if hazard.open:
            self._on_measure[hazard.measure_id].append(hazard)

    def seen_again(self, seen: Seen) -> UUID | None:
        """The open hazard that this is; None if it is a new one.

        Raises:
            NotFound, Conflict: it is said to be one that it can not be.
        """
        major, meant = seen.sorting.level is Level.MAJOR, seen.told.seen_again
        if meant:
            return self._meant(seen, meant, major)
        if meant is False or seen.told.measure_id is None:
            return None
        fitting = [h.id for h in self._on_measure[seen.told.measure_id] if not major or h.level is Level.MAJOR]
        return fitting[-1] if fitting else None

    def _meant(self, seen: Seen, meant: UUID, major: bool) -> UUID | None:
        """The hazard that the reporter means. Where only the text says that this is a major one, it is another until
        a person decides: no report is refused for what the server reads in it."""
        pointer, hazard = f"{seen.pointer}/seen_again", self._by_id.get(meant)
        if hazard is None:
            raise NotFound.at(pointer, NO_HAZARD)
        if not hazard.open:
            raise refused(pointer, "not_open", NOT_OPEN)
        if major and hazard.level is not Level.MAJOR:
            if seen.sorting.method is Method.TEXT:
                return None
            raise refused(pointer, "major_seen_again", MAJOR_SEEN_AGAIN)
        return meant


def place(findings: Iterable[Seen], open: Open, risk_of: Mapping[UUID, UUID]) -> list[Placed]:
    """Where each finding ends, one after the other; `risk_of` says which risk a measure belongs to.

    Raises:
        NotFound, Conflict: a finding is said to be a hazard that it can not be.
    """
    return [_place(seen, open, risk_of) for seen in findings]


def _place(seen: Seen, open: Open, risk_of: Mapping[UUID, UUID]) -> Placed:
    measure_id = seen.told.measure_id
    of_measure = risk_of.get(measure_id) if measure_id else None
    match seen.sorting.list:
        case ListName.RISK:
            return Placed(seen, risk_id=seen.id)
        case ListName.HAZARD:
            if known := open.seen_again(seen):
                return Placed(seen, hazard_id=known, risk_id=of_measure, seen_again=True)
            put_right = seen.told.rectified_on_the_spot is not None
            open.add(Known(seen.id, seen.sorting.level or Level.GENERAL, measure_id, open=not put_right))
            return Placed(seen, hazard_id=seen.id, risk_id=of_measure or seen.id)
        case _:
            return Placed(seen)


def refused(pointer: str, code: str, message: Said) -> Problem:
    fault: dict[str, Any] = {"pointer": pointer, "code": code, "message": message}
    return Conflict(message, code=code, errors=[fault])
