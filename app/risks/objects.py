"""Keeping objects and units of analysis, with whoever answers for a major hazard installation."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from app.foundation.problems import Invalid, Said
from app.journal import events
from app.people import enterprises
from app.people.scope import Caller
from app.people.taken import unless_taken
from app.risks.commands import RETIRED
from app.risks.keeping import demand_keeper, find_person
from app.risks.models import Risk, RiskObject, RiskUnit
from app.risks.object_queries import find_object, find_unit, object_view
from app.risks.object_schemas import NewObject, NewUnit, ObjectChange, UnitChange, UnitView
from app.risks.reviewing import judge_again

NAME_TAKEN: Final = Said("已有同名的", "There is one of this name already")
TWICE: Final = Said("三个包保责任人每类一人", "One answerable person of each kind")
NO_GRADE: Final = Said("只有重大危险源有包保责任人", "Only a major hazard installation has answerable persons")
STRUCTURED: Final = ("position", "answerable")


def add_object(session: Session, caller: Caller, body: NewObject) -> RiskObject:
    """Put an object on the enterprise's list.

    Raises:
        NotFound: the enterprise is outside the caller's scope, or a person is not of the enterprise.
        Forbidden: the caller does not keep this list.
        Invalid: answerable persons of what is no major hazard installation, or two of a kind.
        Conflict: there is one of this name.
    """
    works = enterprises.find(session, caller, body.enterprise_id, pointer="/enterprise_id", hold=True)
    fields: dict[str, Any] = body.model_dump(exclude={"device"})
    demand_keeper(caller, works.id)
    _check(session, works.id, fields)
    fields |= to_jsonable_python({name: fields[name] for name in STRUCTURED})
    made = RiskObject(**fields, area_code=works.area_code)
    with unless_taken(session, _named(works.id, body.name), "name_taken", NAME_TAKEN):
        events.create(session, made, "added", caller, {})
    return made


def change_object(session: Session, caller: Caller, id: UUID, body: ObjectChange) -> RiskObject:
    """Change some fields of an object. Its grade is what assessments of its risks were judged by.

    Raises:
        NotFound: outside the caller's scope, or a person is not of the enterprise.
        RevisionRequired, StaleRevision: the client has not seen it as it is.
        Forbidden, Invalid, Conflict: as for a new one.
    """
    found = find_object(session, caller, id, lock=True)
    changes = body.of(object_view(caller, found))
    demand_keeper(caller, found.enterprise_id)
    _check(session, found.enterprise_id, {"grade": found.grade, "answerable": found.answerable} | changes)
    changes |= to_jsonable_python({name: value for name, value in changes.items() if name in STRUCTURED})
    other = and_(_named(found.enterprise_id, changes.get("name", "")), RiskObject.id != id)
    with unless_taken(session, other, "name_taken", NAME_TAKEN):
        graded = "grade" in changes and changes["grade"] != found.grade
        events.change(session, found, "changed", caller, changes, {})
    for risk in _risks_of(session, id) if graded else ():
        judge_again(session, caller, risk)
    return found


def _risks_of(session: Session, id: UUID) -> Sequence[Risk]:
    """The risks on the list that lie within an object, each held until the transaction ends."""
    units = select(RiskUnit.id).where(RiskUnit.object_id == id)
    listed = select(Risk).where(Risk.unit_id.in_(units), Risk.retired.is_(False), Risk.candidate.is_(False))
    return session.scalars(listed.order_by(Risk.id).with_for_update()).all()


def add_unit(session: Session, caller: Caller, object_id: UUID, body: NewUnit) -> RiskUnit:
    """Put a unit within an object.

    Raises:
        NotFound: the object is outside the caller's scope, or the person is not of the enterprise.
        Forbidden: the caller does not keep this list.
        Invalid: the object is retired, and what is in it would be on no list in use.
        Conflict: the object has one of this name.
    """
    of = find_object(session, caller, object_id)
    works = enterprises.find(session, caller, of.enterprise_id, hold=True)
    demand_keeper(caller, works.id)
    find_person(session, works.id, body.responsible_id, "/responsible_id")
    if session.scalar(select(RiskObject.retired).where(RiskObject.id == object_id).with_for_update(read=True)):
        raise Invalid.at("", "retired", RETIRED)
    told: dict[str, Any] = body.model_dump(exclude={"device"})
    scope = {"enterprise_id": works.id, "area_code": works.area_code, "object_id": object_id}
    made = RiskUnit(**told, **scope)
    other = and_(RiskUnit.object_id == object_id, RiskUnit.name == body.name)
    with unless_taken(session, other, "name_taken", NAME_TAKEN):
        events.create(session, made, "added", caller, {})
    return made


def change_unit(session: Session, caller: Caller, object_id: UUID, id: UUID, body: UnitChange) -> RiskUnit:
    """Change some fields of a unit.

    Raises:
        NotFound: outside the caller's scope, or the person is not of the enterprise.
        RevisionRequired, StaleRevision: the client has not seen it as it is.
        Forbidden: the caller does not keep this list.
        Conflict: the object has another one of this name.
    """
    found = find_unit(session, caller, object_id, id)
    changes = body.of(UnitView.model_validate(found))
    demand_keeper(caller, found.enterprise_id)
    find_person(session, found.enterprise_id, changes.get("responsible_id"), "/responsible_id")
    other = and_(RiskUnit.object_id == object_id, RiskUnit.name == changes.get("name", ""), RiskUnit.id != id)
    with unless_taken(session, other, "name_taken", NAME_TAKEN):
        events.change(session, found, "changed", caller, changes, {})
    return found


def _check(session: Session, enterprise_id: UUID, whole: dict[str, Any]) -> None:
    find_person(session, enterprise_id, whole.get("responsible_id"), "/responsible_id")
    three = [to_jsonable_python(person) for person in whole["answerable"]]
    if three and whole["grade"] is None:
        raise Invalid.at("/answerable", "no_grade", NO_GRADE)
    if len({person["kind"] for person in three}) < len(three):
        raise Invalid.at("/answerable", "kind_twice", TWICE)
    for number, person in enumerate(three):
        user_id = UUID(person["user_id"]) if person["user_id"] else None
        find_person(session, enterprise_id, user_id, f"/answerable/{number}/user_id")


def _named(enterprise_id: UUID, name: str) -> ColumnElement[bool]:
    return and_(RiskObject.enterprise_id == enterprise_id, RiskObject.name == name)
