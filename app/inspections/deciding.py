"""A person decides which list a finding belongs on (分拣): by the confirmers of its origin, until it is confirmed.

Every verdict is an event. A possible major is taken down or off its list by the rules of `confirm` and `dismiss`.
"""

from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.foundation.calendar import local_date
from app.foundation.clock import now
from app.foundation.problems import Conflict, Invalid, NotFound
from app.foundation.problems import Said as Sentence
from app.hazards import commands as hazards
from app.hazards import queries as hazard_queries
from app.hazards import rules
from app.hazards.bodies import Because, Reject
from app.hazards.conditions import problem_of
from app.hazards.facts import Judged
from app.hazards.loop import LOOP
from app.hazards.models import Hazard
from app.hazards.stages import stage_due
from app.hazards.terms import OPEN, Origin, State
from app.inspections import queries
from app.inspections.clocks import Times
from app.inspections.commands import SEEN_AGAIN_ELSEWHERE, known_measures, refuse
from app.inspections.models import Finding
from app.inspections.placing import MAJOR_SEEN_AGAIN, NO_HAZARD, NOT_OPEN, Placed, Seen, refused
from app.inspections.proposing import Proposer, Told
from app.inspections.schemas import Decide, FindingFields, Preview, Previewed
from app.inspections.settling import Sighting, criterion_of, new_hazard
from app.inspections.sorter import Sorter
from app.journal import events
from app.people import enterprises
from app.people.models import Enterprise
from app.people.scope import Caller, town_of, visible
from app.photos import uses
from app.photos.models import PhotoUse, Purpose
from app.risks.commands import keep_candidate, open_candidate
from app.sorting.proposals import Proposals
from app.sorting.terms import Level, ListName
from app.sorting.verdict import NOT_HAZARDS, Said, Sorting
from app.sorting.wordings import offered

