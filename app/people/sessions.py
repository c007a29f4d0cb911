"""Logins on devices, and the refresh tokens that carry them on.

A refresh token is `{session}.{generation}.{mark}`: the row says which generation is the newest, the mark that this
server gave it out. Nothing secret is stored.
"""

from datetime import timedelta
from typing import Final, NamedTuple, Self
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session as Database

from app.foundation.canonical import new_id
from app.foundation.clock import now
from app.foundation.keyring import Keyring
from app.foundation.problems import InvalidGrant, Said
from app.people.models import Session, User

REFRESH_LASTS: Final = timedelta(days=90)
PURPOSE: Final = "refresh"

EXPIRED: Final = Said("登录已失效，请重新登录", "The login has ended, please log in again")
REUSED: Final = Said(
    "刷新令牌已被使用过，此设备的登录已终止", "The refresh token was used before: this login has been ended"
)


class Refresh(NamedTuple):
    """What a refresh token says."""

    session_id: UUID
    generation: int

    def written(self, keys: Keyring) -> str:
        said = f"{self.session_id}.{self.generation}"
        return f"{said}.{keys.mark(PURPOSE, said)}"

    @classmethod
    def read(cls, keys: Keyring, token: str) -> Self | None:
        """What the token says, if this server wrote it."""
        session_id, _, rest = token.partition(".")
        generation, _, mark = rest.partition(".")
        if not keys.marked(PURPOSE, f"{session_id}.{generation}", mark):
            return None
        return cls(UUID(session_id), int(generation))


def begin(session: Database, user_id: UUID, device_id: str | None) -> Refresh:
    """A new login; those of this user that have expired go."""
    session.execute(delete(Session).where(Session.user_id == user_id, Session.expires_at <= now()))
    login = Session(
        id=new_id(), user_id=user_id, device_id=device_id, created_at=now(), expires_at=now() + REFRESH_LASTS
    )
    session.add(login)
    session.flush()
    return Refresh(login.id, login.generation)


def carry_on(session: Database, shown: Refresh) -> tuple[UUID, Refresh] | InvalidGrant:
    """The user, and the successor of a refresh token.

    A phone that lost the answer asks again with the same token, and gets the same successor until that has itself
    been used. Later, somebody else has had one of the two: this login ends, to be committed with the problem.
    """
    found = select(Session, User.active).join(User, User.id == Session.user_id).where(Session.id == shown.session_id)
    row = session.execute(found.with_for_update(of=Session)).one_or_none()
    if row is None or not row.active or row.Session.revoked_at or row.Session.expires_at <= now():
        return InvalidGrant(EXPIRED)
    login: Session = row.Session
    if shown.generation < login.generation - 1:
        login.revoked_at = now()
        return InvalidGrant(REUSED)
    login.generation = shown.generation + 1
    login.expires_at = now() + REFRESH_LASTS
    return login.user_id, Refresh(login.id, login.generation)


def end(session: Database, session_id: UUID) -> None:
    """End one login at once: its access tokens name it."""
    live = (Session.id == session_id, Session.revoked_at.is_(None))
    session.execute(update(Session).where(*live).values(revoked_at=now()))


def end_all(session: Database, user_id: UUID, *, but: UUID | None = None, device_id: str | None = None) -> None:
    """End all logins of a user, or those on one device; never the one named in `but`."""
    live = [Session.user_id == user_id, Session.revoked_at.is_(None)]
    if but:
        live.append(Session.id != but)
    if device_id:
        live.append(Session.device_id == device_id)
    session.execute(update(Session).where(*live).values(revoked_at=now()))
