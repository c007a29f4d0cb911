"""Administrative divisions (区划): public data, loaded from a file, the same for everybody."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from app.foundation.canonical import sent
from app.foundation.dialects import insert_once
from app.foundation.keyring import Keyring
from app.foundation.pages import total
from app.foundation.wire import Written
from app.people.models import Area
from app.people.schemas import AreaFilter, AreaPage
from app.people.scope import prefix
from app.people.terms import AreaLevel

DEFAULT: Final = Path(__file__).parent / "data" / "areas.csv"
LEVELS: Final = dict(zip((2, 4, 6, 9, 12), AreaLevel, strict=True))
AT_ONCE: Final = 500
NOWHERE: Final = UUID(int=0)  # an area has no id beside its code; a cursor wants one


def load_areas(session: Session, path: Path = DEFAULT) -> int:
    """Bring in a file of codes and names, and say how many are new. Names that changed are changed; nothing goes."""
    with path.open(encoding="utf-8", newline="") as file:
        names = {row["code"]: row["name"] for row in csv.DictReader(file)}
    known = dict(session.execute(select(Area.code, Area.name)).all())
    every = names.keys() | known.keys()
    new = sorted(names.keys() - known.keys(), key=lambda code: (len(prefix(code)), code))
    rows = [{"code": code, "parent_code": parent_of(code, every), "name": names[code]} for code in new]
    for first in range(0, len(rows), AT_ONCE):
        insert_once(session, Area, *rows[first : first + AT_ONCE])
    for code in names.keys() & known.keys():
        if names[code] != known[code]:
            session.execute(update(Area).where(Area.code == code).values(name=names[code]))
    return len(new)


def parent_of(code: str, known: Iterable[str]) -> str | None:
    """The next wider area that is known."""
    own = len(prefix(code))
    wider = (code[:n].ljust(12, "0") for n in sorted(LEVELS, reverse=True) if n < own)
    return next((area for area in wider if area in known), None)


def page(session: Session, filter: AreaFilter, keys: Keyring) -> Written[AreaPage]:
    """A page of areas in the order of their codes, so that each stands before what lies in it."""
    wanted = _matching(filter)
    place = filter.place(keys)
    begun = wanted.where(Area.code > place[0]) if place else wanted
    rows = session.execute(begun.order_by(Area.code).limit(filter.limit + 1)).all()
    items = [row._asdict() | {"level": LEVELS[len(prefix(row.code))]} for row in rows[: filter.limit]]
    more = len(rows) > filter.limit
    cursor = filter.cursor_after(keys, items[-1]["code"], NOWHERE) if more else None
    answer: dict[str, Any] = {"items": items, "next_cursor": cursor}
    return Written(sent(answer | (total(session, wanted) if filter.count else {})))


def _matching(filter: AreaFilter) -> Select[*tuple[Any, ...]]:
    wanted = select(Area.code, Area.name, Area.parent_code)
    if filter.parent_code:
        wanted = wanted.where(Area.parent_code == filter.parent_code)
    for word in (filter.q or "").split():
        wanted = wanted.where(
            or_(Area.name.contains(word, autoescape=True), Area.code.startswith(word, autoescape=True))
        )
    return wanted
