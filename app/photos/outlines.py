"""What every kind of file comes down to: an outline, or a reason why it is not taken.

How many pixels are taken stands here, because what decoding will cost shows in a file's structure. A picture that would
need more memory than `MEMORY` is kept as it came, and not decoded; one that is a bomb is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from app.foundation.problems import Invalid, Said

MEGA: Final = 1_000_000

MEMORY: Final = 400 * MEGA
"""Bytes that decoding one picture may take."""

LARGEST: Final = 250 * MEGA
"""Pixels that any picture may have; the largest that phones take is 16,320 × 12,240."""

DENSE: Final = 100
"""Pixels a byte, beyond which a picture that is not decoded is a bomb. Those of cameras have 2 to 10."""

# How many pixels of a kind are decoded, and what so many need (measured).

LINE_BY_LINE: Final = LARGEST
"""A JPEG that is decoded at reduced scale as it is read, the kind that phones take: 25 MB. So is a HEIC in tiles."""

WHOLE: Final = 50 * MEGA
"""A PNG, or a JPEG whose every line needs all of the file (progressive, or a scan for each colour): 300 MB."""

COPIED: Final = 25 * MEGA
"""A WebP, a HEIC that is one piece, an AVIF, or a PNG that may be transparent: the picture and copies of it, 400 MB."""

PARTS: Final = 100_000
"""Segments, chunks or boxes of a file; a 40 MB PNG has about 5,000."""


class UnsupportedPhoto(Invalid):
    """No picture that we take: of another kind, moving, or of more pixels than `limit`."""

    code, title = "unsupported_photo", Said("不是支持的照片", "Not a photo that is supported")

    def __init__(self, detail: Said | None = None, **members: Any) -> None:
        kinds = Said(
            "支持 JPEG、PNG、WebP、HEIC、AVIF 照片和 PDF 文件",
            "JPEG, PNG, WebP, HEIC and AVIF are supported, and PDF documents",
        )
        super().__init__(detail or kinds, **members)


class DamagedPhoto(Invalid):
    code, title = "damaged_photo", Said("照片不完整或已损坏", "The photo is incomplete or damaged")


MOVING: Final = Said("不支持动图", "Animations are not supported")
TOO_INTRICATE: Final = Said("文件结构过于复杂", "The file is made of too many parts")


class Format(StrEnum):
    """A kind of file, by its content; the value is its media type."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    HEIC = "image/heic"
    AVIF = "image/avif"
    PDF = "application/pdf"


class PictureState(StrEnum):
    """Whether smaller pictures of a photo are to be had."""

    AVAILABLE = "available"
    UNAVAILABLE = "unavailable"
    NONE = "none"


PICTURE_STATE_TITLES: Final[Mapping[PictureState, str]] = {
    PictureState.AVAILABLE: "可显示",
    PictureState.UNAVAILABLE: "只有原件",
    PictureState.NONE: "文件，无图",
}


@dataclass(frozen=True)
class Outline:
    """The picture in a file, as it is stored there; `orientation` (EXIF, 1 to 8) says how to turn it upright.

    A document has neither width nor height. What is `heavy` would need more memory to decode than is given to one.
    """

    format: Format
    width: int = 0
    height: int = 0
    orientation: int = 1
    heavy: bool = False

    @property
    def pictures(self) -> PictureState:
        """What may be promised before anybody has tried."""
        if self.format is Format.PDF:
            return PictureState.NONE
        return PictureState.UNAVAILABLE if self.heavy else PictureState.AVAILABLE

    @property
    def upright(self) -> tuple[int, int]:
        return (self.height, self.width) if self.orientation >= 5 else (self.width, self.height)


def bounded(found: Outline, size: int, limit: int) -> Outline:
    """The outline of a picture in a file of `size` bytes, of which `limit` pixels can be decoded.

    Raises:
        UnsupportedPhoto: a bomb: more pixels than anybody takes, or more than its bytes can be meant to hold.
        DamagedPhoto: it has no pixels.
    """
    pixels = found.width * found.height
    if not pixels:
        raise DamagedPhoto
    if pixels > LARGEST or (pixels > limit and pixels > DENSE * size):
        limit = LARGEST if pixels > LARGEST else limit
        raise UnsupportedPhoto(
            Said(f"像素超过 {limit // MEGA} 百万", f"More than {limit // MEGA} megapixels"), limit=limit
        )
    return replace(found, heavy=pixels > limit)
