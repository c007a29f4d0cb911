"""Photos for the demo: a workshop that somebody might have photographed, drawn from a number.

The same number always gives the same bytes with the same Pillow; no two numbers give the same picture.
"""

from io import BytesIO
from random import Random
from typing import Final

from PIL import Image, ImageDraw, ImageFilter, ImageFont
from PIL.ExifTags import Base

SIZE: Final = (1280, 960)
HORIZON: Final = 560

_TURNS: Final = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
_MACHINES: Final = ((52, 92, 132), (64, 110, 78), (120, 124, 128), (150, 96, 46), (88, 82, 104))
_CAPTIONS: Final = ("WORKSHOP", "LINE", "STORE", "DUST", "PRESS", "PANEL", "TANK", "EXIT")

Colour = tuple[int, int, int]


def picture(seed: int) -> bytes:
    """A JPEG of 1280 × 960, below 200 KB; some are stored turned, with EXIF that says so, as phones do."""
    rnd = Random(seed)
    image = _room(rnd)
    draw = ImageDraw.Draw(image)
    for _ in range(rnd.randint(1, 3)):
        _machine(draw, rnd)
    rnd.choice((_cabinet, _collector, _boxes, _puddle))(draw, rnd)
    _extinguisher(draw, rnd)
    image = _light(image.filter(ImageFilter.GaussianBlur(0.8)), rnd)
    _caption(ImageDraw.Draw(image), seed, rnd)
    return _encoded(image, rnd.choice((1, 1, 1, 6, 8, 3)))


def _room(rnd: Random) -> Image.Image:
    """Walls with windows and a concrete floor with a yellow line."""
    warmth = rnd.randint(-12, 12)
    wall, floor = (176 + warmth, 178, 172 - warmth), (120 + warmth, 118, 112 - warmth)
    image = Image.new("RGB", SIZE)
    image.paste(_gradient(wall, 0.8, HORIZON), (0, 0))
    image.paste(_gradient(floor, 1.25, SIZE[1] - HORIZON), (0, HORIZON))
    draw = ImageDraw.Draw(image)
    for left in range(rnd.randint(20, 120), SIZE[0], 260):
        draw.rectangle((left, 90, left + 150, 270), fill=(214, 226, 232), outline=(96, 98, 100), width=6)
        draw.line((left + 75, 90, left + 75, 270), fill=(96, 98, 100), width=4)
    slant = rnd.randint(-180, 180)
    draw.polygon(
        ((500 + slant, HORIZON), (520 + slant, HORIZON), (700 - slant, SIZE[1]), (640 - slant, SIZE[1])),
        fill=(212, 178, 40),
    )
    return image


def _gradient(colour: Colour, towards: float, height: int) -> Image.Image:
    shade = Image.linear_gradient("L").resize((SIZE[0], height))
    far = tuple(min(255, int(channel * towards)) for channel in colour)
    return Image.composite(Image.new("RGB", shade.size, far), Image.new("RGB", shade.size, colour), shade)


def _machine(draw: ImageDraw.ImageDraw, rnd: Random) -> None:
    left, width, height = rnd.randint(40, 900), rnd.randint(160, 320), rnd.randint(180, 340)
    top, bottom, body = HORIZON + 110 - height, HORIZON + 110, rnd.choice(_MACHINES)
    draw.ellipse((left - 20, bottom - 18, left + width + 40, bottom + 26), fill=(84, 82, 78))
    draw.rectangle((left, top, left + width, bottom), fill=body, outline=(40, 40, 42), width=4)
    draw.rectangle((left + 20, top + 24, left + width - 20, top + 84), fill=(206, 210, 206), outline=(40, 40, 42))
    wheel = rnd.randint(26, 52)
    draw.ellipse(
        (left + width - wheel, bottom - 130 - wheel, left + width + wheel, bottom - 130 + wheel),
        fill=(70, 70, 74), outline=(20, 20, 20), width=5,
    )  # fmt: skip
    for number, light in enumerate(((200, 40, 36), (52, 160, 70), (220, 180, 40))):
        draw.ellipse((left + 34 + 34 * number, top + 108, left + 54 + 34 * number, top + 128), fill=light)


