"""The verdict, held against a table written by hand from the contract."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from pydantic import TypeAdapter

from app.sorting.sets import catalogue as released
from app.sorting.terms import Level, ListName, Method
from app.sorting.verdict import Contradiction, Matched, Proposal, Said, Sorting, contradictions, decide, judge

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
    assert set(sorting.model_dump()) == {
        "list",
        "level",
        "method",
        "criteria",
        "confidence",
        "reason",
        "proposal",
        "proposals",
    }
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


MET = Matched(code="GM-11-03", title="…", score=0.9, because=("未设置泄爆口",), verified=True)


def read_as(word: str) -> Sorting | None:
    """A verdict by the text alone."""
    if word == "nothing":
        return None
    listed, level = {"major": ("hazard", "major"), "general": ("hazard", "general")}.get(word, (word, None))
    criteria = (MET,) if level == "major" else ()
    return Sorting(
        list=ListName(listed), level=Level(level) if level else None, method=Method.TEXT, criteria=criteria,
        confidence=0.9, reason="文字这样说",
    )  # fmt: skip


# What was said (as the first table's verdict has it), what the text says; the verdict of a report, and of a person who
# may decide: list, level, method. "=" is what was said.
BESIDE_THE_TEXT = """
nothing           nothing          pending -       -       pending -       -
nothing           major            hazard  major   text    pending -       -
nothing           general          hazard  general text    pending -       -
nothing           risk             risk    -       text    pending -       -
nothing           none             none    -       text    pending -       -
list:hazard       major            hazard  major   text    hazard  major   text
level:general     major            hazard  major   text    =
on_the_spot       major            hazard  major   text    hazard  major   text
abnormal          major            hazard  major   text    hazard  major   text
level:major       any              =                       =
criterion         any              =                       =
list:risk         any              =                       =
list:none         any              =                       =
list:hazard       nothing|general|risk|none  =             =
level:general     nothing|general|risk|none  =             =
on_the_spot       nothing|general|risk|none  =             =
abnormal          nothing|general|risk|none  =             =
"""
TEXTS = ("nothing", "major", "general", "risk", "none")
SAYING: dict[str, Said] = {
    "nothing": SAID,
    "list:hazard": replace(SAID, list=ListName.HAZARD),
    "level:general": replace(SAID, level=Level.GENERAL),
    "on_the_spot": replace(SAID, rectified_on_the_spot=True),
    "abnormal": replace(SAID, measure_abnormal=True),
    "level:major": replace(SAID, level=Level.MAJOR),
    "criterion": replace(SAID, criterion="GM-11-03"),
    "list:risk": replace(SAID, list=ListName.RISK),
    "list:none": replace(SAID, list=ListName.NONE),
}


def beside_the_text() -> Iterator[tuple[str, str, list[str], list[str]]]:
    for line in BESIDE_THE_TEXT.strip().splitlines():
        said, text, *cells = line.split()
        reported = cells[:1] if cells[0] == "=" else cells[:3]
        for each in TEXTS if text == "any" else text.split("|"):
            yield said, each, reported, cells[len(reported) :]


def test_the_table_beside_the_text_says_everything_once() -> None:
    said = Counter((said, text) for said, text, *_ in beside_the_text())
    assert set(said) == set(product(SAYING, TEXTS))
    assert set(said.values()) == {1}


def proposed(proposal: Proposal | None) -> dict[str, object] | None:
    """What is on record of it, whoever has the last word."""
    return proposal.model_dump(exclude={"reason"}) if proposal else None


@pytest.mark.parametrize(("said", "text", "reported", "decided"), list(beside_the_text()))
def test_a_possible_major_is_put_down_by_nobody_but_who_may(
    said: str, text: str, reported: list[str], decided: list[str]
) -> None:
    alone, read = judge(SAYING[said], CATALOGUE), read_as(text)
    proposal = read.proposed if read else None
    for verdict, expected in (
        (judge(SAYING[said], CATALOGUE, lambda _, __: read), reported),
        (decide(SAYING[said], CATALOGUE, proposal), decided),
    ):
        found = [verdict.list, verdict.level or "-", verdict.method or "-"]
        assert found == ([alone.list, alone.level or "-", alone.method or "-"] if expected == ["="] else expected)
        assert proposed(verdict.proposed) == proposed(proposal)


def test_both_words_stand_where_the_text_says_more_than_the_reporter() -> None:
    sorting = judge(replace(SAID, level=Level.GENERAL), CATALOGUE, lambda _, __: read_as("major"))
    assert sorting.reason == "上报人判定为一般隐患；但文字这样说"
    assert (sorting.criteria, sorting.confidence) == ((MET,), 0.9)
