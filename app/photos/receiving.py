"""The ways to send photos, which are one mechanism: streamed to the storage, and hashed on the way.

A phone may send the same photo any number of times, also twice at once.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from functools import partial
from typing import Any, Final, TypeVar

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import ClientDisconnect

from app.foundation.clock import now
from app.foundation.database import Database
from app.foundation.dialects import insert_once, table_of
from app.foundation.problems import Invalid, Malformed, Said, TooLarge, Unavailable
from app.foundation.reading import JSON_LIMIT, strict_json
from app.people.calls import thing
from app.people.scope import Caller
from app.photos.arrivals import Arrivals
from app.photos.darkroom import Darkroom
from app.photos.incoming import PHOTO_LIMIT, SHA256, Incoming, Received
from app.photos.models import Photo, PhotoSender
from app.photos.multipart import Form, Sink
from app.photos.schemas import PhotoStored
from app.photos.unnamed import revive, sent_again
from app.photos.uses import one_photo_at_a_time

R = TypeVar("R", bound=Received)

AROUND: Final = 1 << 16
"""Bytes that a form with one photo may have besides it."""

REPORT_LIMIT: Final = 1_000_000_000
"""Bytes of a report with its photos; more of them come by further requests."""

PIECE: Final = 1 << 20
"""Bytes that are handed to a thread at once: a hop for each chunk would cost more than the work."""


PHOTOS: Final = table_of(Photo)

NO_REPORT: Final = Said("缺少 report 部分", "The part report is missing")
TWO_REPORTS: Final = Said("report 部分出现了两次", "The part report stands twice")
NO_FILE: Final = Said("缺少 file 部分", "The part file is missing")


class UnexpectedPart(Invalid):
    code, title = "unexpected_part", Said("请求中有多余的部分", "The request has a part that nobody asked for")

    def __init__(self, name: str) -> None:
        super().__init__(errors=[{"pointer": f"/{name}", "code": self.code, "message": self.title}])


class Text:
    """The JSON of a report, which comes as a part among photos."""

    def __init__(self) -> None:
        self.content = bytearray()

    def take(self, data: bytes | memoryview) -> None:
        self.content += data
        if len(self.content) > JSON_LIMIT:
            raise TooLarge(limit=JSON_LIMIT)

    def close(self) -> None:
        pass


async def receive_raw(request: Request, caller: Caller) -> Received:
    """The body is the photo, and the address its sha256. Raises what `Incoming` raises."""
    async with receiving(_received(request)) as received:
        await pour(request, Incoming(received, request.path_params["sha256"]), received.room, PHOTO_LIMIT)
    return received


async def receive_file(request: Request, caller: Caller) -> Received:
    """The part `file` is the photo: as `wx.uploadFile` sends it.

    Raises what `Form` and `Incoming` raise.
    """
    async with receiving(_received(request)) as received:

        def place(name: str) -> Sink:
            if name != "file" or received.photos:
                raise UnexpectedPart(name)
            return Incoming(received)

        await pour(request, Form(request, place), received.room, PHOTO_LIMIT, around=AROUND)
        if not received.photos:
            raise Invalid.at("/file", "missing", NO_FILE)
    return received


async def receive(request: Request, caller: Caller) -> Received:
    """A report as the part or plain field `report`, and any of its photos, each part named by its sha256, in any order.

    Raises what `Form` and `Incoming` raise, and:
        UnexpectedPart: the report does not name it.
        Malformed, TooLarge: of the report.
    """
    async with receiving(_received(request)) as received:
        reports: list[Text] = []

        def place(name: str) -> Sink:
            if name == "report":
                if reports:
                    raise Malformed(TWO_REPORTS)
                reports.append(Text())
                return reports[0]
            if not SHA256.fullmatch(name):
                raise UnexpectedPart(name)
            return Incoming(received, name, known=any(photo.sha256 == name for photo in received.photos))

        await pour(request, Form(request, place), received.room, REPORT_LIMIT)
        if not reports:
            raise Malformed(NO_REPORT)
        received.sent = strict_json(bytes(reports[0].content))
        named = set(_hashes(received.sent))
        for photo in received.photos:
            if photo.sha256 not in named:
                raise UnexpectedPart(photo.sha256)
    return received


def _received(request: Request) -> Received:
    return Received(thing(request, Darkroom), thing(request, Database))


@asynccontextmanager
async def receiving(received: R) -> AsyncIterator[R]:
    """What comes with a request; if it does not come to a good end, nothing of it stays."""
    try:
        yield received
    except BaseException:
        await received.settle(kept=False)
        raise


async def pour(
    request: Request, sink: Sink, room: Darkroom, limit: int, *, around: int = 0, cut_off: bool = False
) -> None:
    """Let the body flow into the sink, in the threads of the store; a photo may have a few bytes `around` it.

    With `cut_off` one that ends because the client has vanished ends like any other.
    """
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > limit + around:
        raise TooLarge(limit=limit)
    waiting: list[bytes] = []
    held = size = 0
    with suppress(ClientDisconnect) if cut_off else nullcontext():
        async for chunk in request.stream():
            waiting.append(chunk)
            held, size = held + len(chunk), size + len(chunk)
            if size > limit + around:
                raise TooLarge(limit=limit)
            if held >= PIECE:
                await room.storing.run(partial(_feed, sink, waiting))
                waiting, held = [], 0
    await room.storing.run(partial(_feed, sink, waiting, last=True))


def _feed(sink: Sink, chunks: Sequence[bytes], *, last: bool = False) -> None:
    for chunk in chunks:
        sink.take(chunk)
    if last:
        sink.close()


def _hashes(sent: Any) -> Iterator[str]:
    """Every sha256 that a report names, wherever it stands."""
    if isinstance(sent, dict | list):
        for item in sent.values() if isinstance(sent, dict) else sent:
            yield from _hashes(item)
    elif isinstance(sent, str) and SHA256.fullmatch(sent):
        yield sent


def take_in(session: Session, caller: Caller, parts: Received, arrivals: Arrivals) -> list[PhotoStored]:
    """Let what the request brought count, as sent by the caller, and belong to the records that waited for it.

    Of several objects with the same bytes the first one counts.
    """
    photos = {photo.sha256: photo for photo in sorted(parts.photos, key=lambda photo: photo.key is not None)}
    if not photos:
        return []
    parts.offered = True
    one_photo_at_a_time(session, caller.id)
    shas = sorted(photos)
    rows = [photos[sha].row for sha in shas if photos[sha].key]
    if insert_once(session, Photo, *rows) < len(shas):
        rows = _there(session, shas, rows)
    stored = []
    for row in rows:
        sha256 = row["sha256"]
        photos[sha256].adopted = row["object_key"] == photos[sha256].key
        replayed = not insert_once(session, PhotoSender, {"sha256": sha256, "user_id": caller.id, "sent_at": now()})
        if replayed:
            sent_again(session, caller.id, sha256)
        stored.append(PhotoStored.model_validate({**row, "replayed": replayed}))
    arrivals.announce(session, caller, shas)
    return stored


def _there(session: Session, shas: Sequence[str], sent: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of photos of which some had been sent before. They stay, since a sweep passes over them from now on.

    Raises:
        Unavailable: one has been swept at this very moment; sent again, it is a new one.
    """
    revive(session, sent)
    there = select(*PHOTOS.c).where(PHOTOS.c.sha256.in_(shas), PHOTOS.c.dying_at.is_(None)).order_by(PHOTOS.c.sha256)
    held = there.with_for_update(read=True, key_share=True)
    rows = [dict(row) for row in session.connection().execute(held).mappings()]
    if len(rows) < len(shas):
        raise Unavailable
    return rows
