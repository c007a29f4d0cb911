"""What a task is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.people.scope import Caller

# A source reads up to so many tasks of a caller that come after a place, in the order of due instant and id.
Source = Callable[[Session, Caller, tuple[datetime, UUID] | None, int], list[dict[str, Any]]]


@dataclass(frozen=True)
class Sources:
    """The rooms that may have tasks for somebody."""

    sources: tuple[Source, ...]
