"""From a file to a picture: what it is, and the smaller ones that are shown.

Pure functions on an open file. Only `formats.py` and this file know kinds of pictures, only this one decodes.
"""

import math
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from io import BytesIO
from typing import IO, Final

import pillow_heif
from PIL import Image, ImageCms
from PIL.AvifImagePlugin import AvifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from app.foundation.problems import Problem, Unavailable
from app.photos import tiles
from app.photos.formats import outline
from app.photos.heif import meaning
from app.photos.outlines import DamagedPhoto, Format, Outline, PictureState, UnsupportedPhoto

pillow_heif.options.DECODE_THREADS = 1
pillow_heif.options.THUMBNAILS = pillow_heif.options.DEPTH_IMAGES = pillow_heif.options.AUX_IMAGES = False


@dataclass(frozen=True)
class Picture:
    """What a client is told of a photo; width and height as it is seen, upright. A document has neither."""

    content_type: str
    width: int | None
    height: int | None
    pictures: PictureState = PictureState.AVAILABLE


class Variant(StrEnum):
    """A smaller picture made from a photo."""

    THUMBNAIL = "thumbnail"
    DISPLAY = "display"

    @property
    def edge(self) -> int:
        """Its longer edge in pixels; smaller photos are not enlarged."""
        return {Variant.THUMBNAIL: 320, Variant.DISPLAY: 1280}[self]


class _Jpeg(JpegImageFile):
    def _read_dpi_from_exif(self) -> None:
        """Nobody needs the resolution, and Pillow would warn of absurd EXIF."""


_DECODERS: Final[Mapping[Format, type[ImageFile]]] = {
    Format.JPEG: _Jpeg, Format.PNG: PngImageFile, Format.WEBP: WebPImageFile, Format.AVIF: AvifImageFile,
    Format.HEIC: pillow_heif.HeifImageFile,
}  # fmt: skip

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_SRGB: Final = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))

_P3: Final = {
    b"rXYZ": (0.51512, 0.24120, -0.00105), b"gXYZ": (0.29198, 0.69225, 0.04189), b"bXYZ": (0.15710, 0.06657, 0.78407),
}  # fmt: skip
"""The primaries of Display P3, which phones take photos in, as ICC profiles say them (SMPTE EG 432-1, for D50)."""

P3: Final = 12
"""Its number in ITU-T H.273."""

COSTLY: Final = frozenset({Format.HEIC, Format.AVIF})
"""What takes a second to decode, by decoders of which every few months one is found wanting."""


def inspect(file: IO[bytes]) -> Picture:
    """Judge by its content whether a file is a whole picture of a kind and size that we take. No pixel is decoded.

    Raises:
        UnsupportedPhoto: another kind of file, an animation, too many pixels.
        DamagedPhoto: part of it is missing.
        TooLarge: a document of too many bytes.
        Unavailable: it cannot be read.
    """
    with _judged():
        drawn = outline(file)
        if drawn.format in {Format.JPEG, Format.PNG, Format.WEBP}:
            with _opened(file, drawn):
                pass
    width, height = drawn.upright
    return Picture(drawn.format, width or None, height or None, drawn.pictures)


def derive(file: IO[bytes], variant: Variant) -> bytes:
    """A JPEG no larger than the variant's edge: upright, in sRGB, on white, and without a word of where it was taken.

    A thumbnail may be derived from a display picture.

    Raises:
        UnsupportedPhoto, DamagedPhoto, Unavailable: as `inspect`, and where decoding finds more.
    """
    return as_jpeg(drawn_small(file, variant.edge))


def drawn_small(file: IO[bytes], edge: int) -> Image.Image:
    """The picture, no larger than `edge`; otherwise as `derive`."""
    with _judged():
        drawn = outline(file)
        if drawn.pictures is not PictureState.AVAILABLE:
            raise UnsupportedPhoto
        if drawn.format in COSTLY:
            shrunk, profile, lying = _from_boxes(file, drawn, edge)
        else:
            with _opened(file, drawn) as image:
                shrunk, profile, lying = _shrunk(image, edge), image.info.get("icc_profile"), drawn.orientation
        if lying in _UPRIGHT:
            shrunk = shrunk.transpose(_UPRIGHT[lying])
        return _in_srgb(_on_white(shrunk), profile)


