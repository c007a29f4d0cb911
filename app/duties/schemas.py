"""What is sent: plans, the enterprise's production days, and its stops of production."""

from datetime import date
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from app.duties.terms import Days
from app.foundation.wire import Body, Change, Day, Frozen, Short, Text
from app.inspections.terms import Cadence, Kind, Tier

SHIFTS_LIMIT: Final = 6
SUBSTITUTES_LIMIT: Final = 50
PLAN_MEASURES_LIMIT: Final = 500
EXCEPTIONS_LIMIT: Final = 366


def _planned(cadence: Cadence) -> Cadence:
    if cadence is Cadence.SPOT:
        raise ValueError("spot checks are not planned")
    return cadence


Hour = Annotated[
    str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"), Field(description="HH:MM in Asia/Shanghai.")
]
Planned = Annotated[Cadence, AfterValidator(_planned)]
Responsible = Annotated[
    UUID | None, Field(description="Who owes it; else whoever holds the tier: 班组 → 部门 → 安全员 → 厂长经理.")
]
Measures = Annotated[
    tuple[UUID, ...], Field(max_length=PLAN_MEASURES_LIMIT, description="What to check; it is done when each has been.")
]


class ShiftFields(Frozen):
    """A shift (班次). One that ends no later than it starts goes on past midnight, and belongs to the day it began."""

    name: Annotated[str, StringConstraints(pattern=r"^[\w-]{1,32}$")]
    starts: Hour
    ends: Hour


class Substitute(Frozen):
    """Somebody who stands in, and why."""

    user_id: UUID
    from_on: Day
    to_on: Day
    reason: Short

    @model_validator(mode="after")
    def ends_after_it_begins(self) -> Self:
        if self.to_on < self.from_on:
            raise ValueError("it ends before it begins")
        return self


Shifts = Annotated[tuple[ShiftFields, ...], Field(max_length=SHIFTS_LIMIT, description="Of daily plans only.")]
Substitutes = Annotated[tuple[Substitute, ...], Field(max_length=SUBSTITUTES_LIMIT)]


class NewPlan(Body):
    """A plan of inspections (排查计划). It owes nothing before it is made; its first partial period is exempt."""

    enterprise_id: UUID
    name: Short
    kind: Kind = Kind.ROUTINE
    cadence: Planned
    tier: Tier | None = None
    responsible_id: Responsible = None
    substitutes: Substitutes = ()
    measure_ids: Measures = ()
    days: Days = Days.EVERY
    shifts: Shifts = ()
    from_on: Day | None = Field(default=None, description="Today, if it does not say.")
    to_on: Day | None = None


class PlanChange(Change):
    """What opens after the change is owed as it says; what has opened before stays owed as it was."""

    name: Short = Field(default_factory=str)
    kind: Kind = Field(default_factory=lambda: Kind.ROUTINE)
    cadence: Planned = Field(default_factory=lambda: Cadence.DAILY)
    tier: Tier | None = None
    responsible_id: Responsible = None
    substitutes: Substitutes = Field(default_factory=tuple)
    measure_ids: Measures = Field(default_factory=tuple)
    days: Days = Field(default_factory=lambda: Days.EVERY)
    shifts: Shifts = Field(default_factory=tuple)
    from_on: Day = Field(default_factory=lambda: date.min)
    to_on: Day | None = None
    retired: bool = Field(default_factory=bool)


class NewCalendar(Body):
    """The enterprise's own production days, from a day to come."""

    enterprise_id: UUID
    from_on: Day
    weekdays: Annotated[frozenset[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1)] | None = Field(
        default=None, description="1 is Monday. Without: the work days of the State Council's table, 调休 included."
    )
    off: Annotated[frozenset[Day], Field(max_length=EXCEPTIONS_LIMIT)] = frozenset()
    worked: Annotated[frozenset[Day], Field(max_length=EXCEPTIONS_LIMIT)] = frozenset()
    first_shift: Hour = Field(default="08:00", description="When work begins: by then a stop's end is inspected.")

    @model_validator(mode="after")
    def no_day_is_both(self) -> Self:
        if self.off & self.worked:
            raise ValueError("a day is either off or worked")
        return self


class NewStop(Body):
    """A stop of production (停产), declared by the manager before it begins; afterwards by a supervisor only."""

    enterprise_id: UUID
    scope: Short = Field(description="What stands still.")
    reason: Text
    plan_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=200)] | None = Field(
        default=None, description="The plans that rest meanwhile; null: all of the enterprise."
    )
    from_on: Day
    to_on: Day | None = Field(default=None, description="The last day of it; null: not known yet.")

    @model_validator(mode="after")
    def ends_after_it_begins(self) -> Self:
        if self.to_on and self.to_on < self.from_on:
            raise ValueError("it ends before it begins")
        return self


class StopChange(Change):
    """Ends a stop, lets it last longer, or takes it back before it begins."""

    to_on: Day | None = None
    withdrawn: bool = Field(default_factory=bool)
