"""The book of hazards that were known before: ledgers and problem lists (隐患台账, 设计诊断, 老旧装置评估)."""

from datetime import date
from typing import Final

from app.foundation.wire import Short, Text, Word
from app.hazards.ledgers import SOURCE_TITLES, STATE_TITLES, KnownState, SourceKind
from app.hazards.terms import ORIGIN_TITLES, Origin
from app.sorting.terms import TITLES, Discipline, Factor, Level
from app.workbooks.books import Book, Column, Sheet
from app.workbooks.kinds import Days, Written, words


def _called(names: str) -> tuple[str, ...]:
    """What else people say."""
    return tuple(names.split())


SOURCE: Final = words(
    SourceKind, SOURCE_TITLES, 台账="ledger", 安全隐患台账="ledger", 设计诊断问题清单="design_diagnosis",
    老旧装置="ageing_plant", 老旧装置安全风险评估="ageing_plant", 其他="other", 问题清单="other",
)  # fmt: skip
FOUND_BY: Final = words(
    Origin, ORIGIN_TITLES, 企业="enterprise", 自查="enterprise", 自查自纠="enterprise", 企业自查自纠="enterprise",
    政府="government", 监管检查="government", 执法检查="government", 上级检查="government",
    专家="expert", 专家诊断="expert", 第三方="expert", 第三方检查="expert", 举报投诉="complaint", 投诉="complaint",
)  # fmt: skip
LEVEL: Final = words(
    Level, TITLES[Level], 一般="general", 一般事故隐患="general", 重大="major", 重大事故隐患="major",
)  # fmt: skip
STATE: Final = words(
    KnownState, STATE_TITLES, 否="open", 是="closed",
    **dict.fromkeys(_called("整改中 正在整改 待整改 未完成 未开始 未闭环 未销号 未关闭 未整改完成"), "open"),
    **dict.fromkeys(_called("逾期 超期 已逾期 逾期未整改 超期未整改 逾期整改中"), "open"),
    **dict.fromkeys(_called("整改完成 已整改完成 整改完毕 已完成 已完成整改 已整改待验收 已整改待复查"), "rectified"),
    **dict.fromkeys(_called("待复查 待验收 待销号"), "rectified"),
    **dict.fromkeys(_called("已闭环 闭环 已关闭 已验收 验收合格 已整改已验收 复查合格 销号 已销案"), "closed"),
)  # fmt: skip
FACTOR: Final = words(
    Factor, TITLES[Factor], 人="human", 人的不安全行为="human", 人的不安全因素="human", 物="object",
    物的不安全状态="object", 物的不安全因素="object", 环境="environment", 环境的不安全因素="environment",
    环境不良="environment", 不良环境="environment", 管理="management", 管理缺陷="management", 管理上的缺陷="management",
)  # fmt: skip
DISCIPLINE: Final = words(
    Discipline, TITLES[Discipline], **{f"{title}专业": str(word) for word, title in TITLES[Discipline].items()},
)  # fmt: skip
SHORT, WORD, TEXT, DAY = Written(Short), Written(Word), Written(Text), Days()


