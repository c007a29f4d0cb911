"""Taking a file in: all of it or nothing, in one transaction, and a record of who brought it.

A book's own room says what becomes of its records; what is the same for all books stands here.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.foundation.clock import now
from app.foundation.dialects import one_at_a_time
from app.foundation.problems import NotFound, Overloaded, Said
from app.foundation.wire import Frozen, Moment, View
from app.journal import events
from app.people.models import Enterprise
from app.people.scope import Caller
from app.workbooks.books import Book, Sheet
from app.workbooks.models import WorkbookImport
from app.workbooks.receiving import Sent
from app.workbooks.table import Faults, Filled, Record

CHANGES_LIMIT: Final = 200
"""Changes that an answer tells one by one; counts are of all."""

IMPORTING: Final = 4_207_113  # the lock of whoever imports: one at a time, since each may change much
NO_IMPORT: Final = Said("没有这次导入", "There is no such import")


class Counted(BaseModel):
    """What became of the records of one kind. Those of the enterprise that no row speaks of are not counted."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    retired: int = 0


class FieldChange(BaseModel):
    """A column that says something new, as a sheet shows it."""

    field: str
    before: str | None
    after: str | None


class RowChange(BaseModel):
    """What a row does: `action` is created, changed or retired; or kept, where the record differs and is left alone."""

    sheet: str
    row: int
    kind: str
    action: str
    name: str
    fields: list[FieldChange] = Field(description="Of what changed; empty for what is new.")


class ImportView(View):
    """An import: what it did, or in a dry run would do."""

    book: str
    enterprise_id: UUID | None
    sha256: str = Field(description="Of the file.")
    rows: int = Field(description="Rows of data in it.")
    counts: dict[str, Counted] = Field(description="By kind of record.")
    changes: list[RowChange] = Field(description=f"The first {CHANGES_LIMIT}, row by row; none in a replay.")
    changes_left_out: int = Field(description="How many more there are.")
    ignored: list[str] = Field(description="Columns and sheets that mean nothing in this book; none in a replay.")
    imported_at: Moment


class SentFile(Frozen):
    """How a receipt keeps a file: by its sha256."""

    id: UUID | None = None
    sha256: str


@dataclass
class Tally:
    """What an import has done so far."""

    counts: dict[str, Counted] = field(default_factory=dict)
    changes: list[RowChange] = field(default_factory=list)
    left_out: int = 0

    def note(self, record: Record, kind: str, action: str, name: str, fields: Iterable[FieldChange] = ()) -> None:
        """Count one record: created, changed, unchanged or retired; or kept, which leaves it unchanged, and says so."""
        counted, as_what = self.counts.setdefault(kind, Counted()), "unchanged" if action == "kept" else action
        setattr(counted, as_what, getattr(counted, as_what) + 1)
        if action == "unchanged":
            return
        if len(self.changes) < CHANGES_LIMIT:
            told = {"sheet": record.sheet, "row": record.row, "kind": kind, "action": action, "name": name}
            self.changes.append(RowChange(**told, fields=list(fields)))
        else:
            self.left_out += 1


@dataclass(frozen=True)
class Job:
    """One import on its way. `said` is what the events of its records say beside their changes."""

    session: Session
    caller: Caller
    id: UUID
    filled: Filled
    tally: Tally
    enterprise: Enterprise | None = None

    @property
    def said(self) -> dict[str, Any]:
        return {"import": str(self.id)}

    @property
    def faults(self) -> Faults:
        return self.filled.faults

    def records(self, sheet: str) -> list[Record]:
        return self.filled.records.get(sheet, [])


Carry = Callable[[Job], None]


def carry_out(
    session: Session, caller: Caller, book: Book, sent: Sent, carry: Carry, enterprise: Enterprise | None = None
) -> ImportView:
    """Let the book's room do what the records say, and keep a record of it.

    `carry` adds what is wrong to the job's faults, calls its `faults.refuse()` before it changes anything, and then
    changes through the journal.

    Raises:
        Invalid: bad cells, every one of them.
        Overloaded: somebody else made what this was about to make; again, it will be found.
    """
    one_at_a_time(session, IMPORTING)
    job = Job(session, caller, sent.id, sent.filled.fresh(), Tally(), enterprise)
    try:
        carry(job)
        session.flush()
    except IntegrityError as error:
        raise Overloaded from error
    job.faults.refuse()
    row = WorkbookImport(
        id=sent.id, book=book.name, enterprise_id=enterprise.id if enterprise else None,
        area_code=enterprise.area_code if enterprise else next(iter(caller.areas), ""), sha256=sent.sha256,
        rows=sent.filled.rows, counts={kind: counted.model_dump() for kind, counted in job.tally.counts.items()},
        imported_by=caller.id, imported_at=now(),
    )  # fmt: skip
    events.create(session, row, "imported", caller, {})
    told = {"changes": job.tally.changes, "changes_left_out": job.tally.left_out, "ignored": sent.filled.ignored}
    return _view(row, told)


def show_import(session: Session, caller: Caller, id: UUID) -> ImportView:
    """An import of the caller's own, as it is kept.

    Raises:
        NotFound: there is none.
    """
    row = session.scalar(select(WorkbookImport).where(WorkbookImport.id == id, WorkbookImport.imported_by == caller.id))
    if row is None:
        raise NotFound(NO_IMPORT)
    return _view(row, {"changes": [], "changes_left_out": 0, "ignored": []})


def _view(row: WorkbookImport, told: Mapping[str, Any]) -> ImportView:
    kept = {name: getattr(row, name) for name in ImportView.model_fields if hasattr(row, name)}
    return ImportView.model_validate(kept | dict(told))


def compared(record: Record, kept: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says that is not so: by the names of fields, of those columns that `kept` has a value for.

    A text differs only where it does without the spaces around it, which a sheet does not show.
    """
    return {key: record[key] for key, before in kept.items() if record.says(key) and record[key] != _bare(before)}


def _bare(value: Any) -> Any:
    return value.strip() or None if isinstance(value, str) else value


def told(sheet: Sheet, changes: Mapping[str, Any], kept: Mapping[str, Any]) -> list[FieldChange]:
    """Changes as the sheet shows them."""
    shown = []
    for key, after in changes.items():
        column = sheet.column(key)
        sides = (column.kind.show(kept.get(key, column.kind.empty)), column.kind.show(after))
        before, after = (None if side is None else str(side) for side in sides)
        shown.append(FieldChange(field=column.title, before=before, after=after))
    return shown
