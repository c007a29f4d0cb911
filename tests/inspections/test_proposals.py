"""What the words of a finding propose: its kind, the measure it belongs to, whether it is known; and taking it over."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from app.people.scope import Role
from tests.conftest import Person, World
from tests.inspections.stories import finding, found, hazard, posted, single, sort
from tests.photos.stories import jpeg
from tests.risks.stories import added, measured
from tests.stories import confirming, do, send_photo

PRESSURE = "灭火器压力不足，指针在红区"


@pytest.fixture
def officer(world: World) -> Person:
    return world.someone(Role.SAFETY_OFFICER)


@pytest.fixture
def leader(world: World) -> Person:
    return world.someone(Role.TEAM_LEADER)


@pytest.fixture
def measures(client: TestClient, officer: Person) -> dict[str, str]:
    """The ids of three measures of a risk list, by what they are of."""
    dust = added(client, officer)
    press = added(client, officer, object="冲压车间", unit="冲床", event="机械伤害")
    store = added(client, officer, object="仓库", unit="消防设施", event="火灾")
    return {
        "vent": measured(client, officer, dust)["id"],
        "guard": measured(client, officer, press, description="冲床装设光电保护", check="光电保护有效")["id"],
        "fire": measured(client, officer, store, description="按规定配置灭火器", check="压力正常，在有效期内")["id"],
    }


def previewed(client: TestClient, by: Person, description: str, **more: Any) -> dict[str, Any]:
    body = {"description": description, "enterprise_id": str(by.world.enterprise)} | more
    answer = client.post("sorting/preview", json=body, headers=by.headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_the_preview_says_all_that_the_words_propose(
    client: TestClient, leader: Person, measures: dict[str, str]
) -> None:
    (known,) = found(client, leader, finding(description=PRESSURE, place="仓库", list="hazard"))
    told = previewed(client, leader, "仓库灭火器压力低了，指针在红区", place="仓库")
    assert (told["factor"]["value"], told["discipline"]["value"]) == ("object", "fire")
    assert (told["accident_type"]["standard"], told["accident_type"]["title"]) == ("GB 6441-2025", "火灾")
    assert told["measure"]["id"] == measures["fire"]
    assert told["seen_again"]["id"] == known["id"]
    assert all(told[key]["because"] for key in ("factor", "discipline", "accident_type", "measure", "seen_again"))
    first = told["wordings"][0]
    assert (first["code"], first["verified"], first["level"]) == ("FI-01", False, "general")
    assert len(told["wordings"]) <= 3


def test_synonyms_meet(client: TestClient, leader: Person, measures: dict[str, str]) -> None:
    """The list says 泄爆片, the inspector 泄爆口."""
    told = previewed(client, leader, "除尘管道没有泄爆口", place="打磨车间")
    assert told["measure"]["id"] == measures["vent"]
    assert told["wordings"][0]["level"] == "major"


@pytest.mark.parametrize(
    "text", ["", "灭", "食堂门口的桂花开了", "Ｆｉｒｅ　ｅｘｉｔ 😀😀", "滅火器壓力不足" * 285, "。" * 2000]
)
def test_the_preview_answers_to_whatever_is_typed(
    client: TestClient, leader: Person, measures: dict[str, str], text: str
) -> None:
    told = previewed(client, leader, text)
    assert len(told["wordings"]) <= 3
    if "火器" not in text:
        assert (told["measure"], told["seen_again"], told["wordings"]) == (None, None, [])


def test_a_measure_that_was_changed_or_retired_is_proposed_as_it_is_now(
    client: TestClient, leader: Person, officer: Person, measures: dict[str, str]
) -> None:
    text = "配电箱没有接地，漏电保护器不动作"
    assert previewed(client, leader, text)["measure"] is None
    risk = sort(client, officer, found(client, leader, finding(list="hazard"))[0]["id"], measure_id=measures["guard"])
    path = f"risks/{risk.json()['risk_id']}/measures/{measures['guard']}"
    change = {"description": "配电箱接地，装漏电保护器", "check": "接地良好，漏电保护器动作", "revision": 1}
    answer = client.patch(path, json=change, headers=officer.headers)
    assert answer.status_code == 200, answer.text
    assert previewed(client, leader, text)["measure"]["id"] == measures["guard"]
    retired = client.patch(path, json={"retired": True, "revision": answer.json()["revision"]}, headers=officer.headers)
    assert retired.status_code == 200, retired.text
    assert previewed(client, leader, text)["measure"] is None


def test_a_preview_without_an_enterprise_proposes_nothing_of_anybodys_list(client: TestClient, leader: Person) -> None:
    body = {"description": PRESSURE, "sectors": ["machinery"], "special_categories": [], "on": "2026-06-30"}
    told = client.post("sorting/preview", json=body, headers=leader.headers).json()
    assert (told["measure"], told["seen_again"]) == (None, None)
    assert told["accident_type"]["standard"] == "GB 6441-1986"


def looked_at(client: TestClient, person: Person, told: dict[str, Any]) -> dict[str, Any]:
    """A finding as it is shown to who looks at it."""
    shown: dict[str, Any] = client.get(f"findings/{told['id']}", headers=person.headers).json()
    return shown


def test_proposals_are_shown_with_the_finding_and_merge_nothing(
    client: TestClient, leader: Person, measures: dict[str, str]
) -> None:
    (first,) = found(client, leader, finding(description=PRESSURE, list="hazard"))
    (second,) = found(client, leader, finding(description="灭火器压力不足，指针到红区了", list="hazard"))
    proposals = looked_at(client, leader, second)["sorting"]["proposals"]
    assert proposals["measure"]["id"] == measures["fire"]
    assert proposals["seen_again"]["id"] == first["id"]
    assert (second["measure_id"], second["seen_again"], second["hazard_id"]) == (None, False, second["id"])
    told = posted(client, leader, single(leader.world, description=PRESSURE, seen_again=False), "findings")
    assert told["sorting"]["proposals"]["seen_again"] is None


def test_what_is_in_order_or_at_another_works_is_proposed_nothing(
    client: TestClient, world: World, leader: Person, measures: dict[str, str]
) -> None:
    (fine,) = found(client, leader, finding(description=PRESSURE, list="none"))
    assert fine["sorting"]["proposals"] is None
    inspector = world.someone(Role.INSPECTOR)
    found(client, leader, finding(description=PRESSURE, list="hazard"))
    other = posted(
        client,
        inspector,
        single(world, enterprise_id=str(world.works()), description=PRESSURE, list="hazard"),
        "findings",
    )
    assert (other["sorting"]["proposals"]["measure"], other["sorting"]["proposals"]["seen_again"]) == (None, None)


def test_a_hazard_takes_its_kind_from_the_words_until_a_person_says_it(
    client: TestClient, leader: Person, officer: Person
) -> None:
    (told,) = found(client, leader, finding(description=PRESSURE, list="hazard"))
    before = hazard(client, officer, told["id"])
    assert (before["factor"], before["discipline"]) == ("object", "fire")
    assert (before["accident_type"], before["accident_standard"]) == ("09", "GB 6441-2025")
    said = confirming(leader, factor="management")
    answer = do(client, officer, UUID(told["id"]), "confirm", said | {"accident_type": "99"})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_accident_type")
    answer = do(client, officer, UUID(told["id"]), "confirm", said | {"accident_type": "27"})
    assert answer.status_code == 200, answer.text
    after = answer.json()
    assert (after["factor"], after["discipline"], after["accident_type"]) == ("management", "fire", "27")


def test_a_measure_is_taken_over_and_the_candidate_goes(
    client: TestClient, leader: Person, officer: Person, measures: dict[str, str]
) -> None:
    (told,) = found(client, leader, finding(description=PRESSURE, list="hazard"))
    candidate = client.get(f"risks/{told['id']}", headers=officer.headers).json()
    assert candidate["candidate"]
    proposed = looked_at(client, officer, told)["sorting"]["proposals"]
    answer = sort(client, officer, told["id"], measure_id=proposed["measure"]["id"])
    assert answer.status_code == 200, answer.text
    after = answer.json()
    assert (after["measure_id"], after["list"], after["level"]) == (measures["fire"], "hazard", "general")
    assert after["sorting"]["proposals"] == told["sorting"]["proposals"]
    tied = hazard(client, officer, told["id"])
    assert (tied["measure_id"], tied["risk_id"]) == (measures["fire"], after["risk_id"])
    assert after["risk_id"] != told["id"]
    assert after["verdicts"][-1]["by"]["id"] == str(officer.id)
    assert client.get(f"risks/{told['id']}", headers=officer.headers).json()["retired"]
    again = sort(client, officer, told["id"], measure_id=str(uuid4()))
    assert (again.status_code, again.json()["errors"][0]["pointer"]) == (404, "/measure_id")


def test_what_was_seen_again_leaves_the_list_and_shows_its_photos_on_the_other(
    client: TestClient, leader: Person, officer: Person
) -> None:
    (first,) = found(client, leader, finding(description=PRESSURE, list="hazard"))
    photo = send_photo(client, leader, jpeg())
    (second,) = found(client, leader, finding(description=PRESSURE, list="hazard", photos=[photo]))
    answer = sort(client, officer, second["id"], seen_again=first["id"])
    assert answer.status_code == 200, answer.text
    after = answer.json()
    assert (after["seen_again"], after["hazard_id"], after["list"]) == (True, first["id"], "hazard")
    assert hazard(client, officer, second["id"])["state"] == "dismissed"
    events = client.get(f"hazards/{first['id']}/events", headers=officer.headers).json()["items"]
    assert (events[-1]["action"], events[-1]["data"]["photos"]) == ("seen_again", [photo])
    kept = sort(client, officer, second["id"], list="hazard")
    assert kept.json()["hazard_id"] == first["id"]


def test_a_reporter_who_confirms_withdraws_what_was_known_already(client: TestClient, officer: Person) -> None:
    (first,) = found(client, officer, finding(description=PRESSURE, list="hazard"))
    (second,) = found(client, officer, finding(description=PRESSURE, list="hazard"))
    assert sort(client, officer, second["id"], seen_again=first["id"]).status_code == 200
    assert hazard(client, officer, second["id"])["state"] == "dismissed"


def test_a_possible_major_is_taken_into_no_general_hazard(
    client: TestClient, world: World, leader: Person, officer: Person
) -> None:
    (general,) = found(client, leader, finding(description=PRESSURE, list="hazard"))
    (major,) = found(client, leader, finding(description=PRESSURE, level="major"))
    assert looked_at(client, leader, major)["sorting"]["proposals"]["seen_again"] is None
    supervisor = world.someone(Role.SUPERVISOR)
    answer = sort(client, supervisor, major["id"], seen_again=general["id"])
    assert (answer.status_code, answer.json()["code"]) == (409, "major_seen_again")
    (other,) = found(client, leader, finding(description=PRESSURE, level="major"))
    assert sort(client, officer, other["id"], seen_again=major["id"]).status_code == 403
    assert sort(client, supervisor, other["id"], seen_again=major["id"]).status_code == 200
    assert sort(client, supervisor, general["id"], seen_again=other["id"]).json()["code"] == "not_open"


@pytest.mark.parametrize("list", ["risk", "none"])
def test_what_belongs_to_a_hazard_or_measure_is_on_the_hazard_list(
    client: TestClient, leader: Person, officer: Person, measures: dict[str, str], list: str
) -> None:
    (told,) = found(client, leader, finding(description=PRESSURE, list="hazard"))
    for words, pointer in (({"seen_again": told["id"]}, "/seen_again"), ({"measure_id": measures["fire"]}, "/list")):
        answer = sort(client, officer, told["id"], list=list, reason="不是", **words)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    elsewhere = sort(client, officer, told["id"], seen_again=told["id"])
    assert (elsewhere.status_code, elsewhere.json()["errors"][0]["pointer"]) == (404, "/seen_again")
