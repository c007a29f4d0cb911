"""What a risk looks like when an enterprise writes it down."""

from typing import Any
from uuid import uuid4

from fastapi.testclient import TestClient

from tests.conftest import Person, World


def telling(world: World, **more: Any) -> dict[str, Any]:
    """The dust in the polishing shop, as it is posted."""
    return {
        "id": str(uuid4()), "enterprise_id": str(world.enterprise), "object": "打磨车间", "unit": "除尘系统",
        "event": "粉尘爆炸", "place": "打磨车间东侧", "level": "considerable", "post": "打磨工",
    } | more  # fmt: skip


def measuring(**more: Any) -> dict[str, Any]:
    return {
        "kind": "engineering",
        "description": "除尘管道设置泄爆片",
        "check": "泄爆片完好",
        "holder": "班组长",
    } | more


def assessing(**more: Any) -> dict[str, Any]:
    """An assessment by LEC that comes to 90: a general risk."""
    return {
        "kind": "inherent", "method": "lec", "l": "1", "e": "6", "c": "15", "reason": "按作业条件评估",
    } | more  # fmt: skip


def assessed(client: TestClient, keeper: Person, risk: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An assessment, as it was answered."""
    answer = client.post(f"risks/{risk['id']}/assess", json=assessing(**more), headers=keeper.headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def read(client: TestClient, person: Person, id: object) -> dict[str, Any]:
    """The risk as it is now."""
    answer = client.get(f"risks/{id}", headers=person.headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def added(client: TestClient, keeper: Person, **more: Any) -> dict[str, Any]:
    """A risk on the list, as it was answered."""
    answer = client.post("risks", json=telling(keeper.world, **more), headers=keeper.headers)
    assert answer.status_code == 201, answer.text
    risk: dict[str, Any] = answer.json()
    return risk


def measured(client: TestClient, keeper: Person, risk: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A measure against a risk, as it was answered."""
    answer = client.post(f"risks/{risk['id']}/measures", json=measuring(**more), headers=keeper.headers)
    assert answer.status_code == 201, answer.text
    measure: dict[str, Any] = answer.json()
    return measure


def ids(client: TestClient, person: Person, **asked: Any) -> list[str]:
    """The ids of the first page that a person is shown."""
    answer = client.get("risks", params=asked, headers=person.headers)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]
