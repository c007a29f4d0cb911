"""Who owes what besides plans. A room above this one derives that, so `main` hands over who knows of it."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from app.duties.filter import Span
from app.duties.reading import Duty, Works
from app.duties.terms import DutyState
from app.people.scope import Caller


def nothing_owed(
    session: Session, caller: Caller, asked: Span, first: date, last: date
) -> Iterator[tuple[Duty, Works]]:
    return iter(())


def none_named(session: Session, enterprise_id: UUID, ids: Collection[str]) -> Mapping[str, DutyState]:
    return {}


@dataclass(frozen=True)
class Others:
    """Who knows of other duties.

    `owed` derives those in a caller's scope that touch some days; `named` says of which ids there are such duties of an
    enterprise, and what has become of them.
    """

    owed: Callable[[Session, Caller, Span, date, date], Iterator[tuple[Duty, Works]]] = nothing_owed
    named: Callable[[Session, UUID, Collection[str]], Mapping[str, DutyState]] = none_named
