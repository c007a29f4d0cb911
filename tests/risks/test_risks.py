"""The risk list through HTTP: what it shows, who keeps it, who reads it."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.journal.events import Event
from app.people.models import Enterprise
from app.people.scope import Caller, Role
from app.risks import commands
from app.risks.levels import COLOURS, Current, Levels, LiveLevels, RaisedBy, RiskLevel
from app.risks.models import Risk, RiskObject, RiskUnit
from tests.conftest import Person, World
from tests.risks.stories import added, ids, measured, measuring, telling

KEEPERS = {Role.SAFETY_OFFICER, Role.MANAGER}


@pytest.fixture
def keeper(world: World) -> Person:
    return world.someone(Role.SAFETY_OFFICER)


def proposed(world: World, by: Person, **more: Any) -> UUID:
    """A candidate that a finding opened."""
    id = uuid4()

    def propose(session: Session) -> None:
        enterprise = session.get_one(Enterprise, world.enterprise)
        caller = Caller(by.id, "某人", frozenset({Role.SAFETY_OFFICER}), world.enterprise)
        commands.open_candidate(session, caller, enterprise, id, "氨气泄漏", "冷库", **more)

    world.write(propose)
    return id


def test_a_risk_reads_as_the_contract_says(client: TestClient, world: World, keeper: Person) -> None:
    owner = world.someone(Role.TEAM_LEADER)
    risk = added(client, keeper, owner_id=str(owner.id), next_review_on="2027-01-31", measures=[measuring()])
    assert risk | {"measures": [], "created_at": "", "owner": "", "object_id": "", "unit_id": ""} == {
        "id": risk["id"], "enterprise_id": str(world.enterprise), "object_id": "", "object": "打磨车间", "grade": None,
        "unit_id": "", "unit": "除尘系统", "event": "粉尘爆炸", "place": "打磨车间东侧", "level": "considerable",
        "level_by": "declared", "colour": "orange", "control_level": "department", "inherent": None, "residual": None,
        "current": {"level": "considerable", "because": [], "colour": "orange"}, "measures": [], "post": "打磨工",
        "owner": "", "next_review_on": "2027-01-31", "review_because": None, "candidate": False, "decision": None,
        "merged_into": None, "retired": False, "finding_id": None,
        "hazard_id": None, "created_at": "", "revision": 1, "replayed": False,
    }  # fmt: skip
    (measure,) = risk["measures"]
    assert measure["kind"] == "engineering"
    assert measure["always"] is False
    assert risk["owner"]["id"] == str(owner.id)
    assert client.get(f"risks/{risk['id']}", headers=keeper.headers).json() == risk


@pytest.mark.parametrize(
    ("level", "colour"),
    [("major", "red"), ("considerable", "orange"), ("general", "yellow"), ("low", "blue"), (None, None)],
)
def test_every_level_has_its_colour(client: TestClient, keeper: Person, level: str | None, colour: str | None) -> None:
    assert added(client, keeper, level=level)["colour"] == colour
    assert len(COLOURS) == len(RiskLevel)


def test_rows_of_the_list_are_what_the_risk_itself_shows(client: TestClient, keeper: Person) -> None:
    risk = added(client, keeper, measures=[measuring(), measuring(kind="training")])
    (row,) = client.get("risks", headers=keeper.headers).json()["items"]
    for measure in row["measures"]:
        measure["replayed"] = False
    assert row | {"replayed": False} == risk


def test_objects_and_units_are_found_by_their_names(client: TestClient, world: World, keeper: Person) -> None:
    for unit in ("除尘系统", "除尘系统", "砂轮机"):
        added(client, keeper, unit=unit)

    def count(session: Session) -> tuple[int | None, int | None]:
        objects = select(RiskObject.id).where(RiskObject.enterprise_id == world.enterprise)
        units = select(func.count()).select_from(RiskUnit).where(RiskUnit.object_id.in_(objects))
        return session.scalar(select(func.count()).select_from(objects.subquery())), session.scalar(units)

    assert world.write(count) == (1, 2)


def test_many_may_name_a_new_object_at_once(client: TestClient, world: World, keeper: Person) -> None:
    with ThreadPoolExecutor(8) as crowd:
        answers = list(
            crowd.map(lambda _: client.post("risks", json=telling(world), headers=keeper.headers), range(16))
        )
    assert {answer.status_code for answer in answers} == {201}
    assert {answer.json()["object"] for answer in answers} == {"打磨车间"}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.EXPERT])
def test_everybody_in_scope_reads_and_only_the_keepers_write(
    client: TestClient, world: World, keeper: Person, role: Role
) -> None:
    risk, someone = added(client, keeper), world.someone(role)
    measure = measured(client, keeper, risk)
    allowed = role in KEEPERS
    attempts = [
        client.post("risks", json=telling(world), headers=someone.headers),
        client.post(f"risks/{risk['id']}/measures", json=measuring(), headers=someone.headers),
        client.patch(f"risks/{risk['id']}", json={"revision": 1, "level": "low"}, headers=someone.headers),
        client.patch(
            f"risks/{risk['id']}/measures/{measure['id']}",
            json={"revision": 1, "always": True},
            headers=someone.headers,
        ),
    ]
    assert [answer.status_code for answer in attempts] == ([201, 201, 200, 200] if allowed else [403] * 4)
    assert risk["id"] in ids(client, someone)
    assert client.get(f"risks/{risk['id']}", headers=someone.headers).status_code == 200
    assert client.get(f"risks/{risk['id']}/measures", headers=someone.headers).status_code == 200


def test_an_expert_reads_the_risks_of_the_works_assigned(client: TestClient, world: World, keeper: Person) -> None:
    risk, stranger = added(client, keeper), world.someone(Role.EXPERT, assigned=())
    assert ids(client, world.someone(Role.EXPERT)) == [risk["id"]]
    assert ids(client, stranger) == []


def test_what_lies_outside_the_scope_does_not_exist(client: TestClient, world: World, keeper: Person) -> None:
    risk = added(client, keeper)
    measure = measured(client, keeper, risk)
    strangers = [
        world.someone(Role.SUPERVISOR, areas=(world.next_town,), area_code=world.next_town),
        world.someone(Role.SAFETY_OFFICER, Role.MANAGER, enterprise_id=world.works()),
    ]
    for stranger in strangers:
        assert ids(client, stranger) == []
        answers = [
            client.get(f"risks/{risk['id']}", headers=stranger.headers),
            client.get(f"risks/{risk['id']}/measures", headers=stranger.headers),
            client.patch(f"risks/{risk['id']}", json={"level": "low"}, headers=stranger.headers),
            client.post(f"risks/{risk['id']}/measures", json=measuring(), headers=stranger.headers),
            client.patch(f"risks/{risk['id']}/measures/{measure['id']}", json={}, headers=stranger.headers),
            client.post("risks", json=telling(world), headers=stranger.headers),
        ]
        assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 6
        assert answers[-1].json()["errors"][0]["pointer"] == "/enterprise_id"


def test_an_owner_is_somebody_of_the_enterprise(client: TestClient, world: World, keeper: Person) -> None:
    stranger = str(world.someone(Role.INSPECTOR).id)
    risk = added(client, keeper)
    answers = [
        client.post("risks", json=telling(world, owner_id=stranger), headers=keeper.headers),
        client.patch(f"risks/{risk['id']}", json={"owner_id": stranger, "revision": 1}, headers=keeper.headers),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (404, "/owner_id")


def test_a_worker_reads_no_names_of_others(client: TestClient, world: World, keeper: Person) -> None:
    worker, leader = world.someone(Role.WORKER), world.someone(Role.TEAM_LEADER)
    own, other = (added(client, keeper, owner_id=str(person.id))["id"] for person in (worker, leader))
    names = {id: client.get(f"risks/{id}", headers=worker.headers).json()["owner"]["name"] for id in (own, other)}
    assert names[own] is not None
    assert names[other] is None
    assert client.get(f"risks/{other}", headers=leader.headers).json()["owner"]["name"] is not None


def test_the_same_risk_again_is_shown_as_it_is_now(client: TestClient, world: World, keeper: Person) -> None:
    body = telling(world)
    assert client.post("risks", json=body, headers=keeper.headers).status_code == 201
    client.patch(f"risks/{body['id']}", json={"revision": 1, "level": "major"}, headers=keeper.headers)
    again = client.post("risks", json=body, headers=keeper.headers)
    assert (again.status_code, again.json()["replayed"], again.json()["colour"]) == (200, True, "red")
    other = client.post("risks", json=body | {"event": "火灾"}, headers=keeper.headers)
    assert (other.status_code, other.json()["code"]) == (409, "id_conflict")


def test_the_same_measure_again_is_taken_on_once(client: TestClient, keeper: Person) -> None:
    risk, body = added(client, keeper), measuring(id=str(uuid4()))
    answers = [client.post(f"risks/{risk['id']}/measures", json=body, headers=keeper.headers) for _ in range(2)]
    assert [(answer.status_code, answer.json()["replayed"]) for answer in answers] == [(201, False), (200, True)]
    assert len(client.get(f"risks/{risk['id']}", headers=keeper.headers).json()["measures"]) == 1


def test_a_change_names_the_revision_it_saw(client: TestClient, keeper: Person) -> None:
    risk = added(client, keeper)
    path = f"risks/{risk['id']}"
    blind = client.patch(path, json={"level": "low"}, headers=keeper.headers)
    assert (blind.status_code, blind.json()["code"]) == (428, "revision_required")
    assert blind.json()["current"]["level"] == "considerable"
    etag = client.get(path, headers=keeper.headers).headers["etag"]
    changed = client.patch(path, json={"level": "low"}, headers=keeper.headers | {"If-Match": etag})
    assert (changed.status_code, changed.json()["revision"], changed.json()["colour"]) == (200, 2, "blue")
    stale = client.patch(path, json={"level": "major", "revision": 1}, headers=keeper.headers)
    assert (stale.status_code, stale.json()["code"], stale.json()["current"]["revision"]) == (412, "stale_revision", 2)
    assert client.get(path, headers=keeper.headers | {"If-None-Match": etag}).status_code == 200
    etag = client.get(path, headers=keeper.headers).headers["etag"]
    assert client.get(path, headers=keeper.headers | {"If-None-Match": etag}).status_code == 304


def test_only_the_fields_sent_are_changed(client: TestClient, keeper: Person) -> None:
    risk = added(client, keeper, next_review_on="2027-01-31")
    path = f"risks/{risk['id']}"
    moved = client.patch(path, json={"revision": 1, "unit": "砂轮机", "next_review_on": None}, headers=keeper.headers)
    assert moved.json() | {"unit": "", "unit_id": "", "next_review_on": "", "revision": 0} == risk | {
        "unit": "", "unit_id": "", "next_review_on": "", "revision": 0,
    }  # fmt: skip
    assert (moved.json()["unit"], moved.json()["next_review_on"]) == ("砂轮机", None)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"event": None}, "/event"),
        ({"event": " "}, "/event"),
        ({"retired": None}, "/retired"),
        ({"object": "焊接"}, ""),
    ],
)
def test_a_change_may_not_empty_what_a_risk_needs(
    client: TestClient, keeper: Person, change: dict[str, Any], pointer: str
) -> None:
    risk = added(client, keeper)
    answer = client.patch(f"risks/{risk['id']}", json={"revision": 1} | change, headers=keeper.headers)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


def test_a_dry_run_answers_and_stores_nothing(client: TestClient, world: World, keeper: Person) -> None:
    body = telling(world)
    answer = client.post("risks?dry_run=true", json=body, headers=keeper.headers)
    assert (answer.status_code, answer.json()["colour"]) == (201, "orange")
    assert ids(client, keeper) == []
    assert client.post("risks", json=body, headers=keeper.headers).json()["replayed"] is False


def test_a_retired_risk_leaves_the_list_and_stays_on_record(client: TestClient, keeper: Person) -> None:
    risk = added(client, keeper)
    client.patch(f"risks/{risk['id']}", json={"revision": 1, "retired": True}, headers=keeper.headers)
    assert ids(client, keeper) == []
    assert ids(client, keeper, retired=True) == [risk["id"]]


def test_a_retired_measure_leaves_its_risk(client: TestClient, keeper: Person) -> None:
    risk = added(client, keeper)
    kept, ended = measured(client, keeper, risk), measured(client, keeper, risk, kind="emergency")
    path = f"risks/{risk['id']}/measures"
    client.patch(f"{path}/{ended['id']}", json={"revision": 1, "retired": True}, headers=keeper.headers)
    assert [m["id"] for m in client.get(f"risks/{risk['id']}", headers=keeper.headers).json()["measures"]] == [
        kept["id"]
    ]
    shown = {r: client.get(path, params={"retired": r}, headers=keeper.headers).json()["items"] for r in (False, True)}
    assert {retired: [m["id"] for m in items] for retired, items in shown.items()} == {
        False: [kept["id"]], True: [ended["id"]],
    }  # fmt: skip


def test_a_measure_is_changed_only_under_its_own_risk(client: TestClient, keeper: Person) -> None:
    risk, other = added(client, keeper), added(client, keeper)
    measure = measured(client, keeper, risk)
    answer = client.patch(f"risks/{other['id']}/measures/{measure['id']}", json={"revision": 1}, headers=keeper.headers)
    assert answer.status_code == 404


def test_pages_follow_each_other_without_gap_or_repetition(client: TestClient, world: World, keeper: Person) -> None:
    made = [added(client, keeper)["id"] for _ in range(7)]
    seen: list[str] = []
    asked: dict[str, Any] = {"limit": 3, "count": True, "enterprise_id": str(world.enterprise)}
    while True:
        page = client.get("risks", params=asked, headers=keeper.headers).json()
        assert (page["total"], page["total_capped"]) == (7, False)
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        asked["cursor"] = page["next_cursor"]
    assert sorted(seen) == sorted(made)
    forged = client.get("risks", params=asked | {"level": "low"}, headers=keeper.headers)
    assert (forged.status_code, forged.json()["code"]) == (400, "invalid_cursor")


def test_a_government_of_several_areas_reads_one_list(client: TestClient, world: World, keeper: Person) -> None:
    elsewhere = world.works(area_code=world.next_town)
    other = world.someone(Role.MANAGER, enterprise_id=elsewhere)
    first, second = added(client, keeper)["id"], added(client, other, enterprise_id=str(elsewhere))["id"]
    both = world.someone(Role.SUPERVISOR, areas=(world.town, world.next_town))
    assert ids(client, both) == [second, first]
    assert ids(client, both, area_code=world.town) == [first]
    assert ids(client, both, enterprise_id=str(elsewhere)) == [second]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"level": "considerable"}, True),
        ({"level": "low"}, False),
        ({"q": "粉尘"}, True),
        ({"q": "粉尘 除尘"}, True),
        ({"q": "粉尘 氨气"}, False),
        ({"q": "%"}, False),
        ({"candidate": False}, True),
        ({"candidate": True}, False),
    ],
)
def test_the_filter_finds_it(client: TestClient, keeper: Person, asked: dict[str, Any], found: bool) -> None:
    risk = added(client, keeper)
    assert ids(client, keeper, **asked) == ([risk["id"]] if found else [])


def test_a_candidate_waits_without_object_or_level(client: TestClient, world: World, keeper: Person) -> None:
    hazard = uuid4()
    id = str(proposed(world, keeper, hazard_id=hazard))
    added(client, keeper)
    assert ids(client, keeper, candidate=True) == [id]
    shown = client.get(f"risks/{id}", headers=keeper.headers).json()
    assert (shown["object"], shown["unit"], shown["level"], shown["colour"]) == (None, None, None, None)
    assert (shown["event"], shown["finding_id"], shown["hazard_id"]) == ("氨气泄漏", id, str(hazard))
    path = f"risks/{id}"
    homeless = client.patch(path, json={"revision": 1, "unit": "制冷机组"}, headers=keeper.headers)
    assert (homeless.status_code, homeless.json()["errors"][0]["pointer"]) == (422, "/object")
    placed = client.patch(path, json={"revision": 1, "object": "冷库", "unit": "制冷机组"}, headers=keeper.headers)
    assert (placed.json()["object"], placed.json()["unit"]) == ("冷库", "制冷机组")


def test_a_row_is_what_its_events_say(client: TestClient, world: World, keeper: Person) -> None:
    risk = added(client, keeper)
    client.patch(f"risks/{risk['id']}", json={"revision": 1, "level": "major"}, headers=keeper.headers)

    def rebuilt(session: Session) -> tuple[dict[str, Any], list[str]]:
        own = select(Event.action, Event.data).where(Event.subject_id == UUID(risk["id"])).order_by(Event.number)
        actions: list[str] = []
        changes: dict[str, Any] = {}
        for action, data in session.execute(own):
            actions.append(action)
            changes |= json.loads(data or "{}")["changes"]
        return changes, actions

    changes, actions = world.write(rebuilt)
    row = world.write(lambda session: session.get_one(Risk, UUID(risk["id"])))
    assert actions == ["added", "changed"]
    assert {name: changes[name] for name in ("event", "level", "post")} == {
        "event": row.event, "level": row.level, "post": row.post,
    }  # fmt: skip
    assert changes.keys() == set(Risk.stored()) - {"revision"}


def test_the_level_of_the_moment_comes_from_whoever_main_asks(client: TestClient, world: World, keeper: Person) -> None:
    """Hazards stand above the risk list; what they say of it is handed over."""
    risk, hazard = added(client, keeper), uuid4()

    def raised(session: Session, levels: Levels) -> dict[UUID, Current]:
        because = (RaisedBy(hazard_id=hazard, measure_id=None),)
        return {id: Current.at(RiskLevel.MAJOR, because) for id in levels}

    house, ordinary = world.app.state.house, world.app.state.house.things[LiveLevels]
    house.furnish(LiveLevels(raised))
    try:
        shown = client.get(f"risks/{risk['id']}", headers=keeper.headers).json()
        (row,) = client.get("risks", headers=keeper.headers).json()["items"]
    finally:
        house.furnish(ordinary)
    because = {"hazard_id": str(hazard), "measure_id": None, "major": False, "description": None}
    expected = {"level": "major", "because": [because], "colour": "red"}
    assert shown["current"] == row["current"] == expected
    assert (shown["level"], shown["colour"]) == ("considerable", "orange")
