"""Duties counted: what was owed by the rules, less what inspections were for, of any number of enterprises.

What was done is counted by the database in one grouped pass over `inspection_duties`; what was owed is reckoned once
for all plans that say the same. Where that is not exact (an enterprise with a stop of production, a plan that changed
its cadence or its shifts), duties are derived one by one, and where several inspections were for one duty, that one.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from itertools import chain
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, exists, func, select, type_coerce
from sqlalchemy.orm import Session

from app.duties import reading
from app.duties.deriving import Done, Outcome, outcome
from app.duties.filter import SummaryAsked
from app.duties.listing import in_scope, of_kind, stopped
from app.duties.models import InspectionDuty, InspectionPlan, ProductionStop
from app.duties.others import Others, Told
from app.duties.periods import Calendar, Reign, Rule, periods
from app.duties.reading import Key, Plan, Spells, Version, Works, derive
from app.duties.terms import TITLES as WORDS
from app.duties.terms import By, DutyFlag, DutyState, Side
from app.duties.views import Counts, Summary, SummaryItem
from app.foundation.calendar import end_of_day, start_of_day
from app.foundation.clock import now
from app.foundation.dialects import table_of
from app.inspections.terms import TITLES, Cadence
from app.people.models import Area
from app.people.scope import Caller, common, prefix

NAMES: Final = tuple(Counts.model_fields)
FLAGS: Final = {
    DutyFlag.UNASSIGNED: "unassigned",
    DutyFlag.BY_DEPUTY: "by_deputy",
    DutyFlag.UPLOADED_LATE: "uploaded_late",
}
ROW: Final = table_of(InspectionDuty).c
BATCH: Final = 500


@dataclass(slots=True)
class Tally:
    """Counts that add up, so that the total is the same however they are grouped."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(NAMES, 0))

    def add(self, other: "Tally") -> None:
        for name, many in other.counts.items():
            self.counts[name] += many

    def count(self, told: Outcome, many: int = 1) -> None:
        """Count so many duties that are alike."""
        self.counts[told.state] += many
        self.counts["nil"] += told.nil * many
        if told.state is DutyState.EXEMPT:
            return
        self.counts["owed"] += many
        for flag, name in FLAGS.items():
            self.counts[name] += (flag in told.flags) * many


@dataclass(frozen=True, slots=True)
class Part:
    """What one plan contributes."""

    enterprise_id: UUID
    cadence: Cadence
    tally: Tally
    side: Side = Side.ENTERPRISE


@dataclass(slots=True)
class Kept:
    """What was done of one plan: how many of its duties that are still open, and that are not; and how."""

    open: int = 0
    closed: int = 0
    told: Tally = field(default_factory=Tally)

    def count(self, closes_at: datetime, told: Outcome, present: datetime, many: int = 1) -> None:
        """Count so many duties that are alike."""
        self.told.count(told, many)
        if closes_at > present:
            self.open += many
        else:
            self.closed += many


def summary(session: Session, caller: Caller, asked: SummaryAsked, others: Others) -> Summary:
    """The duties whose last day lies in the range, counted."""
    beside = list(others.told(session, caller, asked, asked.first, asked.last))
    planned = reading.works(session, _concerned(caller, asked)) if asked.of_plans else {}
    known = {each.enterprise_id: each.works for each in beside} | planned
    groups: defaultdict[str, Tally] = defaultdict(Tally)
    total, key = Tally(), _grouping(caller, asked, known)
    of_plans = _parts(session, caller, asked, planned) if asked.of_plans else ()
    for part in chain(of_plans, _beside(beside)):
        if any(part.tally.counts.values()):
            groups[key(part)].add(part.tally)
            total.add(part.tally)
    worst = sorted(groups.items(), key=lambda group: _worst(group[1].counts, group[0]))
    names = _names(session, asked.by, known, [name for name, _ in worst[: asked.limit]])
    items = [SummaryItem(key=name, name=names[name], **tally.counts) for name, tally in worst[: asked.limit]]
    return Summary(items=items, left_out=max(len(worst) - asked.limit, 0), total=Counts(**total.counts))


def _beside(told: Iterable[Told]) -> Iterator[Part]:
    """What others than plans contribute."""
    found: defaultdict[tuple[UUID, Cadence, Side], Tally] = defaultdict(Tally)
    for each in told:
        found[each.enterprise_id, each.cadence, each.side].count(each.outcome)
    yield from (Part(id, cadence, tally, side) for (id, cadence, side), tally in found.items())


