"""Printing lines of text on a picture, in Chinese, on any machine; the letters are those of the house."""

from collections.abc import Sequence
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from app.foundation.lettering import font as lettering
from app.foundation.lettering import printable
from app.photos.images import as_jpeg

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
        font, margin = lettering(size), size // 2
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
