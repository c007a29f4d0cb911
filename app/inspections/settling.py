"""Carrying out where findings end: the rows, photos and events of each, on whichever list it is."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.foundation.problems import Problem
from app.hazards import commands as hazards
from app.hazards.bodies import RectifyOnTheSpot
from app.hazards.models import IS_OPEN, Hazard
from app.hazards.stages import stage_due
from app.hazards.terms import OPEN, Origin, State
from app.inspections.clocks import Times
from app.inspections.models import Finding
from app.inspections.placing import Known, Open, Placed, Seen, place
from app.inspections.schemas import PhotoEntry
from app.journal import events
from app.journal.events import Recorded
from app.people.models import Enterprise
from app.people.scope import Caller
from app.photos import uses
from app.photos.models import Purpose
from app.risks.commands import PROPOSED, candidate
from app.risks.models import ControlMeasure, Risk
from app.sorting.proposals import Proposals
from app.sorting.terms import Level, ListName, Method
from app.sorting.verdict import Sorting

SAID = {"list", "level", "criterion", "seen_again", "rectified_on_the_spot"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What the findings of one request share. `entries` is what the phone knows of its photos, `device` which phone it
    is; `reported_by` who saw it, if not the caller."""

    enterprise: Enterprise
    origin: Origin
    times: Times
    position: dict[str, Any] | None = None
    inspection_id: UUID | None = None
    reported_by: UUID | None = None
    entries: Mapping[str, PhotoEntry] = field(default_factory=dict)
    device: dict[str, Any] | None = None

    def photo(self, kind: str, subject_id: UUID, sha256: str, purpose: Purpose) -> uses.Named:
        """One photo of a record, with what the phone knows of it."""
        entry = self.entries.get(sha256) or PhotoEntry(sha256=sha256)
        position = entry.position.model_dump(mode="json") if entry.position else None
        works = self.enterprise
        return uses.Named(
            kind, subject_id, works.id, works.area_code, sha256, purpose, entry.taken_at, position, entry.bytes,
            uses.device_id(self.device),
        )  # fmt: skip


def settle(
    session: Session,
    caller: Caller,
    sighting: Sighting,
    findings: Sequence[Seen],
    risk_of: Mapping[UUID, UUID],
    also: Sequence[uses.Named] = (),
) -> None:
    """Put findings on their lists; the photos `also` named, of other records, are declared with theirs.

    Raises:
        NotFound, Conflict: a finding is said to be a hazard that it can not be; or a person that nobody knows.
    """
    if also or any(_all_photos(each) for each in findings):
        uses.one_photo_at_a_time(session, caller.id)  # before hazards are locked, as uploads do
    known = _hazards_meant(session, sighting.enterprise.id, findings)
    placed = place(findings, Open(_known(hazard) for hazard in known.values()), risk_of)
    named = [photo for each in placed for photo in _photos(sighting, each, known)]
    missing = uses.declare(session, caller, [*named, *also]).missing
    waiting = {photo.key for photo in missing}
    made: list[tuple[Recorded, str, dict[str, Any]]] = [
        (_finding(caller, sighting, each, number), "reported", _shown(each))
        for number, each in enumerate(placed, start=1)
    ]
    made += [(_candidate(sighting, each), PROPOSED, {}) for each in placed if each.opens_candidate]
    events.create_all(session, made, caller, at=sighting.times.corrected_at)
    for each in placed:
        with at(each.seen.pointer):
            _put_on_list(session, caller, sighting, each, known, _counts(each.seen, waiting))


def _hazards_meant(session: Session, enterprise_id: UUID, findings: Sequence[Seen]) -> dict[UUID, Hazard]:
    """The hazards that may be seen again, oldest first: the open ones on the measures, and those meant by name.

    The measures are locked, so that of two findings at once the second sees the hazard that the first one made; so
    are the hazards.
    """
    measures = sorted({each.told.measure_id for each in findings if each.told.measure_id})
    meant = {each.told.seen_again for each in findings if each.told.seen_again}
    if measures:
        taken = select(ControlMeasure.id).where(ControlMeasure.id.in_(measures)).order_by(ControlMeasure.id)
        session.execute(taken.with_for_update(key_share=True)).all()
    if not measures and not meant:
        return {}
    wanted = or_(Hazard.id.in_(meant), and_(Hazard.measure_id.in_(measures), IS_OPEN))
    found = select(Hazard).where(Hazard.enterprise_id == enterprise_id, wanted).order_by(Hazard.id).with_for_update()
    oldest_first = sorted(session.scalars(found), key=lambda hazard: (hazard.reported_at, hazard.id))
    return {hazard.id: hazard for hazard in oldest_first}


def _known(hazard: Hazard) -> Known:
    return Known(hazard.id, hazard.level, hazard.measure_id, hazard.state in OPEN)


def _all_photos(seen: Seen) -> tuple[str, ...]:
    """What a finding shows, and what was put right there."""
    done = seen.told.rectified_on_the_spot
    return (*seen.photos, *done.photos_before, *done.photos_after) if done else seen.photos


