"""HTTP face of uploads that may be resumed; nothing is decided here."""

from collections.abc import Callable, Coroutine
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, PrivateAttr
from sqlalchemy.orm import Session

from app.foundation.problems import Problem, ProblemView
from app.foundation.wire import Moment, Silent
from app.people.calls import Informed
from app.people.scope import Caller
from app.people.visits import VisitRoute, Visits
from app.photos.addresses import PATH as PHOTOS
from app.photos.arrivals import Arrivals
from app.photos.tus import commands
from app.photos.tus.heads import ABLE, KIND, VERSION, Heads, http_date, parameter
from app.photos.tus.models import Progress
from app.photos.tus.receiving import Chunk, Standing, receive_first, receive_next, receive_nothing

PATH: Final = "/api/v1/uploads"
BYTES: Final = {"type": "string", "format": "binary"}
RESUMABLE: Final = parameter("Tus-Resumable", "版本", enum=[VERSION], type="string")
CHECKSUM: Final = parameter(
    "Upload-Checksum", "分片的校验和: 算法 (sha1, sha256, md5)、空格、Base64", required=False, type="string"
)


class TusRoute(VisitRoute):
    """A route whose every answer bears the protocol's version."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint = super().get_route_handler()

        async def visit(request: Request) -> Response:
            try:
                response = await endpoint(request)
            except Problem as problem:
                problem.headers["Tus-Resumable"] = VERSION
                raise
            response.headers["Tus-Resumable"] = VERSION
            return response

        return visit


class UploadView(BaseModel):
    """How an upload stands; once it is complete, its photo is at `photo_url`. The heads of the answer say it too."""

    id: UUID
    url: str = Field(description="Where it goes on.")
    sha256: str
    length: int
    offset: int = Field(description="How many bytes have arrived: where the next chunk begins.")
    complete: bool
    photo_url: str | None = Field(description="Null until it is complete.")
    expires_at: Moment
    _heads: dict[str, str] = PrivateAttr(default_factory=dict)

    @property
    def heads(self) -> dict[str, str]:
        return self._heads

    @classmethod
    def of(cls, upload: Progress, **heads: str) -> "UploadView":
        complete = upload.arrived == upload.length
        photo = f"{PHOTOS}/{upload.sha256}" if complete else None
        view = cls(
            id=upload.id, url=f"{PATH}/{upload.id}", sha256=upload.sha256, length=upload.length, offset=upload.arrived,
            complete=complete, photo_url=photo, expires_at=upload.expires_at,
        )  # fmt: skip
        view._heads = {
            "Upload-Offset": str(upload.arrived), "Upload-Expires": http_date(upload.expires_at), **heads,
            **({"Content-Location": photo} if photo else {}),
        }  # fmt: skip
        return view


def _first(session: Session, caller: Caller, request: Request) -> Standing:
    heads = Heads.of_request(request)
    heads.check_version()
    announced = heads.announced()
    heads.brings()
    heads.checksum()
    return commands.expected(session, caller, announced)


def _next(session: Session, caller: Caller, request: Request) -> Standing:
    heads = Heads.of_request(request)
    heads.check_version()
    heads.check_kind()
    heads.checksum()
    offset = heads.offset()
    found = commands.standing(session, caller, UUID(request.path_params["upload_id"]))
    return commands.at(found, offset, heads.length())


router = Visits(prefix=PATH, tags=["uploads"])
router.route_class = TusRoute
abilities = APIRouter(prefix=PATH, tags=["uploads"])

CREATION: Final[dict[str, Any]] = {
    "parameters": [
        RESUMABLE,
        parameter("Upload-Length", "照片的字节数", type="integer", minimum=1),
        parameter("Upload-Metadata", "键与 Base64 值，以逗号分隔；须有 sha256", type="string"),
        CHECKSUM,
    ],
    "requestBody": {"required": False, "content": {KIND: {"schema": BYTES}}},
}
CHUNK: Final[dict[str, Any]] = {
    "parameters": [RESUMABLE, parameter("Upload-Offset", "分片从何处开始", type="integer", minimum=0), CHECKSUM],
    "requestBody": {"required": True, "content": {KIND: {"schema": BYTES}}},
}


def _refusing(*said: str) -> dict[int | str, dict[str, Any]]:
    """Answers by their codes: `410 upload_gone`."""
    codes: dict[int, list[str]] = {}
    for each in said:
        status, code = each.split()
        codes.setdefault(int(status), []).append(f"`{code}`")
    return {status: {"model": ProblemView, "description": " ".join(each)} for status, each in codes.items()}


def _heads(*names: str) -> dict[str, Any]:
    """Heads of an answer."""
    return {"headers": {name: {"description": TOLD[name], "schema": {"type": "string"}} for name in names}}


TOLD: Final = {
    "Tus-Resumable": "版本。",
    "Location": "在此续传。",
    "Upload-Offset": "已收到的字节数。",
    "Upload-Length": "照片的字节数。",
    "Upload-Expires": "在此之前可以续传。",
    "Upload-Metadata": "创建时所写。",
    "Cache-Control": "`no-store`。",
}
MOVED: Final = ("Tus-Resumable", "Upload-Offset", "Upload-Expires")
VERSIONED: Final = "412 unsupported_tus_version"
OF_PHOTOS: Final = (
    "409 wrong_offset", "422 digest_mismatch", "422 unsupported_photo", "422 damaged_photo", "460 checksum_mismatch",
)  # fmt: skip


@router.change(
    "POST", "", receive=Informed(_first, receive_first, receive_nothing), status_code=201, openapi_extra=CREATION,
    responses={201: _heads(*MOVED, "Location"), **_refusing(VERSIONED, *OF_PHOTOS)}, summary="创建断点续传",
)  # fmt: skip
def create_upload(session: Session, caller: Caller, heads: Heads, arrivals: Arrivals, parts: Chunk) -> UploadView:
    """Begin to send a photo in pieces (tus 1.0.0), its first bytes with it or later; `Location` is where it goes on.
    `OPTIONS` says without a login which extensions are spoken.

    Repeated for the same photo, it answers the same place. It is complete at once if the caller has sent these bytes
    before.
    """
    heads.check_version()
    upload = commands.begin(session, caller, heads.announced(), parts, arrivals)
    return UploadView.of(upload, Location=f"{PATH}/{upload.id}")


@router.query(
    "/{upload_id}", summary="续传进度",
    responses={
        200: _heads(*MOVED, "Upload-Length", "Upload-Metadata", "Cache-Control"),
        **_refusing("410 upload_gone", VERSIONED),
    },
)  # fmt: skip
def get_upload(session: Session, caller: Caller, upload_id: UUID, heads: Heads) -> UploadView:
    """How far an upload is: as JSON, and to HEAD in `Upload-Offset`."""
    heads.check_version(needed=False)
    upload = commands.find(session, caller, upload_id)
    length = {"Upload-Length": str(upload.length), "Upload-Metadata": upload.said, "Cache-Control": "no-store"}
    return UploadView.of(upload, **length)


@router.change(
    "PATCH", "/{upload_id}", receive=Informed(_next, receive_next), status_code=204, openapi_extra=CHUNK,
    responses={204: _heads(*MOVED), **_refusing("410 upload_gone", VERSIONED, *OF_PHOTOS)}, summary="续传分片",
)  # fmt: skip
def append_upload(session: Session, caller: Caller, upload_id: UUID, arrivals: Arrivals, parts: Chunk) -> Silent:
    """Send the bytes from `Upload-Offset` on. With the last ones the upload becomes a photo: `Content-Location` is its
    address."""
    return Silent(UploadView.of(commands.append(session, caller, upload_id, parts, arrivals)).heads)


@router.change(
    "DELETE", "/{upload_id}", status_code=204, openapi_extra={"parameters": [RESUMABLE]},
    responses={204: _heads("Tus-Resumable"), **_refusing("410 upload_gone", VERSIONED)}, summary="放弃续传",
)  # fmt: skip
def end_upload(session: Session, caller: Caller, upload_id: UUID, heads: Heads) -> None:
    """Forget an upload that will not go on. A photo that is complete stays."""
    heads.check_version()
    commands.end(session, caller, upload_id)


@abilities.options("", include_in_schema=False)
async def get_upload_abilities() -> Response:
    """What of tus is spoken here, and how large a photo may be; to everybody."""
    return Response(status_code=204, headers={**ABLE, "Tus-Resumable": VERSION})


abilities.add_api_route("/{upload_id}", get_upload_abilities, methods=["OPTIONS"], include_in_schema=False)
