"""People of an enterprise, as a sheet names them: by name, and where two have the same, with user name or phone."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Final, Self
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.problems import Said
from app.people.models import User
from app.workbooks.kinds import Misread

NOBODY: Final = Said("本企业没有这个人", "The enterprise has no such person")
SEVERAL: Final = Said(
    "有几个同名的人，请写成 姓名（用户名） 或 姓名（电话）",
    "Several have this name: write name (user name) or name (phone)",
)
HINTED: Final = re.compile(r"(?P<name>.+?)\s*(?:[（(]\s*(?P<inside>[^（）()]+?)\s*[）)]|\s(?P<after>\S+))")


class Persons:
    """Everybody of one enterprise. Of two with the same name, one who has left does not count."""

    def __init__(self, people: Iterable[tuple[UUID, str, str, str | None, bool]]) -> None:
        self._people = {id: (name.strip(), username, phone, active) for id, name, username, phone, active in people}
        self._named: defaultdict[str, list[UUID]] = defaultdict(list)
        for id, (name, *_) in self._people.items():
            self._named[name].append(id)
        self._labels = {id: self._label(id) for id in self._people}

    @classmethod
    def of(cls, session: Session, enterprise_id: UUID) -> Self:
        row = (User.id, User.name, User.username, User.phone, User.active)
        return cls(session.execute(select(*row).where(User.enterprise_id == enterprise_id).order_by(User.id)).all())

    def label(self, id: UUID | None) -> str | None:
        """What a sheet writes for a person: what `find` finds again."""
        return None if id is None else self._labels.get(id)

    def find(self, text: str) -> UUID:
        """The person that a cell names. Raises Misread, if there is none, or more than one."""
        found = self._among(self._named.get(text, []))
        if not found and (hinted := HINTED.fullmatch(text)):
            hint = (hinted["inside"] or hinted["after"]).lower()
            named = self._named.get(hinted["name"].strip(), [])
            found = [id for id in named if hint in {self._people[id][1].lower(), self._people[id][2]}]
            found = self._among(found)
        if len(found) != 1:
            raise Misread("ambiguous" if found else "not_found", SEVERAL if found else NOBODY)
        return found[0]

    def _among(self, found: list[UUID]) -> list[UUID]:
        active = [id for id in found if self._people[id][3]]
        return active or found

    def _label(self, id: UUID) -> str:
        name, username, *_ = self._people[id]
        return name if self._among(self._named[name]) == [id] else f"{name}（{username}）"
