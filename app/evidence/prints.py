"""What a picture looks like, in few bits: prints that survive compression, another size and light, and small crops.

A sketch is the picture in 32 × 32 greys. Its print says of each of 64 low frequencies (discrete cosine transform)
whether there is more or less than none of it. A crop moves what is large in a picture less than what is small, and
flips the bits of weak frequencies first. So a photo is kept under the print of the whole and of the middle nine tenths
(`WINDOWS`), each in four quarters of 16 bits; and it is looked for under the quarters of its own print and under those
that differ in up to two of the eight bits that would flip first. Whoever shares a quarter and differs in few bits
overall is worth a closer look (`likeness.py`). What this finds and misses is measured: `python -m bench evidence`.

Pure, but for Pillow.
"""

import base64
import math
from collections.abc import Iterator, Sequence
from itertools import combinations
from operator import mul
from typing import Final, NamedTuple

from PIL import Image, ImageStat

SIDE: Final = 32
BITS: Final = 64
QUARTERS: Final = 4
WIDTH: Final = BITS // QUARTERS
UNSURE: Final = 8
"""Bits of a quarter that are tried the other way."""
FLIPS: Final = 2
"""How many of them at once."""
NEAR: Final = 16
"""Bits in which prints of one picture may differ."""

WINDOWS: Final = (1.0, 0.9)
PAIRS: Final = ((0, 0), (0, 1), (1, 0))
"""Windows of a new photo and of a kept one that are compared: both whole, or one a part of the other."""

PLAIN: Final = 4.0
"""Grey levels (of 255) that a picture deviates from its mean at least: a lens cap looks like every other."""

# Of the frequencies, the 64 lowest, by how many half waves they have down and across together.
_FREQUENCIES: Final = [(v, u) for v in range(11) for u in range(11) if 0 < u + v <= 10][:BITS]
_WAVES: Final = [[math.cos(math.pi * u * (2 * x + 1) / (2 * SIDE)) for x in range(SIDE)] for u in range(11)]


class Waves(NamedTuple):
    """How much of each frequency a window has: the sign is the bit, the size how sure it is."""

    amounts: tuple[float, ...]

    @property
    def print(self) -> int:
        bits = 0
        for amount in self.amounts:
            bits = bits << 1 | (amount > 0)
        return bits


def sketched(picture: Image.Image) -> Image.Image | None:
    """The sketch of a picture in grey; None if nothing is on it."""
    sketch = picture.resize((SIDE, SIDE), Image.Resampling.BOX)
    return sketch if ImageStat.Stat(sketch).stddev[0] >= PLAIN else None


def written(sketch: Image.Image) -> str:
    return base64.b64encode(sketch.tobytes()).decode()


def read(text: str) -> Image.Image:
    return Image.frombytes("L", (SIDE, SIDE), base64.b64decode(text))


def waves(sketch: Image.Image) -> list[Waves]:
    """Of each window."""
    return [Waves(_transformed(_window(sketch, part))) for part in WINDOWS]


def _window(sketch: Image.Image, part: float) -> Image.Image:
    edge = SIDE * (1 - part) / 2
    box = (edge, edge, SIDE - edge, SIDE - edge)
    return sketch.resize((SIDE, SIDE), Image.Resampling.BILINEAR, box=box) if part < 1 else sketch


def _transformed(sketch: Image.Image) -> tuple[float, ...]:
    grey = sketch.tobytes()
    lines = [grey[y * SIDE : (y + 1) * SIDE] for y in range(SIDE)]
    across = [[_product(wave, line) for line in lines] for wave in _WAVES]
    return tuple(_product(_WAVES[v], across[u]) for v, u in _FREQUENCIES)


def _product(one: Sequence[float], other: Sequence[float]) -> float:
    total: float = sum(map(mul, one, other))
    return total


def places(found: Sequence[Waves]) -> Iterator[tuple[int, int]]:
    """Where a photo is kept: each quarter of each window's print, with the whole print."""
    for window, each in enumerate(found):
        for quarter in range(QUARTERS):
            yield _place(window, quarter, _quarter(each.print, quarter)), signed(each.print)


def sought(found: Sequence[Waves]) -> Iterator[tuple[int, list[int]]]:
    """Where photos like this one may be kept: its print, and the places to look for it."""
    for mine, theirs in PAIRS:
        yield found[mine].print, [
            _place(theirs, quarter, value)
            for quarter in range(QUARTERS)
            for value in _neighbours(found[mine], quarter)
        ]  # fmt: skip


def _neighbours(found: Waves, quarter: int) -> Iterator[int]:
    """A quarter's bits, and those with the least sure ones turned."""
    amounts = [abs(amount) for amount in found.amounts[quarter * WIDTH : (quarter + 1) * WIDTH]]
    unsure = sorted(range(WIDTH), key=amounts.__getitem__)[:UNSURE]
    value = _quarter(found.print, quarter)
    for flips in range(FLIPS + 1):
        for chosen in combinations(unsure, flips):
            yield value ^ sum(1 << (WIDTH - 1 - bit) for bit in chosen)


def _quarter(print: int, quarter: int) -> int:
    return print >> (BITS - (quarter + 1) * WIDTH) & ((1 << WIDTH) - 1)


def _place(window: int, quarter: int, value: int) -> int:
    return (window * QUARTERS + quarter) << WIDTH | value


def signed(print: int) -> int:
    """As a database keeps 64 bits."""
    return print - (1 << BITS) if print >= 1 << (BITS - 1) else print


def apart(print: int, kept: int) -> int:
    """In how many bits a print differs from one that a database kept."""
    return (print ^ (kept & ((1 << BITS) - 1))).bit_count()
