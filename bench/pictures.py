"""How long it takes to judge, shrink and mark a phone's photo of 12 megapixels, as JPEG, HEIC in tiles and AVIF."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from statistics import median
from typing import IO, Final, NamedTuple

import pillow_heif
from PIL import Image

from app.photos.apart import derive_all
from app.photos.images import Variant, derive, drawn_small, inspect
from app.photos.watermark import stamped

SIZE: Final = (4032, 3024)
TILE: Final = 512
LINES: Final = (
    "用途：发现", "拍摄时间：2026-11-24 16:30:05", "地点：土桥镇 六赢村 打磨车间",
    "坐标：106.05000，29.84000（GCJ-02）", "单位：铜梁区土桥镇某某机械制造有限公司", "上报人：王建国",
)  # fmt: skip


class Timed(NamedTuple):
    """How long one thing took: the median of several times, and the quickest."""

    what: str
    milliseconds: float
    quickest: float


def scene() -> Image.Image:
    """Something between a wall and a lawn: as a JPEG some 4 MB."""
    layers = [Image.effect_noise((SIZE[0] // 4, SIZE[1] // 4), 40 + 20 * layer) for layer in range(3)]
    return Image.merge("RGB", layers).resize(SIZE, Image.Resampling.BICUBIC)


def photos() -> dict[str, bytes]:
    """The same picture in each kind of file. (Making the HEIC takes a quarter of a minute.)"""
    picture, made = scene(), {}
    for kind, options in {"JPEG": {"quality": 92}, "AVIF": {"quality": 70, "speed": 8}}.items():
        written = BytesIO()
        picture.save(written, kind, **options)
        made[kind] = written.getvalue()
    written = BytesIO()
    pillow_heif.from_pillow(picture).save(written, quality=60, tile_size=TILE)
    return {**made, "HEIC": written.getvalue()}


def measured(rounds: int) -> Iterator[Timed]:
    """Each thing, one after the other: nothing else should run meanwhile."""
    for kind, content in photos().items():
        size = f"{kind} of 12 MP, {len(content) / 1e6:.1f} MB"
        with _file(content) as file:
            yield timed(f"{size}: judged", rounds, partial(inspect, file))
            if kind == "JPEG":
                for variant in Variant:
                    yield timed(f"{size}: {variant}", rounds, partial(derive, file, variant))
                plain = derive(file, Variant.DISPLAY)
                yield timed("watermark on a display picture", rounds, partial(stamped, plain, LINES))
            else:
                yield timed(f"{size}: decoded to 1280, in this process", rounds, partial(drawn_small, file, 1280))
                yield timed(f"{size}: both pictures, in a process apart", rounds, partial(derive_all, file))


def timed(what: str, rounds: int, work: Callable[[], object]) -> Timed:
    """How long some work takes, done several times after once for nothing."""
    work()
    took = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        took.append((time.perf_counter() - begun) * 1000)
    return Timed(what, median(took), min(took))


@contextmanager
def _file(content: bytes) -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        yield file
