"""Assessments in a book: made where what a row says is not what the newest one says."""

from collections.abc import Mapping
from decimal import Decimal
from math import prod
from typing import Any, Final

from pydantic import ValidationError

from app.foundation.canonical import new_id
from app.foundation.problems import Said
from app.foundation.reading import faults_of
from app.risks.assessing import NO_ENGINEER, by_itself
from app.risks.bodies import Assess
from app.risks.levels import TITLES as LEVEL_TITLES
from app.risks.levels import RiskLevel
from app.risks.methods import AssessmentKind, RatingMethod, plain
from app.risks.models import RiskAssessment
from app.workbooks.risk_sheets import FACTORS
from app.workbooks.table import Faults, Record

REASON: Final = "由风险清单导入"
MIXED: Final = Said("请写明评估方法", "Say by which method")
PARTS: Final = ("method", *FACTORS, "score", "override", "reason", "endorsed")


def judge(
    record: Record,
    kind: AssessmentKind,
    newest: RiskAssessment | None,
    grade: int | None,
    engineer: Mapping[str, Any] | None,
    faults: Faults,
) -> Assess | None:
    """The assessment that a row asks for; None where it says nothing of it, or what the newest one says already."""
    told = {part: record[f"{kind}_{part}"] for part in PARTS}
    factors = {name: told[name] for name in FACTORS if told[name] is not None}
    if not factors and told["method"] is None and told["override"] is None:
        return None
    if any(f"{kind}_{part}" in record.bad for part in PARTS):
        return None
    method = told["method"] or _method(factors)
    if method is None:
        faults.add(record.place(f"{kind}_method"), "missing", MIXED)
        return None
    if told["endorsed"] and not engineer:
        faults.add(record.place(f"{kind}_endorsed"), "no_chief_engineer", NO_ENGINEER)
    if told["score"] is not None and told["score"] != prod(factors.values(), start=Decimal(1)):
        score = plain(prod(factors.values(), start=Decimal(1)))
        message = Said(f"与因子不符：应为 {score}", f"The factors make {score}")
        faults.add(record.place(f"{kind}_score"), "score_mismatch", message)
    body = _body(record, kind, method, told, faults)
    return None if body is None or _is_same(body, told, newest, grade) else body


def _method(factors: Mapping[str, Any]) -> RatingMethod | None:
    """The method that has just these factors."""
    by_severity, by_consequence = "s" in factors, bool(factors.keys() & {"e", "c"})
    if by_severity == by_consequence:
        return None
    return RatingMethod.LS if by_severity else RatingMethod.LEC


def _body(
    record: Record, kind: AssessmentKind, method: RatingMethod, told: Mapping[str, Any], faults: Faults
) -> Assess | None:
    said: dict[str, Any] = {name: plain(told[name]) for name in FACTORS if told[name] is not None}
    said |= {
        "id": new_id(), "kind": kind, "method": method, "override": told["override"],
        "reason": told["reason"] or REASON, "endorsed_by_chief_engineer": told["endorsed"] or False,
    }  # fmt: skip
    try:
        return Assess.model_validate(said)
    except ValidationError as error:
        for fault in faults_of(error):
            key = f"{kind}_{fault['pointer'].strip('/')}"
            faults.add(
                record.place(key if key in record.columns else f"{kind}_method"), fault["code"], fault["message"]
            )
        return None


def _is_same(body: Assess, told: Mapping[str, Any], newest: RiskAssessment | None, grade: int | None) -> bool:
    if newest is None:
        return False
    factors = {name: plain(value) for name, value in body.factors.items()}
    same = (newest.method, newest.factors) == (body.method, factors)
    override = body.override or by_itself(grade)
    reason = told["reason"] is None or told["reason"] == newest.reason.strip()
    endorsed = not told["endorsed"] or newest.endorsement is not None
    return same and newest.override == override and reason and endorsed


def check_level(record: Record, level: RiskLevel | None, faults: Faults) -> None:
    """A level that is written beside an assessment is the one that it comes to."""
    if record.says("level") and record["level"] not in (None, level):
        title = LEVEL_TITLES[RiskLevel][level] if level else "—"
        message = Said(f"与评估结果不符：应为{title}", f"The assessment comes to {level}")
        faults.add(record.place("level"), "level_mismatch", message)
