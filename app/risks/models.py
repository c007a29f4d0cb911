"""Tables of the risk list."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.columns import Json, Row
from app.foundation.short_codes import LENGTH, new_code
from app.journal.events import Recorded
from app.people.scope import Scoped
from app.risks.levels import LevelBy, MeasureKind, RiskLevel
from app.risks.methods import AssessmentKind, Override, RatingMethod
from app.risks.terms import Decision, HolderRole, ObjectKind, ReviewCause

MERGED: Final = text("merged_into IS NOT NULL")  # of few: statistics of an index with all the others mislead SQLite


class RiskObject(Scoped, Recorded, Row):
    """A risk point or object of analysis (风险点/分析对象): a workshop, a process, a piece of plant.

    With `grade` (1 to 4) it is a major hazard installation (重大危险源); `answerable` are the three persons who answer
    for it. `code` is what other platforms know it by; `scan_code` hangs at the place itself.
    """

    __tablename__ = "risk_objects"
    __table_args__ = (
        UniqueConstraint("enterprise_id", "name"),
        *(
            Index(f"ix_risk_objects_{scope}", scope, "name", "id")
            for scope in ("county_code", "town_code", "area_code")
        ),
        Index("ix_risk_objects_scan_code", "scan_code", unique=True),
    )
    KIND = "risk_object"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprises.id"))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[ObjectKind | None]
    code: Mapped[str | None] = mapped_column(String(36))
    place: Mapped[str | None] = mapped_column(String(200))
    position: Mapped[dict[str, Any] | None] = mapped_column(Json)
    department: Mapped[str | None] = mapped_column(String(200))
    responsible_id: Mapped[UUID | None]
    grade: Mapped[int | None]
    answerable: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list, server_default=text("'[]'"))
    scan_code: Mapped[str] = mapped_column(String(LENGTH), default=new_code, server_default=text("''"))
    retired: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    revision: Mapped[int] = mapped_column(default=1, server_default=text("1"))


class RiskUnit(Recorded, Row):
    """A unit of analysis (分析单元) within an object."""

    __tablename__ = "risk_units"
    __table_args__ = (
        UniqueConstraint("object_id", "name"),
        Index("ix_risk_units_enterprise", "enterprise_id", "id"),
        Index("ix_risk_units_scan_code", "scan_code", unique=True),
    )
    KIND = "risk_unit"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprises.id"))
    area_code: Mapped[str] = mapped_column(String(12))
    object_id: Mapped[UUID] = mapped_column(ForeignKey("risk_objects.id"))
    name: Mapped[str] = mapped_column(String(200))
    department: Mapped[str | None] = mapped_column(String(200))
    responsible_id: Mapped[UUID | None]
    scan_code: Mapped[str] = mapped_column(String(LENGTH), default=new_code, server_default=text("''"))
    retired: Mapped[bool] = mapped_column(default=False)


class Risk(Scoped, Recorded, Row):
    """One row of the risk list: a risk event (风险事件).

    A candidate came from a finding and waits for the enterprise to place it: it may have no unit yet. `hazard_id` is
    the hazard that no measure stood against, where that opened the candidate. `inherent` and `residual` are the newest
    assessments, so that the list need not look for them; the level is theirs where there is one.
    """

    __tablename__ = "risks"
    __table_args__ = (
        *(
            Index(f"ix_risks_{scope}_listed", scope, "candidate", "created_at", "id")
            for scope in ("enterprise_id", "county_code", "town_code", "area_code")
        ),
        Index("ix_risks_unit", "unit_id"),
        Index("ix_risks_merged_into", "merged_into", postgresql_where=MERGED, sqlite_where=MERGED),
    )
    KIND = "risk"

    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprises.id"))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("risk_units.id"))
    event: Mapped[str] = mapped_column(Text)
    place: Mapped[str | None] = mapped_column(String(200))
    level: Mapped[RiskLevel | None]
    level_by: Mapped[LevelBy | None]
    inherent: Mapped[dict[str, Any] | None] = mapped_column(Json)
    residual: Mapped[dict[str, Any] | None] = mapped_column(Json)
    post: Mapped[str | None] = mapped_column(String(200))
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    next_review_on: Mapped[date | None]
    review_because: Mapped[ReviewCause | None]
    candidate: Mapped[bool] = mapped_column(default=False)
    decision: Mapped[Decision | None]
    merged_into: Mapped[UUID | None]
    retired: Mapped[bool] = mapped_column(default=False)
    finding_id: Mapped[UUID | None]
    hazard_id: Mapped[UUID | None]
    created_at: Mapped[datetime]


class RiskAssessment(Row):
    """A rating of a risk by a method: written once, never changed; the risk's event says it, too.

    `factors` and `score` are decimal text, so that nothing is rounded.
    """

    __tablename__ = "risk_assessments"
    __table_args__ = (Index("ix_risk_assessments_risk", "risk_id", "assessed_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    risk_id: Mapped[UUID] = mapped_column(ForeignKey("risks.id"))
    kind: Mapped[AssessmentKind]
    method: Mapped[RatingMethod]
    factors: Mapped[dict[str, str]] = mapped_column(Json)
    score: Mapped[str] = mapped_column(String(16))
    level: Mapped[RiskLevel]
    thresholds_version: Mapped[str] = mapped_column(String(64))
    override: Mapped[Override | None]
    reason: Mapped[str] = mapped_column(Text)
    endorsement: Mapped[dict[str, Any] | None] = mapped_column(Json)
    assessed_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    assessed_at: Mapped[datetime]


class ControlMeasure(Scoped, Recorded, Row):
    """What keeps a risk in check (管控措施), what to look at and how often, and which post or role holds it.

    `always`: it is owed also while production stands still. `classification` are the codes that other platforms sort
    measures by.
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
    check_cycle: Mapped[dict[str, Any] | None] = mapped_column(Json)
    holder: Mapped[str | None] = mapped_column(String(200))
    holder_role: Mapped[HolderRole | None]
    classification: Mapped[dict[str, Any] | None] = mapped_column(Json)
    always: Mapped[bool] = mapped_column(default=False)
    retired: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
