"""Reading objects and units of analysis. Every query starts from what the caller may see."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.foundation.canonical import sent
from app.foundation.columns import as_sent
from app.foundation.keyring import Keyring
from app.foundation.pages import Asked, in_order
from app.foundation.problems import NotFound, Said
from app.foundation.wire import Written
from app.people.scope import Caller, find_visible, prefix, visible, within
from app.risks.methods import methods
from app.risks.models import RiskObject, RiskUnit
from app.risks.object_schemas import ObjectFilter, ObjectPage, ObjectRow, ObjectView, UnitFilter, UnitPage, UnitRow

NO_OBJECT: Final = Said("没有这个分析对象", "There is no such object")
NO_UNIT: Final = Said("没有这个分析单元", "There is no such unit")

OBJECT: Final = tuple(as_sent(getattr(RiskObject, name)) for name in ObjectRow.model_fields)
UNIT: Final = tuple(as_sent(getattr(RiskUnit, name)) for name in UnitRow.model_fields)


def find_object(session: Session, caller: Caller, id: UUID, *, lock: bool = False) -> RiskObject:
    """The object, if the caller may see it; `lock` holds its row until the transaction ends.

    Raises:
        NotFound: it does not exist, or lies outside the caller's scope.
    """
    return find_visible(session, caller, RiskObject, id, NO_OBJECT, lock=lock)


def find_unit(session: Session, caller: Caller, object_id: UUID, id: UUID) -> RiskUnit:
    """The unit of an object that the caller may see, held until the transaction ends.

    Raises:
        NotFound: one of them does not exist, or lies outside the caller's scope.
    """
    find_object(session, caller, object_id)
    query = select(RiskUnit).where(RiskUnit.id == id, RiskUnit.object_id == object_id)
    found = session.scalar(query.with_for_update())
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
    wanted, key = select(*OBJECT).where(*_conditions(filter)), (RiskObject.name, RiskObject.id)
    items, cursor = _by_name(session, wanted, visible(caller, RiskObject), key, filter, keys)
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
    wanted, key = select(*UNIT).where(RiskUnit.retired.is_(filter.retired)), (RiskUnit.name, RiskUnit.id)
    items, cursor = _by_name(session, wanted, [RiskUnit.object_id == object_id], key, filter, keys)
    return Written(sent({"items": items, "next_cursor": cursor}))


def _by_name(
    session: Session,
    wanted: Select[*tuple[Any, ...]],
    branches: Sequence[ColumnElement[bool]],
    key: Sequence[InstrumentedAttribute[Any]],
    filter: Asked,
    keys: Keyring,
) -> tuple[list[dict[str, Any]], str | None]:
    """The rows of a page as they are sent, and the cursor of the next one."""
    asked = in_order(wanted, branches, key, filter.place(keys), filter.limit + 1, descending=False)
    rows = session.execute(asked).all()
    items = [row._asdict() for row in rows[: filter.limit]]
    more = len(rows) > filter.limit
    return items, filter.cursor_after(keys, items[-1]["name"], items[-1]["id"]) if more else None
