"""The facts that duties derive from, brought together: plans with their versions, calendars, stops, people."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, literal, or_, select, type_coerce
from sqlalchemy.orm import Session

from app.duties.deriving import Done, Outcome, Stop, judged, stopped_by
from app.duties.models import InspectionDuty, InspectionPlan, PlanVersion, ProductionCalendar, ProductionStop
from app.duties.periods import (
    ALWAYS,
    LONGEST_REST,
    NEVER,
    Calendar,
    Pattern,
    Period,
    Reign,
    Rule,
    Shift,
    first_shift,
    known_at,
    periods,
)
from app.duties.terms import Asks, Days, DutyFlag, Seat, Side
from app.foundation.calendar import add_days, start_of_day
from app.foundation.canonical import canonical
from app.foundation.dialects import table_of
from app.inspections.terms import Cadence, Kind, Tier
from app.people.models import Enterprise, Tenure, User
from app.people.scope import Role

# A missing tier's duty falls upward.
UPWARD: Final[Mapping[Tier | None, tuple[Role, ...]]] = {
    Tier.TEAM: (Role.TEAM_LEADER, Role.DEPARTMENT_HEAD, Role.SAFETY_OFFICER, Role.MANAGER),
    Tier.DEPARTMENT: (Role.DEPARTMENT_HEAD, Role.SAFETY_OFFICER, Role.MANAGER),
    Tier.MANAGER: (Role.MANAGER,),
    None: (Role.SAFETY_OFFICER, Role.MANAGER),
}
RESUMPTION: Final = "复工复产排查"

Spells = tuple[tuple[datetime, datetime], ...]  # since when and until when


@dataclass(frozen=True, slots=True)
class Person:
    """Who may owe something, while their roles stay the same; only a responsible person may be without an account."""

    id: UUID | None
    name: str
    roles: frozenset[Role]
    since: datetime
    until: datetime = NEVER

    def there(self, at: datetime) -> bool:
        """Whether they were of the enterprise, in these roles, when something was due."""
        return self.since < at <= self.until


@dataclass(slots=True)
class Works:
    """What is known of one enterprise. Its people stand in the order in which they came: once for each time that their
    roles were others."""

    name: str = ""
    area_code: str = ""
    calendar: Calendar = ()
    stops: list[Stop] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)

    def owner(self, responsible_id: UUID | None, tier: Tier | None, at: datetime) -> Person | None:
        """Who owes what is due at an instant: who is named, or the first who holds the tier or one above it."""
        there = [each for each in self.people if each.there(at)]
        named = next((each for each in there if each.id == responsible_id), None)
        return named or next((each for role in UPWARD[tier] for each in there if role in each.roles), None)

    def owned(self, responsible_id: UUID | None, tier: Tier | None) -> Spells:
        """From when until when there was somebody who owes it."""
        of_tier = frozenset(UPWARD[tier])
        able = (each for each in self.people if each.id == responsible_id or not each.roles.isdisjoint(of_tier))
        return together((each.since, each.until) for each in able)


def together(spells: Iterable[tuple[datetime, datetime]]) -> Spells:
    """Spells that follow one another or overlap, as one."""
    found: list[tuple[datetime, datetime]] = []
    for since, until in sorted(spells):
        if found and since <= found[-1][1]:
            since, until = found[-1][0], max(found.pop()[1], until)
        found.append((since, until))
    return tuple(found)


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
    """A plan with all its versions; or a stop, whose end owes an inspection, perhaps `told_late`: when the first shift
    had begun."""

    id: UUID
    enterprise_id: UUID
    name: str
    kind: Kind
    substitutes: tuple[Mapping[str, Any], ...]
    versions: tuple[Version, ...]
    told_late: bool = False

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
    asks: Asks = Asks.INSPECTION
    seat: Seat | None = None
    follow_ups: tuple[UUID, ...] = ()

    @property
    def id(self) -> str:
        return id_of(key_of(self.plan, self.period))

    @property
    def side(self) -> Side:
        return self.seat.side if self.seat else Side.ENTERPRISE

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
    for enterprise_id, person in people(session, of):
        found[enterprise_id].people.append(person)
    for id, calendar in calendars(session, of).items():
        found[id].calendar = calendar
    stops = select(ProductionStop).where(ProductionStop.enterprise_id.in_(of), ProductionStop.withdrawn.is_(False))
    for stop in session.scalars(stops.order_by(ProductionStop.from_on, ProductionStop.id)):
        found[stop.enterprise_id].stops.append(stop_of(stop))
    return found


def people(session: Session, of: Select[UUID] | Collection[UUID]) -> list[tuple[UUID, Person]]:
    """Who is or was of some enterprises, and when, in the order in which they came."""
    row = (Tenure.since, Tenure.until, Tenure.enterprise_id, type_coerce(Tenure.roles, Text).label("roles"))
    kept = select(User.created_at, User.id, User.name, *row, Tenure.active).join(User, User.id == Tenure.user_id)
    changed = session.execute(kept.where(Tenure.enterprise_id.in_(of))).all()
    found: list[Any] = [(each.created_at, each.since, each) for each in changed if each.active]
    now_as_ever = User.created_at, User.id, User.name, User.enterprise_id, type_coerce(User.roles, Text).label("roles")
    users = select(*now_as_ever, User.created_at.label("since"), literal(None).label("until"))
    ids = {each.id for each in changed}
    theirs = session.execute(users.where(User.enterprise_id.in_(of), User.active.is_(True)))
    found += [(each.created_at, each.since, each) for each in theirs if each.id not in ids]
    return [
        (each.enterprise_id, Person(each.id, each.name, _roles(each.roles), each.since, each.until or NEVER))
        for _, _, each in sorted(found, key=lambda told: (told[0], str(told[2].id), told[1]))
    ]


@lru_cache(256)
def _roles(text: str) -> frozenset[Role]:
    return frozenset(map(Role, text.split()))


def calendars(session: Session, of: Select[UUID] | Collection[UUID]) -> dict[UUID, Calendar]:
    """The production days that enterprises have declared; of two from the same day, the later prevails."""
    found: defaultdict[UUID, Calendar] = defaultdict(tuple)
    declared = select(ProductionCalendar).where(ProductionCalendar.enterprise_id.in_(of))
    for row in session.scalars(declared.order_by(ProductionCalendar.from_on, ProductionCalendar.made_at)):
        weekdays = None if row.weekdays is None else frozenset(day - 1 for day in row.weekdays)
        off, worked = (frozenset(map(date.fromisoformat, days)) for days in (row.off, row.worked))
        pattern = Pattern(row.from_on, weekdays, off, worked, _hour(row.first_shift), row.made_at)
        found[row.enterprise_id] += (pattern,)
    return found


def stop_of(row: ProductionStop) -> Stop:
    of_plans = None if row.plan_ids is None else frozenset(map(UUID, row.plan_ids))
    return Stop(row.id, row.from_on, row.to_on, of_plans, frozenset(row.always), row.end_told_at)


def resumption(enterprise_id: UUID, known: Works, stop: Stop) -> Plan | None:
    """What the end of a stop owes: an inspection before the first shift that follows it, or that follows the day on
    which somebody told of it, because nobody can inspect in the past. The manager owes it; nobody, where all of that
    stands still on by another stop."""
    if stop.to_on is None:
        return None
    told_at = stop.told_at or ALWAYS
    calendar = known_at(known.calendar, max(start_of_day(stop.to_on), told_at))
    after = add_days(stop.to_on, 1)
    resumes = first_shift(calendar, after, ALWAYS)
    if any(_goes_on(stop, other, resumes[0]) for other in known.stops):
        return None
    last, closes = due = first_shift(calendar, after, told_at)
    rule = Rule(Cadence.ONE_OFF, Days.EVERY, stop.to_on, last, closes=closes)
    version = Version(1, rule, Reign(start_of_day(stop.to_on)), Tier.MANAGER, None, ())
    return Plan(stop.id, enterprise_id, RESUMPTION, Kind.RESUMPTION, (), (version,), told_late=due != resumes)


def _goes_on(stop: Stop, other: Stop, day: date) -> bool:
    """Whether another stop, of the same or more, holds on the day on which work would begin again after a stop."""
    of_all = other.plan_ids is None or (stop.plan_ids is not None and stop.plan_ids <= other.plan_ids)
    return of_all and other.id != stop.id and other.from_on <= day and (other.to_on is None or day <= other.to_on)


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
    beside = {DutyFlag.UNASSIGNED: owner is None, DutyFlag.TOLD_LATE: plan.told_late}
    if any(beside.values()):
        told = replace(told, flags=told.flags | {flag for flag, holds in beside.items() if holds})
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
    """Stops that touch these days, or whose end may owe something on them."""
    near = add_days(first, -LONGEST_REST - 1)
    told = ProductionStop.end_told_at >= start_of_day(near)
    until = or_(ProductionStop.to_on.is_(None), ProductionStop.to_on >= near, told)
    return and_(ProductionStop.withdrawn.is_(False), ProductionStop.from_on <= last, until)


def _hour(text: str) -> time:
    return time.fromisoformat(text)
