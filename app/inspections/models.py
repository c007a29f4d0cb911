"""Tables of inspections: what was posted stays as it was posted; only the verdict on a finding may change."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.columns import Json, Row, Several
from app.hazards.terms import Origin
from app.inspections.terms import Cadence, Kind, Status, Tier
from app.journal.events import Recorded
from app.people.scope import Scoped
from app.sorting.terms import ListName

SCOPES = ("enterprise_id", "county_code", "town_code", "area_code")
ACCOMPANIED = text("participants <> '[]'")


class Inspection(Scoped, Recorded, Row):
    """One inspection (排查记录). `performed_at` is the phone's word, `corrected_at` the same by our clock.

    `nil`: nothing was found, and every measure that it names was checked. `results`, `findings` and `photos` say how
    many it has.
    """

    __tablename__ = "inspections"
    __table_args__ = (
        *(Index(f"ix_inspections_{scope}_newest", scope, "corrected_at", "id") for scope in SCOPES),
        Index("ix_inspections_inspector", "inspector_id", "corrected_at"),
        Index(
            "ix_inspections_accompanied", "enterprise_id", "corrected_at",
            postgresql_where=ACCOMPANIED, sqlite_where=ACCOMPANIED,
        ),
    )  # fmt: skip
    KIND = "inspection"

    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprises.id"))
    cadence: Mapped[Cadence | None]
    tier: Mapped[Tier | None]
    kind: Mapped[Kind]
    duties: Mapped[tuple[str, ...]] = mapped_column(Several(str), default=())
    started_at: Mapped[datetime | None]
    performed_at: Mapped[datetime]
    corrected_at: Mapped[datetime]
    received_at: Mapped[datetime]
    clock_correction_s: Mapped[int | None]
    clock_doubt: Mapped[bool]
    device: Mapped[dict[str, Any] | None] = mapped_column(Json)
    position: Mapped[dict[str, Any] | None] = mapped_column(Json)
    participants: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    inspector_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    inspector_name: Mapped[str] = mapped_column(String(64))
    nil: Mapped[bool]
    results: Mapped[int]
    findings: Mapped[int]
    photos: Mapped[int]


class InspectionResult(Row):
    """What was seen at one measure."""

    __tablename__ = "inspection_results"
    __table_args__ = (
        UniqueConstraint("inspection_id", "measure_id"),
        Index("ix_inspection_results_measure", "measure_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"))
    measure_id: Mapped[UUID] = mapped_column(ForeignKey("control_measures.id"))
    status: Mapped[Status]
    checked_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Text)


class Finding(Scoped, Recorded, Row):
    """What an inspector saw (发现), and the list it is on.

    `said` is what was declared with it, `sorting` the last verdict; the ones before are in its events. `hazard_id` is
    its own hazard, which has the finding's id, or the open one that it saw again; `risk_id` the candidate that it
    opened, which also has its id, or the risk of its measure. `due_at` is until when a person should decide, while
    it is pending.
    """

    __tablename__ = "findings"
    __table_args__ = (
        *(Index(f"ix_findings_{scope}_newest", scope, "corrected_at", "id") for scope in SCOPES),
        Index("ix_findings_inspection", "inspection_id"),
        Index("ix_findings_hazard", "hazard_id"),
    )
    KIND = "finding"

    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprises.id"))
    inspection_id: Mapped[UUID | None] = mapped_column(ForeignKey("inspections.id"))
    number: Mapped[int]
    description: Mapped[str] = mapped_column(Text)
    place: Mapped[str | None] = mapped_column(String(200))
    measure_id: Mapped[UUID | None] = mapped_column(ForeignKey("control_measures.id"))
    said: Mapped[dict[str, Any]] = mapped_column(Json)
    origin: Mapped[Origin]
    list: Mapped[ListName]
    sorting: Mapped[dict[str, Any]] = mapped_column(Json)
    due_at: Mapped[datetime | None]
    hazard_id: Mapped[UUID | None]
    risk_id: Mapped[UUID | None]
    seen_again: Mapped[bool] = mapped_column(default=False)
    position: Mapped[dict[str, Any] | None] = mapped_column(Json)
    reported_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    reporter_name: Mapped[str] = mapped_column(String(64))
    performed_at: Mapped[datetime]
    corrected_at: Mapped[datetime]
    received_at: Mapped[datetime]


PENDING = Finding.due_at.is_not(None)

for scope in SCOPES:
    Index(
        f"ix_findings_{scope}_pending", getattr(Finding, scope), Finding.due_at, Finding.id,
        postgresql_where=PENDING, sqlite_where=PENDING,
    )  # fmt: skip
