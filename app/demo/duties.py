"""Who owes which rounds in the demo: the plans of every enterprise, its production days, and one stop of production."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.demo import campaigns
from app.demo.stage import Act, Stage
from app.demo.town import Town, Works, named
from app.duties.plans import add_plan
from app.duties.schemas import NewCalendar, NewPlan, NewStop
from app.duties.stops import declare_calendar, declare_stop
from app.foundation import clock
from app.foundation.calendar import add_days
from app.inspections.terms import Cadence
from app.people.scope import Role

TITLES: Final = {"daily": "班组日排查", "weekly": "部门周排查", "monthly": "厂长经理月排查"}
TIERS: Final = {"daily": "team", "weekly": "department", "monthly": "manager"}
CHECKED: Final = {"team": 4, "department": 6, "manager": 8}
STOPPED: Final = (36, 33)  # days ago, from and to
BEFOREHAND: Final = timedelta(days=2)


def plan_of(works: Works, cadence: str) -> UUID:
    """The id of an enterprise's plan."""
    return named("plan", f"{works.key}:{cadence}")


def measures_of(works: Works, tier: str | None) -> list[UUID]:
    """What the rounds of a tier look at."""
    return [held.id for held in works.measures[: CHECKED.get(tier or "", 3)]]


def plan_rounds(session: Session, town: Town, since: dict[str, int], *, until: datetime) -> None:
    """Let every safety officer write down who owes which rounds; `since` says from how many days ago, by cadence."""
    for works in town.works.values():
        officer, own = works.who(Role.SAFETY_OFFICER), works.data is town.data.main
        if officer is None:
            continue
        for cadence, tier in TIERS.items():
            ticked = campaigns.ticks_off(town, works, tier)
            from_on = None if own else add_days(until, -(campaigns.TICKED_SINCE if ticked else since[cadence]))
            told = {
                "id": plan_of(works, cadence), "enterprise_id": works.id, "name": TITLES[cadence], "cadence": cadence,
                "tier": tier, "measure_ids": measures_of(works, tier), "from_on": from_on,
                "days": "work" if cadence == Cadence.DAILY else "every",
            }  # fmt: skip
            add_plan(session, officer, NewPlan.model_validate(told))
        if own:
            week = NewCalendar(
                enterprise_id=works.id, from_on=add_days(clock.now(), 1), weekdays=frozenset(range(1, 7))
            )
            declare_calendar(session, officer, week)


def stop(stage: Stage, works: Works) -> Act:
    """The plant stands still for a few days: its manager says so beforehand."""
    manager, (first, last) = works.who(Role.MANAGER), STOPPED
    if manager is None:
        return
    yield stage.days_ago(first) - BEFOREHAND
    told = {
        "enterprise_id": works.id, "scope": "打磨车间和除尘系统", "reason": "除尘系统年度检修",
        "from_on": add_days(stage.until, -first), "to_on": add_days(stage.until, -last),
    }  # fmt: skip
    declare_stop(stage.session, manager, NewStop.model_validate(told))


def stands_still(stage: Stage, works: Works, days_ago: int) -> bool:
    """Whether that day fell into the stop."""
    return works.data is stage.town.data.main and STOPPED[1] <= days_ago <= STOPPED[0]
