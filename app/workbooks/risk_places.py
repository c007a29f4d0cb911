"""Objects and units of a book: those with rows of their own, and those that the list only names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from app.foundation.problems import Said
from app.journal import events
from app.risks.commands import RETIRED
from app.risks.models import RiskObject, RiskUnit
from app.risks.objects import NAME_TAKEN, NO_GRADE
from app.risks.terms import Answerable
from app.workbooks.importing import Job, compared, told
from app.workbooks.kinds import Misread
from app.workbooks.positions import PARTS, read_position
from app.workbooks.risk_chain import Chain, ids_in_order
from app.workbooks.risk_sheets import OBJECTS, UNITS
from app.workbooks.table import Record

UNKNOWN: Final = Said("本企业没有这个编号的记录：新增的行请留空", "No record of the enterprise has this id")
WHOSE: Final = Said("请同时填写姓名", "Give the name, too")
NOTHING: Final = Said("没有可停用的记录", "There is nothing here to retire")
PLAIN: Final = ("name", "kind", "code", "place", "department", "grade", "retired")
ANSWERABLE: Final = tuple(f"{kind}{part}" for kind in Answerable for part in ("", "_phone", "_duties"))


def said_twice(row: int) -> Said:
    return Said(f"与第 {row} 行是同一条记录", f"The same record as row {row}")


@dataclass
class Places:
    """The objects and units that a file speaks of, found or to be made; and what changes about those that are there."""

    job: Job
    chain: Chain
    made_objects: list[RiskObject] = field(default_factory=list)
    made_units: list[RiskUnit] = field(default_factory=list)
    changes: dict[UUID, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._ids = ids_in_order()
        self._objects = {each.name.strip(): each for each in self.chain.objects.values()}
        self._units = {(each.object_id, each.name.strip()): each for each in self.chain.units.values()}
        self._seen: dict[UUID, int] = {}
        self._mentioned: dict[UUID, tuple[Record, str, str]] = {}
        self._told: dict[UUID, tuple[Record, Mapping[str, Any], Mapping[str, Any]]] = {}
        for record in self.job.records(OBJECTS.key):
            self._read_object(record)
        for record in self.job.records(UNITS.key):
            self._read_unit(record)

    def object_of(self, record: Record, key: str = "object") -> RiskObject | None:
        """The object that a row names, made if need be; None where the cell cannot be read."""
        name = record[key]
        if name is None or key in record.bad:
            return None
        found = self._objects.get(name)
        if found is None:
            works = self.job.enterprise
            assert works is not None
            found = RiskObject(
                id=next(self._ids), enterprise_id=works.id, area_code=works.area_code, name=name, kind=None, code=None,
                place=None, position=None, department=None, responsible_id=None, grade=None, answerable=[],
                retired=False,
            )  # fmt: skip
            self._objects[name] = found
            self.made_objects.append(found)
        self._mentioned.setdefault(found.id, (record, "object", name))
        return found

    def unit_of(self, record: Record, object: RiskObject, key: str = "unit") -> RiskUnit | None:
        """The unit that a row names, made if need be."""
        name = record[key]
        if name is None or key in record.bad:
            return None
        found = self._units.get((object.id, name))
        if found is None:
            found = RiskUnit(
                id=next(self._ids), enterprise_id=object.enterprise_id, area_code=object.area_code,
                object_id=object.id, name=name, department=None, responsible_id=None, retired=False,
            )  # fmt: skip
            self._units[object.id, name] = found
            self.made_units.append(found)
        self._mentioned.setdefault(found.id, (record, "unit", name))
        return found

    def demand_in_use(self, record: Record, object: RiskObject, unit: RiskUnit) -> None:
        """What is placed anew is placed in what is in use."""
        for key, each in (("object", object), ("unit", unit)):
            if self.changes.get(each.id, {}).get("retired", each.retired):
                self.job.faults.add(record.place(key), "retired", RETIRED)

    def grade(self, object: RiskObject) -> int | None:
        """The grade that an object is going to have."""
        grade: int | None = self.changes.get(object.id, {}).get("grade", object.grade)
        return grade

    def make(self) -> None:
        """Put in what is new, and change what is there."""
        session, by, said = self.job.session, self.job.caller, self.job.said
        new: list[RiskObject | RiskUnit] = [*self.made_objects, *self.made_units]
        made = [(each, "added", said) for each in new]
        if made:
            events.create_all(session, made, by)
        there: list[RiskObject | RiskUnit] = [*self.chain.objects.values(), *self.chain.units.values()]
        changed = [(each, "changed", self.changes[each.id], said) for each in there if self.changes.get(each.id)]
        events.change_all(session, changed, by)
        self._count()

    def _read_object(self, record: Record) -> None:
        there = self._by_id(record, self.chain.objects)
        found = there or self.object_of(record, "name")
        if found is None or self._is_twice(record, found.id, "name"):
            return
        before = self.chain.object_row(found)
        said = compared(record, {**before, "id": record["id"]})
        if there and "name" in said:
            self._rename(record, self._objects, record["name"], found)
        fields: dict[str, Any] = {name: said[name] for name in PLAIN if name in said}
        whole = before | {key: value for key, value in record.values.items() if record.says(key)}
        if said.keys() & set(PARTS):
            fields["position"] = read_position(record, whole, self.job.faults)
        if said.keys() & {*ANSWERABLE, "grade"}:
            fields["answerable"] = self._three(record, whole, found)
        if "responsible" in said:
            fields["responsible_id"] = self.person(record, "responsible")
        self._settle(record, found, fields, said, before, "object")

    def _read_unit(self, record: Record) -> None:
        object = self.object_of(record)
        there = self._by_id(record, self.chain.units)
        found = there or (self.unit_of(record, object, "name") if object else None)
        if found is None or object is None or self._is_twice(record, found.id, "name"):
            return
        if there and there.object_id != object.id:
            message = Said("单元不能移到别的对象下", "A unit does not move to another object")
            self.job.faults.add(record.place("object"), "other_object", message)
            return
        of = {"object": object.name.strip(), "id": record["id"]}
        before = {name: getattr(found, name) for name in ("name", "department", "retired")} | of
        before["responsible"] = self.chain.persons.label(found.responsible_id)
        said = compared(record, {**before, "object": record["object"]})
        if there and "name" in said:
            self._rename(record, self._units, (object.id, record["name"]), found)
        fields: dict[str, Any] = {name: said[name] for name in ("name", "department", "retired") if name in said}
        if "responsible" in said:
            fields["responsible_id"] = self.person(record, "responsible")
        self._settle(record, found, fields, said, before, "unit")

    def _by_id(self, record: Record, there: Mapping[UUID, Any]) -> Any:
        if record["id"] is None:
            return None
        if record["id"] not in there:
            self.job.faults.add(record.place("id"), "unknown_id", UNKNOWN)
            return None
        found = there[record["id"]]
        self._mentioned.setdefault(found.id, (record, "object" if there is self.chain.objects else "unit", found.name))
        return found

    def _is_twice(self, record: Record, id: UUID, key: str) -> bool:
        if id in self._seen:
            self.job.faults.add(record.place(key), "repeated", said_twice(self._seen[id]))
            return True
        self._seen[id] = record.row
        return False

    def _rename(self, record: Record, named: dict[Any, Any], key: Any, found: RiskObject | RiskUnit) -> None:
        """Let the list speak of it by its new name, too."""
        if named.setdefault(key, found) is not found:
            self.job.faults.add(record.place("name"), "name_taken", NAME_TAKEN)

    def _three(self, record: Record, whole: Mapping[str, Any], object: RiskObject) -> list[dict[str, Any]]:
        """Those who answer for a major hazard installation."""
        kept = {each["kind"]: each for each in object.answerable}
        three = []
        for kind in Answerable:
            name, phone, duties = (whole.get(f"{kind}{part}") for part in ("", "_phone", "_duties"))
            if name is None:
                if (phone or duties) and kind not in record.bad:
                    self.job.faults.add(record.place(kind), "missing", WHOSE)
                continue
            if whole.get("grade") is None and "grade" not in record.bad:
                self.job.faults.add(record.place(kind), "no_grade", NO_GRADE)
            before = kept.get(kind, {})
            account = before.get("user_id") if before.get("name", "").strip() == name else None
            three.append(
                {"kind": kind.value, "name": name, "phone": phone, "user_id": account, "duties": list(duties or ())}
            )
        return three

    def person(self, record: Record, key: str) -> UUID | None:
        """The person that a cell names; nobody if it is blank."""
        if record[key] is None:
            return None
        try:
            return self.chain.persons.find(record[key])
        except Misread as error:
            self.job.faults.add(record.place(key), error.code, error.message)
            return None

    def _settle(
        self, record: Record, found: Any, fields: dict[str, Any], said: Mapping[str, Any], before: Mapping[str, Any],
        kind: str,
    ) -> None:  # fmt: skip
        """Note what changes; what is new is simply so."""
        fields = {name: value for name, value in fields.items() if value != getattr(found, name)}
        if found in self.made_objects or found in self.made_units:
            if fields.get("retired"):
                self.job.faults.add(record.place("retired"), "nothing_to_retire", NOTHING)
            for name, value in fields.items():
                setattr(found, name, value)
        elif fields:
            self.changes[found.id] = fields
            self._told[found.id] = (record, said, before)

    def _count(self) -> None:
        made: set[UUID] = {each.id for each in self.made_objects} | {each.id for each in self.made_units}
        tally = self.job.tally
        for id, (record, kind, name) in self._mentioned.items():
            if id in made:
                tally.note(record, kind, "created", name)
            elif id in self._told:
                record, said, before = self._told[id]
                action = "retired" if self.changes[id].get("retired") else "changed"
                tally.note(record, kind, action, name, told(OBJECTS if kind == "object" else UNITS, said, before))
            else:
                tally.note(record, kind, "unchanged", name)
