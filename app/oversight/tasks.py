"""What responsible persons owe now, as their tasks."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.duties.tasks import WAITING
from app.duties.terms import Asks
from app.foundation.calendar import add_days, local_date
from app.foundation.clock import now
from app.oversight.models import ResponsiblePerson
from app.oversight.owing import duties
from app.people.models import Enterprise
from app.people.scope import Caller, visible
from app.risks.models import RiskObject

TAKEN: Final = {Asks.SITE_CHECK: "inspect", Asks.PRESENCE: "inspect"}


def tasks(
    session: Session, caller: Caller, after: tuple[datetime, UUID, str] | None, limit: int
) -> list[dict[str, Any]]:
    """Up to `limit` tasks after a place, in the order of due instant, id and number."""
    seated = _seated(session, caller)
    if not seated:
        return []
    present = now()
    today = local_date(present)
    found = [
        {
            "kind": "duty",
            "id": duty.plan.id,
            "action": TAKEN.get(duty.asks, "follow_up"),
            "due_at": duty.period.closes_at,
            "overdue": None,
            "title": duty.plan.name,
            "number": duty.id,
            "level": None,
            "place": None,
            "enterprise": {"id": works.id, "name": works.name},
        }
        for duty, works in duties(session, [*seated, or_(*visible(caller, Enterprise))], add_days(today, -1), today)
        if duty.outcome.state in WAITING
        and duty.period.owed
        and duty.period.opens_at <= present < duty.period.closes_at
        and duty.owner is not None
        and duty.owner.id == caller.id
    ]
    found.sort(key=_place)
    return [task for task in found if after is None or _place(task) > after][:limit]


def _place(task: dict[str, Any]) -> tuple[datetime, UUID, str]:
    return task["due_at"], task["id"], task["number"]


def _seated(session: Session, caller: Caller) -> list[ColumnElement[bool]]:
    """The enterprises for which the caller answers, as a WHERE; nothing, if there are none."""
    held = select(ResponsiblePerson.enterprise_id).where(
        ResponsiblePerson.user_id == caller.id, ResponsiblePerson.withdrawn.is_(False)
    )
    ids = set(session.scalars(held))
    if caller.enterprise_id:
        graded = (RiskObject.enterprise_id == caller.enterprise_id, RiskObject.grade.is_not(None))
        ids |= set(session.scalars(select(RiskObject.enterprise_id).where(*graded)))
    return [Enterprise.id.in_(ids)] if ids else []
