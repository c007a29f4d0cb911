"""Where bytes are kept: a local folder or an S3 bucket, by one setting, behind one interface.

All calls block: make them from a thread, and make the store in the process that uses it (obstore does not survive a
fork; its async half crashes at exit). A key is a path of plain segments, `sha256/random`, and is written once.
"""

import mmap
import os
import re
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from app.foundation.clock import now
from app.foundation.presigning import Presigner
from app.foundation.problems import Unavailable

if TYPE_CHECKING:
    from obstore.store import S3Config  # exists for type checkers only

PIECE = 4 << 20
"""Bytes read at once: few requests for a photo, little memory for a slow reader."""

HELD = 1 << 18
"""Bytes that a writer holds before it writes them down."""

MANY = 512
"""Pieces that it holds at most; a system takes some thousand in one call."""

LINK_SECONDS = 300
"""A link to an object in the store itself is for whoever was allowed to see it a moment ago."""

ABANDONED_AFTER = timedelta(days=1)
"""No upload takes this long: a temporary file so old was left by a process that was killed."""

_KEY = re.compile(r"[0-9A-Za-z][\w.-]*(/[0-9A-Za-z][\w.-]*)*", re.ASCII)


@dataclass(frozen=True)
class Stored:
    """An object as the store lists it."""

    key: str
    size: int
    modified_at: datetime


class Writer:
    """An object being written: it exists once `finish` has returned, and leaves nothing if that never happens.

    What was written waits until there is enough for the disk. `file` may be read and sought after the last `write`,
    to judge what has arrived before it is kept.
    """

    def __init__(self, blobs: "Blobs", key: str | None) -> None:
        self._blobs, self._key = blobs, None if key is None else _checked(key)
        self._held: list[bytes | memoryview] = []
        self._holds = 0
        self._reader: IO[bytes] | None = None
        with _trouble():
            self._file = blobs._spool()

    def write(self, data: bytes | memoryview) -> None:
        self._held.append(data)
        self._holds += len(data)
        if self._holds >= HELD or len(self._held) >= MANY:
            self._flush()

    @property
    def file(self) -> IO[bytes]:
        """All that was written, from its beginning."""
        self._flush()
        if not self._reader:
            self._reader = os.fdopen(os.dup(self._file.fileno()), "rb")
            self._reader.seek(0)
        return self._reader

    def _flush(self) -> None:
        """One call for many pieces: each call hands the interpreter to another thread and back."""
        held, self._held, self._holds = self._held, [], 0
        with _trouble():
            while held:
                written = os.writev(self._file.fileno(), held)
                while held and written >= len(held[0]):
                    written -= len(held.pop(0))
                if held and written:
                    held[0] = memoryview(held[0])[written:]

    def finish(self, key: str | None = None) -> None:
        """Keep it, and return only when it would survive a power cut; under `key`, if it had none before.

        Raises:
            FileExistsError: the key is taken; what it holds stays as it is.
            Unavailable: the store cannot take it.
        """
        key = _checked(key or self._key or "")
        try:
            self._flush()
            with _trouble():
                self._blobs._keep(key, self._file)
        finally:
            self.abandon()

    def abandon(self) -> None:
        self._held.clear()
        if self._reader:
            self._reader.close()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abandon()


