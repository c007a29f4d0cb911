"""Where the demo's past is told: what everybody does, in the order in which it happened."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final, TypeVar

from sqlalchemy.orm import Session

from app.demo.camera import Camera
from app.demo.data import Phrases
from app.demo.town import Town
from app.foundation import clock
from app.foundation.calendar import SHANGHAI, add_days, local_date
from app.inspections.sorter import Sorter
from app.sorting.in_force import InForce, as_released
from app.sorting.verdict import nobody

T = TypeVar("T")

MORNING: Final = time(8, 20)
WORKING: Final = timedelta(hours=8)
SOON: Final = (timedelta(minutes=40), timedelta(minutes=150))

# What somebody does, one thing after the other: each time it yields the instant of the next, and then does it.
Act = Iterator[datetime]


@dataclass
class Stage:
    """What every act needs. `until` is the present: nothing happens after it. The past was sorted by what people said
    alone, so that its stories go as they were written, whatever the server reads in their words today."""

    session: Session
    town: Town
    camera: Camera
    rnd: Random
    until: datetime
    sorter: Sorter = field(default_factory=lambda: Sorter(unread))

    @property
    def phrases(self) -> Phrases:
        return self.town.data.phrases

    def days_ago(self, days: int) -> datetime:
        """Some working hour of that day; of today, an hour or two ago."""
        if days == 0:
            return self.until - self._between(*SOON)
        return self.hour_of(add_days(self.until, -days))

    def hour_of(self, day: date) -> datetime:
        """Some working hour of a day."""
        return datetime.combine(day, MORNING, SHANGHAI) + self._between(timedelta(), WORKING)

    def after(self, instant: datetime, days: int) -> datetime:
        """Some working hour so many days on; of the same day, soon."""
        return self.hour_of(add_days(instant, days)) if days else instant + self._between(*SOON)

    def some(self, of: tuple[T, ...]) -> T:
        return self.rnd.choice(of)

    def _between(self, least: timedelta, most: timedelta) -> timedelta:
        return timedelta(seconds=self.rnd.randint(int(least.total_seconds()), int(most.total_seconds())))


def unread() -> InForce:
    """What is in force, with nobody who reads."""
    return replace(as_released(), by_text=nobody)


def perform(acts: Iterable[Act], until: datetime) -> None:
    """Let everything happen, each thing at its own instant; what would come after `until` does not."""
    waiting = [(first, number, act) for number, act in enumerate(acts) if (first := next(act, None)) is not None]
    heapq.heapify(waiting)
    while waiting and waiting[0][0] < until:
        instant, number, act = heapq.heappop(waiting)
        with clock.at(instant):
            following = next(act, None)
        if following is not None:
            heapq.heappush(waiting, (following, number, act))


def today() -> date:
    return local_date(clock.now())
