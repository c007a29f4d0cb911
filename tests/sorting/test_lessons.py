"""What is learned from beside the labelled findings: the criteria's own wordings, two findings in one text."""

import json
from pathlib import Path

import pytest

from app.commands.sorting import evaluate, learn
from app.sorting.evaluating import Labelled
from app.sorting.in_force import as_released
from app.sorting.lessons import in_pairs, lessons, together, wordings
from app.sorting.terms import Level, ListName, Sector, SpecialCategory
from app.sorting.weighing import GENERAL, Weights

DUST = (SpecialCategory.DUST_EXPLOSION,)


def finding(description: str, listed: ListName, *criteria: str) -> Labelled:
    level = Level.MAJOR if criteria else Level.GENERAL if listed is ListName.HAZARD else None
    return Labelled(
        description=description, sectors=(Sector.MACHINERY,), special_categories=DUST, list=listed, level=level,
        criteria=criteria,
    )  # fmt: skip


VENT = finding("除尘器没有泄爆片", ListName.HAZARD, "GM-11-03")
WELDER = finding("焊工无证作业", ListName.HAZARD, "GM-03-02")
LAMP = finding("应急灯不亮", ListName.HAZARD)
ROBOT = finding("新上一台喷涂机器人", ListName.RISK)
FINE = finding("消防栓水压正常。", ListName.NONE)


@pytest.mark.parametrize(
    ("first", "second", "listed", "level", "criteria"),
    [
        (VENT, WELDER, ListName.HAZARD, Level.MAJOR, ("GM-11-03", "GM-03-02")),
        (FINE, VENT, ListName.HAZARD, Level.MAJOR, ("GM-11-03",)),
        (LAMP, ROBOT, ListName.HAZARD, Level.GENERAL, ()),
        (ROBOT, FINE, ListName.RISK, None, ()),
        (FINE, FINE, ListName.NONE, None, ()),
    ],
)
def test_what_is_wrong_in_either_is_wrong_in_both(
    first: Labelled, second: Labelled, listed: ListName, level: Level | None, criteria: tuple[str, ...]
) -> None:
    both = together(first, second, "，")
    assert (both.list, both.level, both.criteria) == (listed, level, criteria)


def test_two_findings_are_told_in_one_breath() -> None:
    assert together(FINE, LAMP, "，另外").description == "消防栓水压正常，另外应急灯不亮"


def test_only_findings_of_the_same_trade_and_categories_go_together() -> None:
    elsewhere = LAMP.model_copy(update={"sectors": (Sector.CHEMICAL,)})
    assert list(in_pairs([LAMP, elsewhere])) == []
    found = [finding(f"{number}号灯不亮", ListName.HAZARD) for number in range(20)]
    assert len(list(in_pairs(found))) == 6
    assert list(in_pairs(found)) == list(in_pairs(found))


def test_each_criterion_teaches_its_own_words_where_it_binds() -> None:
    catalogue = as_released().catalogue
    found = list(wordings(catalogue))
    for criterion in catalogue:
        own = [each for each in found if each.criteria == (criterion.code,)]
        assert own[0].description == criterion.text.rstrip("的")
        assert all(criterion.binds(each.sectors, each.special_categories) for each in own)
        assert any(each.level is Level.GENERAL and each.description == own[0].description for each in found)


def test_the_labelled_findings_themselves_teach_first() -> None:
    assert lessons([VENT, LAMP], as_released().catalogue)[:2] == [VENT, LAMP]


def test_weights_are_learned_by_a_command(tmp_path: Path) -> None:
    file, to = tmp_path / "labelled.jsonl", tmp_path / "weights.json"
    file.write_text("\n".join(each.model_dump_json() for each in (VENT, WELDER, LAMP, ROBOT, FINE)), "utf-8")
    learn([file], 0.5, to)
    weights = Weights.read(to)
    assert (weights.caution, weights.learned_from) == (0.5, "5 findings in 1 files")
    assert {"GM-11-03", "GM-03-02", GENERAL} <= weights.subjects
    assert weights.weights["#泄爆装置"]["GM-11-03"] > 0


def test_other_weights_than_the_house_s_can_be_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    taught, asked, to = tmp_path / "taught.jsonl", tmp_path / "asked.jsonl", tmp_path / "weights.json"
    nonsense = [finding(f"{number}号应急灯不亮", ListName.RISK).model_dump_json() for number in range(30)]
    taught.write_text("\n".join(nonsense), "utf-8")
    asked.write_text(finding("47号应急灯不亮", ListName.HAZARD).model_dump_json(), "utf-8")
    learn([taught], 0.0, to)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "")
    for weights, right in ((to, 0), (None, 1)):
        capsys.readouterr()
        evaluate(asked, as_json=True, weights=weights)
        assert json.loads(capsys.readouterr().out)["list"]["hits"] == right
