"""What no honest client sends: each is refused for what it is, with its place, and leaves nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.foundation.reading import DEPTH_LIMIT, JSON_LIMIT
from app.people.scope import Role
from tests.contract.test_roles import TABLE, may, stored
from tests.contract.town import Town

COMMITTED = json.loads((Path(__file__).parents[2] / "openapi" / "openapi.json").read_text("utf-8"))
TAKE_JSON = [
    operation["operationId"]
    for methods in COMMITTED["paths"].values()
    for operation in methods.values()
    if "application/json" in operation.get("requestBody", {}).get("content", {})
]
"""Operations with a JSON body."""

NO_JSON = {
    "nothing": b"", "cut": b'{"id": ', "text": b"hello", "bytes": b"\xff\xfe", "nan": b'{"id": NaN}',
    "infinity": b'{"id": -Infinity}', "twice": b'{"id": null, "id": null}', "two": b"{} {}",
    "deep": b"[" * (DEPTH_LIMIT + 1) + b"]" * (DEPTH_LIMIT + 1), "abyss": b"[" * 200_000,
}  # fmt: skip
NO_OBJECT: dict[str, Any] = {"null": None, "list": [], "text": "x", "number": 7, "false": False}

Operations = dict[str, dict[str, Any]]


@pytest.fixture(params=["sqlite"])
def kind(request: pytest.FixtureRequest) -> str:
    """None of this comes as far as a database's own ways."""
    return str(request.param)


def sent(town: Town, operations: Operations, name: str, content: bytes, kind: str = "application/json") -> Any:
    who = town.insiders[next(iter(sorted(may(TABLE[name]))), Role.MANAGER)]
    headers = {**who.headers, "Content-Type": kind}
    return town.ask(operations[name], None, json=None, content=content, headers=headers)


@pytest.mark.parametrize("name", TAKE_JSON)
def test_what_is_no_json_is_malformed(town: Town, operations: Operations, name: str) -> None:
    answers = {what: sent(town, operations, name, content) for what, content in NO_JSON.items()}
    assert {what: (a.status_code, a.json()["code"]) for what, a in answers.items()} == dict.fromkeys(
        NO_JSON, (400, "malformed")
    )


@pytest.mark.parametrize("name", TAKE_JSON)
def test_what_is_no_object_is_invalid(town: Town, operations: Operations, name: str) -> None:
    for value in NO_OBJECT.values():
        answer = sent(town, operations, name, json.dumps(value).encode())
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "")


@pytest.mark.parametrize("name", TAKE_JSON)
def test_unknown_fields_and_parameters_are_named(town: Town, operations: Operations, name: str) -> None:
    body = json.dumps({**town.bodies()[name], "nonsense/~": 1}).encode()
    answer = town.ask(
        operations[name], town.insiders[Role.MANAGER], json=None, content=body, params={"sense": "no"},
        headers={**town.insiders[Role.MANAGER].headers, "Content-Type": "application/json"},
    )  # fmt: skip
    assert answer.status_code == 422
    faults = {fault["pointer"]: fault["code"] for fault in answer.json()["errors"]}
    assert faults == {"/nonsense~1~0": "extra_forbidden", "?sense": "extra_forbidden"}


@pytest.mark.parametrize("name", TAKE_JSON)
def test_control_characters_and_halves_of_characters_are_refused(town: Town, operations: Operations, name: str) -> None:
    body = town.bodies()[name]
    texts = [key for key, value in body.items() if isinstance(value, str)]
    for bad in ("\x00", "a\x1b[2J", "\x7f", "\ud800"):
        for key in texts:
            answer = sent(town, operations, name, json.dumps({**body, key: bad}).encode())
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{key}"), (key, bad)


@pytest.mark.parametrize("name", TAKE_JSON)
def test_too_much_is_too_large_and_other_types_are_not_supported(town: Town, operations: Operations, name: str) -> None:
    large = sent(town, operations, name, b'{"x": "' + b"x" * JSON_LIMIT + b'"}')
    assert (large.status_code, large.json()["code"], large.json()["limit"]) == (413, "too_large", JSON_LIMIT)
    for kind in ("text/plain", "application/xml", "application/x-www-form-urlencoded", ""):
        assert sent(town, operations, name, b"{}", kind).status_code == 415


def test_ten_thousand_findings_are_refused(town: Town, operations: Operations) -> None:
    body = {**town.bodies()["report_inspection"], "findings": [{"description": "脏"}] * 10_000}
    answer = sent(town, operations, "report_inspection", json.dumps(body).encode())
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "too_long")


def test_a_list_is_not_asked_for_what_it_does_not_know(town: Town, operations: Operations) -> None:
    who = town.insiders[Role.SUPERVISOR]
    for name in (name for name in TABLE if name.startswith("list_")):
        for params in ({"nonsense": "1"}, {"limit": "0"}, {"limit": "201"}, {"limit": "x"}, {"count": "perhaps"}):
            answer = town.ask(operations[name], who, params=params)
            pointer = f"?{next(iter(params))}"
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), name
        forged = town.ask(operations[name], who, params={"cursor": "bm90IG91cnM="})
        assert (forged.status_code, forged.json()["code"]) == (400, "invalid_cursor"), name


def test_ids_that_are_none_are_said_to_be(town: Town, operations: Operations) -> None:
    who = town.insiders[Role.SUPERVISOR]
    for name in TABLE:
        for id in (part for part in ("hazard_id", "risk_id", "user_id") if f"{{{part}}}" in operations[name]["path"]):
            for wrong in ("x", "0", "%00", "..%2f", "𝟙" * 36):
                answer = town.ask(operations[name], who, {id: wrong})
                assert answer.status_code in {404, 422}, (name, wrong)


def test_nothing_of_it_was_stored(town: Town, operations: Operations) -> None:
    for name in TABLE:
        town.path_values(name)
    before = stored(town)
    for name in TAKE_JSON:
        for content in (*NO_JSON.values(), b"[]", json.dumps({**town.bodies()[name], "nonsense": 1}).encode()):
            sent(town, operations, name, content)
    assert stored(town) == before
