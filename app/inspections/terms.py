"""The words of inspections."""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

from app.foundation.wire import EARLIEST, LATEST


class Cadence(StrEnum):
    """How often a duty of this sort is owed. 日周月 are statutory (重庆市安全生产条例 art. 25)."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"
    ONE_OFF = "one_off"
    SPOT = "spot"


class Tier(StrEnum):
    """Whose inspection it is in the enterprise; none for government and experts."""

    TEAM = "team"
    DEPARTMENT = "department"
    MANAGER = "manager"


class Kind(StrEnum):
    ROUTINE = "routine"
    COMPREHENSIVE = "comprehensive"
    SPECIAL = "special"
    SEASONAL = "seasonal"
    HOLIDAY = "holiday"
    ACCIDENT_LOOKALIKE = "accident_lookalike"
    RESUMPTION = "resumption"
    EXPERT = "expert"
    GOVERNMENT = "government"
    CAMPAIGN = "campaign"
    COMPLAINT = "complaint"


class Status(StrEnum):
    """What was seen at one control measure."""

    NORMAL = "normal"
    ABNORMAL = "abnormal"
    UNCHECKED = "unchecked"
    NOT_APPLICABLE = "not_applicable"


TITLES: Final[Mapping[type[StrEnum], Mapping[str, str]]] = {
    Cadence: {
        "daily": "日排查",
        "weekly": "周排查",
        "monthly": "月排查",
        "quarterly": "季度排查",
        "yearly": "年度排查",
        "one_off": "一次性排查",
        "spot": "抽查",
    },
    Tier: {"team": "班组", "department": "部门", "manager": "厂长经理"},
    Kind: {
        "routine": "日常",
        "comprehensive": "综合",
        "special": "专项",
        "seasonal": "季节性",
        "holiday": "节假日",
        "accident_lookalike": "事故类比",
        "resumption": "复工复产",
        "expert": "专家诊断",
        "government": "政府检查",
        "campaign": "专项行动",
        "complaint": "举报核查",
    },
    Status: {"normal": "正常", "abnormal": "异常", "unchecked": "未查", "not_applicable": "不适用"},
}

PLAN: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
DUTY: Final = re.compile(
    rf"{PLAN}:(?P<period>\d{{4}}-\d{{2}}-\d{{2}}|\d{{4}}-W\d{{2}}|\d{{4}}-\d{{2}}|\d{{4}}-Q[1-4]|\d{{4}})(:[\w-]{{1,32}})?"
)


ROUND: Final = re.compile(rf"{PLAN}:R[1-9]\d{{0,2}}")  # a campaign's round, which is no period of the calendar


def of_round(id: str) -> bool:
    """Whether a duty is the visit of a campaign's round: `<campaign id>:R<number>`."""
    return ROUND.fullmatch(id) is not None


def first_day(period: str) -> date:
    """The first day of the period of this name: a day, an ISO week, a month, a quarter (2026-Q4) or a year.

    Raises: ValueError, for a name of none.
    """
    if "W" in period:
        return date.fromisoformat(f"{period}-1")
    if "Q" in period:
        return date(int(period[:4]), int(period[6:]) * 3 - 2, 1)
    return date.fromisoformat(period + {4: "-01-01", 7: "-01", 10: ""}[len(period)])


def _duty(id: str) -> str:
    """The duty's id, if it can be one: `<plan id>:<period>[:<shift>]`, of a day, week or month that exists; a round."""
    if of_round(id):
        return id
    match = DUTY.fullmatch(id)
    if match is None:
        raise ValueError("<plan id>:<period>[:<shift>], the period as 2026-11-23, 2026-W48 or 2026-11")
    if not EARLIEST.date() <= first_day(match["period"]) < LATEST.date():
        raise ValueError("date out of range")
    return id


DutyId = Annotated[
    str,
    StringConstraints(max_length=96),
    AfterValidator(_duty),
    Field(
        description="`<plan id>:<period>[:<shift>]`, also of a quarter 2026-Q4 or a year 2026; "
        "a night shift belongs to the date it began. A visit for a campaign: `<campaign id>:R<round>`."
    ),
]
