"""HTTP face of campaigns; nothing is decided here."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy.orm import Session

from app.campaigns import commands, queries, visiting
from app.campaigns.coverage import coverage
from app.campaigns.filter import CampaignFilter, CampaignFindings, CoverageAsked, VisitFilter
from app.campaigns.schemas import CampaignChange, NewCampaign
from app.campaigns.views import CampaignPage, CampaignView, Coverage, VisitPage
from app.foundation.keyring import Keyring
from app.foundation.wire import Written
from app.inspections.sorter import Sorter
from app.inspections.views import FindingPage
from app.people.scope import Caller
from app.people.visits import Visits

router = Visits(prefix="/api/v1/campaigns", tags=["campaigns"])


@router.query("", summary="专项行动")
def list_campaigns(
    session: Session, caller: Caller, filter: Annotated[CampaignFilter, Query()], keys: Keyring
) -> Written[CampaignPage]:
    """Campaigns of the caller's areas, of those above and within; an enterprise sees those that concern it."""
    return queries.campaigns_page(session, caller, filter, keys)


@router.query("/{campaign_id}", summary="一次专项行动")
def get_campaign(session: Session, caller: Caller, campaign_id: UUID) -> CampaignView:
    return queries.view(session, caller, queries.find(session, caller, campaign_id))


@router.command("", "campaign.begin", replay=get_campaign, status_code=201, summary="组织专项行动")
def add_campaign(session: Session, caller: Caller, body: NewCampaign, sorter: Sorter) -> CampaignView:
    """By a supervisor of its area. A report is a visit of a round when its `duties` name the round's `duty_id`."""
    return queries.view(session, caller, commands.add_campaign(session, caller, body, sorter))


@router.change("PATCH", "/{campaign_id}", summary="修改专项行动")
def change_campaign(
    session: Session, caller: Caller, campaign_id: UUID, body: CampaignChange, sorter: Sorter
) -> CampaignView:
    """Rounds that have begun keep what they took in and looked at; `closed: true` ends it for good."""
    return queries.view(session, caller, commands.change_campaign(session, caller, campaign_id, body, sorter))


@router.query("/{campaign_id}/coverage", study=True, summary="专项行动覆盖情况")
def get_campaign_coverage(
    session: Session, caller: Caller, campaign_id: UUID, asked: Annotated[CoverageAsked, Query()]
) -> Coverage:
    """Who was owed a visit, who had one, what was found: of each round, whole and by area, the least covered first."""
    return coverage(session, caller, campaign_id, asked)


@router.query("/{campaign_id}/enterprises", summary="专项行动检查名单")
def list_campaign_visits(
    session: Session, caller: Caller, campaign_id: UUID, filter: Annotated[VisitFilter, Query()], keys: Keyring
) -> Written[VisitPage]:
    """The enterprises that a round takes in, with what became of their visits; `visited=false` is the list of who has
    not been visited."""
    return visiting.page(session, caller, campaign_id, filter, keys)


@router.query("/{campaign_id}/findings", summary="专项行动发现")
def list_campaign_findings(
    session: Session, caller: Caller, campaign_id: UUID, filter: Annotated[CampaignFindings, Query()], keys: Keyring
) -> Written[FindingPage]:
    """What its visits found, the latest first."""
    return visiting.findings(session, caller, campaign_id, filter, keys)
