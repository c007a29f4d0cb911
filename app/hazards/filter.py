"""The one filter of the hazard list: list, count, map, statistics, subscription and export take the same."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import AfterValidator, Field
from sqlalchemy import ColumnElement, and_, or_

from app.foundation.calendar import end_of_day, start_of_day
from app.foundation.clock import now
from app.foundation.columns import has_word
from app.foundation.geo import Box, Datum, box_in
from app.foundation.pages import Asked
from app.foundation.wire import AreaCode, Day, Moment
from app.hazards.facts import ALONE, OWN_GENERAL, awaiting
from app.hazards.models import IS_FLAGGED, IS_IMPORTED, IS_OPEN, Hazard
from app.hazards.terms import ListedOrigin, Origin, State, WaitingFor
from app.people.scope import Caller, of_sectors, prefix, within
from app.photos.flags import EvidenceFlag
from app.sorting.terms import Discipline, Factor, Level, Sector


def _box(text: str) -> str:
    numbers = [float(part) for part in text.split(",")]
    if len(numbers) != 4 or not all(-180 <= number <= 180 for number in numbers):
        raise ValueError("W,S,E,N in degrees")
    west, south, east, north = numbers
    if west > east or south > north or abs(south) > 90 or abs(north) > 90:
        raise ValueError("W,S,E,N in degrees, W ≤ E and S ≤ N")
    return text


class HazardFilter(Asked):
    """What the hazard list may be asked for. Without `state` closed and dismissed hazards are in it too."""

    level: Level | None = Field(default=None, description="`major` includes what is not yet confirmed.")
    confirmed: bool | None = Field(default=None, description="Whether the level is confirmed.")
    state: tuple[State | Literal["open"], ...] = Field(
        default=(), max_length=7, description="`open`: neither closed nor dismissed."
    )
    area_code: AreaCode | None = Field(default=None, description="With its subtree.")
    enterprise_id: UUID | None = None
    sector: Sector | None = None
    criterion: Annotated[str, Field(max_length=32)] | None = None
    factor: Factor | None = None
    discipline: Discipline | None = None
    origin: ListedOrigin | None = Field(default=None, description="`import`: from a ledger, whoever found it.")
    overdue: bool | None = Field(default=None, description="In any stage.")
    listed: bool | None = None
    stopped: bool | None = None
    waiting_for: WaitingFor | None = None
    responsible_id: UUID | None = None
    awaiting: Literal["me"] | None = Field(default=None, description="Whose next move is the caller's.")
    photos_missing: bool | None = None
    flagged: bool | None = Field(default=None, description="Whether something was noticed about its photos.")
    evidence_flag: EvidenceFlag | None = Field(default=None, description="What was noticed about its photos.")
    reported_from: Moment | Day | None = Field(default=None, description="An instant, or a date in Asia/Shanghai.")
    reported_to: Moment | Day | None = Field(default=None, description="An instant, or a date until its 24:00.")
    due_from: date | None = None
    due_to: date | None = None
    bbox: Annotated[str, Field(max_length=100), AfterValidator(_box)] | None = Field(
        default=None, description="W,S,E,N in WGS-84."
    )
    q: Annotated[str, Field(max_length=200)] | None = Field(
        default=None, description="Every word must occur: in description, place, number or the enterprise's name."
    )
    order: Literal["-reported_at", "due_on"] = "-reported_at"


# Whose move it is, for all hazards: what `stages.waiting_for` says of one.
WAITING: Final[dict[WaitingFor, ColumnElement[bool]]] = {
    WaitingFor.ENTERPRISE_CONFIRMATION: and_(Hazard.state == State.REPORTED, Hazard.origin == Origin.ENTERPRISE),
    WaitingFor.GOVERNMENT_CONFIRMATION: and_(Hazard.state == State.REPORTED, Hazard.origin != Origin.ENTERPRISE),
    WaitingFor.PLAN: and_(Hazard.state == State.PLANNING, ~Hazard.plan_pending),
    WaitingFor.PLAN_APPROVAL: and_(Hazard.state == State.PLANNING, Hazard.plan_pending),
    WaitingFor.RECTIFICATION: Hazard.state == State.RECTIFYING,
    WaitingFor.ENTERPRISE_REVIEW: and_(Hazard.state == State.REVIEWING, OWN_GENERAL, ~ALONE.element),
    WaitingFor.OUTSIDE_REVIEW: and_(Hazard.state == State.REVIEWING, OWN_GENERAL, ALONE.element),
    WaitingFor.GOVERNMENT_REVIEW: and_(Hazard.state == State.REVIEWING, ~OWN_GENERAL),
}


def conditions(filter: HazardFilter, caller: Caller) -> list[ColumnElement[bool]]:
    """The filter as a WHERE."""
    equal: list[tuple[Any, Any]] = [
        (Hazard.level, filter.level), (Hazard.level_confirmed, filter.confirmed),
        (Hazard.enterprise_id, filter.enterprise_id), (Hazard.criterion, filter.criterion),
        (Hazard.factor, filter.factor), (Hazard.discipline, filter.discipline),
        (Hazard.listed, filter.listed), (Hazard.stopped, filter.stopped),
        (Hazard.responsible_id, filter.responsible_id),
    ]  # fmt: skip
    found: list[ColumnElement[bool]] = [column == value for column, value in equal if value is not None]
    found += _states(filter)
    if filter.origin:
        here = (~IS_IMPORTED, Hazard.origin == filter.origin)
        found += [IS_IMPORTED] if filter.origin is ListedOrigin.IMPORT else here
    if filter.area_code:
        found.append(within(Hazard, prefix(filter.area_code)))
    if filter.sector:
        found.append(of_sectors(Hazard, [filter.sector]))
    if filter.overdue is not None:
        late = and_(IS_OPEN, Hazard.stage_due_at < now())
        found.append(late if filter.overdue else ~late)
    if filter.waiting_for:
        found += [IS_OPEN, WAITING[filter.waiting_for]]
    if filter.awaiting:
        found += [IS_OPEN, awaiting(caller)]
    if filter.photos_missing is not None:
        found.append(Hazard.photos_missing > 0 if filter.photos_missing else Hazard.photos_missing == 0)
    if filter.flagged is not None:
        found.append(IS_FLAGGED if filter.flagged else ~IS_FLAGGED)
    if filter.evidence_flag:
        found += [IS_FLAGGED, has_word(Hazard.evidence_flags.expression, filter.evidence_flag)]
    return found + _spans(filter) + _words(filter) + _inside(filter)


def _states(filter: HazardFilter) -> list[ColumnElement[bool]]:
    """Open as the very condition of the partial indexes; others by name."""
    named = [state for state in filter.state if state != "open"]
    ways: list[ColumnElement[bool]] = [IS_OPEN] if "open" in filter.state else []
    if named:
        ways.append(Hazard.state.in_(named))
    if not ways:
        return []
    only_open = named and "open" not in filter.state and not {State.CLOSED, State.DISMISSED} & set(named)
    return [or_(*ways), IS_OPEN] if only_open else [or_(*ways)]


def _spans(filter: HazardFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filter.reported_from:
        found.append(Hazard.reported_at >= _from(filter.reported_from))
    if filter.reported_to:
        until = filter.reported_to
        exact = isinstance(until, datetime)
        found.append(Hazard.reported_at <= until if exact else Hazard.reported_at < end_of_day(until))
    if filter.due_from:
        found.append(Hazard.due_on >= filter.due_from)
    if filter.due_to:
        found.append(Hazard.due_on <= filter.due_to)
    return found


def _from(day: Day) -> datetime:
    return day if isinstance(day, datetime) else start_of_day(day)


def _words(filter: HazardFilter) -> list[ColumnElement[bool]]:
    """Every word anywhere, in any case; a word's own % and _ stand for themselves."""
    words = (filter.q or "").casefold().split()
    return [Hazard.search_text.contains(word, autoescape=True) for word in words]


def _inside(filter: HazardFilter) -> list[ColumnElement[bool]]:
    """The box, converted forward into each datum that positions are kept in."""
    if filter.bbox is None:
        return []
    asked = Box(*(float(part) for part in filter.bbox.split(",")))
    ways = []
    for datum in Datum:
        west, south, east, north = box_in(datum, asked)
        inside = (Hazard.lon.between(west, east), Hazard.lat.between(south, north))
        ways.append(and_(Hazard.datum == datum, *inside))
    return [or_(*ways)]
