"""HTTP face of the tasks."""

from datetime import datetime
from itertools import chain
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from app.foundation.canonical import sent
from app.foundation.clock import rfc3339
from app.foundation.keyring import Keyring
from app.foundation.pages import Asked
from app.foundation.wire import Moment, Written
from app.hazards.terms import State
from app.people.scope import Caller
from app.people.visits import Visits
from app.sorting.terms import Level
from app.tasks.terms import Place, Sources, place_of


class TaskOverdue(BaseModel):
    stage: State
    days: int


class Works(BaseModel):
    id: UUID
    name: str


class Task(BaseModel):
    """Something that waits for the caller: which action, on what, until when."""

    kind: Literal["hazard", "finding", "duty", "campaign"]
    id: UUID = Field(description="Of the hazard, finding or campaign; of a duty, that of its plan.")
    action: str = Field(description="The action to take: a name of the loop, `sort` or `inspect`.")
    due_at: Moment
    overdue: TaskOverdue | None
    title: str
    number: str | None = Field(description="Of the hazard; of a duty or a campaign's round its id.")
    level: Level | None
    place: str | None
    enterprise: Works | None = Field(description="Null of a campaign's round, which owes visits to several.")


class TaskPage(BaseModel):
    items: list[Task]
    next_cursor: str | None


class TasksAsked(Asked):
    """Parameters of the list of tasks, which is short and not counted."""

    count: Literal[False] = False


router = Visits(prefix="/api/v1/tasks", tags=["tasks"])


@router.query("", summary="待办")
def list_tasks(
    session: Session, caller: Caller, filter: Annotated[TasksAsked, Query()], keys: Keyring, sources: Sources
) -> Written[TaskPage]:
    """Everything that waits for the caller, soonest due first."""
    after = _after(filter.place(keys))
    found = chain.from_iterable(source(session, caller, after, filter.limit + 1) for source in sources.sources)
    tasks = sorted(found, key=place_of)
    items, more = tasks[: filter.limit], len(tasks) > filter.limit
    cursor = _cursor(filter, keys, place_of(items[-1])) if more else None
    answer: dict[str, Any] = {"items": items, "next_cursor": cursor}
    return Written(sent(answer))


def _cursor(filter: TasksAsked, keys: Keyring, place: Place) -> str:
    due_at, id, number = place
    return filter.cursor_after(keys, f"{rfc3339(due_at)} {number}", id)


def _after(place: tuple[str, UUID] | None) -> Place | None:
    """The place that a cursor names."""
    if place is None:
        return None
    due_at, _, number = place[0].partition(" ")
    return datetime.fromisoformat(due_at), place[1], number
