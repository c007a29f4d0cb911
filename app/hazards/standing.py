"""What a caller may do with a hazard, remembered: of a thousand rows of lists, few differ in what decides it.

The rules are in `rules.py` and `conditions.py`, and are asked once for each standing.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final, NamedTuple

from app.hazards.loop import allowed_actions, blocked_actions
from app.hazards.stages import waiting_for
from app.hazards.terms import Facts, WaitingFor
from app.people.scope import Caller

REMEMBERED: Final = 4096  # standings of one caller; beyond, all are forgotten


class Moves(NamedTuple):
    """Whose move it is, and what the caller can do now; of the rest, why not."""

    waiting_for: WaitingFor | None
    allowed: tuple[str, ...]
    blocked: Mapping[str, str]


class Judge:
    """Says what one caller, as they are now, may do with a hazard on one day (in Asia/Shanghai)."""

    def __init__(self, caller: Caller, today: date) -> None:
        self._caller, self._today = caller, today
        self._known: dict[tuple[Any, ...], Moves] = {}

    def moves(self, hazard: Facts) -> Moves:
        """What `stages.waiting_for`, `loop.allowed_actions` and `loop.blocked_actions` say."""
        standing = standing_of(hazard, self._caller, self._today)
        found = self._known.get(standing)
        if found is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            caller = self._caller
            found = Moves(waiting_for(hazard), allowed_actions(hazard, caller), blocked_actions(hazard, caller))
            self._known[standing] = found
        return found


@lru_cache(1024)
def judge(caller: Caller, today: date) -> Judge:
    """The judge of this caller; with other roles they are another, and tomorrow, too."""
    return Judge(caller, today)


# What decides by itself, and what decides only by how it stands to the caller or to today. A rule that looks at
# something else must bring it here: a test holds the two against each other.
BY_ITSELF: Final = (
    "state", "level", "level_confirmed", "level_by", "origin", "area_code", "handling_area", "plan_pending",
    "plan_approved", "alone", "accountless",
)  # fmt: skip
_by_itself: Final = attrgetter(*BY_ITSELF)


def standing_of(hazard: Facts, caller: Caller, today: date) -> tuple[Any, ...]:
    """The facts that decide what the caller may do: two hazards of one standing are alike to him."""
    me, own, partner, asked_by = caller.id, caller.enterprise_id, hazard.partner_id, hazard.extension_by
    return (
        *_by_itself(hazard),
        hazard.confirmed_at is None,
        hazard.reported_by == me,
        hazard.responsible_id == me,
        me in hazard.barred,
        hazard.enterprise_id == own,
        hazard.enterprise_id in caller.assigned,
        partner is not None and partner == own,
        asked_by is None,
        asked_by == me,
        hazard.extension_requests > 0,
        hazard.evidence_missing > 0,
        hazard.due_on is not None and today > hazard.due_on,
    )
