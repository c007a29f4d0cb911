"""Tables of photos: the bytes, who has sent them, and what they are used for."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, and_
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.columns import Json, Row
from app.people import models as people  # noqa: F401  columns that point at users have their ids' type at once
from app.people.scope import Scoped
from app.photos.outlines import PictureState


class Purpose(StrEnum):
    """What a photo is to show."""

    FINDING = "finding"
    RESULT = "result"
    SEEN_AGAIN = "seen_again"
    BEFORE = "before"
    RECTIFICATION = "rectification"
    REVIEW = "review"
    COMMENT = "comment"
    SIGNED_DOCUMENT = "signed_document"


PURPOSE_TITLES: Final[Mapping[Purpose, str]] = {
    Purpose.FINDING: "发现",
    Purpose.RESULT: "检查结果",
    Purpose.SEEN_AGAIN: "再次发现",
    Purpose.BEFORE: "整改前",
    Purpose.RECTIFICATION: "整改",
    Purpose.REVIEW: "复查",
    Purpose.COMMENT: "留言",
    Purpose.SIGNED_DOCUMENT: "签字文件",
}


class Photo(Row):
    """A photo is its bytes. `object_key` says which object holds them: others of the same bytes do not count.

    Width and height are as it is seen, upright; a document has neither. `pictures` says whether smaller ones can be
    made of it. One that is dying counts for nobody: no record names it, its bytes are
    about to go, and whoever sends it again makes it a new one.
    """

    __tablename__ = "photos"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    object_key: Mapped[str] = mapped_column(String(128))
    bytes: Mapped[int]
    content_type: Mapped[str] = mapped_column(String(64))
    width: Mapped[int | None]
    height: Mapped[int | None]
    pictures: Mapped[PictureState] = mapped_column(default=PictureState.AVAILABLE)
    created_at: Mapped[datetime]
    dying_at: Mapped[datetime | None]


class PhotoSender(Row):
    """Somebody who has sent these bytes, and therefore had them."""

    __tablename__ = "photo_senders"

    sha256: Mapped[str] = mapped_column(ForeignKey("photos.sha256"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    sent_at: Mapped[datetime]


class PhotoUse(Scoped, Row):
    """A photo as a record names it. Time and position belong here, not to the bytes.

    The record may be accepted before the bytes have come; they may never come, so `sha256` points nowhere by itself.
    `place` keeps the order in which a declaration named its photos. One that was declared lost is waited for no longer;
    if it comes after all, it is there. `evidence` is what was found when it was last checked (`flags.py`); what is to
    be checked again keeps it meanwhile, without `checked_at`.
    """

    __tablename__ = "photo_uses"
    __table_args__ = (UniqueConstraint("subject_id", "purpose", "sha256"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprises.id"))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[UUID]
    purpose: Mapped[Purpose]
    declared_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    declared_at: Mapped[datetime]
    place: Mapped[int]
    taken_at: Mapped[datetime | None]
    position: Mapped[dict[str, Any] | None] = mapped_column(Json)
    bytes: Mapped[int | None]
    arrived_at: Mapped[datetime | None]
    device_id: Mapped[str | None] = mapped_column(String(128))
    lost_at: Mapped[datetime | None]
    lost_reason: Mapped[str | None] = mapped_column(Text)
    replacement: Mapped[str | None] = mapped_column(String(64))
    checked_at: Mapped[datetime | None]
    evidence: Mapped[dict[str, Any] | None] = mapped_column(Json)


NOT_HERE = PhotoUse.arrived_at.is_(None)
WAITED_FOR = and_(NOT_HERE, PhotoUse.lost_at.is_(None))

Index(
    "ix_photo_uses_missing", PhotoUse.declared_by, PhotoUse.sha256, postgresql_where=NOT_HERE, sqlite_where=NOT_HERE
)  # fmt: skip
Index(
    "ix_photo_uses_waited_for", PhotoUse.declared_at, PhotoUse.id, postgresql_where=WAITED_FOR, sqlite_where=WAITED_FOR
)  # fmt: skip
Index(
    "ix_photo_uses_enterprise_waited_for", PhotoUse.enterprise_id, PhotoUse.declared_at, PhotoUse.id,
    postgresql_where=WAITED_FOR, sqlite_where=WAITED_FOR,
)  # fmt: skip
