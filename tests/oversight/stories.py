"""Who answers for a works, and how they look after it, in autumn 2026."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from fastapi.testclient import TestClient

from app.people.scope import Role
from tests.conftest import Person, World
from tests.duties.conftest import LONG_AGO
from tests.duties.stories import at, instant
from tests.duties.stories import duties as at_most_62_days
from tests.inspections.stories import posted, reporting

NEAR = {"lon": 106.05, "lat": 29.84, "datum": "gcj02", "accuracy_m": 10}
FAR = NEAR | {"lon": 106.15}


def dusty(world: World, **more: Any) -> UUID:
    """A works with explosive dust since last year, at a place that is known."""
    told: dict[str, Any] = {"created_at": LONG_AGO, "position": NEAR}
    return world.works(**(told | more))


def person(world: World, role: Role, **more: Any) -> Person:
    told: dict[str, Any] = {"created_at": LONG_AGO}
    return world.someone(role, **(told | more))


def sent(
    client: TestClient, by: Person, path: str, body: dict[str, Any], when: str, status: int = 201
) -> dict[str, Any]:
    with at(when):
        answer = client.post(path, json=body, headers=by.headers)
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    return told


def changed(
    client: TestClient, by: Person, path: str, body: dict[str, Any], when: str, status: int = 200
) -> dict[str, Any]:
    with at(when):
        answer = client.patch(path, json=body, headers=by.headers)
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    return told


def appointed(
    client: TestClient, by: Person, works: UUID, seat: str, who: Person | str, from_on: str = "2026-09-01", **more: Any
) -> dict[str, Any]:
    """Somebody holds a seat from a day on; a name is of somebody without an account."""
    named = {"name": who} if isinstance(who, str) else {"user_id": str(who.id)}
    body = {"id": str(uuid4()), "seat": seat, "from_on": from_on} | named | more
    return sent(client, by, f"enterprises/{works}/responsible-persons", body, "2026-09-01 08:00")


def went(
    client: TestClient, who: Person, works: UUID, when: str, heard: str | None = None, **more: Any
) -> dict[str, Any]:
    """An inspection on site."""
    told = {
        "enterprise_id": str(works),
        "kind": "government",
        "position": NEAR,
        "performed_at": instant(when).isoformat(),
    }
    with at(heard or when):
        return posted(client, who, reporting(who.world, **(told | more)))


def followed(client: TestClient, who: Person, works: list[UUID], when: str, manner: str, **more: Any) -> dict[str, Any]:
    body = {"id": str(uuid4()), "enterprise_ids": list(map(str, works)), "manner": manner, "note": "了解生产和值守情况"}
    return sent(client, who, "follow-ups", body | more, when)


def happened(works: UUID, when: str, **more: Any) -> dict[str, Any]:
    told = {"id": str(uuid4()), "enterprise_id": str(works), "kind": "danger", "place": "打磨车间"}
    return told | {"occurred_at": instant(when).isoformat(), "description": "除尘管道冒烟"} | more


def caring(area_code: str, **more: Any) -> dict[str, Any]:
    told = {"id": str(uuid4()), "area_code": area_code, "name": "国庆假期"}
    return told | {"from_on": "2026-10-01", "to_on": "2026-10-07"} | more


def duties(client: TestClient, reader: Person, first: str, last: str, now: str, **asked: Any) -> list[dict[str, Any]]:
    """The duties from a day to a day, asked for in two halves where that is more than may be asked for at once."""
    begins, ends = date.fromisoformat(first), date.fromisoformat(last)
    half = begins + (ends - begins) // 2
    spans = [(first, last)] if (ends - begins).days < 62 else [(first, str(half)), (str(half), last)]
    found = [each for span in spans for each in at_most_62_days(client, reader, *span, now, **({"asks": None} | asked))]
    return list({each["id"]: each for each in found}.values())


def owing(client: TestClient, reader: Person, first: str, last: str, now: str, **asked: Any) -> dict[str, str]:
    """What responsible persons owe, as `seat asks period` and state."""
    found = duties(client, reader, first, last, now, **asked)
    return {f"{each['seat']} {each['asks']} {each['period']}": each["state"] for each in found if each["seat"]}
