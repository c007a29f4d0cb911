"""Who answers for the demo's enterprises with special categories, and how they look after them: the three responsible
persons with their checks, a danger, and a special period."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any, Final

from sqlalchemy.orm import Session

from app.demo.data import ResponsiblePerson
from app.demo.stage import Act, Stage
from app.demo.town import Town, Works
from app.foundation import clock
from app.foundation.calendar import add_days
from app.inspections.clocks import DeviceClock
from app.inspections.commands import report
from app.inspections.schemas import Report
from app.oversight import follow_ups, incidents, special_periods
from app.oversight import persons as seats
from app.oversight.keeping import DUTIES
from app.oversight.schemas import NewFollowUp, NewIncident, NewResponsiblePerson, NewSpecialPeriod
from app.people.scope import INSPECTORS, SYSTEM, Caller, Role, town_of
from app.people.terms import EnterpriseKind, Responsibility

CHECKED: Final = (75, 45, 15)  # days ago
DANGER: Final = 12  # days ago
PERIOD: Final = (20, 14)  # days ago, from and to
A_CHECK: Final = timedelta(minutes=50)
DICE: Final = 20260601


def appoint(session: Session, town: Town) -> None:
    """Name the three persons of every enterprise with a special category, as its register does."""
    for works in _special(town):
        for person in works.data.responsible_persons:
            user = _account(town, works, person)
            told = {
                "seat": person.kind, "name": person.name, "post": person.post, "phone": person.phone,
                "user_id": user.id if user else None, "phone_public": person.kind is not Responsibility.ENTERPRISE,
            }  # fmt: skip
            seats.appoint(session, SYSTEM, works.id, NewResponsiblePerson.model_validate(told))


def every(stage: Stage) -> Iterator[Act]:
    """What they do; by dice of their own, so that everybody else's past stays what it is."""
    stage = replace(stage, rnd=Random(DICE))
    main = stage.town.works[stage.town.data.main.key]
    for works in _special(stage.town):
        yield _checks(stage, works, always=works is main)
    yield _danger(stage, main)
    yield _care(stage, main)


def _special(town: Town) -> list[Works]:
    registered = (works for works in town.works.values() if works.data.kind is EnterpriseKind.ENTERPRISE)
    return [works for works in registered if works.data.special_categories]


def _account(town: Town, works: Works, person: ResponsiblePerson) -> Caller | None:
    """Their login, if they have one."""
    own = works.people if person.kind is Responsibility.ENTERPRISE else town.people.values()
    return next((each for each in own if each.name == person.name and each.has(Role.MANAGER, *INSPECTORS)), None)


def _checks(stage: Stage, works: Works, *, always: bool) -> Act:
    """A check on site a month by the regulator, often with the administrative leader; some are missed."""
    by = stage.town.supervisor(works)
    for ago in CHECKED:
        if always or stage.rnd.random() < 0.8:
            yield stage.days_ago(ago)
            at = clock.now()
            told: dict[str, Any] = {
                "enterprise_id": works.id, "kind": "government", "started_at": at - A_CHECK, "performed_at": at,
                "position": works.data.position.model_dump(mode="json") | {"accuracy_m": 15.0},
            }  # fmt: skip
            if always or stage.rnd.random() < 0.7:
                told["participants"] = [{"name": _leader(works)}]
            body = Report.model_validate(told)
            report(stage.session, by, body, DeviceClock(None, at), stage.sorter, DUTIES)


def _leader(works: Works) -> str:
    return next(each.name for each in works.data.responsible_persons if each.kind is Responsibility.ADMINISTRATIVE)


def _danger(stage: Stage, works: Works) -> Act:
    """Smoke in a duct: the safety officer writes it down, and all three come."""
    officer, manager = works.who(Role.SAFETY_OFFICER), works.who(Role.MANAGER)
    assert officer is not None
    assert manager is not None
    yield stage.days_ago(DANGER)
    occurred_at = clock.now() - timedelta(minutes=20)
    told = {
        "enterprise_id": works.id, "kind": "danger", "occurred_at": occurred_at, "place": "打磨车间除尘管道",
        "description": "火花进入除尘管道，积尘冒烟，火花探测报警后停机，无人受伤。",
        "consequence": "停产半天，管道积尘已清理",
    }  # fmt: skip
    incidents.record(stage.session, officer, NewIncident.model_validate(told))
    yield clock.now() + timedelta(minutes=15)
    _follow(stage, manager, [works], "on_site", "到现场组织停机、撤人和清灰")
    yield clock.now() + timedelta(minutes=75)
    _follow(stage, stage.town.supervisor(works), [works], "on_site", "到现场核实处置情况", _leader(works))


def _care(stage: Stage, main: Works) -> Act:
    """A week of particular care in the town: a call each day but one, and a meeting."""
    first, last = PERIOD
    by = stage.town.supervisor(main)
    there = [works for works in _special(stage.town) if by.governs(works.data.area_code)]
    yield stage.days_ago(first + 3)
    told = {
        "area_code": town_of(main.data.area_code), "name": "重要会议期间",
        "from_on": add_days(stage.until, -first), "to_on": add_days(stage.until, -last),
    }  # fmt: skip
    special_periods.declare(stage.session, by, NewSpecialPeriod.model_validate(told))
    for ago in range(first, last - 1, -1):
        if ago != last + 2:
            yield stage.days_ago(ago)
            _follow(stage, by, there, "phone", "询问当日生产、检修和值守情况", _leader(main))
    yield stage.days_ago(last) + timedelta(hours=2)
    _follow(stage, by, there, "meeting", "召开调度会，通报隐患整改进度", _leader(main))


def _follow(stage: Stage, by: Caller, works: list[Works], manner: str, note: str, *names: str) -> None:
    told = {"enterprise_ids": [each.id for each in works], "manner": manner, "note": note, "participants": names}
    follow_ups.record(stage.session, by, NewFollowUp.model_validate(told))
