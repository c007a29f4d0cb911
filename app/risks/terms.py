"""Words of the risk list beside levels and methods, with their Chinese titles."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class ObjectKind(StrEnum):
    """What sort of thing an object of analysis is."""

    PLACE = "place"
    EQUIPMENT = "equipment"
    PROCESS = "process"
    STORAGE = "storage"
    ACTIVITY = "activity"


class Answerable(StrEnum):
    """The three persons who answer for a major hazard installation (包保责任人, 应急厅〔2021〕12号, unverified)."""

    PRINCIPAL = "principal"
    TECHNICAL = "technical"
    OPERATIONAL = "operational"


class HolderRole(StrEnum):
    """Which role in the enterprise keeps a measure up."""

    WORKER = "worker"
    TEAM_LEADER = "team_leader"
    DEPARTMENT_HEAD = "department_head"
    SAFETY_OFFICER = "safety_officer"
    MANAGER = "manager"


class CycleUnit(StrEnum):
    """Units of a measure's check cycle, as the exchange tables have them."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Decision(StrEnum):
    """What became of a candidate."""

    ADOPT = "adopt"
    MERGE = "merge"
    REJECT = "reject"
    IS_HAZARD = "is_hazard"


class ReviewCause(StrEnum):
    """Why a risk is to be assessed again."""

    YEARLY = "yearly"
    CHANGE = "change"
    ACCIDENT = "accident"
    HAZARD = "hazard"


TITLES: Final[Mapping[type[StrEnum], Mapping[str, str]]] = {
    ObjectKind: {
        "place": "场所部位",
        "equipment": "设备设施",
        "process": "工艺装置",
        "storage": "储存设施",
        "activity": "作业活动",
    },
    Answerable: {"principal": "主要负责人", "technical": "技术负责人", "operational": "操作负责人"},
    HolderRole: {
        "worker": "岗位员工",
        "team_leader": "班组长",
        "department_head": "部门负责人",
        "safety_officer": "安全员",
        "manager": "厂长经理",
    },
    CycleUnit: {"hour": "小时", "day": "天", "month": "月", "year": "年"},
    Decision: {"adopt": "纳入", "merge": "并入已有风险", "reject": "不纳入", "is_hazard": "属于隐患"},
    ReviewCause: {"yearly": "年度评审", "change": "发生变更", "accident": "发生事故", "hazard": "出现重大隐患"},
}
