"""Who keeps an enterprise's risk list, and whom it may name."""

from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.problems import Forbidden, NotFound, Said
from app.people.models import User
from app.people.scope import Caller, Role

NO_OWNER: Final = Said("本企业没有这个人", "The enterprise has no such person")
NOT_KEEPER: Final = Said(
    "风险清单由本企业的安全员或厂长经理维护", "The enterprise's own safety officer or manager keeps its risk list"
)


def keeps(caller: Caller, enterprise_id: UUID) -> bool:
    """Whether the caller is the enterprise's own safety officer or manager."""
    return caller.enterprise_id == enterprise_id and caller.has(Role.SAFETY_OFFICER, Role.MANAGER)


def demand_keeper(caller: Caller, enterprise_id: UUID) -> None:
    """Raises Forbidden unless the caller keeps this enterprise's risk list."""
    if not keeps(caller, enterprise_id):
        raise Forbidden(NOT_KEEPER)


def find_person(session: Session, enterprise_id: UUID, id: UUID | None, pointer: str) -> None:
    """Raises NotFound at the pointer unless the person, if any, is of the enterprise."""
    theirs = select(User.id).where(User.id == id, User.enterprise_id == enterprise_id)
    if id is not None and session.scalar(theirs) is None:
        raise NotFound.at(pointer, NO_OWNER)
