"""What people were before: what was owed in the past was owed by who held the role then, whoever holds it now."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.clock import now
from app.people.models import Tenure, User

HELD: Final = ("enterprise_id", "roles", "active")
TICK: Final = timedelta(milliseconds=1)  # instants are kept to the millisecond: two changes in one follow each other


def held(user: User) -> dict[str, Any]:
    """What of a user counts for who owes what."""
    return {name: getattr(user, name) for name in HELD}


def keep(session: Session, user: User, before: dict[str, Any]) -> None:
    """Write down what a user was until now, if it has changed; the caller holds the user's row."""
    after = held(user)
    if after == before:
        return
    last = session.scalar(select(Tenure).where(Tenure.user_id == user.id, Tenure.until.is_(None)))
    if last is None:
        last = Tenure(user_id=user.id, since=user.created_at, **before)
        session.add(last)
    last.until = max(now(), last.since + TICK)
    session.add(Tenure(user_id=user.id, since=last.until, until=None, **after))
