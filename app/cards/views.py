"""What a phone reads: two lists and two cards of a post, and what stands behind a code."""

from uuid import UUID

from pydantic import BaseModel, Field

from app.cards.schemas import ContactView
from app.cards.terms import Part, Scanned
from app.duties.terms import DutyState
from app.foundation.wire import Moment
from app.hazards.terms import State
from app.hazards.views import Named
from app.inspections.terms import Cadence, Kind, Tier
from app.risks.levels import Colour, ControlLevel, Current, MeasureKind, RiskLevel
from app.risks.schemas import CheckCycle
from app.risks.terms import HolderRole
from app.sorting.terms import Level


class MeasureOnCard(BaseModel):
    measure_id: UUID
    kind: MeasureKind
    description: str
    check: str | None
    check_cycle: CheckCycle | None
    holder: str | None
    holder_role: HolderRole | None
    own: bool = Field(description="Whether this post keeps it up.")


class RiskOnCard(BaseModel):
    risk_id: UUID
    object: str | None
    unit: str | None
    event: str
    place: str | None
    level: RiskLevel | None
    colour: Colour | None
    control_level: ControlLevel | None
    current: Current
    measures: list[MeasureOnCard]


class RiskListOfPost(BaseModel):
    """岗位风险清单: what is gravest now comes first."""

    items: list[RiskOnCard]
    left_out: int = Field(description="How many more risks the post has than are shown.")


class MeasureToKeep(BaseModel):
    """A measure that the post keeps up, with what it looks at and how often."""

    measure_id: UUID
    risk_id: UUID
    description: str
    check: str | None
    check_cycle: CheckCycle | None


class PlannedRound(BaseModel):
    """A plan of inspections that the post takes part in."""

    plan_id: UUID
    name: str
    kind: Kind
    cadence: Cadence
    tier: Tier | None


class DutyListOfPost(BaseModel):
    """岗位职责清单"""

    keeps: list[MeasureToKeep]
    inspections: list[PlannedRound]
    own: list[str] = Field(description="What the enterprise adds.")


class Line(BaseModel):
    """A line of a card: of a measure in the chain, or the enterprise's own."""

    text: str
    measure_id: UUID | None


class OperationCard(BaseModel):
    """岗位操作卡"""

    before_work: list[Line] = Field(description="What is to be looked at, by the measures that the post keeps up.")
    steps: list[str]
    forbidden: list[str]
    protective: list[Line]


class AccidentOnCard(BaseModel):
    """A kind of accident whose name stands in one of the post's risks, by GB 6441 as it is in force."""

    standard: str
    code: str
    title: str


class EmergencyCard(BaseModel):
    """岗位应急处置卡"""

    events: list[str] = Field(description="What may happen: the events of the post's risks, the gravest first.")
    accident_types: list[AccidentOnCard]
    signs: list[str]
    first_actions: list[str]
    rescue: list[Line]
    contacts: list[ContactView]


class PostOnCard(Named):
    department: str | None
    role: HolderRole | None
    retired: bool


class Cards(BaseModel):
    """两单两卡: two lists and two cards, from the chain and what the enterprise adds. Nothing is made up."""

    post: PostOnCard
    enterprise: Named
    version: str = Field(description="Of all that is printed but the colour of the moment: a printed card bears it.")
    risk_list: RiskListOfPost
    duty_list: DutyListOfPost
    operation_card: OperationCard
    emergency_card: EmergencyCard
    missing: list[Part] = Field(description="What neither the chain nor the enterprise has filled (未填写).")


class OpenHazard(BaseModel):
    """A hazard that is open here, without anybody's name."""

    id: UUID
    number: str
    description: str
    level: Level
    level_confirmed: bool
    state: State
    measure_id: UUID | None
    risk_id: UUID | None


class RiskHere(BaseModel):
    risk_id: UUID
    event: str
    unit: str | None
    level: RiskLevel | None
    current: Current
    measures: list[MeasureOnCard]


class DutyHere(BaseModel):
    """A duty of today that the caller owes, or stands in for, and that contains something of this place."""

    id: str
    name: str
    cadence: Cadence
    closes_at: Moment
    state: DutyState
    measure_ids: list[UUID] = Field(description="What of this place is to be checked for it.")


class ScanView(BaseModel):
    """What stands behind a code."""

    kind: Scanned
    id: UUID = Field(description="Of the object, the unit or the post.")
    name: str
    place: str | None
    enterprise: Named
    code: str = Field(description="The code of today.")
    replaced: bool = Field(description="Whether what was scanned is an older code, to be taken down.")
    retired: bool
    level: RiskLevel | None = Field(description="Of the moment: the gravest of its risks; null: none is rated.")
    colour: Colour | None
    risks: list[RiskHere] = Field(description="The checklist: the risks with their measures, the gravest first.")
    left_out: int
    open_hazards: list[OpenHazard]
    duties: list[DutyHere]
