"""Who plays in which course: an enterprise, a finding that is true of it, and who finds it there."""

from collections.abc import Iterator
from itertools import cycle
from typing import Final

from app.demo.beats import BEATS
from app.demo.courses import COURSES, Course, Found
from app.demo.data import Hazard, fitting
from app.demo.stage import Act, Stage
from app.demo.tales import Tale
from app.demo.town import Works
from app.people.scope import Caller, Role

OFTEN: Final = 5  # every so many tales play in the enterprise that the demo's logins belong to
ROUNDS: Final = (Role.TEAM_LEADER, Role.TEAM_LEADER, Role.TEAM_LEADER, Role.DEPARTMENT_HEAD, Role.MANAGER)


class Casting:
    """Gives every enterprise its turn, and no enterprise the same finding twice."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        every = list(stage.town.works.values())
        stage.rnd.shuffle(every)
        main = stage.town.works[stage.town.data.main.key]
        self._turns = cycle(
            works for n, each in enumerate(every) for works in ((main, each) if n % OFTEN == 0 else (each,))
        )
        self._free = {works.key: list(self._findings(works)) for works in every}

    def tales(self) -> Iterator[Act]:
        """Every hazard of the table."""
        for course in COURSES:
            for days_ago in days(course):
                yield tell(self._cast(course), days_ago)

    def _findings(self, works: Works) -> Iterator[Hazard]:
        """What may be found there: of its own trade rather than what is found anywhere, in no order."""
        found = self._stage.town.data.findings
        for templates in (fitting(works.data, found.major), fitting(works.data, found.general)):
            own = len([each for each in templates if each.about not in {"any", "factory"}])
            yield from self._stage.rnd.sample(templates[:own], own)
            yield from self._stage.rnd.sample(templates[own:], len(templates) - own)

    def _cast(self, course: Course) -> Tale:
        """The next enterprise that the course can play in.

        Raises: StopIteration, never, unless the data are too few for the table.
        """
        for _, works in zip(range(500), self._turns, strict=False):
            finder = self._finder(course, works)
            finding = next((each for each in self._free[works.key] if is_major(each) is course.found.major), None)
            if finder and finding:
                self._free[works.key].remove(finding)
                return Tale(self._stage, works, finding, course, finder)
        raise LookupError(f"no enterprise is left for {course}")

    def _finder(self, course: Course, works: Works) -> Caller | None:
        """Who finds it there; None if nobody can."""
        town, alone = self._stage.town, len(works.people) == 1
        match course.found:
            case Found.SITE:
                return None if works.people else town.inspectors(works)[0]
            case _ if not works.people or alone is not (course.found is Found.ALONE):
                return None
            case Found.GOVERNMENT | Found.COMPLAINT:
                return self._stage.some(town.inspectors(works))
            case Found.GOVERNMENT_MAJOR:
                return town.inspectors(works)[-1]
            case Found.EXPERT:
                expert = town.people["expert"]
                return expert if works.id in expert.assigned else None
            case Found.BY_A_WORKER:
                return works.who(Role.WORKER)
            case Found.ON_THE_SPOT | Found.ON_THE_SPOT_ALONE | Found.ALONE:
                return works.who(Role.TEAM_LEADER)
            case _ if "dismiss" in course.story:
                return works.who(Role.TEAM_LEADER)
            case _:
                return works.who(self._stage.some(ROUNDS), Role.TEAM_LEADER)


def is_major(finding: Hazard) -> bool:
    return hasattr(finding, "criterion")


def days(course: Course) -> Iterator[int]:
    """How many days ago each of its hazards was found, evenly from the oldest to the newest."""
    step = (course.oldest - course.newest) / max(1, course.times - 1)
    return (course.oldest - round(n * step) for n in range(course.times))


def tell(tale: Tale, days_ago: int) -> Act:
    """Find it that many days ago; then let its course follow."""
    at = tale.stage.days_ago(days_ago)
    yield at
    tale.find()
    for beat in tale.course.beats:
        at = tale.stage.after(at, beat.days)
        yield at
        BEATS[beat.name](tale)
