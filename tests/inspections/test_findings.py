"""Where findings end: on the hazard list, on the risk list, on neither, or with a person who decides."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from app.people.scope import Role
from tests.conftest import Person, World
from tests.inspections.stories import MAJOR, MEETING_IT, SILENT, finding, found, hazard, posted, reporting, single
from tests.risks.stories import added, measured

KEYS = {"list", "level", "method", "criteria", "confidence", "reason", "proposal", "proposals"}
AFTER = "ab" * 32


@pytest.fixture
def leader(world: World) -> Person:
    return world.someone(Role.TEAM_LEADER)


@pytest.fixture
def measure(client: TestClient, world: World) -> dict[str, Any]:
    """A measure of this works: the venting of the dust collector."""
    keeper = world.someone(Role.SAFETY_OFFICER)
    return measured(client, keeper, added(client, keeper))


def risks(client: TestClient, person: Person) -> dict[str, dict[str, Any]]:
    """The candidates by id."""
    page = client.get("risks", params={"candidate": True}, headers=person.headers).json()
    return {item["id"]: item for item in page["items"]}


def put_right(**more: Any) -> dict[str, Any]:
    return {
        "measures_taken": "当场清扫", "photos_before": [], "photos_after": [AFTER], "rectified_by": [{"name": "赵六"}],
        "performed_at": "2026-11-23T01:20:00Z",
    } | more  # fmt: skip


@pytest.mark.parametrize(
    ("told", "list", "level", "method"),
    [
        ({}, "pending", None, None),
        ({"list": "pending"}, "pending", None, None),
        ({"list": "hazard"}, "hazard", "general", "declared"),
        ({"level": "general"}, "hazard", "general", "declared"),
        ({"level": "major"}, "hazard", "major", "declared"),
        ({"criterion": MAJOR}, "hazard", "major", "criterion"),
        ({"criterion": MAJOR, "level": "general"}, "hazard", "major", "criterion"),
        ({"list": "risk"}, "risk", None, "declared"),
        ({"list": "none"}, "none", None, "declared"),
    ],
)
def test_a_finding_ends_on_one_list_and_says_why(
    client: TestClient, leader: Person, told: dict[str, Any], list: str, level: str | None, method: str | None
) -> None:
    (shown,) = found(client, leader, finding(**told))
    assert (shown["list"], shown["level"], shown["level_confirmed"]) == (list, level, False)
    assert (shown["sorting"]["list"], shown["sorting"]["method"], shown["sorting"].keys()) == (list, method, KEYS)
    assert shown["hazard_id"] == (shown["id"] if list == "hazard" else None)


def test_a_hazard_keeps_the_finding_s_id_and_says_what_was_found(
    client: TestClient, world: World, leader: Person
) -> None:
    body = reporting(world, finding(criterion=MAJOR), position={"lon": 106.05, "lat": 29.84, "datum": "gcj02"})
    (shown,) = posted(client, leader, body)["findings"]
    on_list = hazard(client, leader, shown["id"])
    assert {name: on_list[name] for name in ("level", "level_confirmed", "criterion", "state", "origin", "place")} == {
        "level": "major", "level_confirmed": False, "criterion": MAJOR, "state": "reported", "origin": "enterprise",
        "place": "打磨车间",
    }  # fmt: skip
    assert (on_list["inspection_id"], on_list["position"]["datum"]) == (body["id"], "gcj02")
    assert (on_list["found_at"], on_list["number"]) == ("2026-11-23T01:10:00.000Z", shown["hazard_number"])
    assert shown["sorting"]["criteria"][0]["code"] == MAJOR


def test_an_unconfirmed_major_is_among_the_open_majors(client: TestClient, world: World, leader: Person) -> None:
    (shown,) = found(client, leader, finding(criterion=MAJOR))
    asked = {"level": "major", "state": "open"}
    page = client.get("hazards", params=asked, headers=world.someone(Role.SUPERVISOR).headers).json()
    assert [item["id"] for item in page["items"]] == [shown["id"]]


@pytest.mark.parametrize(
    ("told", "pointer", "code"),
    [
        ({"list": "risk", "level": "major"}, "/findings/1/level", "major_is_hazard"),
        ({"list": "none", "level": "major"}, "/findings/1/level", "major_is_hazard"),
        ({"list": "risk", "criterion": MAJOR}, "/findings/1/criterion", "criterion_is_hazard"),
        ({"list": "none", "criterion": MAJOR}, "/findings/1/criterion", "criterion_is_hazard"),
        ({"criterion": "GM-99-99"}, "/findings/1/criterion", "unknown_criterion"),
        (
            {"list": "none", "rectified_on_the_spot": put_right()},
            "/findings/1/rectified_on_the_spot", "rectified_is_hazard",
        ),
        ({"list": "risk", "seen_again": str(uuid4())}, "/findings/1/seen_again", "seen_again_is_hazard"),
    ],
)  # fmt: skip
def test_what_cannot_be_true_together_is_refused(
    client: TestClient, world: World, leader: Person, told: dict[str, Any], pointer: str, code: str
) -> None:
    body = reporting(world, finding(), finding(**told))
    answer = client.post("inspections", json=body, headers=leader.headers)
    assert (answer.status_code, answer.json()["code"], answer.json()["errors"][0]["pointer"]) == (422, code, pointer)
    alone = client.post("findings", json=single(world, **told), headers=leader.headers)
    assert (alone.status_code, alone.json()["errors"][0]["pointer"]) == (422, pointer.removeprefix("/findings/1"))


def test_a_criterion_is_judged_on_the_day_of_the_finding(client: TestClient, world: World, leader: Person) -> None:
    """The catalogue's criteria are in force since 2023-05-15."""
    body = reporting(world, finding(criterion=MAJOR), performed_at="2023-05-14T01:00:00Z")
    answer = client.post("inspections", json=body, headers=leader.headers).json()
    assert answer["errors"][0]["code"] == "criterion_not_in_force"


