"""An unverified wording may propose, and shows that it is unverified; it stands in no document."""

import io
import json
from zipfile import ZipFile

import pytest
from fastapi.testclient import TestClient

from app.people.scope import Role
from app.sorting.sets import catalogue
from tests.conftest import World
from tests.inspections.stories import MAJOR, finding, found, hazard


@pytest.mark.parametrize(("code", "verified"), [(MAJOR, True), ("GM-11-10", False)])
def test_the_mark_stays_visible_and_a_bundle_holds_no_wording_that_nobody_compared(
    client: TestClient, world: World, code: str, verified: bool
) -> None:
    inspector = world.someone(Role.INSPECTOR)
    (shown,) = found(client, inspector, finding(criterion=code))
    (criterion,) = catalogue().versions(code)
    cited = {"code": code, "standard": criterion.standard, "text": criterion.text, "verified": verified}
    assert shown["sorting"]["criteria"][0]["verified"] is verified
    assert hazard(client, inspector, shown["id"])["cited"] == cited
    bundle = client.get(f"hazards/{shown['id']}/bundle.zip", headers=inspector.headers)
    with ZipFile(io.BytesIO(bundle.content)) as archive:
        told = json.loads(archive.read("hazard.json"))
    assert told["cited"] == cited | {"text": criterion.text if verified else None}


def test_a_general_hazard_cites_nothing(client: TestClient, world: World) -> None:
    inspector = world.someone(Role.INSPECTOR)
    (shown,) = found(client, inspector, finding(list="hazard"))
    assert hazard(client, inspector, shown["id"])["cited"] is None


def test_a_major_outside_every_set_is_declared_with_a_reason(client: TestClient, world: World) -> None:
    inspector, leader = world.someone(Role.INSPECTOR), world.someone(Role.TEAM_LEADER)
    (shown,) = found(client, inspector, finding(level="major"))
    order = {
        "level": "major", "responsible_id": str(leader.id), "due_on": "2099-11-30", "requirement": "停用",
        "cause": "设计缺陷", "interim_measures": "停机断电",
    }  # fmt: skip
    silent = client.post(f"hazards/{shown['id']}/confirm", json=order, headers=inspector.headers)
    assert silent.status_code == 422
    told = order | {"reason": "结构有整体倒塌的危险，判定标准没有列入"}
    answer = client.post(f"hazards/{shown['id']}/confirm", json=told, headers=inspector.headers).json()
    assert (answer["level"], answer["level_confirmed"], answer["criterion"]) == ("major", True, None)
    assert (answer["cited"], answer["reason"]) == (None, told["reason"])
