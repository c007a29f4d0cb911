"""How long it takes to say what words propose: their kind, a standard wording, the measure of a risk list."""

from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from typing import Any, Final, TypeVar

from app.sorting.describing import describer
from app.sorting.evaluating import read as labelled
from app.sorting.in_force import as_released
from app.sorting.lexicon import lexicon
from app.sorting.likeness import Shelf, features
from app.sorting.reading import read
from app.sorting.verdict import PENDING, Said
from app.sorting.wordings import library, offered
from bench.sorting import FILES, TODAY, summary, times

SIZES: Final = (50, 500, 5_000)
PLACES: Final = ("打磨车间", "喷漆房", "冲压车间", "危化品仓库", "配电室", "食堂")
T = TypeVar("T")


def measure(most: int) -> dict[str, Any]:
    """Milliseconds for each of `most` labelled findings, and to put up and search risk lists of several sizes."""
    lines = (FILES / "mixed.jsonl").read_text("utf-8").splitlines()[:most]
    texts = [each.description for each in labelled(lines)]
    catalogue = as_released().catalogue
    words, describe = lexicon(), describer()
    readings = [read(text, words) for text in texts]
    found = {
        "kind": _taken(readings, lambda reading: describe(reading, TODAY)),
        "wordings": _taken(texts, lambda text: offered(Said(description=text, on=TODAY), PENDING, catalogue)),
    }
    sentences = [each.description + "，" + each.rectify for each in library(catalogue, TODAY).wordings]
    wanted = [features(reading, words) for reading in readings]
    for size in SIZES:
        draw = Random(size)
        measures = [
            f"{draw.choice(sentences)}，{draw.choice(PLACES)}{number % 40}号，{draw.choice(sentences)[:20]}"
            for number in range(size)
        ]
        shelf = Shelf(measures)
        found[f"put up {size} measures"] = _taken([measures] * 3, Shelf)
        found[f"search {size} measures"] = _taken(wanted, partial(shelf.likest, most=2, least=0.3))
    return {"findings": len(texts)} | found


def _taken(each: Sequence[T], work: Callable[[T], object]) -> dict[str, float]:
    return summary([times(each, work)])
