"""Taking a risk list in: rows of one risk brought together, judged all, and then changed in a few steps.

A risk is known by its 事件编号, else by object, unit and event; a measure by its 措施编号, else by its words within the
risk. What no row speaks of stays as it is.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from app.foundation.clock import now
from app.foundation.dialects import table_of
from app.foundation.problems import Said
from app.journal import events
from app.risks.assessing import following, rated, said_of
from app.risks.bodies import Assess
from app.risks.commands import ASSESSED
from app.risks.levels import LevelBy, RiskLevel
from app.risks.methods import AssessmentKind
from app.risks.models import ControlMeasure, Risk, RiskAssessment, RiskObject, RiskUnit
from app.risks.reviewing import JUDGED, due_now
from app.risks.schemas import MEASURES_LIMIT
from app.risks.terms import ReviewCause
from app.workbooks.importing import Job, compared, told
from app.workbooks.risk_chain import CODES, Chain, ids_in_order, measure_row
from app.workbooks.risk_places import NOTHING, UNKNOWN, Places, said_twice
from app.workbooks.risk_ratings import PARTS, check_level, judge
from app.workbooks.risk_sheets import RISKS
from app.workbooks.table import Record

AMBIGUOUS: Final = Said(
    "有几条相同的记录：请保留导出的编号", "Several records are alike: keep the id that an export has"
)
OTHER_RISK: Final = Said("这条措施属于别的事件", "This measure belongs to another risk")
TOGETHER: Final = Said("检查周期与周期单位须同时填写", "A check cycle has a number and a unit")
MISSING: Final = Said("缺少必填项", "Field required")
TOO_MANY: Final = Said(f"一个事件最多 {MEASURES_LIMIT} 条措施", f"{MEASURES_LIMIT} measures of a risk at most")
RATING: Final = tuple(f"{kind}_{part}" for kind in AssessmentKind for part in PARTS)
OF_RISK: Final = ("event", "place", "level", "post", "owner", "next_review_on", "retired", *RATING)
OF_MEASURE: Final = (
    "kind", "description", "check", "every", "cycle", "holder", "holder_role", "always", *CODES, "measure_retired",
)  # fmt: skip
PLAIN: Final = ("kind", "description", "check", "holder", "holder_role", "always")


@dataclass
class Told:
    """All that a file says of one risk. `record` is its first row, with what the others add."""

    record: Record
    risk: Risk
    unit: RiskUnit
    object: RiskObject
    new: bool
    changes: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    ratings: list[Assess] = field(default_factory=list)
    judged: bool = False
    rows: dict[Any, int] = field(default_factory=dict)
    """The rows of its measures, by what they are known by."""


def carry(job: Job) -> None:
    """Bring an enterprise's risk list to what the rows say."""
    _Importing(job).run()


