"""What clients see of a hazard: the row of the list, the whole story, the timeline."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, Field

from app.foundation.geo import Datum
from app.foundation.wire import Moment, View
from app.hazards.ledgers import KnownState, SourceKind
from app.hazards.terms import ListedOrigin, Origin, ReviewMethod, State, WaitingFor
from app.people.scope import Role
from app.photos.flags import EvidenceFlag
from app.photos.schemas import PhotoView
from app.sorting.terms import Discipline, Factor, Level, Method
from app.sorting.verdict import Proposal


class Named(BaseModel):
    id: UUID
    name: str


class Someone(BaseModel):
    """A person; without an id somebody without an account. For a worker the names of others are null."""

    id: UUID | None = None
    name: str | None = None
    phone: str | None = None


class Overdue(BaseModel):
    stage: State
    days: int = Field(ge=1, description="Days begun since the stage was due.")


class HazardRow(BaseModel):
    """A hazard in a list."""

    id: UUID
    number: str = Field(description="Readable, for a phone call; unique, with gaps.")
    description: str
    level: Level
    level_confirmed: bool
    criterion: str | None
    state: State
    due_on: date | None
    overdue: Overdue | None
    waiting_for: WaitingFor | None
    enterprise: Named
    area_code: str
    place: str | None
    responsible: Someone | None
    origin: ListedOrigin
    reported_at: Moment
    thumbnail_url: str | None
    photos_missing: int
    listed: bool
    revision: int
    allowed_actions: tuple[str, ...]


class HazardPage(BaseModel):
    items: list[HazardRow]
    next_cursor: str | None
    total: int | None = Field(default=None, description="With `count=true`; exact to 10,000.")
    total_capped: bool | None = None


class Blocked(BaseModel):
    """An action that is not for this caller now, and why."""

    name: str
    code: str
    message: str


class Place(BaseModel):
    lon: float
    lat: float
    datum: Datum
    accuracy_m: float | None = None


class Authority(BaseModel):
    area_code: str
    department: str | None


class Plan(BaseModel):
    """治理方案. `state`: submitted, approved or rejected."""

    state: str
    responsible_id: UUID
    measures: str
    funds: str
    due_on: date
    contingency: str
    goal: str | None = None
    signed_document: str | None = None
    endorsed_by_chief_engineer: bool | None = None
    submitted_by: Someone
    submitted_at: Moment
    decided_by: Someone | None = None
    decided_at: Moment | None = None
    decision_comment: str | None = None


class Extension(BaseModel):
    """`state`: requested, granted or refused."""

    state: str
    due_on: date
    reason: str
    requested_by: Someone
    requested_at: Moment
    granted_until: date | None = None
    decided_by: Someone | None = None
    decided_at: Moment | None = None
    decision_reason: str | None = None


class Rectification(BaseModel):
    measures_taken: str
    rectified_by: list[Someone]
    performed_at: Moment
    cost: str | None = None
    photos: list[str] = Field(default_factory=list)
    photos_before: list[str] = Field(default_factory=list)
    photos_after: list[str] = Field(default_factory=list)
    submitted_by: Someone
    submitted_at: Moment


class Review(BaseModel):
    accepted: bool
    by: Someone
    at: Moment
    conclusion: str | None = None
    reason: str | None = None
    method: ReviewMethod | None = None
    level: Level | None = None
    without_plan_reason: str | None = None
    due_on: date | None = None
    photos: list[str] = Field(default_factory=list)


class Source(BaseModel):
    """The list that a hazard was imported from."""

    kind: SourceKind
    title: str | None
    issued_by: str | None
    issued_on: date | None


class Imported(BaseModel):
    """What a ledger said of a hazard that was known before. None of it was seen here: neither photos nor a review."""

    source: Source
    number: str | None = Field(description="The number it had there.")
    found_by: Origin = Field(description="Who found it: whose confirmers and reviewers decide on it here.")
    proposal: Proposal | None = Field(
        description="What its words say, where the list calls it general and they do not."
    )
    state: KnownState = Field(description="How far it had come when it was imported.")
    found_on: date
    due_on: date | None
    rectified_on: date | None
    closed_on: date | None
    reporter: Someone | None
    responsible: Someone | None
    measures_taken: str | None
    reviewer: Someone | None
    note: str | None
    by: Someone
    at: Moment


class Cited(BaseModel):
    """The criterion that a hazard meets, as it stood on the day of the finding."""

    code: str
    standard: str | None
    text: str | None = Field(description="In a document that leaves the house only if it is verified.")
    verified: bool = Field(description="Whether the wording was compared with a text of the standard.")


class HazardView(View):
    """A hazard with its whole story, what the caller may do now, and why not the rest."""

    number: str
    description: str
    level: Level
    level_confirmed: bool
    level_by: Method = Field(description="What proposed the level; `declared` once a person has decided.")
    criterion: str | None
    cited: Cited | None
    state: State
    due_on: date | None
    overdue: Overdue | None
    waiting_for: WaitingFor | None
    enterprise: Named
    area_code: str
    place: str | None
    position: Place | None
    responsible: Someone | None
    origin: ListedOrigin
    reported_at: Moment
    thumbnail_url: str | None
    photos_missing: int
    evidence_flags: tuple[EvidenceFlag, ...] = Field(
        description="What was noticed about its photos; which, and why, each photo says."
    )
    listed: bool
    stopped: bool
    factor: Factor | None
    discipline: Discipline | None
    accident_type: str | None
    accident_standard: str | None
    found_at: Moment
    last_seen_at: Moment
    reported_by: Someone
    inspection_id: UUID | None
    measure_id: UUID | None
    risk_id: UUID | None
    first_due_on: date | None
    stage_due_at: Moment | None
    handling_authority: Authority
    confirmed_by: Someone | None
    confirmed_at: Moment | None
    requirement: str | None
    reason: str | None
    cause: str | None
    interim_measures: str | None
    plan: Plan | None
    extension: Extension | None
    rectification: Rectification | None
    rectified_at: Moment | None
    on_time: bool | None = Field(description="Whether what was accepted was performed by `due_on`; null before.")
    review: Review | None
    ended_at: Moment | None
    imported: Imported | None = Field(description="What a ledger said of it, where it was known before.")
    photos: list[PhotoView]
    allowed_actions: tuple[str, ...]
    blocked_actions: tuple[Blocked, ...]


class Author(BaseModel):
    id: UUID
    name: str | None
    roles: list[Role]


class EventView(BaseModel):
    """One thing that happened to the hazard. `changes` are the fields as they were afterwards."""

    number: int
    action: str
    at: Moment
    received_at: Moment
    by: Author
    data: dict[str, Any]
    changes: dict[str, Any]
    revision: int


class EventPage(BaseModel):
    items: list[EventView]
    next_cursor: str | None


PERSONAL: Final = frozenset({"name", "phone", "responsible_name", "responsible_phone"})


def masked(value: Any, reader: UUID | None) -> Any:
    """The value without names and phones of persons other than the reader; `reader` None masks nothing."""
    if reader is None:
        return value
    if isinstance(value, list | tuple):
        return [masked(item, reader) for item in value]
    if not isinstance(value, dict):
        return value
    theirs = str(value.get("id")) != str(reader)
    return {key: None if theirs and key in PERSONAL else masked(item, reader) for key, item in value.items()}
