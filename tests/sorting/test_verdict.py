"""The verdict, held against a table written by hand from the contract."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from pydantic import TypeAdapter

from app.sorting.criteria import Catalogue
from app.sorting.sets import catalogue as released
from app.sorting.terms import Level, ListName, Method
from app.sorting.verdict import Contradiction, Matched, Said, Sorting, contradictions, judge

CATALOGUE = released()
SAID = Said(description="除尘系统未设置泄爆口", on=date(2026, 11, 23))

# declared list, declared level, a criterion cited, measure abnormal, put right on the spot; the verdict
TABLE = """
-|pending         -          no   no   no   pending -       -
-|pending         -          no   yes  no   hazard  general checklist
-|pending         -          no   any  yes  hazard  general declared
-|pending         general    no   any  any  hazard  general declared
hazard            -|general  no   any  any  hazard  general declared
-|pending|hazard  major      no   any  any  hazard  major   declared
-|pending|hazard  any        yes  any  any  hazard  major   criterion
risk              -|general  no   no   no   risk    -       declared
none              -|general  no   no   no   none    -       declared
risk|none         -|general  no   no   yes  refused -       -
risk|none         -|general  no   yes  any  refused -       -
risk|none         -|general  yes  any  any  refused -       -
risk|none         major      any  any  any  refused -       -
"""
LISTS, LEVELS, YES_OR_NO = ("-", *ListName), ("-", *Level), ("no", "yes")
COLUMNS = (LISTS, LEVELS, YES_OR_NO, YES_OR_NO, YES_OR_NO)
Case = tuple[str, ...]


def cases() -> Iterator[tuple[Case, Case]]:
    for line in TABLE.strip().splitlines():
        cells = line.split()
        choices = (whole if cell == "any" else cell.split("|") for cell, whole in zip(cells, COLUMNS, strict=False))
        for case in product(*choices):
            yield case, tuple(cells[5:])


ACCEPTED = [(case, expected) for case, expected in cases() if expected[0] != "refused"]


def said_in(case: Case) -> Said:
    listed, level, cites, abnormal, on_the_spot = case
    return replace(
        SAID,
        list=None if listed == "-" else ListName(listed),
        level=None if level == "-" else Level(level),
        criterion="GM-11-03" if cites == "yes" else None,
        measure_abnormal=abnormal == "yes",
        rectified_on_the_spot=on_the_spot == "yes",
    )


def test_the_table_says_everything_once() -> None:
    said = Counter(case for case, _ in cases())
    assert set(said) == set(product(*COLUMNS))
    assert set(said.values()) == {1}


@pytest.mark.parametrize(("case", "expected"), list(cases()), ids=lambda cells: " ".join(cells))
def test_the_verdict_is_what_was_written_down(case: Case, expected: Case) -> None:
    try:
        sorting = judge(said_in(case), CATALOGUE)
    except Contradiction:
        assert expected == ("refused", "-", "-")
    else:
        assert (sorting.list, sorting.level or "-", sorting.method or "-") == expected


@pytest.mark.parametrize(("case", "expected"), ACCEPTED, ids=lambda cells: " ".join(cells))
def test_every_verdict_says_why_and_has_every_key(case: Case, expected: Case) -> None:
    sorting = judge(said_in(case), CATALOGUE)
    assert sorting.reason
    assert sorting.confidence == (None if sorting.list is ListName.PENDING else 1)
    assert set(sorting.model_dump()) == {"list", "level", "method", "criteria", "confidence", "reason"}
    assert Sorting.model_validate_json(sorting.model_dump_json()) == sorting


def test_a_cited_criterion_shows_its_title_and_whether_its_wording_was_checked() -> None:
    (matched,) = judge(replace(SAID, criterion="GM-11-03"), CATALOGUE).criteria
    assert matched == Matched(
        code="GM-11-03",
        title="干式除尘系统未采取泄爆、惰化、抑爆等任一种爆炸防控措施的",
        score=1,
        because=(),
        verified=True,
    )
    (matched,) = judge(replace(SAID, criterion="GM-11-10"), CATALOGUE).criteria
    assert not matched.verified


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"list": ListName.RISK, "level": Level.MAJOR}, "/level", "major_is_hazard"),
        ({"list": ListName.NONE, "criterion": "GM-11-03"}, "/criterion", "criterion_is_hazard"),
        ({"list": ListName.NONE, "rectified_on_the_spot": True}, "/rectified_on_the_spot", "rectified_is_hazard"),
        ({"list": ListName.RISK, "measure_abnormal": True}, "/list", "abnormal_is_hazard"),
        ({"criterion": "GM-99-99"}, "/criterion", "unknown_criterion"),
        ({"criterion": "GM-11-03", "on": date(2023, 5, 14)}, "/criterion", "criterion_not_in_force"),
    ],
)
def test_what_cannot_stand_together_is_pointed_at(change: dict[str, object], pointer: str, code: str) -> None:
    said = TypeAdapter(Said).validate_python({"description": SAID.description, "on": SAID.on} | change)
    with pytest.raises(Contradiction) as refused:
        judge(said, CATALOGUE)
    assert (refused.value.pointer, refused.value.code) == (pointer, code)
    assert refused.value.message


def test_all_contradictions_are_told_at_once() -> None:
    said = replace(SAID, list=ListName.NONE, level=Level.MAJOR, criterion="GM-99-99", rectified_on_the_spot=True)
    assert [wrong.code for wrong in contradictions(said, CATALOGUE)] == [
        "major_is_hazard",
        "criterion_is_hazard",
        "rectified_is_hazard",
        "unknown_criterion",
    ]


READ = Sorting(
    list=ListName.HAZARD, level=Level.MAJOR, method=Method.TEXT, criteria=(), confidence=0.7, reason="像重大隐患"
)


def test_the_text_is_read_only_where_nobody_said_anything() -> None:
    def reader(said: Said, catalogue: Catalogue) -> Sorting:
        return READ

    for case, expected in ACCEPTED:
        assert (judge(said_in(case), CATALOGUE, reader) is READ) is (expected[0] == "pending"), case
