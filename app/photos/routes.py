"""HTTP face of photos; nothing is decided here."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from sqlalchemy.orm import Session

from app.foundation.keyring import Keyring
from app.foundation.problems import ProblemView
from app.foundation.wire import Sha256, Written
from app.people.scope import Caller
from app.people.tokens import bearer
from app.people.visits import Visits
from app.photos import losing, missing, showing
from app.photos.arrivals import Arrivals
from app.photos.captions import Records
from app.photos.images import Variant
from app.photos.incoming import Received
from app.photos.losing import Losses
from app.photos.missing import MissingFilter, Subjects
from app.photos.outlines import Format
from app.photos.owed import Lose, LostPhoto, MissingPage
from app.photos.receiving import receive_file, receive_raw, take_in
from app.photos.schemas import PhotoShown, PhotoStored

BYTES: Final = {"type": "string", "format": "binary"}
KINDS: Final = tuple(map(str, Format))
RAW: Final = {"requestBody": {"required": True, "content": {kind: {"schema": BYTES} for kind in KINDS}}}
FORM: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {"type": "object", "properties": {"file": BYTES}, "required": ["file"]},
            }
        },
    }
}
SENT_BEFORE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"model": PhotoStored, "description": "The caller has sent it before."}
}

NOT_LOST: Final[dict[int | str, dict[str, Any]]] = {
    409: {"model": ProblemView, "description": "`not_missing` `id_conflict`"},
    422: {"model": ProblemView, "description": "`invalid` `own_replacement`"},
}

router = Visits(prefix="/api/v1/photos", tags=["photos"])
pictures = APIRouter(prefix="/api/v1/photos", tags=["photos"], dependencies=[Depends(bearer)])


@router.change(
    "POST", "", receive=receive_file, status_code=201, openapi_extra=FORM, responses=SENT_BEFORE, summary="上传照片"
)
def post_photo(session: Session, caller: Caller, arrivals: Arrivals, parts: Received) -> PhotoStored:
    """Send a photo as the part `file`. Name and declared type are ignored: content decides."""
    return take_in(session, caller, parts, arrivals)[0]


@router.change(
    "PUT", "/{sha256}", receive=receive_raw, status_code=201, openapi_extra=RAW, responses=SENT_BEFORE,
    summary="上传照片 (原始字节)",
)  # fmt: skip
def put_photo(session: Session, caller: Caller, sha256: Sha256, arrivals: Arrivals, parts: Received) -> PhotoStored:
    """Send a photo as the body, to the address of its sha256."""
    return take_in(session, caller, parts, arrivals)[0]


@router.query("/missing", summary="待到照片")
def list_missing_photos(
    session: Session, caller: Caller, filter: Annotated[MissingFilter, Query()], keys: Keyring, subjects: Subjects
) -> Written[MissingPage]:
    """What records within the caller's scope are still waiting for; with `mine=true` what a phone owes, also one that
    was set up anew."""
    return missing.page(session, caller, filter, keys, subjects)


@router.change("POST", "/{sha256}/lost", responses=NOT_LOST, summary="申报照片遗失")
def lose_photo(
    session: Session, caller: Caller, sha256: Sha256, body: Lose, losses: Losses, subjects: Subjects
) -> LostPhoto:
    """End the wait for a photo that will never come, by who declared it; where they have left, by safety officer,
    manager or supervisor. A rectification left without any evidence
    goes back to be done again."""
    done = losing.lose(session, caller, sha256, body, losses)
    return missing.lost_shown(session, caller, sha256, subjects, replayed=not done)


@router.query("/{sha256}", summary="照片信息")
def get_photo(session: Session, caller: Caller, sha256: Sha256, keys: Keyring, records: Records) -> PhotoShown:
    """What a photo is, and where its pictures are."""
    return showing.described(session, caller, sha256, keys, records)


SHOWN: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {kind: {"schema": BYTES} for kind in KINDS}, "description": "The picture."},
    206: {"content": {kind: {"schema": BYTES} for kind in KINDS}, "description": "The part that was asked for."},
    304: {"description": "The client has it."},
    307: {"description": "It is to be fetched from the store itself, if the server is set up so (`S3_REDIRECT`)."},
    **{status: {"model": ProblemView} for status in (401, 403, 404, 416, 422, 503)},
}
Signed = Annotated[str | None, Query(description="Of a signed address.")]
Text = Annotated[str, Path(json_schema_extra={"pattern": "^[0-9a-f]{64}$"})]
SizeText = Annotated[str, Path(json_schema_extra={"enum": [*map(str, Variant), showing.ORIGINAL]})]


# Read by `showing`: nobody is told what is wrong with a parameter before it is known who asks.
Watermark = Annotated[
    Any,
    Query(
        description="Of `display`: print time, place, enterprise and reporter on it.",
        json_schema_extra={"type": "boolean", "default": False},
    ),
]
Subject = Annotated[
    Any,
    Query(
        description="The record whose time and place are printed; else the newest that names the photo.",
        json_schema_extra={"type": "string", "format": "uuid"},
    ),
]


@pictures.get("/{sha256}/{size}", response_class=Response, responses=SHOWN, summary="照片图像")
async def get_picture(
    request: Request,
    sha256: Text,
    size: SizeText,
    watermark: Watermark = None,
    subject: Subject = None,
    viewer: Signed = None,
    until: Signed = None,
    mark: Signed = None,
) -> Response:
    """The picture: upright, in sRGB and without EXIF as thumbnail (320) and display (1280), always JPEG; every byte as
    original, for who sent it and who reviews or supervises. A document has an original only, which is a download.

    By token or, the smaller ones, by a signed address. Where no smaller one can be made: 404 `picture_unavailable`.
    """
    return await showing.show(request, sha256, size)


pictures.add_api_route("/{sha256}/{size}", get_picture, methods=["HEAD"], include_in_schema=False)
