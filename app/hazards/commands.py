"""Changing the hazard list: one transaction, one event for each subject that changes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.criteria.current import criteria_of
from app.foundation.clock import now
from app.foundation.dialects import next_number
from app.foundation.problems import IllegalTransition
from app.foundation.wire import Body
from app.hazards import persons, queries
from app.hazards.conditions import judged_by, problem_of, sensible
from app.hazards.effects import JUDGED_BY_PHOTOS, Step, left_without_evidence
from app.hazards.facts import Judged
from app.hazards.loop import LOOP, Action, allowed_actions
from app.hazards.models import Hazard
from app.hazards.persons import Meant
from app.hazards.stages import stage_due
from app.hazards.terms import Origin, State
from app.journal import events
from app.people.models import Enterprise
from app.people.scope import Caller
from app.photos import uses
from app.photos.losing import Loss
from app.photos.models import PhotoUse, Purpose
from app.sorting.terms import Discipline, Factor, Level, Method

NO_PHOTOS: Final = uses.Counts()

# Which of a body's fields name photos, and as what.
NAMING: Final = ("photos", "photos_before", "photos_after", "signed_document")
PURPOSES: Final[Mapping[str, Purpose]] = {
    "photos_before": Purpose.BEFORE,
    "photos_after": Purpose.RECTIFICATION,
    "signed_document": Purpose.SIGNED_DOCUMENT,
}
OF_ACTION: Final[Mapping[str, Purpose]] = {
    "rectify": Purpose.RECTIFICATION,
    "comment": Purpose.COMMENT,
    "remind": Purpose.COMMENT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHazard:
    """What a finding tells the hazard list. The hazard keeps the finding's id; `reported_by` who found it, where
    somebody else puts it on the list. Its kind is what the words propose, until somebody says it."""

    id: UUID
    enterprise: Enterprise
    description: str
    level: Level
    level_by: Method
    origin: Origin
    found_at: datetime
    place: str | None = None
    position: Mapping[str, Any] | None = None
    criterion: str | None = None
    factor: Factor | None = None
    discipline: Discipline | None = None
    accident_type: str | None = None
    accident_standard: str | None = None
    inspection_id: UUID | None = None
    measure_id: UUID | None = None
    risk_id: UUID | None = None
    reported_by: UUID | None = None
    photos: uses.Counts = NO_PHOTOS


def report(session: Session, caller: Caller, new: NewHazard) -> Hazard:
    """Put a finding on the hazard list. Its level is unconfirmed, whatever it is: a person confirms it."""
    at, works = now(), new.enterprise
    number = f"H{at.year}-{next_number(session, 'hazard_numbers'):06d}"
    position = new.position or works.position or {}
    hazard = Hazard(
        id=new.id,
        enterprise_id=works.id,
        area_code=works.area_code,
        number=number,
        description=new.description,
        place=new.place,
        datum=position.get("datum"),
        lon=position.get("lon"),
        lat=position.get("lat"),
        accuracy_m=position.get("accuracy_m"),
        search_text=words_of(new.description, new.place, number, works.name),
        level=new.level,
        level_confirmed=False,
        level_by=new.level_by,
        criterion=new.criterion,
        factor=new.factor,
        discipline=new.discipline,
        accident_type=new.accident_type,
        accident_standard=new.accident_standard,
        origin=new.origin,
        inspection_id=new.inspection_id,
        measure_id=new.measure_id,
        risk_id=new.risk_id,
        reported_by=new.reported_by or caller.id,
        reported_at=at,
        found_at=new.found_at,
        last_seen_at=new.found_at,
        state=State.REPORTED,
        stage_due_at=stage_due(State.REPORTED, new.level, at, None, plan_pending=False),
        photos_missing=new.photos.missing,
        thumbnail=new.photos.first_arrived,
    )
    events.create(session, hazard, "reported", caller, {}, at=new.found_at)
    return hazard


def words_of(*texts: str | None) -> str:
    """What a list is searched in."""
    return " ".join(text or "" for text in texts).casefold()


def see_again(session: Session, caller: Caller, hazard: Hazard, found_at: datetime, said: dict[str, Any]) -> None:
    """A later finding of what is already on the list: its photos join the hazard's (`hazard` is locked)."""
    changes = _photo_counts(hazard, hazard.rectification, _counted(session, hazard))
    if found_at > hazard.last_seen_at:
        changes["last_seen_at"] = found_at
    events.change(session, hazard, "seen_again", caller, changes, said, at=found_at, revises=False)


def act(
    session: Session, caller: Caller, hazard_id: UUID, action: Action, body: Body, seen: Callable[[Judged], None]
) -> None:
    """Take a hazard a step further, as its row in the loop says; `seen` holds it against what the client saw.

    Raises:
        NotFound: the hazard, or a person named in the body, is outside the caller's scope.
        StaleRevision: the client saw another revision.
        IllegalTransition: not from this state; the answer says what is allowed.
        Forbidden: from this state, but not by this caller; `reason` says why.
        Conflict, Invalid: what the step needs of the record, or of the body for this record, is not there.
    """
    if any(getattr(body, field, None) for field in NAMING):
        uses.one_photo_at_a_time(session, caller.id)  # before the hazard is locked, as uploads do
    hazard = queries.find(session, caller, hazard_id, lock=True)
    meant = persons.meant(session, caller, hazard.row, body)
    seen(hazard)
    facts: Any = hazard
    reason = action.blocked(facts, caller)
    if reason == "illegal_transition":
        current = {"state": hazard.row.state, "level": hazard.row.level, "revision": hazard.row.revision}
        raise IllegalTransition(allowed_actions=allowed_actions(facts, caller), current=current)
    if reason:
        raise problem_of(reason)
    problem = action.unless(facts, caller, body) or sensible(facts, body)
    problem = problem or judged_by(facts, body, criteria_of(session).catalogue)
    if problem:
        raise problem
    take(session, caller, hazard, action, body, meant)


