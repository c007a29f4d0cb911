"""What a file did stands in the journal: every row can be made again of its events, which name the import."""

import json
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.canonical import canonical
from app.journal.events import Event
from app.people.scope import Role
from app.risks.models import ControlMeasure, Risk, RiskObject, RiskUnit
from tests.conftest import World
from tests.workbooks.sheets import book, got, opened, saved, taken
from tests.workbooks.test_risks import TITLES, dust, path

KINDS: tuple[Any, ...] = (RiskObject, RiskUnit, Risk, ControlMeasure)


def test_rows_are_what_their_events_changed_and_events_are_chained(client: TestClient, world: World) -> None:
    officer = world.someone(Role.SAFETY_OFFICER)
    measure = {"措施类别": "管理", "管控措施": "清灰"}
    first = taken(client, officer, path(world), book(TITLES, dust(L=3, E=6, C=15, **measure), dust(风险事件="触电")))
    made = opened(got(client, officer, path(world)))
    sheet = made["风险清单"]
    for row in (2, 3):
        sheet.cell(row, 3).value = f"改名{row}"
    second = taken(client, officer, path(world), saved(made))

    def compare(session: Session) -> set[str]:
        imports = set()
        for kind in KINDS:
            for row in session.scalars(select(kind).where(kind.enterprise_id == world.enterprise)):
                own = (Event.subject_kind == kind.KIND, Event.subject_id == row.id)
                events = session.scalars(select(Event).where(*own).order_by(Event.number)).all()
                rebuilt: dict[str, Any] = {}
                previous = ""
                for number, event in enumerate(events, 1):
                    assert (event.number, event.previous, event.digest) == (number, previous, event.computed_digest())
                    told = json.loads(event.data or "{}")
                    rebuilt |= told["changes"] | {"revision": told["revision"]}
                    imports.add(told["data"]["import"])
                    previous = event.digest
                kept = {name: getattr(row, name) for name in kind.stored()}
                assert json.loads(canonical(kept)) == rebuilt
        return imports

    assert world.write(compare) == {first["id"], second["id"]}
