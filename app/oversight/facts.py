"""The facts that responsible persons' duties derive from, brought together from where each is on record.

Since when an enterprise has had its special categories, and who answered for an installation when, its events say: the
rows hold only the present.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from app.duties import reading
from app.duties.models import ProductionStop
from app.duties.periods import NEVER
from app.duties.reading import RESUMPTION
from app.duties.terms import Seat
from app.foundation.calendar import add_days, end_of_day, local_date, start_of_day
from app.journal.events import Event
from app.oversight.models import Incident, ResponsiblePerson, SpecialPeriod
from app.oversight.policy import Policy
from app.oversight.seats import Answering, Care, Chair, Happening, Reach, Term
from app.oversight.terms import TITLES, IncidentKind
from app.people.models import Enterprise
from app.people.scope import prefix
from app.people.terms import EnterpriseKind, EnterpriseStatus
from app.risks.models import ControlMeasure, Risk, RiskObject, RiskUnit

ALIVE: Final = {EnterpriseStatus.OPERATING, EnterpriseStatus.STOPPED}
MAY_BE_ONE: Final = or_(RiskObject.grade.is_not(None), RiskObject.revision > 1)  # or has been: a major installation
Ids = Select[UUID]
Told = dict[UUID, list[tuple[datetime, dict[str, Any]]]]  # what events changed of some fields, by subject, in order


def answering(
    session: Session, wanted: Sequence[ColumnElement[bool]], first: date, last: date, policy: Policy
) -> list[Answering]:
    """The enterprises that fulfil a WHERE and may have such duties, without who visited them."""
    may = may_owe(wanted)
    ids = select(Enterprise.id).where(*may)
    found = _enterprises(session, may, ids)
    _register(session, found, ids)
    _seat(session, found, ids)
    _install(session, found, ids)
    _happen(session, found, ids, first, last, policy)
    _care(session, found, first, last)
    return list(found.values())


def may_owe(wanted: Sequence[ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """Of the enterprises that fulfil a WHERE, those whose responsible persons may ever have owed anything."""
    return [*wanted, Enterprise.kind == EnterpriseKind.ENTERPRISE, or_(*_reasons())]


def _reasons() -> Iterator[ColumnElement[bool]]:
    yield type_coerce(Enterprise.special_categories, Text) != ""
    yield Enterprise.revision > 1
    for table in (ResponsiblePerson, Incident, ProductionStop):
        yield Enterprise.id.in_(select(table.enterprise_id))
    yield Enterprise.id.in_(select(RiskObject.enterprise_id).where(MAY_BE_ONE))


def _enterprises(session: Session, may: Sequence[ColumnElement[bool]], ids: Ids) -> dict[UUID, Answering]:
    columns = (
        Enterprise.id, Enterprise.name, Enterprise.area_code, Enterprise.created_at, Enterprise.special_categories,
        Enterprise.status,
    )  # fmt: skip
    history = told(session, Enterprise.KIND, ids.where(Enterprise.revision > 1), ("special_categories", "status"))
    return {
        row.id: Answering(row.id, row.name, row.area_code, reaches(row, history.get(row.id, ())))
        for row in session.execute(select(*columns).where(*may))
    }


def told(session: Session, kind: str, ids: Ids, names: Collection[str]) -> Told:
    """What the events of some subjects say of some fields."""
    about = or_(*(Event.data.contains(f'"{name}":', autoescape=True) for name in names))
    events = select(Event.subject_id, Event.at, Event.data).where(
        Event.subject_kind == kind, Event.subject_id.in_(ids), about
    )
    found: Told = defaultdict(list)
    for id, at, data in session.execute(events.order_by(Event.subject_id, Event.number)):
        changed = json.loads(data or "{}")["changes"]
        if own := {name: changed[name] for name in names if name in changed}:
            found[id].append((at, own))
    return found


def reaches(row: Any, history: Sequence[tuple[datetime, dict[str, Any]]]) -> list[Reach]:
    """When the enterprise was alive and had special categories. Before the first word of a field it was as it says."""
    now_is = {"special_categories": row.special_categories, "status": row.status}
    state: dict[str, Any] = {
        name: next((said[name] for _, said in history if name in said), present) for name, present in now_is.items()
    }
    found, since = [], row.created_at
    for at, said in [*history, (NEVER, {})]:
        if state["status"] in ALIVE and state["special_categories"] and since < at:
            found.append(Reach(since, at, frozenset(state["special_categories"])))
        state, since = state | said, max(at, since)
    return found


def _register(session: Session, found: dict[UUID, Answering], ids: Ids) -> None:
    """Whom the register names, without appointment: from the day on which it was written there."""
    named = select(Enterprise.id, Enterprise.created_at, Enterprise.responsible_persons)
    history = told(session, Enterprise.KIND, ids.where(Enterprise.revision > 1), ("responsible_persons",))
    for id, created_at, persons in session.execute(named.where(Enterprise.id.in_(ids))):
        of_seat = terms_of(history.get(id) or [(created_at, {"responsible_persons": persons})], "responsible_persons")
        found[id].chairs = {seat: Chair(id, seat, tuple(terms)) for seat, terms in of_seat.items()}


def terms_of(history: Sequence[tuple[datetime, dict[str, Any]]], name: str) -> dict[Seat, list[Term]]:
    """Who was named in a field of persons, from the day of each change to the day before the next."""
    spells: defaultdict[Seat, list[Term]] = defaultdict(list)
    ends = [at for at, _ in history[1:]] + [NEVER]
    for (at, said), end in zip(history, ends, strict=True):
        for person in said[name]:
            user_id = UUID(person["user_id"]) if person.get("user_id") else None
            last = None if end == NEVER else add_days(end, -1)
            spells[Seat(person["kind"])].append(Term(local_date(at), last, person["name"], user_id))
    return spells


def _seat(session: Session, found: dict[UUID, Answering], ids: Ids) -> None:
    held = select(ResponsiblePerson).where(
        ResponsiblePerson.enterprise_id.in_(ids), ResponsiblePerson.withdrawn.is_(False)
    )
    terms: defaultdict[tuple[UUID, Seat], list[Term]] = defaultdict(list)
    for row in session.scalars(held.order_by(ResponsiblePerson.from_on)):
        term = Term(row.from_on, row.to_on, row.name, row.user_id)
        terms[row.enterprise_id, Seat(row.seat)].append(term)
    for (id, seat), of_seat in terms.items():
        registered = found[id].chairs.get(seat, Chair(id, seat)).terms
        found[id].chairs[seat] = Chair(id, seat, (*of_seat, *_until(registered, of_seat[0].from_on)))


def _until(registered: Sequence[Term], day: date) -> Iterator[Term]:
    """Whom the register names, as long as nobody had been appointed: what an appointment says prevails."""
    for term in registered:
        if term.from_on < day:
            before = add_days(day, -1)
            yield replace(term, to_on=before if term.to_on is None else min(term.to_on, before))


def _install(session: Session, found: dict[UUID, Answering], ids: Ids) -> None:
    """The major hazard installations (重大危险源), with their three answerable persons (包保)."""
    objects = select(RiskObject.id, RiskObject.enterprise_id, RiskObject.name).where(
        RiskObject.enterprise_id.in_(ids), MAY_BE_ONE
    )
    rows = session.execute(objects).all()
    if not rows:
        return
    own = select(RiskObject.id).where(RiskObject.enterprise_id.in_(ids), MAY_BE_ONE)
    history = told(session, RiskObject.KIND, own, ("grade", "answerable", "retired"))
    measured = _measured(session, own)
    for id, enterprise_id, name in rows:
        found[enterprise_id].installations += installed(id, name, history.get(id, ()), measured.get(id))


def _measured(session: Session, objects: Ids) -> dict[UUID, datetime]:
    """Since when objects have had measures of those that are in use."""
    oldest = select(RiskUnit.object_id, func.min(ControlMeasure.created_at)).where(RiskUnit.object_id.in_(objects))
    oldest = oldest.join(Risk, Risk.unit_id == RiskUnit.id).join(ControlMeasure, ControlMeasure.risk_id == Risk.id)
    in_use = (ControlMeasure.retired.is_(False), Risk.retired.is_(False), Risk.candidate.is_(False))
    return dict(iter(session.execute(oldest.where(*in_use).group_by(RiskUnit.object_id))))


def installed(
    id: UUID, name: str, history: Sequence[tuple[datetime, dict[str, Any]]], measured_since: datetime | None = None
) -> list[tuple[Chair, Sequence[Reach]]]:
    """The seats of an installation, and when it was one."""
    state: dict[str, Any] = {"grade": None, "answerable": [], "retired": False}
    whole = []
    for at, said in history:
        state = state | said
        is_one = state["grade"] is not None and not state["retired"]
        whole.append((at, {"answerable": state["answerable"] if is_one else [], "is_one": is_one}))
    ends = [at for at, _ in whole[1:]] + [NEVER]
    graded = [Reach(at, end) for (at, said), end in zip(whole, ends, strict=True) if said["is_one"]]
    spells = terms_of(whole, "answerable")
    seats = (Seat.PRINCIPAL, Seat.TECHNICAL, Seat.OPERATIONAL)
    chairs = [Chair(id, seat, tuple(spells.get(seat, ())), name, measured_since) for seat in seats]
    return [(chair, graded) for chair in chairs] if graded else []


def _happen(session: Session, found: dict[UUID, Answering], ids: Ids, first: date, last: date, policy: Policy) -> None:
    since = start_of_day(first) - policy.hours
    there = (Incident.enterprise_id.in_(ids), Incident.withdrawn.is_(False))
    near = (Incident.occurred_at < end_of_day(last), or_(Incident.occurred_at > since, Incident.recorded_at > since))
    for row in session.scalars(select(Incident).where(*there, *near).order_by(Incident.occurred_at, Incident.id)):
        closes_at = max(row.occurred_at, row.recorded_at) + policy.hours
        name = TITLES[IncidentKind][row.kind]
        found[row.enterprise_id].happenings.append(Happening(row.id, name, row.occurred_at, closes_at))
    stops = select(ProductionStop.enterprise_id).where(
        ProductionStop.enterprise_id.in_(ids), reading.stops_touching(first, last)
    )
    still = set(session.scalars(stops))
    for plan in reading.resumptions(reading.works(session, still, named=False)) if still else ():
        rule = plan.versions[0].rule
        resumes_on = rule.to_on or rule.from_on
        until = end_of_day(resumes_on)
        name = RESUMPTION.removesuffix("排查")
        happening = Happening(plan.id, name, start_of_day(rule.from_on), until)
        found[plan.enterprise_id].happenings.append(happening)


def _care(session: Session, found: dict[UUID, Answering], first: date, last: date) -> None:
    """The special periods that bind each enterprise by where it lies: those of its area and of the areas above it."""
    week = 7
    touching = (SpecialPeriod.from_on <= add_days(last, week), SpecialPeriod.to_on >= add_days(first, -week))
    declared = select(SpecialPeriod).where(SpecialPeriod.withdrawn.is_(False), *touching)
    cares = [
        (prefix(row.area_code), Care(row.name, row.from_on, row.to_on, row.declared_at, frozenset(row.categories)))
        for row in session.scalars(declared.order_by(SpecialPeriod.from_on, SpecialPeriod.id))
    ]
    for each in found.values() if cares else ():
        each.cares = [care for area, care in cares if each.area_code.startswith(area)]
