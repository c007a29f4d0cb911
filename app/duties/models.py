"""Tables of plans and stops, and of which inspection was for which duty. Duties themselves have none."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.duties.terms import Days
from app.foundation.columns import Json, Row, Several
from app.inspections.terms import Cadence, Kind, Tier
from app.journal.events import Recorded
from app.people.scope import Scoped

SCOPES = ("enterprise_id", "county_code", "town_code", "area_code")


class InspectionPlan(Scoped, Recorded, Row):
    """A plan of inspections as it is now. Who stands in counts at once; what is owed changes with the next period."""

    __tablename__ = "inspection_plans"
    __table_args__ = tuple(Index(f"ix_inspection_plans_{scope}_newest", scope, "created_at", "id") for scope in SCOPES)
    KIND = "plan"

    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprises.id"))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[Kind]
    cadence: Mapped[Cadence]
    tier: Mapped[Tier | None]
    responsible_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    substitutes: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    measure_ids: Mapped[tuple[UUID, ...]] = mapped_column(Several(UUID), default=())
    days: Mapped[Days]
    shifts: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    retired: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class PlanVersion(Row):
    """What a plan owed from an instant on. Never changed: the next one follows it, for what opens after that."""

    __tablename__ = "inspection_plan_versions"

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("inspection_plans.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    made_at: Mapped[datetime]
    retired: Mapped[bool]
    cadence: Mapped[Cadence]
    tier: Mapped[Tier | None]
    responsible_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    measure_ids: Mapped[tuple[UUID, ...]] = mapped_column(Several(UUID))
    days: Mapped[Days]
    shifts: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    from_on: Mapped[date]
    to_on: Mapped[date | None]


class ProductionCalendar(Scoped, Recorded, Row):
    """On which days an enterprise produces, from a day on. Never changed: a later one follows it."""

    __tablename__ = "production_calendars"
    __table_args__ = tuple(Index(f"ix_production_calendars_{scope}_newest", scope, "made_at", "id") for scope in SCOPES)
    KIND = "production_calendar"

    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprises.id"))
    from_on: Mapped[date]
    weekdays: Mapped[list[int] | None] = mapped_column(Json)
    off: Mapped[list[str]] = mapped_column(Json, default=list)
    worked: Mapped[list[str]] = mapped_column(Json, default=list)
    first_shift: Mapped[str] = mapped_column(String(5))
    made_at: Mapped[datetime]


class ProductionStop(Scoped, Recorded, Row):
    """A stop of production (停产), declared beforehand. `always` are the measures that stayed owed when it was,
    `end_told_at` is when somebody said last when it ends."""

    __tablename__ = "production_stops"
    __table_args__ = tuple(Index(f"ix_production_stops_{scope}_newest", scope, "declared_at", "id") for scope in SCOPES)
    KIND = "production_stop"

    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprises.id"))
    scope: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(2000))
    plan_ids: Mapped[list[str] | None] = mapped_column(Json)
    always: Mapped[tuple[UUID, ...]] = mapped_column(Several(UUID), default=())
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    end_told_at: Mapped[datetime | None]
    withdrawn: Mapped[bool] = mapped_column(default=False)
    backdated: Mapped[bool] = mapped_column(default=False)
    declared_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    declared_at: Mapped[datetime]


class InspectionDuty(Row):
    """An inspection that was for a duty, written with it. `plan_id` may be a stop's, whose end owes one.

    `due_on` is the duty's last day (of a night shift the day it began), `lacking` what was not looked at. The key is in
    the order in which duties are counted.
    """

    __tablename__ = "inspection_duties"
    __table_args__ = (Index("ix_inspection_duties_inspection", "inspection_id"), {"sqlite_with_rowid": False})

    plan_id: Mapped[UUID] = mapped_column(primary_key=True)
    due_on: Mapped[date] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(String(10), primary_key=True)
    shift: Mapped[str] = mapped_column(String(32), primary_key=True)
    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"), primary_key=True)
    closes_at: Mapped[datetime]
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    own: Mapped[bool]
    doubt: Mapped[bool]
    nil: Mapped[bool]
    lacking: Mapped[tuple[UUID, ...]] = mapped_column(Several(UUID), default=())
