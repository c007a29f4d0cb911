"""The book of checklists (检查表): what an enterprise's inspection plans look at, one row for each measure."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar, Final
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.duties.models import InspectionPlan
from app.duties.schemas import SHIFTS_LIMIT, ShiftFields, Shifts
from app.duties.terms import TITLES as DUTY_TITLES
from app.duties.terms import Days as PlanDays
from app.foundation.problems import Said
from app.foundation.wire import Text
from app.inspections.terms import TITLES, Cadence, Kind, Tier
from app.risks.models import ControlMeasure
from app.workbooks.books import Book, Column, Sheet
from app.workbooks.grid import Cell
from app.workbooks.kinds import BETWEEN, Days, Ids, Misread, Shown, Words, Written, YesNo, words
from app.workbooks.kinds import Kind as CellKind
from app.workbooks.risk_chain import Chain
from app.workbooks.risk_sheets import PERSON, SHORT

HOUR: Final = r"(\d{1,2}[:：]\d{2})"
SHIFT: Final = re.compile(rf"([\w-]+)\s*[(（]?\s*{HOUR}\s*[-~—–至]+\s*{HOUR}\s*[)）]?")
AS_SHIFTS: Final = Said("应如：白班 08:00-20:00、夜班 20:00-08:00", "As in: day 08:00-20:00, night 20:00-08:00")


@dataclass(frozen=True)
class ShiftCells(CellKind):
    """The shifts of a daily plan in one cell."""

    empty: ClassVar[Any] = ()
    _adapter: ClassVar[TypeAdapter[tuple[ShiftFields, ...]]] = TypeAdapter(Shifts)

    def read(self, text: str, cell: Cell, *, since_1904: bool) -> tuple[ShiftFields, ...]:
        found = [SHIFT.fullmatch(part.strip()) for part in BETWEEN.split(text) if part.strip()]
        told = [
            {"name": match[1], "starts": _hour(match[2]), "ends": _hour(match[3])} for match in found if match
        ]  # fmt: skip
        try:
            if len(told) < len(found):
                raise Misread("not_shifts", AS_SHIFTS)
            return self._adapter.validate_python(told)
        except ValidationError:
            raise Misread("not_shifts", AS_SHIFTS) from None

    def show(self, value: Any) -> Shown:
        return "、".join(f"{each.name} {each.starts}-{each.ends}" for each in value) or None

    @property
    def meaning(self) -> str:
        return f"{AS_SHIFTS.zh}，最多 {SHIFTS_LIMIT} 班"


def _hour(text: str) -> str:
    return text.replace("：", ":").zfill(5)


CADENCE: Final = Words(
    {word: TITLES[Cadence][word] for word in Cadence if word is not Cadence.SPOT},
    {"日": "daily", "每天": "daily", "每日": "daily", "周": "weekly", "每周": "weekly", "月": "monthly",
     "每月": "monthly", "季": "quarterly", "每季度": "quarterly", "年": "yearly", "每年": "yearly", "一次": "one_off"},
)  # fmt: skip
KIND: Final = words(Kind, TITLES[Kind], 日常排查="routine", 综合排查="comprehensive", 专项排查="special")
TIER: Final = words(Tier, TITLES[Tier], 班组级="team", 部门级="department", 车间="department", 公司="manager")

CHECKLISTS: Final = Sheet(
    "checklists", "检查表", main=True, also=("排查清单", "排查计划", "检查清单", "隐患排查清单"),
    columns=(
        Column("name", "检查表名称", SHORT, "即排查计划的名称；同一检查表有几项的写几行。",
               ("排查计划", "计划名称", "检查表"), True, 20, "班组日排查"),
        Column("cadence", "周期", CADENCE, "新的检查表必填。", ("排查周期", "检查频次", "频次"), width=10,
               example=Cadence.DAILY),
        Column("kind", "排查类型", KIND, "空白为日常。", ("检查类型",), width=10, default=Kind.ROUTINE),
        Column("tier", "层级", TIER, "谁来查：没有写责任人的，由这一层级的人负责。", ("责任层级",), width=10,
               example=Tier.TEAM),
        Column("responsible", "责任人", PERSON, "本企业的用户。", ("检查人", "排查人")),
        Column("days", "日期", words(PlanDays, DUTY_TITLES[PlanDays]), "空白为每天。", width=10,
               default=PlanDays.EVERY),
        Column("shifts", "班次", ShiftCells(), "只有日排查分班次。", width=24),
        Column("from_on", "起始日期", Days(), "新的检查表空白为今天。", ("开始日期",), width=13),
        Column("to_on", "截止日期", Days(), "空白为长期。", ("结束日期",), width=13),
        Column("retired", "停用", YesNo(), "填“是”停用整个检查表。", width=8),
        Column("object", "分析对象", SHORT, "有相同措施时用以区分。", ("风险点",), width=18, example="打磨车间"),
        Column("unit", "分析单元", SHORT, width=16, example="除尘系统"),
        Column("event", "风险事件", Written(Text), width=20, example="粉尘爆炸"),
        Column("measure", "检查项目", Written(Text), "风险清单中的管控措施，须先列入风险清单；措辞也在那里修改。",
               ("管控措施", "检查项", "项目"), width=34, example="除尘管道设置泄爆片"),
        Column("check", "检查内容", Written(Text), "排查时看什么；在此修改即修改这条措施的检查内容。",
               ("检查标准", "排查内容", "检查要求"), width=30, example="泄爆片完好，无积尘"),
        Column("removed", "移出检查表", YesNo(), "填“是”不再检查这一项。", width=10),
        Column("plan_id", "检查表编号", Ids(), "导出时填写，请勿修改。", width=38, ours=True),
        Column("measure_id", "措施编号", Ids(), "导出时填写，请勿修改。", width=38, ours=True),
    ),
)  # fmt: skip
BOOK: Final = Book(
    "checklists", "检查表", (CHECKLISTS,),
    (
        "5. 检查表就是排查计划所查的管控措施：什么时候谁来查由计划定，查什么由风险清单定。",
        "6. 文件中没有的检查项目仍留在检查表里；不再检查的填“移出检查表”。代查人不在此表中维护。",
    ),
)  # fmt: skip
OF_PLAN: Final = (
    "name", "cadence", "kind", "tier", "responsible", "days", "shifts", "from_on", "to_on", "retired",
)  # fmt: skip


def plan_row(plan: InspectionPlan, chain: Chain) -> dict[str, Any]:
    """A plan's part of its rows."""
    row = {name: getattr(plan, name) for name in OF_PLAN if name not in {"responsible", "shifts"}}
    row |= {"responsible": chain.persons.label(plan.responsible_id), "plan_id": plan.id}
    return row | {"shifts": tuple(ShiftFields.model_validate(each) for each in plan.shifts)}


def gather(session: Session, enterprise_id: UUID) -> list[dict[str, Any]]:
    """The rows of the book: the plans in use, by name, with what they look at in their order."""
    chain = Chain.of(session, enterprise_id)
    measures = {each.id: each for same in chain.measures.values() for each in same}
    in_use = (InspectionPlan.enterprise_id == enterprise_id, InspectionPlan.retired.is_(False))
    rows: list[dict[str, Any]] = []
    for plan in session.scalars(select(InspectionPlan).where(*in_use).order_by(InspectionPlan.name, InspectionPlan.id)):
        own = plan_row(plan, chain)
        there = [measures[id] for id in plan.measure_ids if id in measures]
        rows += [own | _item(measure, chain) for measure in there] or [own]
    return rows


def _item(measure: ControlMeasure, chain: Chain) -> dict[str, Any]:
    row = {"measure": measure.description, "check": measure.check, "measure_id": measure.id}
    risk = chain.risks.get(measure.risk_id)
    if risk is None or risk.unit_id is None:
        return row
    unit = chain.units[risk.unit_id]
    return row | {"event": risk.event, "unit": unit.name, "object": chain.objects[unit.object_id].name}
