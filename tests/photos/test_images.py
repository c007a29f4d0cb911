"""What a file is, judged by its content, and the smaller pictures made from it."""

import errno
import os
import subprocess
import sys
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from app.foundation.problems import Unavailable
from app.photos.formats import SCANS, orientation
from app.photos.images import Picture, Variant, derive, inspect
from app.photos.outlines import COPIED, LARGEST, PARTS, WHOLE, DamagedPhoto, PictureState, UnsupportedPhoto
from tests.photos.pictures import (
    BLUE,
    CORNERS,
    RED,
    WHITE,
    Colour,
    bomb,
    chunk,
    exif,
    jpeg_outline,
    noise,
    png,
    resized,
    saved,
    scene,
    segment,
    webp_outline,
    with_app1,
)

KINDS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}

WHOLE_FILES = {
    "baseline": saved(noise(), "JPEG", exif=exif(6)),
    "progressive": saved(noise(), "JPEG", progressive=True),
    "png": saved(noise(), "PNG"),
    "lossy webp": saved(noise(), "WEBP", exif=exif(6)),
    "lossless webp": saved(noise(), "WEBP", lossless=True),
}


def judged(content: bytes) -> Picture:
    return inspect(BytesIO(content))


def shown(content: bytes, variant: Variant = Variant.DISPLAY) -> Image.Image:
    picture = Image.open(BytesIO(derive(BytesIO(content), variant)), formats=["JPEG"])
    picture.load()
    return picture


def near(found: Any, wanted: Colour, by: int = 40) -> bool:
    return all(abs(a - b) <= by for a, b in zip(found, wanted, strict=True))


def corner(picture: Image.Image, vertical: str, horizontal: str) -> Any:
    x = picture.width // 4 if horizontal == "left" else picture.width * 3 // 4
    y = picture.height // 4 if vertical == "top" else picture.height * 3 // 4
    return picture.getpixel((x, y))


# What is taken


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_known_by_its_content(kind: str) -> None:
    assert judged(saved(scene(), kind)) == Picture(KINDS[kind], 60, 40)


def test_a_file_on_the_disk_is_judged_alike(tmp_path: Path) -> None:
    (tmp_path / "named.txt").write_bytes(saved(scene(), "JPEG"))
    with (tmp_path / "named.txt").open("rb") as file:
        assert inspect(file) == Picture("image/jpeg", 60, 40)
        assert derive(file, Variant.THUMBNAIL)


SAW = {
    1: ("top", "left"), 2: ("top", "right"), 3: ("bottom", "right"), 4: ("bottom", "left"),
    5: ("left", "top"), 6: ("right", "top"), 7: ("right", "bottom"), 8: ("left", "bottom"),
}  # fmt: skip
"""CIPA DC-008, 4.6.4: on which side of what was seen the first stored row and the first stored column lie."""

OPPOSITE = {"top": "bottom", "bottom": "top", "left": "right", "right": "left"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("turned", SAW)
def test_a_picture_is_shown_upright(kind: str, turned: int) -> None:
    content = saved(scene(), kind, exif=exif(turned))
    first_row, first_column = SAW[turned]
    upright = (60, 40) if first_row in {"top", "bottom"} else (40, 60)
    assert judged(content) == Picture(KINDS[kind], *upright)
    picture = shown(content)
    assert picture.size == upright
    for (row, column), colour in CORNERS.items():
        sides = {
            first_row if row == "top" else OPPOSITE[first_row],
            first_column if column == "left" else OPPOSITE[first_column],
        }
        vertical, horizontal = sides & {"top", "bottom"}, sides & {"left", "right"}
        assert near(corner(picture, vertical.pop(), horizontal.pop()), colour)


def test_a_zip_behind_a_jpeg_is_a_jpeg_and_is_not_shown() -> None:
    content = saved(scene(), "JPEG") + b"PK\3\4 whatever is in there"
    assert judged(content).content_type == "image/jpeg"
    assert b"PK\3\4" not in derive(BytesIO(content), Variant.DISPLAY)


def test_a_phone_s_double_picture_is_its_first() -> None:
    content = saved(scene(), "MPO", save_all=True, append_images=[noise()])
    assert judged(content) == Picture("image/jpeg", 60, 40)
    assert near(corner(shown(content), "top", "left"), RED)


# What is refused


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        "这是一个改名的文本文件".encode(),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"PK\3\4" + b"\0" * 100,
        saved(scene(), "GIF"),
        saved(scene(), "BMP"),
        saved(scene(), "TIFF"),
        b"\0\0\0\x18ftypisom" + b"\0" * 100,
    ],
    ids=["empty", "a byte", "text", "SVG", "ZIP", "GIF", "BMP", "TIFF", "film"],
)
def test_what_is_no_picture_of_ours_is_unsupported(content: bytes) -> None:
    for judge in (judged, shown):
        with pytest.raises(UnsupportedPhoto):
            judge(content)


