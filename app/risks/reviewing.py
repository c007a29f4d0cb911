"""When a risk is to be assessed again: a year after it was, at once after a change, an accident or a major hazard."""

from calendar import monthrange
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.calendar import local_date
from app.foundation.clock import now
from app.foundation.problems import Forbidden, Said
from app.journal import events
from app.people.scope import Caller, Role
from app.risks import queries
from app.risks.bodies import AskReview
from app.risks.keeping import keeps
from app.risks.methods import methods
from app.risks.models import Risk
from app.risks.terms import ReviewCause

NOT_YOURS: Final = Said(
    "由本企业的安全员、厂长经理或监管人员提出",
    "The enterprise's own safety officer or manager, or a supervisor, asks for a review",
)

# What an assessment judged: who owns a risk, or at which post it stands, changes nothing about it.
JUDGED: Final = frozenset({"event", "unit_id", "kind", "description", "retired"})


def next_review(day: date) -> date:
    """The day by which a risk that was assessed on `day` is assessed again; of 29 February, the 28th."""
    months = day.year * 12 + day.month - 1 + methods().review.months
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def after_assessment() -> dict[str, Any]:
    """What an assessment changes about the next one."""
    return {"next_review_on": next_review(local_date(now())), "review_because": ReviewCause.YEARLY}


def due_now(risk: Risk, cause: ReviewCause) -> dict[str, Any]:
    """What changes when something has happened that an assessment did not know of; nothing where there is none."""
    today = local_date(now())
    assessed = risk.inherent or risk.residual
    if not assessed or (risk.next_review_on and risk.next_review_on <= today):
        return {}
    return {"next_review_on": today, "review_because": cause}


def judge_again(session: Session, caller: Caller, risk: Risk) -> None:
    """What an assessed risk was judged by has changed: it is to be assessed again."""
    changes = due_now(risk, ReviewCause.CHANGE)
    if changes:
        events.change(session, risk, "review_due", caller, changes, {})


def after_accident(session: Session, caller: Caller, enterprise_id: UUID) -> None:
    """An accident has happened at the enterprise: its assessed risks are to be assessed again."""
    listed = select(Risk).where(Risk.enterprise_id == enterprise_id, Risk.retired.is_(False), Risk.candidate.is_(False))
    risks = session.scalars(listed.order_by(Risk.id).with_for_update())
    due = ((risk, due_now(risk, ReviewCause.ACCIDENT)) for risk in risks)
    events.change_all(session, [(risk, "review_due", changes, {}) for risk, changes in due if changes], caller)


def ask_review(session: Session, caller: Caller, risk_id: UUID, body: AskReview) -> None:
    """Let a risk be due for review today, and say why.

    Raises:
        NotFound: outside the caller's scope.
        Forbidden: the caller neither keeps this list nor supervises the enterprise.
    """
    risk = queries.find(session, caller, risk_id, lock=True)
    if not (keeps(caller, risk.enterprise_id) or caller.has(Role.SUPERVISOR)):
        raise Forbidden(NOT_YOURS)
    today = local_date(now())
    due = min(risk.next_review_on or today, today)
    changes = {"next_review_on": due, "review_because": body.because}
    events.change(session, risk, "review_asked", caller, changes, {"reason": body.reason})
