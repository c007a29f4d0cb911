"""Taking a list of enterprises in: administrators register a town's enterprises from a list that they have.

A row is known by its 编号, else by its credit code; a site without one by its name and area.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import or_, select

from app.foundation.clock import now
from app.foundation.problems import Invalid, Said
from app.journal import events
from app.people.enterprises import (
    CODE_TAKEN,
    NO_AREA,
    NO_ENTERPRISE,
    OWN_PARTNER,
    STRUCTURED,
    TOO_WIDE,
    check_kind,
)
from app.people.models import Area, Enterprise
from app.people.moves import move
from app.people.schemas import NewEnterprise
from app.people.scope import prefix, visible
from app.people.terms import EnterpriseKind, Responsibility
from app.workbooks.enterprise_sheets import ENTERPRISE, PARTS, flat
from app.workbooks.importing import Job, compared, told
from app.workbooks.positions import read_position
from app.workbooks.table import Record

REPEATED: Final = Said("与第 {} 行是同一家企业", "The same enterprise as row {}")
UNKNOWN: Final = Said("没有这个编号的企业：新增的行请留空", "No enterprise has this id: leave it blank for a new one")
AMBIGUOUS: Final = Said("有几个同名区划，请填写 12 位代码", "Several areas have this name: give the code of 12 digits")
WHOSE_PHONE: Final = Said("请同时填写姓名", "Give the name, too")
COLUMN_OF: Final = {"credit_code": "credit_code", "position": "lon", "person_in_charge": "in_charge"}


def carry(job: Job) -> None:
    """Register and change enterprises as the rows say."""
    _Importing(job).run()


class _Importing:
    """One file of enterprises on its way in."""

    def __init__(self, job: Job) -> None:
        self.job, self.session, self.faults = job, job.session, job.faults
        self.records = job.records(ENTERPRISE.key)
        self.areas = self._areas()
        for record in self.records:
            if record["area"]:
                record.values["area"] = self._area(record)
        self.mine, self.foreign = self._there()
        self.by_code = {works.credit_code: works for works in self.mine.values() if works.credit_code}
        self.sites = {(w.name.strip(), w.area_code): w for w in self.mine.values() if w.credit_code is None}
        self.partners = self._partners()

    def run(self) -> None:
        made: list[tuple[Record, dict[str, Any]]] = []
        changed: list[tuple[Record, Enterprise, dict[str, Any]]] = []
        seen: dict[Any, int] = {}
        for record in self.records:
            works = self._match(record)
            known = works.id if works else record["credit_code"] or (record["name"], record["area"])
            if known in seen:
                row = seen[known]
                self._fault(record, "id" if record["id"] else "name", "repeated",
                            Said(REPEATED.zh.format(row), REPEATED.en.format(row)))  # fmt: skip
                continue
            seen[known] = record.row
            before = flat(works, self.codes) if works else {}
            said = compared(record, before if works else self._blank())
            fields = self._fields(record, said, works)
            if works is None:
                made.append((record, fields))
            else:
                self._note(record, works, said, before)
                changed += [(record, works, fields)] if fields else []
        self.faults.refuse()
        self._make(made)
        self._change(changed)

    def _blank(self) -> dict[str, Any]:
        return {column.key: object() for column in ENTERPRISE.columns}

    def _match(self, record: Record) -> Enterprise | None:
        """The enterprise that a row speaks of: by its id, its credit code, or name and area."""
        if record["id"] is not None:
            works = self.mine.get(record["id"])
            if works is None:
                self._fault(record, "id", "unknown_id", UNKNOWN)
            return works
        if record["credit_code"]:
            if record["credit_code"] in self.foreign:
                self._fault(record, "credit_code", "credit_code_taken", CODE_TAKEN)
            return self.by_code.get(record["credit_code"])
        return self.sites.get((record["name"] or "", record["area"] or ""))

    def _fields(self, record: Record, said: Mapping[str, Any], works: Enterprise | None) -> dict[str, Any]:
        """The fields of an enterprise that the columns `said` make up."""
        whole = flat(works, self.codes) if works else {}
        whole |= {key: value for key, value in record.values.items() if record.says(key)}
        touched = [name for name, parts in PARTS.items() if any(part in said for part in parts)]
        fields = {name: self._field(record, name, whole, works) for name in touched}
        if works is None:
            fields = {name: value for name, value in fields.items() if value is not None}
            fields.setdefault("kind", EnterpriseKind.ENTERPRISE)
        if works:
            fields = {name: value for name, value in fields.items() if value != getattr(works, name)}
        self._check(record, fields, works)
        return fields

    def _field(self, record: Record, name: str, whole: Mapping[str, Any], works: Enterprise | None) -> Any:
        match name:
            case "position":
                return read_position(record, whole, self.faults)
            case "person_in_charge":
                return self._person(record, whole, "in_charge")
            case "chief_engineer":
                person = self._person(record, whole, "engineer")
                kept = (works.chief_engineer if works else None) or {}
                same = person and person["name"] == kept.get("name")
                return person and person | {"user_id": kept.get("user_id") if same else None}
            case "responsible_persons":
                three = ((kind, self._person(record, whole, kind)) for kind in Responsibility)
                return [{"kind": kind.value, "post": whole.get(f"{kind}_post"), **p} for kind, p in three if p]
            case "area_code":
                return whole.get("area")
            case "partner_id":
                return self._partner(record, works)
            case _:
                return whole.get(name)

    def _person(self, record: Record, whole: Mapping[str, Any], key: str) -> dict[str, Any] | None:
        name, phone = whole.get(key), whole.get(f"{key}_phone")
        if name is None and (phone or whole.get(f"{key}_post")) and key not in record.bad:
            self._fault(record, key, "missing", WHOSE_PHONE)
        return {"name": name, "phone": phone} if name else None

    def _check(self, record: Record, fields: Mapping[str, Any], works: Enterprise | None) -> None:
        """Judge an enterprise as it is going to be."""
        whole = {name: getattr(works, name, None) for name in ("kind", "credit_code", *COLUMN_OF)} | dict(fields)
        if "area_code" in fields and fields["area_code"] and len(prefix(fields["area_code"])) < 9:
            self._fault(record, "area", "area_too_wide", TOO_WIDE)
        try:
            if "kind" not in record.bad:
                check_kind(whole)
        except Invalid as problem:
            [fault] = problem.faults
            key = COLUMN_OF[fault["pointer"].strip("/")]
            if key not in record.bad:
                self._fault(record, key, fault["code"], fault["message"])

    def _make(self, made: list[tuple[Record, dict[str, Any]]]) -> None:
        rows = []
        for record, fields in made:
            body = NewEnterprise.model_validate(fields)
            kept = body.model_dump(exclude={"device"})
            kept |= to_jsonable_python({name: kept[name] for name in STRUCTURED})
            rows.append((Enterprise(**kept, created_at=now()), "registered", self.job.said))
            self.job.tally.note(record, "enterprise", "created", body.name)
        if rows:
            events.create_all(self.session, rows, self.job.caller)

    def _note(self, record: Record, works: Enterprise, said: Mapping[str, Any], before: Mapping[str, Any]) -> None:
        action = "changed" if said else "unchanged"
        self.job.tally.note(record, "enterprise", action, works.name, told(ENTERPRISE, said, before))

    def _change(self, changed: list[tuple[Record, Enterprise, dict[str, Any]]]) -> None:
        said = [(works, "changed", fields, self.job.said) for _, works, fields in changed]
        events.change_all(self.session, said, self.job.caller)
        self.session.flush()
        for _, works, fields in changed:
            if "area_code" in fields:
                move(self.session, works)

    def _areas(self) -> dict[str, list[str]]:
        """Codes of the caller's areas that the file names, by code and by name."""
        asked = {record["area"] for record in self.records if record["area"]}
        found: dict[str, list[str]] = {}
        for some in _some(asked):
            wanted = select(Area.code, Area.name).where(or_(Area.code.in_(some), Area.name.in_(some)))
            for code, name in self.session.execute(wanted):
                if self.job.caller.governs(code):
                    found.setdefault(name, []).append(code)
                    found[code] = [code]
        return found

    def _area(self, record: Record) -> str | None:
        """The code of the area that a row names."""
        named = record["area"]
        codes = self.areas.get(named, [])
        if len(codes) != 1:
            record.bad.add("area")
            code, message = ("ambiguous", AMBIGUOUS) if codes else ("not_found", NO_AREA)
            self._fault(record, "area", code, message)
        return codes[0] if len(codes) == 1 else None

    def _there(self) -> tuple[dict[UUID, Enterprise], set[str]]:
        """The enterprises in scope that the file may speak of, held; and the credit codes that are taken elsewhere."""
        ids = {record["id"] for record in self.records if record["id"]}
        codes = {record["credit_code"] for record in self.records if record["credit_code"]}
        names = {record["name"] for record in self.records if record["name"] and not record["credit_code"]}
        mine: dict[UUID, Enterprise] = {}
        seen = or_(*visible(self.job.caller, Enterprise))
        nameless = Enterprise.credit_code.is_(None)
        for column, values in ((Enterprise.id, ids), (Enterprise.credit_code, codes), (Enterprise.name, names)):
            for some in _some(values):
                wanted = select(Enterprise).where(column.in_(some), seen).order_by(Enterprise.id)
                wanted = wanted.where(nameless) if column is Enterprise.name else wanted
                mine |= {works.id: works for works in self.session.scalars(wanted.with_for_update(of=Enterprise))}
        own = {works.credit_code for works in mine.values()}
        taken: set[str] = set()
        for some in _some(codes - own):
            elsewhere = select(Enterprise.credit_code).where(Enterprise.credit_code.in_(some))
            taken |= {code for code in self.session.scalars(elsewhere) if code}
        return mine, taken

    def _partners(self) -> dict[str, UUID]:
        """Enterprises in scope that rows name as partners, by credit code and by id."""
        asked = {record["partner"] for record in self.records if record["partner"]}
        kept = {works.partner_id for works in self.mine.values() if works.partner_id}
        ids = {id for text in asked if (id := _as_id(text))}
        seen = or_(*visible(self.job.caller, Enterprise))
        found: dict[str, UUID] = {}
        self.codes: dict[UUID, str | None] = {}
        row = (Enterprise.id, Enterprise.credit_code)
        for some in _some(asked):
            for id, code in self.session.execute(select(*row).where(Enterprise.credit_code.in_(some), seen)):
                found[str(code)] = id
        for some in _some(ids):
            for id in self.session.scalars(select(Enterprise.id).where(Enterprise.id.in_(some), seen)):
                found[str(id)] = id
        for some in _some(kept):
            self.codes |= dict(self.session.execute(select(*row).where(Enterprise.id.in_(some))).all())
        return found

    def _partner(self, record: Record, works: Enterprise | None) -> UUID | None:
        named = record["partner"]
        if named is None:
            return None
        partner = self.partners.get(named) or self.partners.get(named.lower())
        if partner is None:
            self._fault(record, "partner", "not_found", NO_ENTERPRISE)
        elif works and partner == works.id:
            self._fault(record, "partner", "own_partner", OWN_PARTNER)
        return partner

    def _fault(self, record: Record, key: str, code: str, message: Said) -> None:
        self.faults.add(record.place(key), code, message)


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _some(values: set[Any], at_once: int = 500) -> Iterator[list[Any]]:
    """The values, as many at a time as one question should have."""
    listed = sorted(values, key=str)
    return (listed[n : n + at_once] for n in range(0, len(listed), at_once))
