"""What stands in the head of a request and of its answer, in the words of tus 1.0.0."""

import hashlib
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Final, Self

from fastapi import Request

from app.foundation.problems import Conflict, Invalid, Malformed, Problem, Said, TooLarge, UnsupportedMedia
from app.foundation.reading import media_type
from app.photos.incoming import PHOTO_LIMIT, SHA256
from app.photos.outlines import UnsupportedPhoto

if TYPE_CHECKING:
    from hashlib import _Hash

VERSION: Final = "1.0.0"
KIND: Final = "application/offset+octet-stream"
LONGEST: Final = 4096
"""Characters of an Upload-Metadata."""

ALGORITHMS: Final[Mapping[str, Callable[[], "_Hash"]]] = {
    "sha1": hashlib.sha1,
    "sha256": hashlib.sha256,
    "md5": hashlib.md5,
}

ABLE: Final[Mapping[str, str]] = {
    "Tus-Version": VERSION,
    "Tus-Extension": "creation,creation-with-upload,checksum,termination,expiration",
    "Tus-Max-Size": str(PHOTO_LIMIT),
    "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
}
"""What OPTIONS says."""


class UnsupportedVersion(Problem):
    status, code = 412, "unsupported_tus_version"
    title = Said("请以 Tus-Resumable: 1.0.0 发送", "Send Tus-Resumable: 1.0.0")

    def __init__(self) -> None:
        super().__init__()
        self.headers["Tus-Version"] = VERSION


class WrongOffset(Conflict):
    """Another request has moved it, or this one does not know how far the upload is; `offset` says."""

    code, title = "wrong_offset", Said("上传进度与此不符", "The upload has another offset")

    def __init__(self, offset: int) -> None:
        super().__init__(offset=offset)


class ChecksumMismatch(Problem):
    status, code = 460, "checksum_mismatch"
    title = Said("分片与校验和不符，未保存", "The chunk does not have this checksum, and was not kept")
    retryable = True


class UploadGone(Problem):
    status, code, title = 410, "upload_gone", Said("上传已过期，请重新创建", "The upload has expired: create it again")


@dataclass(frozen=True)
class Checksum:
    """Of one chunk."""

    hash: "_Hash"
    expected: bytes

    def check(self) -> None:
        if self.hash.digest() != self.expected:
            raise ChecksumMismatch


@dataclass(frozen=True)
class Announced:
    """What a creation says of the photo; `said` as it was sent."""

    sha256: str
    length: int
    said: str


@dataclass(frozen=True)
class Heads:
    """The head of a request; what it says is judged when it is asked for."""

    request: Request

    @classmethod
    def of_request(cls, request: Request) -> Self:
        return cls(request)

    def check_version(self, *, needed: bool = True) -> None:
        """Raises UnsupportedVersion."""
        said = self.request.headers.get("tus-resumable", None if needed else VERSION)
        if said != VERSION:
            raise UnsupportedVersion

    def announced(self) -> Announced:
        """Raises Malformed, TooLarge, Invalid, and UnsupportedPhoto for an empty one."""
        if "upload-defer-length" in self.request.headers:
            raise Malformed(Said("请提供 Upload-Length", "Send Upload-Length"))
        length = self._number("upload-length")
        if length > PHOTO_LIMIT:
            raise TooLarge(limit=PHOTO_LIMIT)
        said = self.request.headers.get("upload-metadata", "")
        sha256 = _metadata(said).get("sha256", "")
        if not sha256:
            missing = Said("Upload-Metadata 中缺少 sha256", "Upload-Metadata has no sha256")
            raise Invalid.at("/Upload-Metadata/sha256", "missing", missing)
        if not SHA256.fullmatch(sha256):
            wrong = Said("sha256 应为 64 位小写十六进制", "sha256 is 64 lowercase hex digits")
            raise Invalid.at("/Upload-Metadata/sha256", "string_pattern_mismatch", wrong)
        if not length:
            raise UnsupportedPhoto
        return Announced(sha256, length, said)

    def offset(self) -> int:
        """Where this chunk begins. Raises Malformed."""
        return self._number("upload-offset")

    def brings(self) -> bool:
        """Whether a creation comes with bytes.

        Raises:
            UnsupportedMedia: with something else.
        """
        if self.empty:
            return False
        self.check_kind()
        return True

    @property
    def empty(self) -> bool:
        """Whether the request has no body."""
        heads = self.request.headers
        return heads.get("content-length", "0") == "0" and "transfer-encoding" not in heads

    def check_kind(self) -> None:
        """Raises UnsupportedMedia."""
        if media_type(self.request) != KIND:
            raise UnsupportedMedia(Said(f"请以 {KIND} 发送", f"Send {KIND}"))

    def checksum(self) -> Checksum | None:
        """Raises Malformed: no algorithm that we know, or no Base64."""
        said = self.request.headers.get("upload-checksum")
        if said is None:
            return None
        algorithm, _, encoded = said.partition(" ")
        if algorithm not in ALGORITHMS:
            known = ", ".join(ALGORITHMS)
            raise Malformed(Said(f"Upload-Checksum 支持 {known}", f"Upload-Checksum may be {known}"))
        return Checksum(ALGORITHMS[algorithm](), _decoded(encoded))

    def length(self) -> int:
        """Of the body, as far as it says."""
        said = self.request.headers.get("content-length", "0")
        return int(said) if said.isdecimal() else 0

    def _number(self, name: str) -> int:
        said = self.request.headers.get(name, "")
        if not (said.isascii() and said.isdecimal() and len(said) <= 18):
            title = name.title()
            raise Malformed(Said(f"{title} 须为非负整数", f"{title} must be a number, not negative"))
        return int(said)


def _metadata(said: str) -> dict[str, str]:
    """Pairs of a key and a value in Base64, separated by commas; a value may be left out."""
    if len(said) > LONGEST:
        raise Malformed(
            Said(f"Upload-Metadata 最多 {LONGEST} 个字符", f"Upload-Metadata: {LONGEST} characters at most")
        )
    pairs: dict[str, str] = {}
    for pair in said.split(",") if said.strip() else ():
        key, _, value = pair.strip().partition(" ")
        if not key or key in pairs:
            raise Malformed(Said("Upload-Metadata 无法读取", "Upload-Metadata cannot be read"))
        pairs[key] = _decoded(value).decode(errors="replace")
    return pairs


def _decoded(encoded: str) -> bytes:
    try:
        return b64decode(encoded, validate=True)
    except ValueError:
        raise Malformed(Said("不是 Base64", "Not Base64")) from None


def http_date(at: datetime) -> str:
    """RFC 9110 §5.6.7."""
    return format_datetime(at.replace(microsecond=0), usegmt=True)


def parameter(name: str, description: str, *, required: bool = True, **schema: Any) -> dict[str, Any]:
    """A head of a request, as the OpenAPI shows it."""
    return {"name": name, "in": "header", "required": required, "description": description, "schema": schema}