def test_a_hazard_without_a_measure_shows_a_gap_in_the_risk_list(client: TestClient, leader: Person) -> None:
    (shown,) = found(client, leader, finding(list="hazard"))
    candidate = risks(client, leader)[shown["risk_id"]]
    assert (candidate["hazard_id"], candidate["finding_id"]) == (shown["hazard_id"], shown["id"])
    assert (candidate["event"], candidate["place"]) == (SILENT, "打磨车间")
    assert hazard(client, leader, shown["id"])["risk_id"] == candidate["id"]


def test_a_risk_enters_as_a_candidate_with_the_finding_s_id(client: TestClient, leader: Person) -> None:
    (shown,) = found(client, leader, finding(list="risk"))
    candidate = risks(client, leader)[shown["id"]]
    assert (shown["risk_id"], candidate["hazard_id"], candidate["level"]) == (shown["id"], None, None)


@pytest.mark.parametrize("list", ["none", "pending"])
def test_what_is_on_neither_list_stays_with_the_inspection(client: TestClient, leader: Person, list: str) -> None:
    (shown,) = found(client, leader, finding(list=list))
    assert (shown["hazard_id"], shown["risk_id"], risks(client, leader)) == (None, None, {})
    assert client.get("hazards", headers=leader.headers).json()["items"] == []


def test_an_abnormal_measure_makes_a_hazard_of_its_risk(
    client: TestClient, leader: Person, measure: dict[str, Any]
) -> None:
    results = [{"measure_id": measure["id"], "status": "abnormal"}]
    (shown,) = found(client, leader, finding(measure_id=measure["id"]), results=results)
    assert (shown["list"], shown["level"], shown["sorting"]["method"]) == ("hazard", "general", "checklist")
    assert (shown["risk_id"], risks(client, leader)) == (measure["risk_id"], {})
    assert hazard(client, leader, shown["id"])["measure_id"] == measure["id"]


def test_a_finding_at_a_measure_that_holds_is_judged_by_itself(
    client: TestClient, leader: Person, measure: dict[str, Any]
) -> None:
    results = [{"measure_id": measure["id"], "status": "normal"}]
    (shown,) = found(client, leader, finding(measure_id=measure["id"]), results=results)
    assert shown["list"] == "pending"


def test_an_open_hazard_on_the_measure_is_seen_again(
    client: TestClient, leader: Person, measure: dict[str, Any]
) -> None:
    first, second = (found(client, leader, finding(measure_id=measure["id"]))[0] for _ in range(2))
    assert (first["seen_again"], second["seen_again"], second["hazard_id"]) == (False, True, first["id"])
    assert (second["list"], second["level"], second["id"] != first["id"]) == ("hazard", "general", True)
    events = client.get(f"hazards/{first['id']}/events", headers=leader.headers).json()["items"]
    assert [event["action"] for event in events] == ["reported", "seen_again"]
    assert events[-1]["data"]["finding_id"] == second["id"]
    assert client.get("hazards", headers=leader.headers).json()["items"][0]["revision"] == 1


