"""Tables of the hazard list."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Computed, Float, ForeignKey, Index, String, Text, func, literal_column, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.columns import Json, Row, Several
from app.foundation.geo import Datum
from app.hazards.loop import LOOP
from app.hazards.terms import OPEN, Origin, State
from app.journal.events import Recorded
from app.people.scope import Scoped, town_of
from app.photos.flags import EvidenceFlag
from app.sorting.terms import Discipline, Factor, Level, Method

SCOPES = ("enterprise_id", "county_code", "town_code", "area_code")


class Hazard(Scoped, Recorded, Row):
    """One row of the hazard list as it is now; how it came to be so is in the journal.

    A finding keeps its id here. `plan`, `extension`, `rectification` and `review` are the last of each; the ones
    before are in the events. `barred` are the persons who may not judge it any more. `imported` is what a ledger said
    of it, where it was known before; `origin` then is who found it, and `import_key` what the ledger knows it by.
    """

    __tablename__ = "hazards"
    KIND = "hazard"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprises.id"))
    number: Mapped[str] = mapped_column(String(24), unique=True)
    description: Mapped[str] = mapped_column(Text)
    place: Mapped[str | None] = mapped_column(String(200))
    datum: Mapped[Datum | None]
    lon: Mapped[float | None] = mapped_column(Float)
    lat: Mapped[float | None] = mapped_column(Float)
    accuracy_m: Mapped[float | None] = mapped_column(Float)
    search_text: Mapped[str] = mapped_column(Text)

    level: Mapped[Level]
    level_confirmed: Mapped[bool] = mapped_column(default=False)
    level_by: Mapped[Method]
    criterion: Mapped[str | None] = mapped_column(String(32))
    factor: Mapped[Factor | None]
    discipline: Mapped[Discipline | None]
    accident_type: Mapped[str | None] = mapped_column(String(32))
    accident_standard: Mapped[str | None] = mapped_column(String(32))
    origin: Mapped[Origin]
    imported: Mapped[dict[str, Any] | None] = mapped_column(Json)
    import_key: Mapped[str | None] = mapped_column(String(64))
    inspection_id: Mapped[UUID | None]
    measure_id: Mapped[UUID | None]
    risk_id: Mapped[UUID | None]
    reported_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    reported_at: Mapped[datetime]
    found_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]

    state: Mapped[State] = mapped_column(default=State.REPORTED)
    stage_due_at: Mapped[datetime | None]
    due_on: Mapped[date | None]
    due_order: Mapped[date] = mapped_column(Computed("coalesce(due_on, '9999-12-31')", persisted=True))
    first_due_on: Mapped[date | None]
    escalated_to: Mapped[str | None] = mapped_column(String(12))
    handling_department: Mapped[str | None] = mapped_column(String(64))

    confirmed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None]
    requirement: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    cause: Mapped[str | None] = mapped_column(Text)
    interim_measures: Mapped[str | None] = mapped_column(Text)
    responsible_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    responsible_name: Mapped[str | None] = mapped_column(String(64))
    responsible_phone: Mapped[str | None] = mapped_column(String(64))

    plan: Mapped[dict[str, Any] | None] = mapped_column(Json)
    plan_pending: Mapped[bool] = mapped_column(default=False)
    plan_approved: Mapped[bool] = mapped_column(default=False)
    extension: Mapped[dict[str, Any] | None] = mapped_column(Json)
    extension_by: Mapped[UUID | None]
    extension_requests: Mapped[int] = mapped_column(default=0)
    rectification: Mapped[dict[str, Any] | None] = mapped_column(Json)
    rectified_at: Mapped[datetime | None]
    barred: Mapped[tuple[UUID, ...]] = mapped_column(Several(UUID), default=())
    review: Mapped[dict[str, Any] | None] = mapped_column(Json)
    ended_at: Mapped[datetime | None]

    listed: Mapped[bool] = mapped_column(default=False)
    stopped: Mapped[bool] = mapped_column(default=False)
    photos_missing: Mapped[int] = mapped_column(default=0)
    evidence_missing: Mapped[int] = mapped_column(default=0)
    thumbnail: Mapped[str | None] = mapped_column(String(64))
    evidence_flags: Mapped[tuple[EvidenceFlag, ...]] = mapped_column(
        Several(EvidenceFlag), default=(), server_default=text("''")
    )

    @hybrid_property
    def handling_area(self) -> str:
        """Whose authorities decide: the enterprise's town, wherever it moves, unless the hazard was escalated."""
        return self.escalated_to or town_of(self.area_code)

    @handling_area.inplace.expression
    @classmethod
    def _handling_area(cls) -> ColumnElement[str]:
        return func.coalesce(cls.escalated_to, func.substr(cls.area_code, 1, 9) + "000")


# A partial index serves a query only if the query says its condition in the same literals: both take it from here.
IS_OPEN = Hazard.state.in_([literal_column(f"'{state}'") for state in OPEN])
IS_FLAGGED = Hazard.evidence_flags != literal_column("''")

IS_IMPORTED = Hazard.import_key.is_not(None)

Index("ix_hazards_import_key", Hazard.import_key, unique=True)
for scope in SCOPES:
    column = getattr(Hazard, scope)
    Index(f"ix_hazards_{scope}_newest", column, Hazard.reported_at, Hazard.id)
    for name, key in (("newest", Hazard.reported_at), ("due", Hazard.due_order)):
        Index(
            f"ix_hazards_{scope}_open_{name}", column, Hazard.level, key, Hazard.id,
            postgresql_where=IS_OPEN, sqlite_where=IS_OPEN,
        )  # fmt: skip
    Index(
        f"ix_hazards_{scope}_flagged", column, Hazard.reported_at, Hazard.id,
        postgresql_where=IS_FLAGGED, sqlite_where=IS_FLAGGED,
    )  # fmt: skip
Index("ix_hazards_measure_open", Hazard.measure_id, postgresql_where=IS_OPEN, sqlite_where=IS_OPEN)
Index("ix_hazards_risk_open", Hazard.risk_id, postgresql_where=IS_OPEN, sqlite_where=IS_OPEN)
Index("ix_hazards_responsible_open", Hazard.responsible_id, postgresql_where=IS_OPEN, sqlite_where=IS_OPEN)

if unknown := {name for action in LOOP.values() for name in action.sets} - set(Hazard.stored()):
    raise TypeError(f"the loop sets what a hazard does not have: {unknown}")
