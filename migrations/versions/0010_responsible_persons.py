"""Responsible persons, incidents, special periods and follow-ups.

Revision ID: 0010
Revises: 0009
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.foundation import columns

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SCOPES = ("enterprise_id", "county_code", "town_code", "area_code")
SEATS = ("administrative", "regulatory", "enterprise")
ACCOMPANIED = sa.text("participants <> '[]'")
_ROUTES = (("county_code", 6), ("town_code", 9))


def upgrade() -> None:
    _responsible_persons()
    op.create_table(
        "incidents",
        *_scoped("incidents"),
        _word("kind", "incidentkind", "danger", "accident"),
        sa.Column("occurred_at", columns.Instant(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=True),
        sa.Column("accident_type", sa.String(length=32), nullable=True),
        sa.Column("accident_standard", sa.String(length=32), nullable=True),
        sa.Column("description", sa.String(length=2000), nullable=False),
        sa.Column("consequence", sa.String(length=2000), nullable=True),
        sa.Column("deaths", columns.Counter, nullable=False),
        sa.Column("serious_injuries", columns.Counter, nullable=False),
        sa.Column("direct_loss", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", columns.Id(), nullable=False),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        _user("incidents", "recorded_by"),
    )
    op.create_table(
        "special_periods",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("revision", columns.Counter, nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("declared_by", columns.Id(), nullable=False),
        sa.Column("declared_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_special_periods_area_code")),
        _user("special_periods", "declared_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_special_periods")),
    )
    op.create_index("ix_special_periods_area", "special_periods", ["area_code", "from_on", "id"])
    op.create_table(
        "follow_ups",
        *_scoped("follow_ups"),
        sa.Column("batch_id", columns.Id(), nullable=False),
        _word("manner", "manner", "phone", "video", "on_site", "meeting"),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("participants", sa.Text(), nullable=False),
        sa.Column("user_id", columns.Id(), nullable=False),
        sa.Column("user_name", sa.String(length=64), nullable=False),
        sa.Column("doubt", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        _user("follow_ups", "user_id"),
    )
    op.create_index("ix_follow_ups_batch", "follow_ups", ["batch_id"])
    for scope in SCOPES:
        op.create_index(f"ix_incidents_{scope}_newest", "incidents", [scope, "occurred_at", "id"])
        op.create_index(f"ix_follow_ups_{scope}_newest", "follow_ups", [scope, "at", "id"])
    op.create_index("ix_inspections_inspector", "inspections", ["inspector_id", "corrected_at"])
    op.create_index(
        "ix_inspections_accompanied", "inspections", ["enterprise_id", "corrected_at"],
        sqlite_where=ACCOMPANIED, postgresql_where=ACCOMPANIED,
    )  # fmt: skip


def _responsible_persons() -> None:
    op.create_table(
        "responsible_persons",
        *_scoped("responsible_persons"),
        _word("seat", "responsibility", *SEATS),
        sa.Column("user_id", columns.Id(), nullable=True),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=True),
        sa.Column("post", sa.String(length=200), nullable=True),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("phone_public", sa.Boolean(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("made_by", columns.Id(), nullable=True),
        sa.Column("made_at", columns.Instant(), nullable=False),
        _user("responsible_persons", "user_id"),
        _user("responsible_persons", "made_by"),
    )
    for scope in SCOPES:
        op.create_index(f"ix_responsible_persons_{scope}_newest", "responsible_persons", [scope, "made_at", "id"])
    op.create_index("ix_responsible_persons_user", "responsible_persons", ["user_id"])


def downgrade() -> None:
    op.drop_index("ix_inspections_accompanied", "inspections")
    op.drop_index("ix_inspections_inspector", "inspections")
    for table in ("follow_ups", "special_periods", "incidents", "responsible_persons"):
        op.drop_table(table)


def _scoped(table: str) -> list[sa.Column[Any] | sa.Constraint]:
    """What every row has that has a history and belongs to an enterprise."""
    computed = {name: sa.Computed(f"substr(area_code, 1, {n})", persisted=True) for name, n in _ROUTES}
    return [
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("revision", columns.Counter, nullable=False),
        sa.Column("enterprise_id", columns.Id(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        *(sa.Column(name, sa.String(length=n), computed[name], nullable=False) for name, n in _ROUTES),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name=op.f(f"fk_{table}_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _user(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["users.id"], name=op.f(f"fk_{table}_{column}"))


def _word(column: str, name: str, *words: str) -> sa.Column[Any]:
    kind = sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)
    return sa.Column(column, kind, nullable=False)
