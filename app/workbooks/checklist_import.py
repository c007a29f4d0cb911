"""Taking checklists in: each is a plan of inspections, and its rows the measures that it looks at.

A plan is known by its 检查表编号, else by its name; a measure by its 措施编号, else by its words, with object, unit and
event where they are needed. What no row speaks of stays; a row may say that a measure is taken off the list.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from app.duties.models import InspectionPlan
from app.duties.plans import BACKWARDS, ONLY_DAILY, TWICE, add_plan, change_plan
from app.duties.schemas import PLAN_MEASURES_LIMIT, NewPlan, PlanChange
from app.foundation.calendar import local_date
from app.foundation.canonical import new_id
from app.foundation.clock import now
from app.foundation.problems import Said
from app.inspections.terms import Cadence
from app.journal import events
from app.risks.models import ControlMeasure
from app.workbooks.checklist_sheets import CHECKLISTS, OF_PLAN, plan_row
from app.workbooks.importing import Job, compared, told
from app.workbooks.kinds import Misread
from app.workbooks.risk_chain import Chain
from app.workbooks.risk_import import AMBIGUOUS, MISSING
from app.workbooks.risk_places import NOTHING, UNKNOWN, said_twice
from app.workbooks.table import Record

NO_MEASURE: Final = Said(
    "风险清单中没有这条管控措施，请先列入", "The risk list has no such measure: put it there first"
)
ELSEWHERE: Final = Said(
    "与措施编号不符；措辞请在风险清单中修改", "Not what the measure says: change it in the risk list"
)
TOO_MANY: Final = Said(f"一个检查表最多 {PLAN_MEASURES_LIMIT} 项", f"{PLAN_MEASURES_LIMIT} measures of a plan at most")
ITEM: Final = ("object", "unit", "event", "measure", "check", "measure_id")


@dataclass
class Listed:
    """A checklist of the file: its plan, if there is one, its first row, and its measures by their rows."""

    record: Record
    plan: InspectionPlan | None
    items: dict[UUID, Record] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)


def carry(job: Job) -> None:
    """Make and change an enterprise's plans as the rows say."""
    _Importing(job).run()


