"""The evidence of a hazard as one ZIP: what happened, the originals, and the proof that neither was changed.

Written as it is sent, piece by piece: neither memory nor the database is held meanwhile. Originals are stored, not
compressed, and hashed on their way out; so the manifest comes last, and says what was really sent. `README.txt` in the
ZIP says what all of it means; `proof.py` checks it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from typing import Any, Final
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from app.evidence.gathering import Gathered, Original
from app.foundation.blobs import Blobs
from app.foundation.canonical import canonical
from app.foundation.keyring import Keyring
from app.photos.outlines import Format

README, HAZARD, EVENTS, SEALS = "README.txt", "hazard.json", "events.jsonl", "seals.jsonl"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
ORIGINALS: Final = "originals/"
PURPOSE: Final = "hazard evidence bundle\n"
"""Before what is signed, so that the signature means nothing anywhere else."""

TIME: Final = (1980, 1, 1, 0, 0, 0)  # of every entry, so that the same evidence is the same bytes
ENDINGS: Final[Mapping[str, str]] = {
    Format.JPEG: ".jpg", Format.PNG: ".png", Format.WEBP: ".webp", Format.AVIF: ".avif", Format.HEIC: ".heic",
    Format.PDF: ".pdf",
}  # fmt: skip


def signed_text(manifest: bytes) -> bytes:
    """What the signature of a manifest is made of."""
    return f"{PURPOSE}{hashlib.sha256(manifest).hexdigest()}".encode()


def key_path(key_id: str) -> str:
    return f"keys/seal-{key_id}.pub"


def original_path(sha256: str, content_type: str) -> str:
    return f"{ORIGINALS}{sha256}{ENDINGS.get(content_type, '')}"


def pieces(gathered: Gathered, blobs: Blobs, keys: Keyring) -> Iterator[bytes]:
    """The ZIP, in pieces of a few megabytes; each is read from the store when it is asked for.

    Raises:
        Unavailable: the store went away in the midst of it. What was sent then has no end, and no ZIP reader takes it.
    """
    sink = _Sink()
    with ZipFile(sink, "w", ZIP_STORED) as archive:
        writing = _Writing(archive, sink)
        for path, content in _texts(gathered):
            yield from writing.entry(path, [content])
        sent: dict[str, str] = {}
        for original in gathered.originals.values():
            yield from _original(writing, original, blobs, sent)
        manifest = _manifest(gathered, writing.files, sent)
        signature = keys.sealing.sign(signed_text(manifest)).hex()
        yield from writing.entry(MANIFEST, [manifest])
        yield from writing.entry(SIGNATURE, [_line({"key_id": keys.sealing_id, "signature": signature})])
    yield sink.taken()


def _texts(gathered: Gathered) -> Iterator[tuple[str, bytes]]:
    yield README, (files("app.evidence") / "data" / README).read_bytes()
    yield HAZARD, _line(gathered.hazard)
    yield EVENTS, b"".join(map(_line, gathered.events))
    yield SEALS, b"".join(map(_line, gathered.seals))
    for key_id, pem in sorted(gathered.keys.items()):
        yield key_path(key_id), pem


def _original(writing: "_Writing", original: Original, blobs: Blobs, sent: dict[str, str]) -> Iterator[bytes]:
    """Its bytes, if they are there; `sent` says whether they were, and were its own."""
    try:
        content = blobs.read(original.object_key)
    except FileNotFoundError:
        sent[original.sha256] = "gone"
        return
    yield from writing.entry(original_path(original.sha256, original.content_type), content)
    whole = writing.files[-1]["sha256"] == original.sha256
    sent[original.sha256] = "present" if whole else "damaged"


def _manifest(gathered: Gathered, files: list[dict[str, Any]], sent: Mapping[str, str]) -> bytes:
    photos = []
    for photo in gathered.photos:
        original = gathered.originals.get(photo["sha256"])
        state = sent.get(photo["sha256"], photo["state"]) if photo["state"] == "present" else photo["state"]
        here = original and state in {"present", "damaged"}
        path = original_path(original.sha256, original.content_type) if original and here else None
        photos.append(photo | {"state": state, "path": path})
    return _line(gathered.about | {"files": files, "photos": photos})


def _line(value: Any) -> bytes:
    return f"{canonical(value)}\n".encode()


class _Sink:
    """Where the archive writes to, until somebody takes it."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._held.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """What was written may still be taken."""

    def taken(self) -> bytes:
        held, self._held = self._held, []
        return b"".join(held)


class _Writing:
    """Entries of an archive, with what the manifest says of each."""

    def __init__(self, archive: ZipFile, sink: _Sink) -> None:
        self._archive, self._sink = archive, sink
        self.files: list[dict[str, Any]] = []

    def entry(self, path: str, content: Iterable[bytes]) -> Iterator[bytes]:
        info = ZipInfo(path, TIME)
        info.external_attr = 0o644 << 16
        hashed, size = hashlib.sha256(), 0
        with self._archive.open(info, "w") as entry:
            for piece in content:
                entry.write(piece)
                hashed.update(piece)
                size += len(piece)
                yield self._sink.taken()
        self.files.append({"path": path, "bytes": size, "sha256": hashed.hexdigest()})
