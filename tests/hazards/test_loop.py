"""The loop against `data/loop.csv` and `data/levels.csv`, written by hand from the page that fixes the loop."""

from collections import Counter
from dataclasses import replace
from itertools import product

import pytest

from app.hazards.conditions import RECORD_REASONS
from app.hazards.loop import LOOP, MOVES
from app.hazards.rules import REASONS
from app.hazards.terms import State, WaitingFor
from app.sorting.terms import Level
from tests.hazards.cast import ALL, GROUPS, asked_for, body, expanded, hazard, person, refusal, step, told

LOOP_TABLE, LEVEL_TABLE = told("loop.csv"), told("levels.csv")
GRADING = {"confirm": State.REPORTED, "accept": State.REVIEWING, "regrade": State.REVIEWING}


def everything() -> set[tuple[str, ...]]:
    return set(product(*(ALL[name] for name in ("action", "from", "level", "origin", "who"))))


def every_change_of_level() -> set[tuple[str, ...]]:
    cases = product(GRADING, ALL["to"], ALL["level"], ALL["origin"], ALL["who"])
    return {case for case in cases if (case[1] == Level.MAJOR) == (case[2] in GROUPS["generals"])}


def test_the_table_says_everything_once() -> None:
    said = Counter(case for row in LOOP_TABLE for case in expanded(row))
    assert set(said) == everything()
    assert set(said.values()) == {1}


def test_the_table_of_levels_says_every_change_once() -> None:
    said = Counter(case for row in LEVEL_TABLE for case in expanded(row))
    assert every_change_of_level() <= set(said)
    assert set(said.values()) == {1}


@pytest.mark.parametrize("row", LOOP_TABLE, ids=lambda row: "-".join(row.values()))
def test_the_loop_is_what_was_written_down(row: dict[str, str]) -> None:
    for case in expanded(row):
        expected = case[1] if row["expected"] == "same" else row["expected"]
        assert outcome(*case) == expected, case


def outcome(name: str, state: str, level: str, origin: str, who: str) -> str:
    """The state that a step leads to, or why it is refused."""
    action, caller = LOOP[name], person(who)
    seen = asked_for(name, hazard(state, level, origin, who), who)
    asked = body(name, seen.level, seen.level if name == "accept" else None)
    done_by = (caller.id,) if who == "rectifier" else ()
    reason = refusal(action, seen, caller, asked)
    return reason or action.changes(step(seen, caller, asked, rectified_by=done_by)).get("state", state)


@pytest.mark.parametrize("row", LEVEL_TABLE, ids=lambda row: "-".join(row.values()))
def test_a_level_changes_only_as_was_written_down(row: dict[str, str]) -> None:
    for name, to, level, origin, who in set(expanded(row)) & every_change_of_level():
        action, caller, seen = LOOP[name], person(who), hazard(GRADING[name], level, origin, who)
        asked = body(name, seen.level, Level(to))
        after = refusal(action, seen, caller, asked) or action.changes(step(seen, caller, asked))["level"]
        assert after == row["expected"], (level, origin, who)


def test_every_reason_can_be_explained() -> None:
    said = {row["expected"] for row in LOOP_TABLE + LEVEL_TABLE} - set(State) - set(Level) - {"same"}
    assert said - {"level_confirmed"} <= set(REASONS) | set(RECORD_REASONS)


def test_every_row_ends_in_the_states_that_the_table_names() -> None:
    for name, action in LOOP.items():
        ends = {row["expected"] for row in LOOP_TABLE if name in row["action"].split("|")} & set(State)
        assert ends <= set(action.targets), name


def test_every_wait_is_for_a_step_of_the_loop() -> None:
    assert set(MOVES) == set(WaitingFor)
    assert set(MOVES.values()) <= set(LOOP)


def test_a_row_that_sets_what_its_body_lacks_does_not_load() -> None:
    with pytest.raises(TypeError, match="colour"):
        replace(LOOP["comment"], sets=("colour",))


def test_a_row_with_a_way_names_where_it_leads() -> None:
    with pytest.raises(TypeError, match="targets"):
        replace(LOOP["confirm"], targets=())


def test_a_row_says_what_it_does_in_a_sentence() -> None:
    said = LOOP["rectify"].description
    assert said.startswith("整改完成：制定方案、整改中 → 待复查。")
    assert said.endswith("依据：安全生产法第六十五条。")
    assert "状态不变" in LOOP["comment"].description
