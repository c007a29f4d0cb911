"""Reading campaigns and the visits that they owe. Every query starts from what the caller may see.

The government sees the campaigns of its areas, of those above them and of those within; an enterprise and an expert
those that concern them. Of any campaign everybody sees the enterprises in their own scope, and no others.
"""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from app.campaigns.covering import takes
from app.campaigns.filter import CampaignFilter
from app.campaigns.keeping import rounds_of
from app.campaigns.members import Members
from app.campaigns.models import Campaign, CampaignVersion, CampaignVisit
from app.campaigns.rounds import Round
from app.campaigns.schemas import Covers
from app.campaigns.terms import RoundState
from app.campaigns.views import CampaignPage, CampaignView, RoundView
from app.foundation.calendar import local_date
from app.foundation.clock import now, rfc3339
from app.foundation.keyring import Keyring
from app.foundation.pages import in_order, total
from app.foundation.problems import NotFound, Said
from app.foundation.wire import Written
from app.people.models import Enterprise
from app.people.scope import Caller, prefix, subtree

NO_CAMPAIGN: Final = Said("没有这次专项行动", "There is no such campaign")
NO_ROUND: Final = Said("没有这一轮", "The campaign has no such round")
LEVELS: Final = (0, 2, 4, 6, 9, 12)


def find(session: Session, caller: Caller, campaign_id: UUID, *, lock: bool = False) -> Campaign:
    """The campaign, if the caller may see it; `lock` holds its row until the transaction ends.

    Raises:
        NotFound: it does not exist, or is none of the caller's.
    """
    query = select(Campaign).where(Campaign.id == campaign_id, _reached(session, caller))
    held = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(held if lock else query)
    if found is None or not _concerned(session, caller, [found]):
        raise NotFound(NO_CAMPAIGN)
    return found


def view(session: Session, caller: Caller, campaign: Campaign) -> CampaignView:
    """The campaign as this caller sees it: outside the government nobody reads who else is in it."""
    present = now()
    names = CampaignView.model_fields.keys() - {"covers", "measure_ids", "rounds", "closed", "replayed"}
    rounds = [
        RoundView(
            number=each.number, name=each.name, from_on=each.from_on, to_on=each.to_on, closes_at=each.closes_at,
            state=each.state(present), duty_id=f"{campaign.id}:R{each.number}",
        )
        for each in Round.all(campaign.rounds, campaign.closed_at)
    ]  # fmt: skip
    return CampaignView(
        **{name: getattr(campaign, name) for name in names},
        covers=Covers.model_validate(campaign.covers) if caller.official else None,
        measure_ids=list(campaign.measure_ids) if caller.official else None,
        rounds=rounds,
        closed=campaign.closed_at is not None,
    )


def campaigns_page(session: Session, caller: Caller, filter: CampaignFilter, keys: Keyring) -> Written[CampaignPage]:
    """A page of campaigns, the newest first."""
    wanted = [_reached(session, caller), *_wanted(filter)]
    place, key = filter.place(keys), (Campaign.created_at, Campaign.id)
    if caller.official:
        found = in_order(
            select(Campaign.id, Campaign.created_at).where(*wanted), [true()], key, place, filter.limit + 1
        )
        ids = [row.id for row in session.execute(found)]
        counted = total(session, select(Campaign.id).where(*wanted)) if filter.count else {}
        rows = session.scalars(select(Campaign).where(Campaign.id.in_(ids))).all()
    else:  # few reach one enterprise: whether they concern it is not for the database to say
        rows = _concerned(session, caller, session.scalars(select(Campaign).where(*wanted)).all())
        counted = {"total": len(rows), "total_capped": False} if filter.count else {}
    latest = sorted(rows, key=lambda row: (row.created_at, str(row.id)), reverse=True)
    if place and not caller.official:
        latest = [row for row in latest if (rfc3339(row.created_at), str(row.id)) < (place[0], str(place[1]))]
    shown, more = latest[: filter.limit], len(latest) > filter.limit
    cursor = filter.cursor_after(keys, rfc3339(shown[-1].created_at), shown[-1].id) if more else None
    page = CampaignPage(items=[view(session, caller, row) for row in shown], next_cursor=cursor, **counted)
    return Written(page.model_dump_json(exclude_unset=True).encode())


