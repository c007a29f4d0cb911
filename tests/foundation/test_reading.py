"""What is not plain JSON within bounds is refused, each kind with its own answer, and nothing is stored."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.journal.events import Event
from app.settings import Settings
from tests.conftest import fresh_database
from tests.foundation.conftest import Place

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Which database it is does not matter: nothing may reach it."""
    folder = tmp_path_factory.mktemp("reading")
    place = Place(Settings(data_dir=folder, database_url=fresh_database("sqlite", folder)))
    yield place
    place.world.database.engine.dispose()


@pytest.fixture(scope="module")
def phone(place: Place) -> Iterator[TestClient]:
    with place.client() as client:
        yield client


@pytest.fixture
def client(place: Place, phone: TestClient) -> Iterator[TestClient]:
    """Whatever a test sends, nothing may come of it."""
    before = events(place)
    yield phone
    assert events(place) == before


def events(place: Place) -> int:
    return int(place.world.write(lambda session: session.scalar(select(func.count()).select_from(Event))))


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"name=x",
        b"\xff\xfe",
        b'\xef\xbb\xbf{"name": "x"}',
        b'{"name": NaN}',
        b'{"name": "x", "tags": {"a": Infinity}}',
        b'{"name": "x", "tags": {"a": -Infinity}}',
        b'{"name": "x", "name": "y"}',
        b'{"name": "x", "tags": {"a": 1, "a": 2}}',
        b'{"name": "x", "tags": ' + nested(70).encode() + b"}",
        nested(100_000).encode(),
        b'{"name": "raw \x00 control"}',
        b'{"name": "x"} trailing',
    ],
)
def test_what_is_no_json_is_malformed(client: TestClient, body: bytes) -> None:
    answer = client.post("notes", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"], answer.json()["retryable"]) == (400, "malformed", False)


@pytest.mark.parametrize("body", ["null", "[]", '"x"', "1", "true"])
def test_what_is_no_object_is_invalid(client: TestClient, body: str) -> None:
    assert client.post("notes", content=body, headers=JSON).json()["code"] == "invalid"


@pytest.mark.parametrize(
    ("sent", "pointer", "code"),
    [
        ({}, "/name", "missing"),
        ({"name": None}, "/name", "string_type"),
        ({"name": 1}, "/name", "string_type"),
        ({"name": ""}, "/name", "string_too_short"),
        ({"name": "   "}, "/name", "value_error"),
        ({"name": "x" * 65}, "/name", "string_too_long"),
        ({"name": "a\u0000b"}, "/name", "value_error"),
        ({"name": "a\u0007b"}, "/name", "value_error"),
        ({"name": "a\u0085b"}, "/name", "value_error"),
        ({"name": "\ud800"}, "/name", None),
        ({"name": "x", "colour": "red"}, "/colour", "extra_forbidden"),
        ({"name": "x", "a/b~c": 1}, "/a~1b~0c", "extra_forbidden"),
        ({"name": "x", "\ud83d": 1}, "", None),
        ({"name": "x", "tags": {"a": -1}}, "/tags/a", "greater_than_equal"),
        ({"name": "x", "id": "7"}, "/id", "uuid_parsing"),
        ({"name": "x", "device": "phone"}, "/device", "dict_type"),
    ],
)
def test_a_fault_is_named_with_its_place(client: TestClient, sent: Any, pointer: str, code: str | None) -> None:
    answer = client.post("notes", content=json.dumps(sent), headers=JSON)
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["title"]) == (422, 422, "请求内容有误")
    (fault,) = problem["errors"]
    assert fault["pointer"] == pointer
    assert code in (None, fault["code"])
    assert fault["message"]


def test_all_faults_are_told_at_once(client: TestClient) -> None:
    answer = client.post("notes?dry_run=perhaps&colour=red", json={"text": "a\u0000", "more": 1})
    pointers = {fault["pointer"] for fault in answer.json()["errors"]}
    assert pointers == {"?dry_run", "?colour", "/name", "/text", "/more"}


def test_a_thousand_faults_are_not_all_told(client: TestClient) -> None:
    answer = client.post("notes", json={"name": "x"} | {f"field{n}": n for n in range(1000)})
    assert (answer.status_code, len(answer.json()["errors"])) == (422, 100)


def test_what_is_too_large_is_not_read(client: TestClient) -> None:
    limit = 1 << 20
    for body in (b" " * (limit + 1), (b" " * 65536 for _ in range(20))):
        answer = client.post("notes", content=body, headers=JSON)
        assert (answer.status_code, answer.json()["code"], answer.json()["limit"]) == (413, "too_large", limit)


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x", ""])
def test_what_is_not_declared_as_json_is_not_taken_for_it(client: TestClient, kind: str) -> None:
    answer = client.post("notes", content=b'{"name": "x"}', headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("path", ["notes/7", "notes/x%00y", "notes/%ff"])
def test_a_path_that_names_nothing_is_told(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 422


def test_who_is_not_known_is_told_nothing_of_his_mistakes(client: TestClient) -> None:
    stranger = {"Authorization": "Bearer x"}
    for answer in (
        client.post("notes", content=b"{", headers=stranger | JSON),
        client.post("notes?colour=red", json={}, headers=stranger),
        client.get("notes/7", headers=stranger),
    ):
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        assert answer.headers["www-authenticate"] == "Bearer"


def test_text_is_kept_in_normal_form_with_its_lines(phone: TestClient) -> None:
    """é as a letter and an accent becomes é; merge+json is JSON as well."""
    sent = {"id": str(uuid4()), "name": "e\u0301\tx\ny"}
    assert phone.post("notes", json=sent).json()["name"] == "\u00e9\tx\ny"
    assert phone.post("notes", json={"name": "x"}, headers={"Content-Type": "application/merge+json"}).is_success


def test_a_fault_is_told_in_the_language_that_was_asked_for(client: TestClient) -> None:
    def told(language: str) -> str:
        answer = client.post("notes", json={}, headers={"Accept-Language": language})
        return str(answer.json()["errors"][0]["message"])

    assert (told("zh-CN"), told("en-GB")) == ("缺少必填项", "Field required")
