"""How far a campaign has come: counted from enterprises and visits each time it is asked, nowhere kept.

Every count is of enterprises, or of what was found at them, and each lies in one area: the parts add up to the whole.
"""

from collections import defaultdict
from typing import Any, Final
from uuid import UUID

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from app.campaigns import queries
from app.campaigns.filter import CoverageAsked
from app.campaigns.members import Members
from app.campaigns.models import Campaign, CampaignVisit
from app.campaigns.terms import VisitState
from app.campaigns.views import Coverage, CoverageCounts, CoverageItem, RoundCoverage
from app.foundation.clock import now
from app.hazards.models import IS_OPEN, Hazard
from app.inspections.models import Finding
from app.people.models import Area, Enterprise
from app.people.scope import Caller, common, prefix, visible, within
from app.sorting.terms import Level

COUNTED_AS: Final = {
    VisitState.DONE: "visited", VisitState.LATE: "late", VisitState.PARTIAL: "partial", VisitState.DUE: "not_visited",
    VisitState.MISSED: "not_visited", VisitState.EXEMPT: "exempt",
}  # fmt: skip
OWED: Final = ("visited", "late", "partial", "not_visited")
FOUND: Final = ("findings", "hazards_general", "hazards_major", "hazards_open")
Parts = dict[str, dict[str, int]]


def coverage(session: Session, caller: Caller, campaign_id: UUID, asked: CoverageAsked) -> Coverage:
    """Each round counted, whole and by the areas right beneath the one that is asked for.

    Raises:
        NotFound: the campaign is none of the caller's, or has no such round.
    """
    campaign = queries.find(session, caller, campaign_id)
    if asked.round:
        rounds = [queries.round_of(session, campaign, asked.round)]
    else:
        rounds = [members for members, _ in queries.members_of(session, campaign)]
    digits = _beneath(caller, campaign, asked)
    parts = [_parts(session, caller, members, asked, digits) for members in rounds]
    named = select(Area.code, Area.name).where(Area.code.in_({code for each in parts for code in each}))
    names = {row.code: row.name for row in session.execute(named)}
    told = zip(rounds, parts, strict=True)
    return Coverage(campaign_id=campaign_id, rounds=[_shown(members, each, names) for members, each in told])


def _shown(members: Members, parts: Parts, names: dict[str, str]) -> RoundCoverage:
    round = members.round
    items = [CoverageItem(key=code, name=names.get(code, code), **counts) for code, counts in parts.items()]
    whole = {name: sum(counts[name] for counts in parts.values()) for name in CoverageCounts.model_fields}
    return RoundCoverage(
        number=round.number, name=round.name, from_on=round.from_on, to_on=round.to_on, state=round.state(now()),
        total=CoverageCounts(**whole), areas=sorted(items, key=_least_covered),
    )  # fmt: skip


def _least_covered(item: CoverageItem) -> tuple[float, int, str]:
    left = item.not_visited + item.partial
    return -(left / item.owed if item.owed else 0.0), -left, item.key


def _parts(session: Session, caller: Caller, members: Members, asked: CoverageAsked, digits: int) -> Parts:
    """One round's counts, by area."""
    parts: Parts = defaultdict(lambda: dict.fromkeys(CoverageCounts.model_fields, 0))
    here = [or_(*visible(caller, Enterprise))]
    if asked.area_code:
        here.append(within(Enterprise, prefix(asked.area_code)))
    area = func.substr(Enterprise.area_code, 1, digits).label("area")
    each = select(area, members.state.label("state")).where(members.belonging, *here).subquery()
    for row in session.execute(select(each, func.count().label("many")).group_by(*each.c)):
        part = parts[row.area.ljust(12, "0")]
        name = COUNTED_AS[VisitState(row.state)]
        part[name] += row.many
        part["owed"] += row.many if name in OWED else 0
    for row in session.execute(_found(members, here, area)):
        parts[row.area.ljust(12, "0")] |= {name: getattr(row, name) for name in FOUND}
    return parts


def _found(members: Members, here: list[Any], area: Any) -> Any:
    """What the visits of a round found, by area: each hazard once, however often it was seen."""
    columns = (area, Finding.id, Hazard.id.label("hazard"), Hazard.level, case((IS_OPEN, Hazard.id)).label("open"))
    made = (
        select(*columns)
        .join_from(CampaignVisit, Finding, Finding.inspection_id == CampaignVisit.inspection_id)
        .join(Enterprise, Enterprise.id == CampaignVisit.enterprise_id)
        .outerjoin(Hazard, Hazard.id == Finding.hazard_id)
        .where(*members.visits(), *here)
        .subquery()
    )
    counted = (
        func.count(made.c.id.distinct()),
        *(
            func.count(case((made.c.level == level, made.c.hazard)).distinct())
            for level in (Level.GENERAL, Level.MAJOR)
        ),
        func.count(made.c.open.distinct()),
    )
    named = (count.label(name) for count, name in zip(counted, FOUND, strict=True))
    return select(made.c.area, *named).group_by(made.c.area)


def _beneath(caller: Caller, campaign: Campaign, asked: CoverageAsked) -> int:
    """How many digits tell the areas apart that lie right beneath what is asked for: the narrowest of it, the
    campaign's own area and the caller's."""
    own = common(list(caller.areas)) if caller.areas else campaign.area_code
    widest = max((asked.area_code or campaign.area_code, campaign.area_code, own), key=lambda code: len(prefix(code)))
    return next((n for n in (2, 4, 6, 9, 12) if n > len(prefix(widest))), 12)


def left_to_visit(session: Session, caller: Caller, members: Members) -> UUID | None:
    """An enterprise in the caller's scope that a round owes a visit; None: everybody has been visited."""
    for branch in visible(caller, Enterprise):
        own = select(Enterprise.id).where(branch, members.belonging, members.unvisited).limit(1)
        if (found := session.scalar(own)) is not None:
            return found
    return None
