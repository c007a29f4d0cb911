"""Secrets: one keyring with key ids for what only this server reads, and the seal's key apart."""

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

MARK: Final = 32  # hex digits of a mark: 128 bits


@dataclass(frozen=True, eq=False)
class Keyring:
    """`secrets` sign what only this server reads, each under its id, the last one new things;
    `sealing` signs what anyone may check. A signature made for one purpose means nothing to another.
    `own` is the newest of those that lie in the folder: what must be provable from the folder alone is signed with it.
    """

    secrets: Mapping[str, bytes]
    own: str
    sealing: Ed25519PrivateKey
    sealing_id: str
    sealing_keys: Mapping[str, Ed25519PublicKey]

    @cached_property
    def newest(self) -> str:
        """The id of the key that new things are signed with."""
        return list(self.secrets)[-1]

    @cached_property
    def _derived(self) -> dict[tuple[str, str], bytes]:
        """The keys that have been asked for: a page of thumbnails asks for the same one fifty times."""
        return {}

    def key(self, purpose: str, key_id: str) -> bytes:
        """The key of one purpose, 32 bytes. Raises KeyError for an id that is not (or no longer) on the ring."""
        known = self._derived.get((purpose, key_id))
        if known is None:
            known = self._derived[purpose, key_id] = hmac.digest(self.secrets[key_id], purpose.encode(), "sha256")
        return known

    def mark(self, purpose: str, text: str, key_id: str | None = None) -> str:
        """A short proof that this server wrote `text` for `purpose`, with the id of its key before it."""
        key_id = key_id or self.newest
        return f"{key_id}.{hmac.digest(self.key(purpose, key_id), text.encode(), 'sha256').hex()[:MARK]}"

    def marked(self, purpose: str, text: str, mark: str) -> bool:
        """Whether `mark` is what this server gave `text`, with any key that is still on the ring."""
        key_id, _, _ = mark.partition(".")
        if key_id not in self.secrets:
            return False
        return hmac.compare_digest(mark.encode(), self.mark(purpose, text, key_id).encode())

    @classmethod
    def open(cls, folder: Path, given: str | None = None) -> Self:
        """The keyring that lies in `folder`, made at the first start; `given` is a secret to sign new things with.

        Several processes may start at once: each writes a key of its own aside, and the first to link it in wins.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        ring = folder / "keyring.json"
        if not ring.exists():
            write_once(ring, json.dumps({"1": base64.b64encode(secrets.token_bytes(32)).decode()}).encode())
        kept = {id: base64.b64decode(key) for id, key in json.loads(ring.read_text()).items()}
        own = list(kept)[-1]
        if given:
            kept[f"s{hashlib.sha256(given.encode()).hexdigest()[:6]}"] = given.encode()
        if not list(folder.glob("seal-*.pem")):
            write_once(folder / "seal-1.pem", private_pem(Ed25519PrivateKey.generate()))
        newest = max(folder.glob("seal-*.pem"), key=_number)
        sealing = load_pem_private_key(newest.read_bytes(), password=None)
        assert isinstance(sealing, Ed25519PrivateKey)
        sealing_id = str(_number(newest))
        write_once(folder / f"seal-{sealing_id}.pub", public_pem(sealing.public_key()))
        return cls(kept, own, sealing, sealing_id, public_keys(folder))


def public_keys(folder: Path) -> dict[str, Ed25519PublicKey]:
    """The public halves of the seal's keys by their ids; those of retired keys are kept for ever."""
    found: dict[str, Ed25519PublicKey] = {}
    for path in sorted(folder.glob("seal-*.pub")):
        key = load_pem_public_key(path.read_bytes())
        assert isinstance(key, Ed25519PublicKey)
        found[path.stem.partition("-")[2]] = key
    return found


def signed(keys: Mapping[str, Ed25519PublicKey], key_id: str, signature: str, text: bytes) -> bool:
    """Whether `signature`, in hex digits, is what the key of this id made of `text`."""
    try:
        keys[key_id].verify(bytes.fromhex(signature), text)
    except (KeyError, ValueError, InvalidSignature):
        return False
    return True


def public_pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def private_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def add_secret(folder: Path) -> str:
    """Put a new secret on the ring and say its id; what older ones signed stays valid."""
    ring = folder / "keyring.json"
    kept = json.loads(ring.read_text())
    new = str(max(int(id) for id in kept) + 1)
    kept[new] = base64.b64encode(secrets.token_bytes(32)).decode()
    aside = folder / f".keyring-{secrets.token_hex(4)}"
    _write_synced(aside, json.dumps(kept).encode())
    aside.replace(ring)
    return new


def add_sealing_key(folder: Path) -> str:
    """Seal with a new key from the next start on, and say its id; the old one's public half stays, to check with."""
    old = max(folder.glob("seal-*.pem"), key=_number)
    made, new = Ed25519PrivateKey.generate(), str(_number(old) + 1)
    write_once(folder / f"seal-{new}.pub", public_pem(made.public_key()))
    write_once(folder / f"seal-{new}.pem", private_pem(made))
    old.unlink()
    return new


def _number(seal: Path) -> int:
    return int(seal.stem.partition("-")[2])


def write_once(path: Path, content: bytes) -> bool:
    """Write a file that only its owner reads, whole or not at all, and say so; leave one that is there already."""
    aside = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    _write_synced(aside, content)
    try:
        os.link(aside, path)
        return True
    except FileExistsError:
        return False
    finally:
        aside.unlink()


def _write_synced(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
