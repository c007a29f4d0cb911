"""A hazard's whole story, as one caller sees it: the detail and the timeline."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import String, bindparam, cast, null, or_, select, union_all
from sqlalchemy.orm import Session

from app.foundation.calendar import local_date
from app.foundation.canonical import sent
from app.foundation.clock import now, rfc3339
from app.foundation.database import table_of
from app.foundation.keyring import Keyring
from app.foundation.pages import Asked
from app.foundation.wire import Written
from app.hazards import queries
from app.hazards.conditions import said_of
from app.hazards.facts import Judged
from app.hazards.loop import allowed_actions, blocked_actions
from app.hazards.models import Hazard
from app.hazards.stages import overdue, waiting_for
from app.hazards.terms import State
from app.hazards.views import Blocked, EventPage, HazardView, masked
from app.journal.events import Event, told
from app.people.models import Enterprise, User
from app.people.scope import Caller
from app.photos import uses
from app.photos.addresses import thumbnail_url

STORED = (
    "id", "revision", "number", "description", "level", "level_confirmed", "level_by", "criterion", "state", "due_on",
    "area_code", "place", "origin", "reported_at", "photos_missing", "listed", "stopped", "factor", "discipline",
    "accident_type", "accident_standard", "found_at", "last_seen_at", "inspection_id", "measure_id", "risk_id",
    "first_due_on", "stage_due_at", "confirmed_at", "requirement", "reason", "cause", "interim_measures",
    "rectified_at", "ended_at",
)  # fmt: skip
ENTERPRISES, USERS = table_of(Enterprise).c, table_of(User).c
NAMED: Final = union_all(
    select(USERS.id, USERS.name, USERS.phone).where(
        or_(*(USERS.id == bindparam(who) for who in ("reported", "confirmed", "responsible")))
    ),
    select(ENTERPRISES.id, ENTERPRISES.name, cast(null(), String)).where(ENTERPRISES.id == bindparam("enterprise")),
)
TOLD = ("plan", "extension", "rectification", "review")


class EventsAsked(Asked):
    """Parameters of a timeline."""


def shown(session: Session, hazard: Judged, caller: Caller, keys: Keyring) -> HazardView:
    """The hazard as this caller sees it."""
    row, facts = hazard.row, _facts(hazard)
    named = _named(session, row)
    reader = caller.id if queries.reads_no_names(caller) else None
    position = {"lon": row.lon, "lat": row.lat, "datum": row.datum, "accuracy_m": row.accuracy_m}
    blocked = blocked_actions(facts, caller)
    values: dict[str, Any] = {name: getattr(row, name) for name in STORED}
    values |= {name: masked(getattr(row, name), reader) for name in TOLD}
    values |= {
        "overdue": overdue(row.state, row.stage_due_at, now()),
        "waiting_for": waiting_for(facts),
        "enterprise": named[row.enterprise_id],
        "position": position if row.datum else None,
        "responsible": masked(_responsible(row, named), reader),
        "reported_by": masked(named[row.reported_by], reader),
        "confirmed_by": masked(named.get(row.confirmed_by), reader) if row.confirmed_by else None,
        "handling_authority": {"area_code": row.handling_area, "department": row.handling_department},
        "on_time": _on_time(row),
        "thumbnail_url": thumbnail_url(keys, caller.id, row.thumbnail) if row.thumbnail else None,
        "photos": uses.of(session, keys, caller.id, [row.id]).get(row.id, []),
        "allowed_actions": allowed_actions(facts, caller),
        "blocked_actions": tuple(Blocked(name=n, code=c, message=said_of(c).zh) for n, c in blocked.items()),
    }
    return HazardView.model_validate(values)


def _facts(hazard: Judged) -> Any:
    return hazard


def _named(session: Session, row: Hazard) -> dict[UUID, dict[str, Any]]:
    """The enterprise and the persons of a hazard, by their ids."""
    ids = {
        "enterprise": row.enterprise_id, "reported": row.reported_by, "confirmed": row.confirmed_by,
        "responsible": row.responsible_id,
    }  # fmt: skip
    found = session.connection().execute(NAMED, ids)
    return {id: {"id": id, "name": name, "phone": phone} for id, name, phone in found}


def _responsible(row: Hazard, named: dict[UUID, dict[str, Any]]) -> dict[str, Any] | None:
    if row.responsible_id:
        return named[row.responsible_id]
    if row.responsible_name:
        return {"id": None, "name": row.responsible_name, "phone": row.responsible_phone}
    return None


def _on_time(row: Hazard) -> bool | None:
    """Whether the rectification that was accepted was performed by the deadline; without one it was."""
    if row.state != State.CLOSED or row.rectified_at is None:
        return None
    return row.due_on is None or local_date(row.rectified_at) <= row.due_on


def timeline(
    session: Session, caller: Caller, hazard_id: UUID, asked: EventsAsked, keys: Keyring
) -> Written[EventPage]:
    """What happened to the hazard, oldest first."""
    queries.find(session, caller, hazard_id)
    own = select(Event).where(Event.subject_kind == Hazard.KIND, Event.subject_id == hazard_id)
    place = asked.place(keys)
    if place:
        own = own.where(Event.number > int(place[0]))
    events = session.scalars(own.order_by(Event.number).limit(asked.limit + 1)).all()
    reader = caller.id if queries.reads_no_names(caller) else None
    page = events[: asked.limit]
    cursor = asked.cursor_after(keys, page[-1].number, hazard_id) if len(events) > asked.limit else None
    answer: dict[str, Any] = {"items": [_event(event, reader) for event in page], "next_cursor": cursor}
    return Written(sent(answer))


def _event(event: Event, reader: UUID | None) -> dict[str, Any]:
    said = masked(told(event), reader)
    return {
        "number": event.number,
        "action": event.action,
        "at": rfc3339(event.at),
        "received_at": rfc3339(event.received_at),
        "by": said.get("by") or {"id": event.actor_id, "name": None, "roles": []},
        "data": said.get("data", {}),
        "changes": said.get("changes", {}),
        "revision": said.get("revision", 0),
    }
