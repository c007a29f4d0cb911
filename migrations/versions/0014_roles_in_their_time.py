"""What people were before, and when the end of a stop was told.

Revision ID: 0014
Revises: 0013
"""

import json
from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.foundation import columns

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

EVENTS = sa.table(
    "events",
    sa.column("subject_kind", sa.String()),
    sa.column("subject_id", columns.Id()),
    sa.column("number", sa.Integer()),
    sa.column("at", columns.Instant()),
    sa.column("data", sa.Text()),
)
HELD = {"enterprise_id", "roles", "active"}
STOPS = sa.table(
    "production_stops",
    sa.column("id", columns.Id()),
    sa.column("to_on", sa.Date()),
    sa.column("declared_at", columns.Instant()),
    sa.column("end_told_at", columns.Instant()),
)


def upgrade() -> None:
    tenures = op.create_table(
        "tenures",
        sa.Column("user_id", columns.Id(), nullable=False),
        sa.Column("since", columns.Instant(), nullable=False),
        sa.Column("until", columns.Instant(), nullable=True),
        sa.Column("enterprise_id", columns.Id(), nullable=True),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_tenures_user_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name=op.f("fk_tenures_enterprise_id")),
        sa.PrimaryKeyConstraint("user_id", "since", name=op.f("pk_tenures")),
    )
    op.create_index("ix_tenures_enterprise_id", "tenures", ["enterprise_id"])
    op.add_column("production_stops", sa.Column("end_told_at", columns.Instant(), nullable=True))
    if rows := list(_tenures()):
        op.bulk_insert(tenures, rows)
    op.execute(sa.update(STOPS).where(STOPS.c.to_on.is_not(None)).values(end_told_at=STOPS.c.declared_at))
    for id, changes in _history("production_stop"):
        for at, changed in changes:
            if changed.get("to_on"):
                op.execute(sa.update(STOPS).where(STOPS.c.id == id).values(end_told_at=at))


def downgrade() -> None:
    op.drop_column("production_stops", "end_told_at")
    op.drop_table("tenures")


def _tenures() -> Iterator[dict[str, Any]]:
    """What the journal tells of people whose enterprise, roles or status have changed."""
    for id, changes in _history("user"):
        states: list[tuple[Any, dict[str, Any]]] = []
        for at, told in changes:
            state = (states[-1][1] if states else {}) | {name: told[name] for name in HELD if name in told}
            if state.keys() == HELD and (not states or state != states[-1][1]):
                states.append((at, state))
        for (since, each), (until, _) in pairwise([*states, (None, {})]) if len(states) > 1 else ():
            roles = f" {' '.join(each['roles'])} "
            yield {"user_id": id, "since": since, "until": until} | each | {"roles": roles}


def _history(kind: str) -> Iterator[tuple[Any, list[tuple[Any, dict[str, Any]]]]]:
    """What became of each subject of a kind: when, and which fields; what was taken out of the journal is not known."""
    said = sa.select(EVENTS.c.subject_id, EVENTS.c.at, EVENTS.c.data).where(EVENTS.c.subject_kind == kind)
    rows = op.get_bind().execute(said.order_by(EVENTS.c.subject_id, EVENTS.c.number)).all()
    for id, events in groupby(rows, key=lambda row: row.subject_id):
        yield id, [(row.at, json.loads(row.data)["changes"]) for row in events if row.data]
