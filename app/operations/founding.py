"""The first administrator, whom nobody above could have created: made by who runs the server, and on record so."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.foundation.canonical import new_id
from app.people.hashing import hashed
from app.people.schemas import NewUser, Sight
from app.people.scope import Caller, Role
from app.people.users import create_user


def create_administrator(session: Session, username: str, name: str, area_code: str, password: str) -> UUID:
    """An administrator of an area and what lies in it.

    Raises:
        ValidationError: a name or password that does not do.
        NotFound: no such area has been loaded.
        Conflict: the user name is taken.
    """
    keeper = Caller(new_id(), "app users create", frozenset({Role.ADMINISTRATOR}), areas=(area_code,))
    body = NewUser(
        username=username, password=password, name=name, roles=(Role.ADMINISTRATOR,),
        scope=Sight(area_codes=(area_code,)),
    )  # fmt: skip
    return create_user(session, keeper, body, hashed(password)).id
