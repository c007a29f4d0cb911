"""Whether two photos are one shot, perhaps cropped a little, compressed, lit otherwise: point for point the same.

Two shots of the same machine are not, from wherever they were taken: what is near moves against what is far, and hands
shake. So a photo taken after the work from where the first one was taken is another photo; the first one with a new
date written on it is not. (A camera that is screwed to a wall takes the same shot again; nothing here can tell.)

Sketches are laid over each other to see how one would be cropped out of the other (`aligned`); where that fits, the
small pictures are compared block by block (`closely`), by their details alone: the light on a wall is the same in many
photos. Correlation ignores brightness and contrast. Pure, but for Pillow. What it finds and misses is measured:
`python -m bench evidence`.
"""

import math
from collections.abc import Callable
from operator import mul
from statistics import median
from typing import Final, NamedTuple

from PIL import Image, ImageChops, ImageFilter

WORTH: Final = 0.75
"""How well sketches agree that are worth a closer look."""
ALIKE: Final = 0.95
"""How well half of the blocks of one shot agree at least. Measured: photographs that were edited 0.96 and above, very
strongly compressed ones 0.93; the two halves of a stereo picture of a motorcycle 0.47."""

Edges = tuple[float, float, float, float]
"""What is missing at the left, upper, right and lower edge, as a part: of the one (positive) or the other (negative).
"""
UNCROPPED: Final[Edges] = (0.0, 0.0, 0.0, 0.0)
FARTHEST: Final = 0.25

COARSE, FINE = (0.06, 0.03, 0.015), (0.008, 0.004, 0.002)
SKETCHED, REFINED, COMPARED = 24, 64, 96
"""Pixels of the squares that are laid over each other."""
BLOCK: Final = 12
FEWEST: Final = 8
"""Blocks with something on them, of 64, by which a shot can be known."""
BLANK: Final = 9.0
"""Variance in grey levels of a block on which there is nothing to compare."""
SMOOTH: Final = 4
"""Pixels within which what hardly changes is no detail."""


class Alignment(NamedTuple):
    """How two pictures agree best: in every point at 1."""

    agreement: float
    edges: Edges


def aligned(one: Image.Image, other: Image.Image) -> Alignment:
    """How one sketch lies over the other."""
    return _best(one, other, UNCROPPED, COARSE, SKETCHED)


def closely(one: Image.Image, other: Image.Image, edges: Edges) -> float:
    """How well half of the blocks of two pictures agree, laid over each other as their sketches were.

    Or as they are: what was written on one of them may have led astray.
    """
    places = (_best(one, other, edges, FINE, REFINED).edges, UNCROPPED)
    return max(_half_of_the_blocks(one, other, place) for place in places)


def _half_of_the_blocks(one: Image.Image, other: Image.Image, edges: Edges) -> float:
    mine, theirs = _details(_seen(one, edges, COMPARED)), _details(_seen(other, _turned(edges), COMPARED))
    found = []
    for top in range(0, COMPARED, BLOCK):
        for left in range(0, COMPARED, BLOCK):
            box = (left, top, left + BLOCK, top + BLOCK)
            agreement, variance = _correlation(mine.crop(box).tobytes(), theirs.crop(box).tobytes())
            if variance >= BLANK:
                found.append(agreement)
    return median(found) if len(found) >= FEWEST else 0.0


def _details(picture: Image.Image) -> Image.Image:
    return ImageChops.subtract(picture, picture.filter(ImageFilter.BoxBlur(SMOOTH)), 1, 128)


def _best(one: Image.Image, other: Image.Image, edges: Edges, steps: tuple[float, ...], side: int) -> Alignment:
    """The best place that is reached by moving an edge at a time, in smaller and smaller steps."""

    def agreement(tried: Edges) -> float:
        return _correlation(_seen(one, tried, side).tobytes(), _seen(other, _turned(tried), side).tobytes())[0]

    found = Alignment(agreement(edges), edges)
    for step in steps:
        while (better := _better(found, step, agreement)) is not found:
            found = better
    return found


def _better(found: Alignment, step: float, agreement: Callable[[Edges], float]) -> Alignment:
    """Where each edge was moved once, if that was for the better; else the same as before."""
    start = found
    for edge in range(4):
        for way in (step, -step):
            tried = _moved(found.edges, edge, way)
            if abs(tried[edge]) <= FARTHEST and (reached := agreement(tried)) > found.agreement + 1e-5:
                found = Alignment(reached, tried)
    return found if found.agreement > start.agreement + 1e-4 else start


def _moved(edges: Edges, edge: int, way: float) -> Edges:
    left, top, right, bottom = (each + way * (n == edge) for n, each in enumerate(edges))
    return left, top, right, bottom


def _turned(edges: Edges) -> Edges:
    left, top, right, bottom = edges
    return -left, -top, -right, -bottom


def _seen(picture: Image.Image, edges: Edges, side: int) -> Image.Image:
    """What remains within the edges, as large as everything else that remains."""
    width, height = picture.size
    left, top, right, bottom = (max(edge, 0.0) for edge in edges)
    box = (left * width, top * height, width - right * width, height - bottom * height)
    return picture.resize((side, side), Image.Resampling.BICUBIC, box=box)


def _correlation(one: bytes, other: bytes) -> tuple[float, float]:
    """Pearson's, and the smaller variance of the two."""
    count = len(one)
    mine, theirs = sum(one) / count, sum(other) / count
    own, others = (sum(map(mul, each, each)) / count for each in (one, other))
    spread, spread_of_other = own - mine**2, others - theirs**2
    if spread <= 0 or spread_of_other <= 0:
        return 0.0, 0.0
    both = sum(map(mul, one, other)) / count - mine * theirs
    return both / math.sqrt(spread * spread_of_other), min(spread, spread_of_other)
