"""An enterprise's risk list as the de-facto exchange tables have it, so that reporting upward is a projection.

Field names, lengths and code lists are data (`data/exchange_fields.json`), and so is which of our values stands where
(`data/exchange_mapping.json`). The official specification was not at hand: nobody claims conformance. Each row says
which required fields it lacks, so that an enterprise can fill them before it reports.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.foundation.calendar import SHANGHAI
from app.foundation.canonical import sent
from app.foundation.keyring import Keyring
from app.foundation.pages import Asked
from app.foundation.problems import Forbidden, Said
from app.foundation.wire import Written
from app.journal.events import Event
from app.people import enterprises
from app.people.models import Enterprise, User
from app.people.scope import Caller
from app.risks.levels import RiskLevel
from app.risks.models import ControlMeasure, Risk, RiskObject, RiskUnit

DATA: Final = Path(__file__).parent / "data"
NOT_WORKERS: Final = Said("上报数据含姓名电话，岗位员工不能查看", "It has names and phones, which workers do not read")
NOTE: Final = "A projection on tables seen in a public implementation; no conformance is claimed."

Values = dict[str, Any]


class ExchangeTable(StrEnum):
    """Tables of the exchange that the risk list has values for."""

    ENTERPRISE = "enterprise"
    RISK_UNIT = "risk_unit"
    RISK_EVENT = "risk_event"
    CONTROL_MEASURE = "control_measure"
    INSPECTION_TASK = "inspection_task"


TITLES: Final[Mapping[type[StrEnum], Mapping[str, str]]] = {
    ExchangeTable: {
        "enterprise": "企业基础信息表",
        "risk_unit": "安全风险分析单元表",
        "risk_event": "安全风险事件表",
        "control_measure": "安全风险管控措施表",
        "inspection_task": "隐患排查任务信息表",
    }
}


class FieldOf(BaseModel):
    """A field of an exchange table."""

    field: str
    type: str
    required: bool
    title: str

    def too_long(self, value: object) -> bool:
        longest = re.match(r"(?:var)?char\((\d+)\)", self.type)
        return isinstance(value, str) and longest is not None and len(value) > int(longest[1])


class ExchangeRow(BaseModel):
    """A row by the table's own field names. `missing` are required fields without a value."""

    fields: dict[str, str | int | float | None]
    missing: list[str]
    too_long: list[str]


class ExchangePage(BaseModel):
    table: str = Field(description="As the exchange calls it.")
    title: str
    fields_version: str
    mapping_version: str
    note: str
    columns: list[FieldOf]
    items: list[ExchangeRow]
    next_cursor: str | None


class ExchangeFilter(Asked):
    """Rows in the order of their ids."""


@cache
def layout(table: ExchangeTable) -> tuple[str, str, tuple[FieldOf, ...], Mapping[str, str]]:
    """The exchange's name and title of a table, its fields, and which of our values stands in each."""
    found = next(each for each in _data("exchange_fields")["tables"] if each["for"] == table.value)
    fields = tuple(FieldOf.model_validate(field) for field in found["fields"])
    mapping: Mapping[str, str] = _data("exchange_mapping")["tables"][table.value]
    if unknown := set(mapping) - {field.field for field in fields}:
        raise ValueError(f"{table} has no {unknown}")
    return found["table"], found["title"], fields, mapping


@cache
def _data(name: str) -> Any:
    return json.loads((DATA / f"{name}.json").read_text("utf-8"))


def project(table: ExchangeTable, values: Values) -> ExchangeRow:
    """Our values as the row of a table. Pure."""
    _, _, fields, mapping = layout(table)
    codes = _data("exchange_mapping")["codes"]
    told: dict[str, Any] = {}
    for field in fields:
        ours = mapping.get(field.field, "")
        value = values.get(ours)
        if ours in codes and value is not None:
            value = codes[ours][str(value).lower()]
        told[field.field] = _local(value) if isinstance(value, datetime) else value
    missing = [field.field for field in fields if field.required and told[field.field] in (None, "")]
    return ExchangeRow(fields=told, missing=missing, too_long=[f.field for f in fields if f.too_long(told[f.field])])


