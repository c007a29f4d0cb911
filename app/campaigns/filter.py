"""What the lists of campaigns and their visits may be asked for."""

from typing import Self
from uuid import UUID

from pydantic import Field, PrivateAttr

from app.campaigns.terms import CampaignKind, VisitState
from app.foundation.pages import Asked
from app.foundation.wire import AreaCode, Day, Frozen
from app.inspections.views import FindingFilter


class CampaignFilter(Asked):
    kind: CampaignKind | None = None
    area_code: AreaCode | None = Field(default=None, description="Of this area, or one within it.")
    closed: bool | None = None
    on: Day | None = Field(default=None, description="Whose first round has begun by then, and whose last is not over.")


class OfCampaign(Asked):
    """A list that belongs to one campaign: a cursor is of no other."""

    _campaign_id: UUID | None = PrivateAttr(default=None)

    def of(self, campaign_id: UUID) -> Self:
        told = self.model_copy()
        told._campaign_id = campaign_id
        return told

    def _question(self) -> str:
        return super()._question() + str(self._campaign_id)


class VisitFilter(OfCampaign):
    round: int | None = Field(
        default=None, ge=1, description="Without: the one that runs, else the last that has begun, else the first."
    )
    visited: bool | None = Field(default=None, description="`false`: nobody has been there yet, and somebody should.")
    state: tuple[VisitState, ...] = ()
    area_code: AreaCode | None = Field(default=None, description="With its subtree.")
    q: str | None = Field(default=None, max_length=200, description="Every word must occur in name or address.")


class CoverageAsked(Frozen):
    round: int | None = Field(default=None, ge=1, description="Without: all of them.")
    area_code: AreaCode | None = Field(default=None, description="With its subtree.")


class CampaignFindings(OfCampaign, FindingFilter):
    round: int | None = Field(default=None, ge=1, description="Without: of all of them.")
