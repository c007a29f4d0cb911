"""The facts that duties derive from, brought together: plans with their versions, calendars, stops, people."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from app.duties.deriving import Done, Outcome, Stop, judged, stopped_by
from app.duties.models import InspectionDuty, InspectionPlan, PlanVersion, ProductionCalendar, ProductionStop
from app.duties.periods import NEVER, Calendar, Pattern, Period, Reign, Rule, Shift, pattern_on, periods
from app.duties.terms import Days, DutyFlag
from app.foundation.calendar import add_days, start_of_day
from app.foundation.canonical import canonical
from app.foundation.dialects import table_of
from app.inspections.terms import Cadence, Kind, Tier
from app.people.models import Enterprise, User
from app.people.scope import Role

# A missing tier's duty falls upward.
UPWARD: Final[Mapping[Tier | None, tuple[Role, ...]]] = {
    Tier.TEAM: (Role.TEAM_LEADER, Role.DEPARTMENT_HEAD, Role.SAFETY_OFFICER, Role.MANAGER),
    Tier.DEPARTMENT: (Role.DEPARTMENT_HEAD, Role.SAFETY_OFFICER, Role.MANAGER),
    Tier.MANAGER: (Role.MANAGER,),
    None: (Role.SAFETY_OFFICER, Role.MANAGER),
}
RESUMPTION: Final = "复工复产排查"


@dataclass(frozen=True, slots=True)
class Person:
    id: UUID
    name: str
    roles: frozenset[Role]
    active: bool
    since: datetime


@dataclass(slots=True)
class Works:
    """What is known of one enterprise. Its people stand in the order in which they came."""

    name: str = ""
    area_code: str = ""
    calendar: Calendar = ()
    stops: list[Stop] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)

    def owner(self, responsible_id: UUID | None, tier: Tier | None, at: datetime) -> Person | None:
        """Who owes what is due at an instant: who is named, or the first who holds the tier or one above it."""
        there = [each for each in self.people if each.active and each.since < at]
        named = next((each for each in there if each.id == responsible_id), None)
        return named or next((each for role in UPWARD[tier] for each in there if role in each.roles), None)

    def owned_since(self, responsible_id: UUID | None, tier: Tier | None) -> datetime:
        """Since when there has been somebody who owes it."""
        of_tier = frozenset(UPWARD[tier])
        able = (
            each.since for each in self.people if each.active and (each.id == responsible_id or each.roles & of_tier)
        )
        return min(able, default=NEVER)


@dataclass(frozen=True, slots=True)
class Version:
    """What a plan owes while it reigns."""

    revision: int
    rule: Rule
    reign: Reign
    tier: Tier | None
    responsible_id: UUID | None
    measure_ids: tuple[UUID, ...]
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan with all its versions; or a stop, whose end owes an inspection."""

    id: UUID
    enterprise_id: UUID
    name: str
    kind: Kind
    substitutes: tuple[Mapping[str, Any], ...]
    versions: tuple[Version, ...]

    def stands_in(self, person: UUID, day: date) -> bool:
        """Whether somebody stands in on that day."""
        return any(
            each["user_id"] == str(person) and each["from_on"] <= str(day) <= each["to_on"] for each in self.substitutes
        )


@dataclass(frozen=True, slots=True)
class Duty:
    """What a plan owes in one period, and what became of it."""

    plan: Plan
    version: Version
    period: Period
    outcome: Outcome
    owner: Person | None
    required: tuple[UUID, ...]
    done: tuple[Done, ...]

    @property
    def id(self) -> str:
        return id_of(key_of(self.plan, self.period))

    @property
    def order(self) -> tuple[str, str]:
        """The next due first."""
        period = self.period
        return f"{period.closes_at.isoformat()} {period.name} {period.shift or ''}", str(self.plan.id)


ROW: Final = tuple(table_of(InspectionDuty).c)
Key = tuple[UUID, str, str]  # of a duty: its plan, period and shift


def key_of(plan: Plan, period: Period) -> Key:
    return plan.id, period.name, period.shift or ""


def id_of(key: Key) -> str:
    """The duty's name: its plan, its period, and its shift if it has one."""
    return ":".join(filter(None, map(str, key)))


def plans(session: Session, wanted: Iterable[ColumnElement[bool]]) -> list[Plan]:
    """The plans that fulfil a WHERE, with all their versions."""
    columns = (
        InspectionPlan.id, InspectionPlan.enterprise_id, InspectionPlan.name, InspectionPlan.kind,
        InspectionPlan.substitutes, PlanVersion.revision, PlanVersion.made_at, PlanVersion.retired, PlanVersion.cadence,
        PlanVersion.tier, PlanVersion.responsible_id, PlanVersion.measure_ids, PlanVersion.days, PlanVersion.shifts,
        PlanVersion.from_on, PlanVersion.to_on,
    )  # fmt: skip
    query = select(*columns).join(PlanVersion, PlanVersion.plan_id == InspectionPlan.id).where(*wanted)
    rows = session.execute(query.order_by(InspectionPlan.id, PlanVersion.revision))
    return [_plan(list(versions)) for _, versions in groupby(rows, key=lambda row: row.id)]


