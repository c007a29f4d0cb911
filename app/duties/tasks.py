"""The inspections that are due now, as tasks of whoever owes them or stands in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.duties.filter import Span
from app.duties.listing import duties
from app.duties.reading import Duty
from app.duties.terms import DutyState
from app.foundation.calendar import add_days, local_date
from app.foundation.clock import now
from app.people.scope import Caller

WAITING = frozenset({DutyState.DUE, DutyState.PARTIAL})


def tasks(
    session: Session, caller: Caller, after: tuple[datetime, UUID, str] | None, limit: int
) -> list[dict[str, Any]]:
    """Up to `limit` tasks after a place, in the order of due instant, id and number."""
    if caller.enterprise_id is None or caller.only_works:
        return []
    present = now()
    today = local_date(present)
    found = [
        {
            "kind": "duty",
            "id": duty.plan.id,
            "action": "inspect",
            "due_at": duty.period.closes_at,
            "overdue": None,
            "title": duty.plan.name,
            "number": duty.id,
            "level": None,
            "place": None,
            "enterprise": {"id": duty.plan.enterprise_id, "name": works.name},
        }
        for duty, works in duties(session, caller, Span(), add_days(today, -1), today)
        if _waits(duty, caller, present)
    ]
    found.sort(key=_place)
    return [task for task in found if after is None or _place(task) > after][:limit]


def _place(task: dict[str, Any]) -> tuple[datetime, UUID, str]:
    return task["due_at"], task["id"], task["number"]


def _waits(duty: Duty, caller: Caller, present: datetime) -> bool:
    """Whether it is open, and the caller owes it or stands in today."""
    if duty.outcome.state not in WAITING or not duty.period.opens_at <= present < duty.period.closes_at:
        return False
    owes = duty.owner is not None and duty.owner.id == caller.id
    return owes or duty.plan.stands_in(caller.id, local_date(present))
