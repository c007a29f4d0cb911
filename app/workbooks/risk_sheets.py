"""The book of a risk list (风险清单): one row for each control measure, as enterprises keep it.

The list alone suffices: objects and units are made by being named in it. What else there is to say of them stands in
sheets of their own.
"""

from typing import Any, Final

from app.foundation.geo import DATUM_TITLES, Datum
from app.foundation.wire import Short, Text, Word
from app.risks.levels import TITLES as LEVEL_TITLES
from app.risks.levels import MeasureKind, RiskLevel
from app.risks.methods import TITLES as METHOD_TITLES
from app.risks.methods import AssessmentKind, Override, RatingMethod
from app.risks.object_schemas import DUTIES_LIMIT, Code
from app.risks.schemas import Classification
from app.risks.terms import TITLES, Answerable, CycleUnit, HolderRole, ObjectKind
from app.workbooks.books import Book, Column, Sheet
from app.workbooks.kinds import Days, Ids, Lines, Number, Words, Written, YesNo, words

SHORT: Final = Written(Short)
PERSON: Final = Written(Short, "姓名；重名的写 姓名（用户名）或 姓名（电话）")
PHONE: Final = Written(Word, "电话号码")
LEVEL: Final = words(
    RiskLevel, LEVEL_TITLES[RiskLevel], 重大="major", 红="major", 红色="major", 较大="considerable", 橙="considerable",
    橙色="considerable", 一般="general", 黄="general", 黄色="general", 低="low", 蓝="low", 蓝色="low", 较低="low",
)  # fmt: skip
METHOD: Final = Words(
    {RatingMethod.LEC: "LEC", RatingMethod.LS: "LS"},
    {METHOD_TITLES[RatingMethod][method]: method.value for method in RatingMethod}
    | {"L×S": "ls", "L*S": "ls", "LxS": "ls", "风险矩阵": "ls", "作业条件危险性分析": "lec"},
)
KIND: Final = words(
    MeasureKind, LEVEL_TITLES[MeasureKind], 工程="engineering", 工程技术措施="engineering", 管理="management",
    培训="training", 培训教育措施="training", 个体防护措施="protective", 防护="protective", 应急="emergency",
    应急处置措施="emergency",
)  # fmt: skip
DATUM: Final = words(Datum, DATUM_TITLES, **{datum.upper(): datum.value for datum in Datum}, 微信="gcj02")
FACTORS: Final = {"l": "可能性", "e": "频繁程度（LEC）", "c": "后果（LEC）", "s": "严重性（LS）"}
PREFIXES: Final = {AssessmentKind.INHERENT: "固有", AssessmentKind.RESIDUAL: "剩余"}


def _rating(kind: AssessmentKind) -> tuple[Column, ...]:
    """The columns of one kind of assessment; a list that has only one kind means the inherent."""
    before, first = PREFIXES[kind], kind is AssessmentKind.INHERENT

    def also(*names: str) -> tuple[str, ...]:
        return names if first else ()

    factors = (
        Column(
            f"{kind}_{name}", f"{before}-{name.upper()}", Number(), said, also(name.upper()), width=7,
            example={"l": 3, "e": 6, "c": 15}.get(name),
        )
        for name, said in FACTORS.items()
    )  # fmt: skip
    return (
        Column(f"{kind}_method", f"{before}-评估方法", METHOD, "空白的按所填因子判断。", also("评估方法", "评价方法"),
               width=10, example=RatingMethod.LEC),
        *factors,
        Column(f"{kind}_score", f"{before}-分值", Number(), "由因子相乘得出；填写的须与之相符。",
               also("D", "R", "风险值", "D值", "R值"), width=8, example=270),
        Column(f"{kind}_override", f"{before}-直接判定", words(Override, METHOD_TITLES[Override]),
               "不论分值直接判为重大风险的理由。", width=16),
        Column(f"{kind}_reason", f"{before}-评估说明", Written(Text), "空白的记为“由风险清单导入”。", width=18),
        Column(f"{kind}_endorsed", f"{before}-总工程师认可", YesNo(), width=8),
    )  # fmt: skip


def _part(name: str) -> Any:
    return Classification.model_fields[name].rebuild_annotation()