def test_one_report_may_see_its_own_hazard_again(client: TestClient, leader: Person, measure: dict[str, Any]) -> None:
    first, second = found(client, leader, *(finding(measure_id=measure["id"]) for _ in range(2)))
    assert (second["seen_again"], second["hazard_id"]) == (True, first["id"])


def test_false_says_that_it_is_another(client: TestClient, leader: Person, measure: dict[str, Any]) -> None:
    found(client, leader, finding(measure_id=measure["id"]))
    (other,) = found(client, leader, finding(measure_id=measure["id"], seen_again=False))
    assert (other["seen_again"], other["hazard_id"]) == (False, other["id"])


def test_a_hazard_may_be_named_that_no_measure_ties(client: TestClient, world: World, leader: Person) -> None:
    (first,) = found(client, leader, finding(list="hazard"))
    again = posted(client, leader, single(world, seen_again=first["id"], description="还没有改"), "findings")
    assert (again["list"], again["seen_again"], again["hazard_id"]) == ("hazard", True, first["id"])
    assert again["risk_id"] is None
    page = client.get("findings", params={"hazard_id": first["id"]}, headers=leader.headers).json()
    assert {item["id"] for item in page["items"]} == {first["id"], again["id"]}


def test_a_possible_major_is_never_seen_again_on_a_general_hazard(
    client: TestClient, leader: Person, measure: dict[str, Any]
) -> None:
    (general,) = found(client, leader, finding(measure_id=measure["id"]))
    (major,) = found(client, leader, finding(measure_id=measure["id"], criterion=MAJOR))
    assert (major["seen_again"], major["hazard_id"], major["level"]) == (False, major["id"], "major")
    (third,) = found(client, leader, finding(measure_id=measure["id"], level="major"))
    assert (third["seen_again"], third["hazard_id"]) == (True, major["id"])
    body = reporting(leader.world, finding(level="major", seen_again=general["id"]))
    answer = client.post("inspections", json=body, headers=leader.headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "major_seen_again")
    assert answer.json()["errors"][0]["pointer"] == "/findings/0/seen_again"


