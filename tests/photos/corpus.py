"""What people send, and what becomes of it: photos of a dozen makers, and files that are wrong in every way known.

`docs/photos.md` shows the same as a table; a test holds the two against each other.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PIL import Image

from tests.photos.phones import (
    box,
    camera,
    changed,
    cmyk,
    deep_png,
    film,
    full,
    grid,
    heic,
    huawei_trailer,
    pdf,
    samsung_trailer,
    scripted_pdf,
    shot,
    ultra_hdr,
    with_segment,
    xmp,
)
from tests.photos.pictures import bomb, chunk, exif, jpeg_outline, noise, png, saved, scene, with_app1


class Outcome(StrEnum):
    """What becomes of a file; in the words of the table."""

    SHOWN = "kept and shown"
    ORIGINAL = "kept, original only"
    BROKEN = "kept, original only once decoding has failed"
    DOCUMENT = "kept, a download"
    UNSUPPORTED = "422 unsupported_photo"
    DAMAGED = "422 damaged_photo"


@dataclass(frozen=True)
class Sample:
    """One file; its size as it is seen, where it has one."""

    make: Callable[[], bytes]
    outcome: Outcome
    size: tuple[int, int] | None = None


LYING, UPRIGHT = (60, 40), (40, 60)


def shown(make: Callable[[], bytes], size: tuple[int, int] = LYING) -> Sample:
    return Sample(make, Outcome.SHOWN, size)


def apple_note() -> bytes:
    return b"Apple iOS\0\0\1MM\0\2\0\1\0\x09\0\0\0\1\0\0\0\x0e\0\2\0\7\0\0\x02\0\0\0\0\x20" + bytes(512)


PHONES: Final[dict[str, Sample]] = {
    "Apple: HEIC in tiles, turned, Display P3": shown(
        lambda: heic(scene(320, 192), camera("Apple", "iPhone 15 Pro", 6, apple_note()), tile=64), (192, 320)
    ),
    "Apple: HEIC of 48 megapixels": shown(lambda: grid(16, 12, 8064, 6048), (8064, 6048)),
    "Apple: JPEG, turned, with its maker's note": shown(lambda: shot("Apple", "iPhone 13", 6, apple_note()), UPRIGHT),
    "Samsung: motion photo, blocks and table behind the end": shown(
        lambda: shot("samsung", "SM-S9280", 6) + samsung_trailer(), UPRIGHT
    ),
    "Samsung: HEIC with a film's box behind": shown(lambda: heic(scene(256, 192)) + box(b"mpvd", film()), (256, 192)),
    "Huawei: MakerNote, depth and words behind the end": shown(
        lambda: shot("HUAWEI", "MATE 60 PRO", 8, b"HUAWEI\0\0II*\0" + bytes(300)) + huawei_trailer(), UPRIGHT
    ),
    "Honor: HEIC in one piece, upside down": shown(
        lambda: heic(scene(200, 100), camera("HONOR", "PGT-AN10", 3)), (200, 100)
    ),
    "Xiaomi: micro video behind, told in XMP": shown(
        lambda: (
            with_segment(
                shot("Xiaomi", "2304FPN6DC"), 0xE1, xmp('<rdf:Description xmlns:GCamera="x" GCamera:MicroVideo="1"/>')
            )
            + film()
        )
    ),
    "Google: Ultra HDR, gain map behind": shown(lambda: ultra_hdr("Google", "Pixel 8")),
    "OPPO: Ultra HDR, numbers behind": shown(lambda: ultra_hdr("OPPO", "PHZ110") + b"\0\1" * 2000 + b"jxrs"),
    "vivo: words behind the end": shown(lambda: shot("vivo", "V2309A", 6) + b'vivo{"filter":0}\0\0\0\x14', UPRIGHT),
    "OnePlus: 4:4:4 in restart intervals": shown(
        lambda: shot("OnePlus", "PHB110", subsampling=0, restart_marker_blocks=4)
    ),
    "Sony: two pictures of one moment (MPO)": shown(
        lambda: saved(scene(), "MPO", save_all=True, append_images=[noise()], exif=camera("Sony", "XQ-DQ72"))
    ),
    "Android 14: AVIF, turned": shown(lambda: saved(scene(), "AVIF", exif=exif(6)), UPRIGHT),
    "WeChat: progressive, without EXIF": shown(lambda: saved(scene(), "JPEG", progressive=True, quality=70)),
    "WeChat: original, comment instead of EXIF": shown(lambda: saved(scene(), "JPEG", comment=b"wechat")),
    "Screenshot: PNG with transparency": shown(lambda: saved(scene().convert("RGBA"), "PNG")),
    "Browser: lossy WebP with EXIF": shown(lambda: saved(scene(), "WEBP", exif=exif(8)), UPRIGHT),
    "Scanner: grey JPEG": shown(lambda: saved(scene().convert("L"), "JPEG")),
    "Printing press: CMYK JPEG": shown(cmyk),
    "Camera: PNG of 16 bits": shown(deep_png),
    "Program: HEIC of 10 bits": shown(lambda: heic(Image.new("I;16", (64, 64), 40000)), (64, 64)),
    "Signed form: PDF": Sample(pdf, Outcome.DOCUMENT),
}
"""Made as these makers' phones make them; every one is a photo that should be kept."""


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def damaged(make: Callable[[], bytes]) -> Sample:
    return Sample(make, Outcome.DAMAGED)


