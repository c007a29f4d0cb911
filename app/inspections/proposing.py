"""What the server proposes of a finding besides its list: its kind, the measure it belongs to, whether it is known.

The kind rests on the words alone and is kept with the verdict. The measure and the known hazard are looked for when
somebody looks at the finding, or types it: by the risk list and the hazards of that moment, and no report waits for it.
Nothing is merged or tied to a measure until a person takes it over (`deciding.sort`).
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from threading import Lock
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.foundation.clock import now
from app.hazards.models import IS_OPEN, Hazard
from app.people.scope import Caller, visible
from app.risks.models import ControlMeasure, Risk, RiskObject, RiskUnit
from app.sorting.describing import describer
from app.sorting.lexicon import lexicon
from app.sorting.likeness import Feature, Like, Shelf, features
from app.sorting.proposals import Proposals, ProposedHazard, ProposedMeasure
from app.sorting.reading import read
from app.sorting.terms import Level, ListName
from app.sorting.verdict import Sorting

LEAST_MEASURE: Final = 0.3  # of all that the finding says, by weight
LEAST_HAZARD: Final = 0.55  # of what both say
CLEAR: Final = 0.05  # by how much the likeliest measure leads, else nobody can tell
CANDIDATES: Final = 12
LOOKED_FOR: Final = frozenset({ListName.HAZARD, ListName.PENDING})  # a risk is new, and has no measure yet
SAME_PLACE, SAME_MEASURE, SAME_CRITERION, ELSEWHERE, OLD = 0.1, 0.15, 0.1, -0.15, -0.05
LONG_AGO: Final = timedelta(days=180)
MEASURES: Final = 10_000
HAZARDS: Final = 200  # the latest ones of an enterprise: whoever looks at a finding waits for them

KEPT: Final = 32  # shelves


class Measure(NamedTuple):
    """A control measure as it is proposed."""

    id: UUID
    description: str


Shelved = tuple[Sequence[Measure], Shelf]

OWN: Final = (
    select(
        ControlMeasure.id, ControlMeasure.description, ControlMeasure.check, Risk.event, RiskObject.name, RiskUnit.name
    )
    .join(Risk, Risk.id == ControlMeasure.risk_id)
    .outerjoin(RiskUnit, RiskUnit.id == Risk.unit_id)
    .outerjoin(RiskObject, RiskObject.id == RiskUnit.object_id)
    .where(~ControlMeasure.retired, ~Risk.retired)
    .order_by(ControlMeasure.id)
    .limit(MEASURES)
)
OPEN_ONES: Final = (
    select(
        Hazard.id, Hazard.number, Hazard.description, Hazard.place, Hazard.level, Hazard.measure_id, Hazard.criterion,
        Hazard.last_seen_at,
    )
    .where(IS_OPEN)
    .order_by(Hazard.last_seen_at.desc(), Hazard.id)
    .limit(HAZARDS)
)  # fmt: skip


STAMP: Final = (
    select(
        func.count(), func.sum(ControlMeasure.revision), func.sum(Risk.revision), func.sum(RiskUnit.revision),
        func.sum(RiskObject.revision),
    )
    .select_from(ControlMeasure)
    .join(Risk, Risk.id == ControlMeasure.risk_id)
    .outerjoin(RiskUnit, RiskUnit.id == Risk.unit_id)
    .outerjoin(RiskObject, RiskObject.id == RiskUnit.object_id)
)  # fmt: skip
"""What changes whenever a word of the risk list does: of rows that are never deleted and whose revisions only grow."""


class Shelves:
    """The latest shelves of measures that this process was asked for. To put up a large one takes a tenth of a second,
    and a phone asks at every pause of typing."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._kept: OrderedDict[Hashable, Shelved] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Shelved]) -> Shelved:
        """The shelf of this key; two that ask at once may both make it."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made


SHELVES: Final = Shelves(KEPT)


def _shelved(rows: Sequence[Any]) -> Shelved:
    """Measures with all that is said of each, and where it stands on the list."""
    named = [Measure(row.id, row.description) for row in rows]
    return named, Shelf("，".join(filter(None, row[1:])) for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is known of a finding that proposals are asked for. `seen_again`: nobody said whether it is known."""

    description: str
    place: str | None
    on: date
    sorting: Sorting
    measure_id: UUID | None = None
    seen_again: bool = True


