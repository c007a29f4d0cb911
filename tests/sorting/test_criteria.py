"""The catalogue of statutory criteria: what it holds, and what it refuses to load."""

import json
from collections import Counter
from datetime import date
from typing import Any

import pytest

from app.sorting.criteria import BadCriteria, Catalogue, Criterion
from app.sorting.sets import DATA
from app.sorting.sets import catalogue as released
from app.sorting.terms import INDUSTRY

ENTRY: dict[str, Any] = {
    "code": "GM-11-03",
    "standard": "工贸企业重大事故隐患判定标准",
    "article": 11,
    "item": 3,
    "sector": "dust_explosion",
    "text": "干式除尘系统未采取泄爆、惰化、抑爆等任一种爆炸防控措施的",
    "effective_from": "2023-05-15",
    "confidence": "compared",
    "source": "gazette",
}


def catalogue(*entries: dict[str, Any]) -> Catalogue:
    return Catalogue(Criterion.of(entry, number) for number, entry in enumerate(entries, start=1))


def test_the_whole_catalogue_loads() -> None:
    criteria = released()
    assert Counter(criterion.code[:2] for criterion in criteria) == {"GM": 64, "HG": 20, "YH": 20}
    assert len(criteria) == 104


def test_nothing_of_the_data_file_is_lost() -> None:
    entries = [entry for file in DATA.glob("*.json") for entry in json.loads(file.read_text("utf-8"))["criteria"]]
    assert len(entries) == len(released())
    for entry in entries:
        (criterion,) = released().versions(entry["code"])
        assert (criterion.text, criterion.sector, criterion.source) == (entry["text"], entry["sector"], entry["source"])
        assert criterion.verified is (entry["confidence"] == "compared")
        assert criterion.effective_from == date.fromisoformat(entry["effective_from"])
        assert criterion.effective_to is None


def test_a_short_text_is_its_own_title() -> None:
    (criterion,) = catalogue(ENTRY)
    assert criterion.title == criterion.text


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("甲" * 60, "甲" * 60),
        ("甲" * 40 + "，" + "乙" * 10 + "，或者" + "丙" * 20, "甲" * 40 + "，" + "乙" * 10 + "…"),
        ("甲" * 80, "甲" * 59 + "…"),
    ],
)
def test_a_long_text_is_cut_where_a_clause_ends(text: str, title: str) -> None:
    (criterion,) = catalogue(ENTRY | {"text": text})
    assert criterion.title == title


def test_every_title_is_short() -> None:
    assert max(len(criterion.title) for criterion in released()) <= 60


OLD = ENTRY | {"effective_from": "2017-01-01", "effective_to": "2023-05-14", "text": "旧版"}


@pytest.mark.parametrize(
    ("on", "text"),
    [
        (date(2016, 12, 31), None),
        (date(2017, 1, 1), "旧版"),
        (date(2023, 5, 14), "旧版"),
        (date(2023, 5, 15), ENTRY["text"]),
        (date(2099, 1, 1), ENTRY["text"]),
    ],
)
def test_the_version_of_the_day_counts(on: date, text: str | None) -> None:
    found = catalogue(ENTRY, OLD).in_force("GM-11-03", on)
    assert (found and found.text) == text


def test_an_unknown_code_is_never_in_force() -> None:
    assert "XX-01" not in released()
    assert released().in_force("XX-01", date(2026, 11, 23)) is None


