"""The words of campaigns."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class CampaignKind(StrEnum):
    SPECIAL_ACTION = "special_action"
    SPECIAL_RECTIFICATION = "special_rectification"
    FIRE_AND_TOWN = "fire_and_town"
    FULL_COVERAGE = "full_coverage"
    SEASONAL = "seasonal"
    OTHER = "other"


class RoundState(StrEnum):
    """Where a round stands today; `cancelled` is one that had not begun when its campaign was closed."""

    COMING = "coming"
    RUNNING = "running"
    OVER = "over"
    CANCELLED = "cancelled"


class VisitState(StrEnum):
    """What became of the visit that one enterprise is owed in one round."""

    DUE = "due"
    DONE = "done"
    PARTIAL = "partial"
    LATE = "late"
    MISSED = "missed"
    EXEMPT = "exempt"


TITLES: Final[Mapping[type[StrEnum], Mapping[str, str]]] = {
    CampaignKind: {
        "special_action": "专项行动",
        "special_rectification": "专项整治",
        "fire_and_town": "消地协作",
        "full_coverage": "全覆盖检查",
        "seasonal": "季节性专项",
        "other": "其他",
    },
    RoundState: {"coming": "未开始", "running": "进行中", "over": "已结束", "cancelled": "已取消"},
    VisitState: {
        "due": "待检查",
        "done": "已检查",
        "partial": "部分检查",
        "late": "逾期检查",
        "missed": "未检查",
        "exempt": "免于检查",
    },
}
