"""HEIC, AVIF and PDF from their structure alone: cut anywhere, spoilt anywhere, turned every way, in any colours."""

import struct
from contextlib import suppress
from io import BytesIO
from typing import Any

import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from app.foundation.problems import Problem
from app.photos.heif import meaning
from app.photos.images import Picture, Variant, derive, display_p3, inspect
from app.photos.outlines import DamagedPhoto, UnsupportedPhoto
from app.photos.tiles import _box, _full, joined
from tests.photos.phones import changed, grid, heic, pdf
from tests.photos.pictures import BLUE, GREEN, RED, WHITE, exif, noise, saved, scene
from tests.photos.test_images import corner, judged, near, shown

WHOLE_FILES = {
    "heic": heic(noise(128, 96)),
    "heic in tiles": heic(noise(192, 128), tile=64),
    "avif": saved(noise(), "AVIF"),
    "pdf": pdf(),
}


@pytest.mark.parametrize("kind", WHOLE_FILES)
def test_a_file_cut_anywhere_is_damaged(kind: str) -> None:
    content = WHOLE_FILES[kind]
    assert judged(content)
    stripped = len(content.rstrip())
    for left in {*range(12, stripped, len(content) // 200 + 1), *range(stripped - 12, stripped)}:
        with pytest.raises(DamagedPhoto):
            judged(content[:left])


@given(st.sampled_from(sorted(WHOLE_FILES)), st.data())
@settings(max_examples=500, deadline=None)
def test_whatever_happens_to_a_file_the_answer_is_clear(kind: str, data: st.DataObject) -> None:
    content = bytearray(WHOLE_FILES[kind])
    early = st.integers(0, 700) | st.integers(0, len(content) - 1)
    for at, byte in data.draw(st.lists(st.tuples(early, st.integers(0, 255)), min_size=1, max_size=6)):
        content[at % len(content)] = byte
    with suppress(Problem):
        found = judged(bytes(content))
        assert found.content_type in {"image/heic", "image/avif", "application/pdf"}


def test_few_bytes_that_tell_of_very_many_pieces_are_refused() -> None:
    """Of pieces whose place and length take no bytes, two bytes tell of 65,535."""
    pieces = b"".join(struct.pack(">HHH", item, 0, 0xFFFF) for item in range(1, 4))
    content = b"\0\0\0\x14ftypheic\0\0\0\0mif1" + _full(
        b"meta",
        _full(b"pitm", b"\0\1"),
        _full(b"iinf", b"\0\1", _full(b"infe", b"\0\1\0\0hvc1\0", version=2)),
        _full(b"iloc", b"\0\0" + struct.pack(">H", 3) + pieces),
        _box(b"iprp", _box(b"ipco"), _full(b"ipma", bytes(4))),
    )
    with pytest.raises(UnsupportedPhoto):
        judged(content)


@pytest.mark.parametrize("tile", [0, 64])
@pytest.mark.parametrize("turned", range(1, 9))
def test_a_heic_lies_as_its_own_rotation_says(turned: int, tile: int) -> None:
    """As the JPEG that lay the same way is shown, which has a test of its own."""
    plain = saved(scene(320, 192), "JPEG", exif=exif(turned))
    content = heic(scene(320, 192), exif(turned).tobytes(), tile=tile)
    wanted = shown(plain)
    assert judged(content) == Picture("image/heic", *wanted.size)
    picture = shown(content)
    assert picture.size == wanted.size
    for vertical in ("top", "bottom"):
        for horizontal in ("left", "right"):
            assert near(corner(picture, vertical, horizontal), corner(wanted, vertical, horizontal))


@pytest.mark.parametrize("turned", range(1, 9))
def test_an_avif_too(turned: int) -> None:
    wanted = shown(saved(scene(), "JPEG", exif=exif(turned)))
    picture = shown(saved(scene(), "AVIF", exif=exif(turned)))
    assert picture.size == wanted.size
    assert near(corner(picture, "top", "left"), corner(wanted, "top", "left"))


ORANGE = (234, 51, 35)
"""What sRGB's (255, 0, 0) is, as near as Display P3 says it."""


def in_p3() -> Image.Image:
    return Image.new("RGB", (64, 64), ORANGE)


@pytest.mark.parametrize(
    "content",
    [
        saved(in_p3(), "JPEG", icc_profile=display_p3(), quality=95, subsampling=0),
        saved(in_p3(), "AVIF", icc_profile=display_p3()),
        heic(in_p3(), icc_profile=display_p3()),
        changed(heic(in_p3()), (b"colrnclx\0\1", b"colrnclx\0\x0c")),
    ],
    ids=["JPEG", "AVIF", "HEIC with a profile", "HEIC by number"],
)
def test_display_p3_is_shown_in_srgb(content: bytes) -> None:
    assert near(shown(content).getpixel((32, 32)), RED, by=12)


def test_the_profile_of_display_p3_is_one() -> None:
    """Its primaries, by colour, as SMPTE EG 432-1 has them: green of P3 lies beyond sRGB's."""
    profile = ImageCms.ImageCmsProfile(BytesIO(display_p3()))
    srgb = ImageCms.createProfile("sRGB")
    green: Any = ImageCms.profileToProfile(Image.new("RGB", (1, 1), GREEN), srgb, profile)
    assert near(green.getpixel((0, 0)), (73, 158, 45), by=8)
    grey: Any = ImageCms.profileToProfile(Image.new("RGB", (1, 1), (128, 128, 128)), srgb, profile)
    assert near(grey.getpixel((0, 0)), (128, 128, 128), by=2)


def test_tiles_come_together_in_their_places_at_any_scale() -> None:
    content = heic(scene(256, 192), tile=64)
    told = meaning(BytesIO(content))
    assert told.grid
    for edge, size in ((65, (256, 192)), (60, (128, 96)), (32, (64, 48)), (8, (16, 12))):
        picture = joined(BytesIO(content), told.grid, edge, pillow_heif.HeifImageFile)
        assert picture.size == size
        for sides, colour in {("top", "left"): RED, ("bottom", "left"): BLUE, ("bottom", "right"): WHITE}.items():
            assert near(corner(picture, *sides), colour)


def test_a_grid_may_be_smaller_than_its_tiles_together() -> None:
    content = grid(3, 2, 1100, 700)
    assert inspect(BytesIO(content)) == Picture("image/heic", 1100, 700)
    assert Image.open(BytesIO(derive(BytesIO(content), Variant.DISPLAY))).size == (1100, 700)
