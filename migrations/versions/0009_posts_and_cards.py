"""Posts with what their cards say, and codes to scan.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

from app.foundation import columns, short_codes

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SCOPES = ("enterprise_id", "county_code", "town_code", "area_code")
ROLES = ("worker", "team_leader", "department_head", "safety_officer", "manager")
SCANNED = ("object", "unit", "post")
LISTS = ("also_called", "duties", "steps", "forbidden", "protective", "signs", "first_actions", "rescue", "contacts")
CODED = ("risk_objects", "risk_units")


def words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "posts",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("revision", columns.Counter, nullable=False),
        sa.Column("enterprise_id", columns.Id(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        *(
            sa.Column(
                f"{name}_code", sa.String(digits), sa.Computed(f"substr(area_code, 1, {digits})", persisted=True),
                nullable=False,
            )
            for name, digits in (("county", 6), ("town", 9))
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("department", sa.String(length=200), nullable=True),
        sa.Column("role", words("holderrole", *ROLES), nullable=True),
        *(sa.Column(name, columns.Json(), nullable=False) for name in LISTS),
        sa.Column("scan_code", sa.String(length=12), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name=op.f("fk_posts_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sa.UniqueConstraint("enterprise_id", "name", name=op.f("uq_posts_enterprise_id_name")),
        sa.UniqueConstraint("scan_code", name=op.f("uq_posts_scan_code")),
    )  # fmt: skip
    for scope in SCOPES:
        op.create_index(f"ix_posts_{scope}_named", "posts", [scope, "name", "id"])
    op.create_table(
        "replaced_codes",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("kind", words("scanned", *SCANNED), nullable=False),
        sa.Column("subject_id", columns.Id(), nullable=False),
        sa.Column("replaced_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_replaced_codes")),
    )
    for table in CODED:
        _give_codes(table)


def _give_codes(table: str) -> None:
    """Every row gets a code of its own; from then on no two have the same."""
    op.add_column(table, sa.Column("scan_code", sa.String(length=12), nullable=False, server_default=""))
    connection, rows = op.get_bind(), sa.table(table, sa.column("id"), sa.column("scan_code"))
    coded = rows.update().where(rows.c.id == sa.bindparam("sought")).values(scan_code=sa.bindparam("code"))
    ids = connection.execute(sa.select(rows.c.id)).scalars().all()
    given = [{"sought": id, "code": short_codes.new_code()} for id in ids]
    if given:
        connection.execute(coded, given)
    op.create_index(f"ix_{table}_scan_code", table, ["scan_code"], unique=True)


def downgrade() -> None:
    for table in CODED:
        op.drop_index(f"ix_{table}_scan_code", table_name=table)
        op.drop_column(table, "scan_code")
    op.drop_table("replaced_codes")
    op.drop_table("posts")
