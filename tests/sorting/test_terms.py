"""Words and their titles."""

from datetime import date

import pytest

from app.sorting import accident_types
from app.sorting.terms import TITLES, Discipline, Level, ListName, Sector, SpecialCategory, title

CONTRACT = {
    ListName: "hazard risk none pending",
    Level: "general major",
    Sector: "metallurgy nonferrous building_materials machinery light_industry textile tobacco commerce chemical "
    "fireworks construction transport gas other",
    SpecialCategory: "dust_explosion ammonia_refrigeration molten_metal metallurgical_gas confined_space "
    "hazardous_chemicals",
}


@pytest.mark.parametrize("kind", CONTRACT, ids=lambda kind: kind.__name__)
def test_the_words_are_those_of_the_contract(kind: type[Sector]) -> None:
    assert list(kind) == CONTRACT[kind].split()


@pytest.mark.parametrize("kind", TITLES, ids=lambda kind: kind.__name__)
def test_every_word_has_a_title_of_its_own(kind: type[Sector]) -> None:
    assert list(TITLES[kind]) == list(kind)
    assert len(set(TITLES[kind].values())) == len(kind)


def test_the_same_word_may_have_another_title_elsewhere() -> None:
    assert title(Level.GENERAL) == "一般隐患"
    assert title(Sector.GAS) == "燃气"
    assert title(Discipline.LAYOUT) == "总图"


def test_both_versions_of_the_kinds_of_accidents_are_known() -> None:
    old, new = accident_types.read().values()
    assert (old.name, len(old.types)) == ("GB 6441-1986", 20)
    assert (new.name, len(new.types)) == ("GB 6441-2025", 27)
    assert old["04"].title == "起重伤害"
    assert new["18"].title == "粉尘爆炸"
    assert old.effective_to == date(2026, 6, 30)
    assert new.effective_from == date(2026, 7, 1)


def test_no_kind_of_accident_stands_twice_in_a_standard() -> None:
    for standard in accident_types.read().values():
        assert len({kind.code for kind in standard.types}) == len({kind.title for kind in standard.types})
        assert len({kind.code for kind in standard.types}) == len(standard.types)
