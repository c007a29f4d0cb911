"""Objects and units of analysis: what is sent and shown of them, how they are read and kept.

A major hazard installation (重大危险源) has a grade, and the three persons who answer for it (包保责任人), each with
duties of their own: where an enterprise says none, they are the default texts of `data/risk_methods.json`.
"""

from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, Field
from pydantic_core import to_jsonable_python
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.foundation.canonical import sent
from app.foundation.columns import as_sent
from app.foundation.keyring import Keyring
from app.foundation.pages import Asked, in_order
from app.foundation.problems import Invalid, NotFound, Said
from app.foundation.wire import AreaCode, Body, Change, Frozen, Position, Short, View, Word, Written
from app.journal import events
from app.people import enterprises
from app.people.scope import Caller, prefix, visible, within
from app.people.taken import unless_taken
from app.risks.keeping import demand_keeper, find_person
from app.risks.methods import methods
from app.risks.models import RiskObject, RiskUnit
from app.risks.terms import Answerable, ObjectKind

NO_OBJECT: Final = Said("没有这个分析对象", "There is no such object")
NO_UNIT: Final = Said("没有这个分析单元", "There is no such unit")
NAME_TAKEN: Final = Said("已有同名的", "There is one of this name already")
TWICE: Final = Said("三个包保责任人每类一人", "One answerable person of each kind")
NO_GRADE: Final = Said("只有重大危险源有包保责任人", "Only a major hazard installation has answerable persons")
STRUCTURED: Final = ("position", "answerable")
DUTIES_LIMIT: Final = 20


class AnswerablePerson(Frozen):
    """One of the three who answer for a major hazard installation (包保责任人)."""

    kind: Answerable
    name: Word
    phone: Annotated[str | None, Field(max_length=64)] = None
    user_id: UUID | None = Field(default=None, description="Their account, if they have one.")
    duties: Annotated[tuple[Short, ...], Field(max_length=DUTIES_LIMIT)] = Field(
        default=(), description="Empty: the default texts, which are configuration and not law."
    )


Grade = Annotated[
    int | None, Field(ge=1, le=4, description="重大危险源 grade, 1 (the gravest) to 4; null: it is none.")
]
Code = Annotated[Word | None, Field(max_length=36, description="What other platforms know it by (HAZARD_CODE).")]
Three = Annotated[tuple[AnswerablePerson, ...], Field(max_length=3, description="包保责任人, one of each kind.")]


class NewObject(Body):
    """A risk point or object of analysis (风险点/分析对象)."""

    enterprise_id: UUID
    name: Short
    kind: ObjectKind | None = None
    code: Code = None
    place: Short | None = None
    position: Position | None = None
    department: Short | None = None
    responsible_id: UUID | None = None
    grade: Grade = None
    answerable: Three = ()


class ObjectChange(Change):
    name: Short = Field(default_factory=str)
    kind: ObjectKind | None = None
    code: Code = None
    place: Short | None = None
    position: Position | None = None
    department: Short | None = None
    responsible_id: UUID | None = None
    grade: Grade = None
    answerable: Three = ()
    retired: bool = Field(default_factory=bool)


class AnswerableView(BaseModel):
    kind: Answerable
    name: str | None = Field(description="Null for a worker; so is `phone`.")
    phone: str | None
    user_id: UUID | None
    duties: list[str]
    default_duties: bool = Field(description="Whether the duties are our default texts: unverified, not law.")


class ObjectRow(BaseModel):
    id: UUID
    enterprise_id: UUID
    name: str
    kind: ObjectKind | None
    code: str | None
    place: str | None
    position: Position | None
    department: str | None
    responsible_id: UUID | None
    grade: int | None
    answerable: list[AnswerableView]
    retired: bool
    revision: int


class ObjectView(View, ObjectRow):
    """An object of analysis, with whoever answers for it where it is a major hazard installation."""


class ObjectPage(BaseModel):
    items: list[ObjectRow]
    next_cursor: str | None


class ObjectFilter(Asked):
    enterprise_id: UUID | None = None
    area_code: AreaCode | None = Field(default=None, description="With its subtree.")
    major_hazard: bool | None = Field(
        default=None, description="Major hazard installations (重大危险源), or the others."
    )
    kind: ObjectKind | None = None
    retired: bool = False


class NewUnit(Body):
    """A unit of analysis (分析单元) within an object."""

    name: Short
    department: Short | None = None
    responsible_id: UUID | None = None


class UnitChange(Change):
    name: Short = Field(default_factory=str)
    department: Short | None = None
    responsible_id: UUID | None = None
    retired: bool = Field(default_factory=bool)


class UnitView(View):
    object_id: UUID
    name: str
    department: str | None
    responsible_id: UUID | None
    retired: bool


class UnitRow(BaseModel):
    id: UUID
    object_id: UUID
    name: str
    department: str | None
    responsible_id: UUID | None
    retired: bool
    revision: int


class UnitPage(BaseModel):
    items: list[UnitRow]
    next_cursor: str | None


class UnitFilter(Asked):
    retired: bool = False


OBJECT: Final = tuple(as_sent(getattr(RiskObject, name)) for name in ObjectRow.model_fields)
UNIT: Final = tuple(as_sent(getattr(RiskUnit, name)) for name in UnitRow.model_fields)


