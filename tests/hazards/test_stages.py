"""Who is waited for and until when, against the page's table and days counted by hand."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from app.hazards.loop import LOOP
from app.hazards.stages import overdue, policy, stage_due, waiting_for
from app.hazards.terms import Origin, State, WaitingFor
from app.sorting.terms import Level
from tests.hazards.cast import DUE, Seen, body, person, step

GENERAL, MAJOR = Level
REPORTED, PLANNING, RECTIFYING, REVIEWING, CLOSED, DISMISSED = State
NOTED = "2026-11-23T09:10+08:00"

WAITS = [
    # state, level, whether the enterprise found it, plan pending, alone: who is waited for
    (REPORTED, "any", True, "any", "any", "enterprise_confirmation"),
    (REPORTED, "any", False, "any", "any", "government_confirmation"),
    (PLANNING, "any", "any", False, "any", "plan"),
    (PLANNING, "any", "any", True, "any", "plan_approval"),
    (RECTIFYING, "any", "any", "any", "any", "rectification"),
    (REVIEWING, GENERAL, True, "any", False, "enterprise_review"),
    (REVIEWING, GENERAL, True, "any", True, "outside_review"),
    (REVIEWING, GENERAL, False, "any", "any", "government_review"),
    (REVIEWING, MAJOR, "any", "any", "any", "government_review"),
    (CLOSED, "any", "any", "any", "any", None),
    (DISMISSED, "any", "any", "any", "any", None),
]


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def due(state: State, since: str, level: Level = GENERAL, on: date | None = None, *, pending: bool = False) -> Any:
    return stage_due(state, level, instant(since), on, plan_pending=pending)


def test_each_stage_waits_for_whom_the_page_says() -> None:
    for state, level, origin, pending, alone in product(State, Level, Origin, (True, False), (True, False)):
        case = (state, level, origin == Origin.ENTERPRISE, pending, alone)
        matching = [row for row in WAITS if all(said in ("any", is_) for said, is_ in zip(row, case, strict=False))]
        seen = Seen(state, level, origin=origin, plan_pending=pending, alone=alone)
        assert [waiting_for(seen)] == [row[5] for row in matching], case


def test_every_wait_is_on_the_page() -> None:
    assert {row[5] for row in WAITS} - {None} == set(WaitingFor)


def test_the_policy_is_what_the_page_gives_as_default() -> None:
    said = policy()
    assert (said.confirm_days, said.possible_major_hours, said.plan_days) == (3, 24, 7)
    assert (said.approval_work_days, said.review_days) == (3, 10)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (NOTED, "2026-11-27T00:00+08:00"),
        ("2026-11-23T23:59:59+08:00", "2026-11-27T00:00+08:00"),
        ("2026-11-24T00:00+08:00", "2026-11-28T00:00+08:00"),
    ],
)
def test_a_confirmation_is_due_at_the_end_of_the_third_day_in_shanghai(since: str, until: str) -> None:
    assert due(REPORTED, since) == instant(until)


def test_a_possible_major_is_confirmed_within_24_hours() -> None:
    assert due(REPORTED, NOTED, MAJOR) == instant("2026-11-24T09:10+08:00")


def test_a_plan_has_seven_days_and_a_review_ten() -> None:
    assert due(PLANNING, NOTED, MAJOR) == instant("2026-12-01T00:00+08:00")
    assert due(REVIEWING, NOTED) == instant("2026-12-04T00:00+08:00")


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (
            "2026-09-30T10:00+08:00",
            "2026-10-11T00:00+08:00",
        ),  # 国庆: the 8th, the 9th, and Saturday 10th
        ("2026-10-03T10:00+08:00", "2026-10-11T00:00+08:00"),
        ("2026-10-09T10:00+08:00", "2026-10-14T00:00+08:00"),  # Saturday 10th, Monday 12th, Tuesday 13th
        (NOTED, "2026-11-27T00:00+08:00"),
        ("2026-11-26T10:00+08:00", "2026-12-02T00:00+08:00"),  # over a weekend
    ],
)
def test_an_approval_has_three_work_days(since: str, until: str) -> None:
    assert due(PLANNING, since, MAJOR, pending=True) == instant(until)


def test_a_rectification_is_due_when_its_day_is_over() -> None:
    assert due(RECTIFYING, NOTED, on=date(2026, 12, 1)) == instant("2026-12-02T00:00+08:00")


def test_what_has_no_deadline_yet_is_not_forgotten() -> None:
    assert due(RECTIFYING, NOTED) == instant("2026-12-01T00:00+08:00")


@pytest.mark.parametrize("state", [CLOSED, DISMISSED])
def test_an_ended_hazard_is_never_due(state: State) -> None:
    assert due(state, NOTED, on=DUE) is None
    assert overdue(state, instant(NOTED), instant(NOTED) + timedelta(days=9)) is None


@pytest.mark.parametrize(
    ("now", "days"),
    [
        ("2026-12-01T23:59:59+08:00", None),
        ("2026-12-02T00:00+08:00", 1),
        ("2026-12-02T23:59+08:00", 1),
        ("2026-12-03T00:01+08:00", 2),
        ("2026-12-12T12:00+08:00", 11),
    ],
)
def test_overdue_counts_the_days_begun(now: str, days: int | None) -> None:
    late = overdue(RECTIFYING, due(RECTIFYING, NOTED, on=date(2026, 12, 1)), instant(now))
    assert late == (days and {"stage": "rectifying", "days": days})


def after(name: str, seen: Seen, level: Level = GENERAL) -> dict[str, Any]:
    return LOOP[name].changes(step(seen, person("supervisor"), body(name, level)))


def test_sending_a_plan_again_does_not_give_the_government_more_time() -> None:
    assert "stage_due_at" in after("submit_plan", Seen(PLANNING, MAJOR))
    assert "stage_due_at" not in after("submit_plan", Seen(PLANNING, MAJOR, plan_pending=True))


def test_a_rejected_plan_starts_the_plan_anew() -> None:
    pending = Seen(PLANNING, MAJOR, plan_pending=True, plan={"due_on": DUE})
    assert after("reject_plan", pending)["stage_due_at"] == instant("2026-12-01T00:00+08:00")


def test_regrading_under_review_does_not_give_the_reviewer_more_time() -> None:
    changes = LOOP["regrade"].changes(step(Seen(REVIEWING, MAJOR), person("supervisor"), body("regrade", MAJOR)))
    assert changes["level"] == GENERAL
    assert "stage_due_at" not in changes


def test_the_old_date_stands_until_an_extension_is_granted() -> None:
    asked = after("request_extension", Seen(RECTIFYING))
    assert {"due_on", "stage_due_at"}.isdisjoint(asked)
    assert after("refuse_extension", Seen(RECTIFYING, extension={})).keys() == {"extension", "extension_by"}
    granted = after("grant_extension", Seen(RECTIFYING, extension={}))
    assert granted["due_on"] == date(2100, 1, 31)
    assert granted["stage_due_at"] == instant("2100-02-01T00:00+08:00")
    assert "first_due_on" not in granted
