"""Keeping the risk list: one transaction, one event for each risk and measure that changes."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.canonical import new_id
from app.foundation.clock import now
from app.foundation.dialects import insert_once
from app.foundation.problems import Forbidden, Invalid, NotFound, Said
from app.journal import events
from app.people import enterprises
from app.people.models import Enterprise, User
from app.people.scope import Caller, Role
from app.risks import queries
from app.risks.levels import LiveLevels
from app.risks.models import ControlMeasure, Risk, RiskObject, RiskUnit
from app.risks.schemas import MeasureChange, MeasureFields, NewMeasure, NewRisk, RiskChange

NO_OWNER: Final = Said("本企业没有这个人", "The enterprise has no such person")
NOT_KEEPER: Final = Said(
    "风险清单由本企业的安全员或厂长经理维护", "The enterprise's own safety officer or manager keeps its risk list"
)
PROPOSED: Final = "proposed"
NOT_PLACED: Final = Said("请同时填写分析对象", "Name the object too")


def add_risk(session: Session, caller: Caller, body: NewRisk) -> Risk:
    """Put a risk on the enterprise's list, with its measures.

    Raises:
        NotFound: the enterprise is outside the caller's scope, or the owner is not of the enterprise.
        Forbidden: the caller does not keep this list.
    """
    enterprise = enterprises.find(session, caller, body.enterprise_id, pointer="/enterprise_id", hold=True)
    _find_owner(session, enterprise.id, body.owner_id)
    _demand_keeper(caller, enterprise.id)
    risk = Risk(
        id=body.id,
        enterprise_id=enterprise.id,
        area_code=enterprise.area_code,
        unit_id=_place(session, enterprise.id, enterprise.area_code, body.object, body.unit),
        created_at=now(),
        **body.model_dump(include={"event", "place", "level", "post", "owner_id", "next_review_on"}),
    )
    events.create(session, risk, "added", caller, {"object": body.object, "unit": body.unit})
    for fields in body.measures:
        _take_on(session, caller, enterprise, risk.id, new_id(), fields)
    return risk


def change_risk(session: Session, caller: Caller, risk_id: UUID, body: RiskChange, levels: LiveLevels) -> Risk:
    """Change some fields of a risk.

    Raises:
        NotFound: outside the caller's scope; or the owner is not of the enterprise.
        RevisionRequired, StaleRevision: the client has not seen the risk as it is.
        Forbidden: the caller does not keep this list.
        Invalid: a unit without its object, for a risk that has none.
    """
    risk = queries.find(session, caller, risk_id, lock=True)
    seen = queries.shown(session, caller, risk_id, levels)
    changes = body.of(seen)
    _find_owner(session, risk.enterprise_id, changes.get("owner_id"))
    _demand_keeper(caller, risk.enterprise_id)
    said: dict[str, Any] = {name: changes.pop(name) for name in ("object", "unit") if name in changes}
    if said:
        named = said.get("object") or seen.object
        if named is None:
            raise Invalid.at("/object", "missing", NOT_PLACED)
        changes["unit_id"] = _place(session, risk.enterprise_id, risk.area_code, named, said["unit"])
    events.change(session, risk, "changed", caller, changes, said)
    return risk


def add_measure(session: Session, caller: Caller, risk_id: UUID, body: NewMeasure) -> ControlMeasure:
    """Take on a further measure against a risk.

    Raises:
        NotFound: the risk is outside the caller's scope.
        Forbidden: the caller does not keep this list.
    """
    risk = queries.find(session, caller, risk_id)
    enterprise = enterprises.find(session, caller, risk.enterprise_id, hold=True)
    _demand_keeper(caller, enterprise.id)
    return _take_on(session, caller, enterprise, risk.id, body.id, body)


def change_measure(
    session: Session, caller: Caller, risk_id: UUID, measure_id: UUID, body: MeasureChange
) -> ControlMeasure:
    """Change some fields of a measure.

    Raises:
        NotFound: outside the caller's scope, or another risk's.
        RevisionRequired, StaleRevision: the client has not seen the measure as it is.
        Forbidden: the caller does not keep this list.
    """
    measure = queries.find_measure(session, caller, measure_id, lock=True)
    if measure.risk_id != risk_id:
        raise NotFound(queries.NO_MEASURE)
    changes = body.of(queries.measure_shown(measure))
    _demand_keeper(caller, measure.enterprise_id)
    events.change(session, measure, "changed", caller, changes, {})
    return measure


def candidate(
    enterprise: Enterprise, id: UUID, event: str, place: str | None, *, hazard_id: UUID | None = None
) -> Risk:
    """What a finding showed, as it waits on the risk list until the enterprise places it there; `id` is the finding's.

    It is a danger that was not on the list; or `hazard_id` says which hazard no measure stood against.
    """
    return Risk(
        id=id,
        enterprise_id=enterprise.id,
        area_code=enterprise.area_code,
        event=event,
        place=place,
        candidate=True,
        finding_id=id,
        hazard_id=hazard_id,
        created_at=now(),
    )


def open_candidate(
    session: Session,
    caller: Caller,
    enterprise: Enterprise,
    id: UUID,
    event: str,
    place: str | None,
    *,
    hazard_id: UUID | None = None,
) -> Risk:
    """Let a new candidate wait on the risk list; see `candidate`."""
    risk = candidate(enterprise, id, event, place, hazard_id=hazard_id)
    events.create(session, risk, PROPOSED, caller, {})
    return risk


def keep_candidate(session: Session, caller: Caller, id: UUID, *, wanted: bool, hazard_id: UUID | None) -> bool:
    """Let a candidate wait, or not, after a new verdict on its finding, and say whether there is one.

    What the enterprise has placed on its list stays there.
    """
    candidate = session.scalar(select(Risk).where(Risk.id == id).with_for_update())
    if candidate is None or not candidate.candidate:
        return candidate is not None
    after: dict[str, Any] = {"retired": not wanted, "hazard_id": hazard_id}
    changes = {name: value for name, value in after.items() if value != getattr(candidate, name)}
    if changes:
        events.change(session, candidate, "sorted", caller, changes, {})
    return True


def _take_on(
    session: Session, caller: Caller, enterprise: Enterprise, risk_id: UUID, id: UUID, fields: MeasureFields
) -> ControlMeasure:
    told: dict[str, Any] = fields.model_dump(include=set(MeasureFields.model_fields))
    where = {"enterprise_id": enterprise.id, "area_code": enterprise.area_code}
    measure = ControlMeasure(id=id, risk_id=risk_id, created_at=now(), **where, **told)
    events.create(session, measure, "added", caller, {})
    return measure


def _place(session: Session, enterprise_id: UUID, area_code: str, object: str, unit: str) -> UUID:
    """The unit of these names, made if need be; of two who make it at once, the second finds the first one's."""
    new = {"id": new_id(), "enterprise_id": enterprise_id, "area_code": area_code, "name": object}
    insert_once(session, RiskObject, new)
    of_enterprise = (RiskObject.enterprise_id == enterprise_id, RiskObject.name == object)
    object_id = session.scalars(select(RiskObject.id).where(*of_enterprise)).one()
    insert_once(session, RiskUnit, {"id": new_id(), "object_id": object_id, "name": unit})
    return session.scalars(select(RiskUnit.id).where(RiskUnit.object_id == object_id, RiskUnit.name == unit)).one()


def _find_owner(session: Session, enterprise_id: UUID, owner_id: UUID | None) -> None:
    theirs = select(User.id).where(User.id == owner_id, User.enterprise_id == enterprise_id)
    if owner_id is not None and session.scalar(theirs) is None:
        raise NotFound.at("/owner_id", NO_OWNER)


def _demand_keeper(caller: Caller, enterprise_id: UUID) -> None:
    own = caller.enterprise_id == enterprise_id
    if not (own and caller.has(Role.SAFETY_OFFICER, Role.MANAGER)):
        raise Forbidden(NOT_KEEPER)
