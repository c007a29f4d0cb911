"""What a photo's use as evidence was found to be.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

from app.foundation import columns, dialects

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SCOPES = ("enterprise_id", "county_code", "town_code", "area_code")
UNCHECKED = sa.text(
    "checked_at IS NULL AND arrived_at IS NOT NULL "
    "AND purpose IN ('finding', 'seen_again', 'before', 'rectification', 'review')"
)
FLAGGED = sa.text("evidence_flags != ''")
STAYS = ("id", "sha256", "subject_kind", "subject_id", "purpose", "place", "taken_at", "position", "enterprise_id")
ONCE_HERE = ("arrived_at", "declared_by", "declared_at")
UNBOUND = " OR ".join(
    [
        *(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in STAYS),
        *(f"(OLD.arrived_at IS NOT NULL AND NEW.{name} IS DISTINCT FROM OLD.{name})" for name in ONCE_HERE),
    ]
)


def upgrade() -> None:
    op.create_table(
        "photo_facts",
        sa.Column("number", columns.Counter, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("claimed_at", columns.Instant(), nullable=False),
        sa.Column("examined_at", columns.Instant(), nullable=True),
        sa.Column("compared_at", columns.Instant(), nullable=True),
        sa.Column("exif", columns.Json(), nullable=True),
        sa.Column("sketch", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_photo_facts")),
        sa.UniqueConstraint("sha256", name=op.f("uq_photo_facts_sha256")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "photo_prints",
        sa.Column("place", columns.Counter, autoincrement=False, nullable=False),
        sa.Column("print", columns.Counter, autoincrement=False, nullable=False),
        sa.Column("photo", columns.Counter, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("place", "print", "photo", name=op.f("pk_photo_prints")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "photo_likenesses",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("other", sa.String(length=64), nullable=False),
        sa.Column("likeness", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "other", name=op.f("pk_photo_likenesses")),
    )
    op.add_column("photo_uses", sa.Column("checked_at", columns.Instant(), nullable=True))
    op.add_column("photo_uses", sa.Column("evidence", columns.Json(), nullable=True))
    op.create_index(
        "ix_photo_uses_unchecked", "photo_uses", ["declared_at", "id"],
        postgresql_where=UNCHECKED, sqlite_where=UNCHECKED,
    )  # fmt: skip
    op.add_column(
        "hazards", sa.Column("evidence_flags", columns.Several(str), server_default=sa.text("''"), nullable=False)
    )
    for scope in SCOPES:
        op.create_index(
            f"ix_hazards_{scope}_flagged", "hazards", [scope, "reported_at", "id"],
            postgresql_where=FLAGGED, sqlite_where=FLAGGED,
        )  # fmt: skip
    dialects.guard(op.get_bind(), "photo_uses_stay", "photo_uses", "UPDATE", UNBOUND)
    dialects.guard(op.get_bind(), "photo_uses_remain", "photo_uses", "DELETE", "TRUE")


def downgrade() -> None:
    dialects.unguard(op.get_bind(), "photo_uses_remain", "photo_uses")
    dialects.unguard(op.get_bind(), "photo_uses_stay", "photo_uses")
    for scope in SCOPES:
        op.drop_index(f"ix_hazards_{scope}_flagged", table_name="hazards")
    op.drop_column("hazards", "evidence_flags")
    op.drop_index("ix_photo_uses_unchecked", table_name="photo_uses")
    op.drop_column("photo_uses", "evidence")
    op.drop_column("photo_uses", "checked_at")
    op.drop_table("photo_likenesses")
    op.drop_table("photo_prints")
    op.drop_table("photo_facts")
