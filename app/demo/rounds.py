"""The rounds on which nothing was found: daily, weekly and monthly by whose duty it is, and the government's checks;
and the remarks that are no hazards, or of which nobody is sure."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from app.demo import campaigns, duties
from app.demo.data import Finding, fitting
from app.demo.stage import Act, Stage
from app.demo.town import Works
from app.duties.keeping import DUTIES
from app.duties.periods import span
from app.foundation import clock
from app.foundation.calendar import add_days, is_work_day
from app.foundation.canonical import new_id
from app.inspections.clocks import DeviceClock
from app.inspections.commands import report
from app.inspections.deciding import sort
from app.inspections.schemas import Decide, Report
from app.inspections.terms import Cadence
from app.people.scope import Caller, Role

MONTHS: Final = 90  # days, of which the enterprise of the demo's logins has all its rounds
LATELY: Final = {"daily": 5, "weekly": 28}  # days of which the others have theirs
A_ROUND: Final = timedelta(minutes=30)
SINCE: Final = {"daily": LATELY["daily"], "weekly": LATELY["weekly"], "monthly": MONTHS}
Round = tuple[str | None, str | None, str, Caller]


def rounds(stage: Stage, works: Works) -> Act:
    """An enterprise's own inspections; now and then one is missed."""
    if not works.people:
        return
    weekday, day_of_month = stage.rnd.randint(0, 4), stage.rnd.randint(2, 26)
    main = works.data is stage.town.data.main
    for ago in range(MONTHS, 0, -1):
        day = add_days(stage.until, -ago)
        for cadence, tier, kind, by in _due(works, day, weekday, day_of_month):
            ticked = campaigns.ticks_off(stage.town, works, tier) and ago <= campaigns.TICKED_SINCE
            kept = main or ticked or ago <= LATELY.get(cadence or "", MONTHS)
            if kept and (stage.rnd.random() < 0.95 or ticked) and not duties.stands_still(stage, works, ago):
                said: dict[str, Any] = {"cadence": cadence, "tier": tier, "kind": kind}
                at = stage.hour_of(day)
                yield campaigns.at_last(day) if ticked else at
                _report(stage, works, by, ticked=ticked, duties=_for(works, cadence, day), **said)


def _due(works: Works, day: date, weekday: int, day_of_month: int) -> Iterator[Round]:
    """The rounds of a day, by whom."""
    duties = (
        (is_work_day(day), "daily", "team", "routine", (Role.TEAM_LEADER,)),
        (day.weekday() == weekday, "weekly", "department", "routine", (Role.DEPARTMENT_HEAD, Role.SAFETY_OFFICER)),
        (day.day == day_of_month, "monthly", "manager", "comprehensive", (Role.MANAGER,)),
    )
    for due, cadence, tier, kind, roles in duties:
        by = works.who(*roles)
        if due and by:
            yield cadence, tier, kind, by


def _for(works: Works, cadence: str | None, day: date) -> list[str]:
    """The duty that a round is for."""
    return [f"{duties.plan_of(works, cadence)}:{span(Cadence(cadence), day)[0]}"] if cadence else []


def checks(stage: Stage, works: Works) -> Act:
    """The government's: about every two months, by somebody of the town or the village."""
    ago = stage.rnd.randint(50, MONTHS)
    while ago > 0:
        yield stage.days_ago(ago)
        kind = stage.some(("government", "government", "campaign", "seasonal"))
        _report(stage, works, stage.some(stage.town.inspectors(works)), kind=kind)
        ago -= stage.rnd.randint(45, 75)


def remarks(stage: Stage) -> Iterator[Act]:
    """Dangers that no risk list had, suggestions, and what nobody could put a name to."""
    found = stage.town.data.findings
    for list, templates in (("risk", found.risk), ("none", found.none), ("pending", found.pending)):
        for number, template in enumerate(templates):
            fits = [each for each in stage.town.works.values() if each.people and fitting(each.data, [template])]
            decided = ("hazard", "none")[number % 4 // 2] if list == "pending" and number % 2 else None
            yield _remark(stage, stage.rnd.choice(fits), template, list, decided)


def _remark(stage: Stage, works: Works, template: Finding, list: str, decided: str | None) -> Act:
    by, officer = works.who(Role.TEAM_LEADER), works.who(Role.SAFETY_OFFICER)
    assert by is not None
    assert officer is not None
    at, id = stage.days_ago(stage.rnd.randint(3, 40)), new_id()
    yield at
    told: dict[str, Any] = {"id": id, "description": template.description, "place": template.place, "list": list}
    told["photos"] = stage.camera.take()
    _report(stage, works, by, cadence="daily", tier="team", findings=[told])
    if decided:
        yield stage.after(at, 1)
        body = Decide.model_validate({"list": decided, "reason": "现场查看后判定"})
        sort(stage.session, officer, id, body, stage.sorter)


def _report(stage: Stage, works: Works, by: Caller, *, ticked: bool = False, **told: Any) -> None:
    """A round: some measures, each as it should be; or ticked off, whatever is there."""
    at = clock.now()
    note = stage.some(stage.phrases.measure_notes)
    if ticked:
        campaigns.tick_off(stage, works, by, **told)
        return
    held = duties.measures_of(works, told.get("tier"))
    results = [{"measure_id": id, "status": "normal", "checked_at": at, "note": note} for id in held]
    where = works.data.position.model_dump(mode="json") | {"accuracy_m": 12.0}
    whole = {"enterprise_id": works.id, "started_at": at - A_ROUND, "performed_at": at, "position": where}
    body = Report.model_validate(whole | {"results": results} | told)
    report(stage.session, by, body, DeviceClock(None, at), stage.sorter, DUTIES)


def every(stage: Stage) -> Iterator[Act]:
    """All of them."""
    for works in stage.town.works.values():
        yield rounds(stage, works)
        yield checks(stage, works)
        if works.data is stage.town.data.main:
            yield duties.stop(stage, works)
    yield from remarks(stage)
