"""Asking about enterprises, as tests do it."""

from typing import Any
from uuid import uuid4

import httpx2
from fastapi.testclient import TestClient

from app.foundation.credit_code import with_check_digit
from tests.conftest import Person, World


def credit_code() -> str:
    return with_check_digit("91500" + str(uuid4().int)[:12])


def enterprise(world: World, **told: Any) -> dict[str, Any]:
    return {"kind": "enterprise", "name": "金属制品厂", "area_code": world.village, "credit_code": credit_code()} | told


def site(world: World, **told: Any) -> dict[str, Any]:
    position = {"lon": 106.05, "lat": 29.84, "datum": "gcj02", "accuracy_m": 12}
    told = {"position": position, "person_in_charge": {"name": "王五", "phone": "13800000000"}} | told
    return {"kind": "unregistered_site", "name": "王家作坊", "area_code": world.village} | told


def register(client: TestClient, by: Person, told: dict[str, Any], **query: Any) -> httpx2.Response:
    return client.post("enterprises", json=told, headers=by.headers, params=query)


def change(client: TestClient, by: Person, id: object, told: dict[str, Any], **headers: str) -> httpx2.Response:
    return client.patch(f"enterprises/{id}", json=told, headers=by.headers | headers)


def read(client: TestClient, by: Person, id: object) -> dict[str, Any]:
    told: dict[str, Any] = client.get(f"enterprises/{id}", headers=by.headers).json()
    return told


def listed(client: TestClient, person: Person, **asked: Any) -> list[str]:
    answer = client.get("enterprises", params=asked, headers=person.headers)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]
