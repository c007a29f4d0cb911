"""HTTP face of responsible persons, their board, incidents, special periods and follow-ups; nothing is decided here."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy.orm import Session

from app.foundation.keyring import Keyring
from app.foundation.printing import Sheet
from app.foundation.wire import Written
from app.oversight import board, follow_ups, incidents, persons, special_periods
from app.oversight.schemas import (
    BoardAsked,
    FollowUpFilter,
    IncidentChange,
    IncidentFilter,
    NewFollowUp,
    NewIncident,
    NewResponsiblePerson,
    NewSpecialPeriod,
    PersonFilter,
    ResponsiblePersonChange,
    SpecialPeriodChange,
    SpecialPeriodFilter,
)
from app.oversight.views import (
    Board,
    FollowUpPage,
    FollowUpView,
    IncidentPage,
    IncidentView,
    ResponsiblePersonPage,
    ResponsiblePersonView,
    SpecialPeriodPage,
    SpecialPeriodView,
)
from app.people.scope import Caller
from app.people.visits import Visits

router = Visits(prefix="/api/v1", tags=["oversight"])
of_enterprises = Visits(prefix="/api/v1/enterprises", tags=["enterprises"])


@of_enterprises.query("/{enterprise_id}/responsible-persons", summary="三个责任人")
def list_responsible_persons(
    session: Session, caller: Caller, enterprise_id: UUID, filter: Annotated[PersonFilter, Query()], keys: Keyring
) -> Written[ResponsiblePersonPage]:
    """Who holds and held the three seats; `on` says who did on a day."""
    return persons.page(session, caller, enterprise_id, filter, keys)


def show_responsible_person(session: Session, caller: Caller, person_id: UUID) -> ResponsiblePersonView:
    return persons.view(caller, persons.find(session, caller, person_id))


@of_enterprises.command(
    "/{enterprise_id}/responsible-persons",
    "responsible_person.appoint",
    replay=show_responsible_person,
    status_code=201,
    summary="登记责任人",
)
def appoint_responsible_person(
    session: Session, caller: Caller, enterprise_id: UUID, body: NewResponsiblePerson
) -> ResponsiblePersonView:
    """By an administrator or a supervisor; the enterprise's own also by its safety officer or manager. Whoever held the
    seat does so until the day before; who stands in for a while has a last day."""
    return persons.view(caller, persons.appoint(session, caller, enterprise_id, body))


@of_enterprises.change("PATCH", "/{enterprise_id}/responsible-persons/{person_id}", summary="修改责任人")
def change_responsible_person(
    session: Session, caller: Caller, enterprise_id: UUID, person_id: UUID, body: ResponsiblePersonChange
) -> ResponsiblePersonView:
    """How they are reached, until when they hold the seat; `withdrawn: true` takes back what was a mistake."""
    return persons.view(caller, persons.change(session, caller, enterprise_id, person_id, body))


@of_enterprises.query("/{enterprise_id}/board", summary="责任人公示牌")
def get_board(session: Session, caller: Caller, enterprise_id: UUID) -> Board:
    """The public board of the three as it stands today. It shows only phones that are said to be public, and the
    telephone of the supervision."""
    return board.read(session, caller, enterprise_id)


@of_enterprises.sheet("/{enterprise_id}/board.pdf", summary="打印责任人公示牌")
def print_board(session: Session, caller: Caller, enterprise_id: UUID, asked: Annotated[BoardAsked, Query()]) -> Sheet:
    """The same to hang up: A4 or A3, landscape."""
    return board.sheet(session, caller, enterprise_id, asked)


@router.query("/incidents", summary="险情与事故")
def list_incidents(
    session: Session, caller: Caller, filter: Annotated[IncidentFilter, Query()], keys: Keyring
) -> Written[IncidentPage]:
    """The dangers and accidents in scope, the latest first."""
    return incidents.page(session, caller, filter, keys)


@router.query("/incidents/{incident_id}", summary="一次险情或事故")
def get_incident(session: Session, caller: Caller, incident_id: UUID) -> IncidentView:
    """With what has been put right about it, by whom and why."""
    return incidents.view(session, caller, incidents.find(session, caller, incident_id))


@router.command("/incidents", "incident.record", replay=get_incident, status_code=201, summary="登记险情或事故")
def record_incident(session: Session, caller: Caller, body: NewIncident) -> IncidentView:
    """By an inspector, or by the enterprise's safety officer or manager. The three responsible persons owe their
    presence; an accident makes the enterprise's risks due for review."""
    return incidents.view(session, caller, incidents.record(session, caller, body))


@router.change("PATCH", "/incidents/{incident_id}", summary="更正险情或事故")
def correct_incident(session: Session, caller: Caller, incident_id: UUID, body: IncidentChange) -> IncidentView:
    """With a reason. What it was and when, inspectors correct; what was none, a supervisor withdraws."""
    return incidents.view(session, caller, incidents.correct(session, caller, incident_id, body))


@router.query("/special-periods", summary="特殊时段")
def list_special_periods(
    session: Session, caller: Caller, filter: Annotated[SpecialPeriodFilter, Query()], keys: Keyring
) -> Written[SpecialPeriodPage]:
    """Those that concern the caller's areas or enterprise, the last to begin first."""
    return special_periods.page(session, caller, filter, keys)


@router.query("/special-periods/{period_id}", summary="一个特殊时段")
def get_special_period(session: Session, caller: Caller, period_id: UUID) -> SpecialPeriodView:
    return special_periods.view(special_periods.find(session, caller, period_id))


@router.command(
    "/special-periods", "special_period.declare", replay=get_special_period, status_code=201, summary="发布特殊时段"
)
def declare_special_period(session: Session, caller: Caller, body: NewSpecialPeriod) -> SpecialPeriodView:
    """By a supervisor or an administrator of the area, for it and all beneath it."""
    return special_periods.view(special_periods.declare(session, caller, body))


@router.change("PATCH", "/special-periods/{period_id}", summary="修改特殊时段")
def change_special_period(
    session: Session, caller: Caller, period_id: UUID, body: SpecialPeriodChange
) -> SpecialPeriodView:
    """Ends it, lets it last longer, or takes it back before it begins."""
    return special_periods.view(special_periods.change(session, caller, period_id, body))


@router.query("/follow-ups", summary="履职记录")
def list_follow_ups(
    session: Session, caller: Caller, filter: Annotated[FollowUpFilter, Query()], keys: Keyring
) -> Written[FollowUpPage]:
    """Who looked after which enterprise without inspecting it; an enterprise sees its own people's."""
    return follow_ups.page(session, caller, filter, keys)


@router.command("/follow-ups", "follow_up.record", replay=follow_ups.view, status_code=201, summary="填写履职记录")
def record_follow_up(session: Session, caller: Caller, body: NewFollowUp) -> FollowUpView:
    """By whoever did it: by phone or video, on site, in a coordinating meeting; about one enterprise or several."""
    return follow_ups.record(session, caller, body)
