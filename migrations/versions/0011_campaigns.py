"""Campaigns with their terms as they were, and which inspection was a visit of which round.

Revision ID: 0011
Revises: 0010
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.foundation import columns

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KINDS = ("special_action", "special_rectification", "fire_and_town", "full_coverage", "seasonal", "other")


def upgrade() -> None:
    kind = sa.Enum(*KINDS, name="campaignkind", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "campaigns",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("revision", columns.Counter, nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("basis", sa.Text(), nullable=True),
        *_terms(),
        sa.Column("rounds", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("made_by", columns.Id(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("closed_at", columns.Instant(), nullable=True),
        sa.Column("closing_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_campaigns_area_code")),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_campaigns_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    op.create_index("ix_campaigns_newest", "campaigns", ["created_at", "id"])
    op.create_index("ix_campaigns_area", "campaigns", ["area_code", "created_at"])
    op.create_table(
        "campaign_versions",
        sa.Column("campaign_id", columns.Id(), nullable=False),
        sa.Column("revision", columns.Counter, autoincrement=False, nullable=False),
        sa.Column("made_at", columns.Instant(), nullable=False),
        *_terms(),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_versions_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", "revision", name=op.f("pk_campaign_versions")),
    )
    op.create_table(
        "campaign_visits",
        sa.Column("campaign_id", columns.Id(), nullable=False),
        sa.Column("round", columns.Counter, autoincrement=False, nullable=False),
        sa.Column("enterprise_id", columns.Id(), nullable=False),
        sa.Column("inspection_id", columns.Id(), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("whole_at", columns.Instant(), nullable=True),
        sa.Column("lacking", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_visits_campaign_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name=op.f("fk_campaign_visits_enterprise_id")),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspections.id"], name=op.f("fk_campaign_visits_inspection_id")),
        sa.PrimaryKeyConstraint(
            "campaign_id", "round", "enterprise_id", "inspection_id", name=op.f("pk_campaign_visits")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_campaign_visits_inspection", "campaign_visits", ["inspection_id"])
    op.create_index("ix_campaign_visits_enterprise", "campaign_visits", ["enterprise_id"])


def downgrade() -> None:
    op.drop_table("campaign_visits")
    op.drop_table("campaign_versions")
    op.drop_table("campaigns")


def _terms() -> list[sa.Column[Any]]:
    """What a campaign takes in and looks at, as it is now and in each version."""
    return [sa.Column(name, sa.Text(), nullable=False) for name in ("covers", "criteria", "measure_ids", "checks")]
