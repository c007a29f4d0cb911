"""The facts of many reports, read in a few questions however many there are."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.diligence.rules import Look, Point, Report, Window
from app.duties.models import InspectionDuty
from app.foundation.columns import as_text
from app.inspections.models import Finding, Inspection, InspectionResult
from app.photos.models import PhotoUse
from app.risks.models import ControlMeasure, Risk

BATCH: Final = 1000
KINDS: Final = (Inspection.KIND, "result", Finding.KIND)
OWN: Final = (
    Inspection.id, Inspection.enterprise_id, Inspection.inspector_id, Inspection.corrected_at,
    Inspection.performed_at, Inspection.started_at, Inspection.clock_correction_s, Inspection.results,
    Inspection.findings, Inspection.photos, Inspection.duties,
)  # fmt: skip
EVIDENT: Final = frozenset({"reused", "reused_elsewhere"})


def reports(session: Session, wanted: Sequence[ColumnElement[bool]]) -> Iterator[list[Report]]:
    """The reports that are asked for, those of one enterprise together, in order."""
    rows = session.execute(
        select(*OWN).where(*wanted).order_by(Inspection.enterprise_id, Inspection.corrected_at)
    ).all()
    batch: list[Any] = []
    for at, row in enumerate(rows):
        batch.append(row)
        last = at + 1 == len(rows) or rows[at + 1].enterprise_id != row.enterprise_id
        if last and (len(batch) >= BATCH or at + 1 == len(rows)):
            yield from _by_enterprise(whole(session, batch))
            batch = []


def _by_enterprise(listed: Iterable[Report]) -> Iterator[list[Report]]:
    found: dict[UUID, list[Report]] = defaultdict(list)
    for report in listed:
        found[report.enterprise_id].append(report)
    yield from found.values()


def whole(session: Session, rows: Sequence[Any]) -> list[Report]:
    """These inspections with what was looked at, found and shown."""
    looks, place_of = _looks(session, [row.id for row in rows if row.results], [row.id for row in rows if row.photos])
    findings = _findings(session, [row.id for row in rows if row.findings])
    windows = _windows(session, [row.id for row in rows if row.duties])
    shown = _shown(session, [row.id for row in rows if row.photos], findings, place_of)
    return [
        Report(
            id=row.id, enterprise_id=row.enterprise_id, inspector_id=row.inspector_id, at=row.corrected_at,
            performed_at=row.performed_at, started_at=row.started_at,
            correction=timedelta(seconds=row.clock_correction_s or 0), looks=tuple(looks.get(row.id, ())),
            findings=tuple(text for _, text, _ in findings.get(row.id, ())), windows=tuple(windows.get(row.id, ())),
            points=tuple(shown[row.id].points) if row.id in shown else (),
            photos=shown[row.id].photos if row.id in shown else 0,
            reused=shown[row.id].reused if row.id in shown else 0,
        )
        for row in rows
    ]  # fmt: skip


def _looks(
    session: Session, ids: Sequence[UUID], with_photos: Sequence[UUID]
) -> tuple[dict[UUID, list[Look]], dict[UUID, tuple[UUID, str]]]:
    """What was looked at, by inspection; and for each result that may have pictures its inspection and place."""
    looks: dict[UUID, list[Look]] = defaultdict(list)
    own = InspectionResult
    text = (
        as_text(own.inspection_id).label("inspection"),
        as_text(own.measure_id).label("measure"),
    )  # no objects of these
    columns = (*text, own.status, own.checked_at, own.note)
    for part in _parts(ids):
        by_text = {str(id): looks[id] for id in part}
        for row in session.execute(select(*columns).where(own.inspection_id.in_(part))):
            inspection, measure, status, checked_at, note = row
            by_text[inspection].append(Look(measure, status, checked_at, note))
    places: dict[UUID, tuple[UUID, str]] = {}
    for part in _parts(with_photos):
        at = select(own.id, own.inspection_id, ControlMeasure.risk_id, Risk.unit_id)
        joined = at.join(ControlMeasure, ControlMeasure.id == own.measure_id).join(
            Risk, Risk.id == ControlMeasure.risk_id
        )
        for id, inspection_id, risk_id, unit_id in session.execute(joined.where(own.inspection_id.in_(part))):
            places[id] = inspection_id, str(unit_id or risk_id)
    return looks, places


def _findings(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[tuple[UUID, str, str | None]]]:
    """What was found: id, text and place, by inspection."""
    found: dict[UUID, list[tuple[UUID, str, str | None]]] = defaultdict(list)
    columns = (Finding.inspection_id, Finding.id, Finding.description, Finding.place)
    for part in _parts(ids):
        for row in session.execute(select(*columns).where(Finding.inspection_id.in_(part)).order_by(Finding.number)):
            found[row.inspection_id].append((row.id, row.description, row.place))
    return found


def _windows(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[Window]]:
    """The ends of the periods that reports were for."""
    found: dict[UUID, list[Window]] = defaultdict(list)
    columns = (InspectionDuty.inspection_id, InspectionDuty.closes_at, InspectionDuty.shift)
    for part in _parts(ids):
        for row in session.execute(select(*columns).where(InspectionDuty.inspection_id.in_(part))):
            found[row.inspection_id].append(Window(row.closes_at, row.shift))
    return found


class Shown:
    """The pictures of one report: when it named each, and which an earlier one had shown."""

    def __init__(self) -> None:
        self.points: list[Point] = []
        self.named_at: dict[str, datetime] = {}
        self.again: set[str] = set()

    @property
    def photos(self) -> int:
        return len(self.named_at)

    @property
    def reused(self) -> int:
        return len(self.again)

    def add(self, use: Any, place: str) -> None:
        self.named_at[use.sha256] = min(use.declared_at, self.named_at.get(use.sha256, use.declared_at))
        if use.position and place:
            where = (use.position["lon"], use.position["lat"], use.position["datum"])
            self.points.append(Point(place, where, use.position.get("accuracy_m")))
        if use.evidence and EVIDENT & {flag["code"] for flag in use.evidence["flags"]}:
            self.again.add(use.sha256)


def _shown(
    session: Session,
    ids: Sequence[UUID],
    findings: dict[UUID, list[tuple[UUID, str, str | None]]],
    places: dict[UUID, tuple[UUID, str]],
) -> dict[UUID, Shown]:
    """The pictures of reports; which of them an earlier report had shown, by their bytes or as evidence was checked."""
    of = {id: (id, "") for id in ids} | places
    for id in ids:
        of |= {finding: (id, place or "") for finding, _, place in findings.get(id, ())}
    told: dict[UUID, Shown] = defaultdict(Shown)
    first: dict[str, datetime] = {}
    columns = (PhotoUse.subject_id, PhotoUse.sha256, PhotoUse.position, PhotoUse.evidence, PhotoUse.declared_at)
    for part in _parts(list(of)):
        here = (PhotoUse.subject_id.in_(part), PhotoUse.subject_kind.in_(KINDS))
        for row in session.execute(select(*columns).where(*here)):
            inspection, place = of[row.subject_id]
            told[inspection].add(row, place)
        since = select(PhotoUse.sha256, func.min(PhotoUse.declared_at).label("at"))
        known = since.where(PhotoUse.sha256.in_(select(PhotoUse.sha256).where(*here)), PhotoUse.subject_kind.in_(KINDS))
        first |= {row.sha256: row.at for row in session.execute(known.group_by(PhotoUse.sha256))}
    for shown in told.values():
        shown.again |= {sha256 for sha256, at in shown.named_at.items() if first[sha256] < at}
    return told


def _parts(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    """A thousand ids at a time."""
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
