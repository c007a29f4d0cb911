"""What an inspection was for: found out when it comes in, and written down with it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import and_, or_
from sqlalchemy.orm import Session

from app.duties import reading
from app.duties.models import InspectionDuty
from app.duties.periods import Period
from app.duties.queries import NO_PLAN_HERE
from app.duties.reading import UPWARD, Key, Plan, Version, Works
from app.foundation.calendar import local_date
from app.foundation.clock import now
from app.foundation.dialects import table_of
from app.foundation.problems import NotFound
from app.inspections.duties import Duties, Named, Statuses
from app.inspections.models import Inspection
from app.inspections.terms import Kind, Status, first_day, of_round
from app.people.models import Enterprise
from app.people.scope import Caller, Role


@dataclass(frozen=True, slots=True)
class Found:
    """A duty that is owed, as it is named."""

    plan: Plan
    version: Version
    period: Period

    @property
    def key(self) -> Key:
        return reading.key_of(self.plan, self.period)

    @property
    def id(self) -> str:
        return reading.id_of(self.key)


Owed = tuple[list[Found], dict[UUID, Works]]  # duties, and what is known of their enterprises


def find(session: Session, enterprise: Enterprise, named: Named, besides: Collection[str] = ()) -> Owed:
    """The duties of these names, as far as they are owed: a phone may have been told of a plan that has changed since.
    `besides` are those that no plan owes.

    Raises:
        NotFound: a plan that this enterprise does not have.
    """
    ids = {number: id for number, id in enumerate(named) if not of_round(id)}  # a campaign knows its own
    if not ids:
        return [], {}
    plans, known = reading.of_ids(session, {_split(id)[0] for id in ids.values()})
    for number, id in ids.items():
        plan = plans.get(_split(id)[0])
        if id not in besides and (plan is None or plan.enterprise_id != enterprise.id):
            raise NotFound.at(f"/duties/{number}", NO_PLAN_HERE)
    return [found for id in dict.fromkeys(ids.values()) if (found := _found(plans, known, id))], known


def keep(
    session: Session,
    caller: Caller,
    inspection: Inspection,
    statuses: Statuses,
    known: Owed,
) -> None:
    """Write down which duties the inspection was for: those whose window had opened, if the inspector owes them or may
    stand in. Somebody else's inspection does not fulfil a plan that it was not for."""
    rows = []
    for found in known[0]:
        own = _standing(caller, found, known[1][inspection.enterprise_id], inspection)
        if own is None or not found.period.owed or inspection.corrected_at < found.period.opens_at:
            continue
        checked = {id for id, status in statuses.items() if status is not Status.UNCHECKED}
        rows.append(
            {
                "plan_id": found.plan.id, "due_on": found.period.last, "period": found.period.name,
                "shift": found.period.shift or "", "inspection_id": inspection.id,
                "closes_at": found.period.closes_at, "at": inspection.corrected_at,
                "received_at": inspection.received_at, "own": own, "doubt": inspection.clock_doubt,
                "nil": inspection.nil,
                "lacking": tuple(id for id in found.version.measure_ids if id not in checked),
            }
        )  # fmt: skip
    if rows:
        session.execute(table_of(InspectionDuty).insert(), rows)


def _standing(caller: Caller, found: Found, works: Works, inspection: Inspection) -> bool | None:
    """Whether the duty is the inspector's own; None if the inspection cannot count for it."""
    if caller.enterprise_id != inspection.enterprise_id:
        return True if found.plan.kind is Kind.EXPERT and caller.has(Role.EXPERT) else None
    owner = works.owner(found.version.responsible_id, found.version.tier, found.period.closes_at)
    if owner is None or owner.id == caller.id:
        return owner is not None
    day = local_date(inspection.corrected_at)
    may = found.plan.stands_in(caller.id, day) or caller.has(*UPWARD[found.version.tier])
    return False if may else None


def states(session: Session, ids: Collection[str], owed: Owed | None = None) -> Mapping[str, str]:
    """What has become of these duties, of those that are owed; `owed` is what `find` said of the same ids."""
    if not ids:
        return {}
    found, known = owed or _owed(session, ids)
    same = [
        and_(InspectionDuty.plan_id == plan, InspectionDuty.period == period, InspectionDuty.shift == shift)
        for plan, period, shift in {each.key for each in found}
    ]
    done, present = reading.done(session, [or_(*same)]) if same else {}, now()
    return {
        each.id: reading.duty(
            each.plan, each.version, known[each.plan.enterprise_id], each.period, done.get(each.key, []), present
        ).outcome.state
        for each in found
    }


def _owed(session: Session, ids: Collection[str]) -> Owed:
    plans, known = reading.of_ids(session, {_split(id)[0] for id in ids})
    return [each for id in ids if (each := _found(plans, known, id))], known


def _found(plans: Mapping[UUID, Plan], known: Mapping[UUID, Works], id: str) -> Found | None:
    plan_id, period, shift = _split(id)
    if plan_id not in plans:
        return None
    plan = plans[plan_id]
    found = reading.find_period(plan, known[plan.enterprise_id], period, shift, first_day(period))
    return Found(plan, *found) if found else None


def _split(id: str) -> tuple[UUID, str, str | None]:
    plan, period, *shift = id.split(":")
    return UUID(plan), period, shift[0] if shift else None


DUTIES: Final = Duties(find, keep, states)
