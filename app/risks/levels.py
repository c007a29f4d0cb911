"""The four levels of a risk, their colours, and the level of the moment (安委办〔2016〕11号)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from app.foundation.wire import Frozen


class RiskLevel(StrEnum):
    """How grave a risk is. Not the level of a hazard, which law knows two of only."""

    MAJOR = "major"
    CONSIDERABLE = "considerable"
    GENERAL = "general"
    LOW = "low"


class Colour(StrEnum):
    """What a level looks like on the map of the works."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    BLUE = "blue"


COLOURS: Final[Mapping[RiskLevel, Colour]] = dict(zip(RiskLevel, Colour, strict=True))


class ControlLevel(StrEnum):
    """Who keeps a risk in check: the graver, the higher."""

    COMPANY = "company"
    DEPARTMENT = "department"
    TEAM = "team"
    POST = "post"


class LevelBy(StrEnum):
    """Where a risk's own level comes from."""

    DECLARED = "declared"
    IMPORTED = "imported"
    ASSESSED = "assessed"


class MeasureKind(StrEnum):
    """The five kinds of control measures of the national guideline."""

    ENGINEERING = "engineering"
    MANAGEMENT = "management"
    TRAINING = "training"
    PROTECTIVE = "protective"
    EMERGENCY = "emergency"


TITLES: Final[Mapping[type[StrEnum], Mapping[str, str]]] = {
    RiskLevel: {"major": "重大风险", "considerable": "较大风险", "general": "一般风险", "low": "低风险"},
    Colour: {"red": "红", "orange": "橙", "yellow": "黄", "blue": "蓝"},
    ControlLevel: {"company": "公司（厂）级", "department": "部门（车间）级", "team": "班组级", "post": "岗位级"},
    LevelBy: {"declared": "自行填报", "imported": "导入", "assessed": "评估得出"},
    MeasureKind: {
        "engineering": "工程技术",
        "management": "管理措施",
        "training": "培训教育",
        "protective": "个体防护",
        "emergency": "应急处置",
    },
}


class RaisedBy(Frozen):
    """An open hazard that raises a risk: one of its measures does not hold, or none stood against it."""

    hazard_id: UUID
    measure_id: UUID | None
    major: bool = Field(default=False, description="Whether it is, or may be, a major hazard.")
    description: str | None = None


class Current(BaseModel):
    """A risk's level at this moment: its own, unless open hazards raise it."""

    model_config = ConfigDict(frozen=True)

    level: RiskLevel | None
    colour: Colour | None
    because: tuple[RaisedBy, ...] = Field(default=(), description="Open hazards that raise it; none: it is its own.")

    @classmethod
    def at(cls, level: RiskLevel | None, because: tuple[RaisedBy, ...] = ()) -> Self:
        """At this level, which has its colour."""
        return cls(level=level, colour=COLOURS[level] if level else None, because=because)


Levels = Mapping[UUID, RiskLevel | None]


def raised(own: RiskLevel | None, because: tuple[RaisedBy, ...]) -> Current:
    """The level of the moment, by our own rule: a major hazard makes any risk red; a general one lifts it by one level,
    since what the level counts on does not hold. A risk that nobody has rated is red, or says only why it is unsafe."""
    if any(each.major for each in because):
        return Current.at(RiskLevel.MAJOR, because)
    if because and own:
        ladder = list(RiskLevel)
        return Current.at(ladder[max(ladder.index(own) - 1, 0)], because)
    return Current.at(own, because)


def own(session: Session, levels: Levels) -> Mapping[UUID, Current]:
    """Every risk at its own level."""
    return {id: Current.at(level) for id, level in levels.items()}


@dataclass(frozen=True)
class LiveLevels:
    """Asks for the level of the moment of some risks, given their own.

    It is derived from open hazards, never stored; hazards stand above this room, so `main` hands the query over.
    """

    ask: Callable[[Session, Levels], Mapping[UUID, Current]] = own
