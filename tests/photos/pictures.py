"""Pictures made in code: good ones of every kind, and the ones that should not be taken."""

import struct
import zlib
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from PIL import Image

Colour = tuple[int, int, int]

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 160, 0), (0, 0, 255), (255, 255, 255)

CORNERS: dict[tuple[str, str], Colour] = {
    ("top", "left"): RED,
    ("top", "right"): GREEN,
    ("bottom", "left"): BLUE,
    ("bottom", "right"): WHITE,
}


def scene(width: int = 60, height: int = 40) -> Image.Image:
    """A rectangle with a colour in each quarter."""
    picture = Image.new("RGB", (width, height), WHITE)
    picture.paste(RED, (0, 0, width // 2, height // 2))
    picture.paste(GREEN, (width // 2, 0, width, height // 2))
    picture.paste(BLUE, (0, height // 2, width // 2, height))
    return picture


def noise(width: int = 200, height: int = 150) -> Image.Image:
    """A rectangle that no compression makes small."""
    layers = [Image.effect_noise((width, height), 60 + 20 * layer) for layer in range(3)]
    return Image.merge("RGB", layers)


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    written = BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


def exif(orientation: int) -> Image.Exif:
    """EXIF of a phone: which way up, which phone, and where."""
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010F] = "Maker of phones"
    tags[0x8825] = {1: "N", 2: (29.0, 50.0, 24.0), 3: "E", 4: (106.0, 3.0, 0.0)}
    return tags


def png(width: int, height: int, depth: int, colour: int, rows: bytes, extra: Iterable[bytes] = ()) -> bytes:
    """A PNG by hand, for what Pillow does not write; every row begins with its filter, 0."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def jpeg_outline(width: int, height: int, *, progressive: bool = False, scans: int = 1, together: bool = True) -> bytes:
    """The bones of a JPEG: a frame of three colours and as many scans, together or one colour each, without data."""
    frame = struct.pack(">BHHB", 8, height, width, 3) + b"\1\x22\0\2\x11\0\3\x11\0"
    scan = segment(0xDA, b"\3\1\0\2\0\3\0\0\x3f\0" if together else b"\1\1\0\0\x3f\0") + b"\0"
    return b"\xff\xd8" + segment(0xC2 if progressive else 0xC0, frame) + scan * scans + b"\xff\xd9"


def with_app1(jpeg: bytes, body: bytes) -> bytes:
    """The JPEG with a segment of EXIF of one's own, before everything else."""
    return jpeg[:2] + segment(0xE1, body) + jpeg[2:]


def resized(jpeg: bytes, width: int, height: int) -> bytes:
    """The JPEG claiming another size than its data has."""
    at = next(at for at in (jpeg.find(b"\xff\xc0"), jpeg.find(b"\xff\xc2")) if at >= 0)
    return jpeg[: at + 5] + struct.pack(">HH", height, width) + jpeg[at + 9 :]


def webp_outline(*chunks: tuple[bytes, bytes]) -> bytes:
    """A WebP of these chunks."""
    content = b"WEBP" + b"".join(
        kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2) for kind, body in chunks
    )
    return b"RIFF" + struct.pack("<I", len(content)) + content


def bomb() -> bytes:
    """30,000 × 30,000 pixels in 110 kB."""
    packer = zlib.compressobj(9)
    row = b"\0" * (1 + 30_000 // 8)
    packed = b"".join(packer.compress(row * 1000) for _ in range(30)) + packer.flush()
    empty = png(30_000, 30_000, 1, 0, b"")
    return empty[:33] + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
