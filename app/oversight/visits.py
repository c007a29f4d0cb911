"""Who looked after enterprises: inspections that a holder of a seat made or was at, and records of follow-ups."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from app.foundation.geo import Datum, Point, distance, forward
from app.inspections.models import ACCOMPANIED, Finding, Inspection, InspectionResult
from app.inspections.terms import Status
from app.oversight.models import FollowUp
from app.oversight.policy import Policy
from app.oversight.seats import Answering, Visit
from app.people.models import Enterprise
from app.risks.models import ControlMeasure, Risk, RiskUnit

BATCH: Final = 400  # ids in one question
MADE: Final = (
    Inspection.id, Inspection.enterprise_id, Inspection.corrected_at, Inspection.received_at, Inspection.inspector_id,
    Inspection.participants, Inspection.position, Inspection.clock_doubt, Inspection.nil, Inspection.duties,
)  # fmt: skip


def take_in(session: Session, works: Collection[Answering], since: datetime, until: datetime, policy: Policy) -> None:
    """Let each enterprise know who looked after it in that time."""
    known = {each.id: each for each in works}
    between = (Inspection.corrected_at >= since, Inspection.corrected_at < until)
    met: set[UUID] = set()
    found: defaultdict[UUID, list[Visit]] = defaultdict(list)
    sites = _Sites(session, known, policy)
    for row in _inspections(session, known, between):
        if row.id not in met and row.enterprise_id in known:
            met.add(row.id)
            found[row.enterprise_id].append(sites.visited(row))
    looked = (FollowUp.at >= since, FollowUp.at < until)
    for ids in _batches(known):
        rows: Sequence[Any] = session.scalars(select(FollowUp).where(FollowUp.enterprise_id.in_(ids), *looked)).all()
        for row in rows:
            found[row.enterprise_id].append(sites.followed(row))
    looked_at = _looks(session, [each for each in works if each.installations], found)
    for each in works:
        each.take_in(replace(made, looked_at=looked_at.get(made.id, made.looked_at)) for made in found[each.id])


def _looks(
    session: Session, works: Collection[Answering], found: Mapping[UUID, Collection[Visit]]
) -> Mapping[UUID, frozenset[UUID]]:
    """At the measures of which installations inspections looked, by their results or by what they found."""
    if not works:
        return {}
    looked_at: defaultdict[UUID, set[UUID]] = defaultdict(set)
    installations = {chair.of for each in works for chair, _ in each.installations}
    made = {visit.id for each in works for visit in found.get(each.id, ()) if visit.manner is None}
    for ids in _batches(made):
        for table, told in ((InspectionResult, InspectionResult.status != Status.UNCHECKED), (Finding, true())):
            at = select(table.inspection_id, RiskUnit.object_id).where(told, table.inspection_id.in_(ids))
            at = at.join(ControlMeasure, ControlMeasure.id == table.measure_id)
            at = at.join(Risk, Risk.id == ControlMeasure.risk_id).join(RiskUnit, RiskUnit.id == Risk.unit_id)
            rows: Sequence[Any] = session.execute(at.distinct()).all()
            for row in rows:
                looked_at[row.inspection_id].add(row.object_id)
    return {id: frozenset(objects & installations) for id, objects in looked_at.items()}


def _inspections(
    session: Session, known: Mapping[UUID, Answering], between: Sequence[ColumnElement[bool]]
) -> Iterator[Any]:
    """What holders of seats made themselves, wherever; and what anybody made with others at these enterprises."""
    seats = [chair for each in known.values() for chair in each.chairs.values()]
    seats += [chair for each in known.values() for chair, _ in each.installations]
    holders = {term.user_id for chair in seats for term in chair.terms if term.user_id}
    for ids in _batches(holders):
        yield from session.execute(select(*MADE).where(Inspection.inspector_id.in_(ids), *between))
    held = {chair.of for each in known.values() for chair in each.chairs.values()}
    held |= {each.id for each in known.values() if each.installations}
    for ids in _batches(held):
        yield from session.execute(select(*MADE).where(Inspection.enterprise_id.in_(ids), ACCOMPANIED, *between))


def _batches(ids: Collection[UUID]) -> Iterator[list[UUID]]:
    ordered = sorted(ids, key=str)
    for start in range(0, len(ordered), BATCH):
        yield ordered[start : start + BATCH]


class _Sites:
    """Where enterprises are."""

    def __init__(self, session: Session, known: Mapping[UUID, Answering], policy: Policy) -> None:
        self.policy = policy
        self.positions: dict[UUID, dict[str, Any] | None] = {}
        for ids in _batches(known):
            rows = session.execute(select(Enterprise.id, Enterprise.position).where(Enterprise.id.in_(ids)))
            self.positions |= dict(iter(rows))

    def visited(self, row: Any) -> Visit:
        names = frozenset(each["name"] for each in row.participants)
        near = self._near(row.enterprise_id, row.position)
        return Visit(
            row.id, row.corrected_at, row.received_at, row.inspector_id, None, names, near, row.clock_doubt, row.nil,
            row.duties,
        )  # fmt: skip

    def followed(self, row: FollowUp) -> Visit:
        near = self._near(row.enterprise_id, row.position)
        names = frozenset(each["name"] for each in row.participants)
        return Visit(row.id, row.at, row.recorded_at, row.user_id, row.manner, names, near, row.doubt)

    def _near(self, id: UUID, here: Mapping[str, Any] | None) -> bool | None:
        there = self.positions[id]
        if not here or not there:
            return None
        doubt = (here.get("accuracy_m") or 0) + (there.get("accuracy_m") or 0)
        return metres(here, there) <= self.policy.grounds_m + doubt


def metres(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """How far two positions are apart, in the later of their datums: positions are only converted forward."""
    order = list(Datum)
    datum = max(Datum(one["datum"]), Datum(other["datum"]), key=order.index)
    here, there = (forward(Point(each["lon"], each["lat"]), Datum(each["datum"]), datum) for each in (one, other))
    return distance(here, there)
