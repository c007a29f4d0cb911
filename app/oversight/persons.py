"""Who holds which seat from when on: each appointment a row, so that it stays known who it was at any time."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.duties.plans import BACKWARDS
from app.duties.queries import page_of
from app.foundation.calendar import add_days, local_date
from app.foundation.clock import now
from app.foundation.keyring import Keyring
from app.foundation.problems import Conflict, Forbidden, Invalid, NotFound, Said
from app.foundation.wire import Written
from app.journal import events
from app.oversight.models import ResponsiblePerson
from app.oversight.schemas import NewResponsiblePerson, PersonFilter, ResponsiblePersonChange
from app.oversight.views import ResponsiblePersonPage, ResponsiblePersonView
from app.people import enterprises
from app.people.models import Enterprise, User
from app.people.scope import GOVERNMENT, SYSTEM, Caller, Role, find_visible, within_any
from app.people.terms import Responsibility
from app.risks.keeping import keeps

NO_PERSON: Final = Said("没有这位责任人", "There is no such responsible person")
NO_USER: Final = Said("没有可担任这个责任人的用户", "There is no such user who may hold this seat")
NOT_YOURS: Final = Said(
    "政府的责任人由管理员或监管人员登记，企业责任人也可由本企业的安全员、厂长经理登记",
    "Administrators and supervisors name responsible persons; the enterprise's own keepers name its head",
)
SEAT_TAKEN: Final = Said("这个时段已有责任人", "Somebody holds this seat in that time")


def find(session: Session, caller: Caller, id: UUID, *, lock: bool = False) -> ResponsiblePerson:
    """The appointment, if the caller may see it.

    Raises:
        NotFound: it does not exist, or lies outside the caller's scope.
    """
    return find_visible(session, caller, ResponsiblePerson, id, NO_PERSON, lock=lock)


def view(caller: Caller, row: ResponsiblePerson) -> ResponsiblePersonView:
    """The appointment as this caller sees it: a worker reads no names and phones of others, and a phone of an office
    that is not public stays with officials."""
    names = set(ResponsiblePersonView.model_fields) - {"replayed", "backdated"}
    told = {name: getattr(row, name) for name in names}
    hidden: dict[str, None] = {}
    if row.user_id != caller.id:
        if caller.only_works:
            hidden = {"name": None, "phone": None}
        elif not (caller.official or row.phone_public or row.seat is Responsibility.ENTERPRISE):
            hidden = {"phone": None}
    backdated = row.from_on < local_date(row.made_at)
    return ResponsiblePersonView.model_validate(told | hidden | {"backdated": backdated})


def page(
    session: Session, caller: Caller, enterprise_id: UUID, filter: PersonFilter, keys: Keyring
) -> Written[ResponsiblePersonPage]:
    """Who holds and held the seats of an enterprise, the last written down first.

    Raises:
        NotFound: the enterprise is outside the caller's scope.
    """
    enterprises.find(session, caller, enterprise_id)
    wanted = [ResponsiblePerson.enterprise_id == enterprise_id, ResponsiblePerson.withdrawn.is_(filter.withdrawn)]
    if filter.seat:
        wanted.append(ResponsiblePerson.seat == filter.seat)
    if filter.on:
        until = or_(ResponsiblePerson.to_on.is_(None), ResponsiblePerson.to_on >= filter.on)
        wanted += [ResponsiblePerson.from_on <= filter.on, until]
    rows, more = page_of(session, caller, ResponsiblePerson, "made_at", wanted, filter, keys)
    shown = ResponsiblePersonPage(items=[view(caller, row) for row in rows], **more)
    return Written(shown.model_dump_json(exclude_unset=True).encode())


def appoint(session: Session, caller: Caller, enterprise_id: UUID, body: NewResponsiblePerson) -> ResponsiblePerson:
    """Let somebody hold a seat from a day on; who holds it then does so until the day before.

    Raises:
        NotFound: the enterprise is outside the caller's scope; the user is none who may hold the seat.
        Forbidden: the caller may not name this one.
        Conflict: somebody holds it in that time who began no earlier.
    """
    enterprise = enterprises.find(session, caller, enterprise_id, lock=True)
    user = _user(session, enterprise, body.seat, body.user_id)
    _demand(caller, enterprise.id, body.seat)
    from_on = body.from_on or local_date(now())
    if body.to_on and body.to_on < from_on:
        raise Invalid.at("/to_on", "ends_before_it_begins", BACKWARDS)
    for other in _overlapping(session, enterprise.id, body.seat, from_on, body.to_on):
        if other.from_on >= from_on or (other.to_on is not None and body.to_on is not None):
            raise Conflict(SEAT_TAKEN, code="seat_taken")
        until = {"to_on": add_days(from_on, -1)}
        events.change(session, other, "succeeded", caller, until, {"by": body.id})
    told = body.model_dump(exclude={"device", "from_on", "name"})
    made = ResponsiblePerson(
        **told,
        name=body.name or (user.name if user else ""),
        from_on=from_on,
        enterprise_id=enterprise.id,
        area_code=enterprise.area_code,
        withdrawn=False,
        made_by=None if caller.id == SYSTEM.id else caller.id,
        made_at=now(),
    )
    events.create(session, made, "appointed", caller, {})
    return made


def change(
    session: Session, caller: Caller, enterprise_id: UUID, id: UUID, body: ResponsiblePersonChange
) -> ResponsiblePerson:
    """Change how somebody is reached and until when they hold the seat, or take back an appointment that was none.
    Whoever held it before such a one is let go on by a change of their own.

    Raises:
        NotFound: it is not of this enterprise, or outside the caller's scope.
        RevisionRequired, StaleRevision: the client has not seen it as it is.
        Forbidden: the caller may not name this one.
        Invalid, Conflict: as for a new one.
    """
    enterprises.find(session, caller, enterprise_id, lock=True)
    row = find(session, caller, id, lock=True)
    if row.enterprise_id != enterprise_id:
        raise NotFound(NO_PERSON)
    asked = body.of(view(caller, row))
    _demand(caller, row.enterprise_id, row.seat)
    whole = {name: getattr(row, name) for name in ("to_on", "withdrawn")} | asked
    if whole["to_on"] and whole["to_on"] < row.from_on:
        raise Invalid.at("/to_on", "ends_before_it_begins", BACKWARDS)
    others = _overlapping(session, row.enterprise_id, row.seat, row.from_on, whole["to_on"])
    if not whole["withdrawn"] and any(other.id != row.id for other in others):
        raise Conflict(SEAT_TAKEN, code="seat_taken")
    changes = {name: value for name, value in asked.items() if value != getattr(row, name)}
    if changes:
        events.change(session, row, "changed", caller, changes, {})
    return row


def on(session: Session, enterprise_id: UUID, day: date) -> dict[Responsibility, ResponsiblePerson | None]:
    """Who holds the seats of an enterprise on a day, of those for which anybody had been appointed by then: None, where
    nobody has followed."""
    begun = _overlapping(session, enterprise_id, None, date.min, day)
    return {row.seat: row if row.to_on is None or row.to_on >= day else None for row in begun}


def _overlapping(
    session: Session, enterprise_id: UUID, seat: Responsibility | None, from_on: date, to_on: date | None
) -> Sequence[ResponsiblePerson]:
    wanted: list[Any] = [ResponsiblePerson.enterprise_id == enterprise_id, ResponsiblePerson.withdrawn.is_(False)]
    wanted.append(or_(ResponsiblePerson.to_on.is_(None), ResponsiblePerson.to_on >= from_on))
    if seat:
        wanted.append(ResponsiblePerson.seat == seat)
    if to_on:
        wanted.append(ResponsiblePerson.from_on <= to_on)
    return session.scalars(select(ResponsiblePerson).where(*wanted).order_by(ResponsiblePerson.from_on)).all()


def _user(session: Session, enterprise: Enterprise, seat: Responsibility, id: UUID | None) -> User | None:
    """The user, who is of the enterprise or governs it."""
    if id is None:
        return None
    user = session.get(User, id)
    if user is not None and user.active:
        own = user.enterprise_id == enterprise.id
        governs = not GOVERNMENT.isdisjoint(user.roles) and within_any(enterprise.area_code, user.areas)
        if own if seat is Responsibility.ENTERPRISE else governs:
            return user
    raise NotFound.at("/user_id", NO_USER)


def _demand(caller: Caller, enterprise_id: UUID, seat: Responsibility) -> None:
    own = seat is Responsibility.ENTERPRISE and keeps(caller, enterprise_id)
    if not own and not caller.has(Role.ADMINISTRATOR, Role.SUPERVISOR):
        raise Forbidden(NOT_YOURS)
