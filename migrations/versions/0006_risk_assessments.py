"""Assessments, and what the national chain asks of a risk.

Revision ID: 0006
Revises: 0005
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.foundation import columns, dialects

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SCOPES = ("enterprise_id", "county_code", "town_code", "area_code")
IS_OPEN = sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')")
MERGED = sa.text("merged_into IS NOT NULL")
ROLES = ("worker", "team_leader", "department_head", "safety_officer", "manager")
LEVELS = ("major", "considerable", "general", "low")


def words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


LEVEL_BY = ("declared", "imported", "assessed")
CAUSE = ("yearly", "change", "accident", "hazard")
DECISION = ("adopt", "merge", "reject", "is_hazard")
OBJECT_KIND = ("place", "equipment", "process", "storage", "activity")
OVERRIDE = words(
    "override", "violates_law", "past_accident", "major_hazard_installation", "crowded_danger", "highest_rating"
)
OF_OBJECT = (
    ("code", sa.String(36)), ("place", sa.String(200)), ("position", columns.Json()), ("department", sa.String(200)),
    ("responsible_id", columns.Id()), ("grade", columns.Counter),
)  # fmt: skip


def upgrade() -> None:
    for name, kind in OF_OBJECT:
        op.add_column("risk_objects", sa.Column(name, kind, nullable=True))
    more: tuple[tuple[str, Any, str], ...] = (
        ("answerable", columns.Json(), "'[]'"), ("retired", sa.Boolean(), "false"), ("revision", columns.Counter, "1")
    )  # fmt: skip
    for name, kind, default in more:
        op.add_column("risk_objects", sa.Column(name, kind, nullable=False, server_default=sa.text(default)))
    _add_word("risk_objects", "kind", "objectkind", OBJECT_KIND)
    for scope in SCOPES[1:]:
        op.create_index(f"ix_risk_objects_{scope}", "risk_objects", [scope, "name", "id"])
    _units()
    for scope in SCOPES:
        op.drop_index(f"ix_risks_{scope}_newest", table_name="risks")
        op.create_index(f"ix_risks_{scope}_listed", "risks", [scope, "candidate", "created_at", "id"])
    for name, kind in (("inherent", columns.Json()), ("residual", columns.Json()), ("merged_into", columns.Id())):
        op.add_column("risks", sa.Column(name, kind, nullable=True))
    _add_word("risks", "level_by", "levelby", LEVEL_BY)
    _add_word("risks", "review_because", "reviewcause", CAUSE)
    _add_word("risks", "decision", "decision", DECISION)
    op.execute("UPDATE risks SET level_by = 'declared' WHERE level IS NOT NULL")
    op.create_index("ix_risks_merged_into", "risks", ["merged_into"], postgresql_where=MERGED, sqlite_where=MERGED)
    op.add_column("control_measures", sa.Column("check_cycle", columns.Json(), nullable=True))
    op.add_column("control_measures", sa.Column("classification", columns.Json(), nullable=True))
    _add_word("control_measures", "holder_role", "holderrole", ROLES)
    op.add_column("enterprises", sa.Column("chief_engineer", columns.Json(), nullable=True))
    op.create_index("ix_hazards_risk_open", "hazards", ["risk_id"], postgresql_where=IS_OPEN, sqlite_where=IS_OPEN)
    _assessments()


def _add_word(table: str, column: str, kind: str, values: tuple[str, ...]) -> None:
    """Add a column with its own check. Rebuilding the table would be the other way on SQLite, but what it computes
    cannot be copied."""
    among = ", ".join(f"'{value}'" for value in values)
    check = f"CONSTRAINT ck_{table}_{kind} CHECK ({column} IN ({among}))"
    op.execute(f"ALTER TABLE {table} ADD COLUMN {column} VARCHAR(32) {check}")


def _units() -> None:
    with op.batch_alter_table("risk_units") as units:
        units.add_column(sa.Column("enterprise_id", columns.Id(), nullable=True))
        units.add_column(sa.Column("area_code", sa.String(length=12), nullable=True))
        units.add_column(sa.Column("department", sa.String(length=200), nullable=True))
        units.add_column(sa.Column("responsible_id", columns.Id(), nullable=True))
        units.add_column(sa.Column("retired", sa.Boolean(), nullable=False, server_default=sa.false()))
        units.add_column(sa.Column("revision", columns.Counter, nullable=False, server_default="1"))
        units.create_foreign_key(op.f("fk_risk_units_enterprise_id"), "enterprises", ["enterprise_id"], ["id"])
    for name in ("enterprise_id", "area_code"):
        of_object = f"SELECT o.{name} FROM risk_objects o WHERE o.id = risk_units.object_id"  # noqa: S608
        op.execute(f"UPDATE risk_units SET {name} = ({of_object})")  # noqa: S608
    with op.batch_alter_table("risk_units") as units:
        units.alter_column("enterprise_id", existing_type=columns.Id(), nullable=False)
        units.alter_column("area_code", existing_type=sa.String(length=12), nullable=False)
        units.alter_column("retired", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
        units.alter_column("revision", existing_type=columns.Counter, existing_nullable=False, server_default=None)
    op.create_index("ix_risk_units_enterprise", "risk_units", ["enterprise_id", "id"])


def _assessments() -> None:
    op.create_table(
        "risk_assessments",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("risk_id", columns.Id(), nullable=False),
        sa.Column("kind", words("assessmentkind", "inherent", "residual"), nullable=False),
        sa.Column("method", words("ratingmethod", "lec", "ls"), nullable=False),
        sa.Column("factors", columns.Json(), nullable=False),
        sa.Column("score", sa.String(length=16), nullable=False),
        sa.Column("level", words("risklevel", *LEVELS), nullable=False),
        sa.Column("thresholds_version", sa.String(length=64), nullable=False),
        sa.Column("override", OVERRIDE, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("endorsement", columns.Json(), nullable=True),
        sa.Column("assessed_by", columns.Id(), nullable=False),
        sa.Column("assessed_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["assessed_by"], ["users.id"], name=op.f("fk_risk_assessments_assessed_by")),
        sa.ForeignKeyConstraint(["risk_id"], ["risks.id"], name=op.f("fk_risk_assessments_risk_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_assessments")),
    )
    op.create_index("ix_risk_assessments_risk", "risk_assessments", ["risk_id", "assessed_at", "id"])
    dialects.guard(op.get_bind(), "risk_assessments_stay", "risk_assessments", "UPDATE", "TRUE")
    dialects.guard(op.get_bind(), "risk_assessments_remain", "risk_assessments", "DELETE", "TRUE")


def downgrade() -> None:
    dialects.unguard(op.get_bind(), "risk_assessments_remain", "risk_assessments")
    dialects.unguard(op.get_bind(), "risk_assessments_stay", "risk_assessments")
    op.drop_table("risk_assessments")
    op.drop_index("ix_hazards_risk_open", table_name="hazards")
    op.drop_column("enterprises", "chief_engineer")
    for name in ("check_cycle", "holder_role", "classification"):
        op.drop_column("control_measures", name)
    op.drop_index("ix_risks_merged_into", table_name="risks")
    for scope in SCOPES:
        op.drop_index(f"ix_risks_{scope}_listed", table_name="risks")
        op.create_index(f"ix_risks_{scope}_newest", "risks", [scope, "created_at", "id"])
    for name in ("level_by", "inherent", "residual", "review_because", "decision", "merged_into"):
        op.drop_column("risks", name)
    op.drop_index("ix_risk_units_enterprise", table_name="risk_units")
    with op.batch_alter_table("risk_units") as units:
        units.drop_constraint(op.f("fk_risk_units_enterprise_id"), type_="foreignkey")
        for name in ("enterprise_id", "area_code", "department", "responsible_id", "retired", "revision"):
            units.drop_column(name)
    for scope in SCOPES[1:]:
        op.drop_index(f"ix_risk_objects_{scope}", table_name="risk_objects")
    for name in ("kind", *dict(OF_OBJECT), "answerable", "retired", "revision"):
        op.drop_column("risk_objects", name)
