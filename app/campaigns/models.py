"""Tables of campaigns with their terms as they were, and of which inspection was a visit of which round."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.campaigns.terms import CampaignKind
from app.foundation.columns import Json, Row, Several
from app.journal.events import Recorded


class Campaign(Recorded, Row):
    """A campaign as it is now. It belongs to an area, not to an enterprise: who governs the area, or a part of it,
    sees it. `from_on` and `to_on` are the first and last day of all its rounds."""

    __tablename__ = "campaigns"
    __table_args__ = (
        Index("ix_campaigns_newest", "created_at", "id"),
        Index("ix_campaigns_area", "area_code", "created_at"),
    )
    KIND = "campaign"

    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[CampaignKind]
    basis: Mapped[str | None] = mapped_column(Text)
    covers: Mapped[dict[str, Any]] = mapped_column(Json)
    criteria: Mapped[list[str]] = mapped_column(Json, default=list)
    measure_ids: Mapped[tuple[UUID, ...]] = mapped_column(Several(UUID), default=())
    checks: Mapped[list[str]] = mapped_column(Json, default=list)
    rounds: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    from_on: Mapped[date]
    to_on: Mapped[date]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closing_reason: Mapped[str | None] = mapped_column(Text)


class CampaignVersion(Row):
    """What a campaign took in and looked at from an instant on. Never changed: rounds that had begun keep theirs."""

    __tablename__ = "campaign_versions"

    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    made_at: Mapped[datetime]
    covers: Mapped[dict[str, Any]] = mapped_column(Json)
    criteria: Mapped[list[str]] = mapped_column(Json)
    measure_ids: Mapped[tuple[UUID, ...]] = mapped_column(Several(UUID))
    checks: Mapped[list[str]] = mapped_column(Json)


class CampaignVisit(Row):
    """An inspection that was a visit of a round, written with it; its key is in the order in which rounds are counted.

    `lacking` are the campaign's measures of that enterprise at which nothing was looked at, `whole_at` when this visit
    and those known before it had looked at all together: the earliest of a round's rows says when it was covered.
    """

    __tablename__ = "campaign_visits"
    __table_args__ = (
        Index("ix_campaign_visits_inspection", "inspection_id"),
        Index("ix_campaign_visits_enterprise", "enterprise_id"),
        {"sqlite_with_rowid": False},
    )

    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprises.id"), primary_key=True)
    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"), primary_key=True)
    at: Mapped[datetime]
    whole_at: Mapped[datetime | None]
    lacking: Mapped[tuple[UUID, ...]] = mapped_column(Several(UUID), default=())
