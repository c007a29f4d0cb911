"""Tables of posts, and of codes that were replaced."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.cards.terms import Scanned
from app.foundation.columns import Json, Row
from app.foundation.short_codes import LENGTH, new_code
from app.journal.events import Recorded
from app.people.scope import Scoped
from app.risks.terms import HolderRole

SCOPES = ("enterprise_id", "county_code", "town_code", "area_code")


class Post(Scoped, Recorded, Row):
    """A post (岗位) of an enterprise, with what the enterprise adds to its lists and cards.

    `also_called` are other names that risks and measures call it by. `role` is what its people are, `department` where
    they work: so the post is found where a measure names a role only.
    """

    __tablename__ = "posts"
    __table_args__ = (
        UniqueConstraint("enterprise_id", "name"),
        *(Index(f"ix_posts_{scope}_named", scope, "name", "id") for scope in SCOPES),
    )
    KIND = "post"

    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprises.id"))
    name: Mapped[str] = mapped_column(String(200))
    also_called: Mapped[list[str]] = mapped_column(Json, default=list)
    department: Mapped[str | None] = mapped_column(String(200))
    role: Mapped[HolderRole | None]
    duties: Mapped[list[str]] = mapped_column(Json, default=list)
    steps: Mapped[list[str]] = mapped_column(Json, default=list)
    forbidden: Mapped[list[str]] = mapped_column(Json, default=list)
    protective: Mapped[list[str]] = mapped_column(Json, default=list)
    signs: Mapped[list[str]] = mapped_column(Json, default=list)
    first_actions: Mapped[list[str]] = mapped_column(Json, default=list)
    rescue: Mapped[list[str]] = mapped_column(Json, default=list)
    contacts: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    scan_code: Mapped[str] = mapped_column(String(LENGTH), unique=True, default=new_code)
    retired: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class ReplacedCode(Row):
    """A code that still hangs somewhere, though its place has a newer one. Never changed."""

    __tablename__ = "replaced_codes"

    code: Mapped[str] = mapped_column(String(LENGTH), primary_key=True)
    kind: Mapped[Scanned]
    subject_id: Mapped[UUID]
    replaced_at: Mapped[datetime]
