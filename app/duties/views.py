"""What everybody reads of plans, duties and stops, and what the lists may be asked for."""

from datetime import date, timedelta
from typing import Final, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from app.duties.schemas import ShiftFields, Substitute
from app.duties.terms import By, Days, DutyFlag, DutyState
from app.foundation.calendar import local_date
from app.foundation.clock import now
from app.foundation.pages import Asked
from app.foundation.wire import AreaCode, Day, Frozen, Moment, View
from app.hazards.views import Named
from app.inspections.terms import Cadence, Kind, Tier

DUTIES_DAYS: Final = 62
SUMMARY_DAYS: Final = 400


class PlanView(View):
    enterprise_id: UUID
    area_code: str
    name: str
    kind: Kind
    cadence: Cadence
    tier: Tier | None
    responsible_id: UUID | None
    substitutes: list[Substitute]
    measure_ids: list[UUID]
    days: Days
    shifts: list[ShiftFields]
    from_on: date
    to_on: date | None
    retired: bool
    created_at: Moment


class PlanPage(BaseModel):
    items: list[PlanView]
    next_cursor: str | None
    total: int | None = None
    total_capped: bool | None = None


class PlanFilter(Asked):
    enterprise_id: UUID | None = None
    area_code: AreaCode | None = Field(default=None, description="With its subtree.")
    cadence: Cadence | None = None
    tier: Tier | None = None
    retired: bool = False


class CalendarView(View):
    enterprise_id: UUID
    from_on: date
    weekdays: list[int] | None = Field(description="1 is Monday; null: the work days of the State Council's table.")
    off: list[date]
    worked: list[date]
    first_shift: str
    made_at: Moment


class CalendarPage(BaseModel):
    """The last declared first. Each holds from its day on, until a later one does."""

    items: list[CalendarView]
    next_cursor: str | None
    total: int | None = None
    total_capped: bool | None = None


class CalendarFilter(Asked):
    enterprise_id: UUID | None = None
    area_code: AreaCode | None = Field(default=None, description="With its subtree.")


class Activity(BaseModel):
    """Inspections of the enterprise's own during the stop, for plans that were resting: a sign that work went on."""

    inspections: int


class StopView(View):
    enterprise_id: UUID
    area_code: str
    scope: str
    reason: str
    plan_ids: list[UUID] | None
    always: list[UUID] = Field(description="The measures that stay owed (marked `always` when it was declared).")
    from_on: date
    to_on: date | None
    withdrawn: bool
    backdated: bool
    declared_by: UUID
    declared_at: Moment
    activity: Activity
    resumption_duty: str | None = Field(description="The inspection that its end owes before the first shift.")


class StopPage(BaseModel):
    items: list[StopView]
    next_cursor: str | None
    total: int | None = None
    total_capped: bool | None = None


class StopFilter(Asked):
    enterprise_id: UUID | None = None
    area_code: AreaCode | None = Field(default=None, description="With its subtree.")
    on: Day | None = Field(default=None, description="Those that hold on that day.")


class Owing(BaseModel):
    id: UUID
    name: str | None = Field(description="Null for a worker.")


class ToCheck(BaseModel):
    """A measure to look at, and the hazard that is open on it."""

    measure_id: UUID
    description: str
    check: str | None
    open_hazard_id: UUID | None


class DutyView(BaseModel):
    """What a plan owes in one period, and what became of it."""

    id: str = Field(description="`<plan id>:<period>[:<shift>]`")
    plan_id: UUID = Field(description="Of the plan; of the stop, whose end owes a resumption inspection.")
    plan_revision: int
    name: str
    kind: Kind
    enterprise: Named
    cadence: Cadence
    tier: Tier | None
    period: str
    shift: str | None
    opens_at: Moment
    closes_at: Moment
    state: DutyState
    flags: list[DutyFlag]
    responsible: Owing | None
    inspection_ids: list[UUID]
    checklist: list[ToCheck]


class DutyPage(BaseModel):
    items: list[DutyView]
    next_cursor: str | None


class Span(Frozen):
    """From a day to a day; today, if it does not say. Which duties are asked for."""

    from_: Day | None = Field(default=None, alias="from", description="Asia/Shanghai; today, if it does not say.")
    to: Day | None = Field(default=None, description="Inclusive; the same day, if it does not say.")
    enterprise_id: UUID | None = None
    area_code: AreaCode | None = Field(default=None, description="With its subtree.")
    cadence: Cadence | None = None
    tier: Tier | None = None

    @property
    def first(self) -> date:
        return self.from_ or min(local_date(now()), self.to or date.max)

    @property
    def last(self) -> date:
        return self.to or self.first

    def within(self, days: int, said: str) -> Self:
        if self.last < self.first:
            raise ValueError("it ends before it begins")
        if self.last - self.first >= timedelta(days=days):
            raise ValueError(said)
        return self


class DutyFilter(Span, Asked):
    responsible_id: UUID | None = None
    state: tuple[DutyState, ...] = ()
    count: Literal[False] = Field(default=False, description="Duties are counted by `/duties/summary`.")

    @model_validator(mode="after")
    def not_too_long(self) -> Self:
        return self.within(DUTIES_DAYS, "62 days at most")


class SummaryAsked(Span):
    by: By = By.ENTERPRISE
    limit: int = Field(default=200, ge=1, le=1000, description="Items, the worst first; the total is of all.")

    @model_validator(mode="after")
    def not_too_long(self) -> Self:
        return self.within(SUMMARY_DAYS, "400 days at most")


class Counts(BaseModel):
    """`owed` is the sum of done, partial, late, missed and due; what is exempt stands beside it."""

    owed: int = 0
    done: int = 0
    partial: int = 0
    late: int = 0
    missed: int = 0
    due: int = 0
    exempt: int = 0
    nil: int = Field(default=0, description="Done (or late), and nothing was found.")
    unassigned: int = Field(default=0, description="Owed, and nobody holds the tier or one above it.")
    by_deputy: int = Field(default=0, description="Fulfilled, but not by whom it was owed.")
    uploaded_late: int = Field(default=0, description="Done in time, and heard of later.")


class SummaryItem(Counts):
    key: str
    name: str


class Summary(BaseModel):
    """Duties whose last day lies in the range; the worst first."""

    items: list[SummaryItem]
    left_out: int = Field(description="How many further items there are; the total counts them.")
    total: Counts
