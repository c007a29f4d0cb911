"""What a backup looks like: one tar, plain enough to be read by anything, the same from either database.

manifest.json                     what it is, of which moment, and how much of what
tables/<table>/000001.jsonl …     every row as one JSON object, as the columns were written, in parts
keys/…                            the keyring and the seal's keys: SECRETS, so the file is its owner's alone
photos/<object's key>             every photo that a row names, its sha256 in the header
end.json                          how many photos there are, and which could not be had; its absence shows a torn file
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Date, Enum, Float, Numeric, Select, Table, TableClause, Text, column, select, table
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from app.foundation.columns import Id, Instant, Json, Row, Several
from app.photos.models import Photo

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
TABLES: Final = "tables/"
KEYS: Final = "keys/"
PHOTOS: Final = "photos/"
END: Final = "end.json"
SHA256: Final = "HAZARD.sha256"  # the name of a photo's digest in its header
SERIES: Final = ("hazard_numbers",)

Line = dict[str, Any]


class Manifest(BaseModel):
    """What a backup is. `head` is the digest of the newest seal, which `app audit verify --against` takes."""

    format: int
    schema_revision: str
    created_at: datetime
    rows: dict[str, int]
    series: dict[str, int]
    photos: int
    head: str


class End(BaseModel):
    """What became of the photos: how many the backup holds, and the digests of those missing or damaged at the time."""

    photos: int
    missing: list[str]


def all_tables() -> list[Table]:
    return [Row.metadata.tables[name] for name in sorted(Row.metadata.tables)]


def plain(original: Table) -> TableClause:
    """The table with its columns as they are written, so that what is put back is byte for byte what was there.

    Generated columns are not carried: the database generates them anew.
    """
    carried = (each for each in original.columns if each.computed is None)
    return table(original.name, *(column(each.name, _plain(each.type)) for each in carried))


def _plain(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    return Text() if isinstance(kind, Enum | Several | Json) else kind


def reader(original: TableClause) -> Callable[[Line], Line]:
    """Turns a line of a part into a row of the table."""
    kinds = {each.name: _from_json(each.type) for each in original.columns}

    def read(line: Line) -> Line:
        return {name: None if value is None else kinds[name](value) for name, value in line.items()}

    return read


def _from_json(kind: TypeEngine[Any]) -> Callable[[Any], Any]:
    match kind:
        case Id():
            return UUID
        case Instant():
            return datetime.fromisoformat
        case Date():
            return date.fromisoformat
        case Numeric() if not isinstance(kind, Float):
            return Decimal
        case _:
            return lambda value: value


def stored_photos() -> Select[str, str]:
    """Digest and object of every photo; of one that is dying the object may be gone."""
    return select(Photo.sha256, Photo.object_key).where(Photo.dying_at.is_(None))


def inhabited(session: Session) -> str | None:
    """The name of a table that has rows; None if the database is empty."""
    return next((each.name for each in all_tables() if session.execute(select(each).limit(1)).first()), None)


def key_files(folder: Path) -> Iterator[Path]:
    """The files that a keyring consists of."""
    yield from (folder / "keyring.json", *sorted(folder.glob("seal-*.pem")), *sorted(folder.glob("seal-*.pub")))
