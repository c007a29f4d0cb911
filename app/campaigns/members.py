"""Who is owed a visit in a round, and what became of it: derived from enterprises as they are, and from visits.

An enterprise that comes to be in the middle of a round joins it; one that was closed or moved away before it began is
no part of it, during it exempt, afterwards still among those that nobody visited. When that was the journal says.
Whoever has been visited belongs to the round, whatever has become of the filter that took it in.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, false, func, literal, or_, select
from sqlalchemy.orm import aliased

from app.campaigns.covering import taken
from app.campaigns.models import CampaignVisit
from app.campaigns.rounds import Round
from app.campaigns.terms import VisitState
from app.foundation.canonical import canonical
from app.foundation.clock import now
from app.foundation.columns import Instant
from app.journal.events import Event
from app.people.models import Enterprise
from app.people.terms import EnterpriseStatus

GONE: Final = (EnterpriseStatus.CLOSED, EnterpriseStatus.MOVED)
THERE: Final = tuple(status for status in EnterpriseStatus if status not in GONE)


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """The enterprises of one round of a campaign, with the terms that the round has."""

    campaign_id: UUID
    area_code: str
    round: Round
    covers: dict[str, Any]

    @property
    def duty_id(self) -> str:
        return f"{self.campaign_id}:R{self.round.number}"

    @property
    def belonging(self) -> ColumnElement[bool]:
        """Whether an enterprise belongs to the round: none to one that was cancelled."""
        if self.round.cancelled:
            return false()
        registered = Enterprise.created_at < self.round.closes_at
        owed = and_(taken(self.area_code, self.covers), registered, ~_gone_before(self.round.opens_at))
        return or_(owed, self._visited())

    @property
    def state(self) -> ColumnElement[str]:
        """What became of an enterprise's visit."""
        over = self.round.closes_at <= now()
        return case(
            (self._visited(lambda visit: visit.whole_at < self.round.closes_at), VisitState.DONE.value),
            (self._visited(lambda visit: visit.whole_at.is_not(None)), VisitState.LATE.value),
            (self._visited(), VisitState.PARTIAL.value),
            (_gone_before(self.round.closes_at), VisitState.EXEMPT.value),
            else_=VisitState.MISSED.value if over else VisitState.DUE.value,
        )

    @property
    def visited(self) -> ColumnElement[bool]:
        """Whether somebody has been there for it."""
        return self._visited()

    @property
    def unvisited(self) -> ColumnElement[bool]:
        """Whether somebody should go there, and nobody has been: a walk along an index, for lists and tasks."""
        return and_(~self._visited(), ~_gone_before(self.round.closes_at))

    def visits(self) -> list[ColumnElement[bool]]:
        """The visits of the round."""
        return [CampaignVisit.campaign_id == self.campaign_id, CampaignVisit.round == self.round.number]

    def _visited(self, how: Any = None) -> ColumnElement[bool]:
        visit = aliased(CampaignVisit)
        own = [visit.campaign_id == self.campaign_id, visit.round == self.round.number]
        return exists().where(*own, visit.enterprise_id == Enterprise.id, *([how(visit)] if how else []))


def _gone_before(instant: datetime) -> ColumnElement[bool]:
    """Whether an enterprise that is closed or moved away was so by then: since it was last there. Few are, and only of
    these it is asked."""
    back = _became(func.max(Event.number), THERE)
    left = _became(func.min(Event.received_at), GONE, Event.number > func.coalesce(back, 0))
    since = func.coalesce(left, Enterprise.created_at)
    return and_(Enterprise.status.in_(GONE), case((Enterprise.status.in_(GONE), since < literal(instant, Instant))))


def _became(what: Any, statuses: Collection[EnterpriseStatus], *after: ColumnElement[bool]) -> Any:
    """What the journal says of the changes of an enterprise to one of these."""
    said = or_(*(Event.data.contains(canonical({"status": status})[1:-1], autoescape=True) for status in statuses))
    own = (Event.subject_kind == Enterprise.KIND, Event.subject_id == Enterprise.id, Event.action == "changed", said)
    return select(what).where(*own, *after).correlate(Enterprise).scalar_subquery()
