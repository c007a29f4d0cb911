"""What the server says of itself before anybody logs in, held against what it does."""

from datetime import datetime
from typing import Any

import jsonschema_rs
import pytest
from fastapi.testclient import TestClient

from app.foundation.wire import Body
from app.hazards.loop import LOOP
from app.hazards.terms import State, WaitingFor
from app.people.scope import Role
from tests.conftest import World
from tests.contract.town import Town
from tests.inspections.stories import finding, reporting, single
from tests.photos.stories import jpeg


@pytest.fixture(params=["sqlite"])
def kind(request: pytest.FixtureRequest) -> str:
    """No database is asked."""
    return str(request.param)


@pytest.fixture
def meta(client: TestClient) -> dict[str, Any]:
    told: dict[str, Any] = client.get("meta").json()
    return told


@pytest.fixture
def loop(client: TestClient) -> dict[str, Any]:
    told: dict[str, Any] = client.get("meta/loop").json()
    return told


def test_it_says_what_the_contract_names(meta: dict[str, Any]) -> None:
    names = ["api_version", "server_time", "features", "limits", "enumerations", "minimum_app", "criteria_sets"]
    assert list(meta) == names
    assert datetime.fromisoformat(meta["server_time"]).tzinfo
    assert meta["minimum_app"] == "1.0.0"
    assert {"inspections", "hazards", "risks", "photos"} <= set(meta["features"])


def test_limits_are_at_least_those_of_the_contract(meta: dict[str, Any]) -> None:
    least = {
        "photo_bytes": 40_000_000, "document_bytes": 20_000_000, "report_bytes": 1 << 20, "findings": 200,
        "photos_of_a_finding": 20, "page": 200, "total": 10_000,
    }  # fmt: skip
    assert {name: meta["limits"][name] for name in least} == least
    assert all(limit > 0 for limit in meta["limits"].values())


def test_the_limits_are_obeyed_to_the_last(client: TestClient, world: World, meta: dict[str, Any]) -> None:
    limits, leader = meta["limits"], world.someone(Role.TEAM_LEADER)

    def answer(path: str, body: dict[str, Any]) -> int:
        return client.post(path, json=body, headers=leader.headers, params={"dry_run": "true"}).status_code

    text = limits["text_characters"]
    assert answer("findings", single(world, description="脏" * text)) == 201
    assert answer("findings", single(world, description="脏" * (text + 1))) == 422
    place = limits["short_characters"]
    assert answer("findings", single(world, place="脏" * place)) == 201
    assert answer("findings", single(world, place="脏" * (place + 1))) == 422
    shas = [f"{number:064x}" for number in range(limits["photos_of_a_finding"] + 1)]
    assert answer("findings", single(world, photos=shas[:-1])) == 201
    assert answer("findings", single(world, photos=shas)) == 422
    findings = [finding() for _ in range(limits["findings"] + 1)]
    assert answer("inspections", reporting(world, *findings[:-1])) == 201
    assert answer("inspections", reporting(world, *findings)) == 422
    assert client.get("hazards", params={"limit": limits["page"]}, headers=leader.headers).status_code == 200
    assert client.get("hazards", params={"limit": limits["page"] + 1}, headers=leader.headers).status_code == 422


def test_a_photo_over_the_limit_is_told_the_limit(client: TestClient, world: World, meta: dict[str, Any]) -> None:
    limit = meta["limits"]["photo_bytes"]
    declared = {**world.someone(Role.WORKER).headers, "Content-Type": "image/jpeg", "Content-Length": str(limit + 1)}
    answer = client.put(f"photos/{'0' * 64}", content=jpeg(), headers=declared)
    assert (answer.status_code, answer.json()["limit"]) == (413, limit)


def test_every_word_has_a_title(meta: dict[str, Any]) -> None:
    words = meta["enumerations"]
    wanted = {
        "action", "state", "waiting_for", "origin", "level", "list", "sector", "special_category", "factor",
        "discipline", "cadence", "tier", "inspection_kind", "result_status", "role", "power", "enterprise_kind",
        "enterprise_status", "risk_level", "risk_colour", "measure_kind", "review_method", "sorting_method", "datum",
    }  # fmt: skip
    assert wanted <= words.keys()
    assert [word["value"] for word in words["state"]] == list(State)
    assert {"value": "rectifying", "title": "整改中"} in words["state"]
    assert all(word["title"].strip() for each in words.values() for word in each)


@pytest.mark.parametrize("path", ["meta", "meta/loop"])
def test_it_is_fetched_again_only_when_it_changes(client: TestClient, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", ["meta", "meta/loop"])
def test_it_takes_no_parameters(client: TestClient, path: str) -> None:
    assert client.get(path, params={"x": "1"}).json()["errors"][0]["pointer"] == "?x"


def test_the_loop_is_the_table(loop: dict[str, Any]) -> None:
    assert [(action["name"], action["title"]) for action in loop["actions"]] == [
        (action.name, action.title) for action in LOOP.values()
    ]
    assert [state["value"] for state in loop["states"] if state["open"]] == [
        "reported", "planning", "rectifying", "reviewing",
    ]  # fmt: skip
    assert [wait["value"] for wait in loop["waiting_for"]] == list(WaitingFor)
    names = {action["name"] for action in loop["actions"]}
    assert all(wait["action"] in names for wait in loop["waiting_for"])
    assert loop["policy"]["confirm_days"] == 3


def test_every_action_says_for_whom_it_is(loop: dict[str, Any]) -> None:
    assert all(action["who"] for action in loop["actions"])
    assert loop["actions"][0]["from"] == ["reported"]
    assert loop["actions"][0]["to"] == ["rectifying", "planning"]
    assert "第四十一条" in loop["actions"][0]["law"]


def test_the_schema_of_an_action_judges_its_body(client: TestClient, world: World, loop: dict[str, Any]) -> None:
    bodies = Town(client, world).bodies()
    for action in loop["actions"]:
        judge = jsonschema_rs.Draft202012Validator(action["body"], validate_formats=True)
        assert judge.is_valid(bodies[f"{action['name']}_hazard"]), action["name"]
        assert not judge.is_valid({"nonsense": 1}), action["name"]
        assert Body.model_fields.keys() <= action["body"]["properties"].keys()
