"""How the demo's hazards go, as one table: who finds how many of which kind how long ago, and what follows when."""

from enum import StrEnum
from typing import Final, NamedTuple, Self


class Found(StrEnum):
    """By whom, and what."""

    OWN = "own"
    OWN_MAJOR = "own_major"
    UNDERRATED = "underrated"  # a major one, reported as general
    ON_THE_SPOT = "on_the_spot"
    ON_THE_SPOT_ALONE = "on_the_spot_alone"
    ALONE = "alone"  # in a works of one person
    BY_A_WORKER = "by_a_worker"
    GOVERNMENT = "government"
    GOVERNMENT_MAJOR = "government_major"
    SITE = "site"  # unregistered, without accounts
    EXPERT = "expert"
    COMPLAINT = "complaint"

    @property
    def major(self) -> bool:
        """Whether it meets a statutory criterion."""
        return self in {Found.OWN_MAJOR, Found.UNDERRATED, Found.GOVERNMENT_MAJOR}


class Beat(NamedTuple):
    """What is done next, so many days after what was done before."""

    name: str
    days: int

    @classmethod
    def read(cls, word: str) -> Self:
        name, days = word.split("+")
        return cls(name, int(days))


class Course(NamedTuple):
    """So many hazards, found between so many days ago, go this way."""

    times: int
    found: Found
    oldest: int
    newest: int
    story: str

    @property
    def beats(self) -> list[Beat]:
        return [Beat.read(word) for word in self.story.split()]


