"""What a photo's file says of itself: when, with what and where it was taken (CIPA DC-008, XMP), and who wrote it last.

Read by hand and within bounds: files of a dozen makers say absurd things, and nobody may be stopped by them. What
cannot be read is not there. In JPEG, PNG and WebP it lies in a part of its own; in HEIC it is found by how it begins.
"""

import re
import struct
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import IO, Any, Final

from app.foundation.calendar import SHANGHAI
from app.foundation.clock import rfc3339
from app.foundation.geo import Datum

BEGINNING: Final = 1 << 20
END: Final = 1 << 18
PARTS: Final = 2000
ENTRIES: Final = 200
LONGEST: Final = 200  # characters of a text that is kept

_TIFF: Final = re.compile(rb"Exif\0\0(?=II\*\0|MM\0\*)")
_CREATOR: Final = re.compile(rb"""CreatorTool(?:="|>)([^"<]{1,200})""")
_SCREENSHOT: Final = re.compile(rb"screen\s?shot|\xe6\x88\xaa\xe5\xb1\x8f", re.IGNORECASE)

_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}
_ZERO: Final = "0000:00:00 00:00:00"

Tags = Mapping[int, Any]


def exif(file: IO[bytes]) -> dict[str, Any] | None:
    """What the file says: `taken_at, device, software, position, screenshot`; None if it has none of it."""
    tiff, xmp = _parts(file)
    main, camera, place = _read(tiff)
    device = " ".join(text for tag in (0x010F, 0x0110) if (text := _text(main.get(tag))))
    creator = _CREATOR.search(xmp)
    software = _text(main.get(0x0131)) or (_text(creator[1]) if creator else None)
    said = {
        "taken_at": _taken_at(main, camera),
        "device": device or None,
        "software": software,
        "position": _position(place),
        "screenshot": bool(_SCREENSHOT.search(_bytes(camera.get(0x9286)))),
    }
    return said if any(said.values()) else None


def _parts(file: IO[bytes]) -> tuple[bytes, bytes]:
    """EXIF as TIFF, and XMP."""
    file.seek(0)
    start = file.read(12)
    parts = _PARTS_OF[next((kind for kind in _PARTS_OF if kind and start.startswith(kind)), b"")]
    tiff = xmp = b""
    try:
        for name, body in parts(file):
            if name == "exif":
                tiff = tiff or body.removeprefix(b"Exif\0\0")
            else:
                xmp = xmp or body
    except struct.error:
        pass
    return tiff, xmp


