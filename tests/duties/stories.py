"""What an enterprise plans, and what its people do about it, on days of autumn 2026."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import uuid4

from fastapi.testclient import TestClient

from app.foundation import clock
from app.foundation.calendar import SHANGHAI
from tests.conftest import Person, World
from tests.inspections.stories import posted, reporting


def instant(text: str) -> datetime:
    """`2026-11-23 09:00` in Asia/Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@contextmanager
def at(text: str) -> Iterator[None]:
    with clock.at(instant(text)):
        yield


def planning(world: World, **more: Any) -> dict[str, Any]:
    """A plan of the team's daily inspection, as it is posted."""
    told = {"id": str(uuid4()), "enterprise_id": str(world.enterprise), "name": "班组日排查"}
    return told | {"cadence": "daily", "tier": "team"} | more


def stopping(world: World, **more: Any) -> dict[str, Any]:
    told = {"id": str(uuid4()), "enterprise_id": str(world.enterprise), "scope": "全厂", "reason": "检修"}
    return told | {"from_on": "2026-11-09", "to_on": "2026-11-15"} | more


def planned(client: TestClient, keeper: Person, when: str = "2026-10-31 17:00", **more: Any) -> dict[str, Any]:
    """A plan that was made then."""
    with at(when):
        answer = client.post("inspection-plans", json=planning(keeper.world, **more), headers=keeper.headers)
    assert answer.status_code == 201, answer.text
    plan: dict[str, Any] = answer.json()
    return plan


def changed(client: TestClient, keeper: Person, plan: dict[str, Any], when: str, **changes: Any) -> dict[str, Any]:
    with at(when):
        body = {"revision": plan["revision"]} | changes
        answer = client.patch(f"inspection-plans/{plan['id']}", json=body, headers=keeper.headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def inspected(
    client: TestClient, person: Person, when: str, *duties: str, heard: str | None = None, **more: Any
) -> dict[str, Any]:
    """An inspection that was for some duties; `heard` is when it was uploaded, if later."""
    body = reporting(person.world, duties=list(duties), performed_at=instant(when).isoformat(), **more)
    with at(heard or when):
        return posted(client, person, body)


def duties(client: TestClient, person: Person, first: str, last: str, now: str, **asked: Any) -> list[dict[str, Any]]:
    """The duties from a day to a day, as they were at an instant: of plans, unless it says otherwise."""
    told = {"from": first, "to": last, "limit": 200, "asks": "inspection", **asked}
    with at(now):
        params = {name: value for name, value in told.items() if value is not None}
        answer = client.get("duties", params=params, headers=person.headers)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def states(client: TestClient, person: Person, first: str, last: str, now: str, **asked: Any) -> dict[str, str]:
    found = duties(client, person, first, last, now, **asked)
    return {each["period"] + (f":{each['shift']}" if each["shift"] else ""): each["state"] for each in found}


def checked(*measures: str, status: str = "normal") -> list[dict[str, Any]]:
    return [{"measure_id": id, "status": status} for id in measures]
