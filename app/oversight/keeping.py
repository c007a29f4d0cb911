"""What inspections were for, where a report names what a responsible person owes: derived, so nothing is kept."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.duties import keeping
from app.foundation.problems import NotFound
from app.inspections.duties import Duties, Named, Of
from app.oversight.owing import named as told
from app.people.models import Enterprise


def find(session: Session, enterprise: Enterprise, named: Named) -> Any:
    """The duties of these names: most are plans', and only where one is not, others are looked for.

    Raises:
        NotFound: neither a plan of this enterprise nor one who answers for it owes it.
    """
    try:
        return keeping.find(session, enterprise, named)
    except NotFound:
        ours = told(session, enterprise.id, named)
        if not ours:
            raise
        return keeping.find(session, enterprise, named, besides=ours)


def states(session: Session, named: Collection[Of]) -> Mapping[Of, str]:
    """What has become of those that responsible persons owe, each by its enterprise and id."""
    by_enterprise: defaultdict[UUID, list[str]] = defaultdict(list)
    for enterprise_id, id in named:
        by_enterprise[enterprise_id].append(id)
    return {
        (enterprise_id, id): state
        for enterprise_id, ids in by_enterprise.items()
        for id, state in told(session, enterprise_id, ids).items()
    }


DUTIES = Duties(find, keeping.keep, keeping.states, seats=states)
