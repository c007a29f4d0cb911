"""A HEIC in tiles, decoded one tile at a time at the scale that is wanted: decoders put all of it together first.

Each tile becomes a HEIC of its own, of the least boxes that one needs (ISO/IEC 23008-12).
"""

import struct
from collections.abc import Callable
from io import BytesIO
from typing import IO, Final

from PIL import Image

from app.photos.heif import Grid, Item
from app.photos.outlines import DamagedPhoto

KEPT: Final = frozenset({b"hvcC", b"ispe", b"colr", b"pixi"})
"""What is said of a tile and matters for decoding it."""

Decode = Callable[[IO[bytes]], Image.Image]


def joined(file: IO[bytes], grid: Grid, edge: int, decode: Decode) -> Image.Image:
    """The picture as stored, at the smallest power of two of its scale that leaves twice the `edge` wanted.

    Raises:
        DamagedPhoto: a tile is not as large as it says, and whatever `decode` raises.
    """
    width, height = grid.tiles[0].size
    scale = _scale(grid, edge)
    canvas = Image.new("RGB", (-(-grid.width // scale), -(-grid.height // scale)))
    for number, tile in enumerate(grid.tiles):
        row, column = divmod(number, grid.columns)
        picture = decode(BytesIO(_alone(tile, _content(file, tile))))
        if picture.size != (width, height):
            raise DamagedPhoto
        part = picture.convert("RGB").reduce(scale)
        canvas.paste(part, (column * width // scale, row * height // scale))
    return canvas


def _scale(grid: Grid, edge: int) -> int:
    width, height = grid.tiles[0].size
    scale = 1
    while max(grid.width, grid.height) >= 4 * edge * scale and width % (2 * scale) == height % (2 * scale) == 0:
        scale *= 2
    return scale


def _content(file: IO[bytes], tile: Item) -> bytes:
    content = b""
    for extent in tile.extents:
        file.seek(extent.start)
        content += file.read(extent.length)
    return content


def _alone(tile: Item, content: bytes) -> bytes:
    """The tile as a file."""
    told = [_box(kind, body) for kind, body in tile.properties if kind in KEPT]
    indices = bytes(range(1, len(told) + 1))
    start = _box(b"ftyp", b"heic\0\0\0\0mif1heic")
    length = len(_meta(told, indices, 0, len(content)))
    meta = _meta(told, indices, len(start) + length + 8, len(content))
    return start + meta + _box(b"mdat", content)


def _meta(told: list[bytes], indices: bytes, at: int, length: int) -> bytes:
    """All that is to be said of one item, whose content lies at `at`."""
    described = struct.pack(">IHB", 1, 1, len(indices)) + indices
    return _full(
        b"meta",
        _full(b"hdlr", bytes(4) + b"pict" + bytes(13)),
        _full(b"pitm", b"\0\1"),
        _full(b"iinf", b"\0\1", _full(b"infe", b"\0\1\0\0hvc1\0", version=2)),
        _full(b"iloc", struct.pack(">BBHHHHII", 0x44, 0, 1, 1, 0, 1, at, length)),
        _box(b"iprp", _box(b"ipco", *told), _full(b"ipma", described)),
    )


def _box(kind: bytes, *content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + sum(map(len, content)), kind) + b"".join(content)


def _full(kind: bytes, *content: bytes, version: int = 0) -> bytes:
    return _box(kind, bytes((version, 0, 0, 0)), *content)
