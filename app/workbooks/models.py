"""The table of imports: who brought in which file, and what it did."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.columns import Json, Row
from app.journal.events import Recorded


class WorkbookImport(Recorded, Row):
    """A file that was imported. `counts` are what it created, changed, left and retired, by kind of record; events of
    those records name the import. The file itself is not kept: its sha256 tells whether somebody shows the same one."""

    __tablename__ = "workbook_imports"
    __table_args__ = (
        Index("ix_workbook_imports_enterprise", "enterprise_id", "imported_at"),
        Index("ix_workbook_imports_importer", "imported_by", "imported_at"),
    )
    KIND = "import"

    book: Mapped[str] = mapped_column(String(32))
    enterprise_id: Mapped[UUID | None] = mapped_column(ForeignKey("enterprises.id"))
    area_code: Mapped[str] = mapped_column(String(12))
    sha256: Mapped[str] = mapped_column(String(64))
    rows: Mapped[int]
    counts: Mapped[dict[str, Any]] = mapped_column(Json)
    imported_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    imported_at: Mapped[datetime]