class _Importing:
    """One risk list on its way in."""

    def __init__(self, job: Job) -> None:
        assert job.enterprise is not None
        self.job, self.works = job, job.enterprise
        self.chain = Chain.of(job.session, self.works.id, lock=True)
        self.places = Places(job, self.chain)
        self.told: dict[UUID, Told] = {}
        self.made_measures: list[ControlMeasure] = []
        self.changed_measures: list[tuple[ControlMeasure, dict[str, Any]]] = []
        self._ids, self._at = ids_in_order(), now()
        self._by_key = self._keys()
        self._of_measure = {each.id: each for measures in self.chain.measures.values() for each in measures}
        self._by_words = self._words()

    def run(self) -> None:
        for record in self.job.records(RISKS.key):
            self._read(record)
        for each in self.told.values():
            self._judge(each)
        self.job.faults.refuse()
        _Writing(self).run()

    def _keys(self) -> dict[tuple[UUID | None, str], list[Risk]]:
        """Risks by unit and event: those in use, else the last of those that are not."""
        found: defaultdict[tuple[UUID | None, str], list[Risk]] = defaultdict(list)
        for risk in self.chain.risks.values():
            found[risk.unit_id, risk.event.strip()].append(risk)
        return {key: [r for r in risks if not r.retired] or risks[-1:] for key, risks in found.items()}

    def _words(self) -> dict[tuple[UUID, str], list[ControlMeasure]]:
        found: defaultdict[tuple[UUID, str], list[ControlMeasure]] = defaultdict(list)
        for measure in self._of_measure.values():
            found[measure.risk_id, measure.description.strip()].append(measure)
        return {key: [m for m in same if not m.retired] or same[-1:] for key, same in found.items()}

    def _read(self, record: Record) -> None:
        object = self.places.object_of(record)
        unit = self.places.unit_of(record, object) if object else None
        if object is None or unit is None or record["event"] is None:
            return
        risk, new = self._match(record, unit)
        if risk is None:
            return
        each = self.told.get(risk.id)
        if each is None:
            if risk.retired and not record.says("retired"):
                record.values["retired"] = False  # what is listed is in use
            each = self.told[risk.id] = Told(record.copy(), risk, unit, object, new)
        else:
            self._agree(each, record, unit)
        self._read_measure(each, record)

    def _match(self, record: Record, unit: RiskUnit) -> tuple[Risk | None, bool]:
        """The risk that a row speaks of, and whether it is new."""
        id = record["risk_id"]
        if id is not None:
            found = self.chain.risks.get(id)
            if found is None:
                self._fault(record, "risk_id", "unknown_id", UNKNOWN)
            return found, False
        key = (unit.id, record["event"])
        same = self._by_key.get(key, [])
        if len(same) > 1:
            self._fault(record, "event", "ambiguous", AMBIGUOUS)
            return None, False
        if same:
            return same[0], same[0].id not in self.chain.risks
        made = Risk(
            id=next(self._ids), enterprise_id=self.works.id, area_code=self.works.area_code, unit_id=unit.id,
            event=record["event"], place=None, level=None, level_by=None, post=None, owner_id=None,
            next_review_on=None, created_at=self._at,
        )  # fmt: skip
        self._by_key[key] = [made]
        return made, True

    def _agree(self, each: Told, record: Record, unit: RiskUnit) -> None:
        """Further rows of a risk say the same of it as the first, or nothing."""
        if unit.id != each.unit.id:
            self._fault(record, "unit", "contradiction", self._contradicts(each))
        for key in OF_RISK:
            first, value = each.record[key], record[key]
            if not record.says(key) or value in (None, False) or value == first:
                continue
            if first in (None, False) and key not in each.record.bad:
                each.record.values[key] = value
            elif key not in each.record.bad:
                self._fault(record, key, "contradiction", self._contradicts(each))

    def _contradicts(self, each: Told) -> Said:
        row = each.record.row
        return Said(f"与第 {row} 行同一事件的内容不一致", f"Not what row {row} says of the same risk")

    def _read_measure(self, each: Told, record: Record) -> None:
        if record["measure_id"] is None and all(record[key] in (None, False) for key in OF_MEASURE):
            return
        measure = self._match_measure(each, record)
        if measure is None:
            self._require(record)
            key: Any = record["description"]
        else:
            key = measure.id
        if key in each.rows:
            self._fault(record, "description", "repeated", said_twice(each.rows[key]))
            return
        each.rows[key] = record.row
        if (record["every"] is None) != (record["cycle"] is None) and not record.bad & {"every", "cycle"}:
            blank = "every" if record["every"] is None else "cycle"
            self._fault(record, blank, "missing", TOGETHER)
        if measure and measure.retired and not record.says("measure_retired"):
            record.values["measure_retired"] = False
        before = measure_row(measure) if measure else {}
        said = compared(record, {key: before.get(key) for key in OF_MEASURE})
        fields = self._fields(record, said, before)
        if measure is None:
            self._new_measure(each, record, fields)
        else:
            self._old_measure(each, record, measure, fields, said)

    def _match_measure(self, each: Told, record: Record) -> ControlMeasure | None:
        id = record["measure_id"]
        if id is not None:
            found = self._of_measure.get(id)
            if found is None or found.risk_id != each.risk.id:
                self._fault(record, "measure_id", *(("other_risk", OTHER_RISK) if found else ("unknown_id", UNKNOWN)))
            return found
        same = self._by_words.get((each.risk.id, record["description"] or ""), [])
        if len(same) > 1:
            self._fault(record, "description", "ambiguous", AMBIGUOUS)
        return same[0] if same else None

    def _require(self, record: Record) -> None:
        for key in ("kind", "description"):
            if record[key] is None and key not in record.bad:
                self._fault(record, key, "missing", MISSING)

    def _fields(self, record: Record, said: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
        """The fields of a measure that the columns make up."""
        whole = before | {key: value for key, value in record.values.items() if record.says(key)}
        fields: dict[str, Any] = {name: said[name] for name in PLAIN if name in said}
        if said.keys() & {"every", "cycle"}:
            every, unit = whole.get("every"), whole.get("cycle")
            fields["check_cycle"] = {"every": every, "unit": unit.value} if every and unit else None
        if said.keys() & set(CODES):
            codes = {name: whole.get(name) for name in CODES}
            fields["classification"] = codes if any(codes.values()) else None
        if "measure_retired" in said:
            fields["retired"] = said["measure_retired"]
        return fields

    def _new_measure(self, each: Told, record: Record, fields: dict[str, Any]) -> None:
        if record["measure_retired"]:
            self._fault(record, "measure_retired", "nothing_to_retire", NOTHING)
        if len(each.rows) > MEASURES_LIMIT:
            self._fault(record, "description", "too_long", TOO_MANY)
        blank = dict.fromkeys((*PLAIN, "check_cycle", "classification")) | {"always": False}
        made = ControlMeasure(
            id=next(self._ids), risk_id=each.risk.id, enterprise_id=self.works.id, area_code=self.works.area_code,
            created_at=self._at, **blank | {name: value for name, value in fields.items() if name != "retired"},
        )  # fmt: skip
        self.made_measures.append(made)
        each.judged = True
        self.job.tally.note(record, "measure", "created", str(record["description"])[:200])

    def _old_measure(
        self, each: Told, record: Record, measure: ControlMeasure, fields: dict[str, Any], said: dict[str, Any]
    ) -> None:
        fields = {name: value for name, value in fields.items() if value != getattr(measure, name)}
        action = "retired" if fields.get("retired") else "changed" if fields else "unchanged"
        self.job.tally.note(
            record, "measure", action, measure.description[:200], told(RISKS, said, measure_row(measure))
        )
        if fields:
            self.changed_measures.append((measure, fields))
            each.judged = each.judged or bool(fields.keys() & JUDGED)

    def _judge(self, each: Told) -> None:
        """What changes about a risk."""
        record, risk = each.record, each.risk
        each.before = {} if each.new else self.chain.risk_row(risk)
        grade = self.places.grade(each.object)
        for kind in AssessmentKind:
            newest = None if each.new else self.chain.rating(risk, kind)
            body = judge(record, kind, newest, grade, self.works.chief_engineer, self.job.faults)
            each.ratings += [body] if body else []
        assessed = bool(each.ratings or risk.inherent or risk.residual)
        keys = {"event", "place", "post", "owner", "retired"} | (set() if assessed else {"next_review_on", "level"})
        kept = {key: each.before.get(key) for key in keys}
        each.said = compared(record, {**kept, "retired": kept["retired"] or False})
        each.changes = self._changes(each)
        if assessed:
            self._check_level(each, grade)
        if each.new and record["retired"]:
            self._fault(record, "retired", "nothing_to_retire", NOTHING)
        if each.new or risk.unit_id != each.unit.id:
            self.places.demand_in_use(record, each.object, each.unit)

    def _changes(self, each: Told) -> dict[str, Any]:
        risk, said = each.risk, each.said
        same = ("event", "place", "post", "retired", "next_review_on")
        changes: dict[str, Any] = {name: said[name] for name in same if name in said}
        if "owner" in said:
            changes["owner_id"] = self.places.person(each.record, "owner")
        if "level" in said:
            changes |= {"level": said["level"], "level_by": LevelBy.DECLARED if said["level"] else None}
        if each.unit.id != risk.unit_id:
            changes["unit_id"] = each.unit.id
            each.said |= {"object": each.object.name, "unit": each.unit.name}
        changes = {name: value for name, value in changes.items() if value != getattr(risk, name)}
        if not each.new and changes.keys() & JUDGED:
            changes = due_now(risk, ReviewCause.CHANGE) | changes
        if "next_review_on" in changes and not each.new and "review_because" not in changes:
            changes["review_because"] = risk.review_because if changes["next_review_on"] else None
        return changes

    def _check_level(self, each: Told, grade: int | None) -> None:
        """What the assessments come to is what the row says, if it says anything."""
        level: RiskLevel | None = each.risk.level
        if each.ratings:
            last = each.ratings[-1]
            residual = each.risk.residual if last.kind is AssessmentKind.INHERENT else None
            row = rated(self.job.caller, each.risk.id, last, self.works.chief_engineer, grade)
            level = RiskLevel(residual["level"]) if residual else row.level
            check_level(each.record, level, self.job.faults)
        elif each.record.says("level") and each.record["level"] not in (None, level):
            self._fault(each.record, "level", "level_assessed", ASSESSED)

    def _fault(self, record: Record, key: str, code: str, message: Said) -> None:
        self.job.faults.add(record.place(key), code, message)


class _Writing:
    """Everything has been judged: now it is done, in the order in which one thing needs another."""

    def __init__(self, read: _Importing) -> None:
        self.job, self.works, self.read = read.job, read.works, read
        self.all = list(read.told.values())

    def run(self) -> None:
        session, by, said = self.job.session, self.job.caller, self.job.said
        self.read.places.make()
        made: list[tuple[Any, str, dict[str, Any]]] = []
        for each in self.all:
            if each.new:
                for name, value in each.changes.items():
                    setattr(each.risk, name, value)
                made.append((each.risk, "added", said | {"object": each.object.name, "unit": each.unit.name}))
        made += [(measure, "added", said) for measure in self.read.made_measures]
        if made:
            events.create_all(session, made, by)
        changed = [(e.risk, "changed", e.changes, said) for e in self.all if e.changes and not e.new]
        events.change_all(session, changed, by)
        measures = [(measure, "changed", fields, said) for measure, fields in self.read.changed_measures]
        events.change_all(session, measures, by)
        self._rate()
        self._review()
        for each in self.all:
            self._count(each)

    def _rate(self) -> None:
        """Assess, the inherent first: each kind is one event of its risk."""
        session, engineer = self.job.session, self.works.chief_engineer
        for kind in AssessmentKind:
            rows = [
                (each, rated(self.job.caller, each.risk.id, body, engineer, each.object.grade))
                for each in self.all for body in each.ratings if body.kind is kind
            ]  # fmt: skip
            if rows:
                told = [{c.key: getattr(row, c.key) for c in RiskAssessment.__table__.columns} for _, row in rows]
                session.connection().execute(table_of(RiskAssessment).insert(), told)
            changed = [(e.risk, "assessed", following(e.risk, row), said_of(row) | self.job.said) for e, row in rows]
            events.change_all(session, changed, self.job.caller)

    def _review(self) -> None:
        """Let what is judged by what has changed be assessed again, unless it just was."""
        regraded = {id for id, fields in self.read.places.changes.items() if "grade" in fields}
        units = {unit.id for unit in self.read.chain.units.values() if unit.object_id in regraded}
        just = {each.risk.id for each in self.all if each.ratings}
        judged = {each.risk.id for each in self.all if each.judged}
        due = []
        for risk in self.read.chain.risks.values():
            touched = risk.id in judged or (risk.unit_id in units and not risk.retired)
            changes = due_now(risk, ReviewCause.CHANGE) if touched and risk.id not in just else {}
            due += [(risk, "review_due", changes, self.job.said)] if changes else []
        events.change_all(self.job.session, due, self.job.caller)

    def _count(self, each: Told) -> None:
        tally, name = self.job.tally, each.risk.event[:200]
        retired = not each.new and each.changes.get("retired")
        action = (
            "created" if each.new else "retired" if retired else "changed" if each.changes or each.ratings else
            "unchanged"
        )  # fmt: skip
        tally.note(each.record, "risk", action, name, () if each.new else told(RISKS, each.said, each.before))
        for _ in each.ratings:
            tally.note(each.record, "assessment", "created", name)
