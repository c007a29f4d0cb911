"""Findings read: which criteria they may meet, by whose words, at which enterprise, on which day."""

from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sorting.in_force import InForce, as_released
from app.sorting.terms import Level, ListName, Method, Sector, SpecialCategory
from app.sorting.verdict import PENDING, Said, Sorting, judge

DAY = date(2026, 11, 20)
MACHINERY, CHEMICAL = frozenset({Sector.MACHINERY}), frozenset({Sector.CHEMICAL})
DUST, CONFINED = frozenset({SpecialCategory.DUST_EXPLOSION}), frozenset({SpecialCategory.CONFINED_SPACE})


@cache
def house() -> InForce:
    return as_released()


def verdict(
    text: str,
    sectors: frozenset[Sector] = MACHINERY,
    categories: frozenset[SpecialCategory] = frozenset(),
    on: date = DAY,
) -> Sorting:
    said = Said(description=text, on=on, sectors=sectors, special_categories=categories)
    return judge(said, house().catalogue, house().by_text)


def codes(sorting: Sorting) -> list[str]:
    return [each.code for each in sorting.criteria]


def test_what_is_missing_names_its_criterion_and_says_because() -> None:
    sorting = verdict("打磨车间3号除尘器没得泄爆片", categories=DUST)
    first = sorting.criteria[0]
    assert (sorting.list, sorting.level, sorting.method) == (ListName.HAZARD, Level.MAJOR, Method.TEXT)
    assert first.code == "GM-11-03"
    assert "没得泄爆片" in first.because
    assert [(each.said, each.criterion) for each in first.meets] == [("没得泄爆片", "泄爆")]


def test_no_word_is_shown_twice_and_none_is_a_single_character() -> None:
    sorting = verdict("定员3人，插引间里坐了5个，还有个抱小孩的", frozenset({Sector.FIREWORKS}))
    because = sorting.criteria[0].because
    assert all(len(word) > 1 for word in because)
    assert not [word for word in because if any(word in other for other in because if other != word)]


@pytest.mark.parametrize(
    ("text", "categories"),
    [
        ("除尘系统已设置泄爆装置，完好有效", DUST),
        ("除尘器泄爆口旁警示标识褪色", DUST),
        ("上次提出的泄爆片缺失问题已整改完毕", DUST),
        ("叉车司机无证驾驶", frozenset[SpecialCategory]()),
        ("速冻间内9人作业，没有超过", frozenset({SpecialCategory.AMMONIA_REFRIGERATION})),
        ("有限空间没有台账，警示标志完好", CONFINED),
    ],
)
def test_what_is_near_a_criterion_is_no_major(text: str, categories: frozenset[SpecialCategory]) -> None:
    assert verdict(text, categories=categories).level is not Level.MAJOR


def test_where_an_item_says_and_both_halves_must_fail() -> None:
    assert codes(verdict("有限空间没有台账，也没有设置警示标志", categories=CONFINED))[:1] == ["GM-13-01"]


def test_numbers_decide() -> None:
    cold = frozenset({SpecialCategory.AMMONIA_REFRIGERATION})
    assert "GM-12-02" in codes(verdict("速冻间里有12名工人在作业", categories=cold))


@pytest.mark.parametrize(
    ("sectors", "expected"),
    [(MACHINERY, "GM-03-02"), (CHEMICAL, "HG-02"), (frozenset({Sector.FIREWORKS}), "YH-02")],
)
def test_the_same_words_meet_the_criterion_of_each_trade(sectors: frozenset[Sector], expected: str) -> None:
    assert codes(verdict("电焊工无特种作业操作证上岗作业", sectors))[:1] == [expected]


def test_what_an_enterprise_does_not_have_does_not_bind_it() -> None:
    assert verdict("除尘系统未设置泄爆装置", categories=frozenset()).level is Level.GENERAL
    assert verdict("除尘系统未设置泄爆装置", frozenset()).level is Level.MAJOR  # nothing is known of it


def test_a_criterion_speaks_only_from_its_day_on() -> None:
    assert verdict("除尘系统未设置泄爆装置", categories=DUST, on=date(2022, 1, 1)).level is Level.GENERAL


def test_several_facts_name_several_criteria() -> None:
    found = codes(verdict("除尘系统未设置泄爆装置，电焊工无证作业，除尘器没有锁气卸灰装置", categories=DUST))
    assert {"GM-11-03", "GM-11-06", "GM-03-02"} & set(found)
    assert len(found) >= 2


def test_put_right_on_the_spot_is_still_a_hazard_a_repair_reported_is_none() -> None:
    assert verdict("灭火器过期，已当场更换").list is ListName.HAZARD
    assert verdict("上次检查发现的灭火器过期问题已整改完毕").list is ListName.NONE


@pytest.mark.parametrize("text", ["", " ", "。", "👍👍", "x" * 2000, "?", "嗯"])
def test_what_says_nothing_is_left_to_a_person(text: str) -> None:
    assert verdict(text) == PENDING


@pytest.mark.parametrize("text", ["除塵器未設置洩爆裝置", "除尘器未设置泻爆装置", "除 尘 器 未设置　泄爆装置！！"])
def test_script_typing_and_width_make_no_difference(text: str) -> None:
    assert codes(verdict(text, categories=DUST))[:1] == ["GM-11-03"]


@given(st.text(alphabet=st.sampled_from("除尘泄爆没未设置报警器坏了已整改完好，。、12人吨 aX👍\n"), max_size=2000))
@settings(max_examples=60, deadline=None)
def test_any_text_gets_a_verdict_that_keeps_its_promises(text: str) -> None:
    sorting = verdict(text, categories=DUST)
    assert len(sorting.criteria) <= 3
    assert bool(sorting.criteria) == (sorting.level is Level.MAJOR)
    assert all(0 <= each.score <= 1 for each in sorting.criteria)
    assert all(words.split("…")[0] in text for each in sorting.criteria for words in each.because)
    assert verdict(text, categories=DUST) == sorting