def _parts(session: Session, caller: Caller, asked: SummaryAsked, known: dict[UUID, Works]) -> Iterator[Part]:
    """What each plan in scope contributes."""
    first, last, present, wanted = asked.first, asked.last, now(), of_kind(asked)
    still = stopped(session, caller, asked, first, last)
    in_range = in_scope(caller, InspectionPlan, asked)
    kept = _kept(session, select(InspectionPlan.id).where(*in_range), first, last, present)
    slow: list[Plan] = [plan for plan in reading.resumptions(known) if plan.enterprise_id in still]
    for plan in reading.plans(session, in_range):
        if plan.enterprise_id in still or not reading.reckoned_alike(plan):
            slow.append(plan)
        elif wanted(plan.versions[0]):
            yield _reckoned(plan, known[plan.enterprise_id], first, last, present, kept.get(plan.id) or Kept())
    yield from _derived(session, slow, known, first, last, present, wanted)


def _reckoned(plan: Plan, known: Works, first: date, last: date, present: datetime, kept: Kept) -> Part:
    """What a plan owed, less what was done."""
    open = closed = 0
    tally = Tally()
    for version in plan.versions:
        if not version.retired:
            owned = known.owned(version.responsible_id, version.tier)
            own = _clamped(version.reign, owned, first, last)
            owed = _owed(version.rule, own[0], known.calendar, first, last, own[1], present)
            open, closed = open + owed[0], closed + owed[1]
            tally.counts["exempt"] += owed[2]
            tally.counts["unassigned"] += owed[3]
    tally.add(kept.told)
    tally.counts["missed"] += max(closed - kept.closed, 0)
    tally.counts["due"] += max(open - kept.open, 0)
    states = ("done", "partial", "late", "missed", "due")
    tally.counts["owed"] = sum(tally.counts[state] for state in states)
    return Part(plan.enterprise_id, plan.versions[0].rule.cadence, tally)


def _clamped(reign: Reign, owned: Spells, first: date, last: date) -> tuple[Reign, Spells]:
    """A reign and when there was an owner, as far as these days see of them: what began long ago began alike."""
    long_ago = start_of_day(date(first.year - 2, 1, 1))
    later = end_of_day(date(last.year + 2, 1, 1))
    spells = tuple((min(max(since, long_ago), later), min(until, later)) for since, until in owned if until > long_ago)
    return Reign(max(reign.since, long_ago), min(reign.until, later), reign.fresh), spells


@lru_cache(4096)
def _owed(
    rule: Rule, reign: Reign, calendar: Calendar, first: date, last: date, owned: Spells, present: datetime
) -> tuple[int, int, int, int]:
    """How many duties whose last day is one of these are open, closed, exempt, and owned by nobody."""
    found = [period for period in periods(rule, reign, calendar, first, last) if first <= period.last <= last]
    owed = [period for period in found if period.owed]
    open = sum(period.closes_at > present for period in owed)
    unowned = sum(not any(since < each.closes_at <= until for since, until in owned) for each in owed)
    return open, len(owed) - open, len(found) - len(owed), unowned


def _derived(
    session: Session,
    plans: Collection[Plan],
    known: dict[UUID, Works],
    first: date,
    last: date,
    present: datetime,
    wanted: Callable[[Version], bool],
) -> Iterator[Part]:
    """The same, duty by duty."""
    waiting = list(plans)
    for start in range(0, len(waiting), BATCH):
        batch = waiting[start : start + BATCH]
        of_batch = InspectionDuty.plan_id.in_([plan.id for plan in batch])
        done = reading.done(session, [of_batch, InspectionDuty.due_on.between(first, last)])
        for plan in batch:
            by_cadence: defaultdict[Cadence, Tally] = defaultdict(Tally)
            for duty in derive(plan, known[plan.enterprise_id], first, last, done, present, wanted):
                if first <= duty.period.last <= last:
                    by_cadence[duty.version.rule.cadence].count(duty.outcome)
            yield from (Part(plan.enterprise_id, cadence, tally) for cadence, tally in by_cadence.items())


