"""What is read with a hazard so that the loop can judge it, and which hazards wait for somebody: one SQL for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, case, cast, exists, false, literal, or_, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.foundation.columns import has_word
from app.hazards.models import IS_OPEN, Hazard
from app.hazards.terms import Origin, State
from app.people.models import Enterprise, User
from app.people.scope import INSPECTORS, Caller, Role, prefix, visible
from app.sorting.terms import Level

REVIEWERS = (Role.DEPARTMENT_HEAD, Role.SAFETY_OFFICER, Role.MANAGER)
CONFIRMERS = (Role.SAFETY_OFFICER, Role.MANAGER)


def _another(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether somebody of the hazard's enterprise is as the conditions say."""
    return exists(select(literal(1)).where(PERSON.enterprise_id == Hazard.enterprise_id, PERSON.active, *conditions))


def _with_role(person: Any, roles: Sequence[Role]) -> ColumnElement[bool]:
    return or_(*(has_word(person.roles, role) for role in roles))


def is_barred(person_id: ColumnElement[Any] | InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """Whether this person had a hand in the rectification."""
    return type_coerce(Hazard.barred, String).like("% " + cast(person_id, String) + " %")


PERSON = aliased(User)
OWN_GENERAL = and_(Hazard.origin == Origin.ENTERPRISE, Hazard.level == Level.GENERAL)

# Nobody else of the enterprise may judge what it found: 小微互助 begins. It is a CASE, because of an AND whose value is
# wanted SQLite computes every part, also after one that is false.
ALONE = case(
    (~OWN_GENERAL, false()),
    (
        Hazard.state == State.REVIEWING,
        ~_another(or_(_with_role(PERSON, REVIEWERS), PERSON.id == Hazard.reported_by), ~is_barred(PERSON.id)),
    ),
    (
        Hazard.state == State.REPORTED,
        ~_another(_with_role(PERSON, CONFIRMERS), PERSON.id != Hazard.reported_by),
    ),
    else_=false(),
).label("alone")
ACCOUNTLESS = (~_another()).label("accountless")
READ_BESIDE = (ALONE, ACCOUNTLESS, Enterprise.partner_id)


@dataclass(frozen=True, slots=True)
class Judged:
    """A hazard's row with what was read beside it."""

    row: Hazard
    alone: bool
    accountless: bool
    partner_id: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


def seen(caller: Caller) -> list[ColumnElement[bool]]:
    """The WHERE of visibility for hazards: the caller's scope; for the officers of a mutual-aid partner also the single
    hazards that wait for an outside review; for a worker what is open, or was his own business."""
    branches = visible(caller, Hazard)
    if caller.only_works:
        mine = or_(Hazard.reported_by == caller.id, Hazard.responsible_id == caller.id)
        return [and_(branch, part) for branch in branches for part in (IS_OPEN, and_(~IS_OPEN, mine))]
    if caller.enterprise_id is not None and caller.has(*CONFIRMERS):
        partners = select(Enterprise.id).where(Enterprise.partner_id == caller.enterprise_id)
        branches.append(
            and_(
                Hazard.enterprise_id.in_(partners),
                Hazard.enterprise_id != caller.enterprise_id,
                Hazard.state == State.REVIEWING,
                ALONE,
            )
        )
    return branches


def awaiting(caller: Caller) -> ColumnElement[bool]:
    """Hazards whose next move is this caller's: what `loop.awaited` says of one, for all of them."""
    ways = [*_as_enterprise(caller), *_from_outside(caller), *_as_government(caller)]
    return or_(*ways) if ways else false()


def _as_enterprise(caller: Caller) -> list[ColumnElement[bool]]:
    if caller.enterprise_id is None:
        return []
    own = Hazard.enterprise_id == caller.enterprise_id
    free = ~is_barred(literal(str(caller.id)))
    reviewing = [Hazard.state == State.REVIEWING, own, OWN_GENERAL, free]
    ways = [
        and_(*reviewing, Hazard.reported_by == caller.id),
        and_(own, Hazard.state == State.RECTIFYING, Hazard.responsible_id == caller.id),
    ]
    if caller.has(*REVIEWERS):
        ways.append(and_(*reviewing))
    if caller.has(*CONFIRMERS):
        ways += [
            and_(own, Hazard.state == State.REPORTED, Hazard.origin == Origin.ENTERPRISE),
            and_(own, Hazard.state == State.PLANNING, ~Hazard.plan_pending),
            and_(own, Hazard.state == State.RECTIFYING),
            and_(own, OWN_GENERAL, _extension_asked(caller)),
        ]
    return ways


def _from_outside(caller: Caller) -> list[ColumnElement[bool]]:
    free = and_(Hazard.state == State.REVIEWING, OWN_GENERAL, ALONE, ~is_barred(literal(str(caller.id))))
    ways = []
    if caller.enterprise_id is not None and caller.has(*CONFIRMERS):
        partners = select(Enterprise.id).where(Enterprise.partner_id == caller.enterprise_id)
        ways.append(and_(free, Hazard.enterprise_id.in_(partners)))
    if caller.has(Role.EXPERT) and caller.assigned:
        ways.append(and_(free, Hazard.enterprise_id.in_(caller.assigned)))
    if caller.has(*INSPECTORS):
        ways.append(and_(free, or_(_decides(caller), _of_the_village(caller))))
    return ways


def _as_government(caller: Caller) -> list[ColumnElement[bool]]:
    if not caller.has(*INSPECTORS):
        return []
    decides, general = _decides(caller), Hazard.level == Level.GENERAL
    here = or_(decides, and_(_of_the_village(caller), general))
    others = Hazard.origin != Origin.ENTERPRISE
    free = ~is_barred(literal(str(caller.id)))
    work = Hazard.state.in_([State.PLANNING, State.RECTIFYING])
    ways = [
        and_(here, Hazard.state == State.REPORTED, others),
        and_(here, Hazard.state == State.REVIEWING, others, general, free),
        and_(here, Hazard.state == State.RECTIFYING, ACCOUNTLESS.element),
        and_(decides, others, general, _extension_asked(caller)),
    ]
    if caller.has(Role.SUPERVISOR):
        evidence = Hazard.evidence_missing == 0
        ways += [
            and_(decides, Hazard.state == State.PLANNING, Hazard.plan_pending),
            and_(decides, Hazard.state == State.REVIEWING, ~general, free, evidence),
            and_(decides, work, ~general, Hazard.extension_by.is_not(None)),
        ]
    return ways


def _extension_asked(caller: Caller) -> ColumnElement[bool]:
    work = Hazard.state.in_([State.PLANNING, State.RECTIFYING])
    return and_(work, Hazard.extension_by.is_not(None), Hazard.extension_by != caller.id)


def _decides(caller: Caller) -> ColumnElement[bool]:
    """Of the handling authority or above it: the same as `Caller.governs`."""
    within = [Hazard.handling_area.like(f"{prefix(area)}%") for area in caller.areas]
    return or_(*within) if within else false()


def _of_the_village(caller: Caller) -> ColumnElement[bool]:
    """The same as `rules.of_the_village`."""
    ways = []
    for area in (area for area in caller.areas if len(prefix(area)) == 12):
        above = [area[:digits].ljust(12, "0") for digits in (2, 4, 6, 9, 12)]
        ways.append(and_(Hazard.area_code == area, Hazard.handling_area.in_(above)))
    return or_(*ways) if ways else false()
