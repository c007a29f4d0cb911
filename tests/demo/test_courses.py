"""The table of courses: that each can be told to its end, and that together they show everything."""

import pytest

from app.demo.beats import BEATS
from app.demo.casting import days
from app.demo.courses import COURSES, Course
from app.hazards.loop import LOOP

FEIGNED = {"lower": "confirm", "rectify_far_away": "rectify", "regrade_up": "regrade", "regrade_down": "regrade"}


@pytest.mark.parametrize("course", COURSES, ids=lambda course: f"{course.found}-{course.oldest}-{course.story}")
def test_a_course_has_ended_before_today(course: Course) -> None:
    assert course.oldest >= course.newest
    assert sum(beat.days for beat in course.beats) < max(course.newest, 1)


@pytest.mark.parametrize("course", COURSES, ids=lambda course: f"{course.found}-{course.oldest}-{course.story}")
def test_its_hazards_are_spread_over_its_days(course: Course) -> None:
    ago = list(days(course))
    assert len(ago) == course.times
    assert ago[0] == course.oldest
    assert course.times == 1 or ago[-1] == course.newest


def test_the_courses_take_every_action_of_the_loop() -> None:
    told = {beat.name for course in COURSES for beat in course.beats}
    assert told <= BEATS.keys()
    at_once = {"rectify_on_the_spot"}  # told with the finding
    assert {FEIGNED.get(name, name) for name in told} - {"see_again"} | at_once == LOOP.keys()