def unsupported(make: Callable[[], bytes]) -> Sample:
    return Sample(make, Outcome.UNSUPPORTED)


def looping_exif() -> bytes:
    """A directory that follows itself, tags that count to four thousand million, and an offset behind the end."""
    directory = struct.pack(">H", 2) + struct.pack(">HHII", 0x0112, 3, 0xFFFFFFFF, 0xFFFFFFF0)
    return b"Exif\0\0MM\0*\0\0\0\x08" + directory + struct.pack(">HHII", 0x8769, 4, 1, 8) + struct.pack(">I", 8)


def spoilt(content: bytes) -> bytes:
    """The container is whole, and what is in its last box is not a picture."""
    at = content.rindex(b"mdat") + 4
    return content[:at] + b"\x55" * (len(content) - at)


def jpeg_in_heif() -> bytes:
    """A coding that the format allows, and that no phone uses."""
    return changed(heic(), (b"hvc1", b"j2k1"))


def claiming(width: int, height: int, filling: int = 0) -> bytes:
    """A HEIC in one piece that says it is so large."""
    content = heic(Image.new("RGB", (512, 512)))
    size = full(b"ispe", struct.pack(">II", 512, 512))
    return changed(content, (size, full(b"ispe", struct.pack(">II", width, height)))) + box(b"free", bytes(filling))