def as_jpeg(picture: Image.Image) -> bytes:
    """The picture as the bytes that are sent."""
    written = BytesIO()
    picture.info.clear()  # comments would be written again
    picture.save(written, "JPEG", quality=80)
    return written.getvalue()


@contextmanager
def _opened(file: IO[bytes], drawn: Outline) -> Iterator[ImageFile]:
    """The decoder of this kind alone, past Pillow's guesses: a photo with a second one behind it stays a photo."""
    with _decoder(file, drawn.format) as image:
        if image.size != (drawn.width, drawn.height):
            raise DamagedPhoto
        yield image


def _decoder(file: IO[bytes], kind: Format) -> ImageFile:
    file.seek(0)
    try:
        return _DECODERS[kind](file)
    except (SyntaxError, ValueError) as error:
        raise UnsupportedPhoto from error


def _from_boxes(file: IO[bytes], drawn: Outline, edge: int) -> tuple[Image.Image, bytes | None, int]:
    """A HEIC or AVIF, shrunk; the profile of its colours; and how it lies. (HEIC's decoder turns it by itself.)"""
    told = meaning(file)
    profile = told.profile or (display_p3() if told.primaries == P3 else None)
    if drawn.format is Format.HEIC and told.grid:
        return _shrunk(tiles.joined(file, told.grid, edge, _heic), edge), profile, drawn.orientation
    with _decoder(file, drawn.format) as image:
        heic = drawn.format is Format.HEIC
        if image.size != (drawn.upright if heic else (drawn.width, drawn.height)):
            raise DamagedPhoto
        return _shrunk(image, edge), profile, 1 if heic else drawn.orientation


@cache
def display_p3() -> bytes:
    """The profile of Display P3: sRGB with other primaries, the two have the same curve."""
    profile = bytearray(_SRGB.tobytes())
    (count,) = struct.unpack_from(">I", profile, 128)
    for entry in range(count):
        tag, at = struct.unpack_from(">4sI", profile, 132 + 12 * entry)
        if tag in _P3:
            struct.pack_into(">3i", profile, at + 8, *(round(value * 65536) for value in _P3[tag]))
    return bytes(profile)


def _heic(file: IO[bytes]) -> Image.Image:
    with _decoder(file, Format.HEIC) as image:
        image.load()
        return image.copy()


def _shrunk(image: Image.Image, edge: int) -> Image.Image:
    """Decoded no larger than needed, in colours that can be averaged, then resampled."""
    scale = edge / max(image.size)
    image.draft(None, (math.ceil(image.width * scale), math.ceil(image.height * scale)))
    image = _workable(image)
    image.thumbnail((edge, edge), reducing_gap=2.0)
    image.load()  # which a small one has not been
    return image


def _workable(image: Image.Image) -> Image.Image:
    if image.mode == "I;16":
        return image.point(lambda value: value / 256).convert("L")  # convert alone would cut off, not scale
    if image.has_transparency_data:
        return image if image.mode == "RGBA" else image.convert("RGBA")
    return image if image.mode in {"L", "RGB", "CMYK"} else image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The colours as the profile means them; a profile that makes no sense is passed over, as browsers do."""
    if profile:
        try:
            described = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(image, described, _SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            converted = None
        if converted:
            return converted
    return image.convert("RGB")


@contextmanager
def _judged() -> Iterator[None]:
    """Whatever a decoder stumbles over is a damaged photo, but a failing disk or a lack of memory is ours."""
    try:
        yield
    except Problem:
        raise
    except MemoryError as error:
        raise Unavailable from error
    except OSError as error:
        raise (Unavailable if error.errno is not None else DamagedPhoto) from error
    except Exception as error:
        raise DamagedPhoto from error
