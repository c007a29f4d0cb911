"""Tables of what photos look like, and which are alike."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Float, Index, String, Text, and_, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.columns import Json, Row
from app.photos.flags import PROVING
from app.photos.models import PhotoUse


class PhotoFacts(Row):
    """What was seen of a photo, once: whatever it is used for, its bytes say the same.

    `sketch` is the picture in 32 × 32 greys (base64), null where there is no picture or nothing is on it. `claimed_at`
    says that somebody is at it; `examined_at`, `compared_at` how far they came.
    """

    __tablename__ = "photo_facts"
    __table_args__ = ({"sqlite_autoincrement": True},)

    number: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    claimed_at: Mapped[datetime]
    examined_at: Mapped[datetime | None]
    compared_at: Mapped[datetime | None]
    exif: Mapped[dict[str, Any] | None] = mapped_column(Json)
    sketch: Mapped[str | None] = mapped_column(Text)


class PhotoPrint(Row):
    """A quarter of a print, to find a photo by: all in its key, so that the index is the whole table (see `prints.py`).

    `place` is the window, the quarter and its 16 bits; `print` all 64 bits, signed; `photo` the number of its facts.
    """

    __tablename__ = "photo_prints"
    __table_args__ = ({"sqlite_with_rowid": False},)

    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    print: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    photo: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class PhotoLikeness(Row):
    """Two photos that show the same picture; each pair stands here both ways."""

    __tablename__ = "photo_likenesses"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    other: Mapped[str] = mapped_column(String(64), primary_key=True)
    likeness: Mapped[float] = mapped_column(Float)


# A partial index serves a query only if the query says its condition in the same literals: both take it from here.
PROVES: Final = PhotoUse.purpose.in_([literal_column(f"'{purpose}'") for purpose in PROVING])
UNCHECKED: Final = and_(PhotoUse.checked_at.is_(None), PhotoUse.arrived_at.is_not(None), PROVES)

Index(
    "ix_photo_uses_unchecked", PhotoUse.declared_at, PhotoUse.id, postgresql_where=UNCHECKED, sqlite_where=UNCHECKED
)  # fmt: skip
