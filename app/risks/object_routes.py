"""HTTP face of objects and units of analysis, of the methods of assessment, and of the exchange tables."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy.orm import Session

from app.foundation.keyring import Keyring
from app.foundation.wire import Written
from app.people.scope import Caller
from app.people.visits import Visits
from app.risks import exchange, object_queries, objects
from app.risks.exchange import ExchangeFilter, ExchangePage, ExchangeTable
from app.risks.methods import Methods, methods
from app.risks.object_schemas import (
    NewObject,
    NewUnit,
    ObjectChange,
    ObjectFilter,
    ObjectPage,
    ObjectView,
    UnitChange,
    UnitFilter,
    UnitPage,
    UnitView,
)

router = Visits(prefix="/api/v1/risk", tags=["risks"])
enterprises = Visits(prefix="/api/v1/enterprises", tags=["enterprises"])


@router.query("-methods", summary="风险评估方法")
def get_risk_methods(session: Session, caller: Caller) -> Methods:
    """The methods with their factors, thresholds by version, and since when each is in force.

    No national standard fixes them: each says where it comes from, and whether that was verified.
    """
    return methods()


@router.query("-objects", summary="分析对象")
def list_risk_objects(
    session: Session, caller: Caller, filter: Annotated[ObjectFilter, Query()], keys: Keyring
) -> Written[ObjectPage]:
    """Objects of analysis by name; `major_hazard=true` for 重大危险源."""
    return object_queries.objects_page(session, caller, filter, keys)


@router.query("-objects/{object_id}", summary="一个分析对象")
def get_risk_object(session: Session, caller: Caller, object_id: UUID) -> ObjectView:
    return object_queries.object_view(caller, object_queries.find_object(session, caller, object_id))


@router.command("-objects", "risk_object.add", replay=get_risk_object, status_code=201, summary="新增分析对象")
def add_risk_object(session: Session, caller: Caller, body: NewObject) -> ObjectView:
    """By the enterprise's safety officer or manager. Risks may also name an object that is not there yet."""
    return object_queries.object_view(caller, objects.add_object(session, caller, body))


@router.change("PATCH", "-objects/{object_id}", summary="修改分析对象")
def change_risk_object(session: Session, caller: Caller, object_id: UUID, body: ObjectChange) -> ObjectView:
    return object_queries.object_view(caller, objects.change_object(session, caller, object_id, body))


@router.query("-objects/{object_id}/units", summary="分析单元")
def list_risk_units(
    session: Session, caller: Caller, object_id: UUID, filter: Annotated[UnitFilter, Query()], keys: Keyring
) -> Written[UnitPage]:
    """The units of an object, by name; those in use unless `retired=true`."""
    return object_queries.units_page(session, caller, object_id, filter, keys)


def show_unit(session: Session, caller: Caller, unit_id: UUID) -> UnitView:
    return UnitView.model_validate(object_queries.unit_in_scope(session, caller, unit_id))


@router.command(
    "-objects/{object_id}/units", "risk_unit.add", replay=show_unit, status_code=201, summary="新增分析单元"
)
def add_risk_unit(session: Session, caller: Caller, object_id: UUID, body: NewUnit) -> UnitView:
    return UnitView.model_validate(objects.add_unit(session, caller, object_id, body))


@router.change("PATCH", "-objects/{object_id}/units/{unit_id}", summary="修改分析单元")
def change_risk_unit(session: Session, caller: Caller, object_id: UUID, unit_id: UUID, body: UnitChange) -> UnitView:
    return UnitView.model_validate(objects.change_unit(session, caller, object_id, unit_id, body))


@enterprises.query("/{enterprise_id}/exchange/{table}", summary="上报数据投影")
def get_exchange(
    session: Session,
    caller: Caller,
    enterprise_id: UUID,
    table: ExchangeTable,
    filter: Annotated[ExchangeFilter, Query()],
    keys: Keyring,
) -> Written[ExchangePage]:
    """An enterprise as the de-facto exchange tables have it: their field names, code lists and versions.

    A projection of what is here, for reporting upward; it claims no conformance to any standard.
    """
    return exchange.page(session, caller, enterprise_id, table, filter, keys)
