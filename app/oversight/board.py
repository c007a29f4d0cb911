"""The public board (公示牌) of the three responsible persons: as it is read, and as it is printed to hang up."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.duties.terms import TITLES, Seat
from app.foundation.calendar import local_date
from app.foundation.clock import now
from app.foundation.printing import Sheet
from app.oversight import persons
from app.oversight.models import ResponsiblePerson
from app.oversight.schemas import BoardAsked
from app.oversight.views import Board
from app.people import enterprises
from app.people.models import Enterprise
from app.people.scope import Caller
from app.people.terms import Responsibility
from app.sorting.terms import TITLES as SORTING
from app.sorting.terms import SpecialCategory

DATA: Final = Path(__file__).parent / "data"
TEMPLATE: Final = DATA / "board.typ"
NAME: Final = "三个责任人公示牌"


@cache
def _texts() -> Any:
    return json.loads((DATA / "board.json").read_text("utf-8"))


def read(session: Session, caller: Caller, enterprise_id: UUID) -> Board:
    """The board as it stands today. What it shows is meant for everybody, also for workers.

    Raises:
        NotFound: the enterprise is outside the caller's scope.
    """
    enterprise = enterprises.find(session, caller, enterprise_id)
    today = local_date(now())
    holding = persons.on(session, enterprise_id, today)
    shown = []
    for kind in Responsibility:
        told = _appointed(holding[kind]) if kind in holding else _registered(enterprise, kind)
        seat = {"seat": Seat(kind), "title": TITLES[Seat][Seat(kind)], "duties": _texts()["duties"][kind]}
        shown.append(told | seat)
    titles = SORTING[SpecialCategory]
    whole = {
        "enterprise": {"id": enterprise.id, "name": enterprise.name}, "address": enterprise.address,
        "special_categories": list(enterprise.special_categories),
        "categories_title": "、".join(titles[each] for each in enterprise.special_categories),
        "persons": shown, "supervision_phone": _texts()["supervision_phone"], "on": today,
    }  # fmt: skip
    return Board.model_validate(whole)


def _appointed(person: ResponsiblePerson | None) -> dict[str, Any]:
    if person is None:
        return dict.fromkeys(("name", "unit", "post", "phone", "since_on"))
    phone = person.phone if person.phone_public else None
    return {
        "name": person.name, "unit": person.unit, "post": person.post, "phone": phone, "since_on": person.from_on
    }  # fmt: skip


def _registered(enterprise: Enterprise, kind: Responsibility) -> dict[str, Any]:
    """Whom the register names, where nobody was ever appointed: nobody said that the phone is public."""
    named = next((each for each in enterprise.responsible_persons if each["kind"] == kind), None) or {}
    return {"name": named.get("name"), "unit": None, "post": named.get("post"), "phone": None, "since_on": None}


def sheet(session: Session, caller: Caller, enterprise_id: UUID, asked: BoardAsked) -> Sheet:
    """The board on paper.

    Raises:
        NotFound: the enterprise is outside the caller's scope.
    """
    board = read(session, caller, enterprise_id)
    told = board.model_dump(mode="json") | {"paper": asked.paper}
    return Sheet(TEMPLATE, told, f"{board.enterprise.name}{NAME}")
