"""Inspection plans with their versions, the enterprises' production days and stops, and what inspections were for.

Revision ID: 0007
Revises: 0006
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.foundation import columns

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SCOPES = ("enterprise_id", "county_code", "town_code", "area_code")
CADENCES = ("daily", "weekly", "monthly", "quarterly", "yearly", "one_off", "spot")
TIERS = ("team", "department", "manager")
DAYS = ("every", "work", "production")
KINDS = (
    "routine", "comprehensive", "special", "seasonal", "holiday", "accident_lookalike", "resumption", "expert",
    "government", "campaign", "complaint",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "inspection_plans",
        *_recorded("inspection_plans"),
        sa.Column("name", sa.String(length=200), nullable=False),
        _word("kind", KINDS),
        sa.Column("substitutes", sa.Text(), nullable=False),
        *_rule(),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["responsible_id"], ["users.id"], name=op.f("fk_inspection_plans_responsible_id")),
    )
    op.create_table(
        "inspection_plan_versions",
        sa.Column("plan_id", columns.Id(), nullable=False),
        sa.Column("revision", columns.Counter, autoincrement=False, nullable=False),
        sa.Column("made_at", columns.Instant(), nullable=False),
        *_rule(),
        sa.ForeignKeyConstraint(["plan_id"], ["inspection_plans.id"], name=op.f("fk_inspection_plan_versions_plan_id")),
        sa.ForeignKeyConstraint(
            ["responsible_id"], ["users.id"], name=op.f("fk_inspection_plan_versions_responsible_id")
        ),
        sa.PrimaryKeyConstraint("plan_id", "revision", name=op.f("pk_inspection_plan_versions")),
    )
    op.create_table(
        "production_calendars",
        *_recorded("production_calendars"),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("weekdays", sa.Text(), nullable=True),
        sa.Column("off", sa.Text(), nullable=False),
        sa.Column("worked", sa.Text(), nullable=False),
        sa.Column("first_shift", sa.String(length=5), nullable=False),
        sa.Column("made_at", columns.Instant(), nullable=False),
    )
    op.create_table(
        "production_stops",
        *_recorded("production_stops"),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("plan_ids", sa.Text(), nullable=True),
        sa.Column("always", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("backdated", sa.Boolean(), nullable=False),
        sa.Column("declared_by", columns.Id(), nullable=False),
        sa.Column("declared_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["declared_by"], ["users.id"], name=op.f("fk_production_stops_declared_by")),
    )
    for scope in SCOPES:
        op.create_index(f"ix_inspection_plans_{scope}_newest", "inspection_plans", [scope, "created_at", "id"])
        op.create_index(f"ix_production_calendars_{scope}_newest", "production_calendars", [scope, "made_at", "id"])
        op.create_index(f"ix_production_stops_{scope}_newest", "production_stops", [scope, "declared_at", "id"])
    op.create_table(
        "inspection_duties",
        sa.Column("plan_id", columns.Id(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("shift", sa.String(length=32), nullable=False),
        sa.Column("inspection_id", columns.Id(), nullable=False),
        sa.Column("closes_at", columns.Instant(), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("received_at", columns.Instant(), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("doubt", sa.Boolean(), nullable=False),
        sa.Column("nil", sa.Boolean(), nullable=False),
        sa.Column("lacking", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspections.id"], name=op.f("fk_inspection_duties_inspection_id")),
        sa.PrimaryKeyConstraint(
            "plan_id", "due_on", "period", "shift", "inspection_id", name=op.f("pk_inspection_duties")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_inspection_duties_inspection", "inspection_duties", ["inspection_id"])


def downgrade() -> None:
    op.drop_table("inspection_duties")
    op.drop_table("production_stops")
    op.drop_table("production_calendars")
    op.drop_table("inspection_plan_versions")
    op.drop_table("inspection_plans")


def _recorded(table: str) -> list[sa.Column[Any] | sa.Constraint]:
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


_ROUTES = (("county_code", 6), ("town_code", 9))


def _rule() -> list[sa.Column[Any]]:
    """What a plan owes, as it is now and in each version."""
    return [
        _word("cadence", CADENCES),
        _word("tier", TIERS, nullable=True),
        sa.Column("responsible_id", columns.Id(), nullable=True),
        sa.Column("measure_ids", sa.Text(), nullable=False),
        _word("days", DAYS),
        sa.Column("shifts", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("retired", sa.Boolean(), nullable=False),
    ]


def _word(name: str, words: tuple[str, ...], *, nullable: bool = False) -> sa.Column[Any]:
    kind = sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)
    return sa.Column(name, kind, nullable=nullable)
