"""Signed addresses of pictures: `<image>` sends no token, and caches need the same address all day.

An address is for one viewer and one picture, and the same from morning to midnight (Asia/Shanghai); it is valid
until the next day is over. What it asks for beyond the picture, a watermark of one record, is signed with it.
"""

import hmac
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Final
from uuid import UUID

from app.foundation.calendar import add_days, end_of_day, local_date
from app.foundation.clock import now
from app.foundation.keyring import MARK, Keyring
from app.photos.images import Variant

PURPOSE: Final = "photo"
PATH: Final = "/api/v1/photos"


def thumbnail_url(keys: Keyring, viewer_id: UUID, sha256: str) -> str:
    """Where the viewer finds the small picture, today and tomorrow."""
    return thumbnails(keys, viewer_id)(sha256)


def display_url(keys: Keyring, viewer_id: UUID, sha256: str) -> str:
    """Where the viewer finds the picture at the size of a screen, today and tomorrow."""
    return address(keys, viewer_id, sha256, Variant.DISPLAY)


def watermark_url(keys: Keyring, viewer_id: UUID, sha256: str, subject_id: UUID) -> str:
    """Where the viewer finds it with what a record says of it, today and tomorrow, while he sees that record."""
    return address(keys, viewer_id, sha256, Variant.DISPLAY, f"&{_watermark(str(subject_id))}")


def thumbnails(keys: Keyring, viewer_id: UUID) -> Callable[[str], str]:
    """`thumbnail_url` for many pictures of one answer: what they have in common is looked up once."""
    tail = f"/{Variant.THUMBNAIL}?{_query(viewer_id, local_date(now()))}"
    key_id = keys.newest
    key = keys.key(PURPOSE, key_id)

    def address_of(sha256: str) -> str:
        signed = sha256 + tail
        return f"{PATH}/{signed}&mark={key_id}.{hmac.digest(key, signed.encode(), 'sha256').hex()[:MARK]}"

    return address_of


def address(keys: Keyring, viewer_id: UUID, sha256: str, variant: Variant, more: str = "") -> str:
    signed = _marked(sha256, variant, _query(viewer_id, local_date(now())) + more)
    return f"{PATH}/{signed}&mark={keys.mark(PURPOSE, signed)}"


@lru_cache(1024)
def _query(viewer_id: UUID, today: date) -> str:
    return f"viewer={viewer_id}&until={int(end_of_day(add_days(today, 1)).timestamp())}"


def is_signed(keys: Keyring, sha256: str, variant: Variant, said: Mapping[str, str]) -> bool:
    """Whether the query of a request is that of an address which this server gave out, and which is still valid."""
    until, mark = said.get("until", ""), said.get("mark", "")
    query = f"viewer={said.get('viewer', '')}&until={until}"
    if "watermark" in said or "subject" in said:
        query += f"&{_watermark(said.get('subject', ''), said.get('watermark', ''))}"
    if not keys.marked(PURPOSE, _marked(sha256, variant, query), mark):
        return False
    return int(until) > now().timestamp()


def _watermark(subject: str, wanted: str = "true") -> str:
    return f"watermark={wanted}&subject={subject}"


def _marked(sha256: str, variant: Variant, query: str) -> str:
    return f"{sha256}/{variant}?{query}"
