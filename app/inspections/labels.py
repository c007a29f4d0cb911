"""What people decided of findings, as labelled data without names: what `app sorting evaluate` reads.

A finding is taken where somebody who may decide has decided: sorted it, or confirmed the level of its hazard. What was
seen again is left out, since its words are not all that is known of the hazard; so is what was dismissed on the hazard
list, which may have been so as a duplicate or a dispute. The sectors are those that the enterprise has now.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from app.foundation.calendar import local_date
from app.hazards.models import Hazard
from app.hazards.terms import State
from app.inspections.models import Finding, Inspection
from app.inspections.redacting import called, redacted
from app.journal.events import Event
from app.people.models import Area, Enterprise, User
from app.sorting.terms import Level, ListName
from app.sorting.verdict import Proposal, Sorting

AT_ONCE: Final = 500

SORTED: Final = exists().where(
    Event.subject_kind == Finding.KIND, Event.subject_id == Finding.id, Event.action == "sorted"
)
STANDS: Final = and_(Hazard.id == Finding.id, Hazard.state != State.DISMISSED)
DECIDED: Final = or_(and_(STANDS, Hazard.level_confirmed), and_(SORTED, or_(STANDS, Finding.list != ListName.HAZARD)))


def labels(session: Session) -> Iterator[str]:
    """A line for each finding that was decided on, in the order of their ids."""
    names = _Names(session)
    asked = (
        select(Finding, Enterprise, Hazard)
        .join(Enterprise, Enterprise.id == Finding.enterprise_id)
        .outerjoin(Hazard, Hazard.id == Finding.id)
        .where(~Finding.seen_again, DECIDED)
        .order_by(Finding.id)
    )
    rows = session.execute(asked.execution_options(yield_per=AT_ONCE))
    for number, (finding, works, hazard) in enumerate(rows, start=1):
        yield json.dumps(_label(number, finding, works, hazard, names), ensure_ascii=False)


def _label(number: int, finding: Finding, works: Enterprise, hazard: Hazard | None, names: "_Names") -> dict[str, Any]:
    listed, level, criteria = _decided(finding, hazard)
    proposal = Sorting.model_validate(finding.sorting).proposed
    is_hazard = hazard is not None and listed is ListName.HAZARD
    return {
        "id": f"E{number:06d}",
        "description": redacted(finding.description, names.of_works(works), names.of_persons(finding, hazard)),
        "on": local_date(finding.corrected_at).isoformat(),
        "sectors": list(works.sectors),
        "special_categories": list(works.special_categories),
        "list": listed,
        "level": level,
        "criteria": criteria,
        "factor": hazard.factor if hazard and is_hazard else None,
        "discipline": hazard.discipline if hazard and is_hazard else None,
        "accident_type": hazard.accident_type if hazard and is_hazard else None,
        "proposal": _shown(proposal),
        "corrected": proposal is not None and not _agrees(proposal, listed, level, criteria),
    }


def _decided(finding: Finding, hazard: Hazard | None) -> tuple[ListName, Level | None, list[str]]:
    """Where it belongs by the last that was decided."""
    if finding.list is not ListName.HAZARD or hazard is None:
        return finding.list, None, []
    criteria = [hazard.criterion] if hazard.criterion and hazard.level is Level.MAJOR else []
    return ListName.HAZARD, hazard.level, criteria


def _agrees(proposal: Proposal, listed: ListName, level: Level | None, criteria: Sequence[str]) -> bool:
    same = (proposal.list, proposal.level) == (listed, level)
    return same and set(criteria) <= {each.code for each in proposal.criteria[:1]}


def _shown(proposal: Proposal | None) -> dict[str, Any] | None:
    if proposal is None:
        return None
    return {
        "list": proposal.list, "level": proposal.level, "criteria": [each.code for each in proposal.criteria],
        "confidence": proposal.confidence,
    }  # fmt: skip


@dataclass
class _Names:
    """The names that a record may speak of: looked up once for each enterprise."""

    session: Session
    _areas: dict[str, str] = field(default_factory=dict)
    _works: dict[UUID, set[str]] = field(default_factory=dict)
    _persons: dict[UUID, set[str]] = field(default_factory=dict)
    _participants: dict[UUID, set[str]] = field(default_factory=dict)

    def of_works(self, works: Enterprise) -> set[str]:
        if works.id not in self._works:
            areas = self._areas or self._areas_known()
            around = {areas[code] for code in areas if works.area_code.startswith(code.rstrip("0"))}
            self._works[works.id] = called(works.name, around)
        return self._works[works.id]

    def _areas_known(self) -> dict[str, str]:
        self._areas = dict(iter(self.session.execute(select(Area.code, Area.name))))
        return self._areas

    def of_persons(self, finding: Finding, hazard: Hazard | None) -> set[str]:
        """Whoever works for the enterprise, and whoever the record names."""
        named = {finding.reporter_name, *self._staff(finding.enterprise_id), *self._there(finding.inspection_id)}
        if hazard:
            named |= {hazard.responsible_name or "", *_names_in(hazard.rectification), *_names_in(hazard.review)}
        return named | set(_names_in(finding.said))

    def _staff(self, enterprise_id: UUID) -> set[str]:
        if enterprise_id not in self._persons:
            own = self.session.scalars(select(User.name).where(User.enterprise_id == enterprise_id))
            self._persons[enterprise_id] = set(own)
        return self._persons[enterprise_id]

    def _there(self, inspection_id: UUID | None) -> set[str]:
        """The inspector and who came along."""
        if inspection_id is None:
            return set()
        if inspection_id not in self._participants:
            asked = select(Inspection.inspector_name, Inspection.participants).where(Inspection.id == inspection_id)
            name, participants = self.session.execute(asked).one()
            self._participants = {inspection_id: {name, *_names_in(participants)}}  # findings of one come together
        return self._participants[inspection_id]


def _names_in(told: Any) -> Iterator[str]:
    """Every `name` in a structure."""
    if isinstance(told, dict):
        for key, value in told.items():
            if key == "name" and isinstance(value, str):
                yield value
            else:
                yield from _names_in(value)
    elif isinstance(told, list | tuple):
        for each in told:
            yield from _names_in(each)