def _of_jpeg(file: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    file.seek(2)
    for _ in range(PARTS):
        lead, marker, length = struct.unpack(">BBH", file.read(4))
        if lead != 0xFF or marker in {0xDA, 0xD9}:
            return
        body = file.read(max(0, length - 2))
        if marker == 0xE1 and body.startswith(b"Exif\0\0"):
            yield "exif", body
        elif marker == 0xE1 and b"adobe.com/xap" in body[:40]:
            yield "xmp", body


def _of_png(file: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    file.seek(8)
    for _ in range(PARTS):
        length, kind = struct.unpack(">I4s", file.read(8))
        if kind in {b"eXIf", b"iTXt", b"tEXt"} and length < BEGINNING:
            yield ("exif" if kind == b"eXIf" else "xmp"), file.read(length)
            file.seek(4, 1)
        else:
            file.seek(length + 4, 1)


def _of_webp(file: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    file.seek(12)
    for _ in range(PARTS):
        kind, length = struct.unpack("<4sI", file.read(8))
        if kind in {b"EXIF", b"XMP "} and length < BEGINNING:
            yield ("exif" if kind == b"EXIF" else "xmp"), file.read(length)
            file.seek(length % 2, 1)
        else:
            file.seek(length + length % 2, 1)


def _of_others(file: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    """HEIC and AVIF, whose boxes may lie anywhere: near the beginning, or at the end."""
    file.seek(0)
    begins = file.read(BEGINNING)
    size = file.seek(0, 2)
    file.seek(max(len(begins), size - END))
    for window in (begins, file.read(END)):
        if found := _TIFF.search(window):
            yield "exif", window[found.end() : found.end() + (1 << 16)]
        if found := _CREATOR.search(window):
            yield "xmp", found[0]


_PARTS_OF: Final[Mapping[bytes, Callable[[IO[bytes]], Iterator[tuple[str, bytes]]]]] = {
    b"\xff\xd8\xff": _of_jpeg, b"\x89PNG": _of_png, b"RIFF": _of_webp, b"": _of_others,
}  # fmt: skip


def _read(tiff: bytes) -> tuple[Tags, Tags, Tags]:
    """The tags of the picture, of the camera and of the place."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return {}, {}, {}
    main = _directory(tiff, order, *struct.unpack_from(f"{order}I", tiff, 4))
    camera, place = (_directory(tiff, order, _number(main.get(tag))) for tag in (0x8769, 0x8825))
    return main, camera, place


def _directory(tiff: bytes, order: str, at: int | None) -> Tags:
    tags: dict[int, Any] = {}
    if not at:
        return tags
    try:
        (count,) = struct.unpack_from(f"{order}H", tiff, at)
        for entry in range(min(count, ENTRIES)):
            tag, kind, number = struct.unpack_from(f"{order}HHI", tiff, at + 2 + 12 * entry)
            size = _SIZES.get(kind, 0) * number
            where = at + 2 + 12 * entry + 8
            if size > 4:
                (where,) = struct.unpack_from(f"{order}I", tiff, where)
            if 0 < size <= 1 << 12:
                tags[tag] = _value(tiff[where : where + size], order, kind, number)
    except struct.error:
        pass
    return tags


def _value(body: bytes, order: str, kind: int, number: int) -> Any:
    if kind in {2, 7} or (kind == 1 and number > 4):
        return body
    if kind in {5, 10}:
        parts = struct.unpack(f"{order}{number * 2}{'I' if kind == 5 else 'i'}", body)
        return [over / under if under else None for over, under in zip(parts[::2], parts[1::2], strict=True)]
    return list(struct.unpack(f"{order}{number}{ {1: 'B', 3: 'H', 4: 'I', 9: 'i'}[kind] }", body))


def _number(value: Any) -> int | None:
    if isinstance(value, list):
        value = value[0] if value else None
    return value if isinstance(value, int) else None


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else b""


def _text(value: Any) -> str | None:
    """A text as people write it: without what no database stores."""
    text = _bytes(value).split(b"\0")[0].decode("utf-8", "replace")[:LONGEST]
    return "".join(character for character in text if character.isprintable()).strip() or None


def _taken_at(main: Tags, camera: Tags) -> str | None:
    """When the shutter fell, by the phone's clock; Asia/Shanghai where it does not say its offset."""
    said = _text(camera.get(0x9003)) or _text(camera.get(0x9004))
    offset = _text(camera.get(0x9011)) or _text(camera.get(0x9010))
    if not said or said == _ZERO:
        return None
    try:
        local = datetime.strptime(said[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007  its offset stands in another tag
        instant = local.replace(tzinfo=_zone(offset))
        return rfc3339(instant) if 1990 <= instant.year < 2200 else None
    except (ValueError, OverflowError):
        return None


def _zone(offset: str | None) -> timezone:
    found = re.fullmatch(r"([+-])(\d\d):(\d\d)", offset or "")
    if not found or int(found[2]) > 14:
        return SHANGHAI
    ahead = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(ahead if found[1] == "+" else -ahead)


def _position(place: Tags) -> dict[str, Any] | None:
    """Where, in WGS-84, as satellites say it; nowhere at 0° 0°, which phones write that do not know."""
    lat, lon = _degrees(place.get(2), place.get(1), b"S"), _degrees(place.get(4), place.get(3), b"W")
    if lat is None or lon is None or (lat, lon) == (0, 0) or abs(lat) > 90 or abs(lon) > 180:
        return None
    within = place.get(0x1F)
    accuracy = within[0] if isinstance(within, list) and within and within[0] and within[0] < 100_000 else None
    return {"lon": round(lon, 7), "lat": round(lat, 7), "datum": Datum.WGS84.value, "accuracy_m": accuracy}


def _degrees(parts: Any, side: Any, negative: bytes) -> float | None:
    if not isinstance(parts, list) or len(parts) != 3 or any(part is None for part in parts):
        return None
    degrees: float = parts[0] + parts[1] / 60 + parts[2] / 3600
    return -degrees if _bytes(side).startswith(negative) else degrees
