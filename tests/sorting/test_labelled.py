"""How well labelled findings are read. Those in `tune/` have taught the words and the weights; those in `held/` only
measure, each file by a writer who saw neither the others nor the reader.

The floors are what is wanted of it; what was measured when the weights were learned is in docs/sorting.md.
"""

from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from app.sorting.evaluating import Labelled, judge_all, read, report
from app.sorting.in_force import as_released
from app.sorting.terms import Level, ListName

FILES = Path(__file__).parents[1] / "data" / "sorting"
TODAY = date(2026, 11, 25)


HELD = ("mixed", "outsider")


def labelled(folder: str, name: str) -> list[Labelled]:
    return read((FILES / folder / f"{name}.jsonl").read_text("utf-8").splitlines())


@cache
def told(name: str) -> dict[str, Any]:
    """The figures of a file that only measures."""
    house = as_released()
    judged = judge_all(labelled("held", name), house.catalogue, house.by_text, TODAY)
    return dict(report(judged, house.catalogue))


def share(name: str, *path: str) -> float:
    row: Any = told(name)
    for part in path:
        row = row[part]
    return float(row["share"])


@pytest.mark.parametrize("name", HELD)
def test_the_right_criterion_is_among_the_first_three(name: str) -> None:
    assert share(name, "majors", "among_three") >= 0.95


@pytest.mark.parametrize("name", HELD)
def test_general_hazards_raise_few_alarms(name: str) -> None:
    assert share(name, "major_alarms", "on_general") <= 0.05


@pytest.mark.parametrize("name", HELD)
def test_hazard_risk_and_nothing_are_told_apart(name: str) -> None:
    assert share(name, "list") >= 0.95


@pytest.mark.parametrize("name", HELD)
def test_every_criterion_is_touched_by_several_findings(name: str) -> None:
    assert told(name)["untouched"] == []
    assert min(row["findings"] for row in told(name)["criteria"].values()) >= 2


def test_every_criterion_was_taught_by_many_findings() -> None:
    assert all(taught()[0][each.code] >= 20 for each in as_released().catalogue)


def test_no_finding_both_teaches_and_measures() -> None:
    held = {each.description for name in HELD for each in labelled("held", name)}
    assert not held & taught()[1]


def test_there_are_findings_of_every_kind() -> None:
    held = [each for name in HELD for each in labelled("held", name)]
    assert len(held) >= 600
    assert sum(each.level is Level.GENERAL for each in held) >= 200
    assert {each.list for each in held} == {ListName.HAZARD, ListName.RISK, ListName.NONE}


@cache
def taught() -> tuple[Counter[str], frozenset[str]]:
    """How many findings taught each criterion, and what all that taught say."""
    found = [each for file in sorted((FILES / "tune").glob("*.jsonl")) for each in labelled("tune", file.stem)]
    return Counter(code for each in found for code in each.criteria), frozenset(each.description for each in found)
