"""Keeping the risk list: one transaction, one event for each risk and measure that changes."""

from typing import Any, Final
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.canonical import new_id
from app.foundation.clock import now
from app.foundation.dialects import insert_once
from app.foundation.problems import Conflict, Invalid, NotFound, Said
from app.foundation.short_codes import new_code
from app.journal import events
from app.people import enterprises
from app.people.models import Enterprise
from app.people.scope import Caller
from app.risks import queries
from app.risks.keeping import demand_keeper, find_person
from app.risks.levels import LevelBy, LiveLevels
from app.risks.models import ControlMeasure, Risk, RiskObject, RiskUnit
from app.risks.reviewing import JUDGED, due_now, judge_again
from app.risks.schemas import MeasureChange, MeasureFields, NewMeasure, NewRisk, RiskChange
from app.risks.terms import Decision, ReviewCause

STRUCTURED: Final = ("check_cycle", "classification")
PROPOSED: Final = "proposed"
NOT_PLACED: Final = Said("请同时填写分析对象", "Name the object too")
ASSESSED: Final = Said("级别由评估得出，请重新评估", "Its level follows from its assessment: assess it again")
RETIRED: Final = Said("已停用，请先恢复使用", "It is retired: take it into use again first")


def add_risk(session: Session, caller: Caller, body: NewRisk, *, level_by: LevelBy = LevelBy.DECLARED) -> Risk:
    """Put a risk on the enterprise's list, with its measures; `level_by` says where a level comes from that it has.

    Raises:
        NotFound: the enterprise is outside the caller's scope, or the owner is not of the enterprise.
        Forbidden: the caller does not keep this list.
        Invalid: its object or unit is retired.
    """
    enterprise = enterprises.find(session, caller, body.enterprise_id, pointer="/enterprise_id", hold=True)
    find_person(session, enterprise.id, body.owner_id, "/owner_id")
    demand_keeper(caller, enterprise.id)
    risk = Risk(
        id=body.id,
        enterprise_id=enterprise.id,
        area_code=enterprise.area_code,
        unit_id=place(session, caller, enterprise.id, enterprise.area_code, body.object, body.unit),
        level_by=level_by if body.level else None,
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
        Invalid: a unit without its object, for a risk that has none; the object or unit is retired.
        Conflict: a level that was assessed is not declared.
    """
    risk = queries.find(session, caller, risk_id, lock=True)
    seen = queries.shown(session, caller, risk_id, levels)
    changes = body.of(seen)
    find_person(session, risk.enterprise_id, changes.get("owner_id"), "/owner_id")
    demand_keeper(caller, risk.enterprise_id)
    said: dict[str, Any] = {name: changes.pop(name) for name in ("object", "unit") if name in changes}
    if said:
        named = said.get("object") or seen.object
        if named is None:
            raise Invalid.at("/object", "missing", NOT_PLACED)
        changes["unit_id"] = place(session, caller, risk.enterprise_id, risk.area_code, named, said["unit"])
    if "level" in changes and changes["level"] is not risk.level:
        if risk.level_by is LevelBy.ASSESSED:
            raise Conflict(ASSESSED, code="level_assessed", current=seen.model_dump(mode="json"))
        changes["level_by"] = LevelBy.DECLARED if changes["level"] else None
    if any(name in JUDGED and changes[name] != getattr(risk, name) for name in changes):
        changes = due_now(risk, ReviewCause.CHANGE) | changes
    if "next_review_on" in changes and changes["next_review_on"] != risk.next_review_on:
        changes.setdefault("review_because", risk.review_because if changes["next_review_on"] else None)
    if risk.retired and changes.get("retired") is False and risk.decision in (Decision.MERGE, Decision.REJECT):
        changes |= {"candidate": True, "decision": None, "merged_into": None}  # nobody has placed it: it waits again
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
    risk = queries.find(session, caller, risk_id, lock=True)
    demand_keeper(caller, enterprise.id)
    measure = _take_on(session, caller, enterprise, risk.id, body.id, body)
    judge_again(session, caller, risk)
    return measure


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
    demand_keeper(caller, measure.enterprise_id)
    judged = any(name in JUDGED and changes[name] != getattr(measure, name) for name in changes)
    changes |= to_jsonable_python({name: value for name, value in changes.items() if name in STRUCTURED})
    events.change(session, measure, "changed", caller, changes, {})
    if judged:
        judge_again(session, caller, queries.find(session, caller, risk_id, lock=True))
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
    held = select(Risk).where(Risk.id == id).with_for_update().execution_options(populate_existing=True)
    candidate = session.scalar(held)
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
    told |= to_jsonable_python({name: told[name] for name in STRUCTURED})
    where = {"enterprise_id": enterprise.id, "area_code": enterprise.area_code}
    measure = ControlMeasure(id=id, risk_id=risk_id, created_at=now(), **where, **told)
    events.create(session, measure, "added", caller, {})
    return measure


def place(session: Session, caller: Caller, enterprise_id: UUID, area_code: str, object: str, unit: str) -> UUID:
    """The unit of these names, made if need be; of two who make it at once, the second finds the first one's. Nobody
    retires it, or its object, until the transaction ends.

    Raises:
        Invalid: the object or the unit is retired, and what is in it would be on no list in use.
    """
    scope = {"enterprise_id": enterprise_id, "area_code": area_code}
    named = RiskObject.enterprise_id == enterprise_id, RiskObject.name == object
    blank: dict[str, Any] = {
        "kind": None,
        "code": None,
        "place": None,
        "position": None,
        "grade": None,
        "answerable": [],
    }
    within = _found_or_made(session, caller, RiskObject, "/object", named, scope | blank | {"name": object})
    here = RiskUnit.object_id == within, RiskUnit.name == unit
    return _found_or_made(session, caller, RiskUnit, "/unit", here, scope | {"object_id": within, "name": unit})


def _found_or_made(
    session: Session,
    caller: Caller,
    table: type[RiskObject] | type[RiskUnit],
    pointer: str,
    named: Any,
    told: dict[str, Any],
) -> UUID:
    held = select(table.id, table.retired).where(*named).with_for_update(read=True)
    found = session.execute(held).one_or_none()
    if found is None:
        id, blank = new_id(), {"department": None, "responsible_id": None, "retired": False, "revision": 1}
        if insert_once(session, table, {"id": id, "scan_code": new_code()} | blank | told):
            row: Any = session.get_one(table, id)
            made = {name: getattr(row, name) for name in table.stored() if name != "revision"}
            events.change(session, row, "added", caller, made, {}, revises=False)
            return id
        found = session.execute(held).one()
    there, retired = found
    if retired:
        raise Invalid.at(pointer, "retired", RETIRED)
    return there
