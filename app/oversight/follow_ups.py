"""Records of looking after enterprises without inspecting them (了解掌握、协调调度、到场), written once."""

from typing import Any, Final
from uuid import UUID, uuid5

from pydantic_core import to_jsonable_python
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.duties.filter import narrowed
from app.duties.queries import page_of
from app.foundation.clock import now
from app.foundation.keyring import Keyring
from app.foundation.problems import Forbidden, NotFound, Said
from app.foundation.wire import Written
from app.inspections.clocks import DOUBT
from app.journal import events
from app.oversight.models import FollowUp
from app.oversight.schemas import FollowUpFilter, NewFollowUp
from app.oversight.views import FollowUpPage, FollowUpRow, FollowUpView
from app.people import enterprises
from app.people.models import User
from app.people.scope import INSPECTORS, Caller, Role, visible

NO_FOLLOW_UP: Final = Said("没有这条履职记录", "There is no such record of a follow-up")
NOT_YOURS: Final = Said(
    "履职记录由检查人员、企业的安全员或厂长经理填写",
    "Inspectors, and an enterprise's safety officer or manager, record follow-ups",
)


def record(session: Session, caller: Caller, body: NewFollowUp) -> FollowUpView:
    """Write down that the caller looked after some enterprises: a record for each.

    Raises:
        NotFound: an enterprise is outside the caller's scope.
        Forbidden: the caller neither inspects nor keeps an enterprise's lists.
    """
    told = dict(enumerate(body.enterprise_ids))
    there = {
        id: enterprises.find(session, caller, id, pointer=f"/enterprise_ids/{number}", hold=True)
        for number, id in told.items()
    }
    if not caller.has(*INSPECTORS, Role.MANAGER, Role.SAFETY_OFFICER):
        raise Forbidden(NOT_YOURS)
    present = now()
    at = min(body.at or present, present)
    made: list[FollowUp] = [
        FollowUp(
            id=uuid5(body.id, str(id)), batch_id=body.id, enterprise_id=id, area_code=enterprise.area_code,
            manner=body.manner, at=at, note=body.note, position=to_jsonable_python(body.position),
            participants=[{"name": name} for name in body.participants], user_id=caller.id,
            user_name=caller.name, doubt=body.at is not None and body.at > present + DOUBT, recorded_at=present,
        )
        for id, enterprise in there.items()
    ]  # fmt: skip
    events.create_all(session, [(row, "recorded", {}) for row in made], caller, at=at)
    return _shown(caller, body.id, made)


def view(session: Session, caller: Caller, batch_id: UUID) -> FollowUpView:
    """One call or meeting, as far as the caller may see it.

    Raises:
        NotFound: it does not exist, or lies outside the caller's scope.
    """
    own = select(FollowUp).where(FollowUp.batch_id == batch_id, or_(*visible(caller, FollowUp)), *_theirs(caller))
    rows = list(session.scalars(own))
    if not rows:
        raise NotFound(NO_FOLLOW_UP)
    return _shown(caller, batch_id, rows)


def page(session: Session, caller: Caller, filter: FollowUpFilter, keys: Keyring) -> Written[FollowUpPage]:
    """A page of them, the latest first."""
    wanted = [*narrowed(FollowUp, filter.enterprise_id, filter.area_code), *_theirs(caller)]
    if filter.user_id:
        wanted.append(FollowUp.user_id == filter.user_id)
    if filter.batch_id:
        wanted.append(FollowUp.batch_id == filter.batch_id)
    rows, more = page_of(session, caller, FollowUp, "at", wanted, filter, keys)
    shown = FollowUpPage(items=[_row(caller, row) for row in rows], **more)
    return Written(shown.model_dump_json(exclude_unset=True).encode())


def _theirs(caller: Caller) -> list[ColumnElement[bool]]:
    """What officials wrote of an enterprise, officials read; an enterprise reads what its own people wrote."""
    if caller.official:
        return []
    if caller.enterprise_id is None:
        return [FollowUp.user_id == caller.id]
    return [FollowUp.user_id.in_(select(User.id).where(User.enterprise_id == caller.enterprise_id))]


def _shown(caller: Caller, batch_id: UUID, rows: list[FollowUp]) -> FollowUpView:
    items = sorted((_row(caller, row) for row in rows), key=lambda row: str(row.enterprise_id))
    return FollowUpView(id=batch_id, revision=1, items=items)


def _row(caller: Caller, row: FollowUp) -> FollowUpRow:
    told: dict[str, Any] = {name: getattr(row, name) for name in FollowUpRow.model_fields}
    told["participants"] = [each["name"] for each in row.participants]
    if caller.only_works and row.user_id != caller.id:
        told |= {"user_name": None, "participants": None}
    return FollowUpRow.model_validate(told)
