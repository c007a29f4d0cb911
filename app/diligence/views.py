"""What may be asked of signs, and what is answered."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from app.foundation.calendar import add_days, local_date
from app.foundation.clock import now
from app.foundation.wire import AreaCode, Day, Frozen
from app.hazards.views import Named
from app.inspections.signs import Sign, SignView

SPAN: Final = 93
EXAMPLES: Final = 20


class DiligenceBy(StrEnum):
    """Whose reports stand together in a row."""

    ENTERPRISE = "enterprise"
    PERSON = "person"


TITLES: Final[Mapping[type[StrEnum], Mapping[str, str]]] = {DiligenceBy: {"enterprise": "按企业", "person": "按人员"}}


class DiligenceAsked(Frozen):
    from_: Day | None = Field(default=None, alias="from", description="Asia/Shanghai; 30 days ago, if it does not say.")
    to: Day | None = Field(default=None, description="Inclusive; today, if it does not say.")
    enterprise_id: UUID | None = None
    area_code: AreaCode | None = Field(default=None, description="With its subtree.")
    sign: Sign | None = Field(default=None, description="Only rows with this sign.")
    by: DiligenceBy = DiligenceBy.ENTERPRISE
    limit: int = Field(default=50, ge=1, le=200, description="Rows; how many more there are is said.")

    @property
    def last(self) -> date:
        return self.to or local_date(now())

    @property
    def first(self) -> date:
        return self.from_ or add_days(self.last, -30)

    @model_validator(mode="after")
    def not_too_long(self) -> Self:
        if self.last < self.first:
            raise ValueError("it ends before it begins")
        if (self.last - self.first).days >= SPAN:
            raise ValueError("93 days at most")
        return self


class SignCount(BaseModel):
    """A sign of several reports."""

    code: Sign
    title: str
    reports: int = Field(description="How many reports show it; of `never_a_finding` all of them.")
    judged: int = Field(description="Of how many it could be said at all.")
    example: SignView = Field(description="Of the latest of them: what was compared, and why it may be harmless.")
    inspection_ids: list[UUID] = Field(description="The latest 20.")


class DiligenceRow(BaseModel):
    """An enterprise, or a person at an enterprise, with signs: reasons to look, and no verdict."""

    enterprise: Named
    area_code: str
    person: Named | None = Field(description="Null where rows are enterprises.")
    reports: int
    signs: list[SignCount]


class Diligence(BaseModel):
    """Rows with signs: first those with more different ones, then those with more reports that show one."""

    note: str
    thresholds: dict[str, float] = Field(description="Defaults of this software, no rules of law.")
    thresholds_version: str
    items: list[DiligenceRow]
    left_out: int
    reports: int = Field(description="How many were looked at.")