def _photos(sighting: Sighting, placed: Placed, known: Mapping[UUID, Hazard]) -> Iterator[uses.Named]:
    """The finding's photos; the hazard that it saw again shows them too, and what was put right where that is not
    an action of its own."""
    seen = placed.seen
    for sha256 in seen.photos:
        yield sighting.photo(Finding.KIND, seen.id, sha256, Purpose.FINDING)
    if placed.seen_again and placed.hazard_id:
        hazard = known.get(placed.hazard_id)
        told_there = hazard is None or hazard.state is State.REPORTED
        for sha256 in seen.photos if told_there else _all_photos(seen):
            yield sighting.photo(Hazard.KIND, placed.hazard_id, sha256, Purpose.SEEN_AGAIN)


def _finding(caller: Caller, sighting: Sighting, placed: Placed, number: int) -> Finding:
    seen, times = placed.seen, sighting.times
    return Finding(
        id=seen.id,
        enterprise_id=sighting.enterprise.id,
        area_code=sighting.enterprise.area_code,
        inspection_id=sighting.inspection_id,
        number=number,
        description=seen.told.description,
        place=seen.told.place,
        measure_id=seen.told.measure_id,
        said=seen.told.model_dump(mode="json", include=SAID, exclude_none=True),
        origin=sighting.origin,
        list=seen.sorting.list,
        sorting=seen.sorting.model_dump(mode="json"),
        due_at=decision_due(times.received_at) if seen.sorting.list is ListName.PENDING else None,
        hazard_id=placed.hazard_id,
        risk_id=placed.risk_id,
        seen_again=placed.seen_again,
        position=sighting.position,
        reported_by=caller.id,
        reporter_name=caller.name,
        performed_at=times.performed_at,
        corrected_at=times.corrected_at,
        received_at=times.received_at,
    )


def _counts(seen: Seen, waiting: Collection[tuple[UUID, Purpose, str]]) -> uses.Counts:
    here = [sha256 for sha256 in seen.photos if (seen.id, Purpose.FINDING, sha256) not in waiting]
    return uses.Counts(len(seen.photos) - len(here), first_arrived=here[0] if here else None)


def decision_due(since: datetime) -> datetime:
    """Until when a person should decide: as long as a hazard may wait to be confirmed."""
    due: datetime = stage_due(State.REPORTED, Level.GENERAL, since, None, plan_pending=False)
    return due


def _candidate(sighting: Sighting, placed: Placed) -> Risk:
    seen = placed.seen
    told = (seen.told.description, seen.told.place)
    return candidate(sighting.enterprise, seen.id, *told, hazard_id=placed.hazard_id)


def _put_on_list(
    session: Session,
    caller: Caller,
    sighting: Sighting,
    placed: Placed,
    known: dict[UUID, Hazard],
    photos: uses.Counts,
) -> None:
    seen, found_at = placed.seen, sighting.times.corrected_at
    if placed.opens_hazard:
        known[seen.id] = hazards.report(session, caller, new_hazard(sighting, placed, photos))
    elif placed.hazard_id:
        told = {"finding_id": seen.id, "description": _note(seen)} | _shown(placed)
        hazards.see_again(session, caller, known[placed.hazard_id], found_at, told)
    hazard, done = known.get(placed.hazard_id or seen.id), seen.told.rectified_on_the_spot
    if hazard and done and hazard.state is State.REPORTED:
        with at("/rectified_on_the_spot"):
            hazards.rectify_on_the_spot(session, caller, hazard, RectifyOnTheSpot(**dict(done), device=sighting.device))


def new_hazard(sighting: Sighting, placed: Placed, photos: uses.Counts) -> hazards.NewHazard:
    """What a finding tells the hazard list."""
    seen, sorting = placed.seen, placed.seen.sorting
    proposed = sorting.proposals or Proposals()
    accident = proposed.accident_type
    return hazards.NewHazard(
        id=seen.id,
        enterprise=sighting.enterprise,
        description=seen.told.description,
        level=sorting.level or Level.GENERAL,
        level_by=sorting.method or Method.DECLARED,
        origin=sighting.origin,
        found_at=sighting.times.corrected_at,
        place=seen.told.place,
        position=sighting.position,
        criterion=criterion_of(sorting),
        factor=proposed.factor.value if proposed.factor else None,
        discipline=proposed.discipline.value if proposed.discipline else None,
        accident_type=accident.code if accident else None,
        accident_standard=accident.standard if accident else None,
        inspection_id=sighting.inspection_id,
        measure_id=seen.told.measure_id,
        risk_id=placed.risk_id,
        reported_by=sighting.reported_by,
        photos=photos,
    )


def criterion_of(sorting: Sorting) -> str | None:
    """The criterion that makes it a major one, if one does."""
    return sorting.criteria[0].code if sorting.criteria and sorting.level is Level.MAJOR else None


def _shown(placed: Placed) -> dict[str, Any]:
    """The photos that a finding names: said in its event, so that none can be exchanged later."""
    return {"photos": placed.seen.photos} if placed.seen.photos else {}


def _note(seen: Seen) -> str:
    """What the hazard's story says of it: what was seen, and what was done about it on the spot."""
    done = seen.told.rectified_on_the_spot
    return f"{seen.told.description}\n即查即改：{done.measures_taken}" if done else seen.told.description


@contextmanager
def at(pointer: str) -> Iterator[None]:
    """Let a problem with a part say where in the whole that part stands."""
    try:
        yield
    except Problem as problem:
        for fault in problem.faults:
            fault["pointer"] = pointer + fault["pointer"]
        raise
