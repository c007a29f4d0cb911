"""The hazards whose next step is the caller's, as tasks."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from app.foundation.clock import now
from app.foundation.columns import Id, Instant
from app.hazards.facts import READ_BESIDE, Judged, awaiting, seen
from app.hazards.loop import awaited
from app.hazards.models import IS_OPEN, Hazard
from app.hazards.stages import overdue
from app.people.models import Enterprise
from app.people.scope import Caller

DUE = func.coalesce(Hazard.stage_due_at, Hazard.reported_at, type_=Instant)


def tasks(
    session: Session, caller: Caller, after: tuple[datetime, UUID, str] | None, limit: int
) -> list[dict[str, Any]]:
    """Up to `limit` tasks after a place, in the order of due instant, id and number."""
    query = (
        select(Hazard, *READ_BESIDE, Enterprise.name, DUE.label("due_at"))
        .join(Enterprise, Enterprise.id == Hazard.enterprise_id)
        .where(IS_OPEN, awaiting(caller), or_(*seen(caller)))
        .order_by(DUE, Hazard.id)
        .limit(limit)
    )
    if after:
        query = query.where(tuple_(DUE, Hazard.id) > tuple_(literal(after[0], Instant), literal(after[1], Id)))
    found = []
    for row, alone, accountless, partner_id, name, due_at in session.execute(query):
        facts: Any = Judged(row, alone, accountless, partner_id)
        found.append(
            {
                "kind": Hazard.KIND,
                "id": row.id,
                "action": awaited(facts, caller),
                "due_at": due_at,
                "overdue": overdue(row.state, row.stage_due_at, now()),
                "title": row.description,
                "number": row.number,
                "level": row.level,
                "place": row.place,
                "enterprise": {"id": row.enterprise_id, "name": name},
            }
        )
    return found
