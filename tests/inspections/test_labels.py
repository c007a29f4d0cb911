"""What people decided, given out as labelled data: beside the proposal, and without names."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.inspections.labels import labels
from app.people.models import Enterprise, User
from app.people.scope import Role
from app.sorting.evaluating import read
from tests.conftest import Person, World
from tests.inspections.stories import MAJOR, MEETING_IT, finding, found, sort


@pytest.fixture
def officer(world: World) -> Person:
    return world.someone(Role.SAFETY_OFFICER)


@pytest.fixture
def leader(world: World) -> Person:
    return world.someone(Role.TEAM_LEADER, name="赵小燕")


def exported(world: World) -> dict[str, dict[str, Any]]:
    """The labels of this world by what they say; other tests have theirs in the same database."""
    lines = world.database.transact(lambda session: list(labels(session)))
    assert len(read(lines)) == len(lines)
    return {line["description"]: line for line in map(json.loads, lines)}


def test_what_was_decided_is_given_out_beside_what_was_proposed(
    client: TestClient, world: World, leader: Person, officer: Person
) -> None:
    mark = leader.id.hex[:6]
    lowered, off, undecided, confirmed = (f"{MEETING_IT}（{mark}{each}）" for each in "甲丙丁戊")
    raised = f"如图所示{mark}"
    ids = [
        each["id"]
        for each in found(
            client, leader, *(finding(description=text) for text in (lowered, raised, off, undecided, confirmed))
        )
    ]
    assert sort(client, officer, ids[0], level="general", reason="有泄爆片").status_code == 200
    assert sort(client, officer, ids[1], criterion="GM-11-04").status_code == 200
    assert sort(client, world.someone(Role.SUPERVISOR), ids[2], list="none", reason="不是").status_code == 200
    order = {
        "level": "major", "criterion": MAJOR, "responsible_id": str(leader.id), "due_on": "2099-11-30",
        "requirement": "加装", "cause": "没装", "interim_measures": "停机",
    }  # fmt: skip
    assert client.post(f"hazards/{ids[4]}/confirm", json=order, headers=officer.headers).status_code == 200
    told = exported(world)
    assert undecided not in told
    shown = {text: told[text] for text in (lowered, raised, off, confirmed)}
    assert {
        text: (line["list"], line["level"], line["criteria"], line["corrected"]) for text, line in shown.items()
    } == {
        lowered: ("hazard", "general", [], True),
        raised: ("hazard", "major", ["GM-11-04"], shown[raised]["corrected"]),
        off: ("none", None, [], True),
        confirmed: ("hazard", "major", [MAJOR], False),
    }
    assert shown[lowered]["proposal"]["criteria"][0] == MAJOR
    assert (shown[off]["sectors"], shown[off]["special_categories"]) == (["machinery"], ["dust_explosion"])
    assert shown[off]["on"] == "2026-11-23"


def test_no_name_of_the_enterprise_or_its_people_leaves_the_house(
    client: TestClient, world: World, leader: Person, officer: Person
) -> None:
    works = world.write(lambda session: session.get_one(Enterprise, world.enterprise).name)
    other = world.write(lambda session: session.get_one(User, officer.id).name)
    text = f"{works}的赵小燕和{other}、王师傅说{MEETING_IT}，电话13800001234，钱多多在场"
    (shown,) = found(client, leader, finding(description=text), participants=[{"name": "钱多多"}])
    assert sort(client, officer, shown["id"], level="general", reason="有").status_code == 200
    (line,) = [each for each in exported(world) if each.startswith("某企业的某人和某人、某师傅说")]
    assert line == f"某企业的某人和某人、某师傅说{MEETING_IT}，电话某号码，某人在场"
    whole = json.dumps(exported(world), ensure_ascii=False)
    assert not [name for name in (works, "赵小燕", other, "钱多多", str(leader.id), shown["id"]) if name in whole]
