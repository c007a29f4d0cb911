"""Duties one by one: what is owed on some days, with its checklist and the hazards that are open on it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import chain
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.duties import reading
from app.duties.filter import DutyFilter, Span, narrowed
from app.duties.models import InspectionDuty, InspectionPlan, ProductionStop
from app.duties.others import Others
from app.duties.reading import Duty, Version, Works
from app.duties.views import DutyPage
from app.foundation.canonical import sent
from app.foundation.clock import now
from app.foundation.keyring import Keyring
from app.foundation.problems import Invalid, Said
from app.foundation.wire import Lasting
from app.hazards.models import IS_OPEN, Hazard
from app.people.scope import Caller, Scoped, visible
from app.risks.models import ControlMeasure

PLANS_LIMIT: Final = 2000
TOO_MANY: Final = Said(
    "计划过多，请按企业、区划或层级缩小范围，或看汇总", "Too many plans: narrow it down, or ask for the summary"
)


def page(session: Session, caller: Caller, filter: DutyFilter, keys: Keyring, others: Others) -> Lasting[DutyPage]:
    """A page of the duties on some days, the next due first.

    Raises:
        Invalid: more plans are in scope than are listed one by one.
    """
    place = filter.place(keys)
    after = (place[0], str(place[1])) if place else None
    found = [
        (duty, known)
        for duty, known in chain(
            duties(session, caller, filter, filter.first, filter.last) if filter.of_plans else (),
            others.owed(session, caller, filter, filter.first, filter.last),
        )
        if (not filter.state or duty.outcome.state in filter.state)
        and (filter.responsible_id is None or (duty.owner is not None and duty.owner.id == filter.responsible_id))
        and (after is None or duty.order > after)
    ]
    found.sort(key=lambda each: each[0].order)
    shown, cursor = found[: filter.limit], None
    if len(found) > filter.limit:
        last = shown[-1][0]
        cursor = filter.cursor_after(keys, last.order[0], last.plan.id)
    checklist = _checklist(session, {id for duty, _ in shown for id in duty.required})
    items = [_shown(caller, duty, known, checklist) for duty, known in shown]
    return Lasting(sent({"items": items, "next_cursor": cursor}))


def duties(session: Session, caller: Caller, asked: Span, first: date, last: date) -> Iterator[tuple[Duty, Works]]:
    """The duties of the plans in scope that touch some days, with their enterprise.

    Raises:
        Invalid: more plans are in scope than are derived one by one.
    """
    wanted = in_scope(caller, InspectionPlan, asked)
    many = select(InspectionPlan.id).where(*wanted).limit(PLANS_LIMIT + 1)
    if (session.scalar(select(func.count()).select_from(many.subquery())) or 0) > PLANS_LIMIT:
        raise Invalid(TOO_MANY, code="too_many_plans")
    plans = reading.plans(session, wanted)
    still = stopped(session, caller, asked, first, last)
    if not plans and not still:
        return
    known = reading.works(session, {plan.enterprise_id for plan in plans} | still)
    plans += [plan for plan in reading.resumptions(known) if plan.enterprise_id in still]
    ids = [plan.id for plan in plans]
    done = reading.done(session, [InspectionDuty.plan_id.in_(ids), reading.touching(first, last)]) if ids else {}
    present, kept = now(), of_kind(asked)
    for plan in plans:
        works = known[plan.enterprise_id]
        yield from ((duty, works) for duty in reading.derive(plan, works, first, last, done, present, kept))


def in_scope(caller: Caller, rows: type[Scoped], asked: Span) -> list[ColumnElement[bool]]:
    """The rows that the caller may see, as far as they are asked for."""
    return [or_(*visible(caller, rows)), *narrowed(rows, asked.enterprise_id, asked.area_code)]


def stopped(session: Session, caller: Caller, asked: Span, first: date, last: date) -> set[UUID]:
    """The enterprises in scope with a stop of production that touches some days, or whose end owes something then."""
    stops = [*in_scope(caller, ProductionStop, asked), reading.stops_touching(first, last)]
    return set(session.scalars(select(ProductionStop.enterprise_id).where(*stops)))


def of_kind(asked: Span) -> Callable[[Version], bool]:
    """Whether a version is of the cadence and tier that are asked for."""

    def kept(version: Version) -> bool:
        of_cadence = asked.cadence is None or version.rule.cadence is asked.cadence
        return of_cadence and (asked.tier is None or version.tier is asked.tier)

    return kept


def _shown(caller: Caller, duty: Duty, works: Works, checklist: dict[UUID, dict[str, Any]]) -> dict[str, Any]:
    period, version, plan, owner = duty.period, duty.version, duty.plan, duty.owner
    hidden = caller.only_works and owner is not None and owner.id != caller.id
    return {
        "id": duty.id, "plan_id": plan.id, "plan_revision": version.revision, "name": plan.name, "kind": plan.kind,
        "side": duty.side, "asks": duty.asks, "seat": duty.seat,
        "enterprise": {"id": plan.enterprise_id, "name": works.name}, "cadence": version.rule.cadence,
        "tier": version.tier, "period": period.name, "shift": period.shift, "opens_at": period.opens_at,
        "closes_at": period.closes_at, "state": duty.outcome.state, "flags": sorted(duty.outcome.flags),
        "responsible": {"id": owner.id, "name": None if hidden else owner.name} if owner else None,
        "inspection_ids": [each.inspection_id for each in duty.done], "follow_up_ids": duty.follow_ups,
        "checklist": [checklist[id] for id in duty.required if id in checklist],
    }  # fmt: skip


def _checklist(session: Session, measure_ids: set[UUID]) -> dict[UUID, dict[str, Any]]:
    """What to look at, each with the hazard that is open on it: the one that was found last."""
    if not measure_ids:
        return {}
    measures = select(ControlMeasure.id, ControlMeasure.description, ControlMeasure.check)
    found: dict[UUID, dict[str, Any]] = {
        row.id: {"measure_id": row.id, "description": row.description, "check": row.check, "open_hazard_id": None}
        for row in session.execute(measures.where(ControlMeasure.id.in_(measure_ids)))
    }
    hazards = select(Hazard.measure_id, Hazard.id).where(Hazard.measure_id.in_(measure_ids), IS_OPEN)
    rows: Sequence[Any] = session.execute(hazards.order_by(Hazard.reported_at, Hazard.id)).all()
    for row in rows:
        found[row.measure_id]["open_hazard_id"] = row.id
    return found
