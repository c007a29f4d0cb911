"""Who has been visited in a round and who has not, one by one."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.campaigns import queries
from app.campaigns.filter import CampaignFindings, VisitFilter
from app.campaigns.members import Members
from app.campaigns.models import CampaignVisit
from app.campaigns.views import VisitPage
from app.foundation.canonical import sent
from app.foundation.keyring import Keyring
from app.foundation.pages import in_order, total
from app.foundation.wire import Written
from app.inspections.models import Finding, Inspection
from app.inspections.queries import findings_page
from app.inspections.views import FindingPage
from app.people.models import Enterprise, User
from app.people.scope import Caller, prefix, visible, within

ROW = (Enterprise.id, Enterprise.name, Enterprise.area_code, Enterprise.address, Enterprise.kind, Enterprise.status)


def page(session: Session, caller: Caller, campaign_id: UUID, filter: VisitFilter, keys: Keyring) -> Written[VisitPage]:
    """A page of the enterprises that a round takes in, by name.

    Raises:
        NotFound: the campaign is none of the caller's, or has no such round.
    """
    campaign, asked = queries.find(session, caller, campaign_id), filter.of(campaign_id)
    members = queries.round_of(session, campaign, filter.round)
    branches, wanted = visible(caller, Enterprise), [members.belonging, *_wanted(members, filter)]
    query = select(*ROW, members.state.label("state")).where(*wanted)
    key, place = (Enterprise.name, Enterprise.id), asked.place(keys)
    rows = session.execute(in_order(query, branches, key, place, filter.limit + 1, descending=False)).all()
    shown = rows[: filter.limit]
    visits = _visits(session, members, [row.id for row in shown])
    items = [row._asdict() | {"state": str(row.state), "duty_id": members.duty_id} | visits[row.id] for row in shown]
    more = len(rows) > filter.limit
    cursor = asked.cursor_after(keys, shown[-1].name, shown[-1].id) if more else None
    counted = total(session, select(Enterprise.id).where(*wanted, or_(*branches))) if filter.count else {}
    return Written(sent({"items": items, "next_cursor": cursor} | counted))


def _wanted(members: Members, filter: VisitFilter) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if filter.visited is not None:
        wanted.append(members.visited if filter.visited else members.unvisited)
    if filter.state:
        wanted.append(members.state.in_([state.value for state in filter.state]))
    if filter.area_code:
        wanted.append(within(Enterprise, prefix(filter.area_code)))
    words = (filter.q or "").split()
    text = (Enterprise.name, Enterprise.address)
    return wanted + [or_(*(column.icontains(word, autoescape=True) for column in text)) for word in words]


def _visits(session: Session, members: Members, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """What is to be said of the visits of these enterprises: three questions, however many they are."""
    told: dict[UUID, dict[str, Any]] = {
        id: {
            "inspection_ids": [], "visited_at": None, "lacking": 0, "findings": 0, "visited_otherwise_at": None,
        }
        for id in ids
    }  # fmt: skip
    if not ids:
        return told
    own = (*members.visits(), CampaignVisit.enterprise_id.in_(ids))
    visit = (CampaignVisit.enterprise_id, CampaignVisit.inspection_id, CampaignVisit.at, CampaignVisit.lacking)
    lacking: dict[UUID, set[UUID]] = {}
    made = select(*visit, Inspection.findings).join(Inspection, Inspection.id == CampaignVisit.inspection_id)
    for row in session.execute(made.where(*own).order_by(CampaignVisit.at, CampaignVisit.inspection_id)):
        said, left = told[row.enterprise_id], set(row.lacking)
        said["inspection_ids"].append(row.inspection_id)
        said["visited_at"] = row.at
        said["findings"] += row.findings
        lacking[row.enterprise_id] = lacking.get(row.enterprise_id, left) & left
        said["lacking"] = len(lacking[row.enterprise_id])
    for row in session.execute(_otherwise(members, ids)):
        told[row.enterprise_id]["visited_otherwise_at"] = row.at
    return told


def _otherwise(members: Members, ids: Sequence[UUID]) -> Any:
    """When somebody of the government, or an expert, was there in the round's days for something else."""
    named = select(CampaignVisit.inspection_id).where(*members.visits(), CampaignVisit.enterprise_id.in_(ids))
    last = select(Inspection.enterprise_id, func.max(Inspection.corrected_at).label("at"))
    days = (Inspection.corrected_at >= members.round.opens_at, Inspection.corrected_at < members.round.closes_at)
    there = (Inspection.enterprise_id.in_(ids), *days, User.enterprise_id.is_(None), Inspection.id.not_in(named))
    outside = last.join(User, User.id == Inspection.inspector_id).where(*there)
    return outside.group_by(Inspection.enterprise_id)


def findings(
    session: Session, caller: Caller, campaign_id: UUID, filter: CampaignFindings, keys: Keyring
) -> Written[FindingPage]:
    """A page of what the visits of a campaign found, the latest first.

    Raises:
        NotFound: the campaign is none of the caller's, or has no such round.
    """
    campaign = queries.find(session, caller, campaign_id)
    visits = select(CampaignVisit.inspection_id).where(CampaignVisit.campaign_id == campaign_id)
    if filter.round:
        visits = visits.where(CampaignVisit.round == queries.round_of(session, campaign, filter.round).round.number)
    return findings_page(session, caller, filter.of(campaign_id), keys, Finding.inspection_id.in_(visits))
