"""The hazards and the people that the tables `data/*.csv` speak of, without a database."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from app.foundation.wire import Body
from app.hazards import bodies
from app.hazards.effects import Step
from app.hazards.loop import LOOP, Action
from app.hazards.terms import Origin, State
from app.people.scope import GOVERNMENT, Caller, Role
from app.sorting.terms import Level, Method

COUNTY, TOWN, VILLAGE = "500151000000", "500151101000", "500151101201"
WORKS, PARTNER = uuid4(), uuid4()
SOMEBODY, SOMEBODY_ELSE = uuid4(), uuid4()
AT, DUE = datetime(2026, 11, 23, 1, 10, tzinfo=UTC), date(2099, 11, 30)

# Who asks: the ten roles at the right place (an official in the town that handles the hazard, an expert to whom the
# works is assigned); persons whom something else ties to the hazard; officials of other floors; the mutual-aid partner.
ROLE_OF = {role.value: role for role in Role} | {
    "reporter": Role.WORKER, "reporting_officer": Role.SAFETY_OFFICER, "reporting_supervisor": Role.SUPERVISOR,
    "responsible": Role.WORKER, "rectifier": Role.MANAGER, "requester": Role.SAFETY_OFFICER,
    "village_inspector": Role.INSPECTOR, "village_supervisor": Role.SUPERVISOR, "county_supervisor": Role.SUPERVISOR,
    "outranked_supervisor": Role.SUPERVISOR,  # of the town, while the county handles it
    "partner_officer": Role.SAFETY_OFFICER, "partner_manager": Role.MANAGER,
}  # fmt: skip
AREA_OF = {"village_inspector": VILLAGE, "village_supervisor": VILLAGE, "county_supervisor": COUNTY}
REPORTERS = ("reporter", "reporting_officer", "reporting_supervisor")

# General and found major, each confirmed or not; `proposed` by the text alone; `unplanned`: without an approved plan.
LEVELS = ("general", "unconfirmed", "possible", "proposed", "major", "unplanned")
# Who found it; `alone`: the works, where nobody else may judge it; `accountless`: government, at an unregistered site.
ORIGINS = (*(origin.value for origin in Origin), "alone", "accountless")

ALL: dict[str, tuple[str, ...]] = {
    "action": tuple(LOOP), "from": tuple(State), "level": LEVELS, "origin": ORIGINS, "who": tuple(ROLE_OF),
    "to": tuple(Level),
}  # fmt: skip
GROUPS = {
    "generals": LEVELS[:2], "majors": LEVELS[2:],
    "own": ("enterprise", "alone"), "others": ("government", "expert", "complaint", "accountless"),
    "staff": ("worker", "team_leader", "reporter", "responsible"),
    "officers": ("manager", "safety_officer", "rectifier", "requester", "reporting_officer"),
    "inspectors": ("inspector", "enforcement_officer"),
    "supervisors": ("supervisor", "county_supervisor", "reporting_supervisor"),
    "villages": ("village_inspector", "village_supervisor"),
    "partners": ("partner_officer", "partner_manager"),
}  # fmt: skip

BODIES: dict[str, Any] = {
    "dismiss": bodies.Because(reason="不是隐患"),
    "withdraw": bodies.Because(reason="重复上报"),
    "assign": bodies.Assign(responsible_id=SOMEBODY, reason="岗位调整"),
    "submit_plan": bodies.SubmitPlan(
        responsible_id=SOMEBODY, measures="加装泄爆片", funds="32000.00", due_on=DUE, contingency="停用",
        signed_document="ab" * 32,
    ),
    "approve_plan": bodies.DecidePlan(comment="可行"),
    "reject_plan": bodies.DecidePlan(comment="资金不明"),
    "rectify": bodies.Rectify(
        measures_taken="改", photos=("ab" * 32,), rectified_by=({"name": "钱七"},), performed_at=AT
    ),
    "rectify_on_the_spot": bodies.RectifyOnTheSpot(
        measures_taken="改", photos_before=(), photos_after=("ab" * 32,), rectified_by=({"name": "钱七"},),
        performed_at=AT,
    ),
    "reject": bodies.Reject(reason="不合格", due_on=DUE),
    "request_extension": bodies.RequestExtension(due_on=date(2100, 1, 31), reason="等待到货"),
    "grant_extension": bodies.GrantExtension(due_on=date(2100, 1, 31), reason="属实"),
    "refuse_extension": bodies.Because(reason="理由不足"),
    "reopen": bodies.Reject(reason="复发", due_on=DUE),
    "remind": bodies.Say(text="请尽快"),
    "comment": bodies.Say(text="看过"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """A hazard as the rules and effects see it."""

    state: State = State.REVIEWING
    level: Level = Level.GENERAL
    level_confirmed: bool = True
    level_by: Method = Method.DECLARED
    criterion: str | None = None
    origin: Origin = Origin.ENTERPRISE
    enterprise_id: UUID = WORKS
    area_code: str = VILLAGE
    handling_area: str = TOWN
    reported_by: UUID = SOMEBODY
    confirmed_at: datetime | None = AT
    responsible_id: UUID | None = SOMEBODY
    barred: tuple[UUID, ...] = (SOMEBODY,)
    due_on: date | None = DUE
    first_due_on: date | None = DUE
    plan: Any = None
    plan_pending: bool = False
    plan_approved: bool = False
    extension: Any = None
    extension_by: UUID | None = None
    extension_requests: int = 0
    evidence_missing: int = 0
    found_at: datetime = datetime(2026, 11, 1, tzinfo=UTC)
    partner_id: UUID | None = PARTNER
    alone: bool = False
    accountless: bool = False


@cache
def person(who: str) -> Caller:
    """Somebody of the tables, always the same person."""
    role, id = ROLE_OF[who], uuid4()
    if role in GOVERNMENT:
        return Caller(id, who, frozenset({role}), areas=(AREA_OF.get(who, TOWN),))
    if role is Role.EXPERT:
        return Caller(id, who, frozenset({role}), assigned=(WORKS,))
    return Caller(id, who, frozenset({role}), PARTNER if who.startswith("partner") else WORKS)


@cache
def hazard(state: str, level: str, origin: str, who: str) -> Seen:
    """A hazard of the tables, tied to the person as the name says."""
    me = person(who).id
    return Seen(
        state=State(state),
        level=Level.GENERAL if level in GROUPS["generals"] else Level.MAJOR,
        level_confirmed=level in {"general", "major", "unplanned"},
        level_by=Method.TEXT if level == "proposed" else Method.CRITERION,
        origin=Origin({"alone": "enterprise", "accountless": "government"}.get(origin, origin)),
        handling_area=COUNTY if who == "outranked_supervisor" else TOWN,
        reported_by=me if who in REPORTERS else SOMEBODY,
        confirmed_at=AT if level in {"general", "major", "unplanned"} else None,
        responsible_id=me if who == "responsible" else SOMEBODY,
        barred=(me,) if who == "rectifier" else (SOMEBODY,),
        plan_approved=level == "major",
        alone=origin == "alone",
        accountless=origin == "accountless",
    )


def asked_for(action: str, seen: Seen, who: str) -> Seen:
    """The hazard with the request that the action decides."""
    if action in {"approve_plan", "reject_plan"}:
        return replace(seen, plan={"due_on": DUE.isoformat()}, plan_pending=True)
    if action in {"grant_extension", "refuse_extension"}:
        return replace(seen, extension={}, extension_by=person(who).id if who == "requester" else SOMEBODY)
    return seen


def body(action: str, level: Level, stated: Level | None = None) -> Body:
    """A body with all that a hazard of this level needs; a regrading leads to the other level."""
    if action == "confirm":
        return _confirmation(stated or level)
    if action == "accept":
        return _acceptance(stated)
    if action == "regrade":
        return _regrading(stated or next(other for other in Level if other != level))
    said: Body = BODIES[action]
    return said


@cache
def _confirmation(level: Level) -> bodies.Confirm:
    return bodies.Confirm(
        level=level, responsible_id=SOMEBODY, due_on=DUE, requirement="加装泄爆片",
        reason="规模", cause="设计缺陷", interim_measures="停用",
    )  # fmt: skip


@cache
def _acceptance(level: Level | None) -> bodies.Accept:
    return bodies.Accept(
        conclusion="合格", method="on_site", photos=("ab" * 32,), level=level, without_plan_reason="已拆除"
    )


@cache
def _regrading(level: Level) -> bodies.Regrade:
    return bodies.Regrade(level=level, reason="规模", criterion="GM-11-03")


def step(seen: Seen, caller: Caller, asked: Body, *, rectified_by: tuple[UUID, ...] = ()) -> Step:
    return Step(seen, caller, asked, AT, {"rectified_by": rectified_by})


def refusal(action: Action, seen: Seen, caller: Caller, asked: Body) -> str | None:
    """Why this caller can not do it now in this way; None if they can."""
    reason = action.blocked(seen, caller)
    problem = None if reason else action.unless(seen, caller, asked)
    return str(problem.members.get("reason", problem.particular)) if problem else reason


def told(table: str) -> list[dict[str, str]]:
    """A table written by hand."""
    return list(csv.DictReader((Path(__file__).parent / "data" / table).read_text("utf-8").splitlines()))


def expanded(row: dict[str, str]) -> Iterator[tuple[str, ...]]:
    """Every case that a row speaks of."""
    return product(*(_meant(name, said) for name, said in row.items() if name != "expected"))


def _meant(name: str, said: str) -> tuple[str, ...]:
    if said == "any":
        return ALL[name]
    return tuple(one for word in said.split("|") for one in GROUPS.get(word, (word,)))
