"""A hazard's whole story, as one caller sees it: the detail and the timeline."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.criteria.current import criteria_of
from app.foundation.calendar import local_date
from app.foundation.canonical import sent
from app.foundation.clock import now, rfc3339
from app.foundation.keyring import Keyring
from app.foundation.pages import Asked
from app.foundation.wire import Written
from app.hazards import queries
from app.hazards.conditions import said_of
from app.hazards.models import Hazard
from app.hazards.standing import judge
from app.hazards.terms import State
from app.hazards.views import EventPage, HazardView, masked
from app.journal.events import Event, told
from app.people.scope import Caller
from app.photos import uses
from app.photos.addresses import thumbnail_url

STORED = (
    "id", "revision", "number", "description", "level", "level_confirmed", "level_by", "criterion", "state", "due_on",
    "area_code", "place", "reported_at", "photos_missing", "evidence_flags", "listed", "stopped",
    "factor", "discipline",
    "accident_type", "accident_standard", "found_at", "last_seen_at", "inspection_id", "measure_id", "risk_id",
    "first_due_on", "stage_due_at", "confirmed_at", "requirement", "reason", "cause", "interim_measures",
    "rectified_at", "ended_at",
)  # fmt: skip
TOLD = ("plan", "extension", "rectification", "review", "imported")


class EventsAsked(Asked):
    """Parameters of a timeline."""


def shown(session: Session, caller: Caller, hazard_id: UUID, keys: Keyring, *, wherever: bool = False) -> HazardView:
    """The hazard as this caller sees it; `wherever`: also if what they did to it has taken it out of their sight.

    Raises:
        NotFound: it does not exist, or lies outside the caller's scope: the two look the same.
    """
    row, asking = queries.whole(session, hazard_id, None if wherever else caller), queries.in_text(caller)
    reader = caller.id if caller.only_works else None
    position = {"lon": row.lon, "lat": row.lat, "datum": row.datum, "accuracy_m": row.accuracy_m}
    at = now()
    possible = judge(asking, local_date(at)).moves(row)
    values: dict[str, Any] = {name: getattr(row, name) for name in STORED}
    values |= {name: masked(getattr(row, name), reader) for name in TOLD}
    values |= {
        "cited": _cited(session, row),
        "overdue": queries.overdue_stage(row, at),
        "waiting_for": possible.waiting_for,
        "origin": row.listed_origin,
        "enterprise": {"id": row.enterprise_id, "name": row.enterprise_name},
        "position": position if row.datum else None,
        "responsible": queries.responsible(row, asking),
        "reported_by": _person(row.reported_by, row.reporter_name, row.reporter_phone, reader),
        "confirmed_by": _person(row.confirmed_by, row.confirmer_name, row.confirmer_phone, reader),
        "handling_authority": {"area_code": row.handling_area, "department": row.handling_department},
        "on_time": _on_time(row),
        "thumbnail_url": thumbnail_url(keys, caller.id, row.thumbnail) if row.thumbnail else None,
        "photos": uses.of(session, keys, caller, [hazard_id]).get(hazard_id, []),
        "allowed_actions": possible.allowed,
        "blocked_actions": [
            {"name": name, "code": code, "message": said_of(code).zh} for name, code in possible.blocked.items()
        ],
    }
    return HazardView.model_validate(values)


def _cited(session: Session, row: Any) -> dict[str, Any] | None:
    """The criterion that makes it a major one, by the sets that are in force, as of the day it was found."""
    if row.criterion is None:
        return None
    on = local_date(datetime.fromisoformat(row.found_at))
    met = criteria_of(session).catalogue.in_force(row.criterion, on)
    if met is None:  # its set has been switched off since
        return {"code": row.criterion, "standard": None, "text": None, "verified": False}
    return {"code": met.code, "standard": met.standard, "text": met.text, "verified": met.verified}


def _person(id: str | None, name: str, phone: str | None, reader: UUID | None) -> Any:
    return masked({"id": id, "name": name, "phone": phone}, reader) if id else None


def _on_time(row: Any) -> bool | None:
    """Whether the rectification that was accepted was performed by the deadline; without one it was. Of what a ledger
    said was closed, nobody here accepted anything."""
    if row.state != State.CLOSED or row.rectification is None:
        return None
    return row.due_on is None or local_date(datetime.fromisoformat(row.rectified_at)) <= row.due_on


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
    reader = caller.id if caller.only_works else None
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
