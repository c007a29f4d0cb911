"""The standard wordings: whole as data, and found again by the search that offers them."""

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.sorting import wordings
from app.sorting.accident_types import standard_on
from app.sorting.in_force import as_released
from app.sorting.lexicon import lexicon
from app.sorting.likeness import features
from app.sorting.reading import read
from app.sorting.terms import Level, Sector
from app.sorting.verdict import PENDING, Said
from app.sorting.wordings import BadWordings, Library, Wording

ON = date(2026, 11, 23)
CATALOGUE = as_released().catalogue
LIBRARY = wordings.library(CATALOGUE, ON)
ENTRY: dict[str, Any] = {
    "code": "EL-01", "trade": "电气", "description": "电线裸露", "clauses": ["GB/T 13869"], "rectify": "更换",
    "days": 3, "factor": "object", "discipline": "electrical", "accident_type": "触电", "verified": False,
}  # fmt: skip


def offered(text: str, **more: Any) -> list[str]:
    """The codes that are offered for a text of which nothing else is known."""
    said = Said(description=text, on=ON, **more)
    return [each.code for each in wordings.offered(said, PENDING, CATALOGUE)]


def test_there_is_one_for_every_criterion_and_many_for_what_is_general() -> None:
    levels = Counter(each.level for each in LIBRARY.wordings)
    assert levels == {Level.MAJOR: len(CATALOGUE), Level.GENERAL: len(wordings.general())}
    assert levels[Level.GENERAL] >= 150
    assert {each.code for each in LIBRARY.wordings} >= {each.code for each in CATALOGUE}
    assert len({each.trade for each in wordings.general()}) >= 14


def test_every_general_one_says_how_to_put_it_right_by_when_and_of_what_kind_it_is() -> None:
    kinds = {kind.title for kind in standard_on(ON).types}
    for each in wordings.general():
        assert all((each.rectify, each.clauses, each.factor, each.discipline)), each.code
        assert each.days is not None, each.code
        assert 1 <= each.days <= 30, each.code
        assert each.accident_type in {None, *kinds}, each.code
        assert not each.verified, each.code


def test_none_names_an_article_that_nobody_compared() -> None:
    """Articles are named of the laws of which the house has them; of all else only the name."""
    known = ("安全生产法第四十一条", "安全生产法第一百零一条", "重庆市安全生产条例（2024年修订）第二十五条")
    named = [clause for each in wordings.general() for clause in each.clauses if "条" in clause.replace("条例", "")]
    assert named
    assert all(clause.startswith(known) for clause in named)


def test_every_wording_is_the_first_that_is_found_by_its_own_words() -> None:
    """Criteria of two trades that say the same in the same words are found together."""
    for own in LIBRARY.wordings:
        likes = LIBRARY.shelf.likest(features(read(own.description, lexicon()), lexicon()), 3, 0.0, whole=True)
        first = [LIBRARY.wordings[like.number] for like in likes if like.score == likes[0].score]
        assert any(each.code == own.code or each.description == own.description for each in first), own.code
        assert likes[0].because, own.code


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("灭火器压力低了，指针红区", "FI-01"),
        ("配电箱前堆放了一堆货", "EL-02"),
        ("叉车师傅没得证", "VE-01"),
        ("乙炔瓶没有回火器", "GA-04"),
        ("安全出口堆满杂物", "FI-09"),
        ("行车吊鉤沒有防脫鉤裝置", "VE-08"),  # traditional characters
        ("砂轮机  无防护罩", "ME-06"),
        ("新员工没做三级教育就上岗", "MG-01"),
    ],
)
def test_what_inspectors_type_finds_its_wording(typed: str, code: str) -> None:
    assert code in offered(typed)


@pytest.mark.parametrize("typed", ["", " ", "。。。", "😀😀", "zzz qqq", "x" * 2000, "0", "未" * 2000])
def test_of_what_says_nothing_nothing_is_offered(typed: str) -> None:
    assert offered(typed) == []


def test_a_criterion_is_offered_only_where_it_binds() -> None:
    text = "液氯汽化未采取热水、蒸汽或电加热以外的安全措施，全压力式液化烃储罐未设置注水措施"
    assert "HG-06" in offered(text, sectors=frozenset({Sector.CHEMICAL}))
    assert "HG-06" not in offered(text, sectors=frozenset({Sector.TEXTILE}))


@pytest.mark.parametrize("fault", [{"factor": "weather"}, {"days": "soon"}, {"level": "major"}, {"description": None}])
def test_an_entry_that_says_something_else_is_refused(tmp_path: Path, fault: dict[str, Any]) -> None:
    file = tmp_path / "wordings.json"
    file.write_text(json.dumps({"wordings": [ENTRY | fault]}), "utf-8")
    with pytest.raises(BadWordings, match="EL-01"):
        wordings.read(file)


def test_a_code_stands_there_once() -> None:
    with pytest.raises(BadWordings, match="EL-01"):
        Library.of([Wording.of(ENTRY), Wording.of(ENTRY)])
