"""What kind of hazard words speak of: proposed with the words that decided, or not at all."""

import json
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.commands.kinds import learn_kinds
from app.sorting.accident_types import standards
from app.sorting.describing import KEYS, OF_1986, Describer, accident_of, describer
from app.sorting.learning_kinds import agreement, filled, labelled_lines, learned
from app.sorting.lexicon import lexicon
from app.sorting.proposals import Described
from app.sorting.reading import read
from app.sorting.terms import Discipline, Factor
from app.sorting.weighing import Weights
from app.sorting.wordings import general

HELD: Final = Path(__file__).parents[1] / "data" / "sorting" / "tune" / "mixed_2.jsonl"
NOW, BEFORE = date(2026, 11, 23), date(2026, 6, 30)


def described(text: str, on: date = NOW) -> Described:
    return describer()(read(text, lexicon()), on)


@pytest.mark.parametrize(
    ("text", "factor", "discipline"),
    [
        ("灭火器压力不足", "object", "fire"),
        ("配电箱电线裸露，未接地", "object", "electrical"),
        ("新员工没有安全教育培训记录", "management", "safety"),
        ("操作工没戴安全帽", "human", "safety"),
    ],
)
def test_words_speak_of_a_factor_and_a_discipline(text: str, factor: str, discipline: str) -> None:
    told = described(text)
    assert told.factor
    assert told.discipline
    assert (told.factor.value, told.discipline.value) == (factor, discipline)


def test_an_accident_is_named_by_the_edition_in_force_on_the_day() -> None:
    text = "打磨车间除尘器泄爆片破损，积尘严重"
    new, old = described(text).accident_type, described(text, BEFORE).accident_type
    assert new
    assert old
    assert (new.standard, new.title) == ("GB 6441-2025", "粉尘爆炸")
    assert (old.standard, old.title) == ("GB 6441-1986", "其他爆炸")


def test_every_kind_that_is_learned_has_its_code_in_both_editions() -> None:
    latest = standards()[-1]
    for kind in latest.types:
        old, new = accident_of(kind.title, BEFORE), accident_of(kind.title, NOW)
        assert new == kind
        assert old is not None, kind.title
        assert old.standard == "GB 6441-1986", kind.title
    assert OF_1986.keys() <= {kind.title for kind in latest.types}


def test_what_is_learned_are_words_of_the_house() -> None:
    """No weight is of a value, a concept or a sign that there is not."""
    weights, titles = describer().weights, {kind.title for kind in standards()[-1].types}
    known = {"factor": set(map(str, Factor)), "discipline": set(map(str, Discipline)), "accident_type": titles}
    for subject in weights.subjects:
        key, _, value = subject.partition(":")
        assert value in known[key], subject
    assert {subject.partition(":")[0] for subject in weights.subjects} == set(KEYS)


@given(st.text(max_size=2000))
def test_no_text_is_too_strange(text: str) -> None:
    told = described(text)
    for each in (told.factor, told.discipline, told.accident_type):
        assert each is None or (each.because and 0 < each.score <= 1)
        assert each is None or all(word in text for word in each.because)


@pytest.mark.parametrize("text", ["", "三号位，如图所示", "😀", "ok", "1234567890"])
def test_what_says_nothing_is_described_by_nothing(text: str) -> None:
    assert described(text) == Described()


def test_the_same_findings_teach_the_same_weights() -> None:
    lines = [each.model_dump() for each in general()[:60]]
    once, again = learned(lines, lexicon()), learned(lines, lexicon())
    assert once.weights == again.weights
    assert once.weights
    assert isinstance(once, Weights)
    assert "60" in once.learned_from


def test_what_is_proposed_agrees_with_people_who_taught_it_nothing() -> None:
    """Findings whose kinds were labelled only to measure. Who labels disciplines agrees least with others."""
    held = labelled_lines(HELD)
    agreed = {
        key: (right / said, said / labelled) for key, (labelled, said, right) in agreement(held, lexicon(), NOW).items()
    }
    for key, (least, proposed) in {
        "factor": (0.85, 0.85), "discipline": (0.8, 0.6), "accident_type": (0.8, 0.7),
    }.items():  # fmt: skip
        assert agreed[key][0] >= least, agreed
        assert agreed[key][1] >= proposed, agreed


def test_findings_of_a_criterion_lend_their_kind_to_others_of_it() -> None:
    told: dict[str, Any] = {
        "criteria": ["GM-11-03"],
        "factor": "object",
        "discipline": "equipment",
        "accident_type": None,
    }
    untold: dict[str, Any] = {"criteria": ["GM-11-03"]}
    other: dict[str, Any] = {"criteria": []}
    assert filled([told, untold, other]) == [told, untold | {"factor": "object", "discipline": "equipment"}, other]


def test_kinds_are_learned_and_measured_by_commands(tmp_path: Path) -> None:
    lines = [
        json.dumps(each.model_dump(mode="json") | {"list": "hazard"}, ensure_ascii=False) for each in general()[:40]
    ]
    file, to = tmp_path / "labelled.jsonl", tmp_path / "describing.json"
    file.write_text("\n".join(lines), "utf-8")
    learn_kinds([file], to)
    assert Describer.read(to).weights.weights
    assert "learn-kinds" in to.read_text("utf-8")[:200]
