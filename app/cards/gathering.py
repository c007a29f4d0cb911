"""Two lists and two cards of a post, brought together from the chain and from what the enterprise adds."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session

from app.cards import naming
from app.cards.models import Post
from app.cards.posts import LISTED, find_post, texts_of
from app.cards.terms import Part
from app.cards.views import (
    AccidentOnCard,
    Cards,
    DutyListOfPost,
    EmergencyCard,
    Line,
    MeasureOnCard,
    MeasureToKeep,
    OperationCard,
    PlannedRound,
    PostOnCard,
    RiskListOfPost,
    RiskOnCard,
)
from app.duties.models import InspectionPlan
from app.foundation.calendar import local_date
from app.foundation.canonical import canonical, digest, sent
from app.foundation.clock import now
from app.foundation.wire import Lasting
from app.hazards.views import Named
from app.inspections.terms import Tier
from app.people.models import Enterprise
from app.people.scope import Caller
from app.risks import queries
from app.risks.levels import LiveLevels, MeasureKind, RiskLevel
from app.risks.models import ControlMeasure, Risk, RiskObject, RiskUnit
from app.risks.terms import HolderRole
from app.sorting import accident_types

RISKS_LIMIT: Final = 200
"""More than anybody reads; a post that stands for a whole works has as many."""

OF_ALL: Final = frozenset({HolderRole.SAFETY_OFFICER, HolderRole.MANAGER})
"""Roles whose people answer for the whole enterprise; the others for their department."""

TIERS: Final[Mapping[HolderRole | None, Tier]] = {
    HolderRole.TEAM_LEADER: Tier.TEAM,
    HolderRole.DEPARTMENT_HEAD: Tier.DEPARTMENT,
    HolderRole.MANAGER: Tier.MANAGER,
}


def cards(session: Session, caller: Caller, post_id: UUID, levels: LiveLevels) -> Cards:
    """The lists and cards of a post.

    Raises:
        NotFound: it does not exist, or lies outside the caller's scope.
    """
    post = find_post(session, caller, post_id)
    own = own_measures(session, post)
    shown, total, _ = risks_shown(session, caller, [of_post(session, post, own)], levels, own)
    found = Cards(
        post=PostOnCard(id=post.id, name=post.name, department=post.department, role=post.role, retired=post.retired),
        enterprise=Named(id=post.enterprise_id, name=session.get_one(Enterprise, post.enterprise_id).name),
        version="", risk_list=RiskListOfPost(items=shown, left_out=total - len(shown)),
        duty_list=_duties(session, post, shown), operation_card=_operation(post, shown),
        emergency_card=_emergency(post, shown), missing=[],
    )  # fmt: skip
    return found.model_copy(update={"missing": _missing(found), "version": _version(post, found)})


def written(session: Session, caller: Caller, post_id: UUID, levels: LiveLevels) -> Lasting[Cards]:
    """The same as it is sent, with a tag over all of it."""
    return Lasting(sent(cards(session, caller, post_id, levels).model_dump(mode="json")))


def of_post(session: Session, post: Post, own: Collection[UUID]) -> ColumnElement[bool]:
    """The risks that name the post, or have a measure that it keeps up."""
    held = select(ControlMeasure.risk_id).where(ControlMeasure.id.in_(own))
    return and_(
        Risk.enterprise_id == post.enterprise_id, or_(Risk.post.in_(_texts(session, post)[0]), Risk.id.in_(held))
    )


def _texts(session: Session, post: Post) -> tuple[set[str], set[str]]:
    """How risks name the post, and how measures do."""
    names = {post.name, *post.also_called}
    of_risks, of_measures = texts_of(session, post.enterprise_id)
    return naming.naming(of_risks, names), naming.naming(of_measures, names)


def own_measures(session: Session, post: Post) -> set[UUID]:
    """The measures that the post keeps up: that name it; or nobody, of its own risks; or only its role, where the role
    answers for all, or for the department that the post is in."""
    risks, holders = _texts(session, post)
    nobody, role = ControlMeasure.holder.is_(None), ControlMeasure.holder_role
    of_role = role == post.role if post.role else ControlMeasure.id.is_(None)
    here: ColumnElement[bool] = true()
    if post.role not in OF_ALL:
        here = func.coalesce(RiskUnit.department, RiskObject.department) == (post.department or "")
    chain = select(ControlMeasure.id).join(Risk, Risk.id == ControlMeasure.risk_id)
    chain = chain.outerjoin(RiskUnit, RiskUnit.id == Risk.unit_id)
    chain = chain.outerjoin(RiskObject, RiskObject.id == RiskUnit.object_id)
    in_use = (ControlMeasure.enterprise_id == post.enterprise_id, ControlMeasure.retired.is_(False), *LISTED)
    of_risk = and_(nobody, or_(role.is_(None), of_role), Risk.post.in_(risks))
    mine = or_(ControlMeasure.holder.in_(holders), of_risk, and_(nobody, of_role, here))
    return set(session.scalars(chain.where(*in_use, mine)))


def risks_shown(
    session: Session, caller: Caller, wanted: Sequence[ColumnElement[bool]], levels: LiveLevels, own: Collection[UUID]
) -> tuple[list[RiskOnCard], int, RiskLevel | None]:
    """Risks with their measures, what is gravest now first; how many there are in all, and the gravest level. `own` are
    the measures that a post keeps up."""
    items, total, level = queries.gravest(session, caller, wanted, levels, RISKS_LIMIT)
    shown = [
        RiskOnCard.model_validate(
            item | {"risk_id": item["id"], "measures": [_measure(each, own) for each in item["measures"]]}
        )
        for item in items
    ]
    return shown, total, level


def _measure(sent: Mapping[str, Any], own: Collection[UUID]) -> MeasureOnCard:
    id = UUID(str(sent["id"]))
    return MeasureOnCard.model_validate({**sent, "measure_id": id, "own": id in own})


def _duties(session: Session, post: Post, risks: Sequence[RiskOnCard]) -> DutyListOfPost:
    kept = [
        MeasureToKeep(**each.model_dump(include=set(MeasureToKeep.model_fields)), risk_id=risk.risk_id)
        for risk in risks
        for each in risk.measures
        if each.own
    ]
    return DutyListOfPost(keeps=kept, inspections=_rounds(session, post, risks), own=post.duties)


def _rounds(session: Session, post: Post, risks: Sequence[RiskOnCard]) -> list[PlannedRound]:
    """The plans of the tier that the post's role holds: all of them, where it answers for all or the plan names no
    measures; else those that look at one of the post's risks."""
    tier = TIERS.get(post.role)
    if tier is None:
        return []
    theirs = select(InspectionPlan).where(
        InspectionPlan.enterprise_id == post.enterprise_id, InspectionPlan.tier == tier,
        InspectionPlan.retired.is_(False),
    )  # fmt: skip
    plans = session.scalars(theirs.order_by(InspectionPlan.created_at, InspectionPlan.id))
    looked_at = {measure.measure_id for risk in risks for measure in risk.measures}
    return [
        PlannedRound(plan_id=plan.id, name=plan.name, kind=plan.kind, cadence=plan.cadence, tier=plan.tier)
        for plan in plans
        if post.role in OF_ALL or not plan.measure_ids or not looked_at.isdisjoint(plan.measure_ids)
    ]


