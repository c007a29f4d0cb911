"""Taking in what phones post: one transaction, and an event for whatever it makes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.calendar import local_date
from app.foundation.canonical import new_id
from app.foundation.dialects import table_of
from app.foundation.problems import Forbidden, Invalid, NotFound
from app.foundation.problems import Said as Sentence
from app.hazards.terms import Origin
from app.inspections.clocks import DeviceClock, Times
from app.inspections.duties import Duties
from app.inspections.models import Finding, Inspection, InspectionResult
from app.inspections.placing import Seen
from app.inspections.proposing import of_words
from app.inspections.schemas import FindingFields, PhotoEntry, Report, ReportedFinding, Result, SingleFinding
from app.inspections.settling import Sighting, settle
from app.inspections.sorter import Sorter
from app.inspections.terms import Kind, Status
from app.journal import events, receipts
from app.people import enterprises
from app.people.models import Enterprise
from app.people.scope import ENTERPRISE, Caller, Role
from app.photos import uses
from app.photos.models import Purpose
from app.risks.models import ControlMeasure
from app.sorting.terms import ListName
from app.sorting.verdict import NOT_HAZARDS, Said

UNKNOWN: Final = Duties()
NO_MEASURE: Final = Sentence("本企业没有这条管控措施", "The enterprise has no such control measure")
NO_INSPECTIONS: Final = Sentence("您的角色不做排查", "Your role does no inspections")
NO_FINDINGS: Final = Sentence("管理员不上报发现", "Administrators report no findings")
ABNORMAL_ALONE: Final = Sentence("异常的管控措施须附一条发现", "An abnormal measure needs a finding")
TWICE: Final = Sentence("同一条管控措施出现两次", "The same measure stands there twice")
SEEN_AGAIN_ELSEWHERE: Final = Sentence("再次发现的隐患只能列入隐患清单", "What is seen again is on the hazard list")


def report(
    session: Session, caller: Caller, body: Report, clock: DeviceClock, sorter: Sorter, duties: Duties = UNKNOWN
) -> Inspection:
    """Take in an inspection with all that was found, and put each finding on its list.

    Raises:
        Invalid: an abnormal measure without a finding, or words that cannot be true together.
        NotFound: the enterprise, a plan, a measure, a hazard or a person that the caller's scope does not have there.
        Forbidden: a worker or administrator.
        Conflict: a finding is said to be a hazard that it can not be.
        IdConflict: a finding's id has been used.
    """
    times = clock.times(body.performed_at)
    findings, results = body.findings or (), body.results or ()
    statuses = {result.measure_id: result.status for result in results}
    said = [_said(told, statuses, times) for told in findings]
    faults = _faults_of(results, findings)
    refuse(faults + [fault for n, told in enumerate(findings) for fault in _contradictions(told, said[n], sorter, n)])
    enterprise = enterprises.find(session, caller, body.enterprise_id, pointer="/enterprise_id", hold=True)
    owed = duties.find(session, enterprise, body.duties or ())
    risk_of = _risks_of(session, enterprise, body)
    if caller.roles <= {Role.WORKER, Role.ADMINISTRATOR}:
        raise Forbidden(NO_INSPECTIONS)
    inspection = _inspection(caller, body, enterprise, times)
    events.create(session, inspection, "reported", caller, {}, at=times.corrected_at)
    duties.keep(session, caller, inspection, statuses, owed)
    sighting = Sighting(
        enterprise=enterprise, origin=_origin(caller, body.kind), times=times, position=inspection.position,
        inspection_id=inspection.id, entries={entry.sha256: entry for entry in body.photos or ()}, device=body.device,
    )  # fmt: skip
    seen = [
        _seen(told.id or new_id(), f"/findings/{n}", told, told.photos or (), said[n], sorter, enterprise)
        for n, told in enumerate(findings)
    ]
    receipts.claim_parts(session, [each.id for each in seen], caller.id, Finding.KIND, inspection.id)
    shown = _add_results(session, sighting, inspection, results)
    settle(session, caller, sighting, seen, risk_of, [*shown, *_loose(sighting, inspection, body)])
    return inspection


def report_finding(session: Session, caller: Caller, body: SingleFinding, clock: DeviceClock, sorter: Sorter) -> UUID:
    """Take in one finding without an inspection, put it on its list, and say its id.

    Raises:
        Invalid: words that cannot be true together.
        NotFound: the enterprise, the measure, the hazard or a person that the caller's scope does not have there.
        Forbidden: an administrator.
        Conflict: it is said to be a hazard that it can not be.
    """
    times = clock.times(body.performed_at)
    said = _said(body, {}, times)
    refuse(_contradictions(body, said, sorter))
    enterprise = enterprises.find(session, caller, body.enterprise_id, pointer="/enterprise_id", hold=True)
    risk_of = known_measures(session, enterprise, {"/measure_id": body.measure_id} if body.measure_id else {})
    if caller.roles == {Role.ADMINISTRATOR}:
        raise Forbidden(NO_FINDINGS)
    photos = [PhotoEntry(sha256=photo) if isinstance(photo, str) else photo for photo in body.photos or ()]
    position = body.position.model_dump(mode="json") if body.position else None
    sighting = Sighting(
        enterprise=enterprise, origin=_origin(caller, body.kind), times=times, position=position,
        entries={entry.sha256: entry for entry in photos}, device=body.device,
    )  # fmt: skip
    seen = _seen(body.id, "", body, tuple(sighting.entries), said, sorter, enterprise)
    settle(session, caller, sighting, [seen], risk_of)
    return seen.id


def refuse(faults: Sequence[dict[str, Any]]) -> None:
    """Raises Invalid with all the faults, under the code of the first."""
    if faults:
        raise Invalid(faults[0]["message"], code=faults[0]["code"], errors=list(faults))


def _faults_of(results: Sequence[Result], findings: Sequence[ReportedFinding]) -> list[dict[str, Any]]:
    """What is wrong with the results by themselves."""
    found_at = {told.measure_id for told in findings}
    met: set[UUID] = set()
    faults = []
    for n, result in enumerate(results):
        if result.measure_id in met:
            faults.append({"pointer": f"/results/{n}/measure_id", "code": "repeated", "message": TWICE})
        if result.status is Status.ABNORMAL and result.measure_id not in found_at:
            faults.append({"pointer": f"/results/{n}", "code": "abnormal_without_finding", "message": ABNORMAL_ALONE})
        met.add(result.measure_id)
    return faults


def _contradictions(told: FindingFields, said: Said, sorter: Sorter, number: int | None = None) -> list[dict[str, Any]]:
    pointer = "" if number is None else f"/findings/{number}"
    faults = sorter.faults(said, pointer)
    if told.seen_again and told.list in NOT_HAZARDS:
        where = f"{pointer}/seen_again"
        faults.append({"pointer": where, "code": "seen_again_is_hazard", "message": SEEN_AGAIN_ELSEWHERE})
    return faults


def _said(told: FindingFields, statuses: Mapping[UUID, Status], times: Times) -> Said:
    """What was said about a finding. At a measure of which no result is told, the finding itself says how it is."""
    status = statuses.get(told.measure_id) if told.measure_id else None
    abnormal = status is Status.ABNORMAL or (status is None and told.list not in NOT_HAZARDS)
    nothing_else = told.list in {None, ListName.PENDING} and told.level is None and told.criterion is None
    return Said(
        description=told.description,
        on=local_date(times.corrected_at),
        list=ListName.HAZARD if told.seen_again and nothing_else else told.list,
        level=told.level,
        criterion=told.criterion,
        measure_abnormal=told.measure_id is not None and abnormal,
        rectified_on_the_spot=told.rectified_on_the_spot is not None,
    )


def _seen(
    id: UUID,
    pointer: str,
    told: FindingFields,
    photos: tuple[str, ...],
    said: Said,
    sorter: Sorter,
    enterprise: Enterprise,
) -> Seen:
    """A finding with its verdict, and with the kind that its words propose."""
    where = replace(
        said, sectors=frozenset(enterprise.sectors), special_categories=frozenset(enterprise.special_categories)
    )
    sorting = sorter.judge(where)
    sorting = sorting.model_copy(update={"proposals": of_words(told.description, said.on, sorting)})
    return Seen(id, pointer, told, sorting, tuple(dict.fromkeys(photos)))


def _risks_of(session: Session, enterprise: Enterprise, body: Report) -> dict[UUID, UUID]:
    named = {f"/results/{n}/measure_id": result.measure_id for n, result in enumerate(body.results or ())}
    named |= {f"/findings/{n}/measure_id": f.measure_id for n, f in enumerate(body.findings or ()) if f.measure_id}
    return known_measures(session, enterprise, named)


def known_measures(session: Session, enterprise: Enterprise, named: Mapping[str, UUID]) -> dict[UUID, UUID]:
    """The risk of each measure that is named, by where.

    Raises:
        NotFound: one of them is not of this enterprise.
    """
    if not named:
        return {}
    theirs = (ControlMeasure.id.in_(set(named.values())), ControlMeasure.enterprise_id == enterprise.id)
    risk_of = dict(iter(session.execute(select(ControlMeasure.id, ControlMeasure.risk_id).where(*theirs))))
    for pointer, id in named.items():
        if id not in risk_of:
            raise NotFound.at(pointer, NO_MEASURE)
    return risk_of


def _inspection(caller: Caller, body: Report, enterprise: Enterprise, times: Times) -> Inspection:
    sent = body.model_dump(mode="json", include={"position", "participants", "device"})
    unchecked = any(result.status is Status.UNCHECKED for result in body.results or ())
    return Inspection(
        id=body.id,
        enterprise_id=enterprise.id,
        area_code=enterprise.area_code,
        cadence=body.cadence,
        tier=body.tier,
        kind=body.kind or Kind.ROUTINE,
        duties=tuple(dict.fromkeys(body.duties or ())),
        started_at=body.started_at,
        performed_at=times.performed_at,
        corrected_at=times.corrected_at,
        received_at=times.received_at,
        clock_correction_s=times.clock_correction_s,
        clock_doubt=times.clock_doubt,
        device=sent["device"],
        position=sent["position"],
        participants=sent["participants"] or [],
        inspector_id=caller.id,
        inspector_name=caller.name,
        nil=not body.findings and not unchecked,
        results=len(body.results or ()),
        findings=len(body.findings or ()),
        photos=len(_named(body)),
    )


def _add_results(
    session: Session, sighting: Sighting, inspection: Inspection, results: Sequence[Result]
) -> list[uses.Named]:
    """Write down what was seen at each measure, and say which photos show it."""
    told: list[dict[str, Any]] = [
        {"id": new_id(), "inspection_id": inspection.id, "note": result.note or ""}
        | result.model_dump(include={"measure_id", "status", "checked_at"})
        for result in results
    ]
    if told:
        session.execute(table_of(InspectionResult).insert(), told)
    return [
        sighting.photo("result", row["id"], sha256, Purpose.RESULT)
        for row, result in zip(told, results, strict=True)
        for sha256 in result.photos or ()
    ]


def _loose(sighting: Sighting, inspection: Inspection, body: Report) -> list[uses.Named]:
    """The photos that belong to no finding or result: the inspection's own."""
    named = _named(body, loose=False)
    loose = [sha256 for sha256 in sighting.entries if sha256 not in named]
    return [sighting.photo(Inspection.KIND, inspection.id, sha256, Purpose.RESULT) for sha256 in loose]


def _named(body: Report, *, loose: bool = True) -> set[str]:
    """Every photo that the report names: in findings, in results, and as what was put right; `loose` ones too."""
    findings = body.findings or ()
    done = [told.rectified_on_the_spot for told in findings if told.rectified_on_the_spot]
    shown = [told.photos for told in findings] + [result.photos for result in body.results or ()]
    shown += [photos for put_right in done for photos in (put_right.photos_before, put_right.photos_after)]
    named = {sha256 for photos in shown for sha256 in photos or ()}
    return named | {entry.sha256 for entry in (body.photos or ()) if loose}


def _origin(caller: Caller, kind: Kind | None) -> Origin:
    """Who found it: by the caller's side, or a complaint whoever looks into it."""
    if kind is Kind.COMPLAINT:
        return Origin.COMPLAINT
    if caller.has(*ENTERPRISE):
        return Origin.ENTERPRISE
    return Origin.EXPERT if caller.has(Role.EXPERT) else Origin.GOVERNMENT
