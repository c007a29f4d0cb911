"""The four levels of a risk, their colours, and the level of the moment (安委办〔2016〕11号)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from pydantic import Field
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
    MeasureKind: {
        "engineering": "工程技术",
        "management": "管理措施",
        "training": "培训教育",
        "protective": "个体防护",
        "emergency": "应急处置",
    },
}


class RaisedBy(Frozen):
    """An open hazard that raises a risk: one of its measures does not hold."""

    hazard_id: UUID
    measure_id: UUID | None


class Current(Frozen):
    """A risk's level at this moment."""

    level: RiskLevel | None
    because: tuple[RaisedBy, ...] = Field(default=(), description="Open hazards that raise it; none: it is its own.")


Levels = Mapping[UUID, RiskLevel | None]


def own(session: Session, levels: Levels) -> Mapping[UUID, Current]:
    """Every risk at its own level."""
    return {id: Current(level=level) for id, level in levels.items()}


@dataclass(frozen=True)
class LiveLevels:
    """Asks for the level of the moment of some risks, given their own.

    It is derived from open hazards, never stored; hazards stand above this room, so `main` hands the query over.
    """

    ask: Callable[[Session, Levels], Mapping[UUID, Current]] = own
