"""What responsible persons owe, for whoever asks: the list and the summary of duties, reports, and tasks."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.duties.filter import DUTIES_DAYS, Span, narrowed
from app.duties.listing import PLANS_LIMIT, TOO_MANY
from app.duties.others import Others, Told
from app.duties.reading import Duty, Works
from app.duties.terms import Asks, DutyState, Side
from app.foundation.calendar import add_days, local_date
from app.foundation.clock import now
from app.foundation.problems import Invalid
from app.inspections.terms import first_day
from app.oversight import visits
from app.oversight.deriving import Owed, duty, owed, reached
from app.oversight.facts import answering, may_owe
from app.oversight.policy import policy
from app.oversight.seats import Answering
from app.people.models import Enterprise
from app.people.scope import Caller, visible

Wanted = Callable[[Owed], bool]


def duties(
    session: Session, of: Sequence[ColumnElement[bool]], first: date, last: date, wanted: Wanted = lambda _: True
) -> Iterator[tuple[Duty, Answering]]:
    """The duties on some days at the enterprises that fulfil a WHERE."""
    present = now()
    for works, each in _owed(session, of, first, last, present, wanted):
        yield duty(works, each, policy(), present), works


def _owed(
    session: Session, of: Sequence[ColumnElement[bool]], first: date, last: date, present: datetime, wanted: Wanted
) -> list[tuple[Answering, Owed]]:
    """What is owed, at enterprises that know who looked after them."""
    rules = policy()
    waiting: list[tuple[Answering, Owed]] = []
    for works in answering(session, of, first, last, rules):
        waiting += [(works, each) for each in owed(works, first, last, rules, present) if wanted(each)]
    if not waiting:
        return []
    since = min(each.period.opens_at for _, each in waiting)
    until = max(each.period.closes_at for _, each in waiting) + rules.late
    concerned = {works.id: works for works, _ in waiting}
    visits.take_in(session, concerned.values(), since, _long(until, present), rules)
    return waiting


def _long(until: datetime, present: datetime) -> datetime:
    """A check that names an earlier period may come at any time."""
    return max(until, present)


def listed(session: Session, caller: Caller, asked: Span, first: date, last: date) -> Iterator[tuple[Duty, Works]]:
    """Those that a caller is to know of, one by one.

    Raises:
        Invalid: too many enterprises that may owe any are in scope.
    """
    wanted = _wanted(caller, asked)
    if wanted is None:
        return
    there = _in_scope(caller, asked)
    many = select(Enterprise.id).where(*may_owe(there)).limit(PLANS_LIMIT + 1)
    if (session.scalar(select(func.count()).select_from(many.subquery())) or 0) > PLANS_LIMIT:
        raise Invalid(TOO_MANY, code="too_many_plans")
    known: dict[UUID, Works] = {}
    for found, works in duties(session, there, first, last, wanted):
        yield found, known.setdefault(works.id, Works(works.name, works.area_code))


def told(session: Session, caller: Caller, asked: Span, first: date, last: date) -> Iterator[Told]:
    """What became of those whose last day is one of these."""
    wanted, present = _wanted(caller, asked), now()
    if wanted is None:
        return
    known: dict[UUID, Works] = {}
    for works, each in _owed(session, _in_scope(caller, asked), first, last, present, wanted):
        if first <= each.period.last <= last:
            there = known.get(works.id) or known.setdefault(works.id, Works(works.name, works.area_code))
            outcome = reached(works, each, policy(), present)
            yield Told(works.id, there, each.cadence, each.chair.seat.side, outcome)


def _in_scope(caller: Caller, asked: Span) -> list[ColumnElement[bool]]:
    return [or_(*visible(caller, Enterprise)), *narrowed(Enterprise, asked.enterprise_id, asked.area_code)]


def _wanted(caller: Caller, asked: Span) -> Wanted | None:
    """Which duties are asked for; None: none. What the government owes, its own people see."""
    side = asked.side if caller.official else Side.ENTERPRISE
    of_plans_alone = asked.tier is not None or asked.asks is Asks.INSPECTION
    if of_plans_alone or (not caller.official and asked.side is Side.GOVERNMENT):
        return None

    def kept(each: Owed) -> bool:
        seat = each.chair.seat
        asked_for = ((each.cadence, asked.cadence), (each.asks, asked.asks), (seat, asked.seat), (seat.side, side))
        return all(value is None or own is value for own, value in asked_for)

    return kept


def named(session: Session, enterprise_id: UUID, ids: Collection[str]) -> Mapping[str, DutyState]:
    """What has become of the duties of these ids, of those that this enterprise's responsible persons owe."""
    found: dict[str, DutyState] = {}
    furthest = add_days(local_date(now()), DUTIES_DAYS)  # nobody is told of duties further ahead
    for id in ids:
        seat, period = id.split(":")[:2]
        day = first_day(period)
        if UUID(seat).version == 5 and id not in found and day <= furthest:
            within = (day, add_days(day, 6))  # a week of which not all days are bound may begin later than its name
            there = duties(session, [Enterprise.id == enterprise_id], *within)
            found |= {each.id: each.outcome.state for each, _ in there}
    return {id: found[id] for id in ids if id in found}


OTHERS: Final = Others(listed, told, named)
