"""Hazards that were known before, as imported.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from app.foundation import columns

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hazards", sa.Column("imported", columns.Json(), nullable=True))
    op.add_column("hazards", sa.Column("import_key", sa.String(length=64), nullable=True))
    op.create_index("ix_hazards_import_key", "hazards", ["import_key"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_hazards_import_key", table_name="hazards")
    op.drop_column("hazards", "import_key")
    op.drop_column("hazards", "imported")
