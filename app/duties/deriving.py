"""What became of a duty: by which inspections were for it, and nothing else. Their order does not matter.

Coverage decides: each measure that is owed has been looked at, in one inspection or in several together.
"""

from collections.abc import Collection, Iterable, Set
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from uuid import UUID

from app.duties.periods import Calendar, Period, Rule, days_between, known_at
from app.duties.terms import DutyFlag, DutyState
from app.foundation.calendar import start_of_day


@dataclass(frozen=True, slots=True)
class Done:
    """An inspection that was for a duty: when it was made and heard of, by whom, and which measures it left out."""

    inspection_id: UUID
    at: datetime
    received_at: datetime
    own: bool
    doubt: bool
    nil: bool
    lacking: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop of production (停产), of all plans or some; `always` are the measures that are owed all the same,
    `told_at` is when its end was."""

    id: UUID
    from_on: date
    to_on: date | None
    plan_ids: frozenset[UUID] | None
    always: frozenset[UUID]
    told_at: datetime | None = None

    def rests(self, plan_id: UUID, day: date) -> bool:
        """Whether the plan rests on that day."""
        of_plan = self.plan_ids is None or plan_id in self.plan_ids
        return of_plan and self.from_on <= day and (self.to_on is None or day <= self.to_on)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state of a duty, what is to be known beside it, and whether nothing was found."""

    state: DutyState
    flags: frozenset[DutyFlag] = frozenset()
    nil: bool = False


EXEMPT = Outcome(DutyState.EXEMPT)


def outcome(closes_at: datetime, done: Collection[Done], now: datetime, required: Set[UUID] | None = None) -> Outcome:
    """What became of a duty that is owed until `closes_at`; `required` are the measures that are, if not all."""
    state = _reached(closes_at, done, required)
    if state is None:
        return Outcome(DutyState.DUE if now < closes_at else DutyState.MISSED)
    without = {
        DutyFlag.BY_DEPUTY: [each for each in done if each.own],
        DutyFlag.CLOCK_DOUBT: [each for each in done if not each.doubt],
    }
    if state is DutyState.DONE:
        without[DutyFlag.UPLOADED_LATE] = [each for each in done if each.received_at < closes_at]
    flags = frozenset(flag for flag, rest in without.items() if _reached(closes_at, rest, required) is not state)
    nil = state is not DutyState.PARTIAL and all(each.nil for each in done)
    return Outcome(state, flags, nil)


def _reached(closes_at: datetime, done: Collection[Done], required: Set[UUID] | None) -> DutyState | None:
    """How far these inspections get; None: nowhere."""
    if not done:
        return None
    in_time = [each for each in done if each.at < closes_at]
    if in_time and not _lacking(in_time, required):
        return DutyState.DONE
    return DutyState.PARTIAL if len(in_time) == len(done) or _lacking(done, required) else DutyState.LATE


def _lacking(done: Collection[Done], required: Set[UUID] | None) -> frozenset[UUID]:
    """What all of them left out."""
    everywhere = reduce(frozenset.intersection, (each.lacking for each in done))
    return everywhere if required is None else everywhere & required


def judged(
    period: Period, required: Set[UUID] | None, done: Collection[Done], now: datetime, *, stopped: bool
) -> Outcome:
    """What became of a duty; nothing is `required` of one that is exempt."""
    if not period.owed:
        return EXEMPT
    if stopped and not required:
        meanwhile = any(each.at < period.closes_at for each in done)
        return Outcome(DutyState.EXEMPT, frozenset({DutyFlag.DURING_STOP}) if meanwhile else frozenset())
    return outcome(period.closes_at, done, now, required if stopped else None)


def stopped_by(plan_id: UUID, rule: Rule, period: Period, calendar: Calendar, stops: Iterable[Stop]) -> list[Stop]:
    """The stops that a duty rests by: on every day on which it might have been done; none, if it is owed as ever."""
    near = [
        stop for stop in stops if stop.from_on <= period.last and (stop.to_on is None or period.first <= stop.to_on)
    ]
    known = known_at(calendar, start_of_day(period.first))
    for day in days_between(period.first, period.last) if near else ():
        if rule.counts(day, known) and not any(stop.rests(plan_id, day) for stop in near):
            return []
    return [stop for stop in near if stop.plan_ids is None or plan_id in stop.plan_ids]
