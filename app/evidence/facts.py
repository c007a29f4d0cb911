"""What has to be known to judge photos: read for many at once, in a few queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.evidence.judging import Told, Use, Window
from app.evidence.models import PhotoFacts, PhotoLikeness
from app.hazards.models import Hazard
from app.inspections.models import Finding, Inspection
from app.people.models import Enterprise
from app.photos.models import Photo, PhotoUse, Purpose

A_WALK: Final = timedelta(days=1)
"""How long before a report its pictures may have been taken, where it does not say when it began."""

OTHERS: Final = 200
"""Uses of one picture that are looked at: the first ones."""


@dataclass(frozen=True, slots=True)
class Case:
    """One photo in one record, with all that is known of it."""

    row: PhotoUse
    use: Use
    told: Told
    others: Mapping[Use, float]


def cases(session: Session, rows: Sequence[PhotoUse]) -> list[Case]:
    """All that is known of these uses."""
    known = _Known(session, rows)
    return [Case(row, known.use(row), known.told(row), known.others(row)) for row in rows]


class _Known:
    """What several photos are judged by."""

    def __init__(self, session: Session, rows: Sequence[PhotoUse]) -> None:
        hashes = {row.sha256 for row in rows}
        self._alike: dict[str, dict[str, float]] = {sha256: {sha256: 1.0} for sha256 in hashes}
        for pair in session.scalars(select(PhotoLikeness).where(PhotoLikeness.sha256.in_(hashes))):
            self._alike[pair.sha256][pair.other] = min(pair.likeness, 0.999)
        facts = select(PhotoFacts.sha256, PhotoFacts.exif).where(PhotoFacts.sha256.in_(hashes))
        self._exif: dict[str, dict[str, Any] | None] = dict(iter(session.execute(facts)))
        self._photos = {photo.sha256: photo for photo in _all(session, Photo, Photo.sha256, hashes)}
        self._uses = self._of_the_same(session)
        subjects = {row.subject_id for row in (*rows, *self._uses)}
        self._findings = {found.id: found for found in _all(session, Finding, Finding.id, subjects)}
        walks = {found.inspection_id for found in self._findings.values()} - {None}
        self._walks = {walk.id: walk for walk in _all(session, Inspection, Inspection.id, walks)}
        self._hazards = {each.id: each for each in _all(session, Hazard, Hazard.id, {row.subject_id for row in rows})}
        works = {row.enterprise_id for row in rows}
        self._works = {each.id: each for each in _all(session, Enterprise, Enterprise.id, works)}

    def _of_the_same(self, session: Session) -> Sequence[PhotoUse]:
        """The first uses of each picture that is looked at, or of one like it."""
        found: list[PhotoUse] = []
        for alike in {frozenset(each) for each in self._alike.values()}:
            used = select(PhotoUse).where(PhotoUse.sha256.in_(alike), PhotoUse.arrived_at.is_not(None))
            found += session.scalars(used.order_by(PhotoUse.declared_at, PhotoUse.id).limit(OTHERS))
        return list({row.id: row for row in found}.values())

    def use(self, row: PhotoUse) -> Use:
        finding = self._findings.get(row.subject_id)
        record = (finding.hazard_id if finding else None) or row.subject_id
        return Use(
            row.id, row.sha256, record, row.subject_kind, row.subject_id, row.enterprise_id, row.purpose,
            row.declared_by, row.declared_at,
        )  # fmt: skip

    def others(self, row: PhotoUse) -> dict[Use, float]:
        alike = self._alike[row.sha256]
        same = [other for other in self._uses if other.id != row.id and other.sha256 in alike]
        return {self.use(other): alike[other.sha256] for other in same}

    def told(self, row: PhotoUse) -> Told:
        photo = self._photos.get(row.sha256)
        more: dict[str, Any] = {"content_type": photo.content_type, "size": _size(photo)} if photo else {}
        return Told(
            exif=self._exif.get(row.sha256), taken_at=row.taken_at, position=row.position, window=self._window(row),
            sites=self._sites(row), **more,
        )  # fmt: skip

    def _window(self, row: PhotoUse) -> Window | None:
        """What a finding shows was there when it was found; what was put right, since then; a review, after that."""
        hazard = self._hazards.get(row.subject_id)
        if row.purpose in {Purpose.FINDING, Purpose.SEEN_AGAIN}:
            finding = self._finding_of(row)
            return self._walk(finding) if finding else None
        if hazard is None:
            return None
        if row.purpose is Purpose.BEFORE:
            return Window(hazard.found_at - A_WALK, row.declared_at)
        done = hazard.rectified_at if row.purpose is Purpose.REVIEW else None
        since = done if done and done <= row.declared_at else hazard.found_at
        return Window(min(since, row.declared_at), row.declared_at)

    def _finding_of(self, row: PhotoUse) -> Finding | None:
        """The finding that a photo shows; of what was seen again, the one that was told in the same breath."""
        if row.purpose is Purpose.FINDING:
            return self._findings.get(row.subject_id)
        told = (row.sha256, row.declared_by, row.declared_at)
        beside = [u for u in self._uses if (u.sha256, u.declared_by, u.declared_at) == told]
        return next((self._findings[u.subject_id] for u in beside if u.purpose is Purpose.FINDING), None)

    def _walk(self, finding: Finding) -> Window:
        walk = self._walks.get(finding.inspection_id) if finding.inspection_id else None
        correction = timedelta(seconds=walk.clock_correction_s or 0) if walk else _correction(finding)
        began: datetime = walk.started_at + correction if walk and walk.started_at else finding.corrected_at - A_WALK
        until = min(finding.received_at, finding.corrected_at + A_WALK / 2)
        return Window(min(began, finding.corrected_at), max(until, finding.corrected_at), correction)

    def _sites(self, row: PhotoUse) -> list[Mapping[str, Any]]:
        """Where it should have been taken. A finding's own position is the word of the phone that took the photo, so
        it counts only where the map does not know the enterprise; what is put right may be shown at either."""
        hazard, works = self._hazards.get(row.subject_id), self._works.get(row.enterprise_id)
        on_the_map = [works.position] if works and works.position else []
        if not hazard or not hazard.datum or (on_the_map and row.purpose in {Purpose.FINDING, Purpose.SEEN_AGAIN}):
            return [*on_the_map]
        names = ("lon", "lat", "datum", "accuracy_m")
        return [*on_the_map, {name: getattr(hazard, name) for name in names}]


def _correction(finding: Finding) -> timedelta:
    return finding.corrected_at - finding.performed_at


def _size(photo: Photo) -> tuple[int, int]:
    return photo.width or 0, photo.height or 0


def _all(session: Session, kind: Any, key: Any, wanted: Iterable[Any]) -> Iterable[Any]:
    keys: list[UUID | str] = list(wanted)
    return session.scalars(select(kind).where(key.in_(keys))) if keys else ()
