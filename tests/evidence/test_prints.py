"""Prints find a picture again when it was edited a little, and likeness tells it from another one like it."""

from io import BytesIO
from itertools import combinations

import pytest
from PIL import Image, ImageDraw

from app.evidence import prints
from app.evidence.likeness import ALIKE, WORTH, aligned, closely
from tests.evidence.scenes import EDITS, cropped, jpeg, scene

SEEDS = range(5)


def small(image: Image.Image, quality: int = 85) -> Image.Image:
    """As the house keeps it."""
    return Image.open(BytesIO(jpeg(image, quality))).convert("L")


def sketch(picture: Image.Image) -> Image.Image:
    found = prints.sketched(picture)
    assert found is not None
    return found


KEPT = {seed: small(scene(seed)) for seed in SEEDS}
SKETCHES = {seed: sketch(picture) for seed, picture in KEPT.items()}


def likeness(one: Image.Image, other: Image.Image) -> float:
    place = aligned(sketch(one), sketch(other))
    return closely(one, other, place.edges) if place.agreement >= WORTH else 0.0


def found_by(new: Image.Image, kept: Image.Image) -> int | None:
    """How many bits a new sketch's print is apart from where a kept one is found by it; None if it is not found."""
    places = list(prints.places(prints.waves(kept)))
    apart = [
        prints.apart(print, theirs)
        for print, wanted in prints.sought(prints.waves(new))
        for place, theirs in places
        if place in wanted
    ]
    return min(apart, default=None)


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_picture_is_found_again(edit: str, seed: int) -> None:
    edited = small(EDITS[edit](scene(seed)), quality=40)
    apart = found_by(sketch(edited), SKETCHES[seed])
    assert apart is not None
    assert apart <= prints.NEAR
    assert likeness(edited, KEPT[seed]) >= ALIKE


def test_no_two_scenes_are_alike() -> None:
    for one, other in combinations(SEEDS, 2):
        assert likeness(KEPT[one], KEPT[other]) < ALIKE


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_things_from_half_a_step_aside_are_another_picture(seed: int) -> None:
    """What is near moves against what is far."""
    assert likeness(small(scene(seed, aside=20)), KEPT[seed]) < ALIKE


@pytest.mark.parametrize("seed", SEEDS)
def test_a_new_date_on_an_old_picture_makes_no_new_picture(seed: int) -> None:
    dated = scene(seed).copy()
    ImageDraw.Draw(dated).text((150, 205), "2026-11-23 09:04", fill="white", font_size=20)
    assert likeness(small(dated), KEPT[seed]) >= ALIKE


def test_likeness_is_the_same_both_ways() -> None:
    part, whole = small(cropped(scene(1), 0.05, 0, 0.05, 0.02)), KEPT[1]
    assert likeness(part, whole) == pytest.approx(likeness(whole, part), abs=0.02)


def test_nothing_is_known_of_a_picture_with_nothing_on_it() -> None:
    for grey in (0, 128, 255):
        assert prints.sketched(Image.new("L", (60, 40), grey)) is None


def test_a_sketch_survives_being_written() -> None:
    assert prints.read(prints.written(SKETCHES[0])).tobytes() == SKETCHES[0].tobytes()


def test_a_print_survives_a_database_of_signed_numbers() -> None:
    for print in (0, 1, (1 << 63) - 1, 1 << 63, (1 << 64) - 1):
        assert -(1 << 63) <= prints.signed(print) < 1 << 63
        assert prints.apart(print, prints.signed(print)) == 0
        assert prints.apart(print ^ 0b1011, prints.signed(print)) == 3


def test_what_is_sought_is_no_more_than_an_index_bears() -> None:
    """One and eight and twenty-eight values for each quarter of each pair of windows."""
    sought = list(prints.sought(prints.waves(SKETCHES[0])))
    assert [len(set(places)) for _, places in sought] == [37 * 4] * 3
