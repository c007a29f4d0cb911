"""What a task is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.people.scope import Caller

# Where a task stands among the others: due instant, id and number. Duties of one plan may end at the same instant, as
# two shifts do, and differ by their number alone.
Place = tuple[datetime, UUID, str]
# A source reads up to so many tasks of a caller that come after a place, in their order.
Source = Callable[[Session, Caller, Place | None, int], list[dict[str, Any]]]


def place_of(task: dict[str, Any]) -> Place:
    return task["due_at"], task["id"], task["number"] or ""


@dataclass(frozen=True)
class Sources:
    """The rooms that may have tasks for somebody."""

    sources: tuple[Source, ...]
