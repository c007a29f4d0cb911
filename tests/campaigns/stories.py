"""A campaign of the town in autumn 2026, and who visits for it."""

from typing import Any
from uuid import UUID, uuid4

from fastapi.testclient import TestClient

from tests.conftest import Person, World
from tests.duties.stories import at, instant
from tests.inspections.stories import posted, reporting

ROUNDS = [
    {"name": "上半轮", "from_on": "2026-10-01", "to_on": "2026-10-31"},
    {"name": "下半轮", "from_on": "2026-11-10", "to_on": "2026-12-31"},
]


def planning(world: World, **more: Any) -> dict[str, Any]:
    """A campaign of two rounds, as it is posted."""
    told = {"id": str(uuid4()), "name": "消地协作全覆盖检查", "kind": "fire_and_town", "area_code": world.county}
    return told | {"basis": "渝消〔2026〕18 号", "checks": ["疏散通道是否畅通"], "rounds": ROUNDS} | more


def begun(client: TestClient, by: Person, when: str = "2026-09-20 09:00", **more: Any) -> dict[str, Any]:
    """A campaign that was begun then."""
    with at(when):
        answer = client.post("campaigns", json=planning(by.world, **more), headers=by.headers)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def changed(client: TestClient, by: Person, campaign: dict[str, Any], when: str, **changes: Any) -> Any:
    with at(when):
        revision = client.get(f"campaigns/{campaign['id']}", headers=by.headers).json()["revision"]
        return client.patch(f"campaigns/{campaign['id']}", json={"revision": revision} | changes, headers=by.headers)


def visited(
    client: TestClient, by: Person, works: UUID | str, when: str, *duties: str, heard: str | None = None, **more: Any
) -> dict[str, Any]:
    """The government's visit of a works, for rounds that it names."""
    told = {"kind": "campaign", "cadence": None, "tier": None, "duties": list(duties)} | more
    told["findings"] = list(told.pop("found", ()))
    body = reporting(by.world, enterprise_id=str(works), performed_at=instant(when).isoformat(), **told)
    with at(heard or when):
        return posted(client, by, body)


def asked(client: TestClient, by: Person, path: str, now: str, **params: Any) -> dict[str, Any]:
    with at(now):
        answer = client.get(path, params=params, headers=by.headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def states(
    client: TestClient, by: Person, campaign: dict[str, Any], number: int, now: str, **more: Any
) -> dict[str, str]:
    """What became of each enterprise's visit, by enterprise."""
    rows = asked(client, by, f"campaigns/{campaign['id']}/enterprises", now, round=number, limit=200, **more)["items"]
    return {row["id"]: row["state"] for row in rows}


def counts(client: TestClient, by: Person, campaign: dict[str, Any], now: str, **more: Any) -> list[dict[str, Any]]:
    """The coverage of each round."""
    rounds: list[dict[str, Any]] = asked(client, by, f"campaigns/{campaign['id']}/coverage", now, **more)["rounds"]
    return rounds


def duty(campaign: dict[str, Any], number: int) -> str:
    return str(campaign["rounds"][number - 1]["duty_id"])
