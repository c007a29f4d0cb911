"""Setting passwords: hashed before the visit, because no transaction waits for that."""

from functools import partial
from typing import Any, Final
from uuid import UUID

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.canonical import digest
from app.foundation.database import Database
from app.foundation.keyring import Keyring
from app.foundation.problems import Conflict, Invalid, Problem, Said
from app.journal import events
from app.people import sessions, users
from app.people.attempts import count, forgive
from app.people.calls import Told, thing
from app.people.enterprises import demand_administrator
from app.people.hashing import Hashing
from app.people.models import User
from app.people.schemas import NewUser, PasswordChange, UserChange
from app.people.scope import Caller
from app.people.tokens import Pass, identify

WRONG: Final = Said("原密码不正确", "The old password is wrong")
IS_NAME: Final = Said("密码不能与用户名相同", "The password must not be the user name")
CHANGED: Final = Said("密码刚被修改，请重试", "The password has just been changed")


async def hash_new(request: Request, told: Told) -> None:
    """Before the visit: let the password that an administrator sets be what is to be stored. No receipt keeps it.

    Raises:
        Forbidden, NotFound: nothing is hashed for those who may not set it.
        Invalid: it is no better than the name.
        Overloaded: too many are waiting to be hashed.
    """
    body: NewUser | UserChange = told.given["body"]
    if not body.password:
        return
    user_id: Any = told.given.get("user_id")

    def allowed(session: Session) -> str:
        caller = identify(session, told.shown)
        username = body.username if isinstance(body, NewUser) else users.find(session, caller, user_id).username
        demand_administrator(caller)
        return username

    database: Database = thing(request, Database)
    hashing: Hashing = thing(request, Hashing)
    if body.password.casefold() == await database.read(allowed):
        raise Invalid.at("/password", "weak_password", IS_NAME)
    with hashing.place():
        stored = await hashing.hashed(body.password)
    mark = thing(request, Keyring).mark("receipt", body.password)
    told.given["body"] = body.model_copy(update={"password": stored})
    told.sent = {**told.sent, "password": mark}


async def judge(request: Request, told: Told) -> None:
    """Before the visit: let `old` be what is stored, if it was right, and `new` what is to be stored.

    Guesses are counted as at login: a stolen phone must not find out the password.

    Raises:
        LockedOut: too many wrong guesses.
        Invalid: the old password is wrong; the new one is no better than the name.
    """
    database: Database = thing(request, Database)
    hashing: Hashing = thing(request, Hashing)
    body: PasswordChange = told.given["body"]
    with hashing.place():
        username, stored = await database.write(partial(knock, shown=told.shown))
        if body.new.casefold() == username:
            raise Invalid.at("/new", "weak_password", IS_NAME)
        if await hashing.matches(body.old, stored):
            new = await hashing.hashed(body.new)
        elif await hashing.matches(body.new, stored):
            new = stored  # the answer to the first try was lost
        else:
            raise Invalid.at("/old", "wrong_password", WRONG)
    told.given["body"] = body.model_copy(update={"old": stored, "new": new})


def knock(session: Session, shown: Pass | None) -> tuple[str, str] | Problem:
    """Count a guess at the caller's own password; the user name, and what is stored."""
    caller = identify(session, shown)
    user = session.get_one(User, caller.id)
    return count(session, own_guesses(caller.id)) or (user.username, user.password)


def change(session: Session, caller: Caller, body: PasswordChange) -> None:
    """Store the new password, and end the caller's other logins.

    Raises:
        Conflict: it was changed at the same moment.
    """
    user = session.scalars(select(User).where(User.id == caller.id).with_for_update()).one()
    forgive(session, own_guesses(caller.id))
    if user.password == body.new:
        return
    if user.password != body.old:
        raise Conflict(CHANGED, code="password_changed")
    events.change(session, user, "changed_password", caller, {"password": body.new}, {}, revises=False)
    sessions.end_all(session, caller.id, but=caller.session_id)


def own_guesses(user_id: UUID) -> str:
    """Under what guesses at one's own password are counted."""
    return digest(f"password:{user_id}")
