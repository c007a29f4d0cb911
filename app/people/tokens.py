"""Access tokens carry user and session only: roles, scope and revocation are read in the request's transaction."""

from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

import jwt
from fastapi import Request
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session as Database

from app.foundation.calendar import local_date
from app.foundation.clock import now
from app.foundation.columns import tuple_of
from app.foundation.dialects import table_of
from app.foundation.keyring import Keyring
from app.foundation.prepared import Prepared
from app.foundation.problems import Unauthenticated
from app.people.models import Session, User
from app.people.scope import Caller, Power

ACCESS_LASTS: Final = timedelta(hours=1)
REMEMBERED: Final = 4096  # tokens whose signature has been checked; a token is the same text for an hour

# Every request asks this.
USERS, SESSIONS = table_of(User).c, table_of(Session).c
TOLD: Final = (
    USERS.id, USERS.name, USERS.roles, USERS.enterprise_id, USERS.areas, USERS.sectors, USERS.assigned, USERS.powers
)  # fmt: skip
Told: Any = tuple_of("Told", TOLD)
WHO: Final = Prepared(
    select(*TOLD)
    .join_from(table_of(User), table_of(Session), SESSIONS.user_id == USERS.id)
    .where(USERS.id == bindparam("user"), SESSIONS.id == bindparam("session"))
    .where(SESSIONS.revoked_at.is_(None), USERS.active),
    "user", "session", row=Told._make,
)  # fmt: skip

bearer = OAuth2PasswordBearer("/api/v1/auth/token", auto_error=False, refreshUrl="/api/v1/auth/token")


class Pass(NamedTuple):
    """What a valid token says."""

    user_id: UUID
    session_id: UUID
    expires: int


def issue(keys: Keyring, user_id: UUID, session_id: UUID) -> str:
    """A JWT (RFC 7519, HS256) for one login, valid for ACCESS_LASTS."""
    until = int((now() + ACCESS_LASTS).timestamp())
    claims = {"sub": str(user_id), "sid": str(session_id), "exp": until}
    return jwt.encode(claims, keys.key("access", keys.newest), "HS256", headers={"kid": keys.newest})


@lru_cache(REMEMBERED)
def read(token: str, keys: Keyring) -> Pass | None:
    """What a token of ours says, also when it has expired."""
    try:
        key = keys.key("access", str(jwt.get_unverified_header(token).get("kid")))
        demands = {"require": ["sub", "sid", "exp"], "verify_exp": False}
        claims = jwt.decode(token, key, algorithms=["HS256"], options=demands)  # type: ignore[arg-type]
        return Pass(UUID(claims["sub"]), UUID(claims["sid"]), int(claims["exp"]))
    except (jwt.InvalidTokenError, KeyError, ValueError, UnicodeError):
        return None


def shown(request: Request, keys: Keyring) -> Pass | None:
    """What the request's bearer token says, if it is one of ours and still valid."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    told = read(token.strip(), keys) if scheme.lower() == "bearer" and len(token) < 4096 else None
    return told if told and told.expires > now().timestamp() else None


def identify(session: Database, shown: Pass | None) -> Caller:
    """The caller behind a token, with the roles and scope of this moment.

    Raises:
        Unauthenticated: no token, or one that is not (or no longer) valid.
    """
    if shown is None:
        raise Unauthenticated
    user = WHO.one_or_none(session, {"user": shown.user_id, "session": shown.session_id})
    if user is None:
        raise Unauthenticated
    return caller_of(user, shown.session_id)


def caller_of(user: Any, session_id: UUID | None = None) -> Caller:
    """The user, or what was read of one, as one who asks, with the powers of today."""
    return Caller(
        user.id, user.name, frozenset(user.roles), user.enterprise_id, user.areas, user.sectors, user.assigned,
        in_force(user.powers), session_id,
    )  # fmt: skip


def in_force(powers: Mapping[str, Any] | None) -> frozenset[Power]:
    """The powers that a certificate gives today; none after its last day."""
    if powers is None or (powers.get("valid_until") or "9999-12-31") < local_date(now()).isoformat():
        return frozenset()
    return frozenset(Power(power) for power in powers["powers"])
