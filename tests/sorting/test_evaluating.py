"""How well findings are read: the figures, counted by hand for a dozen findings."""

import json
from datetime import date
from typing import Any

import pytest

from app.sorting.criteria import Catalogue
from app.sorting.evaluating import BadLabels, judge_all, read, report
from app.sorting.sets import catalogue as released
from app.sorting.terms import Level, ListName, Method
from app.sorting.verdict import Matched, Said, Sorting

TODAY = date(2026, 11, 23)
A, B, C = "GM-11-03", "GM-11-04", "GM-13-01"

# what belongs where; what was read
CASES = """
hazard/major/A      hazard/major/A
hazard/major/A      hazard/major/B,A
hazard/major/A,B    hazard/major/A
hazard/major/A      hazard/general
hazard/major        hazard/major/C
hazard/general      hazard/general
hazard/general      hazard/major/A
hazard/general      none
risk                risk
none                hazard/major/B
none                none
risk                -
"""


def cells(text: str) -> tuple[str, str | None, list[str]]:
    listed, level, codes = (*text.split("/"), "", "")[:3]
    return listed, level or None, [{"A": A, "B": B, "C": C}[code] for code in codes.split(",") if code]


def labelled() -> list[str]:
    found = []
    for number, line in enumerate(CASES.strip().splitlines()):
        listed, level, criteria = cells(line.split()[0])
        told = {"id": str(number), "description": line.split()[1], "list": listed, "level": level, "note": "…"}
        found.append(json.dumps(told | {"criteria": criteria, "sectors": ["machinery"]}))
    return found


def reader(said: Said, catalogue: Catalogue) -> Sorting | None:
    """Reads what the second column says."""
    if said.description == "-":
        return None
    listed, level, codes = cells(said.description)
    found = tuple(Matched(code=code, title="…", score=0.9, because=("词",), verified=True) for code in codes)
    return Sorting(
        list=ListName(listed), level=Level(level) if level else None, method=Method.TEXT, criteria=found,
        confidence=0.9, reason="…",
    )  # fmt: skip


def reader_of_nothing(said: Said, catalogue: Catalogue) -> None:
    return None


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    return report(judge_all(read(labelled()), released(), reader, TODAY), released())


def hits(row: dict[str, Any]) -> tuple[int, int]:
    return row["hits"], row["of"]


def test_the_figures_are_those_counted_by_hand(told: dict[str, Any]) -> None:
    assert (told["findings"], hits(told["list"])) == (12, (9, 12))
    assert hits(told["majors"]["first"]) == (2, 4)
    assert hits(told["majors"]["among_three"]) == (3, 4)
    assert hits(told["majors"]["every_one_among_three"]) == (3, 5)
    assert hits(told["majors"]["level"]) == (4, 5)
    assert hits(told["major_alarms"]["on_general"]) == (1, 3)
    assert hits(told["major_alarms"]["on_no_hazard"]) == (1, 4)
    assert told["lists"]["risk"]["went_to"] == {"pending": 1, "risk": 1}
    assert hits(told["lists"]["hazard"]["precision"]) == (7, 8)


def test_every_criterion_has_its_own(told: dict[str, Any]) -> None:
    assert {code: row["findings"] for code, row in told["criteria"].items()} == {A: 4, B: 1, C: 0}
    of_a = [hits(told["criteria"][A][name]) for name in ("first", "among_three", "precision")]
    assert of_a == [(2, 4), (3, 4), (2, 3)]
    assert told["criteria"][C]["first"] == {"hits": 0, "of": 0, "share": None}
    assert len(told["untouched"]) == len(released()) - 2
    assert A not in told["untouched"]


def test_what_went_wrong_is_told_with_its_reason(told: dict[str, Any]) -> None:
    assert [each["id"] for each in told["wrong"]] == ["2", "3", "6", "7", "9", "11"]
    assert told["wrong"][2] == {
        "id": "6", "description": "hazard/major/A", "expected": "hazard general", "got": f"hazard major {A}",
        "because": {A: ["词"]}, "reason": "…",
    }  # fmt: skip


def test_a_criterion_that_no_set_has_is_named() -> None:
    line = json.dumps({"description": "…", "list": "hazard", "level": "major", "criteria": ["XX-01"]})
    judged = judge_all(read([line, ""]), released(), reader_of_nothing, TODAY)
    assert report(judged, released())["unknown"] == ["XX-01"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 2: no JSON"),
        ("[]", "line 2"),
        ('{"description": "…"}', "line 2: list: Field required"),
        ('{"description": "…", "list": "mine"}', "line 2: list"),
        ('{"description": "…", "list": "hazard"}', "a hazard has a level"),
        ('{"description": "…", "list": "risk", "level": "general"}', "a hazard has a level"),
        ('{"description": "…", "list": "none", "sectors": ["mining"]}', "line 2: sectors.0"),
        ('{"description": "…", "list": "hazard", "level": "general", "criteria": ["GM-11-03"]}', "only a major"),
    ],
)
def test_a_bad_line_is_named(line: str, says: str) -> None:
    with pytest.raises(BadLabels, match=says):
        read([labelled()[0], line])
