"""What responsible persons owed and what became of it: pure, from who held which seat, what happened, who was there."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from app.duties.deriving import Done, Outcome, judged, outcome
from app.duties.periods import Period, Reign, Rule, days_between, span
from app.duties.reading import Duty, Person, Plan, Version, id_of
from app.duties.terms import TITLES, Asks, Days, DutyFlag, DutyState, Seat
from app.foundation.calendar import add_days, end_of_day, local_date, start_of_day
from app.inspections.terms import Cadence, Kind, first_day
from app.oversight.policy import Policy
from app.oversight.seats import Answering, Care, Chair, Reach, Term, Visit, joined
from app.oversight.terms import Manner

MOMENT: Final = timedelta(milliseconds=1)
KINDS: Final = {
    Asks.SITE_CHECK: Kind.GOVERNMENT, Asks.PRESENCE: Kind.SPECIAL,
    Asks.FOLLOW_UP: Kind.HOLIDAY, Asks.COORDINATION: Kind.HOLIDAY,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Owed:
    """What a seat owes once."""

    chair: Chair
    asks: Asks
    key: str
    what: str
    cadence: Cadence
    period: Period

    @property
    def id(self) -> str:
        return id_of((self.chair.named(self.key), self.period.name, ""))

    @property
    def name(self) -> str:
        """Whose duty it is, and what."""
        place = f"（{self.chair.place}）" if self.chair.place else ""
        return f"{TITLES[Seat][self.chair.seat]}{self.what}{place}"

    def owner(self, today: date) -> Term | None:
        """Who owes it: of presence whoever held the seat when it was called for; else who holds it today, or held it
        when the period ended."""
        day = self.period.first
        if self.asks is not Asks.PRESENCE:
            day = min(max(today, day), self.period.last)
        return self.chair.holder(day)


def owed(works: Answering, first: date, last: date, policy: Policy, now: datetime) -> Iterator[Owed]:
    """What is owed on some days."""
    whole = _since(works.reaches, policy, now)
    for seat, cadence in policy.checks.items():
        yield from _checks(works.chair(seat), cadence, whole, first, last)
    for chair, reaches in works.installations:
        own = policy.installations.get(chair.seat)
        if own is not None:
            yield from _checks(chair, own, _since(reaches, policy, now), first, last)
    for found in _presence(works, policy, now):
        if found.period.first <= last and first <= found.period.last:
            yield found
    yield from _special(works, first, last, policy)


def _since(reaches: Sequence[Reach], policy: Policy, now: datetime) -> list[Reach]:
    """The whole stretches in which it may owe checks."""
    return [Reach(max(each.since, policy.since), each.until) for each in joined(reaches) if each.since <= now]


def _checks(chair: Chair, cadence: Cadence, reaches: Sequence[Reach], first: date, last: date) -> Iterator[Owed]:
    """A check on site in each period; one in which the enterprise was not such a one all the time is exempt."""
    for period in _periods(cadence, first, last):
        there = [each for each in reaches if each.since < period.closes_at and period.opens_at < each.until]
        if there:
            whole = any(each.since <= period.opens_at and period.closes_at <= each.until for each in there)
            own = period if whole else replace(period, owed=False)
            yield Owed(chair, Asks.SITE_CHECK, "site_check", "到场检查", cadence, own)


@lru_cache(256)
def _periods(cadence: Cadence, first: date, last: date) -> tuple[Period, ...]:
    """The periods of a cadence that touch some days."""
    found, day = [], first
    while day <= last:
        name, begins, ends = span(cadence, day)
        found.append(Period(name, begins, ends, start_of_day(begins), end_of_day(ends)))
        day = add_days(ends, 1)
    return tuple(found)


def _presence(works: Answering, policy: Policy, now: datetime) -> Iterator[Owed]:
    """To be there, owed by each seat of an enterprise with a special category, elsewhere by those that are held."""
    for each in works.happenings:
        first, last = local_date(each.opens_at), local_date(each.closes_at - MOMENT)
        reach = works.reach_at(each.opens_at)
        for seat in policy.present:
            chair = works.chair(seat)
            asked = each.opens_at >= policy.since and ((reach and reach.since <= now) or chair.holder(first))
            if asked:
                period = Period(str(first), first, last, each.opens_at, each.closes_at)
                what = f"到现场：{each.name}"
                yield Owed(chair, Asks.PRESENCE, f"presence:{each.id}", what, Cadence.ONE_OFF, period)


def _special(works: Answering, first: date, last: date, policy: Policy) -> Iterator[Owed]:
    """Following up each day of special periods, and coordinating once in each of their weeks; where several hold on
    the same day, once for all."""
    names: dict[date, list[str]] = {}
    if works.cares:
        _, monday, _ = span(Cadence.WEEKLY, first)
        _, _, sunday = span(Cadence.WEEKLY, last)
        for day in days_between(monday, sunday):
            reach = works.reach_at(start_of_day(day))
            if reach and (binding := [each.name for each in works.cares if _binds(each, day, reach)]):
                names[day] = binding
    for seat in policy.follow_up:
        chair = works.chair(seat)
        for day, why in names.items():
            if first <= day <= last:
                period = Period(str(day), day, day, start_of_day(day), end_of_day(day))
                what = f"了解掌握：{'、'.join(why)}"
                yield Owed(chair, Asks.FOLLOW_UP, "follow_up", what, Cadence.DAILY, period)
    yield from _weeks(works, names, (first, last), policy)


def _weeks(works: Answering, names: dict[date, list[str]], days: tuple[date, date], policy: Policy) -> Iterator[Owed]:
    weeks: defaultdict[str, list[date]] = defaultdict(list)
    for day in names:
        weeks[span(Cadence.WEEKLY, day)[0]].append(day)
    for week, bound in weeks.items():
        opens, closes = bound[0], bound[-1]
        if opens <= days[1] and days[0] <= closes:
            why = "、".join(dict.fromkeys(name for day in bound for name in names[day]))
            period = Period(week, opens, closes, start_of_day(opens), end_of_day(closes))
            for seat in policy.coordination:
                chair, what = works.chair(seat), f"协调调度：{why}"
                yield Owed(chair, Asks.COORDINATION, "coordination", what, Cadence.WEEKLY, period)


def _binds(care: Care, day: date, reach: Reach) -> bool:
    concerned = not care.categories or not care.categories.isdisjoint(reach.categories)
    return concerned and care.from_on <= day <= care.to_on and start_of_day(day) >= care.declared_at


def duty(works: Answering, owed: Owed, policy: Policy, now: datetime) -> Duty:
    """A duty with what became of it."""
    period, chair = owed.period, owed.chair
    plan = Plan(chair.named(owed.key), works.id, owed.name, KINDS[owed.asks], (), ())
    rule = Rule(owed.cadence, Days.EVERY, period.first, period.last)
    term = owed.owner(local_date(now))
    version = Version(1, rule, Reign(period.opens_at), None, term.user_id if term else None, ())
    counted = _counting(works, owed, policy)
    told = _outcome(owed, counted, term, now)
    owner = Person(term.user_id, term.name, frozenset(), period.opens_at) if term else None
    inspections = tuple(_done(each) for each in counted if each.manner is None)
    follow_ups = tuple(each.id for each in counted if each.manner is not None)
    return Duty(plan, version, period, told, owner, (), inspections, owed.asks, chair.seat, follow_ups)


def reached(works: Answering, owed: Owed, policy: Policy, now: datetime) -> Outcome:
    """What became of a duty, and nothing else of it: for counting many."""
    return _outcome(owed, _counting(works, owed, policy), owed.owner(local_date(now)), now)


def _outcome(owed: Owed, counted: Collection[Visit], owner: Term | None, now: datetime) -> Outcome:
    told = _flagged(owed, counted, now)
    return told if owner else Outcome(told.state, told.flags | {DutyFlag.UNASSIGNED}, told.nil)


def _counting(works: Answering, owed: Owed, policy: Policy) -> list[Visit]:
    """The visits that are for a duty: by whoever held the seat that day, in the manner that is asked for, in its time.

    A check that names the duty of an earlier period of the seat is for that one, late; of a period that has not begun
    nobody can do the duty yet. Who comes to a danger within days after its time is late.
    """
    period, grace = owed.period, policy.late if owed.asks is Asks.PRESENCE else timedelta()
    near = works.between(period.opens_at, period.closes_at + grace)
    if works.naming:
        id = owed.id
        own = id.partition(":")[0]
        theirs = [each for each in near if not _for_another(each, own)]
        late = [each for each in works.naming if id in each.duties and each.at >= period.opens_at]
        near = theirs + late
    return [each for each in near if _suits(each, owed) and _held(each, owed.chair) is not None]


def _for_another(visit: Visit, own: str) -> bool:
    """Whether a visit names a duty of the seat whose period had begun by then."""
    day = local_date(visit.at)
    return any(first_day(name.split(":")[1]) <= day for name in visit.duties if name.startswith(own))


def _suits(visit: Visit, owed: Owed) -> bool:
    """Whether it is what is asked for. A check of an installation looks at one of its measures at least, if it has any:
    a walk past it is none."""
    match owed.asks:
        case Asks.SITE_CHECK:
            chair = owed.chair
            unmeasured = chair.measured_since is None or visit.at < chair.measured_since
            return visit.manner is None and visit.on_site and (unmeasured or chair.of in visit.looked_at)
        case Asks.PRESENCE:
            return visit.on_site
        case Asks.COORDINATION:
            return visit.manner is Manner.MEETING
    return visit.manner is not Manner.MEETING


def _held(visit: Visit, chair: Chair) -> bool | None:
    """Whether whoever held the seat says so in person; False: somebody else names them as being there; None: nobody."""
    term = chair.holder(local_date(visit.at))
    if term is None:
        return None
    if term.user_id is not None and term.user_id == visit.user_id:
        return True
    return False if term.name in visit.names else None


def _flagged(owed: Owed, counted: Collection[Visit], now: datetime) -> Outcome:
    """The outcome; a flag says that it would not have been reached otherwise."""
    whole = judged(owed.period, None, list(map(_done, counted)), now, stopped=False)
    if whole.state not in {DutyState.DONE, DutyState.LATE}:
        return whole
    without = {DutyFlag.RECORDED_BY_ANOTHER: [each for each in counted if _held(each, owed.chair)]}
    if owed.asks in {Asks.SITE_CHECK, Asks.PRESENCE}:
        without[DutyFlag.PLACE_UNPROVEN] = [each for each in counted if each.near]
    flags = {
        flag
        for flag, rest in without.items()
        if len(rest) < len(counted)
        and outcome(owed.period.closes_at, list(map(_done, rest)), now).state is not whole.state
    }
    return Outcome(whole.state, whole.flags | flags, whole.nil)


def _done(visit: Visit) -> Done:
    return Done(visit.id, visit.at, visit.received_at, True, visit.doubt, visit.nil)
