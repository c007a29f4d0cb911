"""Tables of who answers for an enterprise, of what happened there, and of how they followed it up. Duties have none."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.columns import Json, Row, Several
from app.journal.events import Recorded
from app.oversight.terms import IncidentKind, Manner
from app.people.scope import Scoped
from app.people.terms import Responsibility
from app.sorting.terms import SpecialCategory

SCOPES = ("enterprise_id", "county_code", "town_code", "area_code")


class ResponsiblePerson(Scoped, Recorded, Row):
    """One of the three responsible persons (三个责任人) from a day to a day. Whoever follows is another row.

    `name` is as it was at the appointment; `user_id` their account, if they have one. `phone_public`: it may stand on
    the board at the gate.
    """

    __tablename__ = "responsible_persons"
    __table_args__ = (
        *(Index(f"ix_responsible_persons_{scope}_newest", scope, "made_at", "id") for scope in SCOPES),
        Index("ix_responsible_persons_user", "user_id"),
    )
    KIND = "responsible_person"

    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprises.id"))
    seat: Mapped[Responsibility]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(64))
    unit: Mapped[str | None] = mapped_column(String(200))
    post: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(32))
    phone_public: Mapped[bool] = mapped_column(default=False)
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    withdrawn: Mapped[bool] = mapped_column(default=False)
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]


class Incident(Scoped, Recorded, Row):
    """A danger (险情) or an accident at an enterprise. What is corrected stands in its events, with the reason."""

    __tablename__ = "incidents"
    __table_args__ = tuple(Index(f"ix_incidents_{scope}_newest", scope, "occurred_at", "id") for scope in SCOPES)
    KIND = "incident"

    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprises.id"))
    kind: Mapped[IncidentKind]
    occurred_at: Mapped[datetime]
    place: Mapped[str | None] = mapped_column(String(200))
    accident_type: Mapped[str | None] = mapped_column(String(32))
    accident_standard: Mapped[str | None] = mapped_column(String(32))
    description: Mapped[str] = mapped_column(String(2000))
    consequence: Mapped[str | None] = mapped_column(String(2000))
    deaths: Mapped[int] = mapped_column(default=0)
    serious_injuries: Mapped[int] = mapped_column(default=0)
    direct_loss: Mapped[Decimal | None] = mapped_column(Numeric(16, 2))
    withdrawn: Mapped[bool] = mapped_column(default=False)
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime]


class SpecialPeriod(Recorded, Row):
    """A time of particular care (两会, holidays) in an area: for which special categories; none: for all of them."""

    __tablename__ = "special_periods"
    __table_args__ = (Index("ix_special_periods_area", "area_code", "from_on", "id"),)
    KIND = "special_period"

    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    name: Mapped[str] = mapped_column(String(200))
    categories: Mapped[tuple[SpecialCategory, ...]] = mapped_column(Several(SpecialCategory), default=())
    from_on: Mapped[date]
    to_on: Mapped[date]
    withdrawn: Mapped[bool] = mapped_column(default=False)
    declared_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    declared_at: Mapped[datetime]


class FollowUp(Scoped, Recorded, Row):
    """That somebody looked after an enterprise without inspecting it (了解掌握、协调调度、到场): never changed.

    `batch_id` is what the client named: one call or meeting may be about several enterprises.
    """

    __tablename__ = "follow_ups"
    __table_args__ = (
        *(Index(f"ix_follow_ups_{scope}_newest", scope, "at", "id") for scope in SCOPES),
        Index("ix_follow_ups_batch", "batch_id"),
    )
    KIND = "follow_up"

    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprises.id"))
    batch_id: Mapped[UUID]
    manner: Mapped[Manner]
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(2000))
    position: Mapped[dict[str, Any] | None] = mapped_column(Json)
    participants: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    user_name: Mapped[str] = mapped_column(String(64))
    doubt: Mapped[bool]
    recorded_at: Mapped[datetime]