def find_object(session: Session, caller: Caller, id: UUID, *, lock: bool = False) -> RiskObject:
    """The object, if the caller may see it; `lock` holds its row until the transaction ends.

    Raises:
        NotFound: it does not exist, or lies outside the caller's scope.
    """
    query = select(RiskObject).where(RiskObject.id == id, or_(*visible(caller, RiskObject)))
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound(NO_OBJECT)
    return found


def find_unit(session: Session, caller: Caller, object_id: UUID, id: UUID, *, lock: bool = False) -> RiskUnit:
    """The unit of an object that the caller may see.

    Raises:
        NotFound: one of them does not exist, or lies outside the caller's scope.
    """
    find_object(session, caller, object_id)
    query = select(RiskUnit).where(RiskUnit.id == id, RiskUnit.object_id == object_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound(NO_UNIT)
    return found


def unit_in_scope(session: Session, caller: Caller, id: UUID) -> RiskUnit:
    """The unit, whatever its object.

    Raises:
        NotFound: it does not exist, or lies outside the caller's scope.
    """
    query = select(RiskUnit).join(RiskObject, RiskObject.id == RiskUnit.object_id)
    found = session.scalar(query.where(RiskUnit.id == id, or_(*visible(caller, RiskObject))))
    if found is None:
        raise NotFound(NO_UNIT)
    return found


def object_view(caller: Caller, found: RiskObject) -> ObjectView:
    """The object as this caller sees it: a worker reads no names of others."""
    told = {name: getattr(found, name) for name in ObjectRow.model_fields} | {
        "answerable": answerable_of(caller, found.answerable)
    }
    return ObjectView.model_validate(told)


def answerable_of(caller: Caller, kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The three persons as they are sent, with the default duties where the enterprise says none."""
    hidden = {"name": None, "phone": None} if caller.only_works else {}
    defaults = methods().major_hazard_duties
    return [
        person
        | hidden
        | {"duties": person["duties"] or getattr(defaults, person["kind"]), "default_duties": not person["duties"]}
        for person in kept
    ]


def objects_page(session: Session, caller: Caller, filter: ObjectFilter, keys: Keyring) -> Written[ObjectPage]:
    """A page of the objects in scope, by name."""
    key, place = (RiskObject.name, RiskObject.id), filter.place(keys)
    wanted = select(*OBJECT).where(*_conditions(filter))
    branches = visible(caller, RiskObject)
    rows = session.execute(in_order(wanted, branches, key, place, filter.limit + 1, descending=False)).all()
    items = [row._asdict() for row in rows[: filter.limit]]
    cursor = filter.cursor_after(keys, items[-1]["name"], items[-1]["id"]) if len(rows) > filter.limit else None
    for item in items:
        item["answerable"] = answerable_of(caller, item["answerable"])
    return Written(sent({"items": items, "next_cursor": cursor}))


def _conditions(filter: ObjectFilter) -> list[ColumnElement[bool]]:
    told = {RiskObject.enterprise_id: filter.enterprise_id, RiskObject.kind: filter.kind}
    wanted: list[ColumnElement[bool]] = [column == value for column, value in told.items() if value is not None]
    if filter.area_code:
        wanted.append(within(RiskObject, prefix(filter.area_code)))
    if filter.major_hazard is not None:
        wanted.append(RiskObject.grade.is_not(None) if filter.major_hazard else RiskObject.grade.is_(None))
    return [*wanted, RiskObject.retired.is_(filter.retired)]


def units_page(
    session: Session, caller: Caller, object_id: UUID, filter: UnitFilter, keys: Keyring
) -> Written[UnitPage]:
    """A page of an object's units, by name.

    Raises:
        NotFound: the object does not exist, or lies outside the caller's scope.
    """
    find_object(session, caller, object_id)
    key, place = (RiskUnit.name, RiskUnit.id), filter.place(keys)
    wanted, of_object = select(*UNIT).where(RiskUnit.retired.is_(filter.retired)), [RiskUnit.object_id == object_id]
    rows = session.execute(in_order(wanted, of_object, key, place, filter.limit + 1, descending=False)).all()
    items = [row._asdict() for row in rows[: filter.limit]]
    cursor = filter.cursor_after(keys, items[-1]["name"], items[-1]["id"]) if len(rows) > filter.limit else None
    return Written(sent({"items": items, "next_cursor": cursor}))


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
    """Change some fields of an object.

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
        events.change(session, found, "changed", caller, changes, {})
    return found


def add_unit(session: Session, caller: Caller, object_id: UUID, body: NewUnit) -> RiskUnit:
    """Put a unit within an object.

    Raises:
        NotFound: the object is outside the caller's scope, or the person is not of the enterprise.
        Forbidden: the caller does not keep this list.
        Conflict: the object has one of this name.
    """
    of = find_object(session, caller, object_id)
    works = enterprises.find(session, caller, of.enterprise_id, hold=True)
    demand_keeper(caller, works.id)
    find_person(session, works.id, body.responsible_id, "/responsible_id")
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
    found = find_unit(session, caller, object_id, id, lock=True)
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
