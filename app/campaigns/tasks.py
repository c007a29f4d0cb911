"""Rounds that run, as tasks of the inspectors of the area: one line each, and not one for every enterprise."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.campaigns import queries
from app.campaigns.coverage import left_to_visit
from app.people.scope import INSPECTORS, Caller


def tasks(
    session: Session, caller: Caller, after: tuple[datetime, UUID, str] | None, limit: int
) -> list[dict[str, Any]]:
    """Up to `limit` tasks after a place, in the order of due instant, id and number: rounds that owe a visit still."""
    if not caller.has(*INSPECTORS):
        return []
    place = (after[0], str(after[1]), after[2]) if after else None
    found = sorted(queries.running(session, caller), key=lambda each: (each[1].round.closes_at, str(each[0].id)))
    told: list[dict[str, Any]] = []
    for campaign, members in found:
        key = (members.round.closes_at, str(campaign.id), members.duty_id)
        if (place is None or key > place) and left_to_visit(session, caller, members) is not None:
            told.append(
                {
                    "kind": "campaign", "id": campaign.id, "action": "inspect", "due_at": members.round.closes_at,
                    "overdue": None, "title": f"{campaign.name}：{members.round.name}", "number": members.duty_id,
                    "level": None, "place": None, "enterprise": None,
                }
            )  # fmt: skip
        if len(told) == limit:
            break
    return told