def _operation(post: Post, risks: Sequence[RiskOnCard]) -> OperationCard:
    checks = [(each.check, each.measure_id) for risk in risks for each in risk.measures if each.own and each.check]
    return OperationCard(
        before_work=_once(checks), steps=post.steps, forbidden=post.forbidden,
        protective=_once(_of_kind(risks, MeasureKind.PROTECTIVE), post.protective),
    )  # fmt: skip


def _emergency(post: Post, risks: Sequence[RiskOnCard]) -> EmergencyCard:
    events = list(dict.fromkeys(risk.event for risk in risks))
    return EmergencyCard(
        events=events, accident_types=_accidents(events), signs=post.signs, first_actions=post.first_actions,
        rescue=_once(_of_kind(risks, MeasureKind.EMERGENCY), post.rescue), contacts=post.contacts,
    )  # fmt: skip


def _of_kind(risks: Sequence[RiskOnCard], kind: MeasureKind) -> list[tuple[str, UUID]]:
    return [(each.description, each.measure_id) for risk in risks for each in risk.measures if each.kind is kind]


def _once(of_chain: Sequence[tuple[str, UUID]], own: Sequence[str] = ()) -> list[Line]:
    """Lines of measures, then the enterprise's own; each text once."""
    lines: dict[str, Line] = {}
    for text, measure_id in of_chain:
        lines.setdefault(text, Line(text=text, measure_id=measure_id))
    for text in own:
        lines.setdefault(text, Line(text=text, measure_id=None))
    return list(lines.values())


def _accidents(events: Sequence[str]) -> list[AccidentOnCard]:
    """The kinds of accidents whose names stand in the events. Nothing is concluded beyond that."""
    return [
        AccidentOnCard(standard=kind.standard, code=kind.code, title=kind.title)
        for kind in _kinds(local_date(now()))
        if any(kind.title in event for event in events)
    ]


@cache
def _standards() -> Sequence[accident_types.Standard]:
    return tuple(accident_types.read().values())


def _kinds(day: date) -> Sequence[accident_types.AccidentType]:
    """Of the standard in force on a day; before all of them, of the first."""
    return ([each for each in _standards() if each.effective_from <= day] or _standards())[-1].types


def _missing(found: Cards) -> list[Part]:
    duties, operation, emergency = found.duty_list, found.operation_card, found.emergency_card
    filled: Mapping[Part, bool] = {
        Part.RISKS: bool(found.risk_list.items),
        Part.DUTIES: bool(duties.keeps or duties.inspections or duties.own),
        Part.STEPS: bool(operation.steps), Part.FORBIDDEN: bool(operation.forbidden),
        Part.PROTECTIVE: bool(operation.protective), Part.SIGNS: bool(emergency.signs),
        Part.FIRST_ACTIONS: bool(emergency.first_actions), Part.RESCUE: bool(emergency.rescue),
        Part.CONTACTS: bool(emergency.contacts),
    }  # fmt: skip
    return [part for part, full in filled.items() if not full]


def _version(post: Post, found: Cards) -> str:
    """Changes with whatever is printed, except with the open hazards of the day."""
    lasting = found.model_dump(mode="json")
    lasting["risk_list"]["items"] = sorted(
        ({key: value for key, value in item.items() if key != "current"} for item in lasting["risk_list"]["items"]),
        key=lambda item: str(item["risk_id"]),
    )
    for card, part in (("duty_list", "keeps"), ("operation_card", "before_work"), ("operation_card", "protective"),
                       ("emergency_card", "events"), ("emergency_card", "rescue")):  # fmt: skip
        lasting[card][part] = sorted(lasting[card][part], key=canonical)  # their order follows the hazards of the day
    return f"{post.revision}-{digest(canonical(lasting))[:6]}"
