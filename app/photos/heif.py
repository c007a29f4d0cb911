"""HEIC and AVIF, the pictures of ISO/IEC 23008-12: boxes that say where the picture's pieces lie, and the pieces.

Read from the boxes alone. A phone's HEIC is a grid of tiles, each a picture by itself: `meaning` tells where they lie,
so that they can be decoded one by one, and a photo of 200 megapixels needs no more memory than one of 12.
"""

import os
import struct
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import IO, Final, NamedTuple

from app.photos.outlines import (
    COPIED,
    LINE_BY_LINE,
    MEGA,
    MOVING,
    PARTS,
    TOO_INTRICATE,
    DamagedPhoto,
    Format,
    Outline,
    UnsupportedPhoto,
    bounded,
)

META_LIMIT: Final = 4 * MEGA
"""Bytes of the box that tells of all others; of a phone's photo, some 5,000."""

STILL: Final = frozenset({b"mif1", b"heic", b"heix", b"heim", b"heis", b"avif", b"mif2", b"miaf"})
SEQUENCES: Final = frozenset({b"msf1", b"hevc", b"hevx", b"hevm", b"hevs", b"avis"})

LARGEST_TILE: Final = 4 * MEGA
"""Pixels of a tile; phones make them 512 × 512."""

CODED: Final = {b"hvc1": Format.HEIC, b"av01": Format.AVIF}
DERIVED: Final = frozenset({b"grid", b"iden", b"iovl"})


class Extent(NamedTuple):
    """Bytes of an item: in the file, or in the box of small data."""

    start: int
    length: int
    inside: bool


