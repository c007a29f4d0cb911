"""Tables of areas, enterprises, users and their logins."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, synonym

from app.foundation.columns import Json, Row, Several
from app.journal.events import Recorded
from app.people.scope import Role, Scoped
from app.people.terms import EnterpriseKind, EnterpriseStatus, Scale, StandardizationLevel
from app.sorting.terms import Sector, SpecialCategory


class Area(Row):
    """An administrative division (区划) under its 12-digit code of the national statistics."""

    __tablename__ = "areas"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("areas.code"), index=True)
    name: Mapped[str] = mapped_column(String(64))


class Enterprise(Scoped, Recorded, Row):
    """An enterprise with a credit code, or an unregistered site (无证作坊、自建房)."""

    __tablename__ = "enterprises"
    __table_args__ = (
        Index("ix_enterprises_county", "county_code", "name", "id"),
        Index("ix_enterprises_town", "town_code", "name", "id"),
        Index("ix_enterprises_area", "area_code", "name", "id"),
    )
    KIND = "enterprise"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    enterprise_id: Mapped[UUID] = synonym("id")
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    kind: Mapped[EnterpriseKind]
    credit_code: Mapped[str | None] = mapped_column(String(18), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str | None] = mapped_column(String(200))
    status: Mapped[EnterpriseStatus] = mapped_column(default=EnterpriseStatus.OPERATING)
    sectors: Mapped[tuple[Sector, ...]] = mapped_column(Several(Sector), default=())
    special_categories: Mapped[tuple[SpecialCategory, ...]] = mapped_column(Several(SpecialCategory), default=())
    scale: Mapped[Scale | None]
    standardization_level: Mapped[StandardizationLevel | None]
    position: Mapped[dict[str, Any] | None] = mapped_column(Json)
    person_in_charge: Mapped[dict[str, Any] | None] = mapped_column(Json)
    responsible_persons: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    chief_engineer: Mapped[dict[str, Any] | None] = mapped_column(Json)
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey("enterprises.id"), index=True)
    created_at: Mapped[datetime]


class User(Recorded, Row):
    """A person with one or more roles: of an enterprise, of the government of some areas, or an expert.

    `area_code` is where administrators find them: the smallest area that all their work lies in.
    """

    __tablename__ = "users"
    KIND = "user"
    UNRECORDED: ClassVar[frozenset[str]] = frozenset({"password"})

    username: Mapped[str] = mapped_column(String(64), unique=True)
    password: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(64))
    phone: Mapped[str | None] = mapped_column(String(32))
    roles: Mapped[tuple[Role, ...]] = mapped_column(Several(Role))
    enterprise_id: Mapped[UUID | None] = mapped_column(ForeignKey("enterprises.id"), index=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"), index=True)
    areas: Mapped[tuple[str, ...]] = mapped_column(Several(str), default=())
    sectors: Mapped[tuple[Sector, ...]] = mapped_column(Several(Sector), default=())
    assigned: Mapped[tuple[UUID, ...]] = mapped_column(Several(UUID), default=())
    powers: Mapped[dict[str, Any] | None] = mapped_column(Json)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class Tenure(Row):
    """What a person was for a while: of which enterprise, in which roles, and whether active. The last one, without
    `until`, is what they are. Whoever has never changed has none: they are as they came."""

    __tablename__ = "tenures"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    since: Mapped[datetime] = mapped_column(primary_key=True)
    until: Mapped[datetime | None]
    enterprise_id: Mapped[UUID | None] = mapped_column(ForeignKey("enterprises.id"), index=True)
    roles: Mapped[tuple[Role, ...]] = mapped_column(Several(Role))
    active: Mapped[bool]


class Session(Row):
    """A login on one device. Its refresh tokens are numbered; `generation` is the newest that was given out.

    Access tokens name the session, so that revoking it ends them at once. It is kept until it expires: a device
    that has one is a device we know.
    """

    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    device_id: Mapped[str | None] = mapped_column(String(128))
    generation: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Attempts(Row):
    """Failed logins under one name from strangers, or from one device that the name's user has used before."""

    __tablename__ = "login_attempts"

    who: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    failed_at: Mapped[datetime | None] = mapped_column(index=True)


class Device(Row):
    """A phone that a user has registered: where notices may go."""

    __tablename__ = "devices"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    id: Mapped[str] = mapped_column(String(128), primary_key=True)
    platform: Mapped[str | None] = mapped_column(String(32))
    model: Mapped[str | None] = mapped_column(String(64))
    app_version: Mapped[str | None] = mapped_column(String(32))
    push: Mapped[dict[str, Any] | None] = mapped_column(Json)
    registered_at: Mapped[datetime]
