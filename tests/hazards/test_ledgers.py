"""What no line of a ledger may say, held against a table by hand; and what a line is known by."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from app.hazards.ledgers import Known, KnownState, SourceKind, faults
from app.sorting.sets import catalogue
from app.sorting.terms import Level

TODAY = date(2026, 11, 25)
FOUND = date(2023, 5, 6)
OPEN, RECTIFIED, CLOSED = KnownState
LINE = Known(description="配电箱无门", level=Level.GENERAL, found_on=FOUND, state=OPEN)


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({}, []),
        ({"found_on": TODAY, "due_on": TODAY}, []),
        ({"due_on": date(2027, 3, 1)}, []),
        ({"due_on": FOUND}, []),
        ({"due_on": date(2023, 5, 5)}, ["due_on before_found"]),
        ({"due_on": date(2100, 1, 1)}, ["due_on too_late"]),
        ({"found_on": date(1989, 12, 31)}, ["found_on too_early"]),
        ({"found_on": date(1990, 1, 1)}, []),
        ({"found_on": date(2026, 11, 26)}, ["found_on in_the_future"]),
        ({"issued_on": date(2026, 11, 26)}, ["issued_on in_the_future"]),
        ({"state": RECTIFIED}, []),
        ({"state": RECTIFIED, "rectified_on": date(2023, 5, 5)}, ["rectified_on before_found"]),
        ({"state": RECTIFIED, "rectified_on": date(2026, 11, 26)}, ["rectified_on in_the_future"]),
        ({"state": OPEN, "rectified_on": date(2023, 6, 1)}, ["state not_rectified"]),
        ({"state": OPEN, "closed_on": date(2023, 6, 1)}, ["state still_open"]),
        ({"state": CLOSED}, ["closed_on missing"]),
        ({"state": CLOSED, "rectified_on": date(2023, 6, 1)}, []),
        ({"state": CLOSED, "closed_on": FOUND}, []),
        ({"state": CLOSED, "closed_on": date(2023, 5, 5)}, ["closed_on before_found"]),
        (
            {"state": CLOSED, "rectified_on": date(2023, 6, 2), "closed_on": date(2023, 6, 1)},
            ["closed_on before_rectified"],
        ),
        ({"level": Level.MAJOR, "criterion": "GM-11-03", "found_on": TODAY}, []),
        ({"criterion": "GM-11-03", "found_on": date(2020, 1, 1)}, ["criterion unknown_criterion"]),
        ({"criterion": "无此条", "found_on": date(1980, 1, 1)}, ["found_on too_early"]),
    ],
)
def test_what_cannot_be_true(said: dict[str, Any], wrong: list[str]) -> None:
    assert [f"{fault.field} {fault.code}" for fault in faults(replace(LINE, **said), TODAY, catalogue())] == wrong


def test_a_line_is_known_by_its_number_or_else_by_what_was_found_where_and_when() -> None:
    works = uuid4()
    numbered = replace(LINE, number="17", list_title="台账")
    assert numbered.key(works) == replace(numbered, description="配电箱门已装", found_on=TODAY).key(works)
    others = [
        replace(numbered, number="18"), replace(numbered, list_title="诊断"), LINE, replace(LINE, place="东侧"),
        replace(numbered, source=SourceKind.OTHER), replace(LINE, found_on=TODAY), replace(LINE, description="其他"),
    ]  # fmt: skip
    assert len({numbered.key(works), numbered.key(uuid4()), *(line.key(works) for line in others)}) == 9
