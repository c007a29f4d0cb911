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
    RECORDED_BY_ANOTHER = "recorded_by_another"
    PLACE_UNPROVEN = "place_unproven"


class Side(StrEnum):
    """Who owes it: the enterprise, or the government that answers for it."""

    ENTERPRISE = "enterprise"
    GOVERNMENT = "government"


class Asks(StrEnum):
    """What a duty asks for: a planned inspection; or of a responsible person a check on site, to be there, to follow
    the enterprise up, or to coordinate."""

    INSPECTION = "inspection"
    SITE_CHECK = "site_check"
    PRESENCE = "presence"
    FOLLOW_UP = "follow_up"
    COORDINATION = "coordination"


class Seat(StrEnum):
    """Who answers: the three responsible persons (三个责任人), and the three of a major hazard installation (包保)."""

    ADMINISTRATIVE = "administrative"
    REGULATORY = "regulatory"
    ENTERPRISE = "enterprise"
    PRINCIPAL = "principal"
    TECHNICAL = "technical"
    OPERATIONAL = "operational"

    @property
    def side(self) -> Side:
        return Side.GOVERNMENT if self in {Seat.ADMINISTRATIVE, Seat.REGULATORY} else Side.ENTERPRISE


class By(StrEnum):
    """How a summary is grouped."""

    ENTERPRISE = "enterprise"
    AREA = "area"
    CADENCE = "cadence"
    SIDE = "side"


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
        "recorded_by_another": "由他人记录其到场",
        "place_unproven": "到场位置未证实",
    },
    Side: {"enterprise": "企业", "government": "政府"},
    Asks: {
        "inspection": "排查",
        "site_check": "到场检查",
        "presence": "到现场",
        "follow_up": "了解掌握",
        "coordination": "协调调度",
    },
    Seat: {
        "administrative": "行政领导责任人",
        "regulatory": "行业监管部门责任人",
        "enterprise": "企业责任人",
        "principal": "包保主要负责人",
        "technical": "包保技术负责人",
        "operational": "包保操作负责人",
    },
    By: {"enterprise": "按企业", "area": "按区划", "cadence": "按周期", "side": "按企业与政府"},
}
