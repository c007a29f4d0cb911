"""A phone may send anything any number of times."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.foundation.problems import IdConflict
from app.journal.events import Event
from app.journal.receipts import Receipt, claim_parts
from app.people.scope import Role
from app.settings import Settings
from tests.conftest import fresh_database
from tests.foundation.conftest import Place


@pytest.fixture
def place(kind: str, tmp_path: Path) -> Iterator[Place]:
    place = Place(Settings(data_dir=tmp_path, database_url=fresh_database(kind, tmp_path)))
    yield place
    place.world.database.engine.dispose()


@pytest.fixture
def client(place: Place) -> Iterator[TestClient]:
    with place.client() as client:
        yield client


def note(**more: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "name": "记"} | more


def count(place: Place, kind: type[Event] | type[Receipt]) -> int:
    return int(place.world.write(lambda session: session.scalar(select(func.count()).select_from(kind))))


def test_the_same_again_shows_what_is_true_now(client: TestClient) -> None:
    body = note(device={"app_version": "1"})
    assert client.post("notes", json=body).json()["replayed"] is False
    client.post(f"notes/{body['id']}/rename", json={"name": "新"})
    again = client.post("notes", json=body | {"device": {"app_version": "2"}})
    assert (again.status_code, again.json()["replayed"], again.json()["name"]) == (200, True, "新")


def test_an_action_is_taken_once(place: Place, client: TestClient) -> None:
    id = client.post("notes", json=note()).json()["id"]
    body = note(name="新")
    answers = [client.post(f"notes/{id}/rename", json=body).json() for _ in range(3)]
    assert [(answer["replayed"], answer["revision"]) for answer in answers] == [(False, 2), (True, 2), (True, 2)]
    assert count(place, Event) == 2


def test_without_an_id_the_server_makes_one(place: Place, client: TestClient) -> None:
    ids = {client.post("notes", json={"name": "记"}).json()["id"] for _ in range(2)}
    assert len(ids) == 2 == count(place, Receipt)


@pytest.mark.parametrize("more", [{"text": ""}, {"tags": {}}, {"device": None}])
def test_what_todays_model_reads_alike_is_the_same(client: TestClient, more: dict[str, Any]) -> None:
    body = note()
    assert client.post("notes", json=body).status_code == 201
    assert client.post("notes", json=body | more).json()["replayed"] is True


def test_an_id_serves_one_person_one_kind_one_target_and_one_content(place: Place, client: TestClient) -> None:
    other = place.world.someone(Role.MANAGER)
    body, second = note(), client.post("notes", json=note()).json()["id"]
    client.post("notes", json=body)
    renaming = note(name="新")
    client.post(f"notes/{body['id']}/rename", json=renaming)
    conflicts = [
        client.post("notes", json=body, headers=other.headers),
        client.post("notes", json=body | {"name": "另"}),
        client.post("notes", json=body | {"name": "\u0000"}),
        client.post("notes", json=body | {"unknown": 1}),
        client.post(f"notes/{second}/rename", json=body),
        client.post(f"notes/{second}/rename", json=renaming),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in conflicts] == [(409, "id_conflict")] * 6
    assert all("name" not in answer.json() for answer in conflicts)


def test_a_refused_request_consumes_no_id(place: Place, client: TestClient) -> None:
    body = note()
    assert client.post(f"notes/{uuid4()}/rename", json=body).status_code == 404
    assert client.post("notes", json=body | {"name": ""}).status_code == 422
    assert count(place, Receipt) == 0
    assert client.post("notes", json=body).status_code == 201


def test_a_stricter_server_still_knows_what_it_once_accepted(place: Place, client: TestClient) -> None:
    """As if `surroundings` had been a field of an older version."""
    body = note()
    client.post("notes", json=body)
    older = body | {"surroundings": "车间"}
    place.world.sql("UPDATE receipts SET body = :body", body=json.dumps(older, sort_keys=True))
    assert client.post("notes", json=older).json()["replayed"] is True


def test_parts_of_a_whole_have_ids_of_their_own(place: Place) -> None:
    ids, actor, whole = [uuid4(), uuid4()], uuid4(), uuid4()
    place.world.write(lambda session: claim_parts(session, ids, actor, "finding", whole))
    place.world.write(lambda session: claim_parts(session, [], actor, "finding", whole))
    for taken in ([uuid4(), ids[0]], [twice := uuid4(), twice]):
        with pytest.raises(IdConflict):
            place.world.write(lambda session, taken=taken: claim_parts(session, taken, actor, "finding", whole))
    assert count(place, Receipt) == 2
