"""An object of the store as an answer over HTTP: whole, in part, by a link, or not at all if the client has it."""

import re
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Final

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from app.foundation.blobs import LINK_SECONDS, Blobs
from app.foundation.problems import Problem, Said
from app.people.calls import thing
from app.people.visits import has
from app.photos.darkroom import Darkroom

AT_ONCE: Final = 1 << 20
"""What is no larger is read in one hop to a thread."""

FOR_EVER: Final = "private, max-age=31536000, immutable"

ALONE: Final = "default-src 'none'; sandbox"
"""Whatever hides in a file that people have sent, no browser runs it in our name."""

RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.IGNORECASE)


class NoSuchRange(Problem):
    status, code, title = 416, "range_not_satisfiable", Said("没有这个字节范围", "There are no bytes in this range")

    def __init__(self, size: int) -> None:
        super().__init__(size=size)
        self.headers["Content-Range"] = f"bytes */{size}"


def heads(etag: str, caching: str = FOR_EVER) -> dict[str, str]:
    return {"ETag": etag, "Cache-Control": caching, "Vary": "Authorization", "Content-Security-Policy": ALONE}


async def sent(request: Request, key: str, etag: str, content_type: str, disposition: str = "") -> Response:
    """An object as an answer (RFC 9110 §13 and §14): whole, in part, or not at all if the client has it. A store that
    may answer for itself is where the client is sent.

    Raises:
        FileNotFoundError: there is no such object.
    """
    headers = heads(etag) | {"Accept-Ranges": "bytes"}
    if has(request, etag):
        return Response(status_code=304, headers=headers)
    if disposition:
        headers["Content-Disposition"] = disposition
    room: Darkroom = thing(request, Darkroom)
    whole, link = await room.storing.run(partial(_place, room.blobs, key, content_type, disposition))
    if request.method == "HEAD":
        return Response(None, 200, headers | {"Content-Length": str(whole)}, content_type)
    if link:
        brief = f"private, max-age={LINK_SECONDS // 2}"
        return Response(None, 307, {"Location": link, "Cache-Control": brief, "Vary": "Authorization"})
    start, stop = asked_range(request, etag, whole)
    status = 200
    if (start, stop) != (0, whole):
        status = 206
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{whole}"
    headers["Content-Length"] = str(stop - start)
    if stop - start <= AT_ONCE:
        content = await room.storing.run(lambda: b"".join(room.blobs.read(key, start, stop)))
        return Response(content, status, headers, content_type)
    pieces = await room.storing.run(partial(room.blobs.read, key, start, stop))
    return StreamingResponse(_flowing(room, pieces), status, headers, content_type)


def _place(blobs: Blobs, key: str, content_type: str, disposition: str) -> tuple[int, str | None]:
    """How large the object is, and its link, if there are any: a store that has moved looks where it lies."""
    return blobs.size(key), blobs.link(key, content_type, disposition)


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
