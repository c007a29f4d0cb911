"""How a risk is rated: by LEC or by the matrix L×S, in exact decimals (GB/T 27921). Pure.

No national standard fixes scores or thresholds, so both are data (`data/risk_methods.json`), with their sources.
Thresholds have versions that never change; each assessment keeps the version it was judged by.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from math import prod
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from app.risks.levels import COLOURS, Colour, ControlLevel, RiskLevel

DATA: Final = Path(__file__).parent / "data" / "risk_methods.json"
GRADES_THAT_ARE_MAJOR: Final = frozenset({1, 2})  # 一级、二级重大危险源


class RatingMethod(StrEnum):
    """How a risk is rated."""

    LEC = "lec"
    LS = "ls"


class AssessmentKind(StrEnum):
    """Whether a risk is rated as if nothing were done about it, or with its measures in place."""

    INHERENT = "inherent"
    RESIDUAL = "residual"


class Override(StrEnum):
    """What makes a risk major whatever its score."""

    VIOLATES_LAW = "violates_law"
    PAST_ACCIDENT = "past_accident"
    MAJOR_HAZARD_INSTALLATION = "major_hazard_installation"
    CROWDED_DANGER = "crowded_danger"
    HIGHEST_RATING = "highest_rating"


TITLES: Final[Mapping[type[StrEnum], Mapping[str, str]]] = {
    RatingMethod: {"lec": "作业条件危险性分析（LEC）", "ls": "风险矩阵（L×S）"},
    AssessmentKind: {"inherent": "固有风险", "residual": "剩余风险"},
    Override: {
        "violates_law": "违反法律法规的强制性规定",
        "past_accident": "发生过死亡、重伤或重大财产损失事故，且条件仍在",
        "major_hazard_installation": "构成一级、二级重大危险源",
        "crowded_danger": "具有中毒、爆炸、火灾危险的场所，作业人员10人以上",
        "highest_rating": "经评价为最高级别",
    },
}


class Data(BaseModel):
    """A part of the file that goes over the wire as it is."""

    model_config = ConfigDict(frozen=True)


class FactorValue(Data):
    value: str
    title: str


class FactorScale(Data):
    """A factor, and the only values that it may have."""

    name: str
    title: str
    values: tuple[FactorValue, ...]


class MethodData(Data):
    """`verified`: whether the tables were checked against an official text."""

    method: RatingMethod
    title: str
    formula: str
    source: str
    verified: bool
    factors: tuple[FactorScale, ...]


class Thresholds(Data):
    """The least score of each level; a score that equals it belongs to it (以上含本数). Below all of them it is low."""

    version: str
    method: RatingMethod
    least: dict[RiskLevel, str]
    source: str
    verified: bool

    def level(self, score: Decimal) -> RiskLevel:
        """The gravest level whose least score is reached."""
        return next(
            (level for level in RiskLevel if level in self.least and score >= self._least(level)), RiskLevel.LOW
        )

    def _least(self, level: RiskLevel) -> Decimal:
        return Decimal(self.least[level])


class InForce(Data):
    """From this day on, assessments by its method are judged by this version."""

    version: str
    from_on: date


class ReviewRule(Data):
    months: int
    source: str


class DefaultDuties(Data):
    """What each of the three persons answers for, where the enterprise says nothing of its own."""

    source: str
    verified: bool
    principal: tuple[str, ...]
    technical: tuple[str, ...]
    operational: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rating:
    """What a method makes of its factors."""

    score: Decimal
    level: RiskLevel
    version: str
    override: Override | None

    @property
    def colour(self) -> Colour:
        return COLOURS[self.level]


class Methods(Data):
    """The file."""

    methods: tuple[MethodData, ...]
    thresholds: tuple[Thresholds, ...]
    in_force: tuple[InForce, ...]
    control_levels: dict[RiskLevel, ControlLevel]
    review: ReviewRule
    major_hazard_duties: DefaultDuties

    def values(self, method: RatingMethod) -> Mapping[str, frozenset[Decimal]]:
        """The legal values of each factor of a method."""
        of = next(each for each in self.methods if each.method is method)
        return {scale.name: frozenset(Decimal(each.value) for each in scale.values) for scale in of.factors}

    def in_force_on(self, method: RatingMethod, day: date) -> Thresholds:
        """The thresholds of a method on a day: the last that had begun; before all of them, the first."""
        own = {each.version: each for each in self.thresholds if each.method is method}
        lines = sorted((each for each in self.in_force if each.version in own), key=lambda each: each.from_on)
        begun = [each for each in lines if each.from_on <= day]
        return own[(begun or lines[:1])[-1].version]

    def rate(
        self, method: RatingMethod, factors: Mapping[str, Decimal], day: date, override: Override | None = None
    ) -> Rating:
        """The rating of legal factors on a day."""
        thresholds, score = self.in_force_on(method, day), prod(factors.values(), start=Decimal(1))
        level = RiskLevel.MAJOR if override else thresholds.level(score)
        return Rating(score, level, thresholds.version, override)


@cache
def methods() -> Methods:
    """The methods that we have.

    Raises: ValueError, if the file contradicts itself.
    """
    known = Methods.model_validate_json(DATA.read_bytes())
    versions = [each.version for each in known.thresholds]
    if len(set(versions)) < len(versions) or not {each.version for each in known.in_force} <= set(versions):
        raise ValueError("a version of thresholds is unknown, or there twice")
    for each in known.thresholds:
        bounds = [Decimal(each.least[level]) for level in RiskLevel if level in each.least]
        if bounds != sorted(bounds, reverse=True) or RiskLevel.LOW in each.least:
            raise ValueError(f"the bounds of {each.version} do not fall")
    if set(known.control_levels) != set(RiskLevel) or {each.method for each in known.methods} != set(RatingMethod):
        raise ValueError("a level or method is missing")
    return known


def plain(number: Decimal) -> str:
    """The number as decimal text, without exponent or zeros that say nothing: 120, not 1.2E+2 or 120.0."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
