"""What ledgers and problem lists (隐患台账, 设计诊断, 老旧装置评估) say of hazards that were known before.

What none of them may say is in `faults`. Pure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from app.foundation.canonical import canonical, digest
from app.foundation.problems import Said
from app.hazards.terms import Origin
from app.sorting.criteria import Catalogue
from app.sorting.terms import Discipline, Factor, Level

EARLIEST: Final = date(1990, 1, 1)  # before it, a date is a slip: a spreadsheet's day 0 is in 1900
LATEST: Final = date(2100, 1, 1)


class SourceKind(StrEnum):
    """What kind of list it was."""

    LEDGER = "ledger"
    DESIGN_DIAGNOSIS = "design_diagnosis"
    AGEING_PLANT = "ageing_plant"
    OTHER = "other"


class KnownState(StrEnum):
    """How far a hazard had come by its ledger."""

    OPEN = "open"
    RECTIFIED = "rectified"
    CLOSED = "closed"


SOURCE_TITLES: Final[Mapping[SourceKind, str]] = {
    SourceKind.LEDGER: "隐患台账",
    SourceKind.DESIGN_DIAGNOSIS: "设计诊断",
    SourceKind.AGEING_PLANT: "老旧装置评估",
    SourceKind.OTHER: "其他问题清单",
}
STATE_TITLES: Final[Mapping[KnownState, str]] = {
    KnownState.OPEN: "未整改",
    KnownState.RECTIFIED: "已整改",
    KnownState.CLOSED: "已销号",
}


# Who found what a list has, unless it says so: diagnoses and assessments are made by experts.
FOUND_BY: Final[Mapping[SourceKind, Origin]] = {
    SourceKind.LEDGER: Origin.ENTERPRISE,
    SourceKind.DESIGN_DIAGNOSIS: Origin.EXPERT,
    SourceKind.AGEING_PLANT: Origin.EXPERT,
    SourceKind.OTHER: Origin.ENTERPRISE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One line of a list, with the list that it stands in: what kind, which title, who made it and when.

    `reporter`, `responsible` and `reviewer` are user names or names; `measure` is the id or the words of a measure of
    the risk list; `system_number` is the number that it has here, in what was exported.
    """

    source: SourceKind = SourceKind.LEDGER
    list_title: str | None = None
    issued_by: str | None = None
    issued_on: date | None = None
    number: str | None = None
    system_number: str | None = None
    description: str
    place: str | None = None
    level: Level
    criterion: str | None = None
    factor: Factor | None = None
    discipline: Discipline | None = None
    found_by: Origin | None = None
    found_on: date
    reporter: str | None = None
    state: KnownState
    responsible: str | None = None
    phone: str | None = None
    due_on: date | None = None
    requirement: str | None = None
    measures_taken: str | None = None
    rectified_on: date | None = None
    reviewer: str | None = None
    closed_on: date | None = None
    measure: str | None = None
    note: str | None = None

    @property
    def told(self) -> dict[str, Any]:
        """Its fields by their names."""
        return {name: getattr(self, name) for name in self.__slots__}

    @property
    def digest(self) -> str:
        """What tells whether it says the same as before."""
        return digest(canonical(self.told | {"system_number": None}))

    def key(self, enterprise_id: UUID) -> str:
        """What it is known by: the number in its list, or, where that has none, what was found where and when."""
        own = self.number or [self.description, self.place, self.found_on]
        return digest(canonical([enterprise_id, self.source, self.list_title, own]))


class Fault(NamedTuple):
    """What is wrong with one field of one line."""

    field: str
    code: str
    message: Said


BEFORE_1990: Final = Said("日期早于1990年，请核对", "The date is before 1990")
AFTER_2100: Final = Said("日期晚于2099年，请核对", "The date is after 2099")
FUTURE: Final = Said("日期晚于今天", "The date is in the future")
BEFORE_FOUND: Final = Said("日期早于发现日期", "It is before the day of the finding")
BEFORE_RECTIFIED: Final = Said("销号日期早于整改完成日期", "It was closed before it was rectified")
NO_END: Final = Said("已销号的须写明销号日期或整改完成日期", "Closed: say when, or when it was rectified")
STILL_OPEN: Final = Said("写明了销号日期，但状态不是已销号", "It has a closing date, but is not closed")
NOT_RECTIFIED: Final = Said("写明了整改完成日期，但状态是未整改", "It says when it was rectified, and that it is not")


def faults(known: Known, today: date, catalogue: Catalogue) -> Iterator[Fault]:
    """Everything that cannot be true of a line, by its fields. `today` is the date in Asia/Shanghai."""
    wrong_days = {fault.field: fault for fault in _days(known, today)}
    yield from wrong_days.values()
    if "found_on" not in wrong_days:
        for name in ("due_on", "rectified_on", "closed_on"):
            day = getattr(known, name)
            if day and name not in wrong_days and day < known.found_on:
                yield Fault(name, "before_found", BEFORE_FOUND)
        if known.criterion and catalogue.in_force(known.criterion, known.found_on) is None:
            yield Fault("criterion", "unknown_criterion", not_in_force(known.criterion))
    if known.closed_on and known.rectified_on and known.closed_on < known.rectified_on:
        yield Fault("closed_on", "before_rectified", BEFORE_RECTIFIED)
    yield from _contradictions(known)


def _days(known: Known, today: date) -> Iterator[Fault]:
    """Days that no calendar of a ledger has. Only a deadline may lie ahead."""
    for name in ("issued_on", "found_on", "due_on", "rectified_on", "closed_on"):
        day = getattr(known, name)
        if day is None:
            continue
        if day < EARLIEST:
            yield Fault(name, "too_early", BEFORE_1990)
        elif day >= LATEST:
            yield Fault(name, "too_late", AFTER_2100)
        elif day > today and name != "due_on":
            yield Fault(name, "in_the_future", FUTURE)


def not_in_force(criterion: str) -> Said:
    return Said(f"判定标准{criterion}在发现之日不施行", f"No criterion {criterion} was in force that day")


def _contradictions(known: Known) -> Iterator[Fault]:
    if known.state is KnownState.CLOSED:
        if not (known.closed_on or known.rectified_on):
            yield Fault("closed_on", "missing", NO_END)
    elif known.closed_on:
        yield Fault("state", "still_open", STILL_OPEN)
    elif known.state is KnownState.OPEN and known.rectified_on:
        yield Fault("state", "not_rectified", NOT_RECTIFIED)
