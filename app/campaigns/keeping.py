"""What a visit was for: a report names `<campaign id>:R<round>` among its duties, and nothing else makes it a visit.

Criteria and words to look for are what the visitor is to have in mind, and the report as a whole answers for them;
measures are seen one by one, and a visit is whole when each that the enterprise has of the campaign's was.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.campaigns.covering import takes
from app.campaigns.members import Members
from app.campaigns.models import Campaign, CampaignVersion, CampaignVisit
from app.campaigns.rounds import Round, terms_of
from app.foundation.dialects import table_of
from app.foundation.problems import NotFound, Said
from app.inspections.duties import Duties, Named, Of, Statuses
from app.inspections.models import Inspection
from app.inspections.terms import Status, of_round
from app.people.models import Enterprise
from app.people.scope import INSPECTORS, Caller, Role, within_any
from app.risks.models import ControlMeasure

NO_CAMPAIGN_HERE: Final = Said("本企业所在区划没有这次专项行动", "The enterprise's area has no such campaign")


@dataclass(frozen=True, slots=True)
class Visit:
    """A round that a report names, with the measures that are to be seen at the enterprise."""

    members: Members
    required: frozenset[UUID]


Known = tuple[list[Visit], Enterprise | None]


def rounds_of(session: Session, campaigns: Sequence[Campaign]) -> dict[UUID, list[tuple[Members, CampaignVersion]]]:
    """The rounds of campaigns, each with the terms it has."""
    versions: dict[UUID, list[CampaignVersion]] = {campaign.id: [] for campaign in campaigns}
    for version in session.scalars(select(CampaignVersion).where(CampaignVersion.campaign_id.in_(versions))):
        versions[version.campaign_id].append(version)
    found: dict[UUID, list[tuple[Members, CampaignVersion]]] = {}
    for campaign in campaigns:
        found[campaign.id] = []
        for round in Round.all(campaign.rounds, campaign.closed_at):
            version = terms_of(round, versions[campaign.id])
            found[campaign.id].append((Members(campaign.id, campaign.area_code, round, version.covers), version))
    return found


def find(session: Session, enterprise: Enterprise, named: Named) -> Known:
    """The rounds of these names, as far as the enterprise belongs to them: a phone may have been told of one that has
    been changed since.

    Raises:
        NotFound: there is no such campaign in the enterprise's area.
    """
    ids = {n: _split(id) for n, id in enumerate(named) if of_round(id)}
    if not ids:
        return [], None
    campaigns = session.scalars(select(Campaign).where(Campaign.id.in_({id for id, _ in ids.values()}))).all()
    there = {each.id for each in campaigns if within_any(enterprise.area_code, (each.area_code,))}
    for n, (id, _) in ids.items():
        if id not in there:
            raise NotFound.at(f"/duties/{n}", NO_CAMPAIGN_HERE)
    rounds, visits = rounds_of(session, campaigns), []
    for id, number in dict.fromkeys(ids.values()):
        members, version = next((each for each in rounds[id] if each[0].round.number == number), (None, None))
        if members and version and takes(members.area_code, members.covers, enterprise):
            visits.append(Visit(members, _required(session, enterprise, version)))
    return visits, enterprise


def _required(session: Session, enterprise: Enterprise, version: CampaignVersion) -> frozenset[UUID]:
    if not version.measure_ids:
        return frozenset()
    theirs = (ControlMeasure.enterprise_id == enterprise.id, ControlMeasure.id.in_(version.measure_ids))
    return frozenset(session.scalars(select(ControlMeasure.id).where(*theirs)))


def keep(session: Session, caller: Caller, inspection: Inspection, statuses: Statuses, known: Known) -> None:
    """Write down which rounds the inspection was a visit of: made by government or expert, not before the round began.
    What an enterprise checks by itself is no visit."""
    if not caller.has(*INSPECTORS, Role.EXPERT):
        return
    checked = {id for id, status in statuses.items() if status is not Status.UNCHECKED}
    for visit in sorted(known[0], key=lambda visit: visit.members.duty_id):  # each may be waited for: in one order
        members = visit.members
        if members.round.cancelled or inspection.corrected_at < members.round.opens_at:
            continue
        lacking = visit.required - checked
        row = {
            "campaign_id": members.campaign_id, "round": members.round.number,
            "enterprise_id": inspection.enterprise_id, "inspection_id": inspection.id, "at": inspection.corrected_at,
            "lacking": tuple(sorted(lacking)),
            "whole_at": _whole_at(session, members, inspection, lacking) if lacking else inspection.corrected_at,
        }  # fmt: skip
        session.execute(table_of(CampaignVisit).insert(), row)


def _whole_at(session: Session, members: Members, inspection: Inspection, lacking: frozenset[UUID]) -> datetime | None:
    """When the visits known by now had looked at everything together. One at a time: two that know nothing of each
    other would both be called incomplete."""
    session.execute(select(Campaign.id).where(Campaign.id == members.campaign_id).with_for_update())
    own = (*members.visits(), CampaignVisit.enterprise_id == inspection.enterprise_id)
    before = session.execute(select(CampaignVisit.at, CampaignVisit.lacking).where(*own)).all()
    return covered_at([*((row.at, frozenset(row.lacking)) for row in before), (inspection.corrected_at, lacking)])


def covered_at(visits: Sequence[tuple[datetime, frozenset[UUID]]]) -> datetime | None:
    """The first instant by which the visits had left out nothing all together; None: not yet."""
    in_order = sorted(visits, key=lambda visit: visit[0])
    for n, (at, _) in enumerate(in_order, 1):
        if not reduce(frozenset.intersection, (lacking for _, lacking in in_order[:n])):
            return at
    return None


def visits(session: Session, named: Collection[Of], known: Known | None = None) -> Mapping[Of, str]:
    """What has become of these visits, of those that are owed; `known` is what `find` said of one report."""
    if known is not None:
        owed = {visit.members: {known[1].id} for visit in known[0]} if known[1] else {}
    else:
        owed = _owed(session, named)
    found: dict[Of, str] = {}
    for members, enterprise_ids in owed.items():
        theirs = select(Enterprise.id, members.state.label("state"))
        rows = session.execute(theirs.where(Enterprise.id.in_(enterprise_ids), members.belonging))
        found |= {(row.id, members.duty_id): str(row.state) for row in rows}
    return found


def _owed(session: Session, named: Collection[Of]) -> dict[Members, set[UUID]]:
    """The enterprises that are asked about, by round."""
    asked: dict[tuple[UUID, int], set[UUID]] = {}
    for enterprise_id, id in named:
        asked.setdefault(_split(id), set()).add(enterprise_id)
    if not asked:
        return {}
    campaigns = session.scalars(select(Campaign).where(Campaign.id.in_({id for id, _ in asked}))).all()
    rounds = [members for each in rounds_of(session, campaigns).values() for members, _ in each]
    return {each: asked[key] for each in rounds if (key := (each.campaign_id, each.round.number)) in asked}


def _split(id: str) -> tuple[UUID, int]:
    campaign, _, number = id.partition(":R")
    return UUID(campaign), int(number)


CAMPAIGNS: Final = Duties(find, keep, visits=visits)
