"""Assessing a risk: what is sent, who may, what it makes of the risk. Assessments are history and never overwritten."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.foundation.calendar import local_date
from app.foundation.canonical import sent
from app.foundation.clock import now, rfc3339
from app.foundation.columns import as_sent
from app.foundation.keyring import Keyring
from app.foundation.pages import Asked, in_order
from app.foundation.problems import Conflict, NotFound, Said
from app.foundation.wire import Moment, View, Written
from app.journal import events
from app.people.models import Enterprise, User
from app.people.scope import Caller, visible
from app.risks import queries
from app.risks.bodies import Assess
from app.risks.keeping import demand_keeper
from app.risks.levels import COLOURS, Colour, ControlLevel, LevelBy, RiskLevel
from app.risks.methods import GRADES_THAT_ARE_MAJOR, AssessmentKind, Override, RatingMethod, methods, plain
from app.risks.models import Risk, RiskAssessment, RiskObject, RiskUnit
from app.risks.reviewing import after_assessment

NO_ASSESSMENT: Final = Said("没有这次评估", "There is no such assessment")
NO_ENGINEER: Final = Said("企业没有登记总工程师", "The enterprise has named no chief engineer")
WAITS: Final = Said("候选风险须先纳入风险清单", "A candidate is put on the list before it is assessed")


class Assessor(BaseModel):
    id: UUID
    name: str | None = Field(description="Null for a worker.")


class Endorsement(BaseModel):
    """The chief engineer's word. `in_person`: he assessed himself; else the assessor says that he endorses it."""

    name: str | None = Field(description="Null for a worker.")
    user_id: UUID | None
    in_person: bool


class AssessmentRow(BaseModel):
    """A rating by a method; numbers are decimal strings."""

    id: UUID
    risk_id: UUID
    kind: AssessmentKind
    method: RatingMethod
    factors: dict[str, str]
    score: str
    level: RiskLevel
    colour: Colour
    control_level: ControlLevel
    thresholds_version: str
    override: Override | None
    reason: str
    endorsement: Endorsement | None = Field(description="Null: the chief engineer has not endorsed it.")
    assessed_by: Assessor
    assessed_at: Moment


class AssessmentView(View, AssessmentRow):
    """An assessment; it never changes."""


class AssessmentPage(BaseModel):
    items: list[AssessmentRow]
    next_cursor: str | None


class AssessmentFilter(Asked):
    kind: AssessmentKind | None = None


A: Final = RiskAssessment
ROW: Final = tuple(
    as_sent(column)
    for column in (
        A.id, A.risk_id, A.kind, A.method, A.factors, A.score, A.level, A.thresholds_version, A.override, A.reason,
        A.endorsement, A.assessed_at, A.assessed_by,
    )
)  # fmt: skip
NAMES: Final = tuple(str(column.key) for column in ROW)


def assess(session: Session, caller: Caller, risk_id: UUID, body: Assess) -> UUID:
    """Rate a risk, and let its level and its next review follow.

    Raises:
        NotFound: outside the caller's scope.
        Forbidden: the caller neither keeps this list nor is the enterprise's chief engineer.
        Conflict: a candidate waits to be placed; no chief engineer is named who could have endorsed it.
    """
    risk = queries.find(session, caller, risk_id, lock=True)
    engineer = session.scalar(select(Enterprise.chief_engineer).where(Enterprise.id == risk.enterprise_id))
    himself = bool(engineer and engineer.get("user_id") == str(caller.id))
    if not himself:
        demand_keeper(caller, risk.enterprise_id)
    if risk.candidate or risk.retired:
        raise Conflict(WAITS, code="not_on_list", current={"candidate": risk.candidate, "retired": risk.retired})
    if body.endorsed_by_chief_engineer and not engineer:
        raise Conflict(NO_ENGINEER, code="no_chief_engineer")
    row = rated(caller, risk.id, body, engineer, _grade_of(session, risk))
    session.add(row)
    session.flush()
    events.change(session, risk, "assessed", caller, following(risk, row), said_of(row))
    return row.id