def _kept(session: Session, plan_ids: Select[UUID], first: date, last: date, present: datetime) -> dict[UUID, Kept]:
    """What was done of each plan. The database counts each inspection as if it were the only one for its duty; those
    that are not are taken out again and judged together."""
    found: defaultdict[UUID, Kept] = defaultdict(Kept)
    there = (ROW.plan_id.in_(plan_ids), ROW.due_on.between(first, last))
    said = _told()
    many = [func.count().filter(each) for each in said.values()]
    for plan_id, whole, open, *told in session.execute(
        select(ROW.plan_id, func.count(), func.count().filter(ROW.closes_at > present), *many)
        .where(*there)
        .group_by(ROW.plan_id)
    ):
        kept = found[plan_id] = Kept(open, whole - open)
        kept.told.counts.update(zip(said, told, strict=True))
    closes: dict[Key, datetime] = {}
    done: defaultdict[Key, list[Done]] = defaultdict(list)
    for row in session.execute(select(*ROW).where(*there, _one_of_several())):
        closes[own := (row.plan_id, row.period, row.shift)] = row.closes_at
        done[own].append(reading.told(row))
    for own, inspections in done.items():
        kept, closes_at = found[own[0]], closes[own]
        for each in inspections:
            kept.count(closes_at, outcome(closes_at, [each], present), present, -1)
        kept.count(closes_at, outcome(closes_at, inspections, present), present)
    return found


def _told() -> dict[str, ColumnElement[bool]]:
    """What an inspection makes of its duty if it is the only one: `deriving.outcome` in SQL."""
    on_time, whole = ROW.at < ROW.closes_at, type_coerce(ROW.lacking, Text) == ""
    return {
        "done": and_(on_time, whole),
        "late": and_(~on_time, whole),
        "partial": ~whole,
        "nil": and_(whole, ROW.nil),
        "by_deputy": ~ROW.own,
        "uploaded_late": and_(on_time, whole, ROW.received_at >= ROW.closes_at),
    }


def _one_of_several() -> ColumnElement[bool]:
    """Whether another inspection was for the same duty."""
    other = table_of(InspectionDuty).alias("other")
    same = (other.c[name] == ROW[name] for name in ("plan_id", "due_on", "period", "shift"))
    return exists().where(*same, other.c.inspection_id != ROW.inspection_id)


def _concerned(caller: Caller, asked: SummaryAsked) -> Select[UUID]:
    """The enterprises that have plans or stops."""
    plans = select(InspectionPlan.enterprise_id).where(*in_scope(caller, InspectionPlan, asked))
    stops = select(ProductionStop.enterprise_id).where(*in_scope(caller, ProductionStop, asked))
    both: Any = plans.union(stops).subquery()
    return select(both.c.enterprise_id)


def _grouping(caller: Caller, asked: SummaryAsked, known: dict[UUID, Works]) -> Callable[[Part], str]:
    match asked.by:
        case By.ENTERPRISE:
            return lambda part: str(part.enterprise_id)
        case By.CADENCE:
            return lambda part: part.cadence
        case By.SIDE:
            return lambda part: part.side
    digits = _beneath(caller, asked, known)
    return lambda part: known[part.enterprise_id].area_code[:digits].ljust(12, "0")


def _beneath(caller: Caller, asked: SummaryAsked, known: dict[UUID, Works]) -> int:
    """How many digits tell the areas apart that lie right beneath the one that is asked for, or that all lie in."""
    whole = asked.area_code or (common(list(caller.areas)) if caller.areas else None)
    whole = whole or common([works.area_code for works in known.values()] or ["0" * 12])
    return next((n for n in (2, 4, 6, 9, 12) if n > len(prefix(whole))), 12)


def _worst(counts: dict[str, int], key: str) -> tuple[float, int, str]:
    """By the share of what was missed or left incomplete among what is over; then by how many."""
    failed = counts["missed"] + counts["partial"]
    over = counts["owed"] - counts["due"]
    return -(failed / over if over else 0.0), -failed, key


def _names(session: Session, by: By, known: dict[UUID, Works], keys: Collection[str]) -> dict[str, str]:
    match by:
        case By.ENTERPRISE:
            return {key: known[UUID(key)].name for key in keys}
        case By.CADENCE:
            return {key: TITLES[Cadence][key] for key in keys}
        case By.SIDE:
            return {key: WORDS[Side][key] for key in keys}
    areas = select(Area.code, Area.name).where(Area.code.in_(keys))
    there = {code: name for code, name in session.execute(areas)}  # noqa: C416  rows are not pairs to everybody
    return {key: there.get(key, key) for key in keys}
