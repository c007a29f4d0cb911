"""HTTP face of inspections and findings; nothing is decided here."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query
from sqlalchemy.orm import Session

from app.foundation.front import Reader
from app.foundation.keyring import Keyring
from app.foundation.wire import Body, Written
from app.inspections import commands, deciding, queries
from app.inspections.clocks import IN_OPENAPI, DeviceClock
from app.inspections.duties import Duties
from app.inspections.schemas import Decide, Preview, Previewed, Report, SingleFinding
from app.inspections.signs import Signs
from app.inspections.sorter import Sorter
from app.inspections.views import (
    FindingDetail,
    FindingFilter,
    FindingPage,
    InspectionFilter,
    InspectionPage,
    InspectionView,
)
from app.people.scope import Caller
from app.people.visits import Visits
from app.photos.arrivals import Arrivals
from app.photos.incoming import Received
from app.photos.receiving import receive, take_in

router = Visits(prefix="/api/v1", tags=["inspections"])
BYTES: Final = {"type": "string", "format": "binary"}


def with_photos(body: type[Body]) -> dict[str, Any]:
    """The OpenAPI of a request that may also be a form: the JSON as `report`, and photos named by their sha256."""
    form = {
        "type": "object", "properties": {"report": {"$ref": f"#/components/schemas/{body.__name__}"}},
        "required": ["report"], "additionalProperties": BYTES,
    }  # fmt: skip
    content = {"multipart/form-data": {"schema": form, "encoding": {"report": {"contentType": "application/json"}}}}
    return {"parameters": [IN_OPENAPI], "requestBody": {"content": content}}


def take_photos(session: Session, caller: Caller, id: UUID, parts: Received, arrivals: Arrivals) -> None:
    """The same report again may bring further photos: WeChat uploads one file a request."""
    take_in(session, caller, parts, arrivals)


@router.query("/inspections", summary="排查记录")
def list_inspections(
    session: Session, caller: Caller, filter: Annotated[InspectionFilter, Query()], keys: Keyring, duties: Duties
) -> Written[InspectionPage]:
    """Inspections within the caller's scope, the latest first."""
    return queries.inspections_page(session, caller, filter, keys, duties)


@router.query("/inspections/{inspection_id}", summary="一次排查")
def get_inspection(
    session: Session, caller: Caller, inspection_id: UUID, keys: Keyring, duties: Duties, signs: Signs, reader: Reader
) -> InspectionView:
    """The inspection with what was seen at each measure and all that was found."""
    return queries.inspection_shown(session, caller, inspection_id, keys, duties, signs, reader)


@router.command(
    "/inspections", "inspection.report", replay=get_inspection, status_code=201, summary="上报排查",
    receive=receive, again=take_photos, openapi_extra=with_photos(Report),
)  # fmt: skip
def report_inspection(
    session: Session,
    caller: Caller,
    body: Report,
    keys: Keyring,
    clock: DeviceClock,
    sorter: Sorter,
    arrivals: Arrivals,
    duties: Duties,
    parts: Received | None = None,
) -> InspectionView:
    """One inspection, whole, with its photos before, in it or after. May be sent any number of times."""
    if parts:
        take_in(session, caller, parts, arrivals)
    of_this = duties.of_one_report()
    inspection = commands.report(session, caller, body, clock, sorter, of_this)
    return queries.inspection_shown(session, caller, inspection.id, keys, of_this)


@router.query("/findings", summary="发现")
def list_findings(
    session: Session, caller: Caller, filter: Annotated[FindingFilter, Query()], keys: Keyring
) -> Written[FindingPage]:
    """Findings within the caller's scope, the latest first; `list=pending` for what waits for a person."""
    return queries.findings_page(session, caller, filter, keys)


@router.query("/findings/{finding_id}", summary="一条发现")
def get_finding(session: Session, caller: Caller, finding_id: UUID, keys: Keyring) -> FindingDetail:
    """The finding with its photos and every verdict on it."""
    return queries.finding_shown(session, caller, finding_id, keys)


@router.command(
    "/findings", "finding.report", replay=get_finding, status_code=201, summary="上报一条发现",
    receive=receive, again=take_photos, openapi_extra=with_photos(SingleFinding),
)  # fmt: skip
def report_finding(
    session: Session,
    caller: Caller,
    body: SingleFinding,
    keys: Keyring,
    clock: DeviceClock,
    sorter: Sorter,
    arrivals: Arrivals,
    parts: Received | None = None,
) -> FindingDetail:
    """One finding without an inspection."""
    if parts:
        take_in(session, caller, parts, arrivals)
    finding_id = commands.report_finding(session, caller, body, clock, sorter)
    return queries.finding_shown(session, caller, finding_id, keys)


@router.command("/findings/{finding_id}/sort", "finding.sort", replay=get_finding, summary="分拣")
def sort_finding(
    session: Session, caller: Caller, finding_id: UUID, body: Decide, keys: Keyring, sorter: Sorter
) -> FindingDetail:
    """Decide which list it belongs on: by the confirmers of its origin, again until it is confirmed."""
    deciding.sort(session, caller, finding_id, body, sorter)
    return queries.finding_shown(session, caller, finding_id, keys)


@router.command("/sorting/preview", "sorting.preview", replay=get_finding, asks=True, summary="试分拣")
def preview_sorting(session: Session, caller: Caller, body: Preview, sorter: Sorter) -> Previewed:
    """Where a finding would go by its text alone, what its words propose, and how the house words such hazards. Stores
    nothing; may be asked at every pause of typing."""
    return deciding.preview(session, caller, body, sorter)
