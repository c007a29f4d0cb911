"""The demo's photos."""

from io import BytesIO

from PIL import Image, ImageOps
from PIL.ExifTags import Base

from app.demo.pictures import SIZE, picture

PICTURES = {seed: picture(seed) for seed in range(20)}


def opened(seed: int) -> Image.Image:
    return Image.open(BytesIO(PICTURES[seed]), formats=("JPEG",))


def test_every_picture_is_a_small_jpeg_of_its_own() -> None:
    assert len(set(PICTURES.values())) == len(PICTURES)
    assert max(map(len, PICTURES.values())) < 200_000
    for seed in PICTURES:
        opened(seed).load()


def test_a_picture_is_the_same_each_time() -> None:
    assert picture(7) == PICTURES[7]


def test_every_picture_is_upright_once_its_orientation_is_obeyed() -> None:
    for seed in PICTURES:
        upright = ImageOps.exif_transpose(opened(seed))
        assert upright.size == SIZE
        caption, floor = upright.getpixel((1270, 955)), upright.getpixel((1270, 800))
        assert isinstance(caption, tuple)
        assert isinstance(floor, tuple)
        assert max(caption) < 60 < min(floor)


def test_some_pictures_are_stored_turned() -> None:
    assert {opened(seed).getexif()[Base.Orientation] for seed in PICTURES} >= {1, 6, 8}
