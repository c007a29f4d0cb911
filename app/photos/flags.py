"""What may be noticed about a photo that is to prove something. A flag explains itself and rejects nothing.

The words stand here, because records show them; what notices them is the room `evidence`, above the records.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, Field

from app.foundation.wire import Moment
from app.photos.models import Purpose


class PhotoSide(StrEnum):
    """Where a photo stands when before and after are laid side by side."""

    BEFORE = "before"
    AFTER = "after"


SIDE_TITLES: Final[Mapping[PhotoSide, str]] = {PhotoSide.BEFORE: "整改前", PhotoSide.AFTER: "整改后"}
SIDES: Final[Mapping[Purpose, PhotoSide]] = {
    Purpose.FINDING: PhotoSide.BEFORE,
    Purpose.SEEN_AGAIN: PhotoSide.BEFORE,
    Purpose.BEFORE: PhotoSide.BEFORE,
    Purpose.RECTIFICATION: PhotoSide.AFTER,
    Purpose.REVIEW: PhotoSide.AFTER,
}


PROVING: Final = tuple(SIDES)
"""Purposes for which a photo is evidence; pictures of a checklist, comments and signed papers are not checked."""


class EvidenceFlag(StrEnum):
    """What was noticed."""

    REUSED = "reused"
    REUSED_ELSEWHERE = "reused_elsewhere"
    BEFORE_IS_AFTER = "before_is_after"
    OUTSIDE_WINDOW = "outside_window"
    FAR_FROM_SITE = "far_from_site"
    EDITED = "edited"
    SCREENSHOT = "screenshot"


FLAG_TITLES: Final[Mapping[EvidenceFlag, str]] = {
    EvidenceFlag.REUSED: "照片曾用于其他记录",
    EvidenceFlag.REUSED_ELSEWHERE: "照片曾用于其他单位的记录",
    EvidenceFlag.BEFORE_IS_AFTER: "整改前后是同一张照片",
    EvidenceFlag.OUTSIDE_WINDOW: "拍摄时间不符",
    EvidenceFlag.FAR_FROM_SITE: "拍摄地点不符",
    EvidenceFlag.EDITED: "经软件处理",
    EvidenceFlag.SCREENSHOT: "疑似截图",
}


class EvidenceWeight(StrEnum):
    """How much a flag says by itself."""

    STRONG = "strong"
    WEAK = "weak"


WEIGHT_TITLES: Final[Mapping[EvidenceWeight, str]] = {EvidenceWeight.STRONG: "重", EvidenceWeight.WEAK: "轻"}
WEAK: Final = frozenset({EvidenceFlag.EDITED, EvidenceFlag.SCREENSHOT})
"""Phones and watermark cameras also write files anew, and a screenshot may be all that somebody has."""


def weight_of(flag: EvidenceFlag) -> EvidenceWeight:
    return EvidenceWeight.WEAK if flag in WEAK else EvidenceWeight.STRONG


class FlagView(BaseModel):
    """What was noticed about a photo, with what the message is made of."""

    code: EvidenceFlag
    weight: EvidenceWeight
    message: str
    details: dict[str, Any]


class ExifView(BaseModel):
    """What the photo's file says of itself, as it is written there."""

    taken_at: Moment | None = Field(description="+08:00 is taken where the file says no offset.")
    device: str | None
    software: str | None
    position: dict[str, Any] | None


class EvidenceView(BaseModel):
    """What was found when a photo that proves something was checked."""

    checked_at: Moment
    flags: list[FlagView]
    exif: ExifView | None = Field(
        description="Null if the file has none (WeChat takes it out, which means nothing), and for a worker."
    )
