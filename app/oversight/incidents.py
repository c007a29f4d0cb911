"""Dangers and accidents: recorded by whoever is there, put right on record, never deleted."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.duties.filter import narrowed
from app.duties.queries import page_of
from app.foundation.calendar import end_of_day, local_date, start_of_day
from app.foundation.clock import now
from app.foundation.keyring import Keyring
from app.foundation.problems import Forbidden, Invalid, Said
from app.foundation.wire import Written
from app.inspections.clocks import DOUBT
from app.journal import events
from app.journal.events import Event
from app.oversight.models import Incident
from app.oversight.schemas import IncidentChange, IncidentFilter, NewIncident
from app.oversight.terms import IncidentKind
from app.oversight.views import Correction, IncidentPage, IncidentRow, IncidentView
from app.people import enterprises
from app.people.scope import INSPECTORS, Caller, Role, find_visible
from app.risks.keeping import keeps
from app.risks.reviewing import after_accident
from app.sorting import accident_types

NO_INCIDENT: Final = Said("没有这条险情或事故", "There is no such danger or accident")
NOT_YOURS: Final = Said(
    "险情和事故由检查人员或本企业的安全员、厂长经理登记",
    "Inspectors, and the enterprise's own safety officer or manager, record dangers and accidents",
)
NOT_INSPECTOR: Final = Said(
    "性质和时刻由检查人员更正，撤回由监管人员办理",
    "Inspectors correct what it was and when; a supervisor withdraws it",
)
AHEAD: Final = Said("还没有发生", "It lies ahead")
NO_TYPE: Final = Said("这个标准中没有这个事故类型", "The standard has no such kind of accident")
DERIVED_FROM: Final = {"kind", "occurred_at", "withdrawn"}


def record(session: Session, caller: Caller, body: NewIncident) -> Incident:
    """Write down what happened. After an accident the enterprise's risks are due for review.

    Raises:
        NotFound: the enterprise is outside the caller's scope.
        Forbidden: neither an inspector nor one who keeps the enterprise's risk list.
        Invalid: it lies ahead; the standard has no such kind of accident.
    """
    enterprise = enterprises.find(session, caller, body.enterprise_id, pointer="/enterprise_id", hold=True)
    _demand(caller, enterprise.id)
    told = body.model_dump(exclude={"device"})
    told |= _judged(told)
    made = Incident(**told, area_code=enterprise.area_code, withdrawn=False, recorded_by=caller.id, recorded_at=now())
    events.create(session, made, "recorded", caller, {}, at=made.occurred_at)
    if made.kind is IncidentKind.ACCIDENT:
        after_accident(session, caller, enterprise.id)
    return made


def correct(session: Session, caller: Caller, id: UUID, body: IncidentChange) -> Incident:
    """Put right what was recorded, or withdraw what was none; both stay on record with their reason.

    Raises:
        NotFound: outside the caller's scope.
        RevisionRequired, StaleRevision: the client has not seen it as it is.
        Forbidden: what duties derive from is corrected by inspectors, and withdrawn by a supervisor.
        Invalid: as for a new one.
    """
    row = find(session, caller, id, lock=True)
    asked = body.of(view(session, caller, row))
    reason = asked.pop("reason", None)
    changes = {name: value for name, value in asked.items() if value != getattr(row, name)}
    _demand(caller, row.enterprise_id)
    may = Role.SUPERVISOR if "withdrawn" in changes else None
    if changes.keys() & DERIVED_FROM and not (caller.has(may) if may else caller.has(*INSPECTORS)):
        raise Forbidden(NOT_INSPECTOR)
    whole = {name: getattr(row, name) for name in ("occurred_at", "accident_type", "accident_standard")} | changes
    if changes.keys() & whole.keys():
        if "accident_type" in changes and "accident_standard" not in changes:
            whole["accident_standard"] = None
        judged = _judged(whole)
        changes |= {name: value for name, value in judged.items() if value != getattr(row, name)}
    if changes:
        events.change(session, row, "corrected", caller, changes, {"reason": reason})
    if changes.get("kind") is IncidentKind.ACCIDENT:
        after_accident(session, caller, row.enterprise_id)
    return row


def find(session: Session, caller: Caller, id: UUID, *, lock: bool = False) -> Incident:
    """The incident, if the caller may see it.

    Raises:
        NotFound: it does not exist, or lies outside the caller's scope.
    """
    return find_visible(session, caller, Incident, id, NO_INCIDENT, lock=lock)


def view(session: Session, caller: Caller, row: Incident) -> IncidentView:
    told = {name: getattr(row, name) for name in IncidentRow.model_fields}
    return IncidentView.model_validate(told | {"corrections": _corrections(session, caller, row.id)})


def _corrections(session: Session, caller: Caller, id: UUID) -> list[Correction]:
    own = (Event.subject_kind == Incident.KIND, Event.subject_id == id, Event.number > 1)
    found = []
    for event in session.scalars(select(Event).where(*own).order_by(Event.number)):
        said = events.told(event)
        by = said.get("by", {})
        name = None if caller.only_works and by.get("id") != str(caller.id) else by.get("name")
        told = {"at": event.at, "by": name, "reason": said.get("data", {}).get("reason")}
        found.append(Correction(**told, changes=said.get("changes", {})))
    return found


def page(session: Session, caller: Caller, filter: IncidentFilter, keys: Keyring) -> Written[IncidentPage]:
    """A page of the dangers and accidents in scope, the latest first."""
    wanted = narrowed(Incident, filter.enterprise_id, filter.area_code)
    wanted.append(Incident.withdrawn.is_(filter.withdrawn))
    if filter.kind:
        wanted.append(Incident.kind == filter.kind)
    if filter.from_:
        wanted.append(Incident.occurred_at >= start_of_day(filter.from_))
    if filter.to:
        wanted.append(Incident.occurred_at < end_of_day(filter.to))
    rows, more = page_of(session, caller, Incident, "occurred_at", wanted, filter, keys)
    items = [IncidentRow.model_validate(row, from_attributes=True) for row in rows]
    return Written(IncidentPage(items=items, **more).model_dump_json(exclude_unset=True).encode())


def _demand(caller: Caller, enterprise_id: UUID) -> None:
    if not caller.has(*INSPECTORS) and not keeps(caller, enterprise_id):
        raise Forbidden(NOT_YOURS)


def _judged(told: dict[str, Any]) -> dict[str, Any]:
    """When it was, and its kind of accident with the standard that it is of."""
    at: datetime = told["occurred_at"]
    if at > now() + DOUBT:
        raise Invalid.at("/occurred_at", "ahead", AHEAD)
    if told["accident_type"] is None:
        return {"occurred_at": min(at, now()), "accident_standard": None}
    standards, day = accident_types.read(), local_date(at)
    in_force = [each.name for each in standards.values() if each.effective_from <= day] or list(standards)
    standard = told["accident_standard"] or in_force[-1]
    codes = {kind.code for kind in standards[standard].types} if standard in standards else set()
    if told["accident_type"] not in codes:
        raise Invalid.at("/accident_type", "unknown_accident_type", NO_TYPE)
    return {"occurred_at": min(at, now()), "accident_standard": standard}
