"""What a code opens, for whom, and what becomes of codes that hang for years."""

from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from app.people.models import Enterprise
from app.people.moves import move
from app.people.scope import Role
from tests.cards.stories import described, got
from tests.conftest import World
from tests.duties.stories import planning
from tests.risks.stories import added, measured
from tests.stories import day, put_on_the_list, team


def object_of(client: TestClient, person: Any, risk: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = got(client, person, f"risk-objects/{risk['object_id']}")
    return found


def test_a_code_opens_the_checklist_with_its_open_hazards(client: TestClient, world: World) -> None:
    officer, _, worker = team(world)
    risk = added(client, officer)
    measure = measured(client, officer, risk)
    other = added(client, officer, object="锅炉房", unit="锅炉", event="锅炉爆炸", level="low")
    hazard = put_on_the_list(world, officer, measure_id=UUID(measure["id"]), risk_id=UUID(risk["id"]))
    put_on_the_list(world, officer, risk_id=UUID(other["id"]))
    place = object_of(client, officer, risk)
    code = place["scan_code"]
    told = got(client, worker, f"scan/{code}")
    assert (told["kind"], told["id"], told["name"], told["replaced"], told["retired"]) == (
        "object", place["id"], "打磨车间", False, False,
    )  # fmt: skip
    assert (told["level"], told["colour"]) == ("major", "red")
    [shown] = told["risks"]
    assert [(each["measure_id"], each["check"]) for each in shown["measures"]] == [(measure["id"], "泄爆片完好")]
    [open_one] = told["open_hazards"]
    assert (open_one["id"], open_one["measure_id"], open_one["state"]) == (str(hazard), measure["id"], "reported")
    assert not {"reported_by", "responsible", "rectified_by"} & set(open_one)
    typed = f"{code[:4].lower()}-{code[4:8]}-{code[8:]}"
    assert got(client, worker, f"scan/{typed}") == told

    [unit] = got(client, officer, f"risk-objects/{place['id']}/units")["items"]
    of_unit = got(client, worker, f"scan/{unit['scan_code']}")
    assert (of_unit["kind"], of_unit["place"], len(of_unit["risks"])) == ("unit", "打磨车间", 1)
    post = described(client, officer)
    of_post = got(client, worker, f"scan/{post['scan_code']}")
    assert (of_post["kind"], of_post["id"], {each["risk_id"] for each in of_post["risks"]}) == (
        "post", post["id"], {risk["id"], other["id"]},
    )  # fmt: skip


def test_who_is_logged_in_sees_their_duties_of_today_there(client: TestClient, world: World) -> None:
    officer, _, worker = team(world)
    leader, stand_in = world.someone(Role.TEAM_LEADER), world.someone(Role.WORKER)
    risk = added(client, officer)
    measure = measured(client, officer, risk)
    elsewhere = measured(client, officer, added(client, officer, object="锅炉房", unit="锅炉"))
    away = {"user_id": str(stand_in.id), "from_on": day(0), "to_on": day(3), "reason": "组长休假"}
    plan = planning(
        world, tier="team", responsible_id=str(leader.id), measure_ids=[measure["id"]], days="every", substitutes=[away]
    )
    for body in (
        plan,
        planning(world, tier="team", responsible_id=str(leader.id), measure_ids=[elsewhere["id"]]),
    ):
        assert client.post("inspection-plans", json=body, headers=officer.headers).status_code == 201
    path = f"scan/{object_of(client, officer, risk)['scan_code']}"
    assert got(client, worker, path)["duties"] == got(client, world.someone(Role.INSPECTOR), path)["duties"] == []
    for person in (leader, stand_in):
        [duty] = got(client, person, path)["duties"]
        assert (duty["id"], duty["measure_ids"]) == (f"{plan['id']}:{day(0)}", [measure["id"]])


def test_outside_of_scope_and_nowhere_look_alike(client: TestClient, world: World) -> None:
    officer, *_ = team(world)
    place = object_of(client, officer, added(client, officer))
    neighbour = world.someone(Role.SAFETY_OFFICER, enterprise_id=world.works())
    answers = []
    for code in (place["scan_code"], "0" * 12, "没有", "1" * 2000, "%00" * 12, "%ED%A0%80"):
        answer = client.get(f"scan/{code}", headers=neighbour.headers)
        assert answer.status_code == 404
        answers.append({key: value for key, value in answer.json().items() if key != "request_id"})
    assert all(each == answers[0] for each in answers)
    photo_of_the_label = client.get(f"scan/{place['scan_code']}")
    assert photo_of_the_label.status_code == 401
    replace = client.post(f"scan/{place['scan_code']}/replace", json={"reason": "x"}, headers=neighbour.headers)
    assert replace.status_code == 404


def test_a_code_outlives_names_moves_and_replacement(client: TestClient, world: World) -> None:
    officer, _, worker = team(world)
    place = object_of(client, officer, added(client, officer))
    first = place["scan_code"]
    renamed = {"revision": place["revision"], "name": "二号打磨车间"}
    assert client.patch(f"risk-objects/{place['id']}", json=renamed, headers=officer.headers).status_code == 200
    assert got(client, worker, f"scan/{first}")["name"] == "二号打磨车间"

    def moves(session: Session) -> None:
        works = session.get_one(Enterprise, world.enterprise)
        works.area_code = world.next_town
        session.flush()
        move(session, works)

    described(client, officer)
    world.write(moves)
    inspector = world.someone(Role.INSPECTOR, areas=(world.next_town,))
    assert got(client, inspector, f"scan/{first}")["id"] == place["id"]
    assert [each["name"] for each in got(client, inspector, "posts")["items"]] == ["打磨工"]
    left_behind = client.get(f"scan/{first}", headers=world.someone(Role.INSPECTOR).headers)
    assert left_behind.status_code == 404
    replacing = {"reason": "标签被撕下"}
    assert client.post(f"scan/{first}/replace", json=replacing, headers=worker.headers).status_code == 403
    dry = client.post(f"scan/{first}/replace", json=replacing, params={"dry_run": "true"}, headers=officer.headers)
    assert (dry.status_code, got(client, worker, f"scan/{first}")["code"]) == (200, first)
    answer = client.post(f"scan/{first}/replace", json=replacing, headers=officer.headers).json()
    second = answer["code"]
    assert (second != first, answer["replaced"]) == (True, True)
    again = client.post(f"scan/{first}/replace", json=replacing, headers=officer.headers).json()
    assert again["code"] == second  # sent twice, done once
    assert (got(client, worker, f"scan/{second}")["replaced"], got(client, worker, f"scan/{first}")["replaced"]) == (
        False, True,
    )  # fmt: skip
    third = client.post(f"scan/{second}/replace", json=replacing, headers=officer.headers).json()["code"]
    assert {got(client, worker, f"scan/{code}")["code"] for code in (first, second, third)} == {third}


def test_what_is_retired_says_so_and_asks_for_nothing(client: TestClient, world: World) -> None:
    officer, *_ = team(world)
    place = object_of(client, officer, added(client, officer))
    post = described(client, officer)
    [unit] = got(client, officer, f"risk-objects/{place['id']}/units")["items"]
    for path in (f"risk-objects/{place['id']}", f"posts/{post['id']}"):
        revision = got(client, officer, path)["revision"]
        gone = {"revision": revision, "retired": True}
        assert client.patch(path, json=gone, headers=officer.headers).status_code == 200
    for code in (place["scan_code"], post["scan_code"], unit["scan_code"]):  # a unit goes with what it lies in
        told = got(client, officer, f"scan/{code}")
        assert (told["retired"], told["risks"], told["colour"]) == (True, [], None)


def test_every_new_place_has_a_code_however_it_came(client: TestClient, world: World) -> None:
    officer, *_ = team(world)
    added(client, officer)
    body = {"enterprise_id": str(world.enterprise), "name": "液氨储罐区"}
    made = client.post("risk-objects", json=body, headers=officer.headers)
    assert made.status_code == 201, made.text
    unit = client.post(f"risk-objects/{made.json()['id']}/units", json={"name": "卸车台"}, headers=officer.headers)
    codes = [each["scan_code"] for each in got(client, officer, "risk-objects")["items"]] + [unit.json()["scan_code"]]
    assert len(set(codes)) == 3
    assert {len(code) for code in codes} == {12}
