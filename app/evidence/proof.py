"""Checking a bundle without the server that made it: everything is recomputed, nothing that it says is believed.

It reads the file alone: no database, no setting, no secret. Whoever gives the server's public key, had from elsewhere,
learns that this server made it; without it, only that it agrees with itself.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final
from uuid import UUID
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from app.evidence import merkle
from app.evidence.bundle import EVENTS, MANIFEST, ORIGINALS, SEALS, SIGNATURE, TIME, key_path, signed_text
from app.foundation.canonical import digest
from app.foundation.keyring import public_pem, signed
from app.hazards.models import Hazard
from app.journal.events import digest_of
from app.journal.seals import Seal

END_OF_ZIP: Final = b"PK\5\6"
END_LENGTH: Final = 22
TEXT_LIMIT: Final = 256_000_000
"""Bytes of a text in a bundle; a story of thousands of events has a few million."""

Keys = Mapping[str, Ed25519PublicKey]


class BrokenBundle(Exception):
    """The first thing that is not as it was when the bundle was made."""


@dataclass
class Proven:
    """What a bundle was found to be."""

    number: str = ""
    made_at: str = ""
    events: int = 0
    sealed: int = 0
    photos: int = 0
    absent: list[str] = field(default_factory=list)
    unnamed: int = 0
    keys: list[str] = field(default_factory=list)
    head: str = ""


def verify(file: Path, trusted: Sequence[bytes] = (), head: str | None = None) -> Proven:
    """Check a bundle; with `trusted` public keys (PEM) also that these signed it, with `head` that this seal is in it.

    Raises:
        BrokenBundle: says what is not as it was.
    """
    try:
        with file.open("rb") as opened, ZipFile(opened) as archive:
            _nothing_around(opened, archive.infolist())
            return _Bundle(archive).verified(trusted, head)
    except (BadZipFile, NotImplementedError, EOFError) as error:
        raise BrokenBundle(f"no whole ZIP: {error}") from error
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BrokenBundle(f"not of this form: {error!r}") from error


def _nothing_around(file: IO[bytes], entries: Sequence[ZipInfo]) -> None:
    """Nothing stands before, behind or beside what the archive lists."""
    file.seek(-END_LENGTH, 2)
    if not file.read().startswith(END_OF_ZIP):
        raise BrokenBundle("something stands behind the end of the ZIP")
    if entries and entries[0].header_offset:
        raise BrokenBundle("something stands before the beginning of the ZIP")
    met: set[str] = set()
    for entry in entries:
        if entry.filename in met:
            raise BrokenBundle(f"{entry.filename}: stands there twice")
        if (entry.date_time, entry.compress_type, entry.extra, entry.comment) != (TIME, ZIP_STORED, b"", b""):
            raise BrokenBundle(f"{entry.filename}: written by somebody else")
        met.add(entry.filename)


class _Bundle:
    """A bundle whose entries are listed."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive, self._names = archive, set(archive.namelist())
        self._found = Proven()

    def verified(self, trusted: Sequence[bytes], head: str | None) -> Proven:
        manifest = self._text(MANIFEST)
        told = json.loads(manifest)
        keys = self._keys(told)
        self._signed(manifest, keys, trusted)
        hashes = self._files(told["files"])
        seals = {seal.number: seal for seal in self._seals(keys)}
        named = self._events(told, seals)
        self._photos(told["photos"], named, hashes)
        if head is not None and head not in {seal.digest for seal in seals.values()}:
            raise BrokenBundle(f"the seal {head} is not in it")
        self._found.number, self._found.made_at = told["hazard"]["number"], told["made_at"]
        self._found.head = (told["head"] or {}).get("digest", "")
        return self._found

    def _text(self, name: str) -> bytes:
        if name not in self._names:
            raise BrokenBundle(f"{name}: missing")
        if self._archive.getinfo(name).file_size > TEXT_LIMIT:
            raise BrokenBundle(f"{name}: too large")
        return self._archive.read(name)

    def _keys(self, told: Mapping[str, Any]) -> Keys:
        found: dict[str, Ed25519PublicKey] = {}
        for entry in told["files"]:
            id = entry["path"].removeprefix("keys/seal-").removesuffix(".pub")
            if entry["path"] == key_path(id):
                try:
                    found[id] = _ed25519(self._text(entry["path"]))
                except (ValueError, TypeError, UnsupportedAlgorithm):
                    raise BrokenBundle(f"{entry['path']}: no Ed25519 key") from None
        return found

    def _signed(self, manifest: bytes, keys: Keys, trusted: Sequence[bytes]) -> None:
        mark = json.loads(self._text(SIGNATURE))
        if set(mark) != {"key_id", "signature"}:
            raise BrokenBundle(f"{SIGNATURE}: not of this form")
        wanted = {public_pem(_ed25519(pem)) for pem in trusted}
        for id, key in keys.items():
            if wanted and public_pem(key) not in wanted:
                raise BrokenBundle(f"{key_path(id)}: not the key that you trust")
        _check(keys, mark["key_id"], mark["signature"], signed_text(manifest), MANIFEST)
        self._found.keys = [fingerprint(key) for key in keys.values()]

    def _files(self, files: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        """Every file is as the manifest says, and there are no others; the SHA-256 of each by its path."""
        hashes: dict[str, str] = {}
        listed = {entry["path"] for entry in files} | {MANIFEST, SIGNATURE}
        for entry in files:
            if entry["path"] not in self._names:
                raise BrokenBundle(f"{entry['path']}: missing")
            size, found = self._hash(entry["path"])
            if (size, found) != (entry["bytes"], entry["sha256"]):
                raise BrokenBundle(f"{entry['path']}: changed")
            hashes[entry["path"]] = found
        for name in sorted(self._names - listed):
            raise BrokenBundle(f"{name}: put in")
        return hashes

    def _hash(self, name: str) -> tuple[int, str]:
        hashed, size = hashlib.sha256(), 0
        with self._archive.open(name) as entry:
            while piece := entry.read(1 << 20):
                hashed.update(piece)
                size += len(piece)
        return size, hashed.hexdigest()

    def _lines(self, name: str) -> Iterator[dict[str, Any]]:
        yield from map(json.loads, self._text(name).splitlines())

    def _seals(self, keys: Keys) -> Iterator[Seal]:
        """Each is signed; and where one follows the other by number, it says so."""
        before: Seal | None = None
        for line in self._lines(SEALS):
            seal = Seal(**line | {"sealed_at": datetime.fromisoformat(line["sealed_at"])})
            where = f"seal {seal.number}"
            if seal.computed_digest() != seal.digest:
                raise BrokenBundle(f"{where}: changed")
            _check(keys, seal.key_id, seal.signature, seal.digest.encode(), where)
            if before and seal.number <= before.number:
                raise BrokenBundle(f"{where}: out of order")
            if before and seal.number == before.number + 1:
                follows = (before.digest, before.last + 1)
                if (seal.previous, seal.first) != follows:
                    raise BrokenBundle(f"{where}: does not follow the one before")
            yield seal
            before = seal

    def _events(self, told: Mapping[str, Any], seals: Mapping[int, Seal]) -> set[str]:
        """Every event is whole, in its chain and under its seal; the photos that they name."""
        lines = list(self._lines(EVENTS))
        redacted = {
            (line["subject_id"], json.loads(line["data"])["data"]["number"])
            for line in lines
            if line["action"] == "redacted" and line["data"]
        }
        named: set[str] = set()
        before: Mapping[str, Any] = {}
        for line in lines:
            where = f"event {line['number']} of {line['subject_kind']} {line['subject_id']}"
            same = (line["subject_kind"], line["subject_id"]) == (before.get("subject_kind"), before.get("subject_id"))
            expected = (before["number"] + 1, before["digest"]) if same else (1, "")
            if (line["number"], line["previous"]) != expected:
                raise BrokenBundle(f"{where}: the chain is broken")
            self._event(line, redacted, where)
            self._sealed(line, before if same else {}, seals, where)
            named |= set(_hashes(json.loads(line["data"]) if line["data"] else None))
            before = line
        if (Hazard.KIND, told["hazard"]["id"]) not in {(line["subject_kind"], line["subject_id"]) for line in lines}:
            raise BrokenBundle(f"{EVENTS}: nothing of the hazard")
        self._found.events = len(lines)
        return named

    def _event(self, line: Mapping[str, Any], redacted: set[tuple[str, int]], where: str) -> None:
        if line["data"] is None:
            if (line["subject_id"], line["number"]) not in redacted:
                raise BrokenBundle(f"{where}: its text is missing")
        elif digest(line["data"]) != line["data_digest"]:
            raise BrokenBundle(f"{where}: its text was changed")
        instants = {name: datetime.fromisoformat(line[name]) for name in ("at", "received_at")}
        ids = {name: UUID(line[name]) for name in ("subject_id", "actor_id")}
        if digest_of({**line, **instants, **ids}) != line["digest"]:
            raise BrokenBundle(f"{where}: changed")

    def _sealed(
        self, line: Mapping[str, Any], before: Mapping[str, Any], seals: Mapping[int, Seal], where: str
    ) -> None:
        proof = line["proof"]
        if proof is None:
            return
        if before and not _place(before) < _place(line):
            raise BrokenBundle(f"{where}: sealed before the one before it")
        seal = seals.get(proof["seal"])
        if seal is None:
            raise BrokenBundle(f"{where}: its seal is missing")
        size = seal.last - seal.first + 1
        if merkle.root(line["digest"], proof["index"], size, proof["path"]) != seal.merkle_root:
            raise BrokenBundle(f"{where}: not under its seal")
        self._found.sealed += 1

    def _photos(self, photos: Sequence[Mapping[str, Any]], named: set[str], hashes: Mapping[str, str]) -> None:
        """What is said to be there, is there; and every photo that an event names is accounted for."""
        shown = {photo["path"] for photo in photos if photo["path"]}
        for name in sorted(self._names):
            if name.startswith(ORIGINALS) and name not in shown:
                raise BrokenBundle(f"{name}: belongs to no photo")
        for photo in photos:
            if photo["state"] != "present":
                self._found.absent.append(f"{photo['sha256']} ({photo['state']})")
            elif hashes[photo["path"]] != photo["sha256"]:
                raise BrokenBundle(f"{photo['path']}: not the photo that it is named after")
        listed = {photo["sha256"] for photo in photos}
        self._found.photos = len(shown)
        self._found.unnamed = len(listed - named)
        for sha256 in sorted(named - listed):
            raise BrokenBundle(f"photo {sha256}: an event names it, and it is not in the list")


def _place(line: Mapping[str, Any]) -> tuple[float, float]:
    proof = line["proof"]
    return (proof["seal"], proof["index"]) if proof else (float("inf"), 0)


PHOTOS_IN_EVENTS: Final = ("photos", "photos_before", "photos_after", "signed_document", "replacement")


def _hashes(value: Any, *, meant: bool = False) -> Iterator[str]:
    """Every photo that an event's text names: in the fields that name photos."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name == "sha256" and isinstance(item, str):
                yield item
            yield from _hashes(item, meant=name in PHOTOS_IN_EVENTS)
    elif isinstance(value, list):
        for item in value:
            yield from _hashes(item, meant=meant)
    elif meant and isinstance(value, str):
        yield value


def _check(keys: Keys, key_id: str, signature: str, text: bytes, where: str) -> None:
    if not signed(keys, key_id, signature, text):
        raise BrokenBundle(f"{where}: the signature is not its key's")


def _ed25519(pem: bytes) -> Ed25519PublicKey:
    key = load_pem_public_key(pem)
    if not isinstance(key, Ed25519PublicKey):
        raise TypeError("not an Ed25519 public key")
    return key


def fingerprint(key: Ed25519PublicKey) -> str:
    """What people compare: the SHA-256 of the key's 32 bytes."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()