@dataclass
class Item:
    """One picture, or what is said of one."""

    kind: bytes = b""
    extents: list[Extent] = field(default_factory=list)
    properties: list[tuple[bytes, bytes]] = field(default_factory=list)
    made_of: list[int] = field(default_factory=list)

    def said(self, kind: bytes) -> bytes:
        """The content of its first property of a kind; empty if it has none."""
        return next((body for each, body in self.properties if each == kind), b"")

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as stored."""
        width, height = struct.unpack_from(">4xII", self.said(b"ispe"))
        return width, height

    @property
    def cut(self) -> tuple[int, int]:
        """Width and height of what is shown of it: encoders pad a picture to whole blocks."""
        if not (clap := self.said(b"clap")):
            return self.size
        across, of_width, down, of_height = struct.unpack_from(">IIII", clap)
        size = self.size
        return min(size[0], across // of_width), min(size[1], down // of_height)


@dataclass
class Container:
    """What the boxes of a file say."""

    items: dict[int, Item] = field(default_factory=lambda: defaultdict(Item))
    primary: int = 0
    small_data: bytes = b""

    @property
    def shown(self) -> Item:
        if self.primary not in self.items:
            raise DamagedPhoto
        return self.items[self.primary]


class Grid(NamedTuple):
    """A picture of equal tiles, row by row."""

    columns: int
    width: int
    height: int
    tiles: list[Item]


class Meaning(NamedTuple):
    """What a decoder should know beyond the pixels: the profile of the colours (ICC), or their primaries by number
    (ITU-T H.273); and the tiles, of a HEIC that is made of nothing else."""

    profile: bytes
    primaries: int
    grid: Grid | None


def begins(start: bytes) -> bool:
    """Whether a file that starts so may be one."""
    return start[4:8] == b"ftyp" and start[8:12] in STILL | SEQUENCES


def outline(file: IO[bytes]) -> Outline:
    """What the file shows. What lies behind the picture (a film, a maker's own notes) is left alone.

    Raises:
        UnsupportedPhoto: a film or a sequence, a coding that we do not take, too many pixels or parts.
        DamagedPhoto: bytes are missing that the boxes speak of, or they contradict each other.
    """
    size = file.seek(0, os.SEEK_END)
    container = read(file, size)
    item = container.shown
    coded = CODED.get(_coding(container, item))
    if coded is None:
        raise UnsupportedPhoto
    for each in container.items.values():
        if any(not extent.inside and extent.start + extent.length > size for extent in each.extents):
            raise DamagedPhoto
    if not _has_bytes(container, item):
        raise DamagedPhoto
    in_tiles = coded is Format.HEIC and _grid(container)
    found = bounded(Outline(coded, *item.size, orientation(item)), size, LINE_BY_LINE if in_tiles else COPIED)
    return replace(found, width=item.cut[0], height=item.cut[1]) if coded is Format.HEIC else found


def meaning(file: IO[bytes]) -> Meaning:
    """See there; of a file whose outline was found good."""
    container = read(file, file.seek(0, os.SEEK_END))
    profile, primaries = b"", 0
    for item in (container.shown, *(container.items[id] for id in container.shown.made_of[:1])):
        for kind, body in item.properties:
            if kind == b"colr" and body[:4] in {b"prof", b"rICC"}:
                profile = profile or body[4:]
            elif kind == b"colr" and body[:4] == b"nclx":
                primaries = primaries or struct.unpack_from(">H", body, 4)[0]
    return Meaning(profile, primaries, _grid(container))


def read(file: IO[bytes], size: int) -> Container:
    """The boxes of a whole file."""
    file.seek(4)
    moves, container, at = file.read(8)[4:] in SEQUENCES, None, 0
    for _ in range(PARTS):
        file.seek(at)
        start = file.read(16)
        if len(start) < 8:
            break
        kind, body, end = _header(start, at, size)
        if kind == b"meta" and container is None:
            if end > size:
                raise DamagedPhoto
            if end - body > META_LIMIT:
                raise UnsupportedPhoto(TOO_INTRICATE)
            file.seek(body)
            container = _meta(file.read(end - body))
        if kind == b"moov" and moves:
            raise UnsupportedPhoto(MOVING)
        if end >= size or not kind.isalnum():
            break
        at = end
    else:
        raise UnsupportedPhoto(TOO_INTRICATE)
    if container is None:
        raise DamagedPhoto
    return container


def _header(begins: bytes, at: int, size: int) -> tuple[bytes, int, int]:
    """A box's kind, where its content starts, and where it ends."""
    length, kind = struct.unpack_from(">I4s", begins)
    if length == 1:
        (length,) = struct.unpack_from(">Q", begins, 8)
        return kind, at + 16, at + max(length, 16)
    return kind, at + 8, at + max(length, 8) if length else size


def _boxes(data: bytes, at: int = 0) -> Iterator[tuple[bytes, bytes]]:
    """Every box within: its kind and its content."""
    for _ in range(PARTS):
        if at >= len(data):
            return
        kind, body, end = _header(data[at : at + 16], at, len(data))
        if end > len(data):
            raise DamagedPhoto
        yield kind, data[body:end]
        at = end
    raise UnsupportedPhoto(TOO_INTRICATE)


def _meta(data: bytes) -> Container:
    found = dict(_boxes(data, 4))
    container = Container(small_data=found.get(b"idat", b""))
    try:
        primary, infos, places = found[b"pitm"], found[b"iinf"], found[b"iloc"]
        properties = dict(_boxes(found[b"iprp"]))
    except KeyError as error:
        raise DamagedPhoto from error
    (container.primary,) = struct.unpack_from(">I" if primary[0] else ">H", primary, 4)
    for kind, body in _boxes(infos, 8 if infos[0] else 6):
        if kind == b"infe" and body[0] >= 2:
            id, told = struct.unpack_from(">I2x4s" if body[0] > 2 else ">H2x4s", body, 4)
            container.items[id].kind = told
    _place(container, places)
    _describe(container, properties)
    _refer(container, found.get(b"iref", b""))
    return container


def _place(container: Container, data: bytes) -> None:
    """Item locations (ISO/IEC 14496-12, 8.11.3). Numbers may take no bytes at all, so that few of them tell of very
    many pieces."""
    version = data[0]
    sizes = (data[4] >> 4, data[4] & 15, data[5] >> 4, data[5] & 15 if version else 0)
    reader, left = _Reader(data, 6), PARTS
    for _ in range(reader.take(4 if version == 2 else 2)):
        item = container.items[reader.take(4 if version == 2 else 2)]
        inside = (reader.take(2) & 15) == 1 if version else False
        reader.take(2)
        base, extents = reader.take(sizes[2]), reader.take(2)
        left -= extents
        if left < 0:
            raise UnsupportedPhoto(TOO_INTRICATE)
        for _ in range(extents):
            reader.take(sizes[3])
            start = base + reader.take(sizes[0])
            item.extents.append(Extent(start, reader.take(sizes[1]), inside))


def _describe(container: Container, properties: Mapping[bytes, bytes]) -> None:
    """Which properties each item has (ISO/IEC 23008-12, 9.3)."""
    kinds = list(_boxes(properties[b"ipco"]))
    data = properties[b"ipma"]
    wide, reader = data[3] & 1, _Reader(data, 4)
    for _ in range(reader.take(4)):
        item = container.items[reader.take(4 if data[0] else 2)]
        for _ in range(reader.take(1)):
            index = reader.take(2) & 0x7FFF if wide else reader.take(1) & 0x7F
            if index:
                item.properties.append(kinds[index - 1])


def _refer(container: Container, data: bytes) -> None:
    """Which items a picture is made of."""
    if not data:
        return
    of = 4 if data[0] else 2
    for kind, body in _boxes(data, 4):
        if kind == b"dimg":
            reader = _Reader(body, 0)
            whole = container.items[reader.take(of)]
            whole.made_of += [reader.take(of) for _ in range(reader.take(2))]


class _Reader:
    """Numbers one after the other."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data, self._at = data, at

    def take(self, size: int) -> int:
        found = self._data[self._at : self._at + size]
        if len(found) < size:
            raise DamagedPhoto
        self._at += size
        return int.from_bytes(found)


def _coding(container: Container, item: Item) -> bytes:
    """How the pixels are coded, of the first piece that a picture is made of."""
    for _ in range(4):
        if item.kind not in DERIVED or not item.made_of or item.made_of[0] not in container.items:
            break
        item = container.items[item.made_of[0]]
    return item.kind


def _has_bytes(container: Container, item: Item) -> bool:
    """Whether every piece of the picture says where it lies."""
    pieces = [container.items[id] for id in item.made_of if id in container.items]
    return len(pieces) == len(item.made_of) and all(any(e.length for e in each.extents) for each in pieces or [item])


def _grid(container: Container) -> Grid | None:
    whole = container.shown
    tiles = [container.items[id] for id in whole.made_of if id in container.items]
    if whole.kind != b"grid" or whole.said(b"clap") or {tile.kind for tile in tiles} != {b"hvc1"}:
        return None
    if any(extent.inside for tile in tiles for extent in tile.extents) or len({tile.size for tile in tiles}) > 1:
        return None
    told = _grid_data(container, whole)
    if told is None:
        return None
    rows, columns, size = told
    width, height = tiles[0].size
    covers = width * columns >= size[0] and height * rows >= size[1] and len(tiles) == rows * columns
    fits = width * height <= LARGEST_TILE and size == whole.size
    return Grid(columns, *size, tiles) if covers and fits else None


def _grid_data(container: Container, whole: Item) -> tuple[int, int, tuple[int, int]] | None:
    """Rows, columns and size (ISO/IEC 23008-12, 6.6.2.3.2); None if it does not lie in the box of small data."""
    if len(whole.extents) != 1 or not whole.extents[0].inside:
        return None
    start, length, _ = whole.extents[0]
    data = container.small_data[start : start + length]
    size = struct.unpack_from(">II" if data[1] & 1 else ">HH", data, 4)
    return data[2] + 1, data[3] + 1, (size[0], size[1])


_AS_EXIF: Final = {
    (0, False): 1, (0, True): 2, (2, False): 3, (2, True): 4, (1, True): 5, (3, False): 6, (3, True): 7, (1, False): 8,
}  # fmt: skip
"""By quarter turns against the clock, after a flip from left to right."""


def orientation(item: Item) -> int:
    """How to turn the picture upright, in EXIF's numbers: from its own rotations and mirrors, in their order.

    What EXIF says in a HEIC does not count (ISO/IEC 23008-12, annex A).
    """
    turns, flipped = 0, False
    for kind, body in item.properties:
        if kind == b"irot":
            turns = (turns + body[0]) % 4
        elif kind == b"imir":
            turns, flipped = (-turns + (0 if body[0] & 1 else 2)) % 4, not flipped
    return _AS_EXIF[turns, flipped]
