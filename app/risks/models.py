"""Tables of the risk list."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.columns import Row
from app.journal.events import Recorded
from app.people.scope import Scoped
from app.risks.levels import MeasureKind, RiskLevel


class RiskObject(Scoped, Row):
    """A risk point or object of analysis (风险点/分析对象): a workshop, a process, a piece of plant."""

    __tablename__ = "risk_objects"
    __table_args__ = (UniqueConstraint("enterprise_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprises.id"))
    name: Mapped[str] = mapped_column(String(200))


class RiskUnit(Row):
    """A unit of analysis (分析单元) within an object."""

    __tablename__ = "risk_units"
    __table_args__ = (UniqueConstraint("object_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    object_id: Mapped[UUID] = mapped_column(ForeignKey("risk_objects.id"))
    name: Mapped[str] = mapped_column(String(200))


class Risk(Scoped, Recorded, Row):
    """One row of the risk list: a risk event (风险事件).

    A candidate came from a finding and waits for the enterprise to place it: it may have no unit yet. `hazard_id` is
    the hazard that no measure stood against, where that opened the candidate.
    """

    __tablename__ = "risks"
    __table_args__ = (
        *(
            Index(f"ix_risks_{scope}_newest", scope, "created_at", "id")
            for scope in ("enterprise_id", "county_code", "town_code", "area_code")
        ),
        Index("ix_risks_unit", "unit_id"),
    )
    KIND = "risk"

    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprises.id"))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("risk_units.id"))
    event: Mapped[str] = mapped_column(Text)
    place: Mapped[str | None] = mapped_column(String(200))
    level: Mapped[RiskLevel | None]
    post: Mapped[str | None] = mapped_column(String(200))
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    next_review_on: Mapped[date | None]
    candidate: Mapped[bool] = mapped_column(default=False)
    retired: Mapped[bool] = mapped_column(default=False)
    finding_id: Mapped[UUID | None]
    hazard_id: Mapped[UUID | None]
    created_at: Mapped[datetime]


class ControlMeasure(Scoped, Recorded, Row):
    """What keeps a risk in check (管控措施), what to look at, and which post holds it.

    `always`: it is owed also while production stands still.
    """

    __tablename__ = "control_measures"
    __table_args__ = (
        Index("ix_control_measures_risk", "risk_id", "created_at", "id"),
        Index("ix_control_measures_enterprise", "enterprise_id"),
    )
    KIND = "measure"

    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprises.id"))
    risk_id: Mapped[UUID] = mapped_column(ForeignKey("risks.id"))
    kind: Mapped[MeasureKind]
    description: Mapped[str] = mapped_column(Text)
    check: Mapped[str | None] = mapped_column(Text)
    holder: Mapped[str | None] = mapped_column(String(200))
    always: Mapped[bool] = mapped_column(default=False)
    retired: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
