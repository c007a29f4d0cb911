"""The words of workbooks: the books there are, and what may be wrong with a cell."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class BookName(StrEnum):
    """The books that there are."""

    RISKS = "risks"
    CHECKLISTS = "checklists"
    ENTERPRISES = "enterprises"
    LEDGER = "ledger"


TITLES: Final[Mapping[type[StrEnum], Mapping[str, str]]] = {
    BookName: {"risks": "风险清单", "checklists": "检查表", "enterprises": "企业清单", "ledger": "隐患台账"},
}

# Codes of bad cells, beside those that any field of the API may have.
CELLS: Final[Mapping[str, str]] = {
    "ambiguous": "有几个同名的，请写得更明确，或保留导出的编号",
    "before_rectified": "销号日期早于整改完成日期",
    "contradiction": "与同一记录的另一行不一致",
    "elsewhere": "与编号所指的记录不符，请在别的表中修改",
    "formula_error": "公式出错，如 #N/A",
    "formula_without_value": "公式没有计算结果：请在表格软件中打开并保存，或粘贴为数值",
    "in_the_future": "日期晚于今天",
    "level_mismatch": "风险等级与评估结果不符",
    "merged_across": "数据行跨列合并了单元格",
    "missing_column": "缺少必填的列（`column` 为 null，`header` 为列名）",
    "missing_sheet": "没有找到工作表",
    "no_rows": "没有数据行",
    "not_a_date": "不是日期",
    "not_a_number": "不是数字，或不是整数",
    "not_an_id": "不是系统的编号",
    "not_found": "没有所写的人、区划、企业或措施",
    "not_own": "他人发现的隐患不能改为企业自查",
    "not_rectified": "写明了整改完成日期，状态却是未整改",
    "not_shifts": "不是班次",
    "nothing_to_retire": "没有可停用的记录",
    "other_object": "单元不能移到别的对象下",
    "other_risk": "措施属于别的事件",
    "out_of_range": "超出范围",
    "repeated": "与另一行是同一条记录",
    "repeated_column": "同一列出现了两次",
    "retired": "所属的对象或单元已停用",
    "score_mismatch": "分值与因子不符",
    "still_open": "写明了销号日期，状态却未销号",
    "too_early": "日期早于1990年",
    "too_late": "日期晚于2099年",
    "unknown_id": "没有这个编号的记录",
    "unknown_word": "不在可选范围内",
}
