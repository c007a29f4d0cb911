"""What goes over the wire: what the enterprise writes, what everybody reads, what the list may be asked for."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from app.foundation.pages import Asked
from app.foundation.wire import AreaCode, Body, Change, Frozen, Moment, Short, Text, View
from app.risks.levels import Colour, Current, MeasureKind, RiskLevel

MEASURES_LIMIT = 100

Kind = Annotated[MeasureKind, Field(description="工程技术, 管理措施, 培训教育, 个体防护, 应急处置")]
Check = Annotated[Text | None, Field(description="What an inspector looks at.")]
Holder = Annotated[Short | None, Field(description="The post or role that keeps it up.")]
Always = Annotated[bool, Field(description="Owed also while production stands still.")]


class MeasureFields(Frozen):
    kind: Kind
    description: Text
    check: Check = None
    holder: Holder = None
    always: Always = False


class NewMeasure(MeasureFields, Body):
    """A control measure (管控措施) of a risk."""


class MeasureChange(Change):
    kind: Kind = Field(default_factory=lambda: MeasureKind.MANAGEMENT)
    description: Text = Field(default_factory=str)
    check: Check = None
    holder: Holder = None
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
    next_review_on: date | None = None
    measures: Annotated[tuple[MeasureFields, ...], Field(max_length=MEASURES_LIMIT)] = ()


class RiskChange(Change):
    object: Short = Field(default_factory=str)
    unit: Short = Field(default_factory=str)
    event: Text = Field(default_factory=str)
    place: Short | None = None
    level: RiskLevel | None = None
    post: Short | None = None
    owner_id: UUID | None = None
    next_review_on: date | None = None
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
    holder: str | None
    always: bool
    retired: bool


class Assessment(BaseModel):
    """A rating by a method; numbers are decimal strings."""

    score: str
    level: RiskLevel
    colour: Colour
    thresholds_version: str
    override: str | None


class Owner(BaseModel):
    id: UUID
    name: str | None = Field(description="Null for a worker.")


class RiskRow(BaseModel):
    id: UUID
    enterprise_id: UUID
    object: str | None = Field(description="Null while a candidate has not been placed; so is `unit`.")
    unit: str | None
    event: str
    place: str | None
    level: RiskLevel | None
    colour: Colour | None
    inherent: Assessment | None = Field(description="Null until it has been assessed; so is `residual`.")
    residual: Assessment | None
    current: Current
    measures: list[MeasureView]
    post: str | None
    owner: Owner | None
    next_review_on: date | None
    candidate: bool
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
    retired: bool = False
    q: str | None = Field(default=None, max_length=200, description="Every word must occur.")


class MeasureFilter(Asked):
    retired: bool = False
