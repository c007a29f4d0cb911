"""How long a finding takes to be read, beside one pass of a regular expression of all the words over the same text."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any, Final, TypeVar

from app.sorting.evaluating import Labelled, read
from app.sorting.in_force import as_released
from app.sorting.lexicon import lexicon
from app.sorting.verdict import Said

FILES: Final = Path(__file__).parents[1] / "tests" / "data" / "sorting" / "held"
TODAY: Final = date(2026, 11, 25)
T = TypeVar("T")


def measure(rounds: int) -> dict[str, Any]:
    """Milliseconds a finding of the files that only measure: the house, the regular expression, and their ratio."""
    lines = [line for file in sorted(FILES.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    said = [_said(each) for each in read(lines)]
    house = as_released()
    words = sorted((word for concept in lexicon().concepts.values() for word in concept.words), key=len, reverse=True)
    one_pass = re.compile("|".join(map(re.escape, words)))
    ours = [times(said, lambda each: house.by_text(each, house.catalogue)) for _ in range(rounds)]
    bare = [times(said, lambda each: one_pass.findall(each.description)) for _ in range(rounds)]
    found = {"house": summary(ours), "one regex pass": summary(bare)}
    return {"findings": len(said)} | found | {"ratio": found["house"]["median"] / found["one regex pass"]["median"]}


def _said(label: Labelled) -> Said:
    sectors, categories = frozenset(label.sectors), frozenset(label.special_categories)
    return Said(description=label.description, on=TODAY, sectors=sectors, special_categories=categories)


def times(given: Sequence[T], work: Callable[[T], object]) -> list[float]:
    """Milliseconds that each takes."""
    taken: list[float] = []
    for each in given:
        begun = perf_counter()
        work(each)
        taken.append(1000 * (perf_counter() - begun))
    return taken


def summary(rounds: Sequence[Sequence[float]]) -> dict[str, float]:
    """Median and 99th of a hundred of the best round."""
    best = min(rounds, key=median)
    return {"median": median(best), "p99": quantiles(best, n=100)[98]}