def _plan(rows: Sequence[Any]) -> Plan:
    first = rows[0]
    ends = [row.made_at for row in rows[1:]] + [NEVER]
    versions = tuple(
        Version(
            row.revision, rule_of(row.cadence, row.days, row.from_on, row.to_on, canonical(row.shifts)),
            Reign(row.made_at, end, fresh=not any(map(_held, rows[:number], ends))),
            row.tier, row.responsible_id, row.measure_ids, row.retired,
        )
        for number, (row, end) in enumerate(zip(rows, ends, strict=True))
    )  # fmt: skip
    return Plan(first.id, first.enterprise_id, first.name, first.kind, tuple(first.substitutes), versions)


def _held(version: Any, end: datetime) -> bool:
    """Whether a version had begun before its end: one whose first day never came has held nothing."""
    return not version.retired and start_of_day(version.from_on) < end


@lru_cache(4096)
def rule_of(cadence: Cadence, days: Days, from_on: date, to_on: date | None, shifts: str) -> Rule:
    """The rule of a version; `shifts` is their JSON."""
    told = [Shift(each["name"], _hour(each["starts"]), _hour(each["ends"])) for each in json.loads(shifts)]
    return Rule(cadence, days, from_on, to_on, tuple(told))


def works(session: Session, of: Select[UUID] | Collection[UUID], *, named: bool = True) -> dict[UUID, Works]:
    """What is known of some enterprises; their name and area only if `named`."""
    found: defaultdict[UUID, Works] = defaultdict(Works)
    enterprises = select(Enterprise.id, Enterprise.name, Enterprise.area_code).where(Enterprise.id.in_(of))
    for row in session.execute(enterprises) if named else ():
        found[row.id].name, found[row.id].area_code = row.name, row.area_code
    users = select(User.id, User.name, User.roles, User.active, User.created_at, User.enterprise_id)
    theirs = users.where(User.enterprise_id.in_(of)).order_by(User.created_at, User.id)
    for user in session.execute(theirs):
        person = Person(user.id, user.name, frozenset(user.roles), user.active, user.created_at)
        found[user.enterprise_id].people.append(person)
    for id, calendar in calendars(session, of).items():
        found[id].calendar = calendar
    stops = select(ProductionStop).where(ProductionStop.enterprise_id.in_(of), ProductionStop.withdrawn.is_(False))
    for stop in session.scalars(stops.order_by(ProductionStop.from_on, ProductionStop.id)):
        found[stop.enterprise_id].stops.append(stop_of(stop))
    return found


def calendars(session: Session, of: Select[UUID] | Collection[UUID]) -> dict[UUID, Calendar]:
    """The production days that enterprises have declared; of two from the same day, the later prevails."""
    found: defaultdict[UUID, Calendar] = defaultdict(tuple)
    declared = select(ProductionCalendar).where(ProductionCalendar.enterprise_id.in_(of))
    for row in session.scalars(declared.order_by(ProductionCalendar.from_on, ProductionCalendar.made_at)):
        weekdays = None if row.weekdays is None else frozenset(day - 1 for day in row.weekdays)
        off, worked = (frozenset(map(date.fromisoformat, days)) for days in (row.off, row.worked))
        found[row.enterprise_id] += (Pattern(row.from_on, weekdays, off, worked, _hour(row.first_shift)),)
    return found


def stop_of(row: ProductionStop) -> Stop:
    of_plans = None if row.plan_ids is None else frozenset(map(UUID, row.plan_ids))
    return Stop(row.id, row.from_on, row.to_on, of_plans, frozenset(row.always))


def resumption(enterprise_id: UUID, known: Works, stop: Stop) -> Plan | None:
    """What the end of a stop owes: an inspection before the first shift of the next day. The manager owes it; nobody,
    where all of that stands still on by another stop."""
    if stop.to_on is None or any(_goes_on(stop, other) for other in known.stops):
        return None
    resumes_on = add_days(stop.to_on, 1)
    closes = pattern_on(known.calendar, resumes_on).first_shift
    rule = Rule(Cadence.ONE_OFF, Days.EVERY, stop.to_on, resumes_on, closes=closes)
    version = Version(1, rule, Reign(start_of_day(stop.to_on)), Tier.MANAGER, None, ())
    return Plan(stop.id, enterprise_id, RESUMPTION, Kind.RESUMPTION, (), (version,))


