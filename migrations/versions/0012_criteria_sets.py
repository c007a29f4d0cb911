"""Sets of statutory criteria that are loaded and switched.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

from app.foundation import columns

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "criteria_sets",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("revision", columns.Counter, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("version", columns.Counter, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("loaded_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criteria_sets")),
        sa.UniqueConstraint("name", "version", name=op.f("uq_criteria_sets_name_version")),
    )


def downgrade() -> None:
    op.drop_table("criteria_sets")