CONFIRMED: Final = Sentence(
    "隐患已核实或已处理，请在隐患清单中办理", "The hazard has been confirmed or dealt with: act on it on its list"
)
REASON: Final = Sentence("请说明理由", "Say why")
DECIDED: Final = "由核实人员判定"
TAKEN_OVER: Final = "由核实人员确认所属管控措施或已有隐患"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules of confirming need to know of a finding that is no hazard of its own."""

    origin: Origin
    enterprise_id: UUID
    area_code: str
    handling_area: str
    level: Level


def sort(session: Session, caller: Caller, finding_id: UUID, body: Decide, sorter: Sorter) -> None:
    """Put a finding on the list that a person says it belongs on.

    Raises:
        NotFound: outside the caller's scope.
        Invalid: words that cannot be true together; or a reason is missing.
        Conflict: its hazard has been confirmed or dealt with.
        Forbidden: the caller does not confirm such findings, or may not take a possible major down.
    """
    works = enterprises.find(session, caller, queries.find(session, caller, finding_id).enterprise_id, hold=True)
    if body.seen_again:
        uses.one_photo_at_a_time(session, caller.id)  # before hazards are locked, as uploads do
    finding = queries.find(session, caller, finding_id, lock=True)
    said = Said(
        description=finding.description, on=local_date(finding.corrected_at), list=body.list, level=body.level,
        criterion=body.criterion, measure_abnormal=body.measure_id is not None, sectors=frozenset(works.sectors),
        special_categories=frozenset(works.special_categories),
    )  # fmt: skip
    refuse(sorter.faults(said) + _misplaced(body))
    before = Sorting.model_validate(finding.sorting)
    verdict = _verdict(said, body, before, sorter)
    own = _own_hazard(session, caller, finding)
    _judge(caller, finding, own, verdict, body)
    again = _meant(session, caller, finding, own, verdict, body) or _still_seen(session, finding, verdict)
    measure_id = body.measure_id or finding.measure_id
    known = known_measures(session, works, {"/measure_id": measure_id} if measure_id else {})
    measure_risk = known.get(measure_id) if measure_id and verdict.list is ListName.HAZARD else None
    placed = _placed(finding, measure_id, verdict, again, measure_risk)
    _settle_hazard(session, caller, works, finding, placed, own)
    _settle_candidate(session, caller, works, finding, placed)
    if body.seen_again and placed.seen_again:
        _see_again(session, caller, finding, body.seen_again)
    changes = {
        "list": verdict.list, "sorting": verdict.model_dump(mode="json"), "hazard_id": placed.hazard_id,
        "risk_id": placed.risk_id, "seen_again": placed.seen_again, "due_at": None, "measure_id": measure_id,
    }  # fmt: skip
    told = body.model_dump(mode="json", include={"reason", "measure_id", "seen_again"}, exclude_none=True)
    events.change(session, finding, "sorted", caller, changes, told)


def _misplaced(body: Decide) -> list[dict[str, Any]]:
    if body.seen_again and body.list in NOT_HAZARDS:
        return [{"pointer": "/seen_again", "code": "seen_again_is_hazard", "message": SEEN_AGAIN_ELSEWHERE}]
    return []


def _verdict(said: Said, body: Decide, before: Sorting, sorter: Sorter) -> Sorting:
    """What is decided. Who only says what a hazard belongs to, or that it is known, leaves its level as it is."""
    if body.only_places and before.list is ListName.HAZARD:
        return before.model_copy(update={"reason": body.reason or TAKEN_OVER})
    if body.only_places:
        said = replace(said, list=ListName.HAZARD)
    verdict = sorter.decide(said, before)
    return verdict.model_copy(update={"reason": body.reason or DECIDED, "proposals": before.proposals})


def _meant(
    session: Session, caller: Caller, finding: Finding, own: Judged | None, verdict: Sorting, body: Decide
) -> UUID | None:
    """The open hazard that the decider says it saw again.

    Raises: NotFound, Conflict: it can not be that one. Forbidden: the caller may not take its own hazard off the list.
    """
    if body.seen_again is None:
        return None
    where = "/seen_again"
    theirs = select(Hazard).where(Hazard.id == body.seen_again, Hazard.enterprise_id == finding.enterprise_id)
    held = theirs.where(or_(*visible(caller, Hazard))).with_for_update().execution_options(populate_existing=True)
    other = session.scalar(held)
    if other is None or other.id == finding.id:
        raise NotFound.at(where, NO_HAZARD)
    if other.state not in OPEN:
        raise refused(where, "not_open", NOT_OPEN)
    if verdict.level is Level.MAJOR and other.level is not Level.MAJOR:
        raise refused(where, "major_seen_again", MAJOR_SEEN_AGAIN)
    if own is not None and own.row.state is State.REPORTED:
        facts: Any = own
        if (reason := rules.dismisser(facts, caller)) and rules.withdrawer(facts, caller):
            raise problem_of(reason)
    return other.id


def _see_again(session: Session, caller: Caller, finding: Finding, hazard_id: UUID) -> None:
    """Let the hazard that was seen again say so, and show the photos of the finding that have come."""
    hazard = session.get_one(Hazard, hazard_id)
    shown = select(PhotoUse).where(
        PhotoUse.subject_id == finding.id, PhotoUse.purpose == Purpose.FINDING, PhotoUse.arrived_at.is_not(None)
    )
    photos = session.scalars(shown.order_by(PhotoUse.place)).all()
    named = [
        uses.Named(
            Hazard.KIND, hazard.id, hazard.enterprise_id, hazard.area_code, use.sha256, Purpose.SEEN_AGAIN,
            use.taken_at, use.position, use.bytes, use.device_id,
        )
        for use in photos
    ]  # fmt: skip
    if named:
        uses.declare(session, caller, named)
    told: dict[str, Any] = {"finding_id": finding.id, "description": finding.description}
    told |= {"photos": [use.sha256 for use in photos]} if photos else {}
    hazards.see_again(session, caller, hazard, finding.corrected_at, told)


def put_on_hazard_list(session: Session, caller: Caller, finding_id: UUID, reason: str, sorter: Sorter) -> None:
    """What a candidate of the risk list came from is a hazard; the risk list asks, by `main`.

    Raises: as `sort` does.
    """
    sort(session, caller, finding_id, Decide(list=ListName.HAZARD, reason=reason), sorter)


def _own_hazard(session: Session, caller: Caller, finding: Finding) -> Judged | None:
    """The hazard that the finding opened, even if it has left the list since."""
    opened = session.scalar(select(Hazard.id).where(Hazard.id == finding.id))
    return hazard_queries.find(session, caller, finding.id, lock=True) if opened else None


def _judge(caller: Caller, finding: Finding, own: Judged | None, verdict: Sorting, body: Decide) -> None:
    """Raises Conflict, Forbidden or Invalid if the caller may not decide so."""
    on_list = own is not None and own.row.state is not State.DISMISSED
    level = verdict.level or Level.GENERAL
    if own is None or not on_list:
        area_code = finding.area_code
        standing: Any = Standing(finding.origin, finding.enterprise_id, area_code, town_of(area_code), level)
        reason = rules.with_village(rules.confirmer)(standing, caller)
        if own is not None and verdict.list is ListName.HAZARD:  # it comes back: not lower than it went
            before: Any = own
            reason = reason or rules.lowering(before, caller, level, body.reason)
    else:
        facts: Any = own
        if own.row.state is not State.REPORTED:
            raise Conflict(CONFIRMED, code="confirmed", current={"state": own.row.state, "revision": own.row.revision})
        if verdict.list is not ListName.HAZARD:
            reason = rules.dismisser(facts, caller)
        else:
            confirms = rules.with_village(rules.confirmer)(facts, caller)
            reason = confirms or rules.lowering(facts, caller, level, body.reason)
    if reason:
        raise problem_of(reason)
    lowers = on_list and (verdict.list is not ListName.HAZARD or (own and own.row.level is not level))
    if lowers and level is not Level.MAJOR and body.reason is None:
        raise Invalid.at("/reason", "missing", REASON)


def _still_seen(session: Session, finding: Finding, verdict: Sorting) -> UUID | None:
    """The hazard that it saw again, if it is still that: a possible major is none that is general."""
    if verdict.list is not ListName.HAZARD or not finding.seen_again:
        return None
    other = session.scalar(select(Hazard.level).where(Hazard.id == finding.hazard_id))
    return finding.hazard_id if verdict.level is not Level.MAJOR or other is Level.MAJOR else None


def _placed(
    finding: Finding, measure_id: UUID | None, verdict: Sorting, again: UUID | None, measure_risk: UUID | None
) -> Placed:
    told = FindingFields(description=finding.description, place=finding.place, measure_id=measure_id)
    seen = Seen(finding.id, "", told, verdict)
    match verdict.list:
        case ListName.HAZARD if again:
            return Placed(seen, hazard_id=again, risk_id=measure_risk, seen_again=True)
        case ListName.HAZARD:
            return Placed(seen, hazard_id=finding.id, risk_id=measure_risk or finding.id)
        case ListName.RISK:
            return Placed(seen, risk_id=finding.id)
        case _:
            return Placed(seen)


def _settle_hazard(
    session: Session, caller: Caller, works: Enterprise, finding: Finding, placed: Placed, own: Judged | None
) -> None:
    """Let the finding's own hazard be on the list or off it, at the level of the verdict."""
    verdict = placed.seen.sorting
    if not placed.opens_hazard:
        if own and own.row.state is State.REPORTED:
            step = "withdraw" if placed.seen_again and own.row.reported_by == caller.id else "dismiss"
            hazards.take(session, caller, own, LOOP[step], Because(reason=verdict.reason))
    elif own is None:
        photos = uses.counts(session, [finding.id]).get(finding.id, uses.Counts())
        hazards.report(session, caller, new_hazard(_sighting(works, finding), placed, photos))
        uses.check_again(session, finding.id)
    else:
        if own.row.state is State.DISMISSED:
            hazards.take(session, caller, own, LOOP["reopen"], Reject(reason=verdict.reason))
        _regrade(session, caller, own.row, placed, tied=placed.seen.told.measure_id != finding.measure_id)


