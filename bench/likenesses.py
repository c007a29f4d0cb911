"""How well photos are found again, and how fast among a million: `python -m bench evidence`.

Pictures are drawn, because nobody's photographs may lie in a repository: workshops of the demo, which share one room;
and machines seen from four places, in three depths that move against each other as depths do, lit otherwise each time,
one with its guard taken off. They are coarser than photographs, and so rather harder to tell apart. Whoever has
photographs gives their folder: they are edited and sought in the same way.

The million that they are sought among are blends of two of 300 drawn machines: the transform is linear, so that the
print of a blend is known without drawing it. They are less different from each other than photographs are.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.demo.pictures import picture
from app.evidence import prints
from app.evidence.checking import nearest
from app.evidence.likeness import ALIKE, WORTH, aligned, closely
from app.foundation.clock import now, rfc3339
from app.foundation.database import Database
from app.foundation.dialects import LONG, is_sqlite

POOL: Final = 300
SIZE: Final = (960, 720)
Edit = Callable[[Image.Image, random.Random], Image.Image]


def _cropped(most: float) -> Edit:
    def crop(image: Image.Image, rnd: random.Random) -> Image.Image:
        width, height = image.size
        left, top, right, bottom = (rnd.uniform(0, most) for _ in range(4))
        return image.crop(
            (int(left * width), int(top * height), int((1 - right) * width), int((1 - bottom) * height))
        )  # fmt: skip

    return crop


def _at_one_edge(image: Image.Image, rnd: random.Random) -> Image.Image:
    width, height = image.size
    box = [0, 0, width, height]
    edge = rnd.randrange(4)
    box[edge] += round((width, height)[edge % 2] * (0.1 if edge < 2 else -0.1))
    return image.crop((box[0], box[1], box[2], box[3]))


def _resized(part: float) -> Edit:
    return lambda image, _: image.resize((round(image.width * part), round(image.height * part)))


def _dated(image: Image.Image) -> Image.Image:
    """As watermark cameras write, in the lower left corner."""
    dated, (width, height) = image.copy(), image.size
    draw, font = ImageDraw.Draw(dated), ImageFont.load_default(height // 16)
    for line in range(3):
        place = (width * 0.04, height * (0.72 + 0.08 * line))
        draw.text(place, f"2026-11-25 10:3{line}  WORKSHOP 12", fill="white", font=font)
    return dated


# What is done to a picture, and at which quality it is then compressed.
EDITS: Final[Mapping[str, tuple[Edit, int]]] = {
    "the same picture, compressed again at 75": (lambda image, _: image, 75),
    "compressed again at 40": (lambda image, _: image, 40),
    "compressed again at 15": (lambda image, _: image, 15),
    "half as large": (_resized(0.5), 85),
    "a quarter as large, at 50": (_resized(0.25), 50),
    "brightened by 30 %": (lambda image, _: ImageEnhance.Brightness(image).enhance(1.3), 85),
    "darkened by 30 %": (lambda image, _: ImageEnhance.Brightness(image).enhance(0.7), 85),
    "more contrast by 30 %": (lambda image, _: ImageEnhance.Contrast(image).enhance(1.3), 85),
    "in grey": (lambda image, _: image.convert("L").convert("RGB"), 85),
    "cropped by up to 3 % at each edge": (_cropped(0.03), 85),
    "cropped by up to 6 % at each edge": (_cropped(0.06), 85),
    "cropped by up to 10 % at each edge": (_cropped(0.10), 85),
    "cropped by 10 % at one edge": (_at_one_edge, 85),
    "with a new date written on it": (lambda image, _: _dated(image), 85),
    "turned by 1°": (lambda image, _: image.rotate(1, Image.Resampling.BILINEAR), 85),
    "mirrored": (lambda image, _: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT), 85),
}


def compressed(image: Image.Image, quality: int) -> Image.Image:
    """As it comes out of a file."""
    written = BytesIO()
    image.save(written, "JPEG", quality=quality)
    return Image.open(written).convert("RGB")


def small(image: Image.Image) -> Image.Image:
    """As the house keeps it: 320 pixels, compressed, and here in grey."""
    made, written = image.copy(), BytesIO()
    made.thumbnail((320, 320), reducing_gap=2.0)
    made.save(written, "JPEG", quality=80)
    return Image.open(written).convert("L")


def workshop(seed: int) -> Image.Image:
    return Image.open(BytesIO(picture(seed))).convert("RGB")


def machine(seed: int, view: int) -> Image.Image:
    """One machine: the first from where it was found, others half a step aside, the last with its guard taken off."""
    steps = ((0.0, 1.0, 1.0), (0.03, 1.02, 0.9), (-0.04, 0.99, 1.15), (0.05, 1.05, 1.05))
    aside, nearer, light = steps[view]
    image = Image.new("RGB", SIZE)
    for depth, speed in enumerate((0.2, 1.0, 2.2)):  # what is near moves more
        _layer(image, random.Random(seed * 10 + depth), depth, aside * speed * SIZE[0], 1 + (nearer - 1) * speed, view)
    grain = Image.effect_noise(SIZE, 12).convert("RGB")
    return ImageEnhance.Brightness(Image.blend(image.filter(ImageFilter.GaussianBlur(0.7)), grain, 0.06)).enhance(light)


def _layer(image: Image.Image, rnd: random.Random, depth: int, shift: float, scale: float, view: int) -> None:
    draw = ImageDraw.Draw(image)

    def placed(x: float, y: float) -> tuple[float, float]:
        width, height = SIZE
        return (x - width / 2) * scale + width / 2 + shift, (y - height / 2) * scale + height / 2

    if depth == 0:
        wall, floor = (tuple(rnd.randint(90, 200) for _ in range(3)) for _ in range(2))
        draw.rectangle((0, 0, *SIZE), fill=wall)
        draw.rectangle((*placed(-SIZE[0], 430), *placed(2 * SIZE[0], 1500)), fill=floor)
    for number in range((10, 14, 4)[depth]):
        x, y = rnd.uniform(-60, 900), rnd.uniform(*((0, 420), (180, 560), (420, 700))[depth])
        wide, high = rnd.uniform(40, 260), rnd.uniform(30, 220)
        colour = tuple(rnd.randint(20, 230) for _ in range(3))
        round_ = rnd.random() < 0.3
        if view == 3 and depth == 1 and number == 13:
            continue  # the guard
        shape = draw.ellipse if round_ else draw.rectangle
        shape((*placed(x, y), *placed(x + wide, y + high)), fill=colour, outline=(30, 30, 30))


@dataclass
class Pool:
    """The drawn pictures that the million are blended of."""

    pictures: list[Image.Image]
    sketches: list[Image.Image]
    waves: list[list[prints.Waves]]

    @classmethod
    def drawn(cls) -> "Pool":
        pictures = [small(machine(10_000 + seed, 0)) for seed in range(POOL)]
        sketches = [found for each in pictures if (found := prints.sketched(each))]
        assert len(sketches) == POOL
        return cls(pictures, sketches, [prints.waves(each) for each in sketches])

    def blends(self, wanted: int) -> Iterator["Blend"]:
        rnd = random.Random(1)
        for _ in range(wanted):
            yield Blend(rnd.randrange(POOL), rnd.randrange(POOL), rnd.uniform(0.25, 0.75))


class Blend(NamedTuple):
    """Two pictures of the pool, and how much of the second."""

    one: int
    other: int
    part: float

    def of(self, pictures: Sequence[Image.Image]) -> Image.Image:
        return Image.blend(pictures[self.one], pictures[self.other], self.part)

    def places(self, waves: Sequence[Sequence[prints.Waves]]) -> list[tuple[int, int]]:
        pairs = zip(waves[self.one], waves[self.other], strict=True)
        both = [
            prints.Waves(tuple(a + (b - a) * self.part for a, b in zip(x.amounts, y.amounts, strict=True)))
            for x, y in pairs
        ]
        return list(prints.places(both))


@dataclass
class Kept:
    """A database with the prints of many photos, and the small pictures of all, by their sha256."""

    database: Database
    pool: Pool
    photos: dict[str, Image.Image | Blend] = field(default_factory=dict)

    def fill(self, wanted: int) -> None:
        """Blends of drawn pictures."""
        blends = self.pool.blends(wanted)
        self._put((each, prints.written(each.of(self.pool.sketches)), each.places(self.pool.waves)) for each in blends)

    def add(self, pictures: Sequence[Image.Image]) -> list[str]:
        """The pictures that will be sought, as the house keeps them; their names."""
        first, sketches = len(self.photos) + 1, [(each, prints.sketched(each)) for each in pictures]
        self._put(
            (each, prints.written(seen), list(prints.places(prints.waves(seen)))) for each, seen in sketches if seen
        )
        return [_name(number) for number in range(first, len(self.photos) + 1)]

    def _put(self, photos: Iterator[tuple[Image.Image | Blend, str, list[tuple[int, int]]]]) -> None:
        at = rfc3339(now())
        self.database.transact(lambda session: session.execute(text(LOADING)), writes=True)
        while batch := list(islice(photos, 5000)):
            facts, rows = [], []
            for shown, drawn, places in batch:
                number = len(self.photos) + 1
                self.photos[_name(number)] = shown
                facts.append((number, _name(number), at, at, at, drawn))
                rows += [(place, print, number) for place, print in places]
            self.database.transact(partial(_load, facts=facts, rows=rows), writes=True, patience=LONG)
        self.database.transact(_in_order, writes=True, patience=LONG)

    def find(self, picture: Image.Image, sketch: Image.Image) -> "Found":
        """Which photos show this picture, as `checking` asks it."""
        began = time.perf_counter()
        waves = prints.waves(sketch)
        near = self.database.transact(lambda session: nearest(session, number=0, waves=waves), patience=LONG)
        between = time.perf_counter()
        alike, looked_at = set(), 0
        for other in near:
            place = aligned(sketch, prints.read(other.sketch))
            if place.agreement >= WORTH:
                kept, looked_at = self.photos[other.sha256], looked_at + 1
                theirs = kept.of(self.pool.pictures) if isinstance(kept, Blend) else kept
                if closely(picture, theirs, place.edges) >= ALIKE:
                    alike.add(other.sha256)
        compared = time.perf_counter() - between
        return Found(alike, {each.sha256 for each in near}, looked_at, between - began, compared)


def _name(number: int) -> str:
    return f"{number:064x}"


@dataclass(frozen=True)
class Found:
    """The photos that are alike, those whose prints are near, how many of them were looked at closely, and the seconds
    that searching and comparing took."""

    alike: set[str]
    near: set[str]
    looked_at: int
    searching: float
    comparing: float


LOADING: Final = "CREATE TABLE IF NOT EXISTS loading (place BIGINT, print BIGINT, photo BIGINT)"
PHOTOS: Final = "photos (sha256, object_key, bytes, content_type, width, height, pictures, created_at)"
FACTS: Final = "photo_facts (number, sha256, claimed_at, examined_at, compared_at, sketch)"


def _load(session: Session, *, facts: Sequence[Any], rows: Sequence[Any]) -> None:
    driver: Any = session.connection().connection
    cursor = driver.cursor()
    photos = [(fact[1], fact[1], 1, "image/jpeg", 320, 240, "available", fact[2]) for fact in facts]
    tables = ((PHOTOS, photos), (FACTS, facts), ("loading (place, print, photo)", rows))
    for table, lines in tables:
        if is_sqlite(session.get_bind()):
            cursor.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(lines[0]))})", lines)
            continue
        with cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for line in lines:
                copy.write_row(line)


def _in_order(session: Session) -> None:
    """As an index is built: one after the other."""
    session.execute(
        text("INSERT INTO photo_prints SELECT place, print, photo FROM loading ORDER BY place, print, photo")
    )
    session.execute(text("DROP TABLE loading"))
    session.execute(text("ANALYZE"))


def photographs(folder: Path) -> list[Image.Image]:
    """Every photograph in a folder, as large as a phone sends it over WeChat."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp"}:
            with Image.open(path) as opened:
                opened.draft("RGB", (1600, 1600))
                image = opened.convert("RGB")
            image.thumbnail((1280, 1280))
            found.append(image)
    return found


