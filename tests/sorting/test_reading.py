"""What findings state: denying, breaking, mending, wishing, and what each of them is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sorting.lexicon import lexicon
from app.sorting.listing import list_of
from app.sorting.plain import plain
from app.sorting.quantities import beyond, number, quantities, within
from app.sorting.reading import read
from app.sorting.stated import State
from app.sorting.terms import ListName

WORDS = lexicon()


def states(text: str, concept: str) -> set[State]:
    """How it stands with a concept in a finding."""
    return {mention.state for mention in read(text, WORDS).mentions if concept in mention.names}


def list_told(text: str) -> ListName:
    """The list that the grammar says."""
    told = list_of(read(text, WORDS))
    assert told is not None
    return told[0]


@pytest.mark.parametrize(
    ("text", "concept", "state"),
    [
        ("除尘系统未设置泄爆口", "泄爆装置", State.LACKING),
        ("3号除尘器没得泄爆片", "泄爆装置", State.LACKING),
        ("除尘器泄爆片没有", "泄爆装置", State.LACKING),
        ("除尘系统已设置泄爆口", "泄爆装置", State.PRESENT),
        ("泄爆片完好", "泄爆装置", State.PRESENT),
        ("泄爆片破损", "泄爆装置", State.FAILED),
        ("泄爆片被油漆糊住", "泄爆装置", State.FAILED),
        ("未发现泄爆片破损", "泄爆装置", State.PRESENT),
        ("不是没有泄爆片，在背面", "泄爆装置", State.PRESENT),
        ("泄爆口未张贴警示标识", "泄爆装置", State.MENTIONED),
        ("泄爆口未张贴警示标识", "警示标志", State.LACKING),
        ("建议加装泄爆片", "泄爆装置", State.WISHED),
        ("上次缺的泄爆片已补齐", "泄爆装置", State.RESOLVED),
        ("可燃气体报警器关闭", "可燃气体报警", State.FAILED),
        ("拆除了可燃气体报警器", "可燃气体报警", State.FAILED),
        ("炉坑无积水", "积水", State.LACKING),
        ("炉坑有积水", "积水", State.PRESENT),
        ("没有电工证的人在接线", "操作资格证", State.LACKING),
        ("未设置温度和一氧化碳监测报警装置", "一氧化碳报警", State.LACKING),
        ("监测报警装置未与快速切断阀联锁", "联锁", State.LACKING),
    ],
)
def test_who_is_denied_broken_mended_or_wished_for(text: str, concept: str, state: State) -> None:
    assert state in states(text, concept)


def test_what_breaks_is_the_last_noun_before_it() -> None:
    reading = read("除尘器泄爆片破损", WORDS)
    assert {m.state for m in reading.mentions if "除尘系统" in m.names} == {State.MENTIONED}


def test_a_word_within_a_word_is_spoken_of() -> None:
    (mention,) = [m for m in read("电工证过期", WORDS).mentions if "操作资格证" in m.names]
    assert "特种作业" in mention.token.touches


def test_put_right_on_the_spot_is_still_so_put_right_before_is_not() -> None:
    on_the_spot, before = read("灭火器过期，已当场更换", WORDS), read("上次的灭火器过期问题已更换", WORDS)
    assert on_the_spot.on_the_spot
    assert not on_the_spot.mended
    assert before.mended


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("灭火器过期。已整改完毕", ListName.NONE),
        ("除尘器没有泄爆片。上次的灭火器过期已整改完毕", ListName.HAZARD),
        ("灭火器过期已更换。配电箱未接地", ListName.HAZARD),
        ("配电箱未接地，灭火器过期，均已整改", ListName.NONE),
    ],
)
def test_a_repair_reaches_no_further_than_its_sentence_or_the_one_before(text: str, listed: ListName) -> None:
    assert list_told(text) is listed


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("除塵器未設置洩爆裝置", "除尘器未设置泄爆装置"),
        ("ＣＯ报警　器！", "co报警器。"),
        ("泄 爆 片", "泄爆片"),
        ("30 kPa", "30 kpa"),
        ("ok👍好", "ok，好"),
    ],
)
def test_width_script_spaces_and_pictures_no_longer_matter(written: str, folded: str) -> None:
    assert plain(written).text == folded


@pytest.mark.parametrize("text", ["抱警器失灵", "消防拴没水", "有限空见作业没有审批"])
def test_a_word_is_found_by_its_sound(text: str) -> None:
    assert any(mention.token.heard for mention in read(text, WORDS).mentions)


def test_latin_words_are_whole_words() -> None:
    assert not states("COD检测", "一氧化碳")
    assert states("CO检测仪", "一氧化碳报警")


@given(st.text(max_size=2000))
def test_any_text_can_be_read_and_every_word_shown_is_the_inspectors(text: str) -> None:
    reading = read(text, WORDS)
    for mention in reading.mentions:
        assert reading.text.as_written(mention.token.start, mention.token.end) in text
    list_of(reading)


@pytest.mark.parametrize(
    ("written", "value"), [("12", 12), ("十二", 12), ("二十", 20), ("三百五十", 350), ("两千", 2000), ("1.5", 1.5)]
)
def test_numbers_are_read(written: str, value: float) -> None:
    assert number(written) == value


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("定员3人，实际5人", {"超员"}),
        ("定员3人，实际3人", set()),
        ("定员2现场3人", {"超员"}),
        ("结鞭房定员2，里头六个", {"超员"}),
        ("结鞭房定员6，里头五个", set()),
        ("设计储存1吨，现场实测3吨", {"超量"}),
        ("核定存放20吨，实际约35吨", {"超量"}),
        ("限量50公斤，现存48公斤", set()),
        ("要求间距50米，实测只有30米", {"距离不足"}),
        ("炉顶压力0.25MPa，设计最高0.2", {"压力超设定"}),
    ],
)
def test_more_than_allowed_is_seen(text: str, names: set[str]) -> None:
    assert {each.name for each in beyond(quantities(plain(text).text))} == names


@pytest.mark.parametrize(
    ("text", "well"),
    [
        ("核定9人，实际8人", True),
        ("核定9人，实际11人", False),
        ("核定9人，门口堆了3桶漆", False),
        ("限载2吨，里面六个", False),
    ],
)
def test_what_is_within_its_limit_is_told_of_the_same(text: str, *, well: bool) -> None:
    assert within(quantities(plain(text).text)) is well


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("灭火器过期", ListName.HAZARD),
        ("现场检查未发现问题", ListName.NONE),
        ("上次提出的问题已整改完毕", ListName.NONE),
        ("新增一台喷涂机器人，尚未列入风险清单", ListName.RISK),
        ("建议把宣传栏换个位置", ListName.NONE),
    ],
)
def test_the_grammar_knows_hazard_risk_and_nothing(text: str, listed: ListName) -> None:
    assert list_told(text) is listed
