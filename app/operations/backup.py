"""Copying everything there is into one file, beside a running server: of one moment, in bounded memory.

First the database, then the photos: a photo is never removed while a row names it, so each that the copied rows name
is still there. What arrives meanwhile belongs to the next backup.
"""

import hashlib
import json
import os
import secrets
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import IO, Final

from pydantic import BaseModel
from sqlalchemy import TableClause, func, select
from sqlalchemy.orm import Session

from app.foundation import schema
from app.foundation.blobs import Blobs
from app.foundation.canonical import sent
from app.foundation.clock import now
from app.foundation.database import Database
from app.foundation.dialects import LONG, series_at
from app.foundation.problems import Unavailable
from app.journal import seals
from app.operations import archive
from app.operations.archive import END, FORMAT, KEYS, MANIFEST, PHOTOS, SERIES, SHA256, TABLES, End, Manifest

PART: Final = 1 << 20  # bytes of rows in memory before they are written
ROWS: Final = 500


def backup(database: Database, blobs: Blobs, keys: Path, target: Path) -> End:
    """Write a backup to `target`, which appears only when it is whole and on the disk; it holds secrets: mode 0600.

    Raises:
        FileExistsError: there is such a file.
        Unavailable: the database or the store does not answer.
    """
    with whole_or_not_at_all(target) as file, tarfile.open(fileobj=file, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        return _Backup(tar).write(database, blobs, keys)


class _Backup:
    def __init__(self, tar: tarfile.TarFile) -> None:
        self.tar, self.begun, self.created_at = tar, False, now()

    def write(self, database: Database, blobs: Blobs, keys: Path) -> End:
        with tempfile.TemporaryFile("w+") as owed:
            database.transact(partial(self._tables, owed=owed), patience=LONG, snapshot=True)
            for path in archive.key_files(keys):
                self._add(KEYS + path.name, path.read_bytes())
            owed.seek(0)
            return self._photos(blobs, (json.loads(line) for line in owed))

    def _tables(self, session: Session, owed: IO[str]) -> None:
        manifest = describe(session)
        if self.begun:
            raise Unavailable  # the connection was lost: half a file cannot be begun again
        self.begun = True
        self._add(MANIFEST, manifest)
        for table in archive.all_tables():
            self._rows(session, archive.plain(table))
        for sha256, key in session.execute(archive.stored_photos().execution_options(yield_per=ROWS)):
            owed.write(json.dumps([sha256, key]) + "\n")

    def _rows(self, session: Session, table: TableClause) -> None:
        names, part, number = table.columns.keys(), bytearray(), 0
        for row in session.execute(select(table).execution_options(yield_per=ROWS)):
            part += sent(dict(zip(names, row, strict=True))) + b"\n"
            if len(part) > PART:
                number += 1
                self._add(f"{TABLES}{table.name}/{number:06}.jsonl", bytes(part))
                part.clear()
        if part:
            self._add(f"{TABLES}{table.name}/{number + 1:06}.jsonl", bytes(part))

    def _photos(self, blobs: Blobs, owed: Iterator[tuple[str, str]]) -> End:
        end = End(photos=0, missing=[])
        for sha256, key in owed:
            try:
                size = blobs.size(key)
                with blobs.file(key) as file:
                    hashing = Hashing(file)
                    self.tar.addfile(self._member(PHOTOS + key, size, {SHA256: sha256}), hashing)
                end.photos += 1
                if hashing.seen.hexdigest() != sha256:
                    end.missing.append(sha256)
            except FileNotFoundError:
                end.missing.append(sha256)
        self._add(END, end)
        return end

    def _add(self, name: str, content: bytes | BaseModel) -> None:
        data = content if isinstance(content, bytes) else content.model_dump_json(indent=1).encode()
        self.tar.addfile(self._member(name, len(data)), BytesIO(data))

    def _member(self, name: str, size: int, headers: dict[str, str] | None = None) -> tarfile.TarInfo:
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = size, 0o600, self.created_at.timestamp()
        member.pax_headers = headers or {}
        return member


class Hashing:
    """A file whose bytes are hashed as they are read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.seen = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.seen.update(data)
        return data


def describe(session: Session) -> Manifest:
    """The moment that this transaction sees."""
    head = seals.head(session)
    return Manifest(
        format=FORMAT,
        schema_revision=schema.present(session) or "",
        created_at=now(),
        rows={
            table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in archive.all_tables()
        },
        series={name: series_at(session, name) for name in SERIES},
        photos=session.scalar(select(func.count()).select_from(archive.stored_photos().subquery())) or 0,
        head=head.digest if head else "",
    )


@contextmanager
def whole_or_not_at_all(target: Path) -> Iterator[IO[bytes]]:
    """A new file that gets its name only when all of it is on the disk."""
    if target.exists():
        raise FileExistsError(target)
    aside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.link(aside, target)  # unlike a rename it never replaces what somebody else has put there meanwhile
        folder = os.open(target.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    finally:
        aside.unlink(missing_ok=True)
