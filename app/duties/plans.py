"""Keeping plans: each change one event, and a new version where it changes what is owed."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.duties import queries
from app.duties.models import InspectionPlan, PlanVersion
from app.duties.schemas import NewPlan, PlanChange
from app.foundation.calendar import local_date
from app.foundation.clock import now
from app.foundation.problems import Forbidden, Invalid, NotFound, Said
from app.inspections.terms import Cadence
from app.journal import events
from app.people import enterprises
from app.people.models import User
from app.people.scope import Caller
from app.risks.keeping import NO_OWNER, keeps
from app.risks.models import ControlMeasure

NOT_KEEPER: Final = Said(
    "排查计划由本企业的安全员或厂长经理维护", "The enterprise's own safety officer or manager keeps its plans"
)
NO_MEASURE: Final = Said("本企业没有这条管控措施", "The enterprise has no such control measure")
BACKWARDS: Final = Said("结束早于开始", "It ends before it begins")
ONLY_DAILY: Final = Said("只有日排查分班次", "Only daily plans have shifts")
TWICE: Final = Said("同一项出现了两次", "The same thing stands twice")
NOTHING: Final[Mapping[str, Any]] = {}
OWES: Final = ("cadence", "tier", "responsible_id", "measure_ids", "days", "shifts", "from_on", "to_on", "retired")


def add_plan(session: Session, caller: Caller, body: NewPlan, said: Mapping[str, Any] = NOTHING) -> InspectionPlan:
    """Make a plan. It owes what opens from now on. `said` is what its event tells besides.

    Raises:
        NotFound: the enterprise is outside the caller's scope; a person or a measure is not of the enterprise.
        Forbidden: the caller does not keep its plans.
        Invalid: what it says of time cannot be.
    """
    enterprise = enterprises.find(session, caller, body.enterprise_id, pointer="/enterprise_id", hold=True)
    told = _as_kept(body.model_dump(include=set(NewPlan.model_fields) - {"id", "device", "enterprise_id"}))
    told["from_on"] = told["from_on"] or local_date(now())
    _find_all(session, enterprise.id, told)
    demand_keeper(caller, enterprise.id)
    _check(told)
    plan = InspectionPlan(
        id=body.id, enterprise_id=enterprise.id, area_code=enterprise.area_code, created_at=now(), retired=False, **told
    )
    events.create(session, plan, "planned", caller, dict(said))
    session.add(_version(plan))
    return plan


def change_plan(
    session: Session, caller: Caller, plan_id: UUID, body: PlanChange, said: Mapping[str, Any] = NOTHING
) -> InspectionPlan:
    """Change a plan: what has opened stays owed as it was, what opens from now on is owed as it is then.

    Raises:
        NotFound: outside the caller's scope; a person or a measure is not of the enterprise.
        RevisionRequired, StaleRevision: the client has not seen the plan as it is.
        Forbidden: the caller does not keep it.
        Invalid: what it says of time cannot be.
    """
    plan = queries.find_plan(session, caller, plan_id, lock=True)
    asked = _as_kept(body.of(queries.plan_view(plan)))
    _find_all(session, plan.enterprise_id, asked)
    demand_keeper(caller, plan.enterprise_id)
    changes = {name: value for name, value in asked.items() if value != getattr(plan, name)}
    _check({name: getattr(plan, name) for name in (*OWES, "substitutes")} | changes)
    if changes:
        events.change(session, plan, "changed", caller, changes, dict(said))
        if changes.keys() & set(OWES):
            session.add(_version(plan))
    return plan


def demand_keeper(caller: Caller, enterprise_id: UUID) -> None:
    """Raises Forbidden unless the caller keeps this enterprise's plans: whoever keeps its risk list does."""
    if not keeps(caller, enterprise_id):
        raise Forbidden(NOT_KEEPER)


def _version(plan: InspectionPlan) -> PlanVersion:
    told = {name: getattr(plan, name) for name in OWES}
    return PlanVersion(plan_id=plan.id, revision=plan.revision, made_at=now(), **told)


def _as_kept(told: dict[str, Any]) -> dict[str, Any]:
    """The fields as they stand in the table: structures as JSON has them."""
    for name in {"shifts", "substitutes"} & told.keys():
        told[name] = [
            {key: str(value) for key, value in (each if isinstance(each, dict) else dict(each)).items()}
            for each in told[name]
        ]
    return told


def _find_all(session: Session, enterprise_id: UUID, told: Mapping[str, Any]) -> None:
    people = {
        f"/substitutes/{n}/user_id": UUID(each["user_id"]) for n, each in enumerate(told.get("substitutes") or ())
    }
    if told.get("responsible_id"):
        people["/responsible_id"] = told["responsible_id"]
    theirs = User.enterprise_id == enterprise_id
    _demand(people, session.scalars(select(User.id).where(User.id.in_(people.values()), theirs)).all(), NO_OWNER)
    measures = {f"/measure_ids/{n}": id for n, id in enumerate(told.get("measure_ids") or ())}
    found = select(ControlMeasure.id).where(ControlMeasure.id.in_(measures.values()))
    own = found.where(ControlMeasure.enterprise_id == enterprise_id)
    _demand(measures, session.scalars(own).all() if measures else (), NO_MEASURE)


def _demand(named: Mapping[str, UUID], there: Collection[UUID], message: Said) -> None:
    for pointer, id in named.items():
        if id not in there:
            raise NotFound.at(pointer, message)


def _check(whole: Mapping[str, Any]) -> None:
    """Judge a plan as it is going to be."""
    if whole["to_on"] and whole["to_on"] < whole["from_on"]:
        raise Invalid.at("/to_on", "ends_before_it_begins", BACKWARDS)
    if whole["shifts"] and whole["cadence"] is not Cadence.DAILY:
        raise Invalid.at("/shifts", "only_daily", ONLY_DAILY)
    for pointer, names in (
        ("/shifts", [each["name"] for each in whole["shifts"]]),
        ("/measure_ids", list(whole["measure_ids"])),
    ):
        if len(set(names)) < len(names):
            raise Invalid.at(pointer, "repeated", TWICE)
