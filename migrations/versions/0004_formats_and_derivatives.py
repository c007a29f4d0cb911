"""More formats, and pictures that cannot be made.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from app.foundation import columns

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SIZES = ("width", "height")
STATES = sa.Enum(
    "available", "unavailable", "none", name="picturestate", native_enum=False, create_constraint=True, length=32
)


def upgrade() -> None:
    """What is there are pictures that could be shown, of a width and a height."""
    with op.batch_alter_table("photos") as photos:
        photos.add_column(sa.Column("pictures", STATES, nullable=False, server_default="available"))
        for size in SIZES:
            photos.alter_column(size, existing_type=columns.Counter, nullable=True)
    with op.batch_alter_table("photos") as photos:
        photos.alter_column("pictures", existing_type=STATES, existing_nullable=False, server_default=None)


def downgrade() -> None:
    """Documents lose that they have no size; their bytes stay."""
    for size in SIZES:
        op.execute(sa.text(f"UPDATE photos SET {size} = 0 WHERE {size} IS NULL"))  # noqa: S608  two names from above
    with op.batch_alter_table("photos") as photos:
        for size in SIZES:
            photos.alter_column(size, existing_type=columns.Counter, nullable=False)
        photos.drop_constraint(op.f("ck_photos_picturestate"), type_="check")
        photos.drop_column("pictures")