class Blobs(ABC):
    """Objects by key. Trouble with the store is `Unavailable`; a missing object is `FileNotFoundError`."""

    @staticmethod
    def open(address: str, **options: Any) -> "Blobs":
        """The store at `s3://bucket/prefix` (with the options of `Bucket`), `file:///folder` or a folder's path."""
        if address.startswith("s3://"):
            return Bucket(address, **options)
        return Folder(Path(unquote(urlsplit(address).path) if address.startswith("file://") else address))

    def writer(self, key: str | None = None) -> Writer:
        """A new object; a key that is known only when all has been written may be given to `finish`."""
        return Writer(self, key)

    def read(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` to before `end`, in pieces; each is fetched when asked for."""
        size = self.size(key)
        stop = size if end is None else min(end, size)
        return (self._piece(key, at, min(at + PIECE, stop)) for at in range(start, stop, PIECE))

    def local_path(self, key: str) -> Path | None:
        """Where the object lies, if a server can send it straight from the disk."""
        return None

    def link(self, key: str, content_type: str, disposition: str = "") -> str | None:
        """Where anybody may fetch the object from the store itself for `LINK_SECONDS`, as what it is said to be; None
        if this store hands out no such links."""
        return None

    @abstractmethod
    def file(self, key: str) -> AbstractContextManager[IO[bytes]]:
        """The object as an open file that can be sought."""

    @abstractmethod
    def size(self, key: str) -> int: ...

    @abstractmethod
    def delete(self, key: str) -> None:
        """Remove the object; one that is not there is removed already."""

    @abstractmethod
    def under(self, folder: str = "") -> Iterator[Stored]:
        """Every object whose key lies in `folder`, in no particular order."""

    @abstractmethod
    def _spool(self) -> IO[bytes]:
        """A temporary file without a buffer, which vanishes when closed."""

    @abstractmethod
    def _keep(self, key: str, file: IO[bytes]) -> None: ...

    @abstractmethod
    def _piece(self, key: str, start: int, stop: int) -> bytes: ...


class Folder(Blobs):
    """Objects as files. Written by hand, because obstore's LocalStore syncs neither the file nor its folder.

    `sha256/random` is the file `sh/sha256+random`: a folder of its own for every object would cost a quarter of the
    speed, one folder for all would be slow to look through. The folders stay once they are made.
    """

    def __init__(self, root: Path) -> None:
        self._root, self._incoming = root.absolute(), root.absolute() / ".incoming"
        self._made: set[Path] = set()
        with _trouble():
            new = [folder for folder in (self._root, *self._root.parents) if not folder.exists()]
            self._incoming.mkdir(parents=True, exist_ok=True)
            for folder in new:
                _sync(folder.parent)
            self._sweep()

    def local_path(self, key: str) -> Path:
        name = _checked(key).replace("/", "+")
        return self._root / name[:2] / name

    @contextmanager
    def file(self, key: str) -> Iterator[IO[bytes]]:
        with _trouble():
            opened = self.local_path(key).open("rb")
        with opened:
            yield opened

    def size(self, key: str) -> int:
        with _trouble():
            return self.local_path(key).stat().st_size

    def delete(self, key: str) -> None:
        with _trouble():
            self.local_path(key).unlink(missing_ok=True)

    def under(self, folder: str = "") -> Iterator[Stored]:
        begins = f"{_checked(folder)}/".replace("/", "+") if folder else ""
        with _trouble():
            places = [self._root / begins[:2]] if begins else self._root.iterdir()
            # Others may have put something beside: on a disk of its own lies a lost+found that nobody may read.
            ours = (place for place in places if len(place.name) <= 2 and place.is_dir())
            for path in (path for place in ours for path in place.iterdir()):
                if path.name.startswith(begins) and _KEY.fullmatch(path.name.replace("+", "/")):
                    with suppress(FileNotFoundError):  # deleted while we look
                        found = path.stat()
                        modified_at = datetime.fromtimestamp(found.st_mtime, UTC)
                        yield Stored(path.name.replace("+", "/"), found.st_size, modified_at)

    def _spool(self) -> IO[bytes]:
        return tempfile.NamedTemporaryFile(dir=self._incoming, buffering=0)

    def _keep(self, key: str, file: IO[bytes]) -> None:
        """The file's bytes to the disk, then its name. A link, unlike a rename, never replaces what is there."""
        path = self.local_path(key)
        os.fsync(file.fileno())
        if path.parent not in self._made:
            path.parent.mkdir(exist_ok=True)
            _sync(self._root)
            self._made.add(path.parent)
        os.link(file.name, path)
        _sync(path.parent)

    def _piece(self, key: str, start: int, stop: int) -> bytes:
        with _trouble(), self.local_path(key).open("rb") as opened:
            opened.seek(start)
            return opened.read(stop - start)

    def _sweep(self) -> None:
        """Remove what killed processes have left half written."""
        for left in self._incoming.iterdir():
            with suppress(FileNotFoundError):
                if left.stat().st_mtime < time.time() - ABANDONED_AFTER.total_seconds():
                    left.unlink()


class Bucket(Blobs):
    """Objects in S3 or what speaks its language. An object is sent whole, in one request that makes it or does not.

    What arrives waits in a temporary file meanwhile, so that nothing half sent is ever left in the bucket. Without
    keys the usual AWS environment is asked. Aliyun OSS and some others want `virtual_hosted`. With `links` it hands out
    links to its objects, at `public_endpoint` if clients reach it by another name; they are signed with the keys given.
    A request that takes longer than `timeout` seconds has failed, whatever becomes of it.
    """

    def __init__(
        self,
        address: str,
        *,
        endpoint: str = "",
        region: str = "us-east-1",
        access_key: str = "",
        secret_key: str = "",
        virtual_hosted: bool = False,
        links: bool = False,
        public_endpoint: str = "",
        timeout: float = 30,
    ) -> None:
        self._presigner = None
        if links:
            host = public_endpoint or endpoint
            self._presigner = Presigner.of(address, host, region, access_key, secret_key, virtual_hosted=virtual_hosted)
        config: S3Config = {"region": region, "virtual_hosted_style_request": virtual_hosted}
        if endpoint:
            config["endpoint"] = endpoint
        if access_key:
            config |= {"access_key_id": access_key, "secret_access_key": secret_key}
        self._store = S3Store.from_url(
            address,
            config=config,
            client_options={
                "allow_http": endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=3),
                "timeout": timedelta(seconds=timeout),
            },
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=min(10, timeout))},
        )

    @contextmanager
    def file(self, key: str) -> Iterator[IO[bytes]]:
        with tempfile.TemporaryFile() as fetched:
            for piece in self.read(key):
                fetched.write(piece)
            fetched.seek(0)
            yield fetched

    def size(self, key: str) -> int:
        with _trouble():
            return obstore.head(self._store, _checked(key))["size"]

    def link(self, key: str, content_type: str, disposition: str = "") -> str | None:
        if not self._presigner:
            return None
        shown = {"response-content-type": content_type}
        if disposition:
            shown["response-content-disposition"] = disposition
        return self._presigner.link(_checked(key), now(), LINK_SECONDS, shown)

    def delete(self, key: str) -> None:
        with _trouble(), suppress(FileNotFoundError):
            obstore.delete(self._store, _checked(key))

    def under(self, folder: str = "") -> Iterator[Stored]:
        with _trouble():
            for found in obstore.list(self._store, _checked(folder) if folder else None):
                yield from (Stored(each["path"], each["size"], each["last_modified"]) for each in found)

    def _spool(self) -> IO[bytes]:
        return tempfile.TemporaryFile(buffering=0)

    def _keep(self, key: str, file: IO[bytes]) -> None:
        """Put the object, unless the key is taken. A put whose answer was lost is repeated, and then finds the key
        taken by itself: what lies there is compared before it is called another's."""
        empty = not file.seek(0, os.SEEK_END)
        whole = memoryview(b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        try:
            obstore.put(self._store, key, whole, mode="create", use_multipart=False)
        except AlreadyExistsError:
            if not self._holds(key, whole):
                raise

    def _holds(self, key: str, whole: memoryview) -> bool:
        if self.size(key) != len(whole):
            return False
        at = 0
        for piece in self.read(key):
            if piece != whole[at : at + len(piece)]:
                return False
            at += len(piece)
        return True

    def _piece(self, key: str, start: int, stop: int) -> bytes:
        with _trouble():
            return bytes(obstore.get_range(self._store, _checked(key), start=start, end=stop))


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a key: {key!r}")
    return key


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _trouble() -> Iterator[None]:
    """What a disk or a bucket may answer, said in the house's words."""
    try:
        yield
    except (FileNotFoundError, FileExistsError):
        raise
    except AlreadyExistsError as error:
        raise FileExistsError(str(error)) from error
    except (OSError, BaseError) as error:
        raise Unavailable from error
