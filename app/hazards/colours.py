"""The level of the moment of risks: what open hazards make of them. The risk list asks, by `main`."""

from collections import defaultdict
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from app.hazards.models import IS_OPEN, Hazard
from app.risks.levels import Current, Levels, RaisedBy, raised
from app.risks.models import Risk
from app.sorting.terms import Level


def live_levels(session: Session, levels: Levels) -> Mapping[UUID, Current]:
    """Each risk with the open hazards on its measures, or on a candidate that was merged into it: worst and oldest
    first. A possible major hazard counts as one until a person has lowered it."""
    because: defaultdict[UUID, list[RaisedBy]] = defaultdict(list)
    if levels:
        shown = (Hazard.id, Hazard.measure_id, Hazard.level, Hazard.description, Hazard.reported_at)
        own = select(Hazard.risk_id.label("risk"), *shown).where(Hazard.risk_id.in_(levels), IS_OPEN)
        merged = select(Risk.merged_into.label("risk"), *shown).join(Risk, Risk.id == Hazard.risk_id)
        merged = merged.where(Risk.merged_into.in_(levels), IS_OPEN)
        rows = session.execute(union_all(own, merged)).all()
        for row in sorted(rows, key=lambda row: (row.level != Level.MAJOR, row.reported_at, row.id)):
            major = row.level == Level.MAJOR
            told = RaisedBy(hazard_id=row.id, measure_id=row.measure_id, major=major, description=row.description)
            because[row.risk].append(told)
    return {id: raised(level, tuple(because[id])) for id, level in levels.items()}
