"""The words of plans and duties."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Days(StrEnum):
    """The days on which a plan owes: all, work days by the State Council's table, or the enterprise's own."""

    EVERY = "every"
    WORK = "work"
    PRODUCTION = "production"


class DutyState(StrEnum):
    """What became of a duty."""

    DUE = "due"
    DONE = "done"
    PARTIAL = "partial"
    LATE = "late"
    MISSED = "missed"
    EXEMPT = "exempt"


class DutyFlag(StrEnum):
    """What is to be known beside the state."""

    BY_DEPUTY = "by_deputy"
    UNASSIGNED = "unassigned"
    UPLOADED_LATE = "uploaded_late"
    CLOCK_DOUBT = "clock_doubt"
    DURING_STOP = "during_stop"
    TOLD_LATE = "told_late"


class By(StrEnum):
    """How a summary is grouped."""

    ENTERPRISE = "enterprise"
    AREA = "area"
    CADENCE = "cadence"


TITLES: Final[Mapping[type[StrEnum], Mapping[str, str]]] = {
    Days: {"every": "每天", "work": "工作日", "production": "生产日"},
    DutyState: {
        "due": "待完成",
        "done": "已完成",
        "partial": "部分完成",
        "late": "逾期完成",
        "missed": "未完成",
        "exempt": "免除",
    },
    DutyFlag: {
        "by_deputy": "由他人代查",
        "unassigned": "无人负责",
        "uploaded_late": "按时排查，事后上传",
        "clock_doubt": "手机时钟存疑",
        "during_stop": "停产期间有排查",
        "told_late": "复工后才报告停产结束",
    },
    By: {"enterprise": "按企业", "area": "按区划", "cadence": "按周期"},
}
