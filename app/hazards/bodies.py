"""What the actions of the loop need: one body for each row that needs something of its own."""

import re
from decimal import Decimal
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from app.foundation.wire import Body, Day, Frozen, Moment, Sha256, Text, Word
from app.hazards.terms import ReviewMethod
from app.sorting.terms import Discipline, Factor, Level

Photos = Annotated[tuple[Sha256, ...], Field(max_length=20, description="sha256; they may still be under way.")]
SomePhotos = Annotated[tuple[Sha256, ...], Field(min_length=1, max_length=20)]
Criterion = Annotated[str, Field(min_length=1, max_length=32, description="A code of the catalogue, as GM-11-03.")]
SUM: Final = r"[0-9]{1,12}(\.[0-9]{1,2})?"


def _decimal_text(value: Any) -> Any:
    """A sum as it was sent: plain digits, with at most two after the point."""
    if isinstance(value, Decimal) or (isinstance(value, str) and re.fullmatch(SUM, value)):
        return value
    raise ValueError("yuan as decimal text")


Yuan = Annotated[
    Decimal,
    BeforeValidator(_decimal_text),
    PlainSerializer(str, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^{SUM}$", "description": "Yuan, as decimal text."}),
]


class Person(Frozen):
    """A user by id, or somebody without an account by name."""

    id: UUID | None = None
    name: Word | None = None
    phone: Word | None = None

    @model_validator(mode="after")
    def either(self) -> Self:
        if (self.id is None) == (self.name is None):
            raise ValueError("either id, or name and phone")
        return self


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


Persons = Annotated[
    tuple[Person, ...],
    BeforeValidator(_as_list),
    Field(min_length=1, max_length=20, description="Who did the work. A bare name equal to a user's is that user."),
]


class PersonWithoutAccount(Frozen):
    """Somebody without an account."""

    name: Word
    phone: Word


class Confirm(Body):
    """核实下达. A major one says by which criterion or reason, why it came about, and what holds it meanwhile."""

    level: Level
    responsible_id: UUID | None = None
    responsible: PersonWithoutAccount | None = Field(default=None, description="Where the enterprise has no accounts.")
    due_on: Day
    requirement: Text
    criterion: Criterion | None = None
    reason: Text | None = None
    cause: Text | None = None
    interim_measures: Text | None = None
    factor: Factor | None = Field(default=None, description="In the place of what the words had proposed.")
    discipline: Discipline | None = Field(default=None, description="In the place of what the words had proposed.")
    accident_type: str | None = Field(
        default=None, min_length=1, max_length=32,
        description="A code of the edition of GB 6441 in force on the day of the finding.",
    )  # fmt: skip

    @model_validator(mode="after")
    def complete(self) -> Self:
        if (self.responsible_id is None) == (self.responsible is None):
            raise ValueError("either responsible_id or responsible")
        explained = (self.criterion or self.reason) and self.cause and self.interim_measures
        if self.level is Level.MAJOR and not explained:
            raise ValueError("a major hazard needs criterion or reason, cause and interim_measures")
        return self


class Because(Body):
    reason: Text


class Assign(Body):
    responsible_id: UUID
    reason: Text


class SubmitPlan(Body):
    """治理方案, 五落实: who, what, with which money, until when, and what if it goes wrong."""

    responsible_id: UUID
    measures: Text
    funds: Yuan
    due_on: Day
    contingency: Text
    goal: Text | None = None
    signed_document: Sha256 | None = Field(default=None, description="Needed unless the manager sends it himself.")
    endorsed_by_chief_engineer: bool | None = Field(
        default=None, description="Whether the chief engineer (总工程师) has endorsed it; null: nobody says."
    )


class DecidePlan(Body):
    comment: Text


class Done(Frozen):
    """What was done on the spot (即查即改), as part of a finding."""

    measures_taken: Text
    photos_before: Photos
    photos_after: SomePhotos
    rectified_by: Persons
    performed_at: Moment
    cost: Yuan | None = None


class RectifyOnTheSpot(Done, Body):
    """即查即改."""


class Rectify(Body):
    measures_taken: Text
    photos: SomePhotos
    rectified_by: Persons
    performed_at: Moment
    cost: Yuan | None = None


class Accept(Body):
    """复查通过. A major one on site, with photos; it states the level where that is unconfirmed."""

    conclusion: Text
    method: ReviewMethod
    photos: Photos = ()
    level: Level | None = None
    without_plan_reason: Text | None = None


class Reject(Body):
    reason: Text
    due_on: Day | None = Field(default=None, description="Needed unless the hazard goes back to reported.")
    photos: Photos = ()


class Regrade(Body):
    level: Level
    reason: Text
    criterion: Criterion | None = None


class RequestExtension(Body):
    due_on: Day
    reason: Text


class GrantExtension(Body):
    due_on: Day
    reason: Text


class Say(Body):
    text: Text
    photos: Photos = ()
