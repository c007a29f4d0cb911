"""What becomes of a candidate: a danger that a finding showed, and that waits at the top of the risk list."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.foundation.problems import Conflict, Invalid, NotFound, Said
from app.journal import events
from app.people.scope import Caller
from app.risks import queries
from app.risks.bodies import DecideCandidate
from app.risks.commands import NOT_PLACED, place
from app.risks.keeping import demand_keeper, find_person
from app.risks.levels import LiveLevels
from app.risks.models import Risk
from app.risks.terms import Decision

NOT_WAITING: Final = Said("这条风险不是待处理的候选", "This is no candidate that waits for a decision")
NO_TARGET: Final = Said("风险清单里没有要并入的风险", "The list has no such risk to merge into")
ALREADY: Final = Said("已经列入隐患清单", "It is on the hazard list already")
NOT_FROM_FINDING: Final = Said("不是由发现提出的，不能转为隐患", "No finding stands behind it: it cannot be a hazard")


@dataclass(frozen=True)
class HazardOf:
    """Puts a finding on the hazard list; inspections stand above this room, so `main` hands that over.

    `sort(session, caller, finding_id, reason)` raises whatever sorting raises.
    """

    sort: Callable[[Session, Caller, UUID, str], None]


def decide(
    session: Session, caller: Caller, risk_id: UUID, body: DecideCandidate, levels: LiveLevels, hazard_of: HazardOf
) -> None:
    """DecideCandidate what becomes of a candidate.

    Raises:
        NotFound: it, the risk to merge into or the owner is outside the enterprise, or does not exist.
        Forbidden: the caller does not keep this list, or may not sort its finding.
        Conflict: it does not wait for a decision any more; or its hazard is known already.
        Invalid: it is to be adopted, and nobody says where it belongs, or what it belongs to is retired.
    """
    risk = queries.find(session, caller, risk_id)
    demand_keeper(caller, risk.enterprise_id)
    if body.decision is Decision.IS_HAZARD:
        _demand_waiting(session, caller, risk, levels)
        _make_hazard(session, caller, risk, str(body.reason), levels, hazard_of)
        return
    risk = queries.find(session, caller, risk_id, lock=True)
    _demand_waiting(session, caller, risk, levels)
    changes: dict[str, Any] = {"decision": body.decision, "candidate": False}
    said: dict[str, Any] = {"decision": body.decision} | ({"reason": body.reason} if body.reason else {})
    match body.decision:
        case Decision.ADOPT:
            changes |= _placing(session, caller, risk, body)
        case Decision.MERGE:
            changes |= {"retired": True, "merged_into": _target(session, caller, risk, body.into)}
        case _:
            changes["retired"] = True
    events.change(session, risk, "decided", caller, changes, said)


def _demand_waiting(session: Session, caller: Caller, risk: Risk, levels: LiveLevels) -> None:
    if not risk.candidate or risk.retired:
        current = queries.shown(session, caller, risk.id, levels).model_dump(mode="json")
        raise Conflict(NOT_WAITING, code="not_a_candidate", current=current)


def _placing(session: Session, caller: Caller, risk: Risk, body: DecideCandidate) -> dict[str, Any]:
    told = body.model_dump(include={"event", "place", "post", "owner_id"}, exclude_none=True)
    find_person(session, risk.enterprise_id, body.owner_id, "/owner_id")
    if body.object is not None and body.unit is not None:
        told["unit_id"] = place(session, caller, risk.enterprise_id, risk.area_code, body.object, body.unit)
    elif risk.unit_id is None:
        raise Invalid.at("/object", "missing", NOT_PLACED)
    return told


def _target(session: Session, caller: Caller, risk: Risk, into: UUID | None) -> UUID:
    assert into is not None
    try:
        target = queries.find(session, caller, into)
    except NotFound:
        raise NotFound.at("/into", NO_TARGET) from None
    if target.enterprise_id != risk.enterprise_id or target.candidate or target.retired:
        raise NotFound.at("/into", NO_TARGET)
    return target.id


def _make_hazard(
    session: Session, caller: Caller, risk: Risk, reason: str, levels: LiveLevels, hazard_of: HazardOf
) -> None:
    """Sort its finding. The candidate stays and waits: no measure stood against that hazard, the list has a gap.

    The finding is locked before its candidate, as by whoever sorts it: the candidate may have been placed meanwhile.
    """
    if risk.finding_id is None:
        raise Conflict(NOT_FROM_FINDING, code="no_finding")
    if risk.hazard_id is not None:
        raise Conflict(ALREADY, code="already_hazard")
    hazard_of.sort(session, caller, risk.finding_id, reason)
    held = queries.find(session, caller, risk.id, lock=True)
    _demand_waiting(session, caller, held, levels)
    said = {"decision": Decision.IS_HAZARD, "reason": reason}
    events.change(session, held, "decided", caller, {"decision": Decision.IS_HAZARD}, said)
