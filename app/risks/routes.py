"""HTTP face of the risk list; nothing is decided here."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy.orm import Session

from app.foundation.keyring import Keyring
from app.foundation.wire import Written
from app.people.scope import Caller
from app.people.visits import Visits
from app.risks import assessing, commands, deciding, queries, reviewing
from app.risks.assessing import AssessmentFilter, AssessmentPage, AssessmentView
from app.risks.bodies import AskReview, Assess, DecideCandidate
from app.risks.deciding import HazardOf
from app.risks.levels import LiveLevels
from app.risks.schemas import (
    MeasureChange,
    MeasureFilter,
    MeasurePage,
    MeasureView,
    NewMeasure,
    NewRisk,
    RiskChange,
    RiskFilter,
    RiskPage,
    RiskView,
)

router = Visits(prefix="/api/v1/risks", tags=["risks"])


@router.query("", summary="风险清单")
def list_risks(
    session: Session, caller: Caller, filter: Annotated[RiskFilter, Query()], keys: Keyring, levels: LiveLevels
) -> Written[RiskPage]:
    """The risk list: candidates, which wait for a decision, before all others; within each the newest first."""
    return queries.page(session, caller, filter, keys, levels)


@router.query("/{risk_id}", summary="一条风险")
def get_risk(session: Session, caller: Caller, risk_id: UUID, levels: LiveLevels) -> RiskView:
    return queries.shown(session, caller, risk_id, levels)


@router.command("", "risk.add", replay=get_risk, status_code=201, summary="新增风险")
def add_risk(session: Session, caller: Caller, body: NewRisk, levels: LiveLevels) -> RiskView:
    """By the enterprise's safety officer or manager. Object and unit are found by their names, or made."""
    return queries.shown(session, caller, commands.add_risk(session, caller, body).id, levels)


@router.change("PATCH", "/{risk_id}", summary="修改风险")
def change_risk(session: Session, caller: Caller, risk_id: UUID, body: RiskChange, levels: LiveLevels) -> RiskView:
    """`retired: true` takes it off the list; nothing is deleted. A level that was assessed is changed by assessing."""
    commands.change_risk(session, caller, risk_id, body, levels)
    return queries.shown(session, caller, risk_id, levels)


def show_assessment(session: Session, caller: Caller, assessment_id: UUID) -> AssessmentView:
    return assessing.find_assessment(session, caller, assessment_id)


@router.command("/{risk_id}/assess", "risk.assess", replay=show_assessment, summary="评估风险")
def assess_risk(session: Session, caller: Caller, risk_id: UUID, body: Assess) -> AssessmentView:
    """By the safety officer, the manager or the chief engineer. The thresholds in force today judge it; the level of
    the risk and its next review follow. Factors, thresholds and their sources: GET /risk-methods."""
    return show_assessment(session, caller, assessing.assess(session, caller, risk_id, body))


@router.query("/{risk_id}/assessments", summary="评估记录")
def list_assessments(
    session: Session, caller: Caller, risk_id: UUID, filter: Annotated[AssessmentFilter, Query()], keys: Keyring
) -> Written[AssessmentPage]:
    """Every assessment of a risk, newest first: history is never overwritten."""
    return assessing.page(session, caller, risk_id, filter, keys)


@router.command("/{risk_id}/decide", "risk.decide", replay=get_risk, summary="处理候选风险")
def decide_risk(
    session: Session, caller: Caller, risk_id: UUID, body: DecideCandidate, levels: LiveLevels, hazard_of: HazardOf
) -> RiskView:
    """What becomes of a candidate: adopt it, merge it into another risk, reject it, or say that it is a hazard."""
    deciding.decide(session, caller, risk_id, body, levels, hazard_of)
    return queries.shown(session, caller, risk_id, levels)


@router.command("/{risk_id}/review", "risk.review", replay=get_risk, summary="要求重新评估")
def review_risk(session: Session, caller: Caller, risk_id: UUID, body: AskReview, levels: LiveLevels) -> RiskView:
    """It is due for review today: after a change, an accident, or a major hazard."""
    reviewing.ask_review(session, caller, risk_id, body)
    return queries.shown(session, caller, risk_id, levels)


@router.query("/{risk_id}/measures", summary="管控措施")
def list_measures(
    session: Session, caller: Caller, risk_id: UUID, filter: Annotated[MeasureFilter, Query()], keys: Keyring
) -> Written[MeasurePage]:
    """The measures of a risk, oldest first; those in use unless `retired=true`."""
    return queries.measures_page(session, caller, risk_id, filter, keys)


def show_measure(session: Session, caller: Caller, measure_id: UUID) -> MeasureView:
    return queries.measure_shown(queries.find_measure(session, caller, measure_id))


@router.command("/{risk_id}/measures", "measure.add", replay=show_measure, status_code=201, summary="新增管控措施")
def add_measure(session: Session, caller: Caller, risk_id: UUID, body: NewMeasure) -> MeasureView:
    return queries.measure_shown(commands.add_measure(session, caller, risk_id, body))


@router.change("PATCH", "/{risk_id}/measures/{measure_id}", summary="修改管控措施")
def change_measure(
    session: Session, caller: Caller, risk_id: UUID, measure_id: UUID, body: MeasureChange
) -> MeasureView:
    """`retired: true` ends it; its history and its hazards stay."""
    return queries.measure_shown(commands.change_measure(session, caller, risk_id, measure_id, body))
