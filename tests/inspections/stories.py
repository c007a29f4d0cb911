"""What a phone posts: an inspection of the polishing shop, and what was found in it."""

import json
from typing import Any
from uuid import uuid4

from fastapi.testclient import TestClient

from tests.conftest import Person, World
from tests.photos.stories import sha

MAJOR = "GM-11-03"  # 干式除尘系统未采取泄爆、惰化、抑爆等任一种爆炸防控措施
MEETING_IT = "除尘系统未设置泄爆口"
SILENT = "如图所示"  # says nothing that could be sorted, so that only what is declared counts


def finding(**more: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "description": SILENT, "place": "打磨车间"} | more


def reporting(world: World, *findings: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Today's inspection of the team, with what it found."""
    return {
        "id": str(uuid4()), "enterprise_id": str(world.enterprise), "cadence": "daily", "tier": "team",
        "performed_at": "2026-11-23T01:10:00Z", "device": {"app_version": "1"}, "findings": list(findings),
    } | more  # fmt: skip


def single(world: World, **more: Any) -> dict[str, Any]:
    """One finding by itself."""
    body = {"enterprise_id": str(world.enterprise), "performed_at": "2026-11-23T01:10:00Z"}
    return finding() | body | more


def posted(client: TestClient, person: Person, body: dict[str, Any], path: str = "inspections") -> dict[str, Any]:
    """The answer to what was posted."""
    answer = client.post(path, json=body, headers=person.headers)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def found(client: TestClient, person: Person, *findings: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    """What became of the findings of an inspection."""
    answered: list[dict[str, Any]] = posted(client, person, reporting(person.world, *findings, **more))["findings"]
    return answered


def as_form(body: dict[str, Any], *photos: bytes, part: bool = False) -> list[tuple[str, Any]]:
    """A report with its photos, as the parts of a form; the report as a plain field, or as a part."""
    text = json.dumps(body)
    report = ("report.json", text, "application/json") if part else (None, text)
    return [("report", report), *((sha(photo), ("IMG.jpg", photo, "image/jpeg")) for photo in photos)]


def sort(client: TestClient, person: Person, finding_id: str, **decision: Any) -> Any:
    return client.post(f"findings/{finding_id}/sort", json=decision, headers=person.headers)


def hazard(client: TestClient, person: Person, id: str) -> dict[str, Any]:
    answer = client.get(f"hazards/{id}", headers=person.headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told
