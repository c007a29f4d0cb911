"""What no combination of roles makes possible, tried on many hazards, people and walks through the loop."""

from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.hazards import bodies
from app.hazards.loop import LOOP, allowed_actions, awaited, blocked_actions
from app.hazards.rules import decides, supervisor
from app.hazards.stages import waiting_for
from app.hazards.standing import Judge, standing_of
from app.hazards.terms import OPEN, Origin, State
from app.people.scope import ENTERPRISE, GOVERNMENT, Caller, Role
from app.sorting.terms import Level, Method
from tests.hazards.cast import (
    AT,
    COUNTY,
    DUE,
    PARTNER,
    SOMEBODY,
    SOMEBODY_ELSE,
    TOWN,
    VILLAGE,
    WORKS,
    Seen,
    body,
    person,
    refusal,
    step,
)

ME = person("worker").id
REMARKS = {"remind", "comment"}
PERSONS = st.sampled_from([ME, SOMEBODY, SOMEBODY_ELSE])
FIELDS = {field.name for field in fields(Seen)}

roles = st.frozensets(st.sampled_from(sorted(Role)), min_size=1)
callers = st.builds(
    Caller, PERSONS, st.just("某人"), roles, st.sampled_from([None, WORKS, PARTNER]),
    st.sampled_from([(), (TOWN,), (COUNTY,), (VILLAGE,), (VILLAGE, "500151102000")]),
    assigned=st.sampled_from([(), (WORKS,)]),
)  # fmt: skip
hazards = st.builds(
    Seen, state=st.sampled_from(State), level=st.sampled_from(Level), level_confirmed=st.booleans(),
    level_by=st.sampled_from(Method), origin=st.sampled_from(Origin), handling_area=st.sampled_from([TOWN, COUNTY]),
    reported_by=PERSONS, confirmed_at=st.sampled_from([None, AT]), responsible_id=st.none() | PERSONS,
    barred=st.lists(PERSONS, max_size=2, unique=True).map(tuple), plan=st.just({"due_on": "2099-01-31"}),
    plan_pending=st.booleans(), plan_approved=st.booleans(), extension_by=st.none() | PERSONS,
    extension_requests=st.integers(0, 2), evidence_missing=st.integers(0, 1), alone=st.booleans(),
    accountless=st.booleans(),
)  # fmt: skip
levels = st.sampled_from(Level)
reasons = st.sampled_from([None, "文字误判"])


def asked(name: str, seen: Seen, level: Level, reason: str | None) -> Any:
    """A body for the action; where it says a level, this one."""
    said: Any = body(name, seen.level, level)
    return said.model_copy(update={"reason": reason}) if name == "confirm" else said


def taken(name: str, seen: Seen, caller: Caller, said: Any, *, rectified_by: tuple[UUID, ...] = ()) -> Seen | None:
    """The hazard after a step; None if it is refused."""
    action = LOOP[name]
    if refusal(action, seen, caller, said):
        return None
    after = action.changes(step(seen, caller, said, rectified_by=rectified_by))
    return replace(seen, **{field: value for field, value in after.items() if field in FIELDS})


@given(hazards, callers, levels)
def test_nobody_reviews_what_they_rectified(seen: Seen, caller: Caller, level: Level) -> None:
    mine = replace(seen, state=State.REVIEWING, barred=(SOMEBODY_ELSE, caller.id))
    for name in ("accept", "reject"):
        assert refusal(LOOP[name], mine, caller, body(name, seen.level, level)) == "rectified_it"


@given(hazards, callers, callers, PERSONS)
def test_who_did_it_and_who_said_so_stay_barred_whatever_their_roles(
    seen: Seen, submitter: Caller, later: Caller, worker: UUID
) -> None:
    said = body("rectify", seen.level)
    done = taken("rectify", seen, submitter, said, rectified_by=(worker,))
    for hand in (submitter.id, worker):
        assert done is None or LOOP["accept"].blocked(done, replace(later, id=hand)) == "rectified_it"


@given(hazards, callers)
def test_nobody_dismisses_what_they_reported(seen: Seen, caller: Caller) -> None:
    mine = replace(seen, state=State.REPORTED, reported_by=caller.id)
    assert LOOP["dismiss"].blocked(mine, caller) == "own_report"


@given(hazards, callers)
def test_nobody_grants_what_they_asked_for(seen: Seen, caller: Caller) -> None:
    mine = replace(seen, state=State.RECTIFYING, level=Level.GENERAL, extension_by=caller.id)
    assert {"grant_extension", "refuse_extension"}.isdisjoint(allowed_actions(mine, caller))


