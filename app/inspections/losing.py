"""Photos that inspections and findings named, and that will never come: it is on record in each."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.calendar import local_date
from app.inspections.models import Finding, Inspection, InspectionResult
from app.inspections.terms import TITLES as WORDS
from app.inspections.terms import Kind
from app.journal import events
from app.people.scope import Caller
from app.photos.losing import Loss
from app.photos.missing import Titles
from app.risks.models import ControlMeasure

RESULT: Final = "result"  # a photo of a result is in the story of its inspection


def photos_lost(session: Session, caller: Caller, loss: Loss) -> None:
    """Say so in the story of every finding and inspection that named it."""
    shown = InspectionResult.id.in_(loss.of(RESULT))
    whole = {*loss.of(Inspection.KIND), *session.scalars(select(InspectionResult.inspection_id).where(shown))}
    _tell(session, caller, loss, Inspection, sorted(whole))
    _tell(session, caller, loss, Finding, loss.of(Finding.KIND))


def _tell(session: Session, caller: Caller, loss: Loss, table: Any, ids: Sequence[UUID]) -> None:
    found = select(table).where(table.id.in_(ids)).order_by(table.id).with_for_update()
    for row in session.scalars(found).all() if ids else ():
        events.change(session, row, "photos_lost", caller, {}, loss.told(), revises=False)


def _findings(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, str]:
    return dict(iter(session.execute(select(Finding.id, Finding.description).where(Finding.id.in_(ids)))))


def _inspections(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """By the day and the kind, as 2026-11-23 日常排查."""
    told = select(Inspection.id, Inspection.corrected_at, Inspection.kind).where(Inspection.id.in_(ids))
    return {id: f"{local_date(at)} {WORDS[Kind][kind]}" for id, at, kind in session.execute(told)}


def _results(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, str]:
    measured = select(InspectionResult.id, ControlMeasure.description)
    measured = measured.join(ControlMeasure, ControlMeasure.id == InspectionResult.measure_id)
    return dict(iter(session.execute(measured.where(InspectionResult.id.in_(ids)))))


TITLES: Final[Mapping[str, Titles]] = {Finding.KIND: _findings, Inspection.KIND: _inspections, RESULT: _results}
