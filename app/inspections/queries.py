"""Reading inspections and findings. Every query starts from what the caller may see."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, or_, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import String

from app.foundation.calendar import end_of_day, local_date, start_of_day
from app.foundation.canonical import sent
from app.foundation.columns import as_sent
from app.foundation.front import Reader
from app.foundation.keyring import Keyring
from app.foundation.pages import in_order, total
from app.foundation.problems import NotFound, Said
from app.foundation.wire import Written
from app.hazards.models import Hazard
from app.hazards.views import masked
from app.inspections.duties import Duties, Of
from app.inspections.models import Finding, Inspection, InspectionResult
from app.inspections.proposing import LOOKED_FOR, Proposer, Told
from app.inspections.signs import Signs
from app.inspections.views import (
    FindingDetail,
    FindingFilter,
    FindingPage,
    InspectionFilter,
    InspectionPage,
    InspectionView,
    SpanAsked,
    Verdict,
)
from app.journal.events import Event, told
from app.people.models import Enterprise
from app.people.scope import Caller, find_visible, prefix, visible, within
from app.photos import uses
from app.photos.models import Purpose
from app.photos.schemas import PhotoView
from app.sorting.verdict import Sorting

NO_INSPECTION: Final = Said("没有这次排查", "There is no such inspection")
UNSAID: Final = Signs()
ANYBODY: Final = Reader()
NO_FINDING: Final = Said("没有这条发现", "There is no such finding")

INSPECTION: Final = tuple(
    as_sent(column)
    for column in (
        Inspection.id, Inspection.revision, Inspection.enterprise_id, Inspection.area_code, Inspection.cadence,
        Inspection.tier, Inspection.kind, Inspection.duties, Inspection.started_at, Inspection.performed_at,
        Inspection.corrected_at, Inspection.received_at, Inspection.clock_correction_s, Inspection.clock_doubt,
        Inspection.nil,
    )
)  # fmt: skip
INSPECTED: Final = (
    as_sent(Inspection.results, "results_count"),
    as_sent(Inspection.findings, "findings_count"),
    as_sent(Inspection.photos, "photos_count"),
    as_sent(Inspection.inspector_id),
    as_sent(Inspection.inspector_name),
    as_sent(Enterprise.name, "enterprise_name"),
)
FINDING: Final = tuple(
    as_sent(column)
    for column in (
        Finding.id, Finding.revision, Finding.inspection_id, Finding.enterprise_id, Finding.area_code,
        Finding.description, Finding.place, Finding.measure_id, Finding.origin, Finding.list, Finding.sorting,
        Finding.due_at, Finding.hazard_id, Finding.risk_id, Finding.seen_again, Finding.performed_at,
        Finding.received_at,
    )
)  # fmt: skip
FOUND: Final = (
    as_sent(Hazard.level),
    as_sent(Hazard.level_confirmed),
    as_sent(Hazard.number, "hazard_number"),
    as_sent(Hazard.state, "hazard_state"),
    as_sent(Finding.corrected_at),
    as_sent(Finding.reported_by),
    as_sent(Finding.reporter_name),
    as_sent(Enterprise.name, "enterprise_name"),
)
WHOLE: Final = (Inspection.device, Inspection.position, Inspection.participants)
COUNTS: Final = ("results_count", "findings_count", "photos_count")
INSPECTION_NAMES: Final = (*(str(column.key) for column in INSPECTION), *COUNTS)
FINDING_NAMES: Final = (
    *(str(column.key) for column in FINDING),
    "level",
    "level_confirmed",
    "hazard_number",
    "hazard_state",
)


def find(session: Session, caller: Caller, finding_id: UUID, *, lock: bool = False) -> Finding:
    """The finding, if the caller may see it; `lock` holds its row until the transaction ends.

    Raises:
        NotFound: it does not exist, or lies outside the caller's scope.
    """
    return find_visible(session, caller, Finding, finding_id, NO_FINDING, lock=lock)


def inspection_shown(
    session: Session,
    caller: Caller,
    id: UUID,
    keys: Keyring,
    duties: Duties,
    signs: Signs = UNSAID,
    asking: Reader = ANYBODY,
) -> InspectionView:
    """The inspection with all that was seen and found, and what is noticed about it if somebody looks for `signs`.

    Raises:
        NotFound: it does not exist, or lies outside the caller's scope.
    """
    row = session.execute(_sought(caller), {"sought": id}).one_or_none()
    if row is None:
        raise NotFound(NO_INSPECTION)
    results, findings = _results(session, row), _found(session, row)
    subjects = [id, *(result.id for result in results), *(UUID(str(finding.id)) for finding in findings)]
    photos = uses.of(session, keys, caller, subjects) if row.photos_count else {}
    reader = caller.id if caller.only_works else None
    states = duties.told(session, _named([row]))
    return InspectionView.model_validate(
        _inspection(row, reader, states)
        | {"device": row.device, "position": row.position, "participants": masked(row.participants, reader)}
        | {
            "results": [vars(result) | {"photos": photos.get(result.id, ())} for result in results],
            "findings": [_whole(finding, reader, photos) for finding in findings],
            "photos": photos.get(id, ()),
            "signs": signs.of(session, caller, id, asking),
            "photos_missing": sum(photo.missing for shown in photos.values() for photo in shown),
        }
    )


def _results(session: Session, row: Any) -> Sequence[InspectionResult]:
    own = select(InspectionResult).where(InspectionResult.inspection_id == row.id)
    return session.scalars(own).all() if row.results_count else ()


def _found(session: Session, row: Any) -> Sequence[Any]:
    return session.execute(_of_inspection(), {"inspection": row.id}).all() if row.findings_count else ()


@lru_cache(1024)
def _sought(caller: Caller) -> Select[*tuple[Any, ...]]:
    """The question of one inspection, put together once for a caller: every report is answered with it."""
    whole = _inspections(*INSPECTION, *INSPECTED, *WHOLE)
    return whole.where(Inspection.id == bindparam("sought"), or_(*visible(caller, Inspection)))


@cache
def _of_inspection() -> Select[*tuple[Any, ...]]:
    own = _findings(*FINDING, *FOUND).where(Finding.inspection_id == bindparam("inspection"))
    return own.order_by(Finding.number)


def finding_shown(session: Session, caller: Caller, id: UUID, keys: Keyring) -> FindingDetail:
    """The finding with its photos and every verdict on it.

    Raises:
        NotFound: it does not exist, or lies outside the caller's scope.
    """
    query = _findings(*FINDING, *FOUND, Finding.said, Finding.position)
    row = session.execute(query.where(Finding.id == id, or_(*visible(caller, Finding)))).one_or_none()
    if row is None:
        raise NotFound(NO_FINDING)
    reader = caller.id if caller.only_works else None
    shown = _whole(row, reader, uses.of(session, keys, caller, [id]))
    more = {"said": masked(row.said, reader), "position": row.position, "verdicts": _verdicts(session, id, reader)}
    detail = FindingDetail.model_validate(shown | more)
    sorting = _with_proposals(session, caller, detail, said_again="seen_again" in row.said)
    return detail.model_copy(update={"sorting": sorting})


def _with_proposals(session: Session, caller: Caller, detail: FindingDetail, *, said_again: bool) -> Sorting:
    """The verdict with the measure and the known hazard that may be meant, as the lists are now."""
    sorting = detail.sorting
    if sorting.proposals is None or sorting.list not in LOOKED_FOR:
        return sorting
    asked = Told(
        description=detail.description, place=detail.place, on=local_date(detail.performed_at), sorting=sorting,
        measure_id=detail.measure_id, seen_again=not (said_again or detail.seen_again),
    )  # fmt: skip
    now_found = Proposer(session, caller, detail.enterprise.id, own=detail.id).of_lists(asked)
    return sorting.model_copy(update={"proposals": sorting.proposals.model_copy(update=now_found)})


def _verdicts(session: Session, id: UUID, reader: UUID | None) -> list[Verdict]:
    own = select(Event).where(Event.subject_kind == Finding.KIND, Event.subject_id == id).order_by(Event.number)
    verdicts = []
    for event in session.scalars(own):
        said = told(event)
        changes = said.get("changes", {})
        if "sorting" in changes:
            by = masked({name: said["by"][name] for name in ("id", "name")}, reader)
            verdict = {"at": event.at, "by": by, "list": changes["list"], "sorting": changes["sorting"]}
            verdicts.append(Verdict.model_validate(verdict))
    return verdicts


def inspections_page(
    session: Session, caller: Caller, filter: InspectionFilter, keys: Keyring, duties: Duties
) -> Written[InspectionPage]:
    """A page of inspections, the latest first."""
    branches, wanted = visible(caller, Inspection), _inspections_wanted(filter)
    key, place = (Inspection.corrected_at, Inspection.id), filter.place(keys)
    query = _inspections(*INSPECTION, *INSPECTED).where(*wanted)
    rows = session.execute(in_order(query, branches, key, place, filter.limit + 1)).all()
    reader = caller.id if caller.only_works else None
    states = duties.told(session, _named(rows))
    items = [_inspection(row, reader, states) for row in rows[: filter.limit]]
    return _page(session, filter, keys, rows, items, select(Inspection.id).where(*wanted, or_(*branches)))


def findings_page(
    session: Session, caller: Caller, filter: FindingFilter, keys: Keyring, *also: ColumnElement[bool]
) -> Written[FindingPage]:
    """A page of findings, the latest first; `also` is what a room above asks for besides."""
    branches, wanted = visible(caller, Finding), [*_findings_wanted(filter), *also]
    key, place = (Finding.corrected_at, Finding.id), filter.place(keys)
    rows = session.execute(
        in_order(_findings(*FINDING, *FOUND).where(*wanted), branches, key, place, filter.limit + 1)
    ).all()
    counts = uses.counts(session, [UUID(str(row.id)) for row in rows])
    reader = caller.id if caller.only_works else None
    items = [
        _finding(row, reader) | {"photos_missing": counts.get(UUID(str(row.id)), uses.Counts()).missing}
        for row in rows[: filter.limit]
    ]
    counted = select(Finding.id).outerjoin(Hazard, Hazard.id == Finding.hazard_id).where(*wanted, or_(*branches))
    return _page(session, filter, keys, rows, items, counted)


def _page(
    session: Session,
    filter: SpanAsked,
    keys: Keyring,
    rows: Sequence[Any],
    items: list[dict[str, Any]],
    counted: Select[*tuple[Any, ...]],
) -> Written[Any]:
    cursor = None
    if len(rows) > filter.limit:
        last = rows[filter.limit - 1]
        cursor = filter.cursor_after(keys, last.corrected_at, last.id)
    answer: dict[str, Any] = {"items": items, "next_cursor": cursor}
    return Written(sent(answer | (total(session, counted) if filter.count else {})))


def _inspections(*columns: Any) -> Select[*tuple[Any, ...]]:
    return select(*columns).join_from(Inspection, Enterprise, Enterprise.id == Inspection.enterprise_id)


def _findings(*columns: Any) -> Select[*tuple[Any, ...]]:
    works = select(*columns).join_from(Finding, Enterprise, Enterprise.id == Finding.enterprise_id)
    return works.outerjoin(Hazard, Hazard.id == Finding.hazard_id)


def _inspections_wanted(filter: InspectionFilter) -> list[ColumnElement[bool]]:
    names = ("enterprise_id", "cadence", "tier", "kind", "inspector_id", "nil", "clock_doubt")
    found = _equal(Inspection, filter, names) + _span(Inspection, filter)
    if filter.duty:
        found.append(type_coerce(Inspection.duties, String).contains(f" {filter.duty} ", autoescape=True))
    return found


def _findings_wanted(filter: FindingFilter) -> list[ColumnElement[bool]]:
    names = ("enterprise_id", "list", "origin", "inspection_id", "hazard_id", "measure_id", "seen_again")
    found = _equal(Finding, filter, names) + _span(Finding, filter)
    if filter.level:
        found.append(Hazard.level == filter.level)
    text = (Finding.description, Finding.place)
    found += [or_(*(column.icontains(word, autoescape=True) for column in text)) for word in (filter.q or "").split()]
    return found


def _equal(rows: Any, filter: SpanAsked, names: Sequence[str]) -> list[ColumnElement[bool]]:
    asked = {name: getattr(filter, name) for name in names}
    return [getattr(rows, name) == value for name, value in asked.items() if value is not None]


def _span(rows: type[Inspection | Finding], filter: SpanAsked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filter.area_code:
        found.append(within(rows, prefix(filter.area_code)))
    if since := filter.performed_from:
        found.append(rows.corrected_at >= (since if isinstance(since, datetime) else start_of_day(since)))
    if until := filter.performed_to:
        exact = isinstance(until, datetime)
        found.append(rows.corrected_at <= until if exact else rows.corrected_at < end_of_day(until))
    return found


def _named(rows: Iterable[Any]) -> set[Of]:
    """The duties that inspections were for."""
    return {(UUID(str(row.enterprise_id)), id) for row in rows for id in row.duties}


def _inspection(row: Any, reader: UUID | None, states: Mapping[Of, str]) -> dict[str, Any]:
    shown: dict[str, Any] = {name: getattr(row, name) for name in INSPECTION_NAMES}
    return shown | {
        "duties": [{"id": id, "state": states.get((UUID(str(row.enterprise_id)), id))} for id in row.duties],
        "enterprise": {"id": row.enterprise_id, "name": row.enterprise_name},
        "inspector": masked({"id": row.inspector_id, "name": row.inspector_name, "phone": None}, reader),
    }


def _finding(row: Any, reader: UUID | None) -> dict[str, Any]:
    shown: dict[str, Any] = {name: getattr(row, name) for name in FINDING_NAMES}
    return shown | {
        "level_confirmed": bool(row.level_confirmed),
        "enterprise": {"id": row.enterprise_id, "name": row.enterprise_name},
        "reported_by": masked({"id": row.reported_by, "name": row.reporter_name, "phone": None}, reader),
    }


def _whole(row: Any, reader: UUID | None, photos: Mapping[UUID, Sequence[PhotoView]]) -> dict[str, Any]:
    own = photos.get(UUID(str(row.id)), ())  # also those of its hazard, which has its id
    found = tuple(photo for photo in own if photo.purpose is Purpose.FINDING)
    return _finding(row, reader) | {"photos": found, "photos_missing": sum(photo.missing for photo in own)}