def _regrade(session: Session, caller: Caller, hazard: Hazard, placed: Placed, *, tied: bool) -> None:
    """Give a hazard that nobody has confirmed the level of a new verdict; `tied` to another measure, that one too."""
    verdict = placed.seen.sorting
    after: dict[str, Any] = {
        "level": verdict.level, "level_by": verdict.method, "criterion": criterion_of(verdict),
    } | ({"measure_id": placed.seen.told.measure_id, "risk_id": placed.risk_id} if tied else {})  # fmt: skip
    changes: dict[str, Any] = {name: value for name, value in after.items() if value != getattr(hazard, name)}
    if "level" in changes and verdict.level:
        changes["stage_due_at"] = stage_due(State.REPORTED, verdict.level, now(), None, plan_pending=False)
    if changes:
        events.change(session, hazard, "sorted", caller, changes, {"reason": verdict.reason})


def _settle_candidate(session: Session, caller: Caller, works: Enterprise, finding: Finding, placed: Placed) -> None:
    """Let the finding's candidate wait on the risk list, or no longer."""
    wanted = placed.opens_candidate
    known = keep_candidate(session, caller, finding.id, wanted=wanted, hazard_id=placed.hazard_id)
    if wanted and not known:
        open_candidate(
            session, caller, works, finding.id, finding.description, finding.place, hazard_id=placed.hazard_id
        )


def _sighting(works: Enterprise, finding: Finding) -> Sighting:
    times = Times(finding.performed_at, finding.corrected_at, finding.received_at, None, clock_doubt=False)
    return Sighting(
        enterprise=works, origin=finding.origin, times=times, position=finding.position,
        inspection_id=finding.inspection_id, reported_by=finding.reported_by,
    )  # fmt: skip


def preview(session: Session, caller: Caller, body: Preview, sorter: Sorter) -> Previewed:
    """The verdict on a finding that nobody has reported, and all that its words propose.

    Raises:
        NotFound: the enterprise is outside the caller's scope.
    """
    sectors, categories = body.sectors or (), body.special_categories or ()
    if body.enterprise_id:
        works = enterprises.find(session, caller, body.enterprise_id, pointer="/enterprise_id")
        sectors, categories = works.sectors, works.special_categories
    said = Said(
        description=body.description, on=body.on or local_date(now()), sectors=frozenset(sectors),
        special_categories=frozenset(categories),
    )  # fmt: skip
    sorting = sorter.judge(said)
    told = Told(description=body.description, place=body.place, on=said.on, sorting=sorting)
    proposals = Proposer(session, caller, body.enterprise_id).proposals(told) or Proposals()
    wordings = offered(said, sorting, sorter.catalogue)
    return Previewed(sorting=sorting, wordings=wordings, **dict(proposals))
