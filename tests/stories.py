"""What people send, in the words of the field, and the ways of a hazard through its loop."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from app.foundation.calendar import local_date
from app.foundation.clock import now
from app.hazards import commands
from app.hazards.commands import NewHazard
from app.hazards.terms import Origin
from app.people.models import Enterprise
from app.people.scope import Role
from app.people.tokens import Pass, identify
from app.sorting.terms import Level, Method
from tests.conftest import Person, World

PHOTO = "ab" * 32


def day(days: int) -> str:
    """The date so many days from today."""
    return str(local_date(now()) + timedelta(days=days))


def put_on_the_list(world: World, by: Person, **more: Any) -> UUID:
    """A hazard that `by` has found: by default a general one of the world's enterprise."""
    told: dict[str, Any] = {
        "id": uuid4(), "description": "除尘系统未设置泄爆口", "level": Level.GENERAL, "level_by": Method.DECLARED,
        "origin": Origin.ENTERPRISE, "found_at": now(), "place": "打磨车间",
    }  # fmt: skip
    told |= more
    enterprise_id = told.pop("enterprise_id", world.enterprise)

    def put(session: Session) -> UUID:
        caller = identify(session, Pass(by.id, by.session, 0))
        enterprise = session.get_one(Enterprise, enterprise_id)
        return commands.report(session, caller, NewHazard(enterprise=enterprise, **told)).id

    id: UUID = world.write(put)
    return id


def confirming(responsible: Person, **more: Any) -> dict[str, Any]:
    told = {"level": "general", "due_on": day(10), "requirement": "加装泄爆片", "responsible_id": str(responsible.id)}
    return told | more


def confirming_major(responsible: Person, **more: Any) -> dict[str, Any]:
    told = {
        "level": "major", "criterion": "GM-11-03", "cause": "设计时未考虑泄爆", "interim_measures": "停用除尘系统",
        "due_on": day(30),
    }  # fmt: skip
    return confirming(responsible, **(told | more))


def planning(responsible: Person, **more: Any) -> dict[str, Any]:
    told = {
        "responsible_id": str(responsible.id), "measures": "更换为带泄爆片的除尘器", "funds": "48000.00",
        "due_on": day(20), "contingency": "出现异常立即停机撤人",
    }  # fmt: skip
    return told | more


def rectifying(*persons: Person, **more: Any) -> dict[str, Any]:
    done = {"measures_taken": "已加装泄爆片", "photos": [PHOTO], "performed_at": "2026-11-24T16:30:00+08:00"}
    return done | {"rectified_by": [{"id": str(person.id)} for person in persons]} | more


def accepting(**more: Any) -> dict[str, Any]:
    return {"conclusion": "现场复查合格", "method": "on_site", "photos": ["cd" * 32]} | more


def rejecting(**more: Any) -> dict[str, Any]:
    return {"reason": "泄爆片朝向通道", "due_on": day(14)} | more


def do(client: TestClient, by: Person, hazard: UUID, action: str, body: dict[str, Any]) -> Any:
    return client.post(f"hazards/{hazard}/{action}", json=body, headers=by.headers)


def done(client: TestClient, by: Person, hazard: UUID, action: str, body: dict[str, Any]) -> dict[str, Any]:
    """The hazard after a step that is expected to be taken."""
    answer = do(client, by, hazard, action, body)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def send_photo(client: TestClient, by: Person, picture: bytes) -> str:
    """The sha256 of a photo that `by` has sent."""
    answer = client.post("photos", files={"file": ("x.jpg", picture, "image/jpeg")}, headers=by.headers)
    assert answer.status_code in {200, 201}, answer.text
    return str(answer.json()["sha256"])


def team(world: World) -> tuple[Person, Person, Person]:
    """A works' safety officer, manager and a worker."""
    officer, manager, worker = map(world.someone, (Role.SAFETY_OFFICER, Role.MANAGER, Role.WORKER))
    return officer, manager, worker
