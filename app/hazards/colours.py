"""The level of the moment of risks: what open hazards make of them. The risk list asks, by `main`."""

from collections import defaultdict
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
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
        merged = select(Risk.id, Risk.merged_into).where(Risk.merged_into.in_(levels))
        into = {id: id for id in levels} | {id: target for id, target in session.execute(merged) if target}
        shown = (Hazard.id, Hazard.risk_id, Hazard.measure_id, Hazard.level, Hazard.description, Hazard.reported_at)
        rows = session.execute(select(*shown).where(Hazard.risk_id.in_(into), IS_OPEN)).all()
        for row in sorted(rows, key=lambda row: (row.level != Level.MAJOR, row.reported_at, row.id)):
            major = row.level == Level.MAJOR
            told = RaisedBy(hazard_id=row.id, measure_id=row.measure_id, major=major, description=row.description)
            because[into[row.risk_id]].append(told)
    return {id: raised(level, tuple(because[id])) for id, level in levels.items()}
