"""Users: kept by the administrators of the smallest area that all their work lies in.

Colleagues and supervisors see who is there (name and roles), so that work can be assigned; the rest is for
administrators. `placing.py` says which roles and scopes go together.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, false, or_, select, type_coerce
from sqlalchemy.orm import Session

from app.foundation.canonical import sent
from app.foundation.clock import now
from app.foundation.columns import as_sent
from app.foundation.keyring import Keyring
from app.foundation.pages import in_order, total
from app.foundation.problems import Forbidden, NotFound, Said
from app.foundation.wire import Written
from app.journal import events
from app.people import sessions, tenures
from app.people.enterprises import demand_administrator
from app.people.models import Enterprise, User
from app.people.placing import placed
from app.people.schemas import NewUser, Sight, UserChange, UserFilter, UserPage, UserRow, UserView
from app.people.scope import Caller, Role, subtree, visible
from app.people.taken import unless_taken
from app.sorting.terms import Sector

NO_USER: Final = Said("没有这个用户", "There is no such user")
NAME_TAKEN: Final = Said("这个用户名已被使用", "This user name is taken")
NOT_ONESELF: Final = Said(
    "不能修改自己的角色、范围、权力、密码和启用状态",
    "Roles, scope, powers, password and status of oneself are for others to change",
)
NOT_BY_ONESELF: Final = {"roles", "scope", "powers", "password", "active"}
ROW: Final = tuple(as_sent(getattr(User, name)) for name in UserRow.model_fields)


def find(session: Session, caller: Caller, id: UUID, *, lock: bool = False) -> User:
    """The user, if the caller may see that there is one.

    Raises:
        NotFound: does not exist, or is outside the caller's scope.
    """
    query = select(User).where(User.id == id, seen_by(caller))
    user = session.scalar(query.with_for_update(of=User) if lock else query)
    if user is None:
        raise NotFound(NO_USER)
    return user


def seen_by(caller: Caller) -> ColumnElement[bool]:
    """Who is seen: by administrators all of their areas and sectors; by others the people of the enterprises in
    scope."""
    of_these = User.enterprise_id.in_(select(Enterprise.id).where(or_(*visible(caller, Enterprise))))
    if caller.has(Role.ADMINISTRATOR):
        here = or_(false(), *(subtree(User.area_code, area) for area in caller.areas))
        return and_(here, or_(of_these, _no_wider(caller.sectors))) if caller.sectors else here
    if caller.only_works:
        return User.id == caller.id
    return or_(of_these, User.id == caller.id)


def _no_wider(sectors: Sequence[str]) -> ColumnElement[bool]:
    """People of the government who see some of these sectors, and no others."""
    text, others = type_coerce(User.sectors, Text), set(Sector) - set(sectors)
    return and_(text != "", *(text.not_like(f"% {other} %") for other in sorted(others)))


def view(user: User) -> UserView:
    """The user as administrators see them."""
    shown = {name: getattr(user, name) for name in UserView.model_fields if name not in {"scope", "replayed"}}
    return UserView(**shown, scope=sight(user))


def sight(user: User) -> Sight:
    """What the user works for."""
    own = (user.enterprise_id,) if user.enterprise_id else user.assigned
    return Sight(area_codes=user.areas, sectors=user.sectors, enterprise_ids=own)


def page(session: Session, caller: Caller, filter: UserFilter, keys: Keyring) -> Written[UserPage]:
    """A page of the users that the caller sees, by name."""
    wanted = [seen_by(caller), *conditions(caller, filter)]
    key, place = (User.name, User.id), filter.place(keys)
    found = in_order(select(*ROW), [and_(*wanted)], key, place, filter.limit + 1, descending=False)
    rows = session.execute(found).all()
    items = [row._asdict() for row in rows[: filter.limit]]
    more = len(rows) > filter.limit
    cursor = filter.cursor_after(keys, items[-1]["name"], items[-1]["id"]) if more else None
    answer: dict[str, Any] = {"items": items, "next_cursor": cursor}
    return Written(sent(answer | (total(session, select(User.id).where(*wanted)) if filter.count else {})))


def conditions(caller: Caller, filter: UserFilter) -> list[ColumnElement[bool]]:
    """The filter as a WHERE. Only administrators find people by what only they see."""
    wanted: list[ColumnElement[bool]] = []
    if filter.enterprise_id:
        wanted.append(User.enterprise_id == filter.enterprise_id)
    if filter.area_code:
        wanted.append(subtree(User.area_code, filter.area_code))
    if filter.role:
        wanted.append(type_coerce(User.roles, Text).contains(f" {filter.role} ", autoescape=True))
    if filter.active is not None:
        wanted.append(User.active.is_(filter.active))
    known = (User.name, User.username, User.phone) if caller.has(Role.ADMINISTRATOR) else (User.name,)
    words = (filter.q or "").split()
    return wanted + [or_(*(column.icontains(word, autoescape=True) for column in known)) for word in words]


def create_user(session: Session, by: Caller, body: NewUser, stored: str = "") -> User:
    """Take on a person; `stored` is the password as `hashing.hashed` gives it, none if empty.

    Raises:
        Forbidden: the caller is no administrator.
        Invalid, NotFound: as `placed`.
        Conflict: the user name is taken, perhaps by somebody out of the caller's sight.
    """
    demand_administrator(by)
    powers = None if body.powers is None else body.powers.model_dump(mode="json")
    user = User(
        **body.model_dump(include={"id", "username", "name", "phone", "roles"}),
        **placed(session, by, body.roles, body.scope, powers),
        powers=powers,
        password=stored,
        created_at=now(),
    )
    with unless_taken(session, User.username == body.username, "username_taken", NAME_TAKEN):
        events.create(session, user, "taken_on", by, {})
    return user


def change_user(session: Session, by: Caller, id: UUID, body: UserChange) -> User:
    """Change some fields of a person; a new password, or being dismissed, ends all logins.

    Raises:
        NotFound: outside the caller's scope.
        RevisionRequired, StaleRevision: the client has not seen the user as they are.
        Forbidden: the caller is no administrator, or changes what nobody changes for themselves.
        Invalid: as `placed`.
    """
    user = find(session, by, id, lock=True)
    demand_administrator(by)
    asked = body.of(view(user))
    if user.id == by.id and asked.keys() & NOT_BY_ONESELF:
        raise Forbidden(NOT_ONESELF)
    if asked.get("powers"):
        asked["powers"] = asked["powers"].model_dump(mode="json")
    if asked.keys() & {"roles", "scope", "powers"}:
        roles, powers = asked.get("roles", user.roles), asked.get("powers", user.powers)
        asked |= placed(session, by, roles, asked.pop("scope", sight(user)), powers)
    changes = {name: value for name, value in asked.items() if value != getattr(user, name)}
    if changes:
        said = {"password": "reset"} if "password" in changes else {}
        before = tenures.held(user)
        events.change(session, user, "changed", by, changes, said)
        tenures.keep(session, user, before)
    if "password" in changes or not user.active:
        sessions.end_all(session, user.id)
    return user
