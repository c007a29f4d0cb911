"""The town's campaign in the demo: two full rounds of fire safety in a year (消地协作), the second still going on; and
the small works whose reports are ticked off rather than walked, so that the signs have something to show."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final

from app.campaigns.commands import add_campaign
from app.campaigns.keeping import CAMPAIGNS
from app.campaigns.schemas import NewCampaign
from app.demo.stage import MORNING, Act, Stage
from app.demo.town import Town, Works, named
from app.duties.keeping import DUTIES as OF_PLANS
from app.foundation import clock
from app.foundation.calendar import SHANGHAI, add_days, end_of_day
from app.inspections.clocks import DeviceClock
from app.inspections.commands import report
from app.inspections.schemas import Report
from app.people.scope import Caller, Role, town_of

DUTIES: Final = OF_PLANS.beside(CAMPAIGNS)
ID: Final = named("campaign", "fire")
BEGUN: Final = 110  # days ago
FIRST: Final = (100, 60)  # days ago, from and to
SECOND: Final = (30, -45)
VISITED: Final = {1: 0.9, 2: 0.45}
A_VISIT: Final = timedelta(minutes=40)
TICKED: Final = "team"  # the tier whose rounds are ticked off
TICKED_SINCE: Final = 14  # days ago
IN_SECONDS: Final = timedelta(seconds=6)


def every(stage: Stage) -> Iterator[Act]:
    """The campaign and its visits, by dice of its own: what else happens in the town is as it would be without it."""
    yield _begin(stage)
    chance = Random(ID.int)
    for works in stage.town.works.values():
        for number, (first, last) in ((1, FIRST), (2, (SECOND[0], 1))):
            if chance.random() < VISITED[number]:
                yield _visit(stage, works, number, chance.randint(last, first - 1), chance.randint(0, 300))


def _begin(stage: Stage) -> Act:
    main = stage.town.works[stage.town.data.main.key]
    by = stage.town.supervisor(main)
    yield _on(stage, BEGUN)
    days = [[add_days(stage.until, -ago) for ago in each] for each in (FIRST, SECOND)]
    told = {
        "id": ID, "name": "消地协作全覆盖检查", "kind": "fire_and_town", "area_code": town_of(main.data.area_code),
        "basis": "演示：消防救援机构与镇街协作，每年对辖区单位全覆盖检查两次",
        "checks": ["疏散通道、安全出口是否畅通", "灭火器、室内消火栓是否完好有效", "是否违规住人、违规动火"],
        "rounds": [
            {"name": name, "from_on": first, "to_on": last}
            for name, (first, last) in zip(("第一轮", "第二轮"), days, strict=True)
        ],
    }  # fmt: skip
    add_campaign(stage.session, by, NewCampaign.model_validate(told), stage.sorter)


def _visit(stage: Stage, works: Works, number: int, days_ago: int, minutes: int) -> Act:
    """Somebody of the town was there for a round."""
    if town_of(works.data.area_code) != town_of(stage.town.data.main.area_code):
        return
    by = stage.town.inspectors(works)[0]
    yield _on(stage, days_ago, minutes)
    told = {"kind": "campaign", "duties": [f"{ID}:R{number}"], "started_at": clock.now() - A_VISIT}
    _reported(stage, works, by, told)


def ticks_off(town: Town, works: Works, tier: str | None) -> bool:
    """Whether these rounds of a works are filled in at the end of the day, all at once."""
    return tier == TICKED and works is _careless(town)


def at_last(day: date) -> datetime:
    """When they are."""
    return end_of_day(day) - timedelta(minutes=6)


def tick_off(stage: Stage, works: Works, by: Caller, **told: Any) -> None:
    """Six measures in as many seconds, the same as yesterday."""
    at = clock.now()
    held = [each.id for each in works.measures[:6]]
    results = [
        {"measure_id": id, "status": "normal", "checked_at": at - IN_SECONDS + timedelta(seconds=n), "note": "正常"}
        for n, id in enumerate(held, 1)
    ]
    _reported(stage, works, by, told | {"started_at": at - IN_SECONDS, "results": results})


def _on(stage: Stage, days_ago: int, minutes: int = 0) -> datetime:
    day = datetime.combine(add_days(stage.until, -days_ago), MORNING, SHANGHAI)
    return day + timedelta(minutes=minutes)


def _careless(town: Town) -> Works | None:
    """The first small works with a team leader that is not the one of the demo's logins."""
    others = (works for works in town.works.values() if works.data is not town.data.main)
    return next((works for works in others if works.who(Role.TEAM_LEADER) and len(works.measures) >= 6), None)


def _reported(stage: Stage, works: Works, by: Caller, told: dict[str, Any]) -> None:
    at = clock.now()
    whole = {"enterprise_id": works.id, "performed_at": at} | told
    report(stage.session, by, Report.model_validate(whole), DeviceClock(None, at), stage.sorter, DUTIES)
