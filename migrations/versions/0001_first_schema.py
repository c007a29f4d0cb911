"""The first schema.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

from app.foundation import columns, dialects
from app.journal import triggers

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "areas",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("parent_code", sa.String(length=12), nullable=True),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["parent_code"], ["areas.code"], name=op.f("fk_areas_parent_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_areas")),
    )
    op.create_index(op.f("ix_areas_parent_code"), "areas", ["parent_code"], unique=False)
    op.create_table(
        "events",
        sa.Column("sequence", columns.Counter, nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", columns.Id(), nullable=False),
        sa.Column("number", columns.Counter, nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("actor_id", columns.Id(), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("received_at", columns.Instant(), nullable=False),
        sa.Column("data", sa.Text(), nullable=True),
        sa.Column("data_digest", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("enterprise_id", columns.Id(), nullable=True),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("position", columns.Counter, nullable=True),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_events")),
        sa.UniqueConstraint("position", name=op.f("uq_events_position")),
        sa.UniqueConstraint(
            "subject_kind", "subject_id", "number", name=op.f("uq_events_subject_kind_subject_id_number")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_events_unsealed",
        "events",
        ["sequence"],
        unique=False,
        postgresql_where=sa.text("position IS NULL"),
        sqlite_where=sa.text("position IS NULL"),
    )
    op.create_table(
        "login_attempts",
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("failures", columns.Counter, nullable=False),
        sa.Column("failed_at", columns.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("who", name=op.f("pk_login_attempts")),
    )
    op.create_index(op.f("ix_login_attempts_failed_at"), "login_attempts", ["failed_at"], unique=False)
    op.create_table(
        "photos",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("object_key", sa.String(length=128), nullable=False),
        sa.Column("bytes", columns.Counter, nullable=False),
        sa.Column("content_type", sa.String(length=64), nullable=False),
        sa.Column("width", columns.Counter, nullable=False),
        sa.Column("height", columns.Counter, nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_photos")),
    )
    op.create_table(
        "receipts",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("actor_id", columns.Id(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("target", columns.Id(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("subject_id", columns.Id(), nullable=True),
        sa.Column("revision", columns.Counter, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
    )
    op.create_table(
        "seals",
        sa.Column("number", columns.Counter, nullable=False),
        sa.Column("first", columns.Counter, nullable=False),
        sa.Column("last", columns.Counter, nullable=False),
        sa.Column("merkle_root", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", columns.Instant(), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_seals")),
        sa.UniqueConstraint("digest", name=op.f("uq_seals_digest")),
    )
    op.create_table(
        "enterprises",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "enterprise",
                "unregistered_site",
                name="enterprisekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("credit_code", sa.String(length=18), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "operating",
                "stopped",
                "closed",
                "moved",
                name="enterprisestatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("sectors", sa.Text(), nullable=False),
        sa.Column("special_categories", sa.Text(), nullable=False),
        sa.Column(
            "scale",
            sa.Enum(
                "large", "medium", "small", "micro", name="scale", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column(
            "standardization_level",
            sa.Enum(
                "first",
                "second",
                "third",
                "small_micro",
                name="standardizationlevel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("person_in_charge", sa.Text(), nullable=True),
        sa.Column("responsible_persons", sa.Text(), nullable=False),
        sa.Column("partner_id", columns.Id(), nullable=True),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column(
            "county_code", sa.String(length=6), sa.Computed("substr(area_code, 1, 6)", persisted=True), nullable=False
        ),
        sa.Column(
            "town_code", sa.String(length=9), sa.Computed("substr(area_code, 1, 9)", persisted=True), nullable=False
        ),
        sa.Column("revision", columns.Counter, nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_enterprises_area_code")),
        sa.ForeignKeyConstraint(["partner_id"], ["enterprises.id"], name=op.f("fk_enterprises_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprises")),
        sa.UniqueConstraint("credit_code", name=op.f("uq_enterprises_credit_code")),
    )
    op.create_index("ix_enterprises_area", "enterprises", ["area_code", "name", "id"], unique=False)
    op.create_index("ix_enterprises_county", "enterprises", ["county_code", "name", "id"], unique=False)
    op.create_index(op.f("ix_enterprises_partner_id"), "enterprises", ["partner_id"], unique=False)
    op.create_index("ix_enterprises_town", "enterprises", ["town_code", "name", "id"], unique=False)
    op.create_table(
        "risk_objects",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("enterprise_id", columns.Id(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column(
            "county_code", sa.String(length=6), sa.Computed("substr(area_code, 1, 6)", persisted=True), nullable=False
        ),
        sa.Column(
            "town_code", sa.String(length=9), sa.Computed("substr(area_code, 1, 9)", persisted=True), nullable=False
        ),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name=op.f("fk_risk_objects_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_objects")),
        sa.UniqueConstraint("enterprise_id", "name", name=op.f("uq_risk_objects_enterprise_id_name")),
    )
    op.create_table(
        "users",
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("enterprise_id", columns.Id(), nullable=True),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("areas", sa.Text(), nullable=False),
        sa.Column("sectors", sa.Text(), nullable=False),
        sa.Column("assigned", sa.Text(), nullable=False),
        sa.Column("powers", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("revision", columns.Counter, nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_users_area_code")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name=op.f("fk_users_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
    )
    op.create_index(op.f("ix_users_area_code"), "users", ["area_code"], unique=False)
    op.create_index(op.f("ix_users_enterprise_id"), "users", ["enterprise_id"], unique=False)
    op.create_table(
        "devices",
        sa.Column("user_id", columns.Id(), nullable=False),
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("platform", sa.String(length=32), nullable=True),
        sa.Column("model", sa.String(length=64), nullable=True),
        sa.Column("app_version", sa.String(length=32), nullable=True),
        sa.Column("push", sa.Text(), nullable=True),
        sa.Column("registered_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_devices_user_id")),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_devices")),
    )
    op.create_table(
        "hazards",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("enterprise_id", columns.Id(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=True),
        sa.Column(
            "datum",
            sa.Enum("wgs84", "gcj02", "bd09", name="datum", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column(
            "level",
            sa.Enum("general", "major", name="level", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("level_confirmed", sa.Boolean(), nullable=False),
        sa.Column(
            "level_by",
            sa.Enum(
                "declared",
                "criterion",
                "checklist",
                "text",
                name="method",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("criterion", sa.String(length=32), nullable=True),
        sa.Column(
            "factor",
            sa.Enum(
                "human",
                "object",
                "environment",
                "management",
                name="factor",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "discipline",
            sa.Enum(
                "safety",
                "process",
                "electrical",
                "instrument",
                "fire",
                "layout",
                "equipment",
                "other",
                name="discipline",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("accident_type", sa.String(length=32), nullable=True),
        sa.Column("accident_standard", sa.String(length=32), nullable=True),
        sa.Column(
            "origin",
            sa.Enum(
                "enterprise",
                "government",
                "expert",
                "complaint",
                name="origin",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("inspection_id", columns.Id(), nullable=True),
        sa.Column("measure_id", columns.Id(), nullable=True),
        sa.Column("risk_id", columns.Id(), nullable=True),
        sa.Column("reported_by", columns.Id(), nullable=False),
        sa.Column("reported_at", columns.Instant(), nullable=False),
        sa.Column("found_at", columns.Instant(), nullable=False),
        sa.Column("last_seen_at", columns.Instant(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "reported",
                "planning",
                "rectifying",
                "reviewing",
                "closed",
                "dismissed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("stage_due_at", columns.Instant(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column(
            "due_order", sa.Date(), sa.Computed("coalesce(due_on, '9999-12-31')", persisted=True), nullable=False
        ),
        sa.Column("first_due_on", sa.Date(), nullable=True),
        sa.Column("escalated_to", sa.String(length=12), nullable=True),
        sa.Column("handling_department", sa.String(length=64), nullable=True),
        sa.Column("confirmed_by", columns.Id(), nullable=True),
        sa.Column("confirmed_at", columns.Instant(), nullable=True),
        sa.Column("requirement", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("interim_measures", sa.Text(), nullable=True),
        sa.Column("responsible_id", columns.Id(), nullable=True),
        sa.Column("responsible_name", sa.String(length=64), nullable=True),
        sa.Column("responsible_phone", sa.String(length=64), nullable=True),
        sa.Column("plan", sa.Text(), nullable=True),
        sa.Column("plan_pending", sa.Boolean(), nullable=False),
        sa.Column("plan_approved", sa.Boolean(), nullable=False),
        sa.Column("extension", sa.Text(), nullable=True),
        sa.Column("extension_by", columns.Id(), nullable=True),
        sa.Column("extension_requests", columns.Counter, nullable=False),
        sa.Column("rectification", sa.Text(), nullable=True),
        sa.Column("rectified_at", columns.Instant(), nullable=True),
        sa.Column("barred", sa.Text(), nullable=False),
        sa.Column("review", sa.Text(), nullable=True),
        sa.Column("ended_at", columns.Instant(), nullable=True),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("photos_missing", columns.Counter, nullable=False),
        sa.Column("evidence_missing", columns.Counter, nullable=False),
        sa.Column("thumbnail", sa.String(length=64), nullable=True),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column(
            "county_code", sa.String(length=6), sa.Computed("substr(area_code, 1, 6)", persisted=True), nullable=False
        ),
        sa.Column(
            "town_code", sa.String(length=9), sa.Computed("substr(area_code, 1, 9)", persisted=True), nullable=False
        ),
        sa.Column("revision", columns.Counter, nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name=op.f("fk_hazards_enterprise_id")),
        sa.ForeignKeyConstraint(["reported_by"], ["users.id"], name=op.f("fk_hazards_reported_by")),
        sa.ForeignKeyConstraint(["responsible_id"], ["users.id"], name=op.f("fk_hazards_responsible_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hazards")),
        sa.UniqueConstraint("number", name=op.f("uq_hazards_number")),
    )
    op.create_index("ix_hazards_area_code_newest", "hazards", ["area_code", "reported_at", "id"], unique=False)
    op.create_index(
        "ix_hazards_area_code_open_due",
        "hazards",
        ["area_code", "level", "due_order", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
        sqlite_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
    )
    op.create_index(
        "ix_hazards_area_code_open_newest",
        "hazards",
        ["area_code", "level", "reported_at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
        sqlite_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
    )
    op.create_index("ix_hazards_county_code_newest", "hazards", ["county_code", "reported_at", "id"], unique=False)
    op.create_index(
        "ix_hazards_county_code_open_due",
        "hazards",
        ["county_code", "level", "due_order", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
        sqlite_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
    )
    op.create_index(
        "ix_hazards_county_code_open_newest",
        "hazards",
        ["county_code", "level", "reported_at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
        sqlite_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
    )
    op.create_index("ix_hazards_enterprise_id_newest", "hazards", ["enterprise_id", "reported_at", "id"], unique=False)
    op.create_index(
        "ix_hazards_enterprise_id_open_due",
        "hazards",
        ["enterprise_id", "level", "due_order", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
        sqlite_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
    )
    op.create_index(
        "ix_hazards_enterprise_id_open_newest",
        "hazards",
        ["enterprise_id", "level", "reported_at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
        sqlite_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
    )
    op.create_index(
        "ix_hazards_measure_open",
        "hazards",
        ["measure_id"],
        unique=False,
        postgresql_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
        sqlite_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
    )
    op.create_index(
        "ix_hazards_responsible_open",
        "hazards",
        ["responsible_id"],
        unique=False,
        postgresql_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
        sqlite_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
    )
    op.create_index("ix_hazards_town_code_newest", "hazards", ["town_code", "reported_at", "id"], unique=False)
    op.create_index(
        "ix_hazards_town_code_open_due",
        "hazards",
        ["town_code", "level", "due_order", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
        sqlite_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
    )
    op.create_index(
        "ix_hazards_town_code_open_newest",
        "hazards",
        ["town_code", "level", "reported_at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
        sqlite_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
    )
    op.create_table(
        "inspections",
        sa.Column("enterprise_id", columns.Id(), nullable=False),
        sa.Column(
            "cadence",
            sa.Enum(
                "daily",
                "weekly",
                "monthly",
                "quarterly",
                "yearly",
                "one_off",
                "spot",
                name="cadence",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "tier",
            sa.Enum("team", "department", "manager", name="tier", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "routine",
                "comprehensive",
                "special",
                "seasonal",
                "holiday",
                "accident_lookalike",
                "resumption",
                "expert",
                "government",
                "campaign",
                "complaint",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("duties", sa.Text(), nullable=False),
        sa.Column("started_at", columns.Instant(), nullable=True),
        sa.Column("performed_at", columns.Instant(), nullable=False),
        sa.Column("corrected_at", columns.Instant(), nullable=False),
        sa.Column("received_at", columns.Instant(), nullable=False),
        sa.Column("clock_correction_s", columns.Counter, nullable=True),
        sa.Column("clock_doubt", sa.Boolean(), nullable=False),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("participants", sa.Text(), nullable=False),
        sa.Column("inspector_id", columns.Id(), nullable=False),
        sa.Column("inspector_name", sa.String(length=64), nullable=False),
        sa.Column("nil", sa.Boolean(), nullable=False),
        sa.Column("results", columns.Counter, nullable=False),
        sa.Column("findings", columns.Counter, nullable=False),
        sa.Column("photos", columns.Counter, nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column(
            "county_code", sa.String(length=6), sa.Computed("substr(area_code, 1, 6)", persisted=True), nullable=False
        ),
        sa.Column(
            "town_code", sa.String(length=9), sa.Computed("substr(area_code, 1, 9)", persisted=True), nullable=False
        ),
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("revision", columns.Counter, nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name=op.f("fk_inspections_enterprise_id")),
        sa.ForeignKeyConstraint(["inspector_id"], ["users.id"], name=op.f("fk_inspections_inspector_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspections")),
    )
    op.create_index("ix_inspections_area_code_newest", "inspections", ["area_code", "corrected_at", "id"], unique=False)
    op.create_index(
        "ix_inspections_county_code_newest", "inspections", ["county_code", "corrected_at", "id"], unique=False
    )
    op.create_index(
        "ix_inspections_enterprise_id_newest", "inspections", ["enterprise_id", "corrected_at", "id"], unique=False
    )
    op.create_index("ix_inspections_town_code_newest", "inspections", ["town_code", "corrected_at", "id"], unique=False)
    op.create_table(
        "photo_senders",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("user_id", columns.Id(), nullable=False),
        sa.Column("sent_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["photos.sha256"], name=op.f("fk_photo_senders_sha256")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_photo_senders_user_id")),
        sa.PrimaryKeyConstraint("sha256", "user_id", name=op.f("pk_photo_senders")),
    )
    op.create_table(
        "photo_uses",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("enterprise_id", columns.Id(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", columns.Id(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "finding",
                "result",
                "seen_again",
                "before",
                "rectification",
                "review",
                "comment",
                "signed_document",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("declared_by", columns.Id(), nullable=False),
        sa.Column("declared_at", columns.Instant(), nullable=False),
        sa.Column("place", columns.Counter, nullable=False),
        sa.Column("taken_at", columns.Instant(), nullable=True),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("bytes", columns.Counter, nullable=True),
        sa.Column("arrived_at", columns.Instant(), nullable=True),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column(
            "county_code", sa.String(length=6), sa.Computed("substr(area_code, 1, 6)", persisted=True), nullable=False
        ),
        sa.Column(
            "town_code", sa.String(length=9), sa.Computed("substr(area_code, 1, 9)", persisted=True), nullable=False
        ),
        sa.ForeignKeyConstraint(["declared_by"], ["users.id"], name=op.f("fk_photo_uses_declared_by")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name=op.f("fk_photo_uses_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_uses")),
        sa.UniqueConstraint("subject_id", "purpose", "sha256", name=op.f("uq_photo_uses_subject_id_purpose_sha256")),
    )
    op.create_index(
        "ix_photo_uses_missing",
        "photo_uses",
        ["declared_by", "sha256"],
        unique=False,
        postgresql_where=sa.text("arrived_at IS NULL"),
        sqlite_where=sa.text("arrived_at IS NULL"),
    )
    op.create_index(op.f("ix_photo_uses_sha256"), "photo_uses", ["sha256"], unique=False)
    op.create_table(
        "risk_units",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("object_id", columns.Id(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["object_id"], ["risk_objects.id"], name=op.f("fk_risk_units_object_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_units")),
        sa.UniqueConstraint("object_id", "name", name=op.f("uq_risk_units_object_id_name")),
    )
    op.create_table(
        "sessions",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("user_id", columns.Id(), nullable=False),
        sa.Column("device_id", sa.String(length=128), nullable=True),
        sa.Column("generation", columns.Counter, nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("expires_at", columns.Instant(), nullable=False),
        sa.Column("revoked_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"], unique=False)
    op.create_table(
        "risks",
        sa.Column("enterprise_id", columns.Id(), nullable=False),
        sa.Column("unit_id", columns.Id(), nullable=True),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=True),
        sa.Column(
            "level",
            sa.Enum(
                "major",
                "considerable",
                "general",
                "low",
                name="risklevel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("post", sa.String(length=200), nullable=True),
        sa.Column("owner_id", columns.Id(), nullable=True),
        sa.Column("next_review_on", sa.Date(), nullable=True),
        sa.Column("candidate", sa.Boolean(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("finding_id", columns.Id(), nullable=True),
        sa.Column("hazard_id", columns.Id(), nullable=True),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column(
            "county_code", sa.String(length=6), sa.Computed("substr(area_code, 1, 6)", persisted=True), nullable=False
        ),
        sa.Column(
            "town_code", sa.String(length=9), sa.Computed("substr(area_code, 1, 9)", persisted=True), nullable=False
        ),
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("revision", columns.Counter, nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name=op.f("fk_risks_enterprise_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_risks_owner_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["risk_units.id"], name=op.f("fk_risks_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risks")),
    )
    op.create_index("ix_risks_area_code_newest", "risks", ["area_code", "created_at", "id"], unique=False)
    op.create_index("ix_risks_county_code_newest", "risks", ["county_code", "created_at", "id"], unique=False)
    op.create_index("ix_risks_enterprise_id_newest", "risks", ["enterprise_id", "created_at", "id"], unique=False)
    op.create_index("ix_risks_town_code_newest", "risks", ["town_code", "created_at", "id"], unique=False)
    op.create_index("ix_risks_unit", "risks", ["unit_id"], unique=False)
    op.create_table(
        "control_measures",
        sa.Column("enterprise_id", columns.Id(), nullable=False),
        sa.Column("risk_id", columns.Id(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "engineering",
                "management",
                "training",
                "protective",
                "emergency",
                name="measurekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("check", sa.Text(), nullable=True),
        sa.Column("holder", sa.String(length=200), nullable=True),
        sa.Column("always", sa.Boolean(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column(
            "county_code", sa.String(length=6), sa.Computed("substr(area_code, 1, 6)", persisted=True), nullable=False
        ),
        sa.Column(
            "town_code", sa.String(length=9), sa.Computed("substr(area_code, 1, 9)", persisted=True), nullable=False
        ),
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("revision", columns.Counter, nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name=op.f("fk_control_measures_enterprise_id")),
        sa.ForeignKeyConstraint(["risk_id"], ["risks.id"], name=op.f("fk_control_measures_risk_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control_measures")),
    )
    op.create_index("ix_control_measures_enterprise", "control_measures", ["enterprise_id"], unique=False)
    op.create_index("ix_control_measures_risk", "control_measures", ["risk_id", "created_at", "id"], unique=False)
    op.create_table(
        "findings",
        sa.Column("enterprise_id", columns.Id(), nullable=False),
        sa.Column("inspection_id", columns.Id(), nullable=True),
        sa.Column("number", columns.Counter, nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=True),
        sa.Column("measure_id", columns.Id(), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "enterprise",
                "government",
                "expert",
                "complaint",
                name="origin",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "list",
            sa.Enum(
                "hazard",
                "risk",
                "none",
                "pending",
                name="listname",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("sorting", sa.Text(), nullable=False),
        sa.Column("due_at", columns.Instant(), nullable=True),
        sa.Column("hazard_id", columns.Id(), nullable=True),
        sa.Column("risk_id", columns.Id(), nullable=True),
        sa.Column("seen_again", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("reported_by", columns.Id(), nullable=False),
        sa.Column("reporter_name", sa.String(length=64), nullable=False),
        sa.Column("performed_at", columns.Instant(), nullable=False),
        sa.Column("corrected_at", columns.Instant(), nullable=False),
        sa.Column("received_at", columns.Instant(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column(
            "county_code", sa.String(length=6), sa.Computed("substr(area_code, 1, 6)", persisted=True), nullable=False
        ),
        sa.Column(
            "town_code", sa.String(length=9), sa.Computed("substr(area_code, 1, 9)", persisted=True), nullable=False
        ),
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("revision", columns.Counter, nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name=op.f("fk_findings_enterprise_id")),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspections.id"], name=op.f("fk_findings_inspection_id")),
        sa.ForeignKeyConstraint(["measure_id"], ["control_measures.id"], name=op.f("fk_findings_measure_id")),
        sa.ForeignKeyConstraint(["reported_by"], ["users.id"], name=op.f("fk_findings_reported_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
    )
    op.create_index("ix_findings_area_code_newest", "findings", ["area_code", "corrected_at", "id"], unique=False)
    op.create_index(
        "ix_findings_area_code_pending",
        "findings",
        ["area_code", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index("ix_findings_county_code_newest", "findings", ["county_code", "corrected_at", "id"], unique=False)
    op.create_index(
        "ix_findings_county_code_pending",
        "findings",
        ["county_code", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_findings_enterprise_id_newest", "findings", ["enterprise_id", "corrected_at", "id"], unique=False
    )
    op.create_index(
        "ix_findings_enterprise_id_pending",
        "findings",
        ["enterprise_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index("ix_findings_hazard", "findings", ["hazard_id"], unique=False)
    op.create_index("ix_findings_inspection", "findings", ["inspection_id"], unique=False)
    op.create_index("ix_findings_town_code_newest", "findings", ["town_code", "corrected_at", "id"], unique=False)
    op.create_index(
        "ix_findings_town_code_pending",
        "findings",
        ["town_code", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_table(
        "inspection_results",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("inspection_id", columns.Id(), nullable=False),
        sa.Column("measure_id", columns.Id(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "normal",
                "abnormal",
                "unchecked",
                "not_applicable",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("checked_at", columns.Instant(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspections.id"], name=op.f("fk_inspection_results_inspection_id")
        ),
        sa.ForeignKeyConstraint(["measure_id"], ["control_measures.id"], name=op.f("fk_inspection_results_measure_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_results")),
        sa.UniqueConstraint("inspection_id", "measure_id", name=op.f("uq_inspection_results_inspection_id_measure_id")),
    )
    op.create_index("ix_inspection_results_measure", "inspection_results", ["measure_id"], unique=False)
    dialects.create_series(op.get_bind(), "hazard_numbers")
    triggers.install(op.get_bind())


def downgrade() -> None:
    triggers.remove(op.get_bind())
    dialects.drop_series(op.get_bind(), "hazard_numbers")
    op.drop_index("ix_inspection_results_measure", table_name="inspection_results")
    op.drop_table("inspection_results")
    op.drop_index(
        "ix_findings_town_code_pending",
        table_name="findings",
        postgresql_where=sa.text("due_at IS NOT NULL"),
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )
    op.drop_index("ix_findings_town_code_newest", table_name="findings")
    op.drop_index("ix_findings_inspection", table_name="findings")
    op.drop_index("ix_findings_hazard", table_name="findings")
    op.drop_index(
        "ix_findings_enterprise_id_pending",
        table_name="findings",
        postgresql_where=sa.text("due_at IS NOT NULL"),
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )
    op.drop_index("ix_findings_enterprise_id_newest", table_name="findings")
    op.drop_index(
        "ix_findings_county_code_pending",
        table_name="findings",
        postgresql_where=sa.text("due_at IS NOT NULL"),
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )
    op.drop_index("ix_findings_county_code_newest", table_name="findings")
    op.drop_index(
        "ix_findings_area_code_pending",
        table_name="findings",
        postgresql_where=sa.text("due_at IS NOT NULL"),
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )
    op.drop_index("ix_findings_area_code_newest", table_name="findings")
    op.drop_table("findings")
    op.drop_index("ix_control_measures_risk", table_name="control_measures")
    op.drop_index("ix_control_measures_enterprise", table_name="control_measures")
    op.drop_table("control_measures")
    op.drop_index("ix_risks_unit", table_name="risks")
    op.drop_index("ix_risks_town_code_newest", table_name="risks")
    op.drop_index("ix_risks_enterprise_id_newest", table_name="risks")
    op.drop_index("ix_risks_county_code_newest", table_name="risks")
    op.drop_index("ix_risks_area_code_newest", table_name="risks")
    op.drop_table("risks")
    op.drop_index(op.f("ix_sessions_user_id"), table_name="sessions")
    op.drop_table("sessions")
    op.drop_table("risk_units")
    op.drop_index(op.f("ix_photo_uses_sha256"), table_name="photo_uses")
    op.drop_index(
        "ix_photo_uses_missing",
        table_name="photo_uses",
        postgresql_where=sa.text("arrived_at IS NULL"),
        sqlite_where=sa.text("arrived_at IS NULL"),
    )
    op.drop_table("photo_uses")
    op.drop_table("photo_senders")
    op.drop_index("ix_inspections_town_code_newest", table_name="inspections")
    op.drop_index("ix_inspections_enterprise_id_newest", table_name="inspections")
    op.drop_index("ix_inspections_county_code_newest", table_name="inspections")
    op.drop_index("ix_inspections_area_code_newest", table_name="inspections")
    op.drop_table("inspections")
    op.drop_index(
        "ix_hazards_town_code_open_newest",
        table_name="hazards",
        postgresql_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
        sqlite_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
    )
    op.drop_index(
        "ix_hazards_town_code_open_due",
        table_name="hazards",
        postgresql_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
        sqlite_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
    )
    op.drop_index("ix_hazards_town_code_newest", table_name="hazards")
    op.drop_index(
        "ix_hazards_responsible_open",
        table_name="hazards",
        postgresql_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
        sqlite_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
    )
    op.drop_index(
        "ix_hazards_measure_open",
        table_name="hazards",
        postgresql_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
        sqlite_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
    )
    op.drop_index(
        "ix_hazards_enterprise_id_open_newest",
        table_name="hazards",
        postgresql_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
        sqlite_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
    )
    op.drop_index(
        "ix_hazards_enterprise_id_open_due",
        table_name="hazards",
        postgresql_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
        sqlite_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
    )
    op.drop_index("ix_hazards_enterprise_id_newest", table_name="hazards")
    op.drop_index(
        "ix_hazards_county_code_open_newest",
        table_name="hazards",
        postgresql_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
        sqlite_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
    )
    op.drop_index(
        "ix_hazards_county_code_open_due",
        table_name="hazards",
        postgresql_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
        sqlite_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
    )
    op.drop_index("ix_hazards_county_code_newest", table_name="hazards")
    op.drop_index(
        "ix_hazards_area_code_open_newest",
        table_name="hazards",
        postgresql_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
        sqlite_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
    )
    op.drop_index(
        "ix_hazards_area_code_open_due",
        table_name="hazards",
        postgresql_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
        sqlite_where=sa.text("state IN ('reported', 'planning', 'rectifying', 'reviewing')"),
    )
    op.drop_index("ix_hazards_area_code_newest", table_name="hazards")
    op.drop_table("hazards")
    op.drop_table("devices")
    op.drop_index(op.f("ix_users_enterprise_id"), table_name="users")
    op.drop_index(op.f("ix_users_area_code"), table_name="users")
    op.drop_table("users")
    op.drop_table("risk_objects")
    op.drop_index("ix_enterprises_town", table_name="enterprises")
    op.drop_index(op.f("ix_enterprises_partner_id"), table_name="enterprises")
    op.drop_index("ix_enterprises_county", table_name="enterprises")
    op.drop_index("ix_enterprises_area", table_name="enterprises")
    op.drop_table("enterprises")
    op.drop_table("seals")
    op.drop_table("receipts")
    op.drop_table("photos")
    op.drop_index(op.f("ix_login_attempts_failed_at"), table_name="login_attempts")
    op.drop_table("login_attempts")
    op.drop_index(
        "ix_events_unsealed",
        table_name="events",
        postgresql_where=sa.text("position IS NULL"),
        sqlite_where=sa.text("position IS NULL"),
    )
    op.drop_table("events")
    op.drop_index(op.f("ix_areas_parent_code"), table_name="areas")
    op.drop_table("areas")