@dataclass(frozen=True)
class Proposer:
    """Proposes for the findings of one enterprise, to one caller; without an enterprise, only what the words say."""

    session: Session
    caller: Caller
    enterprise_id: UUID | None = None
    own: UUID | None = None
    """The hazard that the finding itself has opened."""
    at: datetime = field(default_factory=now)

    def proposals(self, told: Told) -> Proposals | None:
        """What is proposed; None where nothing is wrong."""
        kind = of_words(told.description, told.on, told.sorting)
        return kind and kind.model_copy(update=self.of_lists(told))

    def of_lists(self, told: Told) -> dict[str, ProposedMeasure | ProposedHazard | None]:
        """The measure and the known hazard that may be meant, each by its name; none for what is no hazard."""
        measure, again = None, None
        looks = told.sorting.list in LOOKED_FOR and self.enterprise_id is not None
        wanted = features(read(told.description, lexicon()), lexicon()) if looks else []
        if wanted and told.measure_id is None:
            measure = self._measure(wanted, told.place)
        if wanted and told.seen_again:
            again = self._hazard(wanted, told, measure)
        return {"measure": measure, "seen_again": again}

    @cached_property
    def _measures(self) -> Shelved:
        """The measures of the risk list, as they are now: on the shelf that stands there, unless one has changed."""
        theirs = ControlMeasure.enterprise_id == self.enterprise_id
        stamp = tuple(self.session.execute(STAMP.where(theirs)).one())
        return SHELVES.get((self.enterprise_id, stamp), lambda: _shelved(self.session.execute(OWN.where(theirs)).all()))

    @cached_property
    def _hazards(self) -> tuple[Sequence[Any], Shelf]:
        mine = or_(*visible(self.caller, Hazard))
        others = OPEN_ONES.where(Hazard.enterprise_id == self.enterprise_id, mine)
        rows = self.session.execute(others if self.own is None else others.where(Hazard.id != self.own)).all()
        return rows, Shelf(row.description for row in rows)

    def _measure(self, wanted: Sequence[Feature], place: str | None) -> ProposedMeasure | None:
        """The likeliest measure, if it clearly is: of several that fit alike nobody could say which."""
        rows, shelf = self._measures
        where = features(read(place, lexicon()), lexicon()) if place else []
        likes = shelf.likest([*wanted, *where], 2, LEAST_MEASURE)
        if not likes or not _says_what(likes[0], wanted):
            return None
        if len(likes) > 1 and likes[0].score - likes[1].score < CLEAR:
            return None
        best, row = likes[0], rows[likes[0].number]
        return ProposedMeasure(id=row.id, description=row.description, score=best.score, because=best.because)

    def _hazard(self, wanted: Sequence[Feature], told: Told, measure: ProposedMeasure | None) -> ProposedHazard | None:
        """The open hazard that says the same; a possible major is none that is general."""
        rows, shelf = self._hazards
        major = told.sorting.level is Level.MAJOR
        measure_id = told.measure_id or (measure.id if measure else None)
        found: list[tuple[float, int, Like]] = []
        for like in shelf.likest(wanted, CANDIDATES, LEAST_HAZARD - SAME_MEASURE, whole=True):
            row = rows[like.number]
            if not major or row.level is Level.MAJOR:
                found.append((like.score + self._beside(row, told, measure_id), -like.number, like))
        score, _, best = max(found, default=(0.0, 0, None))
        if best is None or score < LEAST_HAZARD:
            return None
        row = rows[best.number]
        return ProposedHazard(
            id=row.id, number=row.number, description=row.description, level=row.level,
            score=round(min(score, 1.0), 3), because=best.because,
        )  # fmt: skip

    def _beside(self, row: Any, told: Told, measure_id: UUID | None) -> float:
        """What speaks for and against a hazard besides its words."""
        worth = 0.0
        if told.place and row.place:
            worth += SAME_PLACE if told.place.strip() == row.place.strip() else ELSEWHERE
        if measure_id is not None and row.measure_id == measure_id:
            worth += SAME_MEASURE
        if row.criterion and row.criterion in {each.code for each in told.sorting.criteria}:
            worth += SAME_CRITERION
        return worth + (OLD if self.at - row.last_seen_at > LONG_AGO else 0.0)


def of_words(description: str, on: date, sorting: Sorting) -> Proposals | None:
    """The kind that the words alone propose; None where nothing is wrong."""
    if sorting.list is ListName.NONE:
        return None
    return Proposals(**dict(describer()(read(description, lexicon()), on)))


def _says_what(like: Like, wanted: Sequence[Feature]) -> bool:
    """Whether what both share is in the finding itself, and not only in its place."""
    own = {feature.word for feature in wanted}
    return any(word in own for word in like.because)
