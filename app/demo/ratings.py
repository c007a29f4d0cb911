"""What the demo's enterprises make of their risks: assessments, a major hazard installation, a review that is due."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.town import Town, Works
from app.people.enterprises import change_enterprise
from app.people.models import Enterprise
from app.people.schemas import EnterpriseChange
from app.people.scope import SYSTEM, Caller, Role
from app.risks.assessing import assess
from app.risks.bodies import AskReview, Assess
from app.risks.levels import RiskLevel
from app.risks.models import Risk, RiskObject
from app.risks.object_schemas import ObjectChange
from app.risks.objects import change_object
from app.risks.reviewing import ask_review

# Likelihood and severity with the measures in place, by the level that a template says; and with nothing done.
RESIDUAL: Final[Mapping[RiskLevel, tuple[int, int]]] = {
    RiskLevel.MAJOR: (4, 5), RiskLevel.CONSIDERABLE: (3, 5), RiskLevel.GENERAL: (3, 3), RiskLevel.LOW: (2, 2),
}  # fmt: skip
INHERENT: Final[Mapping[RiskLevel, tuple[int, int]]] = {
    RiskLevel.MAJOR: (5, 5), RiskLevel.CONSIDERABLE: (4, 5), RiskLevel.GENERAL: (4, 4), RiskLevel.LOW: (3, 3),
}  # fmt: skip
STATION: Final = "guisi"  # the gas station, whose tanks are a major hazard installation of the third grade
ANSWERABLE: Final = (
    ("principal", Role.MANAGER), ("technical", Role.SAFETY_OFFICER), ("operational", Role.TEAM_LEADER),
)  # fmt: skip
ENGINEER: Final = {"name": "周文博", "phone": "10000000088"}


def rate(session: Session, town: Town) -> None:
    """Let the enterprise of the demo's logins and the gas station assess their lists; the others declared theirs."""
    main = town.works[town.data.main.key]
    station = town.works[STATION]
    _install(session, station)
    for works in (main, station):
        officer = works.who(Role.SAFETY_OFFICER)
        assert officer is not None
        risks = session.scalars(select(Risk).where(Risk.enterprise_id == works.id).order_by(Risk.created_at, Risk.id))
        listed = list(risks)
        for risk in listed:
            _assess(session, officer, risk, endorsed=works is station)
        if works is main:
            reason = AskReview.model_validate({"because": "accident", "reason": "外地同类企业发生事故，对照重新评估"})
            ask_review(session, officer, listed[0].id, reason)


def _assess(session: Session, officer: Caller, risk: Risk, *, endorsed: bool) -> None:
    level = risk.level
    assert level is not None
    for kind, table in (("inherent", INHERENT), ("residual", RESIDUAL)):
        likelihood, severity = table[level]
        told: dict[str, Any] = {"kind": kind, "method": "ls", "l": likelihood, "s": severity, "reason": "年度辨识评估"}
        assess(session, officer, risk.id, Assess.model_validate(told | {"endorsed_by_chief_engineer": endorsed}))


def _install(session: Session, works: Works) -> None:
    """Name the chief engineer, the installation and the three who answer for it."""
    revision = session.get_one(Enterprise, works.id).revision
    named = EnterpriseChange.model_validate({"revision": revision, "chief_engineer": ENGINEER})
    change_enterprise(session, SYSTEM, works.id, named)
    officer = works.who(Role.SAFETY_OFFICER)
    assert officer is not None
    tanks = session.scalars(select(RiskObject).where(RiskObject.enterprise_id == works.id).order_by(RiskObject.name))
    persons = [(kind, works.who(role)) for kind, role in ANSWERABLE]
    three = [{"kind": kind, "name": person.name, "user_id": person.id} for kind, person in persons if person]
    told = {"revision": 1, "kind": "storage", "grade": 3, "answerable": three, "place": "储罐区"}
    station = next(each for each in tanks if "气站" in each.name)
    change_object(session, officer, station.id, ObjectChange.model_validate(told))
