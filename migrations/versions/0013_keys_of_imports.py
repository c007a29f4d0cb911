"""Imports of workbooks: who brought in which file, and what it did.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

from app.foundation import columns

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "workbook_imports",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("book", sa.String(32), nullable=False),
        sa.Column("enterprise_id", columns.Id(), nullable=True),
        sa.Column("area_code", sa.String(12), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("rows", columns.Counter, nullable=False),
        sa.Column("counts", columns.Json(), nullable=False),
        sa.Column("imported_by", columns.Id(), nullable=False),
        sa.Column("imported_at", columns.Instant(), nullable=False),
        sa.Column("revision", columns.Counter, nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name=op.f("fk_workbook_imports_enterprise_id")),
        sa.ForeignKeyConstraint(["imported_by"], ["users.id"], name=op.f("fk_workbook_imports_imported_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workbook_imports")),
    )
    op.create_index("ix_workbook_imports_enterprise", "workbook_imports", ["enterprise_id", "imported_at"])
    op.create_index("ix_workbook_imports_importer", "workbook_imports", ["imported_by", "imported_at"])


def downgrade() -> None:
    op.drop_table("workbook_imports")