def _local(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def page(
    session: Session, caller: Caller, enterprise_id: UUID, table: ExchangeTable, filter: ExchangeFilter, keys: Keyring
) -> Written[ExchangePage]:
    """A page of one table for one enterprise.

    Raises:
        NotFound: the enterprise is outside the caller's scope.
        Forbidden: a worker asks, who reads no names of others.
    """
    works = enterprises.find(session, caller, enterprise_id)
    if caller.only_works:
        raise Forbidden(NOT_WORKERS)
    place = filter.place(keys)
    after = place[1] if place else None
    rows = READERS[table](session, works, after, filter.limit + 1)
    shown = rows[: filter.limit]
    cursor = filter.cursor_after(keys, "", shown[-1]["id"]) if len(rows) > filter.limit else None
    _tell_who(session, table, shown)
    code = works.credit_code
    common = {"credit_code": code, "organisation_code": code[8:17] if code else None}
    name, title, fields, _ = layout(table)
    answer = ExchangePage(
        table=name, title=title, fields_version=_data("exchange_fields")["version"],
        mapping_version=_data("exchange_mapping")["version"], note=NOTE, columns=list(fields),
        items=[project(table, values | common | {"id": str(values["id"])}) for values in shown], next_cursor=cursor,
    )  # fmt: skip
    return Written(sent(answer.model_dump()))


KINDS: Final[Mapping[ExchangeTable, str]] = {
    ExchangeTable.ENTERPRISE: Enterprise.KIND, ExchangeTable.RISK_UNIT: RiskUnit.KIND,
    ExchangeTable.RISK_EVENT: Risk.KIND, ExchangeTable.CONTROL_MEASURE: ControlMeasure.KIND,
    ExchangeTable.INSPECTION_TASK: ControlMeasure.KIND,
}  # fmt: skip


def _tell_who(session: Session, table: ExchangeTable, rows: Sequence[Values]) -> None:
    """Who made each row and who changed it last, and when: the first and the last of its events."""
    own = and_(Event.subject_kind == KINDS[table], Event.subject_id.in_([row["id"] for row in rows]))
    ends = (
        select(Event.subject_id, func.min(Event.number).label("first"), func.max(Event.number).label("last"))
        .where(own).group_by(Event.subject_id).subquery()
    )  # fmt: skip
    of_ends = and_(
        Event.subject_id == ends.c.subject_id, or_(Event.number == ends.c.first, Event.number == ends.c.last)
    )
    said = select(Event.subject_id, Event.received_at, Event.data).join(ends, of_ends).where(own).order_by(Event.number)
    told: dict[UUID, list[tuple[datetime, str | None]]] = {}
    for subject, at, data in session.execute(said).all() if rows else ():
        name = json.loads(data)["by"]["name"] if data else None
        told.setdefault(subject, []).append((at, name))
    for row in rows:
        made = told.get(row["id"])
        if made:
            (row["created_at"], row["created_by"]), (row["changed_at"], row["changed_by"]) = made[0], made[-1]


def _after(key: InstrumentedAttribute[UUID], after: UUID | None) -> Any:
    return key > after if after is not None else key.is_not(None)


def _enterprise(session: Session, works: Enterprise, after: UUID | None, limit: int) -> list[Values]:
    grades = session.scalar(
        select(func.min(RiskObject.grade)).where(RiskObject.enterprise_id == works.id, RiskObject.retired.is_(False))
    )
    person, position = works.person_in_charge or {}, works.position or {}
    told = {
        "id": works.id,
        "name": works.name,
        "area_code": works.area_code,
        "address": works.address,
        "retired": False,
    }
    told |= {"person_in_charge": person.get("name"), "phone": person.get("phone")}
    told |= {"has_major_hazard": "1" if grades else "0", "gravest_grade": str(grades) if grades else None}
    return [told | {"lon": position.get("lon"), "lat": position.get("lat")}] if after is None else []


def _units(session: Session, works: Enterprise, after: UUID | None, limit: int) -> list[Values]:
    person = select(User.id, User.name).subquery()
    wanted = (
        select(RiskUnit, RiskObject, person.c.name)
        .join(RiskObject, RiskObject.id == RiskUnit.object_id)
        .outerjoin(person, person.c.id == func.coalesce(RiskUnit.responsible_id, RiskObject.responsible_id))
        .where(RiskUnit.enterprise_id == works.id, _after(RiskUnit.id, after))
        .order_by(RiskUnit.id).limit(limit)
    )  # fmt: skip
    rows = session.execute(wanted).all()
    rated = select(Risk.unit_id, Risk.level).where(
        Risk.unit_id.in_([row[0].id for row in rows]), Risk.level.is_not(None)
    )
    levels: dict[UUID | None, list[RiskLevel]] = {}
    for unit_id, level in session.execute(rated.where(Risk.retired.is_(False), Risk.candidate.is_(False))).all():
        levels.setdefault(unit_id, []).append(RiskLevel(str(level)))
    ladder = list(RiskLevel)
    return [
        {
            "id": unit.id, "name": unit.name, "department": unit.department or object.department, "responsible": name,
            "major_hazard_code": (object.code or str(object.id)) if object.grade else None,
            "object_code": None if object.grade else object.code or str(object.id),
            "level": min(levels.get(unit.id, []), key=ladder.index, default=None), "retired": unit.retired,
        }
        for unit, object, name in rows
    ]  # fmt: skip


REPORTED: Final = (Risk.candidate.is_(False), Risk.unit_id.is_not(None))


def _events(session: Session, works: Enterprise, after: UUID | None, limit: int) -> list[Values]:
    """Candidates are nobody's risk yet, and not reported."""
    own = (Risk.enterprise_id == works.id, *REPORTED, _after(Risk.id, after))
    return [
        {"id": risk.id, "unit_id": str(risk.unit_id), "event": risk.event, "retired": risk.retired}
        for risk in session.scalars(select(Risk).where(*own).order_by(Risk.id).limit(limit))
    ]  # fmt: skip


def _measures(session: Session, works: Enterprise, after: UUID | None, limit: int) -> list[Values]:
    """Those of the events that are reported."""
    reported = select(Risk.id).where(Risk.enterprise_id == works.id, *REPORTED)
    theirs = (ControlMeasure.enterprise_id == works.id, ControlMeasure.risk_id.in_(reported))
    own = (*theirs, _after(ControlMeasure.id, after))
    return [
        {"id": each.id, "risk_id": str(each.risk_id), "description": each.description, "check": each.check,
         "retired": each.retired}
        | (each.classification or {}) | (each.check_cycle or {})
        for each in session.scalars(select(ControlMeasure).where(*own).order_by(ControlMeasure.id).limit(limit))
    ]  # fmt: skip


READERS: Final = {
    ExchangeTable.ENTERPRISE: _enterprise, ExchangeTable.RISK_UNIT: _units, ExchangeTable.RISK_EVENT: _events,
    ExchangeTable.CONTROL_MEASURE: _measures, ExchangeTable.INSPECTION_TASK: _measures,
}  # fmt: skip