def members_of(session: Session, campaign: Campaign) -> list[tuple[Members, CampaignVersion]]:
    """The rounds of a campaign, each with its terms."""
    return rounds_of(session, [campaign])[campaign.id]


def round_of(session: Session, campaign: Campaign, number: int | None) -> Members:
    """The round that is asked for; else the one that runs, the last that has begun, or the first.

    Raises:
        NotFound: the campaign has no round of this number.
    """
    rounds = [members for members, _ in members_of(session, campaign)]
    if number is not None:
        found = next((each for each in rounds if each.round.number == number), None)
        if found is None:
            raise NotFound(NO_ROUND)
        return found
    present = now()
    by_state = {each.round.state(present): each for each in rounds}
    return by_state.get(RoundState.RUNNING) or by_state.get(RoundState.OVER) or rounds[0]


def running(session: Session, caller: Caller) -> list[tuple[Campaign, Members]]:
    """The rounds that run now, of the campaigns that reach the caller's areas."""
    present = now()
    open = (_reached(session, caller), Campaign.closed_at.is_(None), Campaign.to_on >= local_date(present))
    campaigns = session.scalars(select(Campaign).where(*open)).all()
    rounds = rounds_of(session, campaigns) if campaigns else {}
    return [
        (campaign, members)
        for campaign in campaigns
        for members, _ in rounds[campaign.id]
        if members.round.state(present) is RoundState.RUNNING
    ]


def _wanted(filter: CampaignFilter) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if filter.kind:
        wanted.append(Campaign.kind == filter.kind)
    if filter.area_code:
        wanted.append(subtree(Campaign.area_code, filter.area_code))
    if filter.closed is not None:
        wanted.append(Campaign.closed_at.is_not(None) if filter.closed else Campaign.closed_at.is_(None))
    if filter.on:
        wanted += [Campaign.from_on <= filter.on, Campaign.to_on >= filter.on]
    return wanted


def _reached(session: Session, caller: Caller) -> ColumnElement[bool]:
    """Campaigns whose area has to do with the caller's: it lies within one, or has one within."""
    if caller.official:
        above = {code for area in caller.areas for code in _upward(area)}
        beneath = [subtree(Campaign.area_code, area) for area in caller.areas]
        return or_(Campaign.area_code.in_(above), *beneath)
    own = _own(session, caller)
    return Campaign.area_code.in_({code for works in own for code in _upward(works.area_code)}) if own else false()


def _concerned(session: Session, caller: Caller, campaigns: Sequence[Campaign]) -> Sequence[Campaign]:
    """Those that concern an enterprise or expert: a round takes in their works, or they have been visited for it."""
    if caller.official or not campaigns:
        return campaigns
    own = _own(session, caller)
    ids = [works.id for works in own]
    seen = select(CampaignVisit.campaign_id).where(CampaignVisit.enterprise_id.in_(ids)).distinct()
    visited = set(session.scalars(seen))
    rounds = rounds_of(session, campaigns)
    return [
        each
        for each in campaigns
        if each.id in visited
        or any(takes(each.area_code, members.covers, works) for members, _ in rounds[each.id] for works in own)
    ]


def _own(session: Session, caller: Caller) -> Sequence[Enterprise]:
    ids = [caller.enterprise_id] if caller.enterprise_id else caller.assigned
    return session.scalars(select(Enterprise).where(Enterprise.id.in_(ids))).all() if ids else ()


def _upward(area_code: str) -> Iterable[str]:
    """The area and all that it lies in."""
    return (area_code[:n].ljust(12, "0") for n in LEVELS if n <= len(prefix(area_code)))
