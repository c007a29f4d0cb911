"""Stops of production and production days: declared beforehand, because what was owed is not rewritten."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.duties import queries
from app.duties.models import InspectionPlan, ProductionCalendar, ProductionStop
from app.duties.plans import BACKWARDS, demand_keeper
from app.duties.schemas import NewCalendar, NewStop, StopChange
from app.foundation.calendar import add_days, local_date
from app.foundation.clock import now
from app.foundation.problems import Forbidden, Invalid, NotFound, Said
from app.journal import events
from app.people import enterprises
from app.people.scope import Caller, Role
from app.risks.models import ControlMeasure

NOT_MANAGER: Final = Said("停产由本企业的厂长经理事前报告", "The enterprise's own manager declares a stop, beforehand")
BACKDATED: Final = Said(
    "停产须在开始之前报告；补报由监管人员办理", "A stop is declared before it begins; afterwards a supervisor does"
)
NOT_AHEAD: Final = Said("生产日历从明天或以后起生效", "Production days are declared from tomorrow on or later")
BEGUN: Final = Said("停产已经开始，不能撤回，只能结束", "The stop has begun: it may be ended, not taken back")


def declare_calendar(session: Session, caller: Caller, body: NewCalendar) -> ProductionCalendar:
    """Say on which days the enterprise produces, from a day to come.

    Raises:
        NotFound: the enterprise is outside the caller's scope.
        Forbidden: the caller does not keep its plans.
        Invalid: it would rewrite days that have begun.
    """
    enterprise = enterprises.find(session, caller, body.enterprise_id, pointer="/enterprise_id", hold=True)
    demand_keeper(caller, enterprise.id)
    if body.from_on <= local_date(now()):
        raise Invalid.at("/from_on", "not_ahead", NOT_AHEAD)
    calendar = ProductionCalendar(
        id=body.id,
        enterprise_id=enterprise.id,
        area_code=enterprise.area_code,
        from_on=body.from_on,
        weekdays=None if body.weekdays is None else sorted(body.weekdays),
        off=sorted(map(str, body.off)),
        worked=sorted(map(str, body.worked)),
        first_shift=body.first_shift,
        made_at=now(),
    )
    events.create(session, calendar, "declared", caller, {})
    return calendar


def declare_stop(session: Session, caller: Caller, body: NewStop) -> ProductionStop:
    """Declare a stop of production.

    Raises:
        NotFound: the enterprise is outside the caller's scope; a plan is not the enterprise's.
        Forbidden: neither the enterprise's manager nor a supervisor; or a manager, after it has begun.
    """
    enterprise = enterprises.find(session, caller, body.enterprise_id, pointer="/enterprise_id", hold=True)
    own = select(InspectionPlan.id).where(InspectionPlan.enterprise_id == enterprise.id)
    there = set(session.scalars(own)) if body.plan_ids else set()
    for number, id in enumerate(body.plan_ids or ()):
        if id not in there:
            raise NotFound.at(f"/plan_ids/{number}", queries.NO_PLAN_HERE)
    _demand(caller, enterprise.id, backdated=(backdated := body.from_on <= local_date(now())))
    stop = ProductionStop(
        id=body.id,
        enterprise_id=enterprise.id,
        area_code=enterprise.area_code,
        plan_ids=None if body.plan_ids is None else sorted({str(id) for id in body.plan_ids}),
        always=_always(session, enterprise.id),
        withdrawn=False,
        backdated=backdated,
        declared_by=caller.id,
        declared_at=(declared_at := now()),
        end_told_at=declared_at if body.to_on else None,
        **body.model_dump(include={"scope", "reason", "from_on", "to_on"}),
    )
    events.create(session, stop, "declared", caller, {})
    return stop


def change_stop(session: Session, caller: Caller, stop_id: UUID, body: StopChange) -> ProductionStop:
    """End a stop, let it last longer, or take it back.

    Raises:
        NotFound: outside the caller's scope.
        RevisionRequired, StaleRevision: the client has not seen the stop as it is.
        Forbidden: neither the enterprise's manager nor a supervisor; or a manager, where it would rewrite the past.
        Invalid: it would end before it begins; it has begun, and is not taken back.
    """
    stop = queries.find_stop(session, caller, stop_id, lock=True)
    asked = body.of(queries.stop_view(session, stop))
    today = local_date(now())
    _demand(caller, stop.enterprise_id, backdated=_rewrites(stop, asked, today))
    if asked.get("to_on") and asked["to_on"] < stop.from_on:
        raise Invalid.at("/to_on", "ends_before_it_begins", BACKWARDS)
    if asked.get("withdrawn") and stop.from_on <= today and not caller.has(Role.SUPERVISOR):
        raise Invalid.at("/withdrawn", "begun", BEGUN)
    changes = {name: value for name, value in asked.items() if value != getattr(stop, name)}
    if "to_on" in changes:
        changes["end_told_at"] = now() if changes["to_on"] else None
    if changes:
        events.change(session, stop, "changed", caller, changes, {})
    return stop


def _rewrites(stop: ProductionStop, asked: dict[str, Any], today: date) -> bool:
    """Whether a change says of days that are over that they were otherwise: yesterday may still be told today."""
    if stop.withdrawn and asked.get("withdrawn") is False:
        return True
    if "to_on" in asked and asked["to_on"] != stop.to_on:
        ends = asked["to_on"]
        over = stop.to_on is not None and stop.to_on < today
        return over or (ends is not None and stop.from_on <= today and ends < add_days(today, -1))
    return False


def _demand(caller: Caller, enterprise_id: UUID, *, backdated: bool) -> None:
    if caller.has(Role.SUPERVISOR):
        return
    if caller.enterprise_id != enterprise_id or not caller.has(Role.MANAGER):
        raise Forbidden(NOT_MANAGER)
    if backdated:
        raise Forbidden(BACKDATED)


def _always(session: Session, enterprise_id: UUID) -> tuple[UUID, ...]:
    """What is owed also while production stands still: hazardous storage, major installations, fire, guard duty."""
    marked = (ControlMeasure.always.is_(True), ControlMeasure.retired.is_(False))
    own = select(ControlMeasure.id).where(ControlMeasure.enterprise_id == enterprise_id, *marked)
    return tuple(sorted(session.scalars(own), key=str))
