"""What everybody reads of campaigns."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from app.campaigns.schemas import Covers
from app.campaigns.terms import CampaignKind, RoundState, VisitState
from app.foundation.wire import Moment, View
from app.people.terms import EnterpriseKind, EnterpriseStatus


class RoundView(BaseModel):
    """A round. A report is for it when its `duties` name `duty_id`."""

    number: int
    name: str
    from_on: date
    to_on: date
    closes_at: Moment = Field(description="When it is over: with its last day, or with the campaign.")
    state: RoundState
    duty_id: str = Field(description="`<campaign id>:R<number>`, for the `duties` of a report.")


class CampaignView(View):
    area_code: str
    name: str
    kind: CampaignKind
    basis: str | None
    covers: Covers | None = Field(description="Null outside the government: an enterprise sees its own line only.")
    criteria: list[str]
    measure_ids: list[UUID] | None = Field(description="Null outside the government.")
    checks: list[str]
    rounds: list[RoundView]
    from_on: date
    to_on: date
    made_by: UUID
    created_at: Moment
    closed: bool
    closed_at: Moment | None
    closing_reason: str | None


class CampaignPage(BaseModel):
    items: list[CampaignView]
    next_cursor: str | None
    total: int | None = None
    total_capped: bool | None = None


class CoverageCounts(BaseModel):
    """`owed` is the sum of visited, late, partial and not_visited; what is exempt stands beside it."""

    owed: int = 0
    visited: int = Field(default=0, description="In the round's days, and all was looked at.")
    late: int = Field(default=0, description="All was looked at, after the round was over.")
    partial: int = 0
    not_visited: int = 0
    exempt: int = Field(default=0, description="Closed or moved away during the round, without a visit.")
    findings: int = Field(default=0, description="Of the visits.")
    hazards_general: int = Field(default=0, description="That the visits found or saw again, each once.")
    hazards_major: int = Field(default=0, description="The same; what is not yet confirmed is counted.")
    hazards_open: int = Field(default=0, description="Of both, those that are still open.")


class CoverageItem(CoverageCounts):
    key: str
    name: str


class RoundCoverage(BaseModel):
    number: int
    name: str
    from_on: date
    to_on: date
    state: RoundState
    total: CoverageCounts
    areas: list[CoverageItem] = Field(description="Right beneath the area that is asked for; the least covered first.")


class Coverage(BaseModel):
    """How far a campaign has come, as far as the caller sees."""

    campaign_id: UUID
    rounds: list[RoundCoverage]


class VisitRow(BaseModel):
    """An enterprise that a round takes in, and what became of its visit."""

    id: UUID
    name: str
    area_code: str
    address: str | None
    kind: EnterpriseKind
    status: EnterpriseStatus
    state: VisitState
    duty_id: str
    inspection_ids: list[UUID] = Field(description="Its visits of this round.")
    visited_at: Moment | None = Field(description="The last of them.")
    lacking: int = Field(description="How many of the campaign's measures no visit has looked at.")
    findings: int
    visited_otherwise_at: Moment | None = Field(
        description="The last inspection by government or expert in the round's days that was not for it."
    )


class VisitPage(BaseModel):
    items: list[VisitRow]
    next_cursor: str | None
    total: int | None = None
    total_capped: bool | None = None