@pytest.mark.parametrize(
    ("entries", "complaint"),
    [
        ([ENTRY, ENTRY], "GM-11-03: 2023-05-15 stands there twice"),
        ([ENTRY, OLD | {"effective_to": "2023-05-15"}], "GM-11-03: the versions of 2017-01-01 and 2023-05-15 overlap"),
        ([ENTRY, OLD | {"effective_to": None}], "GM-11-03: the versions of 2017-01-01 and 2023-05-15 overlap"),
        ([{"code": "A"}], r"entry 1 \(A\): standard, item, sector, text, effective_from, confidence, source missing"),
        ([ENTRY, ENTRY | {"code": ""}], r"entry 2 \(without a code\): code missing"),
        ([ENTRY | {"sector": "mining"}], r"entry 1 \(GM-11-03\): unknown sector 'mining'"),
        ([ENTRY | {"applies_to": ["mining"]}], r"entry 1 \(GM-11-03\): applies to the unknown sector 'mining'"),
        ([ENTRY | {"applies_to": "machinery"}], r"applies_to is no list of sectors: 'machinery'"),
        ([ENTRY | {"applies_to": []}], r"applies_to is no list of sectors: \[\]"),
        ([ENTRY | {"confidence": "sure"}], r"entry 1 \(GM-11-03\): unknown confidence 'sure'"),
        ([ENTRY | {"colour": "red"}], r"entry 1 \(GM-11-03\): unknown colour"),
        ([ENTRY | {"effective_from": "2023-13-01"}], r"effective_from is no date: '2023-13-01'"),
        ([ENTRY | {"effective_to": "2023-05-14"}], "ends on 2023-05-14, before it begins on 2023-05-15"),
        (["GM-11-03"], "entry 1: not an object"),
    ],
)
def test_a_bad_entry_is_named(entries: list[Any], complaint: str) -> None:
    with pytest.raises(BadCriteria, match=complaint):
        catalogue(*entries)


# what the catalogue says of a criterion, and what an enterprise has; whether it is judged by it
BINDS: list[tuple[dict[str, Any], str, str, bool]] = [
    ({"sector": "dust_explosion"}, "machinery", "dust_explosion", True),
    ({"sector": "dust_explosion"}, "chemical", "dust_explosion confined_space", True),
    ({"sector": "dust_explosion"}, "machinery", "confined_space", False),
    ({"sector": "dust_explosion"}, "machinery", "", False),
    ({"sector": "dust_explosion"}, "", "confined_space", False),
    ({"sector": "dust_explosion"}, "", "", True),
    ({"sector": "metallurgy"}, "metallurgy", "", True),
    ({"sector": "metallurgy"}, "machinery metallurgy", "", True),
    ({"sector": "metallurgy"}, "machinery", "molten_metal", False),
    ({"sector": "metallurgy"}, "", "molten_metal", True),
    ({"sector": "metallurgy"}, "", "", True),
    ({"sector": "chemical"}, "chemical", "", True),
    ({"sector": "chemical"}, "machinery", "hazardous_chemicals", False),
    ({"sector": "management"}, "commerce", "", True),
    ({"sector": "management"}, "tobacco", "", True),
    ({"sector": "management"}, "chemical", "", False),
    ({"sector": "management", "applies_to": ["metallurgy", "nonferrous"]}, "nonferrous", "", True),
    ({"sector": "management", "applies_to": ["metallurgy", "nonferrous"]}, "machinery", "molten_metal", False),
    ({"sector": "gas", "applies_to": ["commerce", "metallurgical_gas"]}, "textile", "metallurgical_gas", True),
    ({"sector": "all"}, "transport", "", True),
    ({"sector": "gas", "applies_to": ["all"]}, "other", "", True),
]


@pytest.mark.parametrize(("entry", "sectors", "categories", "expected"), BINDS)
def test_an_enterprise_is_judged_by_what_it_is_and_has(
    entry: dict[str, Any], sectors: str, categories: str, expected: bool
) -> None:
    (criterion,) = catalogue(ENTRY | entry)
    assert criterion.binds(frozenset(sectors.split()), frozenset(categories.split())) is expected


def test_in_the_catalogue_only_metal_works_are_held_to_the_examination_of_their_heads() -> None:
    bound = {code: released().versions(code)[0].applies_to for code in ("GM-03-02", "GM-03-03", "HG-01", "YH-01")}
    assert bound["GM-03-02"] == set(INDUSTRY)
    assert bound["GM-03-03"] == {"metallurgy", "nonferrous"}
    assert bound["HG-01"] == {"chemical"}
    assert bound["YH-01"] == {"fireworks"}