def take(
    session: Session, caller: Caller, hazard: Judged, action: Action, body: Any, meant: Meant | None = None
) -> None:
    """Carry out a step that is allowed."""
    facts: Any = hazard
    meant = persons.meant(session, caller, hazard.row, body) if meant is None else meant
    step = Step(facts, caller, body, now(), meant)
    changes = action.changes(step)
    said = step.told(*changes)
    if _name_photos(session, caller, hazard.row, action, body):
        shown = changes.get("rectification", hazard.row.rectification)
        changes |= _photo_counts(hazard.row, shown, _counted(session, hazard.row))
    at = getattr(body, "performed_at", None)
    events.change(session, hazard.row, action.name, caller, changes, said, at=at, revises=action.way is not None)
    session.flush()


def rectify_on_the_spot(session: Session, caller: Caller, hazard: Hazard, done: Body) -> None:
    """即查即改 in one call with the finding: the hazard was put on the list a moment ago, by the same caller."""
    take(session, caller, queries.find_again(session, hazard), LOOP["rectify_on_the_spot"], done)


def _name_photos(session: Session, caller: Caller, hazard: Hazard, action: Action, body: Any) -> bool:
    """Bind the photos that a body names; those not arrived are waited for."""
    named = []
    for field in NAMING:
        given = getattr(body, field, None) or ()
        purpose = PURPOSES.get(field) or OF_ACTION.get(action.name, Purpose.REVIEW)
        hashes: Sequence[str] = (given,) if isinstance(given, str) else given
        named += [
            uses.Named(
                Hazard.KIND, hazard.id, hazard.enterprise_id, hazard.area_code, sha256, purpose,
                device_id=uses.device_id(body.device),
            )
            for sha256 in hashes
        ]  # fmt: skip
    if named:
        uses.declare(session, caller, named)
    return bool(named)


def _counted(session: Session, hazard: Hazard) -> uses.Counts:
    return uses.counts(session, [hazard.id]).get(hazard.id, NO_PHOTOS)


def _photo_counts(hazard: Hazard, rectification: Any, counts: uses.Counts) -> dict[str, Any]:
    """The fields that follow from the hazard's photos, where they differ. Evidence is what the last rectification
    shows: what an earlier one owed, and was sent back, keeps nobody waiting."""
    now_true = {
        "photos_missing": counts.missing,
        "evidence_missing": len(_evidence(rectification) & counts.evidence_missing),
        "thumbnail": hazard.thumbnail or counts.first_arrived,
    }
    return {name: value for name, value in now_true.items() if value != getattr(hazard, name)}


def photos_arrived(session: Session, caller: Caller, arrived: Sequence[PhotoUse]) -> None:
    """Photos that hazards were waiting for are there: the rows show it, and an event says so, without a revision."""
    subjects = sorted({use.subject_id for use in arrived})
    waiting = select(Hazard).where(Hazard.id.in_(subjects)).order_by(Hazard.id).with_for_update()
    for hazard in session.scalars(waiting).all():
        hashes = sorted({use.sha256 for use in arrived if use.subject_id == hazard.id})
        changes = _photo_counts(hazard, hazard.rectification, _counted(session, hazard))
        events.change(session, hazard, "photos_arrived", caller, changes, {"photos": hashes}, revises=False)


def photos_lost(session: Session, caller: Caller, loss: Loss) -> None:
    """Nobody waits for a photo any longer. Where it was all that showed a rectification, that is to be done again,
    also if it had been accepted."""
    subjects = sorted({use.subject_id for use in loss.uses})
    naming = select(Hazard).where(Hazard.id.in_(subjects)).order_by(Hazard.id).with_for_update()
    for hazard in session.scalars(naming.execution_options(populate_existing=True)).all():
        changes = _mended(hazard, loss)
        rectification, counts = changes.get("rectification", hazard.rectification), _counted(session, hazard)
        changes |= _photo_counts(hazard, rectification, counts)
        if hazard.state in JUDGED_BY_PHOTOS and _is_unproven(rectification, counts):
            facts: Any = hazard
            changes |= left_without_evidence(Step(facts, caller, None, now()))
        events.change(session, hazard, "photos_lost", caller, changes, loss.told(), revises="state" in changes)


def _mended(hazard: Hazard, loss: Loss) -> dict[str, Any]:
    """What the hazard says of its photos, with the replacement in the place of the lost one."""
    told = {name: getattr(hazard, name) for name in ("plan", "rectification", "review")}
    mended = {name: loss.mended(said) for name, said in told.items() if said and loss.replacement}
    return {name: said for name, said in mended.items() if said != told[name]}


def _is_unproven(rectification: Any, counts: uses.Counts) -> bool:
    """Whether all photos of the rectification are lost."""
    shown = _evidence(rectification)
    return bool(shown) and shown <= counts.evidence_lost


def _evidence(rectification: Any) -> set[str]:
    """The photos that show what was done."""
    shows = rectification or {}
    return {*shows.get("photos", ()), *shows.get("photos_after", ())}


def titles(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """What hazards are called where their photos are listed."""
    return dict(iter(session.execute(select(Hazard.id, Hazard.description).where(Hazard.id.in_(ids)))))
