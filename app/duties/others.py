"""Who owes what besides plans. A room above this one derives that, so `main` hands over who knows of it."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from app.duties.deriving import Outcome
from app.duties.filter import Span
from app.duties.reading import Duty, Works
from app.duties.terms import DutyState, Side
from app.inspections.terms import Cadence
from app.people.scope import Caller


def nothing_owed(
    session: Session, caller: Caller, asked: Span, first: date, last: date
) -> Iterator[tuple[Duty, Works]]:
    return iter(())


def nothing_told(session: Session, caller: Caller, asked: Span, first: date, last: date) -> Iterator["Told"]:
    return iter(())


def none_named(session: Session, enterprise_id: UUID, ids: Collection[str]) -> Mapping[str, DutyState]:
    return {}


class Told(NamedTuple):
    """What became of one duty, and where it counts."""

    enterprise_id: UUID
    works: Works
    cadence: Cadence
    side: Side
    outcome: Outcome


@dataclass(frozen=True)
class Others:
    """Who knows of other duties.

    `owed` derives those in a caller's scope that touch some days; `told` says what became of those that end on some
    days, for counting; `named` says of which ids there are such duties of an
    enterprise, and what has become of them.
    """

    owed: Callable[[Session, Caller, Span, date, date], Iterator[tuple[Duty, Works]]] = nothing_owed
    told: Callable[[Session, Caller, Span, date, date], Iterator[Told]] = nothing_told
    named: Callable[[Session, UUID, Collection[str]], Mapping[str, DutyState]] = none_named
