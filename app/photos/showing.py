"""How pictures go out: to the bearer of who may see them, or to whoever has an address that this server signed."""

import re
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Final

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy.orm import Session

from app.foundation.database import Database
from app.foundation.keyring import Keyring
from app.foundation.problems import Forbidden, NotFound, Problem, Said
from app.people.calls import thing
from app.people.scope import Caller
from app.people.tokens import identify, shown
from app.people.visits import has
from app.photos.addresses import display_url, is_signed, thumbnail_url
from app.photos.darkroom import Darkroom, derived_key
from app.photos.formats import DamagedPhoto, UnsupportedPhoto
from app.photos.images import Variant
from app.photos.incoming import SHA256
from app.photos.models import Photo, PhotoSender
from app.photos.schemas import PhotoShown
from app.photos.uses import known

AT_ONCE: Final = 1 << 20
"""What is no larger is read in one hop to a thread."""

FOR_EVER: Final = "private, max-age=31536000, immutable"

ORIGINAL: Final = "original"

RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class NoSuchRange(Problem):
    status, code, title = 416, "range_not_satisfiable", Said("没有这个字节范围", "There are no bytes in this range")

    def __init__(self, size: int) -> None:
        super().__init__(size=size)
        self.headers["Content-Range"] = f"bytes */{size}"


def find(session: Session, caller: Caller, sha256: str) -> Photo:
    """A photo that the caller has sent, or may see in some record.

    Raises:
        NotFound: there is none, for this caller.
    """
    photo = session.get(Photo, sha256) if SHA256.fullmatch(sha256) else None
    if photo is None or session.scalar(known(caller, [sha256])) is None:
        raise NotFound
    return photo


def described(session: Session, caller: Caller, sha256: str, keys: Keyring) -> PhotoShown:
    """A photo with its addresses.

    Raises:
        NotFound: see `find`.
    """
    photo = find(session, caller, sha256)
    shown = {name: getattr(photo, name) for name in ("sha256", "bytes", "content_type", "width", "height")}
    addresses = {
        "thumbnail_url": thumbnail_url(keys, caller.id, sha256), "display_url": display_url(keys, caller.id, sha256)
    }  # fmt: skip
    return PhotoShown(**shown, **addresses)


def find_original(session: Session, caller: Caller, sha256: str) -> Photo:
    """A photo whose every byte the caller may have: who sent it, or who supervises and reviews.

    Raises:
        NotFound: see `find`.
        Forbidden: a worker, and somebody else's photo.
    """
    photo = find(session, caller, sha256)
    if caller.only_works and session.get(PhotoSender, (sha256, caller.id)) is None:
        raise Forbidden
    return photo


async def show(request: Request, sha256: str, size: str) -> Response:
    """The picture, or as much of it as is asked for.

    Raises:
        Unauthenticated: neither a token nor a signature.
        NotFound, Forbidden: see `find` and `find_original`; or no smaller picture can be made of it.
        NoSuchRange: it has no such bytes.
        Overloaded, Unavailable: not now.
    """
    database, keys = thing(request, Database), thing(request, Keyring)
    variant = Variant(size) if size in set(Variant) else None
    photo = None
    if variant is None or not is_signed(keys, sha256, variant, request.query_params):
        token, looked_for = shown(request, keys), find_original if size == ORIGINAL else find
        photo = await database.read(lambda session: looked_for(session, identify(session, token), sha256))
    if photo and size == ORIGINAL:
        return await _sent(request, photo.object_key, f'"{sha256}"', photo.content_type)
    if variant is None:
        raise NotFound
    try:
        return await _sent_smaller(request, sha256, variant)
    except FileNotFoundError:
        photo = photo or await database.read(lambda session: session.get(Photo, sha256))
    if photo is None:
        raise NotFound
    try:
        await thing(request, Darkroom).develop(sha256, photo.object_key, variant)
    except (UnsupportedPhoto, DamagedPhoto) as error:
        raise NotFound(Said("这张照片无法缩小显示", "No smaller picture can be made of this photo")) from error
    return await _sent_smaller(request, sha256, variant)


async def _sent_smaller(request: Request, sha256: str, variant: Variant) -> Response:
    return await _sent(request, derived_key(sha256, variant), f'"{sha256[:32]}-{variant}"', "image/jpeg")


async def _sent(request: Request, key: str, etag: str, content_type: str) -> Response:
    """An object as an answer (RFC 9110 §13 and §14): whole, in part, or not at all if the client has it.

    Raises:
        FileNotFoundError: there is no such object.
    """
    headers = {"ETag": etag, "Cache-Control": FOR_EVER, "Vary": "Authorization", "Accept-Ranges": "bytes"}
    if has(request, etag):
        return Response(status_code=304, headers=headers)
    room: Darkroom = thing(request, Darkroom)
    whole = await room.storing.run(partial(room.blobs.size, key))
    start, stop = asked_range(request, etag, whole)
    status = 200
    if (start, stop) != (0, whole):
        status = 206
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{whole}"
    headers["Content-Length"] = str(stop - start)
    if request.method == "HEAD":
        return Response(None, status, headers, content_type)
    if stop - start <= AT_ONCE:
        content = await room.storing.run(lambda: b"".join(room.blobs.read(key, start, stop)))
        return Response(content, status, headers, content_type)
    pieces = await room.storing.run(partial(room.blobs.read, key, start, stop))
    return StreamingResponse(_flowing(room, pieces), status, headers, content_type)


async def _flowing(room: Darkroom, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while piece := await room.storing.run(partial(next, pieces, b"")):
        yield piece


def asked_range(request: Request, etag: str, size: int) -> tuple[int, int]:
    """From where to where; everything if no single range of what the client knows is asked for.

    Raises:
        NoSuchRange: the range lies behind the end.
    """
    found = RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    if not found or found.groups() == ("", "") or request.headers.get("if-range", etag) != etag:
        return 0, size
    first, last = found.groups()
    start = int(first) if first else max(0, size - int(last))
    stop = min(int(last) + 1, size) if first and last else size
    if start >= size:
        raise NoSuchRange(size)
    return (start, stop) if start < stop else (0, size)
