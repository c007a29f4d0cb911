"""What inspections are for. Duties are derived in a room above this one, so `main` hands over who knows of them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.inspections.models import Inspection
from app.inspections.terms import Status
from app.people.models import Enterprise
from app.people.scope import Caller

Named = Sequence[str]  # ids of duties
Statuses = Mapping[UUID, Status]  # what was seen at each measure


def nothing_known(session: Session, enterprise: Enterprise, named: Named) -> None:
    """Any duty might be."""


def nothing_kept(session: Session, caller: Caller, inspection: Inspection, statuses: Statuses, known: Any) -> None:
    """The inspection itself says what it was for."""


def no_states(session: Session, ids: Collection[str], known: Any = None) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class Duties:
    """Who knows of duties.

    `find` says what is known of those that a report names, and raises NotFound where the enterprise has no such plan;
    `keep` writes down what the inspection was for; `states` says what has become of duties, of those that are owed, and
    may be told what `find` said of them.
    """

    find: Callable[[Session, Enterprise, Named], Any] = nothing_known
    keep: Callable[[Session, Caller, Inspection, Statuses, Any], None] = nothing_kept
    states: Callable[..., Mapping[str, str]] = no_states

    def of_one_report(self) -> "Duties":
        """The same for one report and its answer: what was found out for it is not asked of the database again."""
        met: list[Any] = []

        def find(session: Session, enterprise: Enterprise, named: Named) -> Any:
            met[:] = [self.find(session, enterprise, named)]
            return met[0]

        def states(session: Session, ids: Collection[str]) -> Mapping[str, str]:
            return self.states(session, ids, *met)

        return replace(self, find=find, states=states)