def test_only_open_hazards_of_the_enterprise_are_seen_again(
    client: TestClient, world: World, leader: Person, measure: dict[str, Any]
) -> None:
    other = world.works()
    stranger = world.someone(Role.TEAM_LEADER, enterprise_id=other)
    (theirs,) = posted(client, stranger, reporting(world, finding(list="hazard"), enterprise_id=str(other)))["findings"]
    for meant in (theirs["id"], str(uuid4())):
        answer = client.post("findings", json=single(world, seen_again=meant), headers=leader.headers)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (404, "/seen_again")
    (own,) = found(client, leader, finding(measure_id=measure["id"]))
    world.sql("UPDATE hazards SET state = 'closed' WHERE id = :id", id=own["id"])
    answer = client.post("findings", json=single(world, seen_again=own["id"]), headers=leader.headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_open")
    (new,) = found(client, leader, finding(measure_id=measure["id"]))
    assert new["hazard_id"] == new["id"]


def test_of_many_who_see_an_abnormal_measure_at_once_one_makes_the_hazard(
    client: TestClient, world: World, measure: dict[str, Any]
) -> None:
    people = [world.someone(Role.TEAM_LEADER) for _ in range(8)]
    with ThreadPoolExecutor(8) as crowd:
        shown = list(crowd.map(lambda person: found(client, person, finding(measure_id=measure["id"]))[0], people))
    assert sorted(one["seen_again"] for one in shown) == [False] + [True] * 7
    assert len({one["hazard_id"] for one in shown}) == 1


@pytest.mark.parametrize(
    ("role", "purpose", "origin"),
    [
        (Role.TEAM_LEADER, "routine", "enterprise"),
        (Role.SAFETY_OFFICER, None, "enterprise"),
        (Role.INSPECTOR, "routine", "government"),
        (Role.SUPERVISOR, "government", "government"),
        (Role.EXPERT, "expert", "expert"),
        (Role.INSPECTOR, "complaint", "complaint"),
    ],
)
def test_the_origin_says_who_found_it(
    client: TestClient, world: World, role: Role, purpose: str | None, origin: str
) -> None:
    someone = world.someone(role)
    (shown,) = found(client, someone, finding(list="hazard"), kind=purpose)
    assert (shown["origin"], hazard(client, someone, shown["id"])["origin"]) == (origin, origin)


def test_what_is_put_right_on_the_spot_is_closed_by_who_may_accept_it(client: TestClient, world: World) -> None:
    officer = world.someone(Role.SAFETY_OFFICER)
    (shown,) = found(client, officer, finding(rectified_on_the_spot=put_right(cost="12.50")))
    assert (shown["list"], shown["hazard_state"]) == ("hazard", "closed")
    story = hazard(client, officer, shown["id"])
    assert (story["state"], story["rectification"]["measures_taken"]) == ("closed", "当场清扫")
    assert story["rectification"]["cost"] == "12.50"
    events = client.get(f"hazards/{shown['id']}/events", headers=officer.headers).json()["items"]
    assert [event["action"] for event in events] == ["reported", "rectify_on_the_spot"]


@pytest.mark.parametrize(
    ("more", "state"), [({"level": "major"}, "reviewing"), ({"list": "hazard"}, "closed"), ({}, "closed")]
)
def test_a_possible_major_put_right_is_reviewed(
    client: TestClient, world: World, more: dict[str, Any], state: str
) -> None:
    officer = world.someone(Role.SAFETY_OFFICER)
    (shown,) = found(client, officer, finding(rectified_on_the_spot=put_right(), **more))
    assert shown["hazard_state"] == state


def test_who_put_it_right_does_not_close_it(client: TestClient, world: World) -> None:
    officer = world.someone(Role.SAFETY_OFFICER)
    done = put_right(rectified_by=[{"id": str(officer.id)}])
    assert found(client, officer, finding(rectified_on_the_spot=done))[0]["hazard_state"] == "reviewing"


def test_whoever_put_it_right_is_known_or_named(client: TestClient, world: World, leader: Person) -> None:
    done = put_right(rectified_by=[{"id": str(uuid4())}])
    body = reporting(world, finding(), finding(rectified_on_the_spot=done))
    answer = client.post("inspections", json=body, headers=leader.headers)
    pointer = "/findings/1/rectified_on_the_spot/rectified_by/0/id"
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (404, pointer)


def test_what_is_seen_again_may_be_put_right_on_the_spot(
    client: TestClient, world: World, measure: dict[str, Any]
) -> None:
    officer = world.someone(Role.SAFETY_OFFICER)
    (first,) = found(client, officer, finding(measure_id=measure["id"]))
    (again,) = found(client, officer, finding(measure_id=measure["id"], rectified_on_the_spot=put_right()))
    assert (again["hazard_id"], again["hazard_state"]) == (first["id"], "closed")
    (new,) = found(client, officer, finding(measure_id=measure["id"]))
    assert new["hazard_id"] == new["id"]


def test_what_is_put_right_while_others_work_on_it_is_told_there(
    client: TestClient, world: World, leader: Person, measure: dict[str, Any]
) -> None:
    (first,) = found(client, leader, finding(measure_id=measure["id"]))
    world.sql("UPDATE hazards SET state = 'rectifying' WHERE id = :id", id=first["id"])
    (again,) = found(client, leader, finding(measure_id=measure["id"], rectified_on_the_spot=put_right()))
    assert (again["hazard_id"], again["hazard_state"]) == (first["id"], "rectifying")
    events = client.get(f"hazards/{first['id']}/events", headers=leader.headers).json()["items"]
    assert "当场清扫" in events[-1]["data"]["description"]
    assert AFTER in {photo["sha256"] for photo in hazard(client, leader, first["id"])["photos"]}


def test_a_finding_tells_its_verdicts(client: TestClient, world: World, leader: Person) -> None:
    shown = posted(client, leader, single(world, level="major", list="hazard"), "findings")
    assert (shown["inspection_id"], shown["said"]) == (None, {"level": "major", "list": "hazard"})
    (verdict,) = shown["verdicts"]
    assert (verdict["list"], verdict["sorting"], verdict["by"]["id"]) == ("hazard", shown["sorting"], str(leader.id))
    again = client.post(
        "findings", json=single(world, id=shown["id"], level="major", list="hazard"), headers=leader.headers
    )
    assert (again.status_code, again.json()["replayed"]) == (200, True)


def test_the_preview_tells_and_stores_nothing(client: TestClient, world: World, leader: Person) -> None:
    description = MEETING_IT
    for body in (
        {"description": description, "enterprise_id": str(world.enterprise)},
        {
            "description": description,
            "sectors": ["machinery"],
            "special_categories": ["dust_explosion"],
            "on": "2026-11-23",
        },
    ):
        answer = client.post("sorting/preview", json=body, headers=leader.headers)
        assert (answer.status_code, answer.json()["sorting"].keys()) == (200, KEYS)
    assert client.get("findings", headers=leader.headers).json()["items"] == []
    elsewhere = {"description": description, "enterprise_id": str(world.works())}
    answer = client.post("sorting/preview", json=elsewhere, headers=leader.headers)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (404, "/enterprise_id")
