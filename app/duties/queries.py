"""Reading plans, calendars and stops. Every query starts from what the caller may see."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.duties import reading
from app.duties.filter import CalendarFilter, PlanFilter, StopFilter, narrowed
from app.duties.models import InspectionDuty, InspectionPlan, ProductionCalendar, ProductionStop
from app.duties.views import (
    Activity,
    CalendarPage,
    CalendarView,
    PlanPage,
    PlanView,
    StopPage,
    StopView,
)
from app.foundation.calendar import local_date
from app.foundation.clock import rfc3339
from app.foundation.keyring import Keyring
from app.foundation.pages import Asked, in_order, total
from app.foundation.problems import Said
from app.foundation.wire import Written
from app.people.scope import Caller, find_visible, visible

NO_PLAN: Final = Said("没有这个排查计划", "There is no such plan of inspections")
NO_PLAN_HERE: Final = Said("本企业没有这个排查计划", "The enterprise has no such plan of inspections")
NO_STOP: Final = Said("没有这次停产", "There is no such stop of production")
NO_CALENDAR: Final = Said("没有这份生产日历", "There is no such production calendar")


def find_plan(session: Session, caller: Caller, plan_id: UUID, *, lock: bool = False) -> InspectionPlan:
    """The plan, if the caller may see it; `lock` holds its row until the transaction ends.

    Raises:
        NotFound: it does not exist, or lies outside the caller's scope.
    """
    return find_visible(session, caller, InspectionPlan, plan_id, NO_PLAN, lock=lock)


def plan_view(plan: InspectionPlan) -> PlanView:
    return PlanView.model_validate(plan)


def plans_page(session: Session, caller: Caller, filter: PlanFilter, keys: Keyring) -> Written[PlanPage]:
    """A page of the plans in scope, the newest first."""
    wanted = narrowed(InspectionPlan, filter.enterprise_id, filter.area_code)
    wanted.append(InspectionPlan.retired.is_(filter.retired))
    if filter.cadence:
        wanted.append(InspectionPlan.cadence == filter.cadence)
    if filter.tier:
        wanted.append(InspectionPlan.tier == filter.tier)
    rows, more = page_of(session, caller, InspectionPlan, "created_at", wanted, filter, keys)
    return Written(
        PlanPage(items=[plan_view(row) for row in rows], **more).model_dump_json(exclude_unset=True).encode()
    )


def find_stop(session: Session, caller: Caller, stop_id: UUID, *, lock: bool = False) -> ProductionStop:
    """The stop, if the caller may see it.

    Raises:
        NotFound: it does not exist, or lies outside the caller's scope.
    """
    return find_visible(session, caller, ProductionStop, stop_id, NO_STOP, lock=lock)


def stop_view(session: Session, stop: ProductionStop) -> StopView:
    return _stops_shown(session, [stop])[0]


def stops_page(session: Session, caller: Caller, filter: StopFilter, keys: Keyring) -> Written[StopPage]:
    """A page of the stops in scope, the last declared first."""
    wanted = narrowed(ProductionStop, filter.enterprise_id, filter.area_code)
    if filter.on:
        until = or_(ProductionStop.to_on.is_(None), ProductionStop.to_on >= filter.on)
        wanted += [ProductionStop.from_on <= filter.on, until, ProductionStop.withdrawn.is_(False)]
    rows, more = page_of(session, caller, ProductionStop, "declared_at", wanted, filter, keys)
    shown = StopPage(items=_stops_shown(session, rows), **more)
    return Written(shown.model_dump_json(exclude_unset=True).encode())


def find_calendar(session: Session, caller: Caller, calendar_id: UUID) -> ProductionCalendar:
    """The calendar, if the caller may see it.

    Raises:
        NotFound: it does not exist, or lies outside the caller's scope.
    """
    return find_visible(session, caller, ProductionCalendar, calendar_id, NO_CALENDAR)


def calendars_page(session: Session, caller: Caller, filter: CalendarFilter, keys: Keyring) -> Written[CalendarPage]:
    """A page of the production days that enterprises in scope declared, the last declared first."""
    wanted = narrowed(ProductionCalendar, filter.enterprise_id, filter.area_code)
    rows, more = page_of(session, caller, ProductionCalendar, "made_at", wanted, filter, keys)
    shown = CalendarPage(items=[CalendarView.model_validate(row) for row in rows], **more)
    return Written(shown.model_dump_json(exclude_unset=True).encode())


def page_of(
    session: Session,
    caller: Caller,
    rows: type[Any],
    at: str,
    wanted: Sequence[ColumnElement[bool]],
    filter: Asked,
    keys: Keyring,
) -> tuple[list[Any], dict[str, Any]]:
    """A page of whole rows, the latest first, and what is said beside it."""
    branches, key = visible(caller, rows), (getattr(rows, at), rows.id)
    ids = in_order(select(rows.id, key[0]).where(*wanted), branches, key, filter.place(keys), filter.limit + 1)
    found = [row.id for row in session.execute(ids)]
    shown = session.scalars(select(rows).where(rows.id.in_(found[: filter.limit])))
    page = sorted(shown, key=lambda row: (getattr(row, at), str(row.id)), reverse=True)
    more = len(found) > filter.limit
    cursor = filter.cursor_after(keys, rfc3339(getattr(page[-1], at)), page[-1].id) if more else None
    counted = total(session, select(rows.id).where(*wanted, or_(*branches))) if filter.count else {}
    return page, {"next_cursor": cursor} | counted


def _stops_shown(session: Session, stops: Sequence[ProductionStop]) -> list[StopView]:
    known = reading.works(session, {stop.enterprise_id for stop in stops}, named=False) if stops else {}
    activity = _activity(session, stops) if stops else {}
    shown = []
    for stop in stops:
        owed = (
            None
            if stop.withdrawn
            else reading.resumption(stop.enterprise_id, known[stop.enterprise_id], reading.stop_of(stop))
        )
        duty = f"{owed.id}:{owed.versions[0].rule.from_on}" if owed else None
        told = {name: getattr(stop, name) for name in StopView.model_fields if hasattr(stop, name)}
        told |= {"activity": Activity(inspections=len(activity[stop.id])), "resumption_duty": duty}
        shown.append(StopView.model_validate(told))
    return shown


def _activity(session: Session, stops: Sequence[ProductionStop]) -> dict[UUID, set[UUID]]:
    """The inspections that were made during each stop, for plans that rested by it."""
    found: dict[UUID, set[UUID]] = {stop.id: set() for stop in stops}
    by_id = {stop.id: stop for stop in stops}
    row = (ProductionStop.id, InspectionDuty.plan_id, InspectionDuty.inspection_id, InspectionDuty.at)
    made = (
        select(*row, InspectionPlan.measure_ids)
        .join(InspectionPlan, InspectionPlan.enterprise_id == ProductionStop.enterprise_id)
        .join(InspectionDuty, InspectionDuty.plan_id == InspectionPlan.id)
        .where(ProductionStop.id.in_(by_id), InspectionDuty.due_on >= ProductionStop.from_on)
    )
    for id, plan_id, inspection_id, at, measure_ids in session.execute(made):
        stop = reading.stop_of(by_id[id])
        if stop.rests(plan_id, local_date(at)) and stop.always.isdisjoint(measure_ids):
            found[id].add(inspection_id)
    return found
