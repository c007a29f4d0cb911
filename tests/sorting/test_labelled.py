"""How well labelled findings are read. `tune*.jsonl` have taught the words and the weights; `held.jsonl` only measures.

The floors are what was measured when the weights were learned, less a little: who changes a word sees what it costs.
"""

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


@cache
def labelled(half: str) -> list[Labelled]:
    return list(read((FILES / f"{half}.jsonl").read_text("utf-8").splitlines()))


@cache
def told(half: str) -> dict[str, Any]:
    house = as_released()
    return dict(report(judge_all(labelled(half), house.catalogue, house.by_text, TODAY), house.catalogue))


def share(half: str, *path: str) -> float:
    row: Any = told(half)
    for name in path:
        row = row[name]
    return float(row["share"])


def test_the_right_criterion_is_among_the_first_three() -> None:
    assert share("held", "majors", "among_three") >= 0.905


def test_general_hazards_raise_few_alarms() -> None:
    assert share("held", "major_alarms", "on_general") <= 0.05


def test_hazard_risk_and_nothing_are_told_apart() -> None:
    assert share("held", "list") >= 0.93


@pytest.mark.parametrize("half", ["tune", "held"])
def test_every_criterion_is_touched_by_several_findings(half: str) -> None:
    assert told(half)["untouched"] == []
    assert min(row["findings"] for row in told(half)["criteria"].values()) >= 2


def test_no_finding_is_in_both_halves() -> None:
    tune, more, held = ({each.description for each in labelled(half)} for half in ("tune", "tune_more", "held"))
    assert not (tune | more) & held


def test_there_are_findings_of_every_kind() -> None:
    both = [*labelled("tune"), *labelled("held")]
    assert len(both) >= 600
    assert sum(each.level is Level.GENERAL for each in both) >= 200
    assert {each.list for each in both} == {ListName.HAZARD, ListName.RISK, ListName.NONE}
