"""Keeping campaigns: each change one event, and a version of its terms where they change."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.campaigns import queries
from app.campaigns.models import Campaign, CampaignVersion
from app.campaigns.rounds import Round, refusal
from app.campaigns.schemas import CampaignChange, NewCampaign
from app.foundation.calendar import local_date
from app.foundation.clock import now
from app.foundation.problems import Conflict, Forbidden, Invalid, NotFound, Said
from app.inspections.sorter import Sorter
from app.journal import events
from app.people.models import Area, Enterprise
from app.people.scope import Caller, Role, subtree, visible, within_any
from app.risks.models import ControlMeasure
from app.sorting.verdict import Said as Told

NOT_SUPERVISOR: Final = Said("专项行动由本区划的监管人员组织", "Supervisors of the area run its campaigns")
NO_AREA: Final = Said("没有这个区划", "There is no such area")
NO_ENTERPRISE: Final = Said("本区划没有这家企业", "The area has no such enterprise")
NO_MEASURE: Final = Said("本区划没有这条管控措施", "The area has no such control measure")
NO_CRITERION: Final = Said("判定标准目录中没有这一条", "The catalogue has no such criterion")
TWICE: Final = Said("同一项出现了两次", "The same thing stands twice")
CLOSED: Final = Said("专项行动已经结束", "The campaign is closed")
WHY_CLOSED: Final = Said("结束专项行动须说明理由", "Say why the campaign is closed")
TERMS: Final = ("covers", "criteria", "measure_ids", "checks")


def add_campaign(session: Session, caller: Caller, body: NewCampaign, sorter: Sorter) -> Campaign:
    """Begin a campaign. Its rounds may have begun already; none is over.

    Raises:
        Forbidden: the caller is no supervisor.
        NotFound: the area, or something in it that is named, is not within the caller's scope.
        Invalid: a round that is over, a criterion that does not exist, something named twice.
    """
    demand_supervisor(caller)
    told = _as_kept(body.model_dump(include=set(NewCampaign.model_fields) - {"id", "device"}))
    _find_all(session, caller, body.area_code, told)
    _check(told, (), sorter)
    campaign = Campaign(
        id=body.id, made_by=caller.id, created_at=now(), closed_at=None, closing_reason=None, **told, **_span(told)
    )
    events.create(session, campaign, "begun", caller, {})
    session.add(_version(campaign))
    return campaign


def change_campaign(
    session: Session, caller: Caller, campaign_id: UUID, body: CampaignChange, sorter: Sorter
) -> Campaign:
    """Change a campaign: rounds that have begun keep their terms, and only the end of a running one moves.

    Raises:
        NotFound: outside the caller's scope; also something that is named.
        RevisionRequired, StaleRevision: the client has not seen it as it is.
        Forbidden: the caller is no supervisor of its area.
        Conflict: it is closed, or a round has begun.
        Invalid: as for a new one; it is closed without a reason.
    """
    campaign = queries.find(session, caller, campaign_id, lock=True)
    asked = _as_kept(body.of(queries.view(session, caller, campaign)))
    closing = asked.pop("closed", False)
    _find_all(session, caller, campaign.area_code, asked)
    demand_supervisor(caller)
    if not caller.governs(campaign.area_code):
        raise Forbidden(NOT_SUPERVISOR)
    if campaign.closed_at is not None:
        raise Conflict(CLOSED, code="campaign_closed")
    _check(asked, campaign.rounds, sorter)
    if closing and not asked.get("closing_reason"):
        raise Invalid.at("/closing_reason", "missing", WHY_CLOSED)
    if closing:
        asked["closed_at"] = now()
    else:
        asked.pop("closing_reason", None)
    if "rounds" in asked:
        asked |= _span(asked)
    changes = {name: value for name, value in asked.items() if value != getattr(campaign, name)}
    if changes:
        events.change(session, campaign, "closed" if closing else "changed", caller, changes, {})
        if changes.keys() & set(TERMS):
            session.add(_version(campaign))
    return campaign


def demand_supervisor(caller: Caller) -> None:
    """Raises Forbidden unless the caller is a supervisor."""
    if not caller.has(Role.SUPERVISOR):
        raise Forbidden(NOT_SUPERVISOR)


def _version(campaign: Campaign) -> CampaignVersion:
    told = {name: getattr(campaign, name) for name in TERMS}
    return CampaignVersion(campaign_id=campaign.id, revision=campaign.revision, made_at=now(), **told)


def _span(told: Mapping[str, Any]) -> dict[str, Any]:
    rounds = Round.all(told["rounds"])
    return {"from_on": rounds[0].from_on, "to_on": rounds[-1].to_on}


def _as_kept(told: dict[str, Any]) -> dict[str, Any]:
    """The fields as they stand in the table: structures as JSON has them."""
    if "covers" in told:
        covers = told["covers"] if isinstance(told["covers"], dict) else told["covers"].model_dump()
        told["covers"] = {name: [str(each) for each in value] for name, value in covers.items()}
    if "rounds" in told:
        rounds = [each if isinstance(each, dict) else each.model_dump() for each in told["rounds"]]
        told["rounds"] = [{name: str(value) for name, value in each.items()} for each in rounds]
    return told | {name: list(told[name]) for name in ("criteria", "checks") if name in told}


def _find_all(session: Session, caller: Caller, area_code: str, told: Mapping[str, Any]) -> None:
    """Raises NotFound unless all that is named lies in the campaign's area, and in the caller's scope."""
    if "area_code" in told and not (caller.governs(area_code) and session.get(Area, area_code) is not None):
        raise NotFound.at("/area_code", NO_AREA)
    covers = told.get("covers", {})
    areas = {f"/covers/area_codes/{n}": code for n, code in enumerate(covers.get("area_codes", ()))}
    inside = {code for code in areas.values() if within_any(code, (area_code,))}
    _demand(areas, session.scalars(select(Area.code).where(Area.code.in_(inside))).all() if inside else (), NO_AREA)
    named = {
        f"/covers/{name}/{n}": UUID(id)
        for name in ("enterprise_ids", "except_ids")
        for n, id in enumerate(covers.get(name, ()))
    }
    here = (or_(*visible(caller, Enterprise)), subtree(Enterprise.area_code, area_code))
    works = select(Enterprise.id).where(Enterprise.id.in_(set(named.values())), *here)
    _demand(named, session.scalars(works).all() if named else (), NO_ENTERPRISE)
    measures = {f"/measure_ids/{n}": id for n, id in enumerate(told.get("measure_ids", ()))}
    there = select(ControlMeasure.id).join(Enterprise, Enterprise.id == ControlMeasure.enterprise_id)
    seen = there.where(ControlMeasure.id.in_(set(measures.values())), *here)
    _demand(measures, session.scalars(seen).all() if measures else (), NO_MEASURE)


def _demand(named: Mapping[str, Any], there: Collection[Any], message: Said) -> None:
    found = set(there)
    for pointer, id in named.items():
        if id not in found:
            raise NotFound.at(pointer, message)


def _check(told: Mapping[str, Any], was: Sequence[dict[str, Any]], sorter: Sorter) -> None:
    """Judge what is sent by itself, and rounds against those that have begun."""
    covers = told.get("covers", {})
    for pointer, listed in (
        *((f"/covers/{name}", value) for name, value in covers.items()),
        *((f"/{name}", told.get(name, ())) for name in ("criteria", "measure_ids", "checks")),
    ):
        if len(set(listed)) < len(listed):
            raise Invalid.at(pointer, "repeated", TWICE)
    for n, code in enumerate(told.get("criteria", ())):
        faults = sorter.faults(Told(description="", on=local_date(now()), criterion=code))
        if any(fault["code"] == "unknown_criterion" for fault in faults):
            raise Invalid.at(f"/criteria/{n}", "unknown_criterion", NO_CRITERION)
    refused = refusal(Round.all(was), Round.all(told["rounds"]), now()) if "rounds" in told else None
    if refused:
        pointer, code, message = refused
        if code == "round_begun":
            errors = [{"pointer": pointer, "code": code, "message": message}]
            raise Conflict(message, code=code, errors=errors)
        raise Invalid.at(pointer, code, message)