RISKS: Final = Sheet(
    "risks", "风险清单", main=True, also=("安全风险清单", "风险分级管控清单", "风险辨识清单", "安全风险分级管控清单"),
    columns=(
        Column("object", "分析对象", SHORT, "风险点。尚没有的会新建。", ("风险点", "风险点名称", "风险分析对象"), True,
               20, "打磨车间"),
        Column("unit", "分析单元", SHORT, "尚没有的会新建。", ("风险分析单元", "评价单元", "作业单元"), True, 18,
               "除尘系统"),
        Column("event", "风险事件", Written(Text), "同一事件有几条措施的，写几行；也可合并单元格。",
               ("风险事件名称", "安全风险事件", "风险描述", "可能发生的事故"), True, 26, "粉尘爆炸"),
        Column("place", "部位", SHORT, also=("所在部位", "位置"), example="打磨车间东侧"),
        Column("level", "风险等级", LEVEL, "有评估因子的由评估得出，可不填。",
               ("风险级别", "等级", "风险分级", "风险颜色"), width=12, example=RiskLevel.CONSIDERABLE),
        *_rating(AssessmentKind.INHERENT),
        *_rating(AssessmentKind.RESIDUAL),
        Column("post", "岗位", SHORT, also=("责任岗位",), example="打磨工"),
        Column("owner", "责任人", PERSON, "本企业的用户。", ("管控责任人", "风险责任人"), example="张伟"),
        Column("next_review_on", "下次评审日期", Days(), "评估过的由系统推算，不从表中修改。", width=13),
        Column("retired", "事件停用", YesNo(), "填“是”停用这一事件。", ("停用",), width=8),
        Column("kind", "措施类别", KIND, "有管控措施的必填。", ("管控措施类别", "管控措施分类", "措施分类"), width=12,
               example=MeasureKind.ENGINEERING),
        Column("description", "管控措施", Written(Text), "", ("措施", "措施内容", "管控措施描述"), width=34,
               example="除尘管道设置泄爆片"),
        Column("check", "检查内容", Written(Text), "排查时看什么。", ("隐患排查内容", "排查内容", "检查标准"), width=26,
               example="泄爆片完好，无积尘"),
        Column("every", "检查周期", Number(int, 1, 99), "与周期单位同时填写。", ("排查周期", "巡检周期"), width=8,
               example=1),
        Column("cycle", "周期单位", words(CycleUnit, TITLES[CycleUnit], 日="day", 时="hour"), "", ("巡检周期单位",),
               width=8, example=CycleUnit.DAY),
        Column("holder", "措施责任岗位", SHORT, also=("措施责任人", "排查责任人"), example="打磨班组长"),
        Column("holder_role", "措施责任角色", words(HolderRole, TITLES[HolderRole]), example=HolderRole.TEAM_LEADER),
        Column("always", "停产仍查", YesNo(), "停产期间仍须检查的填“是”。", width=8),
        Column("way", "上报-管控方式", Written(_part("way"), "代码"), "接收平台规定的代码。", width=10),
        Column("first", "上报-措施分类1", Written(_part("first"), "代码"), width=10),
        Column("second", "上报-措施分类2", Written(_part("second"), "代码"), width=10),
        Column("third", "上报-措施分类3", SHORT, width=12),
        Column("measure_retired", "措施停用", YesNo(), "填“是”停用这一措施。", width=8),
        Column("risk_id", "事件编号", Ids(), "导出时填写，请勿修改。", width=38, ours=True),
        Column("measure_id", "措施编号", Ids(), "导出时填写，请勿修改。", width=38, ours=True),
    ),
)  # fmt: skip

OBJECTS: Final = Sheet(
    "objects", "分析对象", also=("风险点", "风险分析对象"),
    columns=(
        Column("name", "分析对象", SHORT, "", ("名称", "风险点"), True, 20, "液氨储罐区"),
        Column("kind", "类型", words(ObjectKind, TITLES[ObjectKind]), width=12, example=ObjectKind.STORAGE),
        Column("code", "上报编码", Written(Code), "其他平台使用的编码。", width=16),
        Column("place", "位置", SHORT, width=18, example="厂区东侧"),
        Column("lon", "经度", Number(float, -180, 180), width=12),
        Column("lat", "纬度", Number(float, -90, 90), width=12),
        Column("datum", "坐标系", DATUM, "有经纬度时必填。", width=16),
        Column("accuracy_m", "定位精度", Number(float, 0, 100_000), "单位米。"),
        Column("department", "责任部门", SHORT, "", ("部门",), example="生产部"),
        Column("responsible", "责任人", PERSON, "本企业的用户。", example="张伟"),
        Column("grade", "重大危险源等级", Number(int, 1, 4), "1（最高）至 4；空白为不构成。", width=10, example=3),
        *(column for kind, title in TITLES[Answerable].items() for column in (
            Column(f"{kind}", f"包保{title}", Written(Word), "重大危险源才填。", (title,)),
            Column(f"{kind}_phone", f"包保{title}电话", PHONE, width=16),
            Column(f"{kind}_duties", f"包保{title}职责", Lines(Short, DUTIES_LIMIT), "空白为默认职责。", width=24),
        )),
        Column("retired", "停用", YesNo(), width=8),
        Column("id", "编号", Ids(), "导出时填写，请勿修改。", width=38, ours=True),
    ),
)  # fmt: skip

UNITS: Final = Sheet(
    "units", "分析单元", also=("风险分析单元",),
    columns=(
        Column("object", "分析对象", SHORT, "", ("风险点", "风险分析对象"), True, 20, "打磨车间"),
        Column("name", "分析单元", SHORT, "", ("名称", "单元名称"), True, 20, "除尘系统"),
        Column("department", "责任部门", SHORT, "", ("部门",), example="生产部"),
        Column("responsible", "责任人", PERSON, "本企业的用户。", example="张伟"),
        Column("retired", "停用", YesNo(), width=8),
        Column("id", "编号", Ids(), "导出时填写，请勿修改。", width=38, ours=True),
    ),
)  # fmt: skip

BOOK: Final = Book(
    "risks", "风险清单", (RISKS, OBJECTS, UNITS),
    (
        "5. “风险清单”一行一条管控措施；同一事件的各行，事件的内容须一致，或只在第一行填写。",
        "6. 填写 L、E、C 或 L、S 的，按本系统现行阈值评估并留存历史；只填等级的，记为自行填报。",
        "7. “分析对象”“分析单元”两表可以不填：只在需要补充说明时使用，在那里改名须保留编号。",
    ),
)  # fmt: skip