def _goes_on(stop: Stop, other: Stop) -> bool:
    """Whether another stop, of the same or more, holds on the day after a stop."""
    of_all = other.plan_ids is None or (stop.plan_ids is not None and stop.plan_ids <= other.plan_ids)
    after = add_days(stop.to_on, 1) if stop.to_on else date.max
    return of_all and other.from_on <= after and (other.to_on is None or after <= other.to_on)


def resumptions(known: Mapping[UUID, Works]) -> Iterator[Plan]:
    """What the ends of all these stops owe. Who must be there besides is reckoned from `Stop.to_on` as well."""
    for enterprise_id, each in known.items():
        found = (resumption(enterprise_id, each, stop) for stop in each.stops)
        yield from (plan for plan in found if plan)


def done(session: Session, wanted: Iterable[ColumnElement[bool]]) -> dict[Key, list[Done]]:
    """The inspections that were for some duties."""
    found: defaultdict[Key, list[Done]] = defaultdict(list)
    for row in session.execute(select(*ROW).where(*wanted).order_by(InspectionDuty.at)):
        found[row.plan_id, row.period, row.shift].append(told(row))
    return found


def told(row: Any) -> Done:
    return Done(row.inspection_id, row.at, row.received_at, row.own, row.doubt, row.nil, frozenset(row.lacking))


def touching(first: date, last: date) -> ColumnElement[bool]:
    """Inspections for duties that may touch these days: the longest period is a year."""
    return InspectionDuty.due_on.between(first, add_days(last, 366))


def derive(
    plan: Plan,
    known: Works,
    first: date,
    last: date,
    inspections: Mapping[Key, Sequence[Done]],
    now: datetime,
    kept: Callable[[Version], bool] = lambda _: True,
) -> Iterator[Duty]:
    """What a plan owes on these days, and what became of it. A shift that had opened when it was moved is owed once."""
    met: set[Key] = set()
    for version in plan.versions:
        if version.retired:
            continue
        for period in periods(version.rule, version.reign, known.calendar, first, last):
            key = key_of(plan, period)
            if key not in met and kept(version):
                yield duty(plan, version, known, period, inspections.get(key, ()), now)
            met.add(key)


def duty(
    plan: Plan, version: Version, known: Works, period: Period, inspections: Sequence[Done], now: datetime
) -> Duty:
    """One duty, with what became of it."""
    stops = stopped_by(plan.id, version.rule, period, known.calendar, known.stops) if known.stops else []
    required: frozenset[UUID] | None = None
    if stops and plan.kind is not Kind.RESUMPTION:
        required = frozenset(version.measure_ids) & frozenset[UUID]().union(*(stop.always for stop in stops))
    stopped = required is not None
    told = judged(period, required, inspections, now, stopped=stopped)
    owner = known.owner(version.responsible_id, version.tier, period.closes_at)
    if owner is None:
        told = Outcome(told.state, told.flags | {DutyFlag.UNASSIGNED}, told.nil)
    owed = version.measure_ids if required is None else tuple(id for id in version.measure_ids if id in required)
    return Duty(plan, version, period, told, owner, owed, tuple(inspections))


def find_period(plan: Plan, known: Works, name: str, shift: str | None, day: date) -> tuple[Version, Period] | None:
    """The period of this name, if the plan owes it; `day` lies in it."""
    for version in plan.versions:
        if not version.retired:
            for period in periods(version.rule, version.reign, known.calendar, day, day):
                if (period.name, period.shift) == (name, shift):
                    return version, period
    return None


def of_ids(session: Session, ids: Collection[UUID]) -> tuple[dict[UUID, Plan], dict[UUID, Works]]:
    """The plans and stops of these ids, and what is known of their enterprises."""
    found = {plan.id: plan for plan in plans(session, [InspectionPlan.id.in_(ids)])}
    stops = select(ProductionStop.enterprise_id).where(ProductionStop.id.in_(set(ids) - found.keys()))
    owing = {plan.enterprise_id for plan in found.values()}
    if len(found) < len(set(ids)):
        owing |= set(session.scalars(stops))
    known = works(session, owing, named=False) if owing else {}
    found |= {plan.id: plan for plan in resumptions(known) if plan.id in ids}
    return found, known


def reckoned_alike(plan: Plan) -> bool:
    """Whether all its versions are of one cadence and tier, so that what was done may be counted by plan alone, and of
    the same shifts, so that none is owed twice."""
    alike = ((each.rule.cadence, each.tier, each.rule.shifts) for each in plan.versions)
    return all(one == other for one, other in pairwise(alike))


def stops_touching(first: date, last: date) -> ColumnElement[bool]:
    """Stops that touch these days, or whose end owes something on them."""
    until = or_(ProductionStop.to_on.is_(None), ProductionStop.to_on >= add_days(first, -1))
    return and_(ProductionStop.withdrawn.is_(False), ProductionStop.from_on <= last, until)


def _hour(text: str) -> time:
    return time.fromisoformat(text)
