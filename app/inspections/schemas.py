"""What phones post: an inspection with its findings, or one finding by itself; and what a person decides of one."""

from datetime import date
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field, model_validator

from app.foundation.wire import Body, Frozen, Moment, Note, Position, Sha256, Short, Text, Word
from app.hazards.bodies import Criterion, Done
from app.inspections.terms import Cadence, DutyId, Kind, Status, Tier
from app.sorting.terms import Level, ListName, Sector, SpecialCategory
from app.sorting.verdict import Sorting

FINDINGS_LIMIT: Final = 200
PHOTOS_LIMIT: Final = 20
RESULTS_LIMIT: Final = 1000

Where = Annotated[
    Position | None, BeforeValidator(lambda value: value or None), Field(description="`{}` is the same as null.")
]
Photos = Annotated[
    tuple[Sha256, ...], Field(max_length=PHOTOS_LIMIT, description="sha256; they may still be under way.")
]


class PhotoEntry(Frozen):
    """What the phone knows of a photo."""

    sha256: Sha256
    bytes: int | None = Field(default=None, ge=0, lt=1 << 53)
    taken_at: Moment | None = None
    position: Where = None


class Participant(Frozen):
    name: Word
    certificate: Word | None = None


class Result(Frozen):
    """What was seen at one measure. `abnormal` goes with a finding at that measure."""

    measure_id: UUID
    status: Status
    checked_at: Moment | None = None
    note: Note | None = None
    photos: Photos | None = None


class FindingFields(Frozen):
    """What was seen, and what is known about it already."""

    description: Text
    place: Short | None = None
    measure_id: UUID | None = Field(default=None, description="The control measure that does not hold.")
    list: ListName | None = None
    level: Level | None = None
    criterion: Criterion | None = None
    seen_again: UUID | Literal[False] | None = Field(
        default=None, description="The open hazard that this is; `false`: another than the one open on the measure."
    )
    rectified_on_the_spot: Done | None = None


class ReportedFinding(FindingFields):
    id: UUID | None = None
    photos: Photos | None = None


class Report(Body):
    """One inspection, whole. No findings and every measure checked: a report that nothing was found."""

    enterprise_id: UUID
    duties: Annotated[tuple[DutyId, ...], Field(max_length=50)] | None = None
    cadence: Cadence | None = None
    tier: Tier | None = None
    kind: Kind | None = None
    started_at: Moment | None = None
    performed_at: Moment
    position: Where = None
    participants: Annotated[tuple[Participant, ...], Field(max_length=50)] | None = None
    results: Annotated[tuple[Result, ...], Field(max_length=RESULTS_LIMIT)] | None = None
    findings: Annotated[tuple[ReportedFinding, ...], Field(max_length=FINDINGS_LIMIT)] | None = None
    photos: Annotated[tuple[PhotoEntry, ...], Field(max_length=FINDINGS_LIMIT * PHOTOS_LIMIT)] | None = None


class SingleFinding(FindingFields, Body):
    """One finding without an inspection."""

    enterprise_id: UUID
    kind: Kind | None = None
    performed_at: Moment | None = None
    position: Where = None
    photos: Annotated[tuple[Sha256 | PhotoEntry, ...], Field(max_length=PHOTOS_LIMIT)] | None = None


class Decide(Body):
    """The list and level that a finding belongs on. `level: major` or a criterion says that it is a hazard."""

    list: ListName | None = None
    level: Level | None = None
    criterion: Criterion | None = None
    reason: Text | None = Field(default=None, description="Needed to take a hazard off its list, or a major one down.")

    @model_validator(mode="after")
    def decides(self) -> Self:
        if self.list is ListName.PENDING or not (self.list or self.level or self.criterion):
            raise ValueError("say hazard, risk or none, or a level or criterion")
        return self


class Preview(Frozen):
    """A finding that nobody has reported: at an enterprise, or at one of these sectors and categories."""

    description: Text
    enterprise_id: UUID | None = None
    sectors: Annotated[tuple[Sector, ...], Field(max_length=len(Sector))] | None = None
    special_categories: Annotated[tuple[SpecialCategory, ...], Field(max_length=len(SpecialCategory))] | None = None
    on: date | None = Field(default=None, description="The day it was found; today.")


class Previewed(BaseModel):
    sorting: Sorting
