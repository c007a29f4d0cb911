"""HTTP face of plans, duties and stops; nothing is decided here."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy.orm import Session

from app.duties import listing, plans, queries, stops
from app.duties.filter import CalendarFilter, DutyFilter, PlanFilter, StopFilter, SummaryAsked
from app.duties.others import Others
from app.duties.schemas import NewCalendar, NewPlan, NewStop, PlanChange, StopChange
from app.duties.summary import summary
from app.duties.views import (
    CalendarPage,
    CalendarView,
    DutyPage,
    PlanPage,
    PlanView,
    StopPage,
    StopView,
    Summary,
)
from app.foundation.keyring import Keyring
from app.foundation.wire import Lasting, Written
from app.people.scope import Caller
from app.people.visits import Visits

router = Visits(prefix="/api/v1", tags=["duties"])


@router.query("/duties", summary="排查任务")
def list_duties(
    session: Session, caller: Caller, filter: Annotated[DutyFilter, Query()], keys: Keyring, others: Others
) -> Lasting[DutyPage]:
    """What is owed on some days (62 at most), with its checklist and the hazards open on it, the next due first.

    By plans, and by the responsible persons; what the government owes, its own people see."""
    return listing.page(session, caller, filter, keys, others)


@router.query("/duties/summary", study=True, summary="排查任务汇总")
def summarize_duties(
    session: Session, caller: Caller, asked: Annotated[SummaryAsked, Query()], others: Others
) -> Summary:
    """Duties whose last day lies in the range, counted by enterprise, area, cadence or side, the worst first."""
    return summary(session, caller, asked, others)


@router.query("/inspection-plans", summary="排查计划")
def list_plans(
    session: Session, caller: Caller, filter: Annotated[PlanFilter, Query()], keys: Keyring
) -> Written[PlanPage]:
    """The plans in scope, the newest first; those in use unless `retired=true`."""
    return queries.plans_page(session, caller, filter, keys)


@router.query("/inspection-plans/{plan_id}", summary="一个排查计划")
def get_plan(session: Session, caller: Caller, plan_id: UUID) -> PlanView:
    return queries.plan_view(queries.find_plan(session, caller, plan_id))


@router.command("/inspection-plans", "plan.add", replay=get_plan, status_code=201, summary="新增排查计划")
def add_plan(session: Session, caller: Caller, body: NewPlan) -> PlanView:
    """By the enterprise's safety officer or manager. What opens from now on is owed."""
    return queries.plan_view(plans.add_plan(session, caller, body))


@router.change("PATCH", "/inspection-plans/{plan_id}", summary="修改排查计划")
def change_plan(session: Session, caller: Caller, plan_id: UUID, body: PlanChange) -> PlanView:
    """What has opened stays owed as it was; substitutes count at once. `retired: true` ends it."""
    return queries.plan_view(plans.change_plan(session, caller, plan_id, body))


@router.query("/production-calendars", summary="生产日历")
def list_calendars(
    session: Session, caller: Caller, filter: Annotated[CalendarFilter, Query()], keys: Keyring
) -> Written[CalendarPage]:
    """On which days enterprises produce, the last declared first; without any, on the work days of the year's table."""
    return queries.calendars_page(session, caller, filter, keys)


def show_calendar(session: Session, caller: Caller, calendar_id: UUID) -> CalendarView:
    return CalendarView.model_validate(queries.find_calendar(session, caller, calendar_id))


@router.command(
    "/production-calendars", "calendar.declare", replay=show_calendar, status_code=201, summary="申报生产日历"
)
def declare_calendar(session: Session, caller: Caller, body: NewCalendar) -> CalendarView:
    """By the enterprise's safety officer or manager, from tomorrow on or later."""
    return CalendarView.model_validate(stops.declare_calendar(session, caller, body))


@router.query("/production-stops", summary="停产")
def list_stops(
    session: Session, caller: Caller, filter: Annotated[StopFilter, Query()], keys: Keyring
) -> Written[StopPage]:
    """The stops of production in scope, the last declared first."""
    return queries.stops_page(session, caller, filter, keys)


@router.query("/production-stops/{stop_id}", summary="一次停产")
def get_stop(session: Session, caller: Caller, stop_id: UUID) -> StopView:
    """The stop, with signs that work went on, and what its end owes."""
    return queries.stop_view(session, queries.find_stop(session, caller, stop_id))


@router.command("/production-stops", "stop.declare", replay=get_stop, status_code=201, summary="报告停产")
def declare_stop(session: Session, caller: Caller, body: NewStop) -> StopView:
    """By the manager before it begins; afterwards by a supervisor. Measures marked `always` stay owed."""
    return queries.stop_view(session, stops.declare_stop(session, caller, body))


@router.change("PATCH", "/production-stops/{stop_id}", summary="修改停产")
def change_stop(session: Session, caller: Caller, stop_id: UUID, body: StopChange) -> StopView:
    """Ends it, lets it last longer, or takes it back before it begins."""
    return queries.stop_view(session, stops.change_stop(session, caller, stop_id, body))
