"""How pictures go out: to the bearer of who may see them, or to whoever has an address that this server signed."""

from functools import partial
from typing import Final, NamedTuple, Self
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.canonical import digest
from app.foundation.database import Database
from app.foundation.keyring import Keyring
from app.foundation.problems import Forbidden, Invalid, NotFound, Problem, Said
from app.people.calls import thing
from app.people.permissions import ROLES, Permission
from app.people.scope import Caller
from app.people.tokens import identify, shown
from app.people.visits import has
from app.photos.addresses import display_url, is_signed, thumbnail_url
from app.photos.captions import Records, caption, viewer
from app.photos.darkroom import Darkroom, derived_key
from app.photos.images import Variant
from app.photos.incoming import SHA256
from app.photos.models import Photo, PhotoSender, PhotoUse
from app.photos.outlines import DamagedPhoto, Format, PictureState, UnsupportedPhoto
from app.photos.rebuilding import set_pictures
from app.photos.schemas import PhotoShown
from app.photos.sending import heads, sent
from app.photos.uses import known
from app.photos.watermark import stamped

ASK_AGAIN: Final = "private, no-cache"
"""What a record says of a photo may change; whether it has is cheap to ask."""

ORIGINAL: Final = "original"

DISPLAY_ONLY: Final = Said("水印只用于 display", "Only display is shown with a watermark")
TRUE_OR_FALSE: Final = Said("应为 true 或 false", "Either true or false")
NOT_AN_ID: Final = Said("应为 UUID", "Not a UUID")


class PictureUnavailable(Problem):
    """There is only the original: a document, or a photo that cannot be decoded here at a bearable cost."""

    status, code, title = 404, "picture_unavailable", Said("只有原件，没有可显示的图", "There is only the original")


def find(session: Session, caller: Caller, sha256: str, records: Records) -> Photo:
    """A photo that the caller has sent, or may see in some record.

    Raises:
        NotFound: there is none, for this caller.
    """
    photo = session.get(Photo, sha256) if SHA256.fullmatch(sha256) else None
    if photo is None or photo.dying_at:
        raise NotFound
    if session.scalar(known(caller, [sha256])) is None:
        named = select(PhotoUse.id).where(PhotoUse.sha256 == sha256, PhotoUse.arrived_at.is_not(None))
        if session.scalar(named.where(records.seen(caller)).limit(1)) is None:
            raise NotFound
    return photo


def described(session: Session, caller: Caller, sha256: str, keys: Keyring, records: Records) -> PhotoShown:
    """A photo with its addresses.

    Raises:
        NotFound: see `find`.
    """
    photo = find(session, caller, sha256, records)
    names = ("sha256", "bytes", "content_type", "width", "height", "pictures")
    pictured = photo.pictures is PictureState.AVAILABLE
    return PhotoShown(
        **{name: getattr(photo, name) for name in names},
        thumbnail_url=thumbnail_url(keys, caller.id, sha256) if pictured else None,
        display_url=display_url(keys, caller.id, sha256) if pictured else None,
    )


def find_original(session: Session, caller: Caller, sha256: str, records: Records) -> Photo:
    """A photo whose every byte, with all that EXIF tells, the caller may have: who sent it, or reviews or supervises.

    Raises:
        NotFound: see `find`.
        Forbidden: somebody else's photo, and none of the caller's roles reviews.
    """
    photo = find(session, caller, sha256, records)
    if not caller.has(*ROLES[Permission.REVIEW]) and session.get(PhotoSender, (sha256, caller.id)) is None:
        raise Forbidden
    return photo


