"""The signs of one report: judged by itself, and by the same person's reports before it."""

from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.diligence import reading, words
from app.diligence.listing import looked_into, may_see
from app.diligence.rules import judge, thresholds
from app.foundation.calendar import add_days, start_of_day
from app.foundation.front import Reader
from app.inspections.models import Inspection
from app.inspections.signs import Signs, SignView
from app.people.scope import Caller

BEFORE: Final = 40  # reports, and
DAYS: Final = 14  # days before this one, in which it may have been the same


def signs_of(session: Session, caller: Caller, inspection_id: UUID, reader: Reader) -> tuple[SignView, ...] | None:
    """What is noticed about a report that the caller sees; None, if he is not told."""
    if not may_see(caller):
        return None
    own = select(*reading.OWN).where(Inspection.id == inspection_id, *looked_into(caller))
    row = session.execute(own).one_or_none()
    if row is None:
        return None
    before = (
        select(*reading.OWN)
        .where(
            Inspection.enterprise_id == row.enterprise_id,
            Inspection.inspector_id == row.inspector_id,
            Inspection.corrected_at < row.corrected_at,
            Inspection.corrected_at >= start_of_day(add_days(row.corrected_at, -DAYS)),
        )
        .order_by(Inspection.corrected_at.desc())
        .limit(BEFORE)
    )
    reports = reading.whole(session, [row, *session.execute(before)])
    found = judge(reports, thresholds())[inspection_id]
    return tuple(words.view(each.noticed, reader) for each in found.values() if each.noticed)


SIGNS: Final = Signs(signs_of)
