"""Pictures for the checks: workshops drawn from a number, edited as people edit, and files that say something."""

import random
from collections.abc import Callable, Mapping
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image, ImageEnhance

from app.demo.pictures import picture


@cache
def scene(seed: int) -> Image.Image:
    """A workshop; no two numbers give the same."""
    drawn = Image.open(BytesIO(picture(seed))).convert("RGB")
    return drawn.resize((640, 480)) if drawn.width > drawn.height else drawn.resize((480, 640))


def jpeg(image: Image.Image, quality: int = 85, **more: Any) -> bytes:
    written = BytesIO()
    image.save(written, "JPEG", quality=quality, **more)
    return written.getvalue()


def cropped(image: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    """Without so much of its width and height at each edge."""
    width, height = image.size
    box = (int(left * width), int(top * height), int((1 - right) * width), int((1 - bottom) * height))
    return image.crop(box)


EDITS: Mapping[str, Callable[[Image.Image], Image.Image]] = {
    "as it is": lambda image: image,
    "half as large": lambda image: image.resize((image.width // 2, image.height // 2)),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.2),
    "darker": lambda image: ImageEnhance.Brightness(image).enhance(0.7),
    "cropped a little": lambda image: cropped(image, 0.03, 0.02, 0.04, 0.03),
    "cropped at one edge": lambda image: cropped(image, 0.06, 0, 0, 0),
}


def with_exif(image: Image.Image, **tags: Any) -> bytes:
    """A JPEG whose EXIF says this: `taken_at` as a camera writes it, `offset`, `software`, `device`, `gps`."""
    said = Image.Exif()
    if device := tags.get("device"):
        said[0x010F], said[0x0110] = device
    if software := tags.get("software"):
        said[0x0131] = software
    camera = said.get_ifd(0x8769)
    for tag, name in ((0x9003, "taken_at"), (0x9011, "offset"), (0x9286, "comment")):
        if name in tags:
            camera[tag] = tags[name]
    if gps := tags.get("gps"):
        lat, lon = gps
        place = said.get_ifd(0x8825)
        place.update(
            {1: "N" if lat >= 0 else "S", 2: _sexagesimal(lat), 3: "E" if lon >= 0 else "W", 4: _sexagesimal(lon)}
        )
    return jpeg(image, exif=said)


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    whole, rest = divmod(abs(degrees) * 3600, 3600)
    return float(whole), float(rest // 60), rest % 60


def noise(seed: int, size: tuple[int, int] = (64, 48)) -> Image.Image:
    return Image.frombytes("RGB", size, random.Random(seed).randbytes(size[0] * size[1] * 3))
