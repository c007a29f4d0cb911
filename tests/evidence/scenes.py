"""Pictures for the checks: scenes drawn from a number, edited as people edit, and files that say something."""

import random
from collections.abc import Callable, Mapping
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter


@cache
def scene(seed: int, aside: int = 0) -> Image.Image:
    """Things on a floor before a wall; no two numbers give the same. From further `aside`, what is nearer has moved
    more, by up to so many pixels."""
    rnd = random.Random(seed)
    image = Image.new("RGB", (320, 240), _colour(rnd))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, rnd.randint(100, 180), 320, 240), fill=_colour(rnd))
    for number in range(40):
        size = rnd.randint(12, 120 - 2 * number)
        left, top = rnd.randint(-20, 300) + round(aside * number / 39), rnd.randint(-20, 220)
        shape = draw.ellipse if rnd.random() < 0.4 else draw.rectangle
        shape((left, top, left + size, top + size * rnd.uniform(0.5, 1.5)), fill=_colour(rnd))
    return image.filter(ImageFilter.GaussianBlur(1))


def _colour(rnd: random.Random) -> tuple[int, int, int]:
    return rnd.randint(20, 235), rnd.randint(20, 235), rnd.randint(20, 235)


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
