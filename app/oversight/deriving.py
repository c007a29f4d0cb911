"""What responsible persons owed and what became of it: pure, from who held which seat, what happened, who was there."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from app.duties.deriving import Done, Outcome, judged, outcome
from app.duties.periods import Period, Reign, Rule, days_between, span
from app.duties.reading import Duty, Person, Plan, Version, id_of, key_of
from app.duties.terms import TITLES, Asks, Days, DutyFlag, DutyState, Seat
from app.foundation.calendar import add_days, end_of_day, local_date, start_of_day
from app.inspections.terms import Cadence, Kind
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
    name: str
    cadence: Cadence
    period: Period

    def owner(self, today: date) -> Term | None:
        """Who owes it: of presence whoever held the seat when it was called for; else who holds it today, or held it
        when the period ended."""
        day = self.period.first
        if self.asks is not Asks.PRESENCE:
            day = min(max(today, day), self.period.last)
        return self.chair.holder(day)


def owed(works: Answering, first: date, last: date, policy: Policy, now: datetime) -> Iterator[Owed]:
    """What is owed on some days."""
    for seat, cadence in policy.checks.items():
        yield from _checks(works.chair(seat), cadence, works.reaches, (first, last), policy, now)
    for chair, reaches in works.installations:
        own = policy.installations.get(chair.seat)
        if own is not None:
            yield from _checks(chair, own, reaches, (first, last), policy, now)
    for found in _presence(works, policy, now):
        if found.period.first <= last and first <= found.period.last:
            yield found
    yield from _special(works, first, last, policy)


def _checks(
    chair: Chair, cadence: Cadence, reaches: Sequence[Reach], days: tuple[date, date], policy: Policy, now: datetime
) -> Iterator[Owed]:
    """A check on site in each period; one in which the enterprise was not such a one all the time is exempt."""
    holding = [Reach(max(each.since, policy.since), each.until) for each in joined(reaches) if each.since <= now]
    day = days[0]
    while day <= days[1]:
        name, begins, ends = span(cadence, day)
        opens_at, closes_at = start_of_day(begins), end_of_day(ends)
        there = [each for each in holding if each.since < closes_at and opens_at < each.until]
        if there:
            whole = any(each.since <= opens_at and closes_at <= each.until for each in there)
            period = Period(name, begins, ends, opens_at, closes_at, owed=whole)
            yield Owed(chair, Asks.SITE_CHECK, "site_check", _title(chair, "到场检查"), cadence, period)
        day = add_days(ends, 1)


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
                name = _title(chair, f"到现场：{each.name}")
                yield Owed(chair, Asks.PRESENCE, f"presence:{each.id}", name, Cadence.ONE_OFF, period)


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
                name = _title(chair, f"了解掌握：{'、'.join(why)}")
                yield Owed(chair, Asks.FOLLOW_UP, "follow_up", name, Cadence.DAILY, period)
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
                name = _title(works.chair(seat), f"协调调度：{why}")
                yield Owed(works.chair(seat), Asks.COORDINATION, "coordination", name, Cadence.WEEKLY, period)


def _binds(care: Care, day: date, reach: Reach) -> bool:
    concerned = not care.categories or not care.categories.isdisjoint(reach.categories)
    return concerned and care.from_on <= day <= care.to_on and start_of_day(day) >= care.declared_at


def _title(chair: Chair, what: str) -> str:
    """Whose duty it is, and what."""
    return f"{TITLES[Seat][chair.seat]}{what}" + (f"（{chair.place}）" if chair.place else "")


def duty(works: Answering, owed: Owed, policy: Policy, now: datetime) -> Duty:
    """A duty with what became of it."""
    period, chair = owed.period, owed.chair
    plan = Plan(chair.named(owed.key), works.id, owed.name, KINDS[owed.asks], (), ())
    rule = Rule(owed.cadence, Days.EVERY, period.first, period.last)
    term = owed.owner(local_date(now))
    version = Version(1, rule, Reign(period.opens_at), None, term.user_id if term else None, ())
    counted = _counting(works, plan, owed, policy)
    told = _flagged(owed, counted, now)
    if term is None:
        told = Outcome(told.state, told.flags | {DutyFlag.UNASSIGNED}, told.nil)
    owner = Person(term.user_id, term.name, frozenset(), period.opens_at) if term else None
    inspections = tuple(_done(each) for each in counted if each.manner is None)
    follow_ups = tuple(each.id for each in counted if each.manner is not None)
    return Duty(plan, version, period, told, owner, (), inspections, owed.asks, chair.seat, follow_ups)


def _counting(works: Answering, plan: Plan, owed: Owed, policy: Policy) -> list[Visit]:
    """The visits that are for a duty: by whoever held the seat that day, in the manner that is asked for, in its time.

    A check that names the duty of another period of the seat is for that one; so may a check that comes late be. Who
    comes to a danger within days after its time is late.
    """
    period, grace = owed.period, policy.late if owed.asks is Asks.PRESENCE else timedelta()
    near = works.between(period.opens_at, period.closes_at + grace)
    if works.naming:
        id, own = id_of(key_of(plan, period)), str(plan.id)
        theirs = [each for each in near if not any(name.startswith(own) for name in each.duties)]
        near = theirs + [each for each in works.naming if id in each.duties and each.at >= period.opens_at]
    return [each for each in near if _suits(each, owed.asks) and _held(each, owed.chair) is not None]


def _suits(visit: Visit, asks: Asks) -> bool:
    match asks:
        case Asks.SITE_CHECK:
            return visit.manner is None and visit.on_site
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
