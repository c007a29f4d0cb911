"""`kill -9` between any two steps of a report with photos, then the phone retries: exactly one of everything."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlalchemy import text

from app.demo.pictures import picture
from app.foundation.clock import now
from app.foundation.keyring import Keyring
from app.journal.audit import verify
from app.journal.sealer import seal_all
from app.main import create_app
from app.people.scope import Role
from app.settings import Settings
from tests.conftest import Person, World, fresh_database
from tests.faults.mortal import serve
from tests.s3 import free_ports
from tests.served import FORKED, answers

MOST_STEPS = 80


@contextmanager
def served(folder: Path, url: str) -> Iterator[str]:
    """The address of a server that may be killed; it is, at the latest at the end."""
    (port,) = free_ports(1)
    process = FORKED.Process(target=serve, args=(str(folder), url, port), daemon=True)
    process.start()
    try:
        base = f"http://127.0.0.1:{port}"
        for _ in range(400):
            if answers(port):
                break
            time.sleep(0.02)
        yield f"{base}/api/v1"
    finally:
        process.kill()
        process.join()


def report_of(world: World, photos: dict[str, bytes]) -> dict[str, Any]:
    finding = {"id": str(uuid4()), "description": "除尘系统未设置泄爆口", "list": "hazard", "photos": list(photos)}
    return {
        "id": str(uuid4()), "enterprise_id": str(world.enterprise), "performed_at": now().isoformat(),
        "findings": [finding],
    }  # fmt: skip


def post(base: str, by: Person, report: dict[str, Any], photos: dict[str, bytes], die_at: int | None) -> Any:
    parts: list[Any] = [(sha, ("x.jpg", content, "image/jpeg")) for sha, content in photos.items()]
    headers = by.headers | ({"Die-At": str(die_at)} if die_at else {})
    body = {"report": json.dumps(report, ensure_ascii=False)}
    return httpx2.post(f"{base}/inspections", data=body, files=parts, headers=headers, timeout=20)


def exactly_one(world: World, by: Person, base: str, report: dict[str, Any], photos: dict[str, bytes]) -> None:
    """One inspection, finding, hazard and candidate; each photo once, and readable as it was sent."""
    for table, id in (
        ("inspections", report["id"]), ("findings", report["findings"][0]["id"]),
        ("hazards", report["findings"][0]["id"]), ("risks", report["findings"][0]["id"]),
    ):  # fmt: skip
        assert counted(world, f"SELECT count(*) FROM {table} WHERE id = :id", id=UUID(id)) == 1, table
    for sha, content in photos.items():
        assert counted(world, "SELECT count(*) FROM photos WHERE sha256 = :sha", sha=sha) == 1
        answer = httpx2.get(f"{base}/photos/{sha}/original", headers=by.headers)
        assert (answer.status_code, answer.content == content) == (200, True)
    hazard = httpx2.get(f"{base}/hazards/{report['findings'][0]['id']}", headers=by.headers).json()
    assert hazard["photos_missing"] == 0


def counted(world: World, statement: str, **values: Any) -> int:
    sqlite = world.database.engine.dialect.name == "sqlite"
    told = {name: str(value) if sqlite and isinstance(value, UUID) else value for name, value in values.items()}
    return int(world.write(lambda session: session.execute(text(statement), told).scalar_one()))


def test_killed_at_any_step_and_sent_again(kind: str, tmp_path: Path) -> None:
    url = fresh_database(kind, tmp_path)
    world = World(create_app(Settings(data_dir=tmp_path, database_url=url)), "500151000000").founded()
    leader = world.someone(Role.TEAM_LEADER)
    owed: list[tuple[dict[str, Any], dict[str, bytes]]] = []
    died = 0
    for step in range(1, MOST_STEPS):
        photos = {sha256(content).hexdigest(): content for content in (own(step, 0), own(step, 1))}
        report = report_of(world, photos)
        with served(tmp_path, url) as base:
            for earlier, theirs in owed:
                assert post(base, leader, earlier, theirs, None).status_code in {200, 201}
                exactly_one(world, leader, base, earlier, theirs)
            owed = [(report, photos)]
            try:
                answer = post(base, leader, report, photos, step)
            except httpx2.TransportError:
                died += 1
                continue
            assert answer.status_code == 201, answer.text
            exactly_one(world, leader, base, report, photos)
            break
    else:
        pytest.fail("the request has more steps than were tried")
    assert died >= 10
    keys: Keyring = world.keyring
    seal_all(world.database, keys)
    assert world.database.transact(lambda session: verify(session, keys)) is None
    world.database.engine.dispose()


def own(step: int, which: int) -> bytes:
    """A picture that nobody has sent before: the bytes after the end of a JPEG are its own."""
    return picture(which) + f"{step}/{which}/{uuid4()}".encode()