@dataclass
class Tally:
    """Of one edit: how many were sought, found, and taken for another."""

    name: str
    sought: int = 0
    candidates: int = 0
    found: int = 0
    wrong: int = 0

    def row(self) -> list[str]:
        recall = f"{self.found / self.sought:.3f}" if self.sought else ""
        told = self.found + self.wrong
        precision = f"{self.found / told:.3f}" if told else ""
        return [self.name, str(self.sought), str(self.candidates), str(self.found), recall, str(self.wrong), precision]


def sought(kept: Kept, pictures: Mapping[str, Image.Image], times: list[Found]) -> Iterator[Tally]:
    """Each picture, edited in each way, is sought; it was kept under its name."""
    for name, (edit, quality) in EDITS.items():
        rnd, tally = random.Random(name), Tally(name)
        for own, original in pictures.items():
            seen = small(compressed(edit(original, rnd), quality))
            if (sketch := prints.sketched(seen)) is None:
                continue
            found = kept.find(seen, sketch)
            times.append(found)
            tally.sought += 1
            tally.candidates += own in found.near
            tally.found += own in found.alike
            tally.wrong += len(found.alike - {own})
        yield tally


def others(kept: Kept, machines: Sequence[str], times: list[Found]) -> Tally:
    """Each machine from three other places: whatever is found is wrong."""
    tally = Tally("the same machine from another place")
    for seed, own in enumerate(machines):
        for view in (1, 2, 3):
            seen = small(machine(seed, view))
            if (sketch := prints.sketched(seen)) is None:
                continue
            found = kept.find(seen, sketch)
            times.append(found)
            tally.sought += 1
            tally.candidates += own in found.near
            tally.wrong += len(found.alike)
    return tally
