"""Whether two sketches show one picture, perhaps cropped a little: laid over each other, they agree point by point.

Two photos of the same machine do not: whoever stands half a step aside sees other things behind it. (Two of one burst
may.) Correlation ignores brightness and contrast. Pure, but for Pillow.
"""

import math
from operator import mul
from typing import Final

from PIL import Image

ALIKE: Final = 0.965
"""Measured: one picture, edited, 0.97 and above; a stereo pair of one motorcycle 0.95; others below 0.9."""

SIDE: Final = 24
FARTHEST: Final = 0.2
"""How much may be missing at an edge."""
STEPS: Final = (0.06, 0.03, 0.015)

Edges = tuple[float, float, float, float]


def likeness(one: Image.Image, other: Image.Image) -> float:
    """How well they agree (1: in every point) where they agree best.

    The edges at which one is cropped (positive) or the other (negative) are sought step by step, from none.
    """
    edges: Edges = (0.0, 0.0, 0.0, 0.0)
    best = _agreement(one, other, edges)
    for step in STEPS:
        moved = True
        while moved:
            moved = False
            for edge in range(4):
                for way in (step, -step):
                    tried = _moved(edges, edge, way)
                    if abs(tried[edge]) <= FARTHEST and (found := _agreement(one, other, tried)) > best + 1e-4:
                        best, edges, moved = found, tried, True
    return best


def _moved(edges: Edges, edge: int, way: float) -> Edges:
    left, top, right, bottom = (each + way * (n == edge) for n, each in enumerate(edges))
    return left, top, right, bottom


def _agreement(one: Image.Image, other: Image.Image, edges: Edges) -> float:
    left, top, right, bottom = edges
    return _correlation(_seen(one, edges), _seen(other, (-left, -top, -right, -bottom)))


def _seen(sketch: Image.Image, edges: Edges) -> bytes:
    """What remains within the edges, as large as everything else that remains."""
    width, height = sketch.size
    left, top, right, bottom = (max(edge, 0.0) for edge in edges)
    box = (left * width, top * height, width - right * width, height - bottom * height)
    return sketch.resize((SIDE, SIDE), Image.Resampling.BILINEAR, box=box).tobytes()


def _correlation(one: bytes, other: bytes) -> float:
    """Pearson's."""
    count = len(one)
    mine, theirs = sum(one) / count, sum(other) / count

    def together(a: bytes, b: bytes) -> float:
        total: int = sum(map(mul, a, b))
        return total / count

    spread = (together(one, one) - mine**2) * (together(other, other) - theirs**2)
    return (together(one, other) - mine * theirs) / math.sqrt(spread) if spread > 0 else 0.0
