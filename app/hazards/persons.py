"""Whom a body of the loop means by ids and names."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.problems import NotFound, Said
from app.hazards.models import Hazard
from app.people.models import User
from app.people.scope import Caller

Meant = Mapping[str, tuple[UUID, ...]]  # the users behind a field of a body
NO_SUCH_USER = Said("企业没有这个账号", "No such user of the enterprise")


def meant(session: Session, caller: Caller, hazard: Hazard, body: Any) -> Meant:
    """The users whom a body means: those it names by id, and for a bare name everybody so called in the enterprise.

    Raises:
        NotFound: an id that is no user's of the enterprise.
    """
    responsible, workers = getattr(body, "responsible_id", None), getattr(body, "rectified_by", ())
    if responsible is None and not workers:
        return {}
    people = session.execute(select(User.id, User.name, User.active).where(User.enterprise_id == hazard.enterprise_id))
    by_id = {user.id: user for user in people}
    if responsible and not (responsible in by_id and by_id[responsible].active):
        raise NotFound.at("/responsible_id", NO_SUCH_USER)
    named = [(user.id, user.name) for user in by_id.values()] + [(caller.id, caller.name)]
    found: list[UUID] = []
    for place, person in enumerate(workers):
        if person.id and person.id not in by_id and person.id != caller.id:
            raise NotFound.at(f"/rectified_by/{place}/id", NO_SUCH_USER)
        found += [person.id] if person.id else [id for id, name in named if plain(name) == plain(person.name)]
    return {"rectified_by": tuple(dict.fromkeys(found))}


def plain(name: str) -> str:
    """A name however it was typed: 李 四 is 李四."""
    return "".join(name.split()).casefold()