COLUMNS: Final = (
    Column("number", "隐患编号", SHORT, "台账中原有的编号，再次导入时据此对应；没有的，按描述、地点和发现日期。",
           _called("编号 台账编号 问题编号 原编号"), example="23-017"),
    Column("source", "清单类型", SOURCE, "空白为隐患台账。", _called("来源类型 清单类别"), example=SourceKind.LEDGER),
    Column("list_title", "清单名称", SHORT, "同一清单每次导入须用同一名称。", _called("来源名称 报告名称 台账名称"),
           width=22, example="2023年度隐患台账"),
    Column("issued_by", "出具单位", SHORT, "如设计院、评估机构、检查机关。",
           _called("诊断单位 评估单位 检查单位 编制单位")),
    Column("issued_on", "出具日期", DAY, also=_called("报告日期 诊断日期 评估日期 编制日期")),
    Column("description", "隐患描述", TEXT, required=True, width=40, example="抛光车间配电箱无门，接线裸露",
           also=_called("隐患内容 问题描述 存在问题 存在的问题 隐患情况 问题隐患 事故隐患 隐患 主要问题 问题 隐患名称 "
                        "具体问题 隐患内容描述")),
    Column("place", "地点", SHORT, width=18, example="抛光车间",
           also=_called("隐患部位 部位 场所 位置 所在位置 隐患地点 装置 装置名称 检查部位 所在部位 区域 存在部位")),
    Column("level", "隐患级别", LEVEL, "法定级别只有一般和重大，“较大”等须由人判定后填写。引用判定标准的按重大隐患。",
           _called("级别 隐患等级 等级 隐患分级"), required=True, example=Level.GENERAL),
    Column("criterion", "判定标准", Written(Word, "判定标准的编号，如 GM-11-03"), "重大事故隐患所依据的判定标准。",
           _called("判定标准编号 判定依据编号")),
    Column("factor", "隐患因素", FACTOR, also=_called("因素 危险有害因素"), example=Factor.OBJECT),
    Column("discipline", "专业", DISCIPLINE, also=_called("专业类别 所属专业"), example=Discipline.ELECTRICAL),
    Column("found_by", "检查来源", FOUND_BY,
           "谁发现的：企业自查的由企业核实、复查，其他的由监管部门核实、复查。空白的，设计诊断和老旧装置评估为专家检查，"
           "监管人员导入的为政府检查，其余为企业自查。", _called("隐患来源 来源 检查类别"), example=Origin.ENTERPRISE),
    Column("found_on", "发现日期", DAY, "原来的日期，照填。", required=True, example=date(2023, 5, 6),
           also=_called("检查日期 排查日期 检查时间 发现时间 排查时间 上报日期 日期 登记日期 隐患发现时间")),
    Column("reporter", "发现人", WORD, "本企业账号或姓名。", _called("检查人 检查人员 排查人 上报人 排查人员")),
    Column("responsible", "整改责任人", WORD, "本企业账号或姓名；对不上账号的按文字保留，由核实人指定。",
           _called("责任人 整改人 整改负责人 责任人姓名"), example="王班长"),
    Column("phone", "责任人电话", WORD, "没有账号的责任人的电话。", _called("联系电话 电话 整改责任人电话")),
    Column("due_on", "整改期限", DAY, "是否逾期按原期限判定。", example=date(2023, 5, 20),
           also=_called("整改时限 完成时限 计划完成时间 计划完成日期 限期 整改截止日期 要求完成时间 期限 完成期限 "
                        "整改截止时间")),
    Column("requirement", "整改要求", TEXT, width=30, example="更换带门配电箱",
           also=_called("整改建议 建议措施 整改方案 对策措施 建议")),
    Column("state", "整改状态", STATE,
           "写“已销号”的列为已销号，并标明为历史导入；写“已整改”的还须在系统中上传照片、经复查后销号。空白的按日期判断。",
           _called("状态 隐患状态 整改情况 整改进展 销号情况 闭环情况 当前状态 是否闭环 是否销号 整改结果 完成情况"),
           example=KnownState.OPEN),
    Column("measures_taken", "整改措施", TEXT, "已采取的措施。", _called("已采取措施 整改内容 采取的措施 治理措施"),
           width=30),
    Column("rectified_on", "整改完成日期", DAY,
           also=_called("整改日期 完成日期 完成时间 整改时间 整改完成时间 实际完成时间 实际完成日期")),
    Column("reviewer", "复查人", WORD, also=_called("验收人 销号人 复查人员 验收人员")),
    Column("closed_on", "销号日期", DAY,
           also=_called("复查日期 验收日期 闭环日期 关闭日期 验收时间 复查时间 销号时间")),
    Column("measure", "管控措施", TEXT, "风险清单中失效的那条措施：写措施原文或其编号。",
           _called("失效措施 对应管控措施"), width=24),
    Column("note", "备注", TEXT),
    Column("system_number", "系统编号", WORD, "由系统导出时填写；新增的行留空。", ours=True),
)  # fmt: skip
SHEET: Final = Sheet(
    "hazards", "隐患台账", COLUMNS, main=True, also=("问题清单", "隐患清单", "设计诊断问题清单", "台账")
)
BOOK: Final = Book(
    "ledger", "隐患台账和问题清单", (SHEET,),
    (
        "5. 导入的是以前发现的隐患：保留原来的日期和编号，并标明“历史导入”。新发现的隐患请在系统中上报。",
        "6. 未销号的隐患继续走整改闭环：责任人、期限、整改要求齐全的一般隐患，由有权核实的人导入即为核实下达；"
        "其余待核实，重大隐患一律逐条核实。",
        "7. 已在系统中办理过的隐患不会被台账改写，导入结果中会列出与台账不同之处。",
    ),
)  # fmt: skip
