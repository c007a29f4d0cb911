"""Photos of a dozen makers, and files that are wrong in every way known: each gets what the table says."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from app.photos.images import Picture, Variant, derive, inspect
from app.photos.outlines import DamagedPhoto, PictureState, UnsupportedPhoto
from tests.photos.corpus import ALL, MALFORMED, PHONES, Outcome

TABLE = Path(__file__).parents[2] / "docs" / "photos.md"

KEPT = {PictureState.NONE: Outcome.DOCUMENT, PictureState.UNAVAILABLE: Outcome.ORIGINAL}


def outcome(content: bytes) -> tuple[Outcome, Picture | None]:
    """What becomes of a file, and what is said of it."""
    try:
        judged = inspect(BytesIO(content))
    except UnsupportedPhoto:
        return Outcome.UNSUPPORTED, None
    except DamagedPhoto:
        return Outcome.DAMAGED, None
    if judged.pictures in KEPT:
        return KEPT[judged.pictures], judged
    try:
        shown = derive(BytesIO(content), Variant.DISPLAY)
    except (UnsupportedPhoto, DamagedPhoto):
        return Outcome.BROKEN, judged
    return harmless(shown, judged), judged


def harmless(shown: bytes, judged: Picture) -> Outcome:
    """A JPEG of the right shape, with nothing in it but the picture."""
    picture = Image.open(BytesIO(shown), formats=["JPEG"])
    assert judged.width
    assert judged.height
    scale = min(1.0, 1280 / max(judged.width, judged.height))
    assert picture.size == (round(judged.width * scale), round(judged.height * scale))
    assert picture.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    for hidden in (b"Exif", b"http", b"script", b"PK\3\4", b"Apple", b"SEFT", b"ICC_PROFILE"):
        assert hidden not in shown
    return Outcome.SHOWN


@pytest.mark.parametrize("name", ALL)
def test_each_file_gets_what_the_table_says(name: str) -> None:
    sample = ALL[name]
    found, judged = outcome(sample.make())
    assert found == sample.outcome
    size = (judged.width, judged.height) if judged and judged.width else None
    assert size == sample.size


def test_the_page_shows_the_same_table() -> None:
    rows = [line.strip("| ").split(" | ") for line in TABLE.read_text().splitlines() if line.startswith("| ")]
    said = {row[0]: row[1] for row in rows if row[0] in ALL}
    assert said == {name: sample.outcome for name, sample in ALL.items()}
    assert len(PHONES) + len(MALFORMED) == len(ALL)
