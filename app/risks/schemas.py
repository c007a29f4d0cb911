"""What goes over the wire: what the enterprise writes, what everybody reads, what the list may be asked for."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from app.foundation.pages import Asked
from app.foundation.wire import AreaCode, Body, Change, Day, Frozen, Moment, Short, Text, View
from app.risks.levels import Colour, ControlLevel, Current, LevelBy, MeasureKind, RiskLevel
from app.risks.methods import Override
from app.risks.terms import CycleUnit, Decision, HolderRole, ReviewCause

MEASURES_LIMIT = 100

Kind = Annotated[MeasureKind, Field(description="工程技术, 管理措施, 培训教育, 个体防护, 应急处置")]
Check = Annotated[Text | None, Field(description="What an inspector looks at.")]
Holder = Annotated[Short | None, Field(description="The post or role that keeps it up.")]
ByRole = Annotated[HolderRole | None, Field(description="The role that keeps it up, where no post is named.")]
Always = Annotated[bool, Field(description="Owed also while production stands still.")]


class CheckCycle(Frozen):
    """How often it is looked at: `every` 2 `day` is every other day."""

    every: int = Field(ge=1, le=99)
    unit: CycleUnit


class Classification(Frozen):
    """The codes under which the exchange tables file a measure (DATA_SRC, CLASSIFY1 to 3); the receiver fixes them."""

    way: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,2}$")] | None = None
    first: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,2}$")] | None = None
    second: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,4}$")] | None = None
    third: Short | None = None


class MeasureFields(Frozen):
    kind: Kind
    description: Text
    check: Check = None
    check_cycle: CheckCycle | None = None
    holder: Holder = None
    holder_role: ByRole = None
    classification: Classification | None = None
    always: Always = False


class NewMeasure(MeasureFields, Body):
    """A control measure (管控措施) of a risk."""


class MeasureChange(Change):
    kind: Kind = Field(default_factory=lambda: MeasureKind.MANAGEMENT)
    description: Text = Field(default_factory=str)
    check: Check = None
    check_cycle: CheckCycle | None = None
    holder: Holder = None
    holder_role: ByRole = None
    classification: Classification | None = None
    always: Always = Field(default_factory=bool)
    retired: bool = Field(default_factory=bool)


class NewRisk(Body):
    """A row of the risk list. Object and unit are found by their names, or made."""

    enterprise_id: UUID
    object: Short = Field(description="风险点/分析对象")
    unit: Short = Field(description="分析单元")
    event: Text = Field(description="风险事件")
    place: Short | None = None
    level: RiskLevel | None = None
    post: Short | None = None
    owner_id: UUID | None = None
    next_review_on: Day | None = None
    measures: Annotated[tuple[MeasureFields, ...], Field(max_length=MEASURES_LIMIT)] = ()


class RiskChange(Change):
    object: Short = Field(default_factory=str)
    unit: Short = Field(default_factory=str)
    event: Text = Field(default_factory=str)
    place: Short | None = None
    level: RiskLevel | None = None
    post: Short | None = None
    owner_id: UUID | None = None
    next_review_on: Day | None = None
    retired: bool = Field(default_factory=bool)

    @model_validator(mode="after")
    def an_object_names_its_unit(self) -> Self:
        if "object" in self.model_fields_set and "unit" not in self.model_fields_set:
            raise ValueError("object comes with its unit")
        return self


class MeasureView(View):
    risk_id: UUID
    kind: MeasureKind
    description: str
    check: str | None
    check_cycle: CheckCycle | None
    holder: str | None
    holder_role: HolderRole | None
    classification: Classification | None
    always: bool
    retired: bool


class Assessment(BaseModel):
    """The newest rating of its kind; numbers are decimal strings."""

    id: UUID
    score: str
    level: RiskLevel
    colour: Colour
    thresholds_version: str
    override: Override | None
    assessed_at: Moment
    endorsed: bool = Field(description="Whether the chief engineer endorsed it.")


class Owner(BaseModel):
    id: UUID
    name: str | None = Field(description="Null for a worker.")


class RiskRow(BaseModel):
    id: UUID
    enterprise_id: UUID
    object_id: UUID | None
    object: str | None = Field(description="Null while a candidate has not been placed; so is `unit`.")
    grade: int | None = Field(description="Of the major hazard installation (重大危险源, 1–4) that its object is.")
    unit_id: UUID | None
    unit: str | None
    event: str
    place: str | None
    level: RiskLevel | None = Field(description="By the newest residual assessment, else the inherent, else declared.")
    level_by: LevelBy | None
    colour: Colour | None
    control_level: ControlLevel | None = Field(description="Who keeps it in check, by its level.")
    inherent: Assessment | None = Field(description="Null until it has been assessed; so is `residual`.")
    residual: Assessment | None
    current: Current
    measures: list[MeasureView]
    post: str | None
    owner: Owner | None
    next_review_on: date | None
    review_because: ReviewCause | None
    candidate: bool
    decision: Decision | None = Field(description="What became of a candidate.")
    merged_into: UUID | None = Field(description="The risk that a candidate was merged into.")
    retired: bool
    finding_id: UUID | None = Field(description="The finding that a candidate came from.")
    hazard_id: UUID | None = Field(description="The hazard that no measure stood against.")
    created_at: Moment
    revision: int


class RiskView(View, RiskRow):
    """A risk with its rating, colour and measures."""


class RiskPage(BaseModel):
    items: list[RiskRow]
    next_cursor: str | None
    total: int | None = None
    total_capped: bool | None = None


class MeasurePage(BaseModel):
    items: list[MeasureView]
    next_cursor: str | None


class RiskFilter(Asked):
    enterprise_id: UUID | None = None
    area_code: AreaCode | None = Field(default=None, description="With its subtree.")
    level: RiskLevel | None = None
    candidate: bool | None = None
    major_hazard: bool | None = Field(default=None, description="On a major hazard installation (重大危险源), or not.")
    object_id: UUID | None = None
    unit_id: UUID | None = None
    review_due: bool | None = Field(default=None, description="Whether its next review is due today or was before.")
    retired: bool = False
    q: str | None = Field(default=None, max_length=200, description="Every word must occur.")


class MeasureFilter(Asked):
    retired: bool = False