PLANNED: Final = "confirm+0 submit_plan+3 approve_plan+2"
PLANNED_TWICE: Final = "confirm+1 submit_plan+3 reject_plan+2 submit_plan+2 approve_plan+1"
COURSES: Final = (
    # What the enterprises found themselves.
    Course(46, Found.OWN, 88, 10, "confirm+1 rectify+4 accept+2"),
    Course(8, Found.OWN, 84, 14, "confirm+1 comment+1 rectify+2 reject+1 rectify+3 accept+1"),
    Course(5, Found.OWN, 70, 24, "confirm+0 request_extension+3 grant_extension+1 rectify+9 accept+1"),
    Course(2, Found.OWN, 60, 24, "confirm+1 request_extension+4 refuse_extension+1 rectify+1 accept+1"),
    Course(3, Found.OWN, 85, 40, "confirm+1 remind+8 rectify+3 accept+2"),
    Course(2, Found.OWN, 60, 30, "confirm+1 rectify+3 accept+2 reopen+9 rectify+3 accept+2"),
    Course(2, Found.OWN, 50, 12, "confirm+1 assign+2 rectify+3 accept+1"),
    Course(12, Found.ON_THE_SPOT, 87, 2, ""),
    Course(3, Found.ON_THE_SPOT_ALONE, 60, 10, "accept+1"),
    Course(6, Found.BY_A_WORKER, 80, 12, "confirm+1 rectify+3 accept+2"),
    Course(2, Found.ALONE, 50, 20, "confirm+0 rectify+3 accept+2"),
    Course(3, Found.OWN, 60, 9, "dismiss+1"),
    Course(2, Found.OWN, 45, 5, "withdraw+0"),
    Course(1, Found.OWN, 18, 18, "dismiss+1 reopen+6 confirm+1"),
    Course(4, Found.OWN, 2, 0, ""),
    Course(2, Found.BY_A_WORKER, 2, 1, ""),
    Course(3, Found.OWN, 10, 6, ""),
    Course(9, Found.OWN, 6, 2, "confirm+1"),
    Course(3, Found.OWN, 20, 13, "confirm+1 remind+9"),
    Course(2, Found.OWN, 26, 22, "confirm+1 comment+2 remind+10"),
    Course(2, Found.OWN, 7, 5, "confirm+1 request_extension+3"),
    Course(1, Found.OWN, 8, 8, "confirm+1 request_extension+3 refuse_extension+1"),
    Course(2, Found.OWN, 9, 7, "confirm+1 request_extension+3 grant_extension+1"),
    Course(2, Found.OWN, 6, 5, "confirm+1 assign+2"),
    Course(3, Found.OWN, 12, 7, "confirm+1 see_again+4"),
    Course(1, Found.OWN, 32, 32, "confirm+1 rectify+4 accept+2 reopen+20"),
    Course(6, Found.OWN, 11, 6, "confirm+1 rectify+3"),
    Course(2, Found.OWN, 26, 20, "confirm+1 rectify+3"),
    Course(2, Found.OWN, 9, 7, "confirm+1 rectify_far_away+3"),
    Course(2, Found.OWN, 11, 9, "confirm+1 rectify+3 reject+2"),
    Course(1, Found.ALONE, 8, 8, "confirm+0 rectify+3"),
    # What the enterprises found that may be major.
    Course(6, Found.OWN_MAJOR, 88, 45, f"{PLANNED} rectify+12 accept+3"),
    Course(2, Found.OWN_MAJOR, 85, 50, f"{PLANNED_TWICE} rectify+14 accept+2"),
    Course(1, Found.OWN_MAJOR, 40, 40, "confirm+0 rectify+2 accept+3"),
    Course(1, Found.OWN_MAJOR, 38, 38, "lower+1 rectify+4 accept+2"),
    Course(1, Found.OWN_MAJOR, 33, 33, "dismiss+1"),
    Course(1, Found.OWN_MAJOR, 60, 60, "confirm+0 submit_plan+3 regrade_down+3 rectify+4 accept+1"),
    Course(2, Found.OWN_MAJOR, 0, 0, ""),
    Course(2, Found.OWN_MAJOR, 4, 2, ""),
    Course(2, Found.OWN_MAJOR, 5, 3, "confirm+1"),
    Course(1, Found.OWN_MAJOR, 13, 13, "confirm+1 remind+9"),
    Course(2, Found.OWN_MAJOR, 6, 5, "confirm+0 submit_plan+3"),
    Course(1, Found.OWN_MAJOR, 18, 18, "confirm+0 submit_plan+5"),
    Course(1, Found.OWN_MAJOR, 9, 9, "confirm+1 submit_plan+3 reject_plan+2"),
    Course(3, Found.OWN_MAJOR, 20, 12, PLANNED),
    Course(1, Found.OWN_MAJOR, 22, 22, f"{PLANNED} request_extension+9"),
    Course(1, Found.OWN_MAJOR, 56, 56, f"{PLANNED} remind+40"),
    Course(2, Found.OWN_MAJOR, 26, 22, f"{PLANNED} rectify+9"),
    Course(1, Found.OWN_MAJOR, 42, 42, f"{PLANNED} rectify+12"),
    Course(1, Found.OWN_MAJOR, 24, 24, f"{PLANNED} rectify_far_away+9"),
    Course(1, Found.UNDERRATED, 11, 11, "confirm+1 regrade_up+2"),
    # What came from outside.
    Course(14, Found.GOVERNMENT, 86, 12, "confirm+0 rectify+5 accept+2"),
    Course(3, Found.GOVERNMENT, 70, 20, "confirm+0 rectify+4 reject+2 rectify+3 accept+2"),
    Course(1, Found.GOVERNMENT, 30, 30, "dismiss+2"),
    Course(2, Found.GOVERNMENT, 2, 1, ""),
    Course(2, Found.GOVERNMENT, 9, 6, ""),
    Course(5, Found.GOVERNMENT, 6, 3, "confirm+0"),
    Course(3, Found.GOVERNMENT, 20, 13, "confirm+0 remind+9"),
    Course(4, Found.GOVERNMENT, 10, 7, "confirm+0 rectify+4"),
    Course(1, Found.GOVERNMENT, 21, 21, "confirm+0 rectify+4"),
    Course(3, Found.GOVERNMENT_MAJOR, 80, 46, "confirm+0 submit_plan+4 approve_plan+2 rectify+15 accept+3"),
    Course(1, Found.GOVERNMENT_MAJOR, 8, 8, "confirm+0 submit_plan+4"),
    Course(1, Found.GOVERNMENT_MAJOR, 15, 15, "confirm+0 submit_plan+4 approve_plan+2"),
    Course(2, Found.SITE, 40, 15, "confirm+0 rectify+5 accept+2"),
    Course(2, Found.SITE, 7, 5, "confirm+0"),
    Course(4, Found.EXPERT, 60, 14, "confirm+2 rectify+5 accept+2"),
    Course(2, Found.EXPERT, 6, 4, "confirm+1"),
    Course(3, Found.COMPLAINT, 60, 20, "confirm+1 rectify+5 accept+1"),
    Course(1, Found.COMPLAINT, 2, 2, ""),
)  # fmt: skip