@pytest.mark.parametrize("kind", WHOLE_FILES)
def test_a_file_cut_anywhere_is_damaged(kind: str) -> None:
    content = WHOLE_FILES[kind]
    assert judged(content)
    for left in {*range(12, len(content), len(content) // 200), *range(len(content) - 12, len(content))}:
        with pytest.raises(DamagedPhoto):
            judged(content[:left])


def test_a_file_with_zeros_for_its_end_is_damaged() -> None:
    """What a phone leaves whose battery went while it wrote."""
    for content in WHOLE_FILES.values():
        if not content.startswith(b"RIFF"):  # whose data has neither end nor checksum
            with pytest.raises(DamagedPhoto):
                judged(content[: len(content) // 2] + b"\0" * (len(content) // 2))


def test_a_png_with_a_wrong_bit_is_damaged() -> None:
    content = bytearray(WHOLE_FILES["png"])
    content[len(content) // 2] ^= 1
    with pytest.raises(DamagedPhoto):
        judged(bytes(content))


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8" + segment(0xDA, b"\3\1\0\2\0\3\0\0\x3f\0") + b"\0\xff\xd9",
        b"\xff\xd8" + segment(0xC0, b"\x08") + b"\xff\xd9",
        jpeg_outline(0, 10),
        jpeg_outline(10, 10, scans=0)[:-2] + jpeg_outline(20, 20)[2:],
        b"\xff\xd8\xff\xe0\0\0" + b"\xff\xd9",
        saved(scene(), "PNG")[:8] + chunk(b"IEND", b""),
        png(60, 40, 8, 2, b"", [chunk(b"IHDR", b"\0\0\0\x50\0\0\0\x50\x08\2\0\0\0")]),
        webp_outline((b"VP8X", b"\0" * 10)),
        webp_outline((b"VP8 ", b"")),
    ],
    ids=[
        "no frame", "scan without frame", "short frame", "no width", "two frames", "no length", "no data",
        "two headers", "canvas alone", "empty data",
    ],
)  # fmt: skip
def test_a_file_that_contradicts_itself_is_damaged(content: bytes) -> None:
    with pytest.raises(DamagedPhoto):
        judged(content)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_animations_are_unsupported(kind: str) -> None:
    with pytest.raises(UnsupportedPhoto, match="动图"):
        judged(saved(scene(), kind, save_all=True, append_images=[noise(60, 40)]))


@pytest.mark.parametrize(
    ("content", "limit"),
    [
        (bomb(), LARGEST),
        (png(10_000, 5_001, 8, 2, b"\0"), WHOLE),
        (png(5_000, 5_001, 8, 6, b"\0"), COPIED),
        (png(5_000, 5_001, 8, 2, b"\0", [chunk(b"tRNS", b"\0" * 6)]), COPIED),
        (webp_outline((b"VP8X", b"\0\0\0\0" + b"\xff\xff\xff" * 2), (b"VP8L", b"\x2f\0\0\0\0")), LARGEST),
        (webp_outline((b"VP8L", b"\x2f" + b"\xff" * 4)), LARGEST),
        (webp_outline((b"VP8 ", b"\0\0\0\x9d\1\x2a\xff\x3f\xff\x3f")), LARGEST),
        (jpeg_outline(20_000, 12_501), LARGEST),
        (jpeg_outline(65_535, 65_535), LARGEST),
        (jpeg_outline(10_000, 5_001, progressive=True), WHOLE),
        (jpeg_outline(10_000, 5_001, together=False, scans=3), WHOLE),
    ],
)
def test_a_bomb_is_refused_before_it_is_decoded(content: bytes, limit: int) -> None:
    for judge in (judged, shown):
        with pytest.raises(UnsupportedPhoto) as refused:
            judge(content)
        assert refused.value.members["limit"] == limit


def test_as_many_pixels_as_promised_are_taken() -> None:
    small = saved(noise(), "JPEG")
    assert judged(resized(small, 20_000, 10_000)) == Picture("image/jpeg", 20_000, 10_000)
    assert judged(resized(saved(noise(), "JPEG", progressive=True), 10_000, 5_000)).pictures is PictureState.AVAILABLE
    assert judged(resized(small, 16_320, 12_240)).pictures is PictureState.AVAILABLE


def test_what_would_need_too_much_memory_is_kept_but_not_decoded() -> None:
    """Not refused: its bytes are many enough to be a picture. (The rest of the file is of no matter here.)"""
    many = b"\0" * 520_000
    for content in (
        jpeg_outline(10_000, 5_001, progressive=True)[:-2] + many + b"\xff\xd9",
        png(10_000, 5_001, 8, 2, b"\0", [chunk(b"tEXt", many)]),
    ):
        assert judged(content).pictures is PictureState.UNAVAILABLE
        with pytest.raises(UnsupportedPhoto):
            shown(content)


def test_a_photo_of_200_megapixels_takes_little_memory(tmp_path: Path) -> None:
    content = tmp_path / "large.jpg"
    Image.linear_gradient("L").resize((20_000, 10_000), Image.Resampling.NEAREST).save(content)
    script = (
        "import resource, sys; from app.photos.images import Variant, derive, inspect\n"
        "def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10\n"
        "file = open(sys.argv[1], 'rb'); before = peak()\n"
        "inspect(file); inspected = peak(); derive(file, Variant.DISPLAY)\n"
        "print(inspected - before, peak() - before)"
    )
    ran = subprocess.run([sys.executable, "-c", script, str(content)], check=True, capture_output=True, text=True)
    inspecting, deriving = map(int, ran.stdout.split())
    assert inspecting < 10
    assert deriving < 40


@pytest.mark.parametrize(
    "content",
    [
        jpeg_outline(10, 10, progressive=True, scans=SCANS + 1),
        b"\xff\xd8" + b"\xff\xe0\0\2" * PARTS + b"\xff\xd9",
        saved(scene(), "PNG")[:33] + chunk(b"tEXt", b"") * PARTS,
        webp_outline(*[(b"EXIF", b"")] * (PARTS + 1)),
    ],
    ids=["scans", "segments", "chunks", "RIFF"],
)
def test_endless_parts_are_refused(content: bytes) -> None:
    with pytest.raises(UnsupportedPhoto, match="复杂"):
        judged(content)


def test_markers_that_lie_near_each_other_cost_no_more_than_their_bytes() -> None:
    class Counting(BytesIO):
        count = 0

        def read(self, size: int | None = -1, /) -> bytes:
            found = super().read(size)
            self.count += len(found)
            return found

    content = saved(noise(), "JPEG")
    marker = b"\xff\xfe\0\2" + bytes(100)
    file = Counting(content[:2] + marker * 20_000 + content[2:])
    assert inspect(file).content_type == "image/jpeg"
    assert file.count < 20 * len(file.getvalue())


def test_codings_that_nobody_takes_photos_in_are_unsupported() -> None:
    lossless = jpeg_outline(10, 10).replace(b"\xff\xc0", b"\xff\xc3")
    with pytest.raises(UnsupportedPhoto):
        judged(lossless)
    with pytest.raises(UnsupportedPhoto):
        judged(png(10, 10, 3, 7, b"\0" * 110))


def test_what_only_decoding_finds_is_damaged() -> None:
    content = saved(scene(), "JPEG")
    tables = content.index(b"\xff\xdb")
    without = content[:tables] + content[content.index(b"\xff\xc0") :]
    assert judged(without)
    with pytest.raises(DamagedPhoto):
        shown(without)


@given(st.sampled_from(sorted(WHOLE_FILES)), st.data())
@settings(max_examples=300, deadline=None)
def test_whatever_happens_to_a_file_the_answer_is_clear(kind: str, data: st.DataObject) -> None:
    content = bytearray(WHOLE_FILES[kind])
    early = st.integers(0, 700) | st.integers(0, len(content) - 1)
    for at, byte in data.draw(st.lists(st.tuples(early, st.integers(0, 255)), min_size=1, max_size=6)):
        content[at] = byte
    for judge in (judged, shown):
        with suppress(UnsupportedPhoto, DamagedPhoto):
            judge(bytes(content))


def test_a_failing_disk_is_not_the_photo_s_fault() -> None:
    class Failing(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    for judge in (inspect, lambda file: derive(file, Variant.THUMBNAIL)):
        with pytest.raises(Unavailable):
            judge(Failing())


# EXIF


@given(st.binary(max_size=200), st.sampled_from([b"II*\0", b"MM\0*", b"Exif\0\0II*\0"]))
def test_absurd_exif_is_upright(tail: bytes, head: bytes) -> None:
    assert orientation(head + tail) in range(1, 9)


@pytest.mark.parametrize(
    "body",
    [
        b"Exif\0\0",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x12\1\3\0\1\0\0\0\x63\0\0\0" * 200,
        b"Exif\0\0MM\0*\0\0\0\x08\0\2\1\x1a\0\5\xff\xff\xff\xff\xff\xff\xff\xff\x01\x1b\0\5\0\0\0\1\0\0\xff\xff",
        b"Exif\0\0" + os.urandom(60_000),
    ],
    ids=["empty", "pointing nowhere", "endless", "counts beyond the file", "noise"],
)
def test_a_photo_with_absurd_exif_is_a_photo(body: bytes) -> None:
    without_jfif = saved(scene(), "JPEG")
    without_jfif = without_jfif[:2] + without_jfif[20:]
    content = with_app1(without_jfif, body)
    assert judged(content) == Picture("image/jpeg", 60, 40)
    assert shown(content).size == (60, 40)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_tells_where_it_was_taken(kind: str) -> None:
    options: dict[str, Any] = {"exif": exif(1), "xmp": b"<x:xmpmeta>secret place</x:xmpmeta>"}
    content = saved(scene(), kind, **options, comment=b"secret comment")
    assert b"Maker of phones" in content
    assert Image.open(BytesIO(content)).getexif().get_ifd(0x8825)
    for variant in Variant:
        derived = derive(BytesIO(content), variant)
        assert not Image.open(BytesIO(derived)).getexif()
        for trace in (b"Exif", b"Maker", b"secret", b"xmp", b"ICC_PROFILE"):
            assert trace not in derived


# Sizes and colours


@pytest.mark.parametrize(
    ("size", "thumbnail", "display"),
    [
        ((4000, 3000), (320, 240), (1280, 960)),
        ((2560, 24), (320, 3), (1280, 12)),
        ((300, 200), (300, 200), (300, 200)),
        ((1, 1), (1, 1), (1, 1)),
        ((1, 5000), (1, 320), (1, 1280)),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_variant_fits_its_edge(
    kind: str, size: tuple[int, int], thumbnail: tuple[int, int], display: tuple[int, int]
) -> None:
    content = saved(Image.new("RGB", size, RED), kind)
    assert shown(content, Variant.THUMBNAIL).size == thumbnail
    assert shown(content, Variant.DISPLAY).size == display
    assert near(shown(content).getpixel((0, 0)), RED)


def test_a_thumbnail_may_be_made_from_the_display_picture() -> None:
    display = derive(BytesIO(saved(scene(3000, 2000), "JPEG", exif=exif(6))), Variant.DISPLAY)
    assert shown(display, Variant.THUMBNAIL).size == (214, 320)


def alpha(colour: Colour, opacity: int) -> Image.Image:
    return Image.new("RGBA", (8, 8), (*colour, opacity))


def palette() -> Image.Image:
    picture = Image.new("P", (8, 8), 1)
    picture.putpalette([0, 0, 0, *BLUE, 9, 9, 9])
    return picture


COLOURS: dict[str, tuple[bytes, Colour]] = {
    "CMYK": (saved(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG"), RED),
    "grey JPEG": (saved(Image.new("L", (8, 8), 128), "JPEG"), (128, 128, 128)),
    "16-bit grey": (png(8, 8, 16, 0, (b"\0" + b"\x80\x12" * 8) * 8), (128, 128, 128)),
    "16-bit grey, light": (png(8, 8, 16, 0, (b"\0" + b"\xff\xff" * 8) * 8), WHITE),
    "16-bit colour": (png(8, 8, 16, 2, (b"\0" + b"\xff\xff\0\0\0\0" * 8) * 8), RED),
    "16-bit colour, see-through": (png(8, 8, 16, 6, (b"\0" + b"\xff\xff\0\0\0\0\x80\0" * 8) * 8), (255, 127, 127)),
    "16-bit grey, see-through": (png(8, 8, 16, 4, (b"\0" + b"\0\0\x80\0" * 8) * 8), (127, 127, 127)),
    "bits": (saved(Image.new("1", (8, 8), 1), "PNG"), WHITE),
    "palette": (saved(palette(), "PNG"), BLUE),
    "palette, see-through": (saved(palette(), "PNG", transparency=bytes([255, 128])), (127, 127, 255)),
    "one palette colour is none": (saved(palette(), "PNG", transparency=1), WHITE),
    "one colour is none": (saved(Image.new("RGB", (8, 8), RED), "PNG", transparency=RED), WHITE),
    "nothing to see": (saved(alpha(RED, 0), "PNG"), WHITE),
    "half seen PNG": (saved(alpha(RED, 128), "PNG"), (255, 127, 127)),
    "half seen WebP": (saved(alpha(RED, 128), "WEBP", lossless=True), (255, 127, 127)),
    "grey, half seen": (saved(Image.new("LA", (8, 8), (0, 128)), "PNG"), (127, 127, 127)),
}


@pytest.mark.parametrize("case", COLOURS)
def test_every_way_of_storing_colours_is_shown_on_white(case: str) -> None:
    content, colour = COLOURS[case]
    assert judged(content).width == 8
    picture = shown(content)
    assert picture.mode == "RGB"
    assert near(picture.getpixel((4, 4)), colour, by=6)


SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_colours_are_shown_as_the_profile_means_them(kind: str) -> None:
    swapped = SRGB.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")
    red = Image.new("RGB", (8, 8), RED)
    assert near(shown(saved(red, kind, icc_profile=SRGB)).getpixel((4, 4)), RED)
    assert near(shown(saved(red, kind, icc_profile=swapped)).getpixel((4, 4)), BLUE)


@pytest.mark.parametrize("profile", [b"nonsense", SRGB[:200], SRGB.replace(b"RGB ", b"GRAY"), b"\0" * 128])
def test_an_absurd_profile_is_passed_over(profile: bytes) -> None:
    red = Image.new("RGB", (8, 8), RED)
    assert near(shown(saved(red, "JPEG", icc_profile=profile)).getpixel((4, 4)), RED)


def test_a_profile_for_other_colours_is_passed_over() -> None:
    for mode in ("L", "CMYK"):
        assert shown(saved(Image.new(mode, (8, 8)), "JPEG", icc_profile=SRGB)).mode == "RGB"
