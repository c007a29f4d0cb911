"""What is sent: who answers for an enterprise, what happened there, times of particular care, and follow-ups."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import Field, model_validator

from app.foundation.pages import Asked
from app.foundation.wire import AreaCode, Body, Change, Day, Frozen, Moment, Position, Short, Text, Word
from app.hazards.bodies import Yuan
from app.oversight.terms import IncidentKind, Manner
from app.people.schemas import Categories, Phone
from app.people.terms import Responsibility

FOLLOW_UPS_LIMIT: Final = 100
HARMED_LIMIT: Final = 100_000
DAYS_LIMIT: Final = 93  # of a special period; in the words of RULES_IN_CHINESE, too

Public = Annotated[bool, Field(description="Whether the phone may stand on the board at the gate.")]
Harmed = Annotated[int, Field(ge=0, le=HARMED_LIMIT)]
AccidentType = Annotated[Word | None, Field(max_length=32, description="A code of the standard, as 05.")]
Standard = Annotated[
    Word | None,
    Field(max_length=32, description="GB 6441-2025 or GB 6441-1986; else the one in force on the day of it."),
]


class NewResponsiblePerson(Body):
    """Somebody takes a seat from a day on. Who holds it then holds it until the day before."""

    seat: Responsibility
    user_id: UUID | None = Field(default=None, description="Their account: then their own records count.")
    name: Word | None = Field(default=None, description="Needed without an account.")
    unit: Short | None = None
    post: Short | None = None
    phone: Phone | None = None
    phone_public: Public = False
    from_on: Day | None = Field(default=None, description="Today, if it does not say.")
    to_on: Day | None = Field(default=None, description="Of whoever stands in for a while.")

    @model_validator(mode="after")
    def somebody(self) -> Self:
        if self.user_id is None and self.name is None:
            raise ValueError("either user_id, or name")
        if self.from_on and self.to_on and self.to_on < self.from_on:
            raise ValueError("it ends before it begins")
        return self


class ResponsiblePersonChange(Change):
    """Who follows is another appointment; `withdrawn` takes back one that was made by mistake."""

    unit: Short | None = None
    post: Short | None = None
    phone: Phone | None = None
    phone_public: Public = Field(default_factory=bool)
    to_on: Day | None = None
    withdrawn: bool = Field(default_factory=bool)


class PersonFilter(Asked):
    seat: Responsibility | None = None
    on: Day | None = Field(default=None, description="Who held it on that day.")
    withdrawn: bool = Field(default=False, description="Those that were taken back.")


class NewIncident(Body):
    """A danger (险情) or an accident. The three responsible persons owe their presence; after an accident the risks of
    the enterprise are due for review."""

    enterprise_id: UUID
    kind: IncidentKind
    occurred_at: Moment
    place: Short | None = None
    accident_type: AccidentType = None
    accident_standard: Standard = None
    description: Text
    consequence: Text | None = None
    deaths: Harmed = 0
    serious_injuries: Harmed = 0
    direct_loss: Yuan | None = None


class IncidentChange(Change):
    """What is put right, and why; the old words stay in its history."""

    reason: Short = Field(description="Why it is corrected or withdrawn.")
    kind: IncidentKind = Field(default_factory=lambda: IncidentKind.DANGER)
    occurred_at: Moment = Field(default_factory=lambda: datetime.now(UTC))
    place: Short | None = None
    accident_type: AccidentType = None
    accident_standard: Standard = None
    description: Text = Field(default_factory=str)
    consequence: Text | None = None
    deaths: Harmed = Field(default_factory=int)
    serious_injuries: Harmed = Field(default_factory=int)
    direct_loss: Yuan | None = Field(default_factory=Decimal)
    withdrawn: bool = Field(default_factory=bool)


class IncidentFilter(Asked):
    enterprise_id: UUID | None = None
    area_code: AreaCode | None = Field(default=None, description="With its subtree.")
    kind: IncidentKind | None = None
    from_: Day | None = Field(default=None, alias="from", description="Of the day on which it was.")
    to: Day | None = None
    withdrawn: bool = False


class NewSpecialPeriod(Body):
    """A time of particular care (两会, holidays) in an area and all beneath it. It owes nothing for days that had begun
    when it was declared."""

    area_code: AreaCode
    name: Short
    categories: Categories = Field(default=(), description="None: enterprises with any special category.")
    from_on: Day
    to_on: Day

    @model_validator(mode="after")
    def not_too_long(self) -> Self:
        if self.to_on < self.from_on:
            raise ValueError("it ends before it begins")
        if (self.to_on - self.from_on).days >= DAYS_LIMIT:
            raise ValueError("93 days at most")
        return self


class SpecialPeriodChange(Change):
    """Ends it, lets it last longer, or takes it back before it begins."""

    name: Short = Field(default_factory=str)
    to_on: Day = Field(default_factory=lambda: date.max)
    withdrawn: bool = Field(default_factory=bool)


class SpecialPeriodFilter(Asked):
    area_code: AreaCode | None = Field(default=None, description="Those that hold in this area.")
    on: Day | None = None
    withdrawn: bool = False


class NewFollowUp(Body):
    """That the caller looked after enterprises without inspecting them: by phone, on site, in a meeting."""

    enterprise_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=FOLLOW_UPS_LIMIT)]
    manner: Manner
    at: Moment | None = Field(default=None, description="Now, if it does not say.")
    note: Text
    position: Position | None = Field(default=None, description="Of who was on site.")
    participants: Annotated[tuple[Word, ...], Field(max_length=20)] = Field(
        default=(), description="Names of responsible persons for whom it is written down: then that is flagged."
    )


class FollowUpFilter(Asked):
    enterprise_id: UUID | None = None
    area_code: AreaCode | None = Field(default=None, description="With its subtree.")
    user_id: UUID | None = None
    batch_id: UUID | None = None


class BoardAsked(Frozen):
    """Parameters of the printed board."""

    paper: Annotated[str, Field(pattern="^a[34]$", description="a4 or a3, both landscape.")] = "a4"
