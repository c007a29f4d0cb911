"""Putting a backup back: into an empty database of either kind, all of it or nothing.

Rows, keys and photos are written and checked within one transaction, which ends only when the photos' bytes have their
digests and the journal passes its audit. A restore that fails leaves the database empty and takes away what it put
beside it.
"""

import hashlib
import json
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, Final

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.foundation import schema
from app.foundation.blobs import Blobs
from app.foundation.columns import Row
from app.foundation.database import Database
from app.foundation.dialects import LONG, continue_keys, continue_series, pointers_checked_at_the_end
from app.foundation.keyring import Keyring, write_once
from app.foundation.problems import Unavailable
from app.journal import triggers
from app.journal.audit import examine
from app.operations import archive
from app.operations.archive import END, FORMAT, KEYS, MANIFEST, PHOTOS, SHA256, TABLES, End, Manifest
from app.photos.models import Photo

ROWS: Final = 500
PIECE: Final = 1 << 20

Undo = Callable[[], None]


class NotRestored(Exception):
    """Why a backup cannot be put back; nothing was."""


def restore(database: Database, blobs: Blobs, keys: Path, source: Path) -> Manifest:
    """Put back what the file `source` holds; `keys` is the folder for the keyring.

    Raises:
        NotRestored: the database is not empty, the file is damaged, or of another version.
        Unavailable: the database or the store cannot be reached, or cannot write.
    """
    with source.open("rb") as file, _damage_is_said(), tarfile.open(fileobj=file, mode="r|") as tar:
        members = _Members(tar)
        manifest = members.manifest()
        if database.transact(schema.present) is None:
            schema.upgrade(database.engine)
        with _unless_it_fails() as put_beside:
            work = _Restore(members, manifest, blobs, keys, put_beside)
            database.transact(work.everything, writes=True, patience=LONG)
    return manifest


class _Members:
    """The parts of a backup, in their order, each once."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self.tar, self.next = tar, tar.next()

    def manifest(self) -> Manifest:
        content = self.whole(MANIFEST)
        if not content:
            raise NotRestored("this is no backup: it has no manifest")
        found = Manifest.model_validate_json(content)
        if found.format != FORMAT or found.schema_revision != schema.wanted():
            raise NotRestored(
                f"format {found.format}, schema revision {found.schema_revision}; this server restores {FORMAT} and "
                f"{schema.wanted()}: restore with the version that made the backup, then run `app migrate`"
            )
        return found

    def whole(self, name: str) -> bytes:
        """The content of a small part, if it comes next."""
        return b"".join([content.read() for _, content in self.of(name)])

    def of(self, prefix: str) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
        """Those whose name begins so, as far as they come next."""
        while self.next and self.next.name.startswith(prefix):
            content = self.tar.extractfile(self.next)
            if content is None:
                raise NotRestored(f"not a file: {self.next.name}")
            yield self.next, content
            self.next = self.tar.next()


class _Restore:
    def __init__(self, members: _Members, manifest: Manifest, blobs: Blobs, keys: Path, put_beside: list[Undo]) -> None:
        self.members, self.manifest, self.blobs, self.keys = members, manifest, blobs, keys
        self.put_beside, self.begun = put_beside, False

    def everything(self, session: Session) -> None:
        refuse_unless_empty(session)
        if self.begun:
            raise Unavailable  # the connection was lost: the file cannot be read again from here
        self.begun = True
        with triggers.lifted(session.connection()), pointers_checked_at_the_end(session, archive.all_tables()):
            self._rows(session)
        for table in archive.all_tables():
            continue_keys(session, table)
        for name, last in self.manifest.series.items():
            continue_series(session, name, last)
        self._keys()
        self._photos(session)
        self._audit(session)

    def _rows(self, session: Session) -> None:
        for member, part in self.members.of(TABLES):
            name = member.name.removeprefix(TABLES).partition("/")[0]
            table = archive.plain(Row.metadata.tables[name])
            read = archive.reader(table)
            while lines := list(islice(part, ROWS)):
                session.execute(table.insert(), [read(json.loads(line)) for line in lines])
        for table in archive.all_tables():
            count = session.scalar(select(func.count()).select_from(table)) or 0
            if count != self.manifest.rows.get(table.name, 0):
                raise NotRestored(f"{count} rows of {table.name} instead of {self.manifest.rows.get(table.name, 0)}")

    def _keys(self) -> None:
        self.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
        for member, content in self.members.of(KEYS):
            path, key = self.keys / Path(member.name).name, content.read()
            if write_once(path, key):
                self.put_beside.append(partial(path.unlink, missing_ok=True))
            elif path.read_bytes() != key:
                raise NotRestored(f"{path} is another server's key: restore with an empty DATA_DIR")

    def _photos(self, session: Session) -> None:
        damaged: set[str] = set()
        put: list[tuple[str, str]] = []
        for member, content in self.members.of(PHOTOS):
            key, promised = member.name.removeprefix(PHOTOS), member.pax_headers.get(SHA256, "")
            if self._put(key, content) != promised:
                damaged.add(promised)
            put.append((promised, key))
        ending = self.members.whole(END)
        if not ending:
            raise NotRestored("the file is torn: its end is missing")
        end = End.model_validate_json(ending)
        missing = set(end.missing)
        if damaged - missing:
            raise NotRestored(f"the bytes of photo {min(damaged - missing)} are not those of its digest")
        if (len(put), len(put) + len(missing - damaged)) != (end.photos, self.manifest.photos):
            raise NotRestored(f"{len(put)} photos instead of {end.photos}")
        for start in range(0, len(put), ROWS):
            refuse_unless_named(session, put[start : start + ROWS])

    def _put(self, key: str, content: IO[bytes]) -> str:
        """Store an object and say its digest; one that is there already must be the same."""
        seen = hashlib.sha256()
        with self.blobs.writer(key) as writer:
            while piece := content.read(PIECE):
                seen.update(piece)
                writer.write(piece)
            try:
                writer.finish()
                self.put_beside.append(partial(self.blobs.delete, key))
            except FileExistsError as error:
                here = hashlib.sha256()
                for piece in self.blobs.read(key):
                    here.update(piece)
                if here.digest() != seen.digest():
                    raise NotRestored(f"the store has another object under {key}") from error
        return seen.hexdigest()

    def _audit(self, session: Session) -> None:
        seen = examine(session, Keyring.open(self.keys))
        if seen.broken or seen.head != self.manifest.head:
            raise NotRestored(f"the journal does not pass its audit: {seen.broken or 'another head'}")


def refuse_unless_empty(session: Session) -> None:
    table = archive.inhabited(session)
    if table:
        raise NotRestored(f"the database has data (in {table}): restore into an empty one")


def refuse_unless_named(session: Session, put: list[tuple[str, str]]) -> None:
    """Every photo must be one that the restored rows name."""
    stored = archive.stored_photos()
    named = session.execute(stored.where(Photo.sha256.in_([sha256 for sha256, _ in put]))).all()
    if not {tuple(row) for row in named} >= set(put):
        raise NotRestored("it holds photos that no row names")


@contextmanager
def _unless_it_fails() -> Iterator[list[Undo]]:
    """What is put beside the database is taken away again if the transaction does not end well."""
    put: list[Undo] = []
    try:
        yield put
    except BaseException:
        for undo in reversed(put):
            undo()
        raise


@contextmanager
def _damage_is_said() -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, ValueError, KeyError, IntegrityError) as error:
        raise NotRestored(f"the file is damaged: {error}") from error