async def show(request: Request, sha256: str, size: str) -> Response:
    """The picture, or as much of it as is asked for.

    Raises:
        Unauthenticated: neither a token nor a signature.
        NotFound, Forbidden: see `find` and `find_original`; no record to mark it with.
        Invalid: a watermark on something else than `display`, or of no record's id.
        PictureUnavailable: no smaller picture can be made of it.
        NoSuchRange: it has no such bytes.
        Overloaded, Unavailable: not now.
    """
    database, keys, records = thing(request, Database), thing(request, Keyring), thing(request, Records)
    variant = Variant(size) if size in set(Variant) else None
    said = request.query_params
    photo, asked = None, _Watermark.asked(request, size)
    if variant and is_signed(keys, sha256, variant, said):
        who = partial(viewer, viewer_id=UUID(said["viewer"]))
        asked.refuse()
    else:
        who = partial(identify, shown=shown(request, keys))

        def look(session: Session) -> Photo:
            caller = who(session)
            asked.refuse()
            return (find_original if size == ORIGINAL else find)(session, caller, sha256, records)

        photo = await database.read(look)
    if photo and size == ORIGINAL:
        return await _original(request, photo)
    if variant is None:
        raise NotFound
    if not asked.wanted:
        return await _smaller(request, sha256, variant, photo)
    lines = await database.read(lambda session: caption(session, who(session), records, sha256, asked.subject_id))
    return await _marked(request, sha256, lines, photo)


class _Watermark(NamedTuple):
    """Whether a watermark is asked for, and of which record; or what is wrong with that."""

    wanted: bool = False
    subject_id: UUID | None = None
    refused: Problem | None = None

    @classmethod
    def asked(cls, request: Request, size: str) -> Self:
        wanted, subject = request.query_params.get("watermark", "false"), request.query_params.get("subject")
        if wanted not in {"true", "false"}:
            return cls(refused=Invalid.at("?watermark", "bool_parsing", TRUE_OR_FALSE))
        if wanted == "false":
            return cls()
        if size != Variant.DISPLAY:
            return cls(refused=Invalid.at("?watermark", "display_only", DISPLAY_ONLY))
        try:
            return cls(True, UUID(subject) if subject else None)
        except ValueError:
            return cls(refused=Invalid.at("?subject", "uuid_parsing", NOT_AN_ID))

    def refuse(self) -> None:
        """Say what is wrong, to somebody who is known by now."""
        if self.refused:
            raise self.refused


async def _original(request: Request, photo: Photo) -> Response:
    """Every byte as it came. A document is a download: what scripts it holds, nobody can tell from the outside."""
    name = f'attachment; filename="{photo.sha256[:16]}.pdf"' if photo.content_type == Format.PDF else ""
    return await sent(request, photo.object_key, f'"{photo.sha256}"', photo.content_type, name)


async def _smaller(request: Request, sha256: str, variant: Variant, photo: Photo | None) -> Response:
    send = partial(sent, request, derived_key(sha256, variant), _etag(sha256, variant), "image/jpeg")
    try:
        return await send()
    except FileNotFoundError:
        await _develop(request, sha256, variant, photo)
    return await send()


async def _marked(request: Request, sha256: str, lines: tuple[str, ...], photo: Photo | None) -> Response:
    """The picture with the lines on it, drawn anew for each who has not got just this."""
    room = thing(request, Darkroom)
    key, etag = derived_key(sha256, Variant.DISPLAY), _etag(sha256, digest("\n".join(lines))[:16])
    headers = heads(etag, ASK_AGAIN)
    if has(request, etag):
        return Response(status_code=304, headers=headers)
    read = partial(room.storing.run, lambda: b"".join(room.blobs.read(key)))
    try:
        plain = await read()
    except FileNotFoundError:
        await _develop(request, sha256, Variant.DISPLAY, photo)
        plain = await read()
    content = await room.draw(partial(stamped, plain, lines))
    return Response(content, 200, headers, "image/jpeg")


async def _develop(request: Request, sha256: str, variant: Variant, photo: Photo | None) -> None:
    """Make a smaller picture; if none can be made, keep that in mind, so that nobody tries again."""
    database = thing(request, Database)
    photo = photo or await database.read(lambda session: session.get(Photo, sha256))
    if photo is None:
        raise NotFound
    if photo.pictures is not PictureState.AVAILABLE:
        raise PictureUnavailable
    try:
        await thing(request, Darkroom).develop(sha256, photo.object_key, photo.content_type, variant)
    except (UnsupportedPhoto, DamagedPhoto) as error:
        await database.write(partial(set_pictures, sha256=sha256, state=PictureState.UNAVAILABLE))
        raise PictureUnavailable from error


def _etag(sha256: str, what: str) -> str:
    return f'"{sha256[:32]}-{what}"'
