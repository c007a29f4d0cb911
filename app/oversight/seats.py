"""Who held which seat when, and since when an enterprise has been one that owes: pure."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid5

from app.duties.terms import Seat
from app.oversight.terms import Manner


@dataclass(frozen=True, slots=True)
class Term:
    """Somebody holds a seat from a day to a day."""

    from_on: date
    to_on: date | None
    name: str
    user_id: UUID | None = None

    def holds(self, day: date) -> bool:
        return self.from_on <= day and (self.to_on is None or day <= self.to_on)


@dataclass(frozen=True, slots=True)
class Reach:
    """A stretch of time in which something holds: that the enterprise is one with these special categories."""

    since: datetime
    until: datetime
    categories: frozenset[str] = frozenset()

    def at(self, instant: datetime) -> bool:
        return self.since <= instant < self.until


def joined(reaches: Iterable[Reach]) -> list[Reach]:
    """Stretches that follow each other as one, whatever their categories."""
    found: list[Reach] = []
    for each in reaches:
        if found and each.since <= found[-1].until:
            found[-1] = Reach(found[-1].since, max(each.until, found[-1].until))
        else:
            found.append(Reach(each.since, each.until))
    return found


@dataclass(frozen=True, slots=True)
class Chair:
    """A seat at an enterprise, or at one of its installations (`of`), with whoever held it. `place` is the name of the
    installation, `measured_since` since when it has measures that a check can look at."""

    of: UUID
    seat: Seat
    terms: tuple[Term, ...] = ()
    place: str | None = None
    measured_since: datetime | None = None

    def named(self, what: str) -> UUID:
        """The id of what it owes: always the same, so that nothing need be stored."""
        return uuid5(self.of, f"{self.seat}:{what}")

    def holder(self, day: date) -> Term | None:
        return next((term for term in self.terms if term.holds(day)), None)


@dataclass(frozen=True, slots=True)
class Visit:
    """That somebody looked after the enterprise: an inspection (`manner` is None) or a record of a follow-up.

    `near`: whether it was on the grounds by its position; None if that is not known. `duties` are those it names,
    `looked_at` the installations of whose measures it says how it found them.
    """

    id: UUID
    at: datetime
    received_at: datetime
    user_id: UUID
    manner: Manner | None = None
    names: frozenset[str] = frozenset()
    near: bool | None = None
    doubt: bool = False
    nil: bool = False
    duties: tuple[str, ...] = ()
    looked_at: frozenset[UUID] = frozenset()

    @property
    def on_site(self) -> bool:
        return self.manner in {None, Manner.ON_SITE} and self.near is not False


@dataclass(frozen=True, slots=True)
class Happening:
    """What asks for presence from an instant to another: a stop's end, a danger, an accident."""

    id: UUID
    name: str
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Care:
    """A special period as it binds an enterprise: owed from its declaration on."""

    name: str
    from_on: date
    to_on: date
    declared_at: datetime
    categories: frozenset[str] = frozenset()


@dataclass(slots=True)
class Answering:
    """An enterprise with all that its responsible persons' duties derive from."""

    id: UUID
    name: str = ""
    area_code: str = ""
    reaches: Sequence[Reach] = ()
    chairs: dict[Seat, Chair] = field(default_factory=dict)
    installations: list[tuple[Chair, Sequence[Reach]]] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)
    cares: list[Care] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    instants: list[datetime] = field(default_factory=list)
    naming: list[Visit] = field(default_factory=list)

    def take_in(self, visits: Iterable[Visit]) -> None:
        """Know who looked after it."""
        self.visits = sorted(visits, key=lambda visit: (visit.at, str(visit.id)))
        self.instants = [visit.at for visit in self.visits]
        self.naming = [visit for visit in self.visits if visit.duties]

    def between(self, since: datetime, until: datetime) -> list[Visit]:
        """The visits of a stretch of time."""
        return self.visits[bisect_left(self.instants, since) : bisect_left(self.instants, until)]

    def reach_at(self, instant: datetime) -> Reach | None:
        return next((reach for reach in self.reaches if reach.at(instant)), None)

    def chair(self, seat: Seat) -> Chair:
        return self.chairs.get(seat) or Chair(self.id, seat)
