"""What everybody reads of responsible persons, incidents, special periods and follow-ups."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from app.duties.terms import Seat
from app.foundation.wire import Moment, Position, View
from app.hazards.bodies import Yuan
from app.hazards.views import Named
from app.oversight.terms import IncidentKind, Manner
from app.people.terms import Responsibility
from app.sorting.terms import SpecialCategory


class Page(BaseModel):
    next_cursor: str | None
    total: int | None = None
    total_capped: bool | None = None


class ResponsiblePersonView(View):
    enterprise_id: UUID
    seat: Responsibility
    user_id: UUID | None
    name: str | None = Field(description="Null for a worker; so is `phone`.")
    unit: str | None
    post: str | None
    phone: str | None = Field(description="Of an official, only officials read one that is not public.")
    phone_public: bool
    from_on: date
    to_on: date | None
    withdrawn: bool
    backdated: bool = Field(description="Whether it was written down after the day from which it holds.")
    made_at: Moment


class ResponsiblePersonPage(Page):
    """The last written down first."""

    items: list[ResponsiblePersonView]


class Correction(BaseModel):
    """What was put right, by whom, and why."""

    at: Moment
    by: str | None
    reason: str | None
    changes: dict[str, Any]


class IncidentRow(BaseModel):
    id: UUID
    revision: int
    enterprise_id: UUID
    area_code: str
    kind: IncidentKind
    occurred_at: Moment
    place: str | None
    accident_type: str | None
    accident_standard: str | None
    description: str
    consequence: str | None
    deaths: int
    serious_injuries: int
    direct_loss: Yuan | None
    withdrawn: bool
    recorded_by: UUID
    recorded_at: Moment


class IncidentView(View, IncidentRow):
    """An incident as it is known now, with what has been put right about it."""

    corrections: list[Correction]


class IncidentPage(Page):
    """The latest first."""

    items: list[IncidentRow]


class SpecialPeriodView(View):
    area_code: str
    name: str
    categories: list[SpecialCategory]
    from_on: date
    to_on: date
    withdrawn: bool
    declared_by: UUID
    declared_at: Moment


class SpecialPeriodPage(Page):
    """The last to begin first."""

    items: list[SpecialPeriodView]


class FollowUpRow(BaseModel):
    id: UUID
    batch_id: UUID
    enterprise_id: UUID
    manner: Manner
    at: Moment
    note: str
    position: Position | None
    participants: list[str] | None = Field(description="Null for a worker; so is `user_name`.")
    user_id: UUID
    user_name: str | None
    doubt: bool = Field(description="Whether it was said to be later than it was heard of.")
    recorded_at: Moment


class FollowUpView(View):
    """One call or meeting, with a record for each enterprise."""

    items: list[FollowUpRow]


class FollowUpPage(Page):
    """The latest first."""

    items: list[FollowUpRow]


class OnBoard(BaseModel):
    """One of the three as everybody may read them."""

    seat: Seat
    title: str
    name: str | None
    unit: str | None
    post: str | None
    phone: str | None = Field(description="Only one that is said to be public.")
    since_on: date | None
    duties: list[str]


class Board(BaseModel):
    """The public board (公示牌) of the three responsible persons, as it stands today."""

    enterprise: Named
    address: str | None
    special_categories: list[SpecialCategory]
    categories_title: str
    persons: list[OnBoard]
    supervision_phone: str
    on: date
