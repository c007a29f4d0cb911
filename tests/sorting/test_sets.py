"""Sets of criteria: what a file must say, and which version of which set holds on a day."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.sorting.criteria import BadCriteria
from app.sorting.in_force import as_released, in_force
from app.sorting.sets import CriteriaSet, catalogue, holdings, released
from app.sorting.terms import Level, Sector
from app.sorting.verdict import Said
from tests.criteria.stories import a_set, criteria

GOOD = a_set("A")
SAID = Said(description="", on=date(2026, 11, 23), sectors=frozenset({Sector.TRANSPORT}))
CODE = GOOD["criteria"][0]["code"]


def of(version: int = 1, **more: Any) -> CriteriaSet:
    return CriteriaSet.of(GOOD | more, version)


def test_a_set_says_for_its_criteria_what_they_do_not_say() -> None:
    first, second = of().criteria
    assert (first.standard, first.source, first.applies_to) == (
        GOOD["title"], GOOD["legal_source"], frozenset({"transport"}),
    )  # fmt: skip
    assert (first.effective_from, first.effective_to) == (date(2026, 6, 1), None)
    assert (first.verified, first.verified_by) == (True, GOOD["verified_by"])
    assert (second.verified, second.verified_by) == (False, None)


@pytest.mark.parametrize(
    ("applies_to", "sectors", "categories", "binds"),
    [
        (["all"], "transport", "", True),
        (["confined_space"], "textile", "confined_space", True),
        (["confined_space", "gas"], "gas", "", True),
        (["confined_space"], "textile", "", False),
    ],
)
def test_a_set_that_cuts_across_trades_goes_by_what_the_enterprise_has(
    applies_to: list[str], sectors: str, categories: str, binds: bool
) -> None:
    for criterion in of(applies_to=applies_to).criteria:
        assert criterion.binds(frozenset(sectors.split()), frozenset(categories.split())) is binds


ONE, TWO = GOOD["criteria"]


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        *((GOOD | {key: None}, f"the set: {key} missing") for key in ("name", "title", "legal_source", "applies_to")),
        ({key: value for key, value in GOOD.items() if key != "effective_from"}, "the set: effective_from missing"),
        ({key: value for key, value in GOOD.items() if key != "verified_by"}, "verified_by missing: who compared"),
        (GOOD | {"criteria": []}, "criteria is no list"),
        (GOOD | {"applies_to": ["mining"]}, "the set: applies to the unknown sector 'mining'"),
        (GOOD | {"applies_to": "transport"}, "applies_to is no list"),
        (GOOD | {"effective_to": "2026-05-31"}, "ends on 2026-05-31, before it begins on 2026-06-01"),
        (GOOD | {"effective_from": "june"}, "effective_from is no date: 'june'"),
        (GOOD | {"colour": "red"}, "the set: unknown colour"),
        (GOOD | {"name": "two words"}, "name is one word"),
        (GOOD | {"title": "长" * 201}, "title is no text of at most 200 characters"),
        (criteria(GOOD, {"text": None}, {}), f"entry 1 \\({CODE}\\): text missing"),
        (criteria(GOOD, {}, {"code": CODE}), f"{CODE}: 2026-06-01 stands there twice"),
        (criteria(GOOD, {}, {"code": CODE, "effective_from": "2026-09-01"}), f"{CODE}: the versions of .* overlap"),
        (criteria(GOOD, {"sector": "mining"}, {}), "unknown sector 'mining'"),
        (criteria(GOOD, {"applies_to": ["gas", "mining"]}, {}), "applies to the unknown sector 'mining'"),
        (criteria(GOOD, {"effective_from": "2026-05-01"}, {}), "in force outside the days of its set"),
        (criteria(GOOD, {}, {"confidence": "compared"}), "compared, but verified_by says nobody"),
        (criteria(GOOD, {"item": "1"}, {}), "article and item are numbers"),
        (criteria(GOOD, {"patterns": "泄爆"}, {}), "patterns is no list of lines"),
        ([], "the file is no object"),
    ],
)
def test_a_file_that_is_not_whole_is_refused_with_what_is_wrong(data: Any, complaint: str) -> None:
    with pytest.raises(BadCriteria, match=complaint):
        CriteriaSet.of(data)


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(BadCriteria) as bad:
        CriteriaSet.of(criteria(GOOD, {"item": None}, {"sector": "mining"}))
    assert [line.split(":")[0] for line in str(bad.value).splitlines()] == [
        f"entry 1 ({CODE})",
        f"entry 2 ({TWO['code']})",
    ]


OLD, CORRECTED = of(1), of(2, title="更正")
NEXT, ENDED = of(3, effective_from="2027-03-01"), of(4, effective_from="2026-01-01", effective_to="2026-06-30")


@pytest.mark.parametrize(
    ("sets", "held"),
    [
        ([OLD], [(1, "2026-06-01", None)]),
        ([OLD, CORRECTED], [(2, "2026-06-01", None)]),
        ([NEXT, OLD], [(1, "2026-06-01", "2027-02-28"), (3, "2027-03-01", None)]),
        ([ENDED, OLD], [(4, "2026-01-01", "2026-05-31"), (1, "2026-06-01", None)]),
        ([ENDED, NEXT], [(4, "2026-01-01", "2026-06-30"), (3, "2027-03-01", None)]),
    ],
)
def test_on_each_day_the_version_holds_that_began_last(
    sets: list[CriteriaSet], held: list[tuple[int, str, str | None]]
) -> None:
    found = [(each.set.version, str(each.since), each.until and str(each.until)) for each in holdings(sets)]
    assert found == held


def test_a_finding_is_judged_by_what_was_in_force_on_its_day() -> None:
    now = in_force([OLD, of(3, **criteria(GOOD, {"text": "新的条文"}, {}) | {"effective_from": "2027-03-01"})])
    texts = [(each and each.text) for day in ("2026-05-31", "2026-06-01", "2027-02-28", "2027-03-01")
             for each in [now.catalogue.in_force(CODE, date.fromisoformat(day))]]  # fmt: skip
    assert texts == [None, ONE["text"], ONE["text"], "新的条文"]


def test_an_order_that_replaces_one_of_the_release_is_the_next_version_of_its_set() -> None:
    new = a_set(name="GM", effective_from="2027-01-01")
    new = criteria(new, {"code": "GM-11-03", "text": "另一件事"}, {"code": "GM-11-04", "text": "又一件事"})
    now = in_force([CriteriaSet.of(new, 1)])
    before, after = date(2026, 12, 31), date(2027, 1, 1)
    assert now.catalogue.in_force("GM-03-01", before)
    assert not now.catalogue.in_force("GM-03-01", after)
    (changed,) = (each for each in now.catalogue.versions("GM-11-03") if each.covers(after))
    assert (changed.text, changed.patterns) == ("另一件事", ())  # the house's patterns are of another wording
    assert [each.set.version for each in now.sets_on(after) if each.set.name == "GM"] == [1]


def test_the_same_code_in_two_sets_on_a_day_is_refused() -> None:
    other = CriteriaSet.of(criteria(a_set(), {"code": CODE}, {}), 1)
    with pytest.raises(BadCriteria, match=CODE):
        in_force([OLD, other])


def test_patterns_and_words_that_can_not_be_read_refuse_the_set() -> None:
    for data in (
        criteria(GOOD, {"patterns": ["-没有这个概念"]}, {}),
        GOOD | {"words": {"concepts": [{"name": "新词"}], "signs": {}}},
        {key: value for key, value in GOOD.items() if key != "words"},
    ):
        with pytest.raises(BadCriteria):
            in_force([CriteriaSet.of(data, 1)])


def test_the_release_is_three_sets_whole_and_in_force() -> None:
    assert [(each.name, each.version, len(each.criteria)) for each in released()] == [
        ("GM", 0, 64), ("HG", 0, 20), ("YH", 0, 20),
    ]  # fmt: skip
    assert all(each.patterns is None for each in catalogue())
    assert {each.set.name for each in as_released().sets_on(date(2026, 11, 23))} == {"GM", "HG", "YH"}
    assert {each.set.name for each in as_released().sets_on(date(2020, 1, 1))} == {"HG", "YH"}


def test_a_loaded_set_is_read_by_the_words_and_patterns_that_it_brings() -> None:
    now = in_force([OLD])
    said = replace(SAID, description="自动化立体仓库没装货位沉降监测装置")
    read = now.by_text(said, now.catalogue)
    assert read is not None
    assert (read.level, [each.code for each in read.criteria][:1]) == (Level.MAJOR, [TWO["code"]])
    assert not read.criteria[0].verified


def test_the_set_in_the_docs_can_be_loaded() -> None:
    page = (Path(__file__).parents[2] / "docs" / "criteria-sets.md").read_text("utf-8")
    told = json.loads(page.split("```json")[1].split("```")[0])
    now = in_force([CriteriaSet.of(told, 1)])
    said = replace(SAID, description="沉降监测坏了一年了")
    read = now.by_text(said, now.catalogue)
    assert read is not None
    assert read.criteria[0].code == told["criteria"][0]["code"]