@given(hazards, callers, levels, reasons)
def test_a_possible_major_is_lowered_only_by_a_supervisor_or_against_the_text_alone(
    seen: Seen, caller: Caller, level: Level, reason: str | None
) -> None:
    major = replace(seen, level=Level.MAJOR)
    for name in LOOP:
        after = taken(name, major, caller, asked(name, major, level, reason))
        if after is None or (after.level == Level.MAJOR and (after.state != State.DISMISSED or name in REMARKS)):
            continue
        against_the_text = major.level_by == Method.TEXT and not major.level_confirmed
        assert supervisor(major, caller) is None or (name == "confirm" and against_the_text and reason)


@given(hazards, callers, levels, st.sets(PERSONS).map(tuple))
def test_every_step_leads_where_its_row_says(
    seen: Seen, caller: Caller, level: Level, workers: tuple[UUID, ...]
) -> None:
    for name, action in LOOP.items():
        said = asked(name, seen, level, "说明")
        if refusal(action, seen, caller, said):
            continue
        after = action.changes(step(seen, caller, said, rectified_by=workers))
        state = after.get("state", seen.state)
        assert seen.state in action.sources
        assert state in action.targets or (name in REMARKS and not after)
        if state != seen.state:
            assert (after["stage_due_at"] is None) == (state not in OPEN)
        assert "stage_due_at" not in after or state not in OPEN or after["stage_due_at"]


@given(hazards, callers, st.sets(PERSONS).map(tuple))
def test_nothing_possibly_major_and_nothing_of_ones_own_closes_on_the_spot(
    seen: Seen, caller: Caller, workers: tuple[UUID, ...]
) -> None:
    said = body("rectify_on_the_spot", seen.level)
    after = taken("rectify_on_the_spot", seen, caller, said, rectified_by=workers)
    if after and after.state == State.CLOSED:
        assert after.level == Level.GENERAL
        assert caller.id not in workers


@given(hazards, callers)
def test_a_village_neither_regrades_nor_decides_a_major_hazard(seen: Seen, caller: Caller) -> None:
    village = replace(
        caller, roles=caller.roles & GOVERNMENT or frozenset({Role.INSPECTOR}), enterprise_id=None, areas=(VILLAGE,)
    )
    theirs = {"withdraw", "rectify_on_the_spot", "remind", "comment"} | (
        {"rectify", "request_extension"} if seen.responsible_id == village.id else set()
    )
    general = {"confirm", "accept", "reject", "rectify"} | ({"dismiss"} if seen.alone else set())
    may = theirs if seen.level == Level.MAJOR else theirs | general
    assert set(allowed_actions(seen, replace(village, assigned=()))) <= may


@given(hazards, callers)
def test_government_decisions_are_taken_by_the_authority_or_above_it(seen: Seen, caller: Caller) -> None:
    below = replace(
        caller, roles=caller.roles & GOVERNMENT or frozenset({Role.SUPERVISOR}), enterprise_id=None, areas=(TOWN,),
        assigned=(),
    )  # fmt: skip
    escalated = replace(seen, handling_area=COUNTY, responsible_id=None)
    assert not decides(escalated, below)
    assert set(allowed_actions(escalated, below)) <= {"withdraw", "rectify_on_the_spot", "remind", "comment"}


@given(hazards, callers)
def test_an_action_is_either_allowed_or_explained(seen: Seen, caller: Caller) -> None:
    allowed, blocked = set(allowed_actions(seen, caller)), set(blocked_actions(seen, caller))
    assert allowed | blocked == set(LOOP)
    assert not allowed & blocked
    assert (awaited(seen, caller) or "comment") in allowed
    assert (waiting_for(seen) is None) == (seen.state not in OPEN)


@given(hazards, callers)
def test_hazards_of_one_standing_are_alike_to_the_caller(seen: Seen, caller: Caller) -> None:
    """Remembered is only what decides; everything else may differ."""
    one, another = sorted({ME, SOMEBODY, SOMEBODY_ELSE} - {caller.id})
    other: dict[Any, Any] = {one: another, another: one, caller.id: caller.id, None: None}
    alike = replace(
        seen, reported_by=other[seen.reported_by], responsible_id=other[seen.responsible_id],
        extension_by=other[seen.extension_by],
        barred=tuple(other[person] for person in reversed(seen.barred)), extension_requests=seen.extension_requests * 2,
        evidence_missing=seen.evidence_missing * 3, due_on=seen.due_on and seen.due_on + timedelta(days=1),
        confirmed_at=seen.confirmed_at and seen.confirmed_at + timedelta(days=1),
    )  # fmt: skip
    assert standing_of(alike, caller, AT.date()) == standing_of(seen, caller, AT.date())
    judge = Judge(caller, AT.date())
    for hazard in (seen, alike, seen):
        found = judge.moves(hazard)
        assert found == (waiting_for(hazard), allowed_actions(hazard, caller), blocked_actions(hazard, caller))


