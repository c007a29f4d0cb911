"""An enterprise moves to another area, and everything of it with it."""

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from app.foundation.columns import Row
from app.foundation.dialects import table_of
from app.journal.events import Event, Recorded
from app.people.models import Enterprise


def move(session: Session, enterprise: Enterprise) -> None:
    """Let every row of the enterprise, in whatever table, and its events, follow it to its area.

    `area_code` says who may see a row, not what happened to it: the move is one event of the enterprise, and rows
    follow without events of their own. The caller holds the enterprise, so that nothing is added to it meanwhile
    by whoever asks for it with `hold`.
    """
    _follow(session, Enterprise, select(Enterprise.id).where(Enterprise.id == enterprise.id), enterprise.area_code)
    for mapper in Row.registry.mappers:
        table = table_of(mapper.class_)
        if mapper.class_ is Event or not {"enterprise_id", "area_code"} <= set(table.c.keys()):
            continue
        own = table.c.enterprise_id == enterprise.id
        session.execute(update(table).where(own).values(area_code=enterprise.area_code))
        if issubclass(mapper.class_, Recorded):
            _follow(session, mapper.class_, select(table.c.id).where(own), enterprise.area_code)


def _follow(session: Session, kind: type[Recorded], ids: Select[*tuple[object, ...]], area_code: str) -> None:
    """Route the events of these subjects to their new readers; found by subject, which is indexed."""
    theirs = (Event.subject_kind == kind.KIND, Event.subject_id.in_(ids))
    session.execute(update(Event).where(*theirs).values(area_code=area_code))
