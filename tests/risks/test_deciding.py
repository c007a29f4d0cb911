"""Candidates wait at the top of the list, and a keeper decides what becomes of each; hazards colour a risk."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.journal.events import Event, told
from app.people.scope import Role
from tests.conftest import Person, World
from tests.inspections.stories import SILENT, finding, found, hazard
from tests.risks.stories import added, ids, measured, measuring, read
from tests.stories import confirming, done


@pytest.fixture
def keeper(world: World) -> Person:
    return world.someone(Role.SAFETY_OFFICER)


@pytest.fixture
def leader(world: World) -> Person:
    return world.someone(Role.TEAM_LEADER)


def seen(client: TestClient, leader: Person, **more: Any) -> str:
    """A candidate: a source of danger that was not on the list."""
    (shown,) = found(client, leader, finding(**{"list": "risk", "description": "新增激光切割机"} | more))
    return str(shown["id"])


def decide(client: TestClient, person: Person, id: str, decision: str, **more: Any) -> Any:
    return client.post(f"risks/{id}/decide", json={"decision": decision} | more, headers=person.headers)


def test_candidates_come_first_whatever_their_age(client: TestClient, world: World, keeper: Person) -> None:
    leader = world.someone(Role.TEAM_LEADER)
    first = seen(client, leader)
    older = [added(client, keeper)["id"] for _ in range(3)]
    second = seen(client, leader)
    everything = [second, first, *older[::-1]]
    assert ids(client, keeper) == everything
    walked, cursor = [], None
    while True:
        asked = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = client.get("risks", params=asked, headers=keeper.headers).json()
        walked += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert walked == everything
    towns = world.someone(Role.SUPERVISOR, areas=(world.village, world.next_town))
    assert ids(client, towns) == everything


def test_what_is_adopted_is_a_risk_like_others(client: TestClient, keeper: Person, leader: Person) -> None:
    id = seen(client, leader)
    homeless = decide(client, keeper, id, "adopt")
    assert (homeless.status_code, homeless.json()["errors"][0]["pointer"]) == (422, "/object")
    answer = decide(client, keeper, id, "adopt", object="切割区", unit="激光切割机", event="激光灼伤", post="切割工")
    shown = answer.json()
    assert (answer.status_code, shown["candidate"], shown["retired"], shown["decision"]) == (200, False, False, "adopt")
    assert (shown["object"], shown["unit"], shown["event"], shown["post"]) == (
        "切割区",
        "激光切割机",
        "激光灼伤",
        "切割工",
    )
    assert shown["finding_id"] == id


def test_what_is_merged_leaves_the_list_for_another(client: TestClient, keeper: Person, leader: Person) -> None:
    risk, id = added(client, keeper), seen(client, leader)
    shown = decide(client, keeper, id, "merge", into=risk["id"]).json()
    assert (shown["merged_into"], shown["retired"], shown["candidate"]) == (risk["id"], True, False)
    assert ids(client, keeper) == [risk["id"]]


def test_a_candidate_is_merged_only_into_the_list_of_its_enterprise(
    client: TestClient, world: World, keeper: Person, leader: Person
) -> None:
    id, other, gone = seen(client, leader), seen(client, leader), added(client, keeper)
    client.patch(f"risks/{gone['id']}", json={"revision": 1, "retired": True}, headers=keeper.headers)
    works = world.works()
    stranger = world.someone(Role.MANAGER, enterprise_id=works)
    elsewhere = added(client, stranger, enterprise_id=str(works))
    for into in (id, other, gone["id"], elsewhere["id"], str(uuid4())):
        answer = decide(client, keeper, id, "merge", into=into)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (404, "/into")


def test_what_is_rejected_says_why(client: TestClient, world: World, keeper: Person, leader: Person) -> None:
    id = seen(client, leader)
    shown = decide(client, keeper, id, "reject", reason="设备已退场").json()
    assert (shown["decision"], shown["retired"]) == ("reject", True)
    assert ids(client, keeper, candidate=True) == []

    def last(session: Session) -> tuple[str, Any]:
        own = select(Event).where(Event.subject_kind == "risk", Event.subject_id == shown["id"])
        event = session.scalars(own.order_by(Event.number.desc())).first()
        assert event is not None
        return event.action, told(event)["data"]

    assert world.write(last) == ("decided", {"decision": "reject", "reason": "设备已退场"})


def test_who_decides_at_the_same_moment_as_another_is_told_so(
    client: TestClient, keeper: Person, leader: Person
) -> None:
    id = seen(client, leader)
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda n: decide(client, keeper, id, "reject", reason=f"第{n}次"), range(8)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 7}
    assert read(client, keeper, id)["revision"] == 2


def test_what_is_adopted_while_it_is_made_a_hazard_stays_adopted(
    client: TestClient, keeper: Person, leader: Person
) -> None:
    for _ in range(5):
        id = seen(client, leader)
        with ThreadPoolExecutor(2) as pool:
            placed = pool.submit(decide, client, keeper, id, "adopt", object="切割区", unit="切割机")
            made = pool.submit(decide, client, keeper, id, "is_hazard", reason="光路未防护")
        shown = read(client, keeper, id)
        assert (placed.result().status_code, shown["decision"], shown["candidate"]) == (200, "adopt", False)
        assert made.result().status_code == (200 if shown["hazard_id"] else 409)


def test_what_is_a_hazard_goes_to_the_hazard_list_by_sorting(
    client: TestClient, keeper: Person, leader: Person
) -> None:
    id = seen(client, leader)
    answer = decide(client, keeper, id, "is_hazard", reason="光路未防护")
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["decision"], shown["hazard_id"], shown["candidate"]) == ("is_hazard", id, True)
    assert hazard(client, keeper, id)["state"] == "reported"
    sorted_ = client.get(f"findings/{id}", headers=keeper.headers).json()
    assert (sorted_["list"], sorted_["hazard_id"], sorted_["risk_id"]) == ("hazard", id, id)
    again = decide(client, keeper, id, "is_hazard", reason="光路未防护")
    assert (again.status_code, again.json()["code"]) == (409, "already_hazard")
    assert decide(client, keeper, id, "adopt", object="切割区", unit="切割机").status_code == 200


def test_what_government_found_only_government_sorts(client: TestClient, world: World, keeper: Person) -> None:
    id = seen(client, world.someone(Role.INSPECTOR))
    assert decide(client, keeper, id, "is_hazard", reason="光路未防护").status_code == 403
    assert client.get(f"risks/{id}", headers=keeper.headers).json()["decision"] is None
    assert decide(client, keeper, id, "reject", reason="已有同一条").status_code == 200


def test_a_candidate_is_decided_once(client: TestClient, keeper: Person, leader: Person) -> None:
    risk, id = added(client, keeper), seen(client, leader)
    body = {"id": str(uuid4()), "decision": "reject", "reason": "重复"}
    answers = [client.post(f"risks/{id}/decide", json=body, headers=keeper.headers) for _ in range(2)]
    assert [(answer.status_code, answer.json()["replayed"]) for answer in answers] == [(200, False), (200, True)]
    for late in (id, risk["id"]):
        answer = decide(client, keeper, late, "merge", into=risk["id"])
        assert (answer.status_code, answer.json()["code"]) == (409, "not_a_candidate")
        assert answer.json()["current"]["id"] == late
    assess = {"kind": "inherent", "method": "ls", "l": 1, "s": 1, "reason": "评估"}
    waiting = client.post(f"risks/{seen(client, leader)}/assess", json=assess, headers=keeper.headers)
    assert (waiting.status_code, waiting.json()["code"]) == (409, "not_on_list")


@pytest.mark.parametrize(
    "more",
    [
        {"decision": "merge"}, {"decision": "adopt", "into": str(uuid4())}, {"decision": "reject"},
        {"decision": "is_hazard"}, {"decision": "reject", "reason": "否", "object": "切割区", "unit": "切割机"},
        {"decision": "adopt", "object": "切割区"}, {"decision": "postpone"},
    ],
)  # fmt: skip
def test_a_decision_says_what_it_needs(
    client: TestClient, keeper: Person, leader: Person, more: dict[str, Any]
) -> None:
    answer = client.post(f"risks/{seen(client, leader)}/decide", json=more, headers=keeper.headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_a_failed_measure_shows_in_the_colour_until_its_hazard_is_gone(
    client: TestClient, world: World, keeper: Person, leader: Person
) -> None:
    risk = added(client, keeper, level="general", measures=[measuring()])
    measure = risk["measures"][0]["id"]
    (shown,) = found(
        client, leader, finding(measure_id=measure), results=[{"measure_id": measure, "status": "abnormal"}]
    )
    because = {
        "hazard_id": shown["hazard_id"], "measure_id": measure, "major": False,
        "description": SILENT,
    }  # fmt: skip
    now = read(client, keeper, risk["id"])
    assert now["current"] == {"level": "considerable", "colour": "orange", "because": [because]}
    assert (now["level"], now["colour"]) == ("general", "yellow")
    (row,) = client.get("risks", headers=keeper.headers).json()["items"]
    assert row["current"] == now["current"]
    done(client, keeper, shown["hazard_id"], "dismiss", {"reason": "不是隐患"})
    assert read(client, keeper, risk["id"])["current"] == {"level": "general", "colour": "yellow", "because": []}


def test_a_possible_major_hazard_makes_a_risk_red(client: TestClient, keeper: Person, leader: Person) -> None:
    risk = added(client, keeper, level="low")
    measure = measured(client, keeper, risk)["id"]
    told = finding(measure_id=measure, level="major")
    (shown,) = found(client, leader, told, results=[{"measure_id": measure, "status": "abnormal"}])
    current = read(client, keeper, risk["id"])["current"]
    assert (current["level"], current["colour"], current["because"][0]["major"]) == ("major", "red", True)
    assert current["because"][0]["hazard_id"] == shown["hazard_id"]


def test_the_hazard_of_a_merged_candidate_colours_the_risk_it_went_into(
    client: TestClient, keeper: Person, leader: Person
) -> None:
    risk = added(client, keeper, level="low")
    (shown,) = found(client, leader, finding(list="hazard"))
    done(client, keeper, shown["hazard_id"], "confirm", confirming(leader))
    assert read(client, keeper, risk["id"])["current"]["because"] == []
    assert decide(client, keeper, shown["id"], "merge", into=risk["id"]).status_code == 200
    current = read(client, keeper, risk["id"])["current"]
    assert (current["level"], [each["hazard_id"] for each in current["because"]]) == ("general", [shown["hazard_id"]])


def test_what_is_reported_upward_names_no_event_that_is_not(
    client: TestClient, world: World, keeper: Person, leader: Person
) -> None:
    """A candidate is not reported yet, so neither is a measure that somebody already took on against it."""
    candidate, risk = seen(client, leader), added(client, keeper, measures=[measuring()])
    measured(client, keeper, {"id": candidate})
    for table in ("control_measure", "inspection_task"):
        answer = client.get(f"enterprises/{world.enterprise}/exchange/{table}", headers=keeper.headers)
        assert [item["fields"]["id"] for item in answer.json()["items"]] == [risk["measures"][0]["id"]]


@pytest.mark.parametrize("decision", ["merge", "reject"])
def test_a_candidate_that_is_taken_back_waits_again(
    client: TestClient, keeper: Person, leader: Person, decision: str
) -> None:
    id, risk = seen(client, leader), added(client, keeper)
    more = {"into": risk["id"]} if decision == "merge" else {"reason": "看错了"}
    assert decide(client, keeper, id, decision, **more).status_code == 200
    body = {"revision": read(client, keeper, id)["revision"], "retired": False}
    told = client.patch(f"risks/{id}", json=body, headers=keeper.headers).json()
    assert (told["candidate"], told["decision"], told["merged_into"]) == (True, None, None)
    assert ids(client, keeper) == [id, risk["id"]]
    assert decide(client, keeper, id, "adopt", object="打磨车间", unit="切割").status_code == 200
