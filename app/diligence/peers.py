"""What enterprises of the same county, size and trade report of themselves: counted, and never named."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Text, case, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from app.diligence.rules import Findings
from app.foundation.columns import has_word
from app.inspections.models import Inspection
from app.people.models import Enterprise, User

PEERS_LIMIT: Final = 100


def own_findings(session: Session, ids: Collection[UUID], since: datetime, until: datetime) -> dict[UUID, Findings]:
    """How many reports enterprises made of themselves, and how many of these had a finding."""
    counted = (
        func.count(), func.sum(case((Inspection.findings > 0, 1), else_=0)), func.min(Inspection.corrected_at),
        func.max(Inspection.corrected_at),
    )  # fmt: skip
    days = (Inspection.corrected_at >= since, Inspection.corrected_at < until)
    of_their_own = (User.id == Inspection.inspector_id) & (User.enterprise_id == Inspection.enterprise_id)
    query = select(Inspection.enterprise_id, *counted).join(User, of_their_own)
    found: dict[UUID, Findings] = {}
    listed = list(ids)
    for start in range(0, len(listed), 500):
        part = Inspection.enterprise_id.in_(listed[start : start + 500])
        for id, *told in session.execute(query.where(part, *days).group_by(Inspection.enterprise_id)):
            found[id] = Findings(*told)
    return found


def peers_of(session: Session, works: Sequence[Any]) -> dict[UUID, list[UUID]]:
    """For each of these enterprises (id, county, scale, sectors) others like it: asked once for those alike."""
    asked: dict[tuple[Any, ...], list[UUID]] = {}
    for row in works:
        if row.sectors and row.scale:
            asked.setdefault((row.county_code, row.scale, tuple(sorted(row.sectors))), []).append(row.id)
    found: dict[UUID, list[UUID]] = {}
    for (county, scale, sectors), ids in asked.items():
        trade = or_(*(has_word(type_coerce(Enterprise.sectors, Text), sector) for sector in sectors))
        like = select(Enterprise.id).where(Enterprise.county_code == county, Enterprise.scale == scale, trade)
        alike = session.scalars(like.order_by(Enterprise.name, Enterprise.id).limit(PEERS_LIMIT)).all()
        found |= {id: [other for other in alike if other != id] for id in ids}
    return found
