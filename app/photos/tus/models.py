"""Tables of uploads that may be resumed."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.columns import Row
from app.people import models as people  # noqa: F401  columns that point at users have their ids' type at once


class Upload(Row):
    """A photo on its way in pieces, from one person. All of it is here once `arrived` is its `length`.

    `said` is the Upload-Metadata of its creation, as it was sent.
    """

    __tablename__ = "uploads"
    __table_args__ = (UniqueConstraint("user_id", "sha256"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    length: Mapped[int]
    arrived: Mapped[int]
    said: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class UploadPart(Row):
    """The bytes of an upload from `begins` on, that one request brought: an object of their own."""

    __tablename__ = "upload_parts"

    upload_id: Mapped[UUID] = mapped_column(ForeignKey("uploads.id"), primary_key=True)
    begins: Mapped[int] = mapped_column(primary_key=True)
    size: Mapped[int]
    object_key: Mapped[str] = mapped_column(String(128), index=True)


class Progress(NamedTuple):
    """How an upload stands, as it is read."""

    id: UUID
    user_id: UUID
    sha256: str
    length: int
    arrived: int
    said: str
    expires_at: datetime
