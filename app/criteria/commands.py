"""Loading a set and switching it: by who keeps the server, on record, all of a file or nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.criteria.current import Stamp, active_sets, stamped
from app.criteria.models import LoadedSet
from app.foundation.canonical import canonical, digest, new_id
from app.foundation.clock import now
from app.journal import events
from app.sorting.criteria import BadCriteria
from app.sorting.in_force import in_force
from app.sorting.sets import RELEASED, CriteriaSet

CHECKED: Final = RELEASED + 1


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who keeps the server: nobody's account, named in the journal by what they said or the command they used."""

    id: UUID
    name: str
    roles: frozenset[Any] = frozenset()

    @classmethod
    def called(cls, name: str) -> "Keeper":
        return cls(new_id(), name)


def check(session: Session, data: Any) -> tuple[CriteriaSet, Stamp]:
    """The set of a file, if it could be loaded beside what is there; and a stamp of what is there.

    Raises: BadCriteria, with all that is wrong.
    """
    made, stamp = CriteriaSet.of(data, CHECKED), stamped(session)
    together(session, [CriteriaSet.of(data, _newest(session, made.name) + 1)])
    return made, stamp


def check_switch(session: Session, name: str, version: int, *, active: bool) -> Stamp:
    """A stamp of what is there, if what would be in force after a switch can hold together.

    Raises: BadCriteria.
    """
    row, stamp = _version(session, name, version), stamped(session)
    others = [each for each in active_sets(session) if (each.name, each.version) != (name, version)]
    _hold([*others, CriteriaSet.of(row.data, version)] if active else others)
    return stamp


def load(session: Session, data: Any, by: Keeper, *, active: bool = True, checked: Stamp | None = None) -> LoadedSet:
    """Take in a set as the next version of its name, in force unless it waits to be switched on.

    A file that is the newest version already is not taken in again, and its row stays as it is. Judging a set takes a
    second or two, in which other writers would wait: who has `checked` it before is believed while nothing changed.

    Raises: BadCriteria; nothing of the file is kept.
    """
    made = CriteriaSet.of(data, CHECKED)
    version, mark = _newest(session, made.name), digest(canonical(data))
    same = session.scalar(
        select(LoadedSet).where(LoadedSet.name == made.name, LoadedSet.version == version, LoadedSet.digest == mark)
    )
    if same is not None:
        return same
    if checked != stamped(session):
        together(session, [CriteriaSet.of(data, version + 1)])
    row = LoadedSet(
        id=new_id(), name=made.name, version=version + 1, title=made.title, effective_from=made.effective_from,
        effective_to=made.effective_to, active=active, digest=mark, data=data, loaded_at=now(),
    )  # fmt: skip
    events.create(session, row, "loaded", by, {})
    return row


def switch(
    session: Session, name: str, version: int, by: Keeper, *, active: bool, checked: Stamp | None = None
) -> LoadedSet:
    """Put a loaded version in force, or take it out of force; `checked` as in `load`.

    Raises:
        BadCriteria: there is none, or it can not hold beside the others.
    """
    row = _version(session, name, version, lock=True)
    if row.active is not active:
        if checked != stamped(session):
            check_switch(session, name, version, active=active)
        events.change(session, row, "switched_on" if active else "switched_off", by, {"active": active}, {})
    return row


def _version(session: Session, name: str, version: int, *, lock: bool = False) -> LoadedSet:
    """Raises BadCriteria if there is none."""
    asked = select(LoadedSet).where(LoadedSet.name == name, LoadedSet.version == version)
    row = session.scalar(asked.with_for_update() if lock else asked)
    if row is None:
        raise BadCriteria(f"no version {version} of {name} has been loaded")
    return row


def together(session: Session, more: Iterable[CriteriaSet]) -> None:
    """Raises BadCriteria if these and the active sets can not hold beside each other."""
    _hold([*active_sets(session), *more])


def _hold(sets: Iterable[CriteriaSet]) -> None:
    try:
        in_force(sets)
    except BadCriteria as bad:
        raise BadCriteria(f"beside the sets in force: {bad}") from bad


def _newest(session: Session, name: str) -> int:
    """The newest version of a name that was loaded; 0 where there is none."""
    versions = session.scalars(select(LoadedSet.version).where(LoadedSet.name == name))
    return max(versions, default=RELEASED)
