"""What everybody reads of plans, duties and stops."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from app.duties.schemas import ShiftFields, Substitute
from app.duties.terms import Asks, Days, DutyFlag, DutyState, Seat, Side
from app.foundation.wire import Moment, View
from app.hazards.views import Named
from app.inspections.terms import Cadence, Kind, Tier


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
    end_told_at: Moment | None = Field(description="When somebody said last when it ends.")
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


class Owing(BaseModel):
    id: UUID | None = Field(description="Null for a responsible person who has no account.")
    name: str | None = Field(description="Null for a worker.")


class ToCheck(BaseModel):
    """A measure to look at, and the hazard that is open on it."""

    measure_id: UUID
    description: str
    check: str | None
    open_hazard_id: UUID | None


class DutyView(BaseModel):
    """What a plan or a responsible person owes in one period, and what became of it."""

    id: str = Field(description="`<plan id>:<period>[:<shift>]`")
    plan_id: UUID = Field(description="Of the plan; of the stop, whose end owes a resumption inspection.")
    plan_revision: int
    name: str
    kind: Kind
    side: Side
    asks: Asks
    seat: Seat | None = Field(description="Of a responsible person; null: a plan owes it.")
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
    follow_up_ids: list[UUID]
    checklist: list[ToCheck]


class DutyPage(BaseModel):
    items: list[DutyView]
    next_cursor: str | None


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
