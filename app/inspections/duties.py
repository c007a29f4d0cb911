"""What inspections are for. Duties are derived in a room above this one, so `main` hands over who knows of them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.inspections.models import Inspection
from app.inspections.terms import Status, of_round
from app.people.models import Enterprise
from app.people.scope import Caller

Named = Sequence[str]  # ids of duties
Statuses = Mapping[UUID, Status]  # what was seen at each measure
Of = tuple[UUID, str]  # a duty by its enterprise and its id


def nothing_known(session: Session, enterprise: Enterprise, named: Named) -> None:
    """Any duty might be."""


def nothing_kept(session: Session, caller: Caller, inspection: Inspection, statuses: Statuses, known: Any) -> None:
    """The inspection itself says what it was for."""


def no_states(session: Session, ids: Collection[str], known: Any = None) -> Mapping[str, str]:
    return {}


def no_visits(session: Session, named: Collection[Of], known: Any = None) -> Mapping[Of, str]:
    return {}


@dataclass(frozen=True)
class Duties:
    """Who knows of duties.

    `find` says what is known of those that a report names, and raises NotFound where the enterprise has no such plan;
    `keep` writes down what the inspection was for; `states` says what has become of duties, of those that are owed, and
    may be told what `find` said of them. `visits` says the same of campaigns' rounds, whose ids many enterprises share;
    `seats` of what no plan owes, but somebody who answers for the enterprise.
    """

    find: Callable[[Session, Enterprise, Named], Any] = nothing_known
    keep: Callable[[Session, Caller, Inspection, Statuses, Any], None] = nothing_kept
    states: Callable[..., Mapping[str, str]] = no_states
    visits: Callable[..., Mapping[Of, str]] = no_visits
    seats: Callable[[Session, Collection[Of]], Mapping[Of, str]] = no_visits

    def told(self, session: Session, named: Collection[Of]) -> Mapping[Of, str]:
        """What has become of what inspections were for, each by its enterprise and id."""
        states = self.states(session, {id for _, id in named if not of_round(id)})
        visits = self.visits(session, {of for of in named if of_round(of[1])})
        found = {**{of: states[of[1]] for of in named if of[1] in states}, **visits}
        return {**found, **self.seats(session, [of for of in named if of not in found and not of_round(of[1])])}

    def of_one_report(self) -> "Duties":
        """The same for one report and its answer: what was found out for it is not asked of the database again."""
        met: list[Any] = []

        def find(session: Session, enterprise: Enterprise, named: Named) -> Any:
            met[:] = [self.find(session, enterprise, named)]
            return met[0]

        def states(session: Session, ids: Collection[str]) -> Mapping[str, str]:
            return self.states(session, ids, *met)

        def visits(session: Session, named: Collection[Of]) -> Mapping[Of, str]:
            return self.visits(session, named, *met)

        return replace(self, find=find, states=states, visits=visits)

    def beside(self, campaigns: "Duties") -> "Duties":
        """Plans' duties and campaigns' rounds: each side passes over the other's ids."""

        def find(session: Session, enterprise: Enterprise, named: Named) -> Any:
            return self.find(session, enterprise, named), campaigns.find(session, enterprise, named)

        def keep(session: Session, caller: Caller, inspection: Inspection, statuses: Statuses, known: Any) -> None:
            self.keep(session, caller, inspection, statuses, known[0])
            campaigns.keep(session, caller, inspection, statuses, known[1])

        def states(session: Session, ids: Collection[str], known: Any = (None, None)) -> Mapping[str, str]:
            return self.states(session, ids, known[0])

        def visits(session: Session, named: Collection[Of], known: Any = (None, None)) -> Mapping[Of, str]:
            return campaigns.visits(session, named, known[1])

        return Duties(find, keep, states, visits, self.seats)