def rated(
    caller: Caller, risk_id: UUID, body: Assess, engineer: Mapping[str, Any] | None, grade: int | None
) -> RiskAssessment:
    """The assessment that a body makes, of a risk on an object of that `grade`, at a works with that chief engineer."""
    rating = methods().rate(body.method, body.factors, local_date(now()), body.override or by_itself(grade))
    himself = bool(engineer and engineer.get("user_id") == str(caller.id))
    endorsed = engineer is not None and (himself or body.endorsed_by_chief_engineer)
    return RiskAssessment(
        id=body.id, risk_id=risk_id, kind=body.kind, method=body.method,
        factors={name: plain(value) for name, value in body.factors.items()}, score=plain(rating.score),
        level=rating.level, thresholds_version=rating.version, override=rating.override, reason=body.reason,
        endorsement={k: (engineer or {}).get(k) for k in ("name", "user_id")} | {"in_person": himself}
        if endorsed else None,
        assessed_by=caller.id, assessed_at=now(),
    )  # fmt: skip


def by_itself(grade: int | None) -> Override | None:
    """A major hazard installation of the first or second grade is a major risk, whoever scores it."""
    return Override.MAJOR_HAZARD_INSTALLATION if grade in GRADES_THAT_ARE_MAJOR else None


def _grade_of(session: Session, risk: Risk) -> int | None:
    of_unit = select(RiskObject.grade).join(RiskUnit, RiskUnit.object_id == RiskObject.id)
    return session.scalar(of_unit.where(RiskUnit.id == risk.unit_id))


def following(risk: Risk, row: RiskAssessment) -> dict[str, Any]:
    """What an assessment changes about its risk: what remains with the measures in place counts, where that has been
    assessed."""
    newest: dict[str, Any] = {
        "id": str(row.id), "score": row.score, "level": row.level, "colour": COLOURS[row.level],
        "thresholds_version": row.thresholds_version, "override": row.override,
        "assessed_at": rfc3339(row.assessed_at), "endorsed": row.endorsement is not None,
    }  # fmt: skip
    changes: dict[str, Any] = {row.kind.value: newest, "level_by": LevelBy.ASSESSED} | after_assessment()
    counts = newest if row.kind is AssessmentKind.RESIDUAL else risk.residual or newest
    return changes | {"level": RiskLevel(counts["level"])}


def said_of(row: RiskAssessment) -> dict[str, Any]:
    """The assessment, as the risk's event keeps it."""
    return {"assessment": {column.key: getattr(row, column.key) for column in RiskAssessment.__table__.columns}}


def find_assessment(session: Session, caller: Caller, id: UUID) -> AssessmentView:
    """An assessment, if the caller may see its risk.

    Raises:
        NotFound: there is none, or its risk lies outside the caller's scope.
    """
    wanted = _joined().join(Risk, Risk.id == A.risk_id).where(A.id == id, or_(*visible(caller, Risk)))
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise NotFound(NO_ASSESSMENT)
    return AssessmentView.model_validate(_shown(caller, row) | {"revision": 1})


def page(
    session: Session, caller: Caller, risk_id: UUID, filter: AssessmentFilter, keys: Keyring
) -> Written[AssessmentPage]:
    """A page of a risk's assessments, newest first.

    Raises:
        NotFound: the risk does not exist, or lies outside the caller's scope.
    """
    queries.find(session, caller, risk_id)
    wanted = _joined() if filter.kind is None else _joined().where(A.kind == filter.kind)
    key, place = (A.assessed_at, A.id), filter.place(keys)
    rows = session.execute(in_order(wanted, [A.risk_id == risk_id], key, place, filter.limit + 1)).all()
    shown, cursor = rows[: filter.limit], None
    if len(rows) > filter.limit:
        cursor = filter.cursor_after(keys, shown[-1].assessed_at, shown[-1].id)
    return Written(sent({"items": [_shown(caller, row) for row in shown], "next_cursor": cursor}))


def _joined() -> Any:
    return select(*ROW, User.name.label("assessor")).select_from(A).join(User, User.id == A.assessed_by)


def _shown(caller: Caller, row: Any) -> dict[str, Any]:
    level = RiskLevel(row.level)
    item = dict(zip(NAMES, row, strict=False))
    own, hidden = str(caller.id) == str(row.assessed_by), caller.only_works
    item["assessed_by"] = {"id": row.assessed_by, "name": row.assessor if own or not hidden else None}
    if row.endorsement and hidden:
        item["endorsement"] = row.endorsement | {"name": None}
    return item | {"colour": COLOURS[level], "control_level": methods().control_levels[level]}
