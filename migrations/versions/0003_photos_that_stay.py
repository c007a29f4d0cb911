"""Photos that never come, and photos that nobody names.

Revision ID: 0003
Revises: 0002
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

from app.foundation import columns

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ADDED: dict[str, dict[str, TypeEngine[Any]]] = {
    "photo_uses": {
        "device_id": sa.String(length=128),
        "lost_at": columns.Instant(),
        "lost_reason": sa.Text(),
        "replacement": sa.String(length=64),
    },
    "photos": {"dying_at": columns.Instant()},
}
WAITED_FOR = sa.text("arrived_at IS NULL AND lost_at IS NULL")
INDEXES = {
    "ix_photo_uses_waited_for": ["declared_at", "id"],
    "ix_photo_uses_enterprise_waited_for": ["enterprise_id", "declared_at", "id"],
}


def upgrade() -> None:
    for table, added in ADDED.items():
        for name, kind in added.items():
            op.add_column(table, sa.Column(name, kind, nullable=True))
    for name, keys in INDEXES.items():
        op.create_index(name, "photo_uses", keys, postgresql_where=WAITED_FOR, sqlite_where=WAITED_FOR)


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, table_name="photo_uses")
    for table, added in ADDED.items():
        for name in reversed(added):
            op.drop_column(table, name)