@given(hazards, callers)
def test_a_standing_knows_every_fact_that_a_rule_looks_at(seen: Seen, caller: Caller) -> None:
    looked: set[str] = set()

    class Watched:
        def __getattr__(self, name: str) -> Any:
            looked.add(name)
            return getattr(seen, name)

    watched: Any = Watched()
    standing_of(watched, caller, AT.date())
    known = set(looked)
    for action in LOOP.values():
        action.who(watched, caller)
        action.when(watched)
    waiting_for(watched)
    assert looked == known


# Who walks with a hazard: the owner of a small works, who is everything in it, his people, and the floors above.
OWNER = replace(person("manager"), roles=ENTERPRISE)
WALKERS = (
    OWNER, person("worker"), person("safety_officer"), person("department_head"), person("inspector"),
    person("supervisor"), person("village_inspector"), person("county_supervisor"), person("partner_officer"),
)  # fmt: skip
DAYS = st.dates(date(2099, 1, 1), date(2099, 12, 31))
walkers = st.sampled_from(WALKERS)
names = st.sampled_from(sorted(set(LOOP) - REMARKS))
walks = st.lists(st.tuples(names, walkers, walkers, levels, DAYS), max_size=25)
reports = st.builds(
    Seen, state=st.just(State.REPORTED), level=levels, level_confirmed=st.just(False),
    level_by=st.sampled_from(Method), origin=st.sampled_from(Origin), reported_by=st.just(person("worker").id),
    confirmed_at=st.none(), responsible_id=st.none(), barred=st.just(()), due_on=st.none(), first_due_on=st.none(),
)  # fmt: skip


def with_day(said: Any, day: date) -> Any:
    return said.model_copy(update={"due_on": day}) if "due_on" in type(said).model_fields else said


@given(reports, walks)
def test_on_every_walk_through_the_loop(seen: Seen, walk: list[tuple[str, Caller, Caller, Level, date]]) -> None:
    for name, caller, worker, level, day in walk:
        said = with_day(asked(name, seen, level, "说明"), day)
        after = taken(name, seen, caller, said, rectified_by=(worker.id,))
        if after is None:
            continue
        assert set(seen.barred) <= set(after.barred)
        assert seen.first_due_on in {None, after.first_due_on}
        if name not in {"confirm", "reject", "reopen", "grant_extension"} and seen.due_on:
            assert after.due_on is not None
            assert after.due_on <= seen.due_on
        if after.state in {State.CLOSED, State.REPORTED} and name in {"accept", "reject"}:
            assert caller.id not in after.barred
        if after.state == State.CLOSED and after.level == Level.MAJOR:
            assert caller.has(Role.SUPERVISOR)
        if after.state in OPEN and after.confirmed_at and after.state != State.REVIEWING:
            assert after.due_on is not None
        seen = after


def test_the_owner_of_a_one_man_works_is_one_person() -> None:
    found = Seen(State.RECTIFYING, responsible_id=OWNER.id, barred=(), reported_by=OWNER.id, due_on=DUE)
    done = taken("rectify", found, OWNER, body("rectify", Level.GENERAL), rectified_by=(OWNER.id,))
    assert done is not None
    assert LOOP["accept"].blocked(done, OWNER) == "rectified_it"
    assert LOOP["accept"].blocked(replace(done, alone=True), person("partner_manager")) is None


def test_the_finder_may_review_it_but_not_dismiss_it() -> None:
    finder, found = person("worker"), Seen(barred=(), reported_by=person("worker").id)
    assert LOOP["accept"].blocked(found, finder) is None
    assert LOOP["dismiss"].blocked(replace(found, state=State.REPORTED), finder) == "own_report"


def test_the_responsible_person_may_say_that_it_is_done() -> None:
    theirs = Seen(State.RECTIFYING, responsible_id=person("worker").id)
    assert LOOP["rectify"].blocked(theirs, person("worker")) is None
    assert isinstance(body("rectify", Level.GENERAL), bodies.Rectify)