class _Importing:
    """One file of checklists on its way in."""

    def __init__(self, job: Job) -> None:
        assert job.enterprise is not None
        self.job, self.works = job, job.enterprise
        self.chain = Chain.of(job.session, self.works.id, lock=True)
        own = select(InspectionPlan).where(InspectionPlan.enterprise_id == self.works.id)
        found = job.session.scalars(own.order_by(InspectionPlan.created_at, InspectionPlan.id).with_for_update())
        self.plans = {plan.id: plan for plan in found}
        self.measures = {each.id: each for same in self.chain.measures.values() for each in same}
        self._by_name, self._by_words = self._names(), self._words()
        self.listed: dict[Any, Listed] = {}
        self.checks: dict[UUID, tuple[Record, str]] = {}

    def run(self) -> None:
        for record in self.job.records(CHECKLISTS.key):
            self._read(record)
        for each in self.listed.values():
            self._judge(each)
        self.job.faults.refuse()
        for each in self.listed.values():
            self._do(each)
        self._change_checks()

    def _names(self) -> dict[str, list[InspectionPlan]]:
        found: defaultdict[str, list[InspectionPlan]] = defaultdict(list)
        for plan in self.plans.values():
            found[plan.name.strip()].append(plan)
        return {name: [p for p in same if not p.retired] or same[-1:] for name, same in found.items()}

    def _words(self) -> dict[str, list[ControlMeasure]]:
        found: defaultdict[str, list[ControlMeasure]] = defaultdict(list)
        for measure in self.measures.values():
            if not measure.retired and measure.risk_id in self.chain.risks:
                found[measure.description.strip()].append(measure)
        return found

    def _read(self, record: Record) -> None:
        known, plan = self._match(record)
        if known is None:
            return
        each = self.listed.get(known)
        if each is None:
            if plan and plan.retired and not record.says("retired"):
                record.values["retired"] = False  # what is listed is in use
            each = self.listed[known] = Listed(record.copy(), plan)
        else:
            self._agree(each, record)
        self._read_item(each, record)

    def _match(self, record: Record) -> tuple[Any, InspectionPlan | None]:
        """What a row's plan is known by, and the plan that there is."""
        id, name = record["plan_id"], record["name"]
        if id is not None:
            if id not in self.plans:
                self._fault(record, "plan_id", "unknown_id", UNKNOWN)
                return None, None
            return id, self.plans[id]
        same = self._by_name.get(name or "", [])
        if len(same) > 1:
            self._fault(record, "name", "ambiguous", AMBIGUOUS)
            return None, None
        return (same[0].id, same[0]) if same else (name, None)

    def _agree(self, each: Listed, record: Record) -> None:
        """Further rows of a checklist say the same of its plan as the first, or nothing."""
        for key in OF_PLAN:
            first, value, blank = each.record[key], record[key], CHECKLISTS.column(key).blank
            if not record.says(key) or value in (blank, first) or key in each.record.bad:
                continue
            if first == blank:
                each.record.values[key] = value
            else:
                row = each.record.row
                message = Said(f"与第 {row} 行同一检查表的内容不一致", f"Not what row {row} says of the same checklist")
                self._fault(record, key, "contradiction", message)

    def _read_item(self, each: Listed, record: Record) -> None:
        if all(record[key] is None for key in ITEM):
            return
        measure = self._measure(record)
        if measure is None:
            return
        if measure.id in each.items:
            self._fault(record, "measure", "repeated", said_twice(each.items[measure.id].row))
            return
        each.items[measure.id] = record
        if record["check"] is not None:  # a blank cell asks for nothing: few write down what is known
            first, said = self.checks.setdefault(measure.id, (record, record["check"]))
            if said != record["check"]:
                message = Said(f"与第 {first.row} 行同一措施的内容不一致", f"Not what row {first.row} says of it")
                self._fault(record, "check", "contradiction", message)

    def _measure(self, record: Record) -> ControlMeasure | None:
        """The measure that a row names: by its id, else by its words."""
        id, words = record["measure_id"], record["measure"]
        if id is not None:
            found = self.measures.get(id)
            if found is None:
                self._fault(record, "measure_id", "unknown_id", UNKNOWN)
            elif record.says("measure") and words not in (None, found.description.strip()):
                self._fault(record, "measure", "elsewhere", ELSEWHERE)
            return found
        if words is None:
            if "measure" not in record.bad:
                self._fault(record, "measure", "missing", MISSING)
            return None
        same = [measure for measure in self._by_words.get(words, []) if self._is_there(measure, record)]
        if len(same) != 1:
            code, message = ("ambiguous", AMBIGUOUS) if same else ("not_found", NO_MEASURE)
            self._fault(record, "measure", code, message)
            return None
        return same[0]

    def _is_there(self, measure: ControlMeasure, record: Record) -> bool:
        """Whether a measure lies where the row says, as far as it says."""
        risk = self.chain.risks[measure.risk_id]
        unit = self.chain.units[risk.unit_id] if risk.unit_id else None
        there = {"event": risk.event, "unit": unit.name if unit else ""}
        there["object"] = self.chain.objects[unit.object_id].name if unit else ""
        return all(record[key] in (None, value.strip()) for key, value in there.items())

    def _judge(self, each: Listed) -> None:
        """What changes about a plan."""
        record, plan = each.record, each.plan
        before = plan_row(plan, self.chain) if plan else {key: CHECKLISTS.column(key).blank for key in OF_PLAN}
        for key in ("cadence", "from_on") if plan else ():
            if record[key] is None:
                record.values.pop(key, None)  # every plan has one: a blank cell takes none away
        each.said = compared(record, {key: before[key] for key in OF_PLAN})
        changes = {name: value for name, value in each.said.items() if name != "responsible"}
        if "responsible" in each.said:
            changes["responsible_id"] = self._person(record)
        kept = plan.measure_ids if plan else ()
        ids = [id for id in kept if id not in each.items or not each.items[id]["removed"]]
        ids += [id for id, item in each.items.items() if id not in kept and not item["removed"]]
        if tuple(ids) != tuple(kept):
            changes["measure_ids"] = tuple(ids)
        each.changes = changes
        if plan is None and record["cadence"] is None and "cadence" not in record.bad:
            self._fault(record, "cadence", "missing", MISSING)
        if plan is None and record["retired"]:
            self._fault(record, "retired", "nothing_to_retire", NOTHING)
        self._check(record, before | record.values, len(ids))

    def _check(self, record: Record, whole: dict[str, Any], measures: int) -> None:
        begins = whole.get("from_on") or local_date(now())
        if whole.get("to_on") and whole["to_on"] < begins:
            self._fault(record, "to_on", "ends_before_it_begins", BACKWARDS)
        shifts = whole.get("shifts") or ()
        if shifts and whole.get("cadence") is not Cadence.DAILY:
            self._fault(record, "shifts", "only_daily", ONLY_DAILY)
        if len({each.name for each in shifts}) < len(shifts):
            self._fault(record, "shifts", "repeated", TWICE)
        if measures > PLAN_MEASURES_LIMIT:
            self._fault(record, "measure", "too_long", TOO_MANY)

    def _person(self, record: Record) -> UUID | None:
        if record["responsible"] is None:
            return None
        try:
            return self.chain.persons.find(record["responsible"])
        except Misread as error:
            self._fault(record, "responsible", error.code, error.message)
            return None

    def _do(self, each: Listed) -> None:
        session, by, said = self.job.session, self.job.caller, self.job.said
        if each.plan is None:
            fields = {name: value for name, value in each.changes.items() if name != "retired"}
            body = NewPlan.model_validate({"id": new_id(), "enterprise_id": self.works.id, **fields})
            add_plan(session, by, body, said)
            action = "created"
        elif each.changes:
            change = PlanChange.model_validate({"revision": each.plan.revision, **each.changes})
            change_plan(session, by, each.plan.id, change, said)
            action = "retired" if each.changes.get("retired") else "changed"
        else:
            action = "unchanged"
        before = {} if each.plan is None else plan_row(each.plan, self.chain)
        fields_told = told(CHECKLISTS, each.said, before) if action in {"changed", "retired"} else []
        self.job.tally.note(each.record, "plan", action, str(each.record["name"]), fields_told)

    def _change_checks(self) -> None:
        """What is looked at is said by the measure itself."""
        changed = []
        for id, (record, check) in self.checks.items():
            measure = self.measures[id]
            if check != (measure.check or "").strip():
                shown = told(CHECKLISTS, {"check": check}, {"check": measure.check})
                self.job.tally.note(record, "measure", "changed", measure.description[:200], shown)
                changed.append((measure, "changed", {"check": check}, self.job.said))
        events.change_all(self.job.session, changed, self.job.caller)

    def _fault(self, record: Record, key: str, code: str, message: Said) -> None:
        self.job.faults.add(record.place(key), code, message)
