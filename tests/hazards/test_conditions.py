"""What a step needs of the record and of its body, beside the right person."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from app.foundation.calendar import local_date
from app.foundation.clock import now
from app.foundation.problems import Conflict, Forbidden, Invalid
from app.hazards import bodies
from app.hazards.conditions import RECORD_REASONS, problem_of
from app.hazards.loop import LOOP
from app.hazards.rules import REASONS
from app.hazards.terms import Origin, State
from app.sorting.terms import Level, Method
from tests.hazards.cast import DUE, PARTNER, Seen, body, person, refusal, step

PLANNING, RECTIFYING, REVIEWING = State.PLANNING, State.RECTIFYING, State.REVIEWING
MAJOR = Level.MAJOR


def asked(name: str, of: Level = Level.GENERAL, **but: Any) -> Any:
    """The body of an action for a hazard of this level, but for some fields."""
    return body(name, of).model_copy(update=but)


def why_not(name: str, seen: Seen, who: str, of: Level = Level.GENERAL, **but: Any) -> str | None:
    return refusal(LOOP[name], seen, person(who), asked(name, of, **but))


def pointer(name: str, seen: Seen, who: str, of: Level = Level.GENERAL, **but: Any) -> str:
    """What is missing."""
    problem = LOOP[name].unless(seen, person(who), asked(name, of, **but))
    assert isinstance(problem, Invalid)
    return str(problem.faults[0]["pointer"])


def test_a_decision_needs_a_request() -> None:
    assert why_not("approve_plan", Seen(PLANNING), "supervisor") == "no_plan"
    assert why_not("reject_plan", Seen(RECTIFYING), "supervisor") == "no_plan"
    assert why_not("grant_extension", Seen(RECTIFYING), "manager") == "no_extension"
    assert why_not("refuse_extension", Seen(PLANNING), "manager") == "no_extension"


def test_what_is_not_for_the_caller_is_said_before_what_the_record_lacks() -> None:
    assert why_not("approve_plan", Seen(PLANNING), "manager") == "only_a_supervisor"


def test_an_extension_is_asked_for_before_the_deadline_is_over() -> None:
    today = local_date(now())
    assert why_not("request_extension", Seen(RECTIFYING, due_on=today), "manager") is None
    assert why_not("request_extension", Seen(RECTIFYING, due_on=today - timedelta(days=1)), "manager") == "past_due"


def test_one_extension_at_a_time_and_for_a_major_hazard_one_at_all() -> None:
    assert why_not("request_extension", Seen(RECTIFYING, extension_by=PARTNER), "manager") == "extension_pending"
    assert why_not("request_extension", Seen(RECTIFYING, MAJOR, extension_requests=1), "manager") == "extended_before"
    assert why_not("request_extension", Seen(RECTIFYING, extension_requests=5), "manager") is None


@pytest.mark.parametrize("name", ["request_extension", "grant_extension"])
def test_an_extension_leads_to_a_later_day(name: str) -> None:
    seen = Seen(RECTIFYING, extension_by=None if name == "request_extension" else PARTNER)
    assert why_not(name, seen, "manager", due_on=DUE) == "not_later"
    assert why_not(name, seen, "manager", due_on=DUE + timedelta(days=1)) is None


def test_a_plan_is_signed_by_its_manager() -> None:
    assert why_not("submit_plan", Seen(PLANNING), "manager", signed_document=None) is None
    assert pointer("submit_plan", Seen(PLANNING), "safety_officer", signed_document=None) == "/signed_document"


def test_a_plan_ends_by_the_deadline_also_when_that_was_brought_forward() -> None:
    assert why_not("submit_plan", Seen(PLANNING), "manager", due_on=DUE + timedelta(days=1)) == "plan_after_deadline"
    sent = Seen(PLANNING, MAJOR, plan={"due_on": "2099-11-30"}, plan_pending=True)
    assert why_not("approve_plan", sent, "supervisor") is None
    assert why_not("approve_plan", replace(sent, due_on=date(2099, 11, 29)), "supervisor") == "plan_after_deadline"


def test_an_approved_plan_makes_its_deadline_the_hazards() -> None:
    sent = Seen(PLANNING, MAJOR, plan={"due_on": "2099-06-30"}, plan_pending=True)
    after = LOOP["approve_plan"].changes(step(sent, person("supervisor"), asked("approve_plan")))
    assert (after["due_on"], after["state"], after["plan_approved"]) == (date(2099, 6, 30), RECTIFYING, True)
    assert after["first_due_on"] == DUE


def test_a_major_hazard_is_accepted_on_site_with_photos_and_a_plan_or_a_reason() -> None:
    seen = Seen(REVIEWING, MAJOR)
    assert why_not("accept", seen, "supervisor", method="photos") == "on_site_needed"
    assert pointer("accept", seen, "supervisor", photos=()) == "/photos"
    assert pointer("accept", seen, "supervisor", without_plan_reason=None) == "/without_plan_reason"
    assert why_not("accept", replace(seen, plan_approved=True), "supervisor", without_plan_reason=None) is None


def test_a_general_hazard_is_accepted_from_photos_also_while_they_are_under_way() -> None:
    seen = Seen(REVIEWING, evidence_missing=2)
    assert why_not("accept", seen, "manager", method="photos", photos=(), without_plan_reason=None) is None


def test_a_major_hazard_is_not_accepted_before_its_evidence_arrives_but_may_be_sent_back() -> None:
    seen = Seen(REVIEWING, MAJOR, evidence_missing=1)
    assert why_not("accept", seen, "supervisor") == "photos_missing"
    assert why_not("reject", seen, "supervisor") is None


def test_accepting_says_the_level_of_what_may_be_major() -> None:
    possible = Seen(REVIEWING, MAJOR, level_confirmed=False)
    assert pointer("accept", possible, "supervisor") == "/level"
    assert why_not("accept", possible, "supervisor", level=MAJOR, method="photos") == "on_site_needed"
    assert why_not("accept", possible, "supervisor", level=Level.GENERAL, method="photos", photos=()) is None


def test_what_turns_out_major_at_its_review_is_accepted_as_a_major_one() -> None:
    seen = Seen(REVIEWING, level_confirmed=False, origin=Origin.GOVERNMENT)
    assert why_not("accept", seen, "supervisor", level=MAJOR, method="documents") == "on_site_needed"
    assert why_not("accept", replace(seen, evidence_missing=1), "supervisor", level=MAJOR) == "photos_missing"


def test_what_is_accepted_as_general_meets_no_criterion_any_more() -> None:
    possible = Seen(REVIEWING, MAJOR, level_confirmed=False, criterion="GM-11-03", level_by=Method.CRITERION)
    for level, criterion in ((Level.GENERAL, None), (MAJOR, "GM-11-03")):
        after = LOOP["accept"].changes(step(possible, person("supervisor"), body("accept", MAJOR, level)))
        assert (after["level"], after.get("criterion", possible.criterion)) == (level, criterion)


def test_sending_back_to_work_sets_a_deadline() -> None:
    assert pointer("reject", Seen(REVIEWING), "manager", due_on=None) == "/due_on"
    assert pointer("reopen", Seen(State.CLOSED), "inspector", due_on=None) == "/due_on"
    assert why_not("reject", Seen(REVIEWING, confirmed_at=None), "manager", due_on=None) is None
    assert why_not("reopen", Seen(State.DISMISSED), "inspector", due_on=None) is None


def test_a_regrading_changes_the_level_and_names_the_criterion_of_a_major_one() -> None:
    assert why_not("regrade", Seen(RECTIFYING), "manager", MAJOR) == "same_level"
    assert pointer("regrade", Seen(RECTIFYING), "manager", criterion=None) == "/criterion"
    assert why_not("regrade", Seen(RECTIFYING, MAJOR), "supervisor", MAJOR, criterion=None) is None


def test_lowering_against_the_text_needs_a_reason() -> None:
    proposed = Seen(State.REPORTED, MAJOR, level_confirmed=False, level_by=Method.TEXT)
    assert why_not("confirm", proposed, "manager", reason=None) == "only_a_supervisor"
    assert why_not("confirm", proposed, "manager") is None


def test_only_where_there_are_no_accounts_is_somebody_responsible_by_name() -> None:
    named: Any = {"responsible_id": None, "responsible": bodies.PersonWithoutAccount(name="钱七", phone="13800000000")}
    seen = Seen(State.REPORTED, origin=Origin.GOVERNMENT)
    assert pointer("confirm", seen, "inspector", **named) == "/responsible_id"
    assert why_not("confirm", replace(seen, accountless=True), "inspector", **named) is None


@pytest.mark.parametrize("missing", ["cause", "interim_measures"])
def test_a_major_confirmation_says_why_it_came_about_and_what_holds_it_meanwhile(missing: str) -> None:
    with pytest.raises(ValidationError, match="major"):
        bodies.Confirm.model_validate(asked("confirm", MAJOR).model_dump() | {missing: None})


def test_a_plan_says_all_five_things() -> None:
    for field in ("responsible_id", "measures", "funds", "due_on", "contingency"):
        with pytest.raises(ValidationError, match=field):
            bodies.SubmitPlan.model_validate(asked("submit_plan").model_dump(exclude={field}))


def test_each_reason_has_its_problem() -> None:
    assert isinstance(problem_of("no_plan"), Conflict)
    assert isinstance(problem_of("rectified_it"), Forbidden)
    assert not set(REASONS) & set(RECORD_REASONS)