MALFORMED: Final[dict[str, Sample]] = {
    "Nothing": unsupported(lambda: b""),
    "A text named .jpg": unsupported("这是一个改名的文本文件".encode),
    "HTML named .jpg": unsupported(lambda: b"<html><script>alert(1)</script></html>"),
    "SVG": unsupported(lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
    "ZIP": unsupported(lambda: b"PK\3\4" + bytes(100)),
    "Film (MP4)": unsupported(film),
    "GIF": unsupported(lambda: saved(scene(), "GIF")),
    "BMP": unsupported(lambda: saved(scene(), "BMP")),
    "TIFF, also a camera's raw file": unsupported(lambda: saved(scene(), "TIFF")),
    "JPEG cut in the middle": damaged(lambda: half(saved(noise(), "JPEG"))),
    "JPEG with zeros for its second half": damaged(lambda: half(saved(noise(), "JPEG")) + bytes(9000)),
    "JPEG without a frame": damaged(lambda: b"\xff\xd8\xff\xd9"),
    "JPEG without tables": Sample(lambda: jpeg_outline(640, 480), Outcome.BROKEN, (640, 480)),
    "JPEG cut within the film behind it": shown(lambda: shot("samsung", "x") + samsung_trailer()[:30]),
    "JPEG with a ZIP behind it": shown(lambda: saved(scene(), "JPEG") + b"PK\3\4" + bytes(500)),
    "JPEG with HTML in a comment": shown(lambda: saved(scene(), "JPEG", comment=b"<script>alert(1)</script>")),
    "JPEG with absurd EXIF": shown(lambda: with_app1(saved(scene(), "JPEG"), looping_exif())),
    "JPEG with a colour profile that is none": shown(lambda: saved(scene(), "JPEG", icc_profile=b"nonsense")),
    "JPEG of 65,535 × 65,535": unsupported(lambda: jpeg_outline(65_535, 65_535)),
    "JPEG of 200 megapixels and hardly any bytes": Sample(
        lambda: jpeg_outline(16_320, 12_240), Outcome.BROKEN, (16_320, 12_240)
    ),
    "JPEG of 101 scans": unsupported(lambda: jpeg_outline(10, 10, progressive=True, scans=101)),
    "JPEG, lossless": unsupported(lambda: changed(jpeg_outline(10, 10), (b"\xff\xc0", b"\xff\xc3"))),
    "JPEG, progressive, of 60 megapixels and few bytes": unsupported(
        lambda: jpeg_outline(10_000, 6_000, progressive=True)
    ),
    "JPEG, progressive, of 60 megapixels in 1 MB": Sample(
        lambda: jpeg_outline(10_000, 6_000, progressive=True)[:-2] + bytes(1_000_000) + b"\xff\xd9",
        Outcome.ORIGINAL,
        (10_000, 6_000),
    ),
    "PNG of 30,000 × 30,000 in 110 kB": unsupported(bomb),
    "PNG of 60 megapixels in 1 MB": Sample(
        lambda: png(10_000, 6_000, 8, 2, b"\0", [chunk(b"tEXt", bytes(1_000_000))]), Outcome.ORIGINAL, (10_000, 6_000)
    ),
    "PNG with a wrong bit": damaged(lambda: changed(saved(scene(), "PNG"), (b"IDATx", b"IDATy"))),
    "PNG, moving": unsupported(lambda: saved(scene(), "PNG", save_all=True, append_images=[noise(60, 40)])),
    "WebP cut in the middle": damaged(lambda: half(saved(noise(), "WEBP"))),
    "WebP, moving": unsupported(lambda: saved(scene(), "WEBP", save_all=True, append_images=[noise(60, 40)])),
    "HEIC cut in the middle": damaged(lambda: half(heic(noise(256, 192)))),
    "HEIC whose last tile is cut": damaged(lambda: heic(noise(320, 192), tile=64)[:-40]),
    "HEIC with a ZIP behind it": shown(lambda: heic() + b"PK\3\4" + bytes(500), (256, 192)),
    "HEIC of which the pixels are nonsense": Sample(lambda: spoilt(heic()), Outcome.BROKEN, (256, 192)),
    "HEIC of which tiles are nonsense": Sample(
        lambda: spoilt(heic(scene(320, 192), tile=64)), Outcome.BROKEN, (320, 192)
    ),
    "HEIC with fewer tiles than its grid": Sample(
        lambda: grid(2, 2, 1000, 1000, tiles=3), Outcome.BROKEN, (1000, 1000)
    ),
    "HEIC that is its own tile": unsupported(
        lambda: changed(grid(1, 1, 512, 512), (b"dimg\0\1\0\1\0\2", b"dimg\0\1\0\1\0\1"))
    ),
    "HEIC, moving": unsupported(lambda: changed(heic(), (b"ftypheic", b"ftyphevc")) + box(b"moov", bytes(100))),
    "HEIC that holds another coding": unsupported(jpeg_in_heif),
    "HEIC that claims 30,000 × 30,000": unsupported(lambda: claiming(30_000, 30_000)),
    "HEIC in one piece of 60 megapixels and few bytes": unsupported(lambda: claiming(10_000, 6_000)),
    "HEIC in one piece of 60 megapixels in 1 MB": Sample(
        lambda: claiming(10_000, 6_000, 1_000_000), Outcome.ORIGINAL, (10_000, 6_000)
    ),
    "HEIC without anything": damaged(lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100)),
    "AVIF, moving": unsupported(lambda: saved(scene(), "AVIF", save_all=True, append_images=[noise(60, 40)])),
    "AVIF of which the pixels are nonsense": Sample(lambda: spoilt(saved(scene(), "AVIF")), Outcome.BROKEN, LYING),
    "PDF with scripts": Sample(scripted_pdf, Outcome.DOCUMENT),
    "PDF cut in the middle": damaged(lambda: half(pdf())),
    "PDF with a ZIP behind it": damaged(lambda: pdf() + b"PK\3\4" + bytes(100)),
    "PDF with HTML before it": unsupported(lambda: b"<html><script>alert(1)</script>\n" + pdf()),
    "PDF with HTML in its head": Sample(
        lambda: pdf(head=b"%PDF-1.7\n%<html><script>alert(1)</script>\n"), Outcome.DOCUMENT
    ),
    "PDF that is only a head": damaged(lambda: b"%PDF-1.7\n"),
}  # fmt: skip
"""Wrong in some way; what is kept of them is kept because somebody may need it as evidence."""

ALL: Final = PHONES | MALFORMED
