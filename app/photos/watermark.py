"""Printing lines of text on a picture, in Chinese, on any machine: the font lies beside (`data/`).

It has the 20,902 characters of GBK. A name may hold a rarer one; that one is printed as its code point (〔U+3400〕),
never as a box that could be anything.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from app.photos.images import as_jpeg

FONT: Final = Path(__file__).with_name("data") / "wqy-microhei-subset.ttf"
NOBODY_S: Final = "\U0010ffff"
"""A code point that no font has: it is drawn as the box for what is missing."""

LEAST: Final = (640, 360)
"""Pixels of the picture that is printed on; a smaller one is enlarged, and a narrow one gets a margin."""

LARGEST_TYPE, SMALLEST_TYPE = 30, 14
SHARE: Final = 0.45
"""Of the picture's height, which the lines may cover."""

SHADE: Final = 110
"""Of 255: how dark it is behind the lines."""


def stamped(picture: bytes, lines: Sequence[str]) -> bytes:
    """The JPEG with the lines at its lower left."""
    with Image.open(BytesIO(picture), formats=["JPEG"]) as image:
        canvas = _roomy(image.convert("RGB"))
    said = [printable(line) for line in lines]
    for size in range(LARGEST_TYPE, SMALLEST_TYPE - 1, -2):
        font, margin = _font(size), size // 2
        wrapped = [part for line in said for part in _wrapped(line, font, canvas.width - 2 * margin)]
        height = len(wrapped) * size * 4 // 3 + 2 * margin
        if height <= canvas.height * SHARE:
            break
    top = max(0, canvas.height - height)
    shade = canvas.crop((0, top, canvas.width, canvas.height)).point(lambda value: value * (255 - SHADE) // 255)
    canvas.paste(shade, (0, top))
    pen = ImageDraw.Draw(canvas)
    for number, line in enumerate(wrapped):
        place = (margin, top + margin + number * size * 4 // 3)
        pen.text(place, line, "white", font, stroke_width=1, stroke_fill="black")
    return as_jpeg(canvas)


def printable(text: str) -> str:
    """The text in characters that the font has; what it has not stands as its code point."""
    return "".join(_shown(character) for character in text)


@lru_cache(4096)
def _shown(character: str) -> str:
    if character.isspace():
        return " "
    return character if _drawn(character) != _missing() else f"〔U+{ord(character):04X}〕"


def _drawn(character: str) -> bytes:
    return bytes(_font(SMALLEST_TYPE).getmask(character))


@cache
def _missing() -> bytes:
    return _drawn(NOBODY_S)


@lru_cache(16)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, size, layout_engine=ImageFont.Layout.BASIC)


def _roomy(picture: Image.Image) -> Image.Image:
    """The picture, large enough to print on."""
    scale = min(wanted / present for wanted, present in zip(LEAST, picture.size, strict=True))
    if scale > 1:
        picture = picture.resize((round(picture.width * scale), round(picture.height * scale)))
    if picture.width >= LEAST[0] and picture.height >= LEAST[1]:
        return picture
    canvas = Image.new("RGB", (max(LEAST[0], picture.width), max(LEAST[1], picture.height)), "black")
    canvas.paste(picture)
    return canvas


def _wrapped(line: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """The line, broken wherever it is full: Chinese needs no spaces for that."""
    parts, part = [], ""
    for character in line:
        if part and font.getlength(part + character) > width:
            parts.append(part)
            part = ""
        part += character
    return [*parts, part]