def _cabinet(draw: ImageDraw.ImageDraw, rnd: Random) -> None:
    """An open distribution box with loose wires."""
    left, top = rnd.randint(80, 1000), rnd.randint(300, 400)
    draw.rectangle((left, top, left + 150, top + 200), fill=(58, 60, 62), outline=(150, 152, 150), width=8)
    draw.polygon(((left, top), (left - 80, top - 24), (left - 80, top + 224), (left, top + 200)), fill=(160, 164, 160))
    for wire in range(6):
        colour = rnd.choice(((196, 40, 40), (220, 190, 40), (40, 120, 60), (40, 70, 160)))
        points = [(left + 20 + 20 * wire + rnd.randint(-8, 8), top + 20 + 40 * step) for step in range(5)]
        draw.line(points, fill=colour, width=5, joint="curve")


def _collector(draw: ImageDraw.ImageDraw, rnd: Random) -> None:
    """A dust collector with its duct, and the dust that lies around it."""
    left = rnd.randint(200, 900)
    draw.rectangle((left, 240, left + 180, 500), fill=(150, 158, 164), outline=(70, 74, 78), width=5)
    draw.polygon(((left, 500), (left + 180, 500), (left + 110, 620), (left + 70, 620)), fill=(132, 140, 146))
    draw.line((left + 90, 240, left + 90, 60, left + 400, 60), fill=(140, 146, 150), width=36, joint="curve")
    for _ in range(700):
        x, y = rnd.gauss(left + 90, 150), rnd.gauss(700, 40)
        draw.ellipse((x, y, x + rnd.randint(2, 7), y + rnd.randint(1, 4)), fill=(188, 184, 176))


def _boxes(draw: ImageDraw.ImageDraw, rnd: Random) -> None:
    """Cartons in the way."""
    left = rnd.randint(60, 900)
    for _ in range(rnd.randint(4, 9)):
        x, y, side = left + rnd.randint(0, 220), rnd.randint(560, 720), rnd.randint(70, 130)
        draw.rectangle((x, y, x + side, y + side), fill=(176, 136, 88), outline=(112, 82, 48), width=4)
        draw.line((x, y + side // 2, x + side, y + side // 2), fill=(206, 176, 130), width=8)


def _puddle(draw: ImageDraw.ImageDraw, rnd: Random) -> None:
    """Water or oil on the floor."""
    left, top = rnd.randint(100, 800), rnd.randint(720, 820)
    for _ in range(5):
        x, y = left + rnd.randint(-60, 120), top + rnd.randint(-20, 30)
        draw.ellipse((x, y, x + rnd.randint(140, 320), y + rnd.randint(30, 70)), fill=(72, 76, 80))
    draw.ellipse((left + 40, top + 8, left + 150, top + 24), fill=(128, 138, 146))


def _extinguisher(draw: ImageDraw.ImageDraw, rnd: Random) -> None:
    left, bottom = rnd.randint(20, 1220), rnd.randint(620, 700)
    draw.rounded_rectangle((left, bottom - 120, left + 44, bottom), 16, fill=(190, 34, 30))
    draw.rectangle((left + 14, bottom - 140, left + 30, bottom - 118), fill=(30, 30, 30))
    draw.line((left + 30, bottom - 132, left + 52, bottom - 60), fill=(24, 24, 24), width=6)


def _light(image: Image.Image, rnd: Random) -> Image.Image:
    """The darker corners and the noise of a cheap lens."""
    corners = Image.radial_gradient("L").resize(SIZE).point(lambda value: 255 - value // 3)
    image = Image.composite(image, Image.new("RGB", SIZE, (12, 14, 18)), corners)
    grain = Image.frombytes("L", (160, 120), rnd.randbytes(160 * 120)).resize(SIZE)
    return Image.blend(image, Image.merge("RGB", (grain, grain, grain)), 0.04)


def _caption(draw: ImageDraw.ImageDraw, seed: int, rnd: Random) -> None:
    """The stamp that inspection apps burn into a photo."""
    text = f"TUQIAO DEMO  {rnd.choice(_CAPTIONS)} {rnd.randint(1, 9)}  No. {seed}"
    draw.rectangle((0, SIZE[1] - 64, SIZE[0], SIZE[1]), fill=(20, 22, 24))
    draw.text((28, SIZE[1] - 50), text, fill=(236, 236, 230), font=ImageFont.load_default(34))


def _encoded(upright: Image.Image, orientation: int) -> bytes:
    """The picture as a phone that was held so stores it."""
    turn, exif = _TURNS[orientation], Image.Exif()
    exif[Base.Orientation] = orientation
    exif[Base.Make], exif[Base.Model] = "Demo", "Tuqiao"
    stored = upright if turn is None else upright.transpose(turn)
    file = BytesIO()
    stored.save(file, "JPEG", quality=82, exif=exif)
    return file.getvalue()
