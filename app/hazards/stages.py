"""Who is waited for and until when. All of it is derived: nothing here is a state, and no job keeps it."""

import json
import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from app.foundation.calendar import add_days, add_work_days, end_of_day
from app.hazards.terms import OPEN, Facts, Origin, State, WaitingFor
from app.sorting.terms import Level

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Policy:
    """How long each stage may take: settings of a district, not statute."""

    version: str
    confirm_days: int
    possible_major_hours: int
    plan_days: int
    approval_work_days: int
    review_days: int


@cache
def policy(path: Path = Path(__file__).parent / "data" / "policy.json") -> Policy:
    """The policy in force. Raises TypeError for a file that lacks a number or has one too many."""
    said = json.loads(path.read_text("utf-8"))
    return Policy(**{name: value for name, value in said.items() if not name.startswith("_")})


def waiting_for(hazard: Facts) -> WaitingFor | None:
    """Whose move it is; None once nobody's."""
    own = hazard.origin == Origin.ENTERPRISE
    match hazard.state:
        case State.REPORTED:
            return WaitingFor.ENTERPRISE_CONFIRMATION if own else WaitingFor.GOVERNMENT_CONFIRMATION
        case State.PLANNING:
            return WaitingFor.PLAN_APPROVAL if hazard.plan_pending else WaitingFor.PLAN
        case State.RECTIFYING:
            return WaitingFor.RECTIFICATION
        case State.REVIEWING if hazard.level == Level.MAJOR or not own:
            return WaitingFor.GOVERNMENT_REVIEW
        case State.REVIEWING:
            return WaitingFor.OUTSIDE_REVIEW if hazard.alone else WaitingFor.ENTERPRISE_REVIEW
        case _:
            return None


def stage_due(state: State, level: Level, since: datetime, due_on: date | None, *, plan_pending: bool) -> Any:
    """The instant until which the stage that begins at `since` may last; None for one that never ends."""
    limits = policy()
    match state:
        case State.REPORTED if level == Level.MAJOR:
            return since + timedelta(hours=limits.possible_major_hours)
        case State.REPORTED:
            return end_of_day(add_days(since, limits.confirm_days))
        case State.PLANNING if plan_pending:
            return end_of_day(add_work_days(since, limits.approval_work_days))
        case State.PLANNING:
            return end_of_day(add_days(since, limits.plan_days))
        case State.RECTIFYING:
            return end_of_day(due_on or add_days(since, limits.plan_days))
        case State.REVIEWING:
            return end_of_day(add_days(since, limits.review_days))
        case _:
            return None


def overdue(state: State, due_at: datetime | None, now: datetime) -> dict[str, Any] | None:
    """Which stage is late, and by how many days begun; None if none is."""
    if due_at is None or due_at > now or state not in OPEN:
        return None
    return {"stage": state, "days": max(1, math.ceil((now - due_at) / _DAY))}
