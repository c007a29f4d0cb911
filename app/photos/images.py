"""From a file to a picture: what it is, and the smaller ones that are shown.

Pure functions on an open file. Only `formats.py` and this file know kinds of pictures, only this one decodes.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import IO

from PIL import Image, ImageCms
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from app.foundation.problems import Problem, Unavailable
from app.photos.formats import DamagedPhoto, Outline, UnsupportedPhoto, outline


@dataclass(frozen=True)
class Picture:
    """What a client is told of a photo; width and height as it is seen, upright."""

    content_type: str
    width: int
    height: int


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


_DECODERS: dict[str, type[ImageFile]] = {"JPEG": _Jpeg, "PNG": PngImageFile, "WEBP": WebPImageFile}

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def inspect(file: IO[bytes]) -> Picture:
    """Judge by its content whether a file is a whole picture of a kind and size that we take. No pixel is decoded.

    Raises:
        UnsupportedPhoto: another kind of file, an animation, too many pixels.
        DamagedPhoto: part of it is missing.
        Unavailable: it cannot be read.
    """
    with _judged():
        drawn = outline(file)
        with _opened(file, drawn):
            pass
    return Picture(drawn.content_type, *drawn.upright)


def derive(file: IO[bytes], variant: Variant) -> bytes:
    """A JPEG no larger than the variant's edge: upright, in sRGB, on white, and without a word of where it was taken.

    A thumbnail may be derived from a display picture.

    Raises:
        UnsupportedPhoto, DamagedPhoto, Unavailable: as `inspect`, and where decoding finds more.
    """
    with _judged():
        drawn = outline(file)
        with _opened(file, drawn) as image:
            shrunk = _shrunk(image, variant.edge)
            if drawn.orientation in _UPRIGHT:
                shrunk = shrunk.transpose(_UPRIGHT[drawn.orientation])
            shrunk = _in_srgb(_on_white(shrunk), image.info.get("icc_profile"))
        written = BytesIO()
        shrunk.info.clear()  # comments would be written again
        shrunk.save(written, "JPEG", quality=80)
        return written.getvalue()


@contextmanager
def _opened(file: IO[bytes], drawn: Outline) -> Iterator[ImageFile]:
    """The decoder of this kind alone, past Pillow's guesses: a photo with a second one behind it stays a photo."""
    file.seek(0)
    try:
        image = _DECODERS[drawn.format](file)
    except (SyntaxError, ValueError) as error:
        raise UnsupportedPhoto from error
    with image:
        if image.size != (drawn.width, drawn.height):
            raise DamagedPhoto
        yield image


def _shrunk(image: Image.Image, edge: int) -> Image.Image:
    """Decoded no larger than needed, in colours that can be averaged, then resampled."""
    scale = edge / max(image.size)
    image.draft(None, (math.ceil(image.width * scale), math.ceil(image.height * scale)))
    image = _workable(image)
    image.thumbnail((edge, edge), reducing_gap=2.0)
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
