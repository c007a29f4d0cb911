"""The table of loaded sets."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.columns import Json, Row
from app.journal.events import Recorded


class LoadedSet(Recorded, Row):
    """One version of a set, as its file said it: `data` never changes, only whether it is `active`.

    `digest` is that of `data`, so that the same file is not loaded twice over. `effective_from` and `effective_to` are
    those of the file; when it holds beside other versions of its name, `sorting/sets.py` says.
    """

    __tablename__ = "criteria_sets"
    __table_args__ = (UniqueConstraint("name", "version"),)
    KIND = "criteria_set"

    name: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    active: Mapped[bool]
    digest: Mapped[str] = mapped_column(String(64))
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    loaded_at: Mapped[datetime]
