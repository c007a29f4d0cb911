"""The findings that wait for the caller to say which list they belong on, as tasks."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from app.foundation.clock import now
from app.foundation.pages import in_order
from app.hazards.stages import overdue
from app.hazards.terms import Origin, State
from app.inspections.models import PENDING, Finding
from app.people.models import Enterprise
from app.people.scope import INSPECTORS, Caller, Role, visible

COLUMNS = (Finding.id, Finding.due_at, Finding.description, Finding.place, Finding.enterprise_id, Enterprise.name)


def tasks(
    session: Session, caller: Caller, after: tuple[datetime, UUID, str] | None, limit: int
) -> list[dict[str, Any]]:
    """Up to `limit` tasks after a place, in the order of due instant, id and number."""
    place = (after[0].isoformat(), after[1]) if after else None
    waiting = select(*COLUMNS).join_from(Finding, Enterprise, Enterprise.id == Finding.enterprise_id).where(PENDING)
    branches = _awaiting(caller)
    if not branches:
        return []
    query = in_order(waiting, branches, (Finding.due_at, Finding.id), place, limit, descending=False)
    return [
        {
            "kind": Finding.KIND,
            "id": row.id,
            "action": "sort",
            "due_at": row.due_at,
            "overdue": overdue(State.REPORTED, row.due_at, now()),
            "title": row.description,
            "number": None,
            "level": None,
            "place": row.place,
            "enterprise": {"id": row.enterprise_id, "name": row.name},
        }
        for row in session.execute(query)
    ]


def _awaiting(caller: Caller) -> list[ColumnElement[bool]]:
    """Whose origin the caller confirms: what `deciding.sort` asks of one finding, for all of them."""
    if caller.has(Role.SAFETY_OFFICER, Role.MANAGER):
        return [and_(branch, Finding.origin == Origin.ENTERPRISE) for branch in visible(caller, Finding)]
    if caller.has(*INSPECTORS):
        return [and_(branch, Finding.origin != Origin.ENTERPRISE) for branch in visible(caller, Finding)]
    return []
