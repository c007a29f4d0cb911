"""What clients see of inspections and findings, and what the lists may be asked for."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from app.foundation.pages import Asked
from app.foundation.wire import AreaCode, Day, Moment, View
from app.hazards.terms import Origin, State
from app.hazards.views import Named, Someone
from app.inspections.signs import SignView
from app.inspections.terms import Cadence, Kind, Status, Tier
from app.photos.schemas import PhotoView
from app.sorting.terms import Level, ListName
from app.sorting.verdict import Sorting


class FindingRow(BaseModel):
    """A finding in a list. `level` and `level_confirmed` are those of its hazard; null and false without one."""

    id: UUID
    revision: int
    inspection_id: UUID | None
    enterprise_id: UUID
    enterprise: Named
    area_code: str
    description: str
    place: str | None
    measure_id: UUID | None
    origin: Origin
    list: ListName
    level: Level | None
    level_confirmed: bool
    sorting: Sorting
    due_at: Moment | None = Field(description="Until when a person should decide, while it is pending.")
    hazard_id: UUID | None = Field(description="Its own hazard, which has its id; or the open one that it saw again.")
    hazard_number: str | None
    hazard_state: State | None
    risk_id: UUID | None = Field(description="The candidate that it opened, which has its id; or its measure's risk.")
    seen_again: bool
    reported_by: Someone
    performed_at: Moment = Field(description="The phone's word.")
    received_at: Moment = Field(description="The server's.")
    photos_missing: int


class FindingView(View, FindingRow):
    """A finding with its photos."""

    photos: tuple[PhotoView, ...] = ()


class Verdict(BaseModel):
    """What was decided of a finding, by whom."""

    at: Moment
    by: Someone
    list: ListName
    sorting: Sorting


class FindingDetail(FindingView):
    """A finding with every verdict on it, oldest first."""

    said: dict[str, Any] = Field(description="What was declared with it.")
    position: dict[str, Any] | None
    verdicts: tuple[Verdict, ...]


class FindingPage(BaseModel):
    items: list[FindingRow]
    next_cursor: str | None
    total: int | None = None
    total_capped: bool | None = None


class DutyAnswered(BaseModel):
    """A duty that the inspection was for, and what has become of it."""

    id: str
    state: str | None = Field(default=None, description="Null: the plan does not owe it, as of a day off.")


class ResultView(BaseModel):
    measure_id: UUID
    status: Status
    checked_at: Moment | None
    note: str
    photos: tuple[PhotoView, ...] = ()


class InspectionRow(BaseModel):
    """An inspection in a list."""

    id: UUID
    revision: int
    enterprise_id: UUID
    enterprise: Named
    area_code: str
    cadence: Cadence | None
    tier: Tier | None
    kind: Kind
    duties: list[DutyAnswered]
    started_at: Moment | None
    performed_at: Moment = Field(description="The phone's word.")
    corrected_at: Moment = Field(description="The phone's word by our clock; what periods and lateness are judged by.")
    received_at: Moment = Field(description="The server's.")
    clock_correction_s: int | None = Field(description="What was added; null where the phone did not tell its clock.")
    clock_doubt: bool = Field(description="The clocks differ by more than 5 minutes.")
    inspector: Someone
    nil: bool = Field(description="Nothing was found, and every measure that it names was checked.")
    results_count: int
    findings_count: int
    photos_count: int = Field(description="How many it named when it was posted.")


class InspectionView(View, InspectionRow):
    """An inspection with what was seen at each measure and all that was found."""

    device: dict[str, Any] | None
    position: dict[str, Any] | None
    participants: list[dict[str, Any]]
    results: tuple[ResultView, ...]
    findings: tuple[FindingView, ...]
    photos: tuple[PhotoView, ...] = ()
    photos_missing: int = Field(description="Of all that it names.")
    signs: tuple[SignView, ...] | None = Field(
        default=None, description="Reasons to look closer, no verdicts. Null: not said to this caller, or not here."
    )


class InspectionPage(BaseModel):
    items: list[InspectionRow]
    next_cursor: str | None
    total: int | None = None
    total_capped: bool | None = None


class SpanAsked(Asked):
    """What both lists may be asked for."""

    enterprise_id: UUID | None = None
    area_code: AreaCode | None = Field(default=None, description="With its subtree.")
    performed_from: Moment | Day | None = Field(default=None, description="An instant, or a date in Asia/Shanghai.")
    performed_to: Moment | Day | None = Field(default=None, description="An instant, or a date until its 24:00.")


class InspectionFilter(SpanAsked):
    cadence: Cadence | None = None
    tier: Tier | None = None
    kind: Kind | None = None
    inspector_id: UUID | None = None
    nil: bool | None = None
    clock_doubt: bool | None = None
    duty: str | None = Field(default=None, max_length=96, description="The id of a duty.")


class FindingFilter(SpanAsked):
    list: ListName | None = None
    level: Level | None = Field(default=None, description="`major` includes what is not yet confirmed.")
    origin: Origin | None = None
    inspection_id: UUID | None = None
    hazard_id: UUID | None = None
    measure_id: UUID | None = None
    seen_again: bool | None = None
    q: str | None = Field(default=None, max_length=200, description="Every word must occur in description or place.")
