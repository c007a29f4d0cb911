"""What phones post: an inspection with its findings, or one finding by itself; and what a person decides of one."""

from datetime import date
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import BeforeValidator, Field, model_validator

from app.foundation.wire import Body, Frozen, Moment, Note, Position, Sha256, Short, Text, Word
from app.hazards.bodies import Criterion, Done
from app.inspections.terms import Cadence, DutyId, Kind, Status, Tier
from app.sorting.proposals import Proposals
from app.sorting.terms import Level, ListName, Sector, SpecialCategory
from app.sorting.verdict import Sorting
from app.sorting.wordings import Offered

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
    """The list and level that a finding belongs on. `level: major`, a criterion, a measure that does not hold or a
    hazard that it saw again says that it is a hazard. Who says no more than the last two leaves the level as it is."""

    list: ListName | None = None
    level: Level | None = None
    criterion: Criterion | None = None
    measure_id: UUID | None = Field(default=None, description="The control measure that it belongs to.")
    seen_again: UUID | None = Field(
        default=None, description="The open hazard that it saw again; its own hazard then leaves the list."
    )
    reason: Text | None = Field(default=None, description="Needed to take a hazard off its list, or a major one down.")

    @model_validator(mode="after")
    def decides(self) -> Self:
        if self.list is ListName.PENDING or not (self.list or self.level or self.criterion or self.places):
            raise ValueError("say hazard, risk or none, or a level, criterion, measure_id or seen_again")
        return self

    @property
    def places(self) -> bool:
        """Whether it says what the hazard belongs to or is."""
        return self.measure_id is not None or self.seen_again is not None

    @property
    def only_places(self) -> bool:
        return self.places and not (self.list or self.level or self.criterion)


class Preview(Frozen):
    """A finding that nobody has reported: at an enterprise, or at one of these sectors and categories. It may be asked
    for at every pause of typing, from the first character."""

    description: Note
    place: Short | None = None
    enterprise_id: UUID | None = None
    sectors: Annotated[tuple[Sector, ...], Field(max_length=len(Sector))] | None = None
    special_categories: Annotated[tuple[SpecialCategory, ...], Field(max_length=len(SpecialCategory))] | None = None
    on: date | None = Field(default=None, description="The day it was found; today.")


class Previewed(Proposals):
    """The verdict by the text alone, what else the words propose, and standard wordings to take over."""

    sorting: Sorting
    wordings: tuple[Offered, ...] = Field(description="Up to three, the likeliest first.")
