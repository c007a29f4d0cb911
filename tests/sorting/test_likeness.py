"""Which texts say the same: by concepts and pairs of characters, weighed by how rare they are on the shelf."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sorting.lexicon import lexicon
from app.sorting.likeness import Feature, Like, Shelf, features, fold
from app.sorting.reading import read

MEASURES = (
    "打磨车间，除尘系统，除尘管道设置泄爆片，泄爆片完好",
    "打磨车间，除尘系统，除尘管道设置隔爆阀，隔爆阀完好",
    "打磨车间，照明灯具，灯具采用防爆型",
    "冲压车间，冲床，光电保护有效，双手按钮",
    "仓库，消防设施，灭火器压力正常，在有效期内",
)


def wanted(text: str) -> list[Feature]:
    return features(read(text, lexicon()), lexicon())


def likest(text: str, *shelf: str, least: float = 0.2, whole: bool = False) -> list[Like]:
    return Shelf(shelf or MEASURES).likest(wanted(text), 3, least, whole=whole)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("除尘管道没有泄爆口", 0),  # another word for 泄爆片
        ("泻爆片破损", 0),  # misspelt by sound
        ("冲床光電保護失靈", 3),  # traditional characters
        ("灭火器过期了", 4),
        ("Ｃ区仓库的灭火器压力不足", 4),
    ],
)
def test_the_likest_is_found_whichever_words_are_used(text: str, number: int) -> None:
    likes = likest(text)
    assert likes[0].number == number
    assert likes[0].because


def test_what_stands_in_most_texts_tells_little() -> None:
    by_word = {like.number: like.score for like in likest("打磨车间泄爆片破损", least=0.0)}
    assert by_word[0] > 2 * by_word[2]


def test_both_must_say_the_same_where_the_whole_counts() -> None:
    text, longer = "灭火器压力不足", "灭火器压力不足，另外消火栓箱内缺水带，疏散指示灯不亮，防火门敞开，应急照明未接电"
    same = likest(text, text, longer, whole=True)
    assert (same[0].number, same[0].score) == (0, 1.0)
    assert {like.number: like.score for like in same}.get(1, 0.0) < 0.6


def test_an_empty_shelf_and_an_empty_finding_are_like_nothing() -> None:
    assert Shelf(()).likest(wanted("灭火器过期"), 3, 0.0) == []
    assert likest("", least=0.0) == []
    assert len(Shelf(())) == 0


@given(st.lists(st.text(max_size=60), max_size=8), st.text(max_size=300))
def test_any_text_is_compared_with_any(shelf: list[str], text: str) -> None:
    for whole in (False, True):
        likes = Shelf(shelf).likest(wanted(text), 5, 0.0, whole=whole)
        assert [like.score for like in likes] == sorted((like.score for like in likes), reverse=True)
        assert all(0 <= like.score <= 1 and like.number < len(shelf) for like in likes)


@given(st.text(max_size=60))
def test_a_shelf_finds_a_pair_where_it_stands(text: str) -> None:
    folded = fold(text.replace("\n", " "))
    for start in range(len(folded) - 1):
        assert Shelf([text]).holding([folded[start : start + 2]]) == {0}
