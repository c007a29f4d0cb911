"""The command `app`, as whoever keeps the server uses it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest
from sqlalchemy import create_engine, text

from app import cli
from tests.conftest import fresh_database

PASSWORD = "correct-horse-battery"
BOSS = ("users", "create", "boss", "--name", "管理", "--area", "500151000000")


class Said(NamedTuple):
    code: int
    out: str
    error: str


Run = Callable[..., Said]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Carries out a command in a folder of its own."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PASSWORD", PASSWORD)
    for name in ("DATABASE_URL", "MODE", "SECRET", "WORKERS"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str, **environment: str) -> Said:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["app", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said, code = capsys.readouterr(), ended.value.code
        return Said(int(bool(code)), said.out, said.err + (code if isinstance(code, str) else ""))

    return run


@pytest.fixture
def kept(run: Run, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A house with areas and an administrator."""
    if kind == "postgresql":
        monkeypatch.setenv("DATABASE_URL", fresh_database(kind, tmp_path))
    for command in (("migrate",), ("areas", "load"), BOSS):
        said = run(*command)
        assert said.code == 0, said
    return run


def test_the_first_administrator_is_on_record(kept: Run) -> None:
    said = kept("audit", "verify")
    assert (said.code, said.out.splitlines()[0]) == (0, "events 1 (1 not yet sealed)")
    assert said.out.endswith("whole\n")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (BOSS, "taken"),
        ((*BOSS[:-1], "999999000000"), "area"),
        ((*BOSS[:2], "", *BOSS[3:]), "username"),
    ],
)
def test_an_administrator_who_cannot_be_is_told_why(kept: Run, wrong: tuple[str, ...], says: str) -> None:
    said = kept(*wrong)
    assert said.code == 1
    assert says in said.error
    assert "Traceback" not in said.error


def test_areas_are_loaded_any_number_of_times(kept: Run, tmp_path: Path) -> None:
    assert kept("areas", "load").out == "0 new areas\n"
    (tmp_path / "more.csv").write_text("code,name\n500152000000,潼南区\n")
    assert kept("areas", "load", str(tmp_path / "more.csv")).out == "1 new areas\n"


def test_nothing_is_done_without_a_database(run: Run, tmp_path: Path) -> None:
    for command in (("audit", "verify"), ("audit", "head"), ("areas", "load"), ("backup", str(tmp_path / "b.tar"))):
        said = run(*command)
        assert said.code == 1
        assert "app migrate" in said.error or "DATA_DIR" in said.error
    assert not (tmp_path / "data" / "app.db").exists()


def test_serve_refuses_a_database_at_another_revision(run: Run, tmp_path: Path) -> None:
    assert "run `app migrate`" in run("serve").error
    assert run("migrate").code == 0
    engine = create_engine(f"sqlite:///{tmp_path}/data/app.db")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    said = run("serve")
    assert (said.code, "revision 9999" in said.error) == (1, True)
    assert run("migrate").code == 1


def test_serve_refuses_a_weak_secret_in_production(run: Run) -> None:
    said = run("serve", MODE="production", SECRET="changeme")
    assert (said.code, "SECRET" in said.error) == (1, True)


def test_a_migration_can_be_taken_back(kept: Run) -> None:
    assert kept("migrate", "--to", "base").out == "empty\n"
    assert kept("migrate").out.strip() != "empty"


def test_a_changed_event_is_named(kept: Run, tmp_path: Path) -> None:
    engine = create_engine(
        os.environ.get("DATABASE_URL", f"sqlite:///{tmp_path}/data/app.db").replace("ql:", "ql+psycopg:")
    )
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER events_stay" + (" ON events" if "psycopg" in str(engine.url) else "")))
        connection.execute(text("UPDATE events SET data = replace(data, '管理', '他人')"))
        subject = connection.execute(text("SELECT subject_id FROM events")).scalar_one()
    engine.dispose()
    said = kept("audit", "verify")
    assert said.code == 1
    assert said.error == f"BROKEN: text changed: position None, subject {subject}, event 1"


def test_rotated_keys_leave_the_journal_whole(kept: Run) -> None:
    assert kept("keys", "rotate", "--seal").out == "key 2\nseal's key 2\n"
    assert kept("audit", "verify").code == 0


def test_a_head_that_nobody_knows_is_missed(kept: Run) -> None:
    assert kept("audit", "head").error == "nothing has been sealed yet"
    said = kept("audit", "verify", "--against", "0" * 64)
    assert (said.code, "known head missing" in said.error) == (1, True)


def test_a_house_moves_by_backup_and_restore(kept: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = str(tmp_path / "b.tar")
    assert kept("backup", file).code == 0
    assert kept("backup", file).code == 1
    assert "has data" in kept("restore", file).error
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert kept("restore", file).code == 0
    assert kept("audit", "verify").code == 0
    assert "has data" in kept("restore", file).error


def test_the_openapi_file_is_compared(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    file = tmp_path / "openapi" / "openapi.json"
    assert run("openapi").code == 0
    assert run("openapi", "--check").code == 0
    described = json.loads(file.read_text())
    assert described["openapi"].startswith("3.1")
    file.write_text(json.dumps(described))
    assert "app openapi" in run("openapi", "--check").error


@contextmanager
def serving(**environment: str) -> Iterator[tuple[Any, str]]:
    """A server of one's own in processes of its own, and where it is."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "app.cli", "serve"]
    environment = {**os.environ, "PORT": str(port)} | environment
    with subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        url = f"http://127.0.0.1:{port}"
        try:
            wait_until_ready(url)
            yield server, url
        finally:
            server.terminate()
            server.wait(timeout=20)


def wait_until_ready(url: str) -> None:
    for _ in range(300):
        try:
            if httpx2.get(f"{url}/readyz").status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError(url)


def test_a_server_is_watched_beside_its_work_and_ends_when_told(kept: Run, kind: str, tmp_path: Path) -> None:
    """One process on PostgreSQL, two on SQLite."""
    with serving(WORKERS="2" if kind == "sqlite" else "1") as (server, url):
        form = {"grant_type": "password", "username": "boss", "password": PASSWORD}
        answer = httpx2.post(f"{url}/api/v1/auth/token", data=form, headers={"X-Request-Id": "seven"})
        assert answer.status_code == 200
        said = kept("audit", "verify")
        assert (said.code, "not yet sealed" in said.out) == (0, True)
        assert kept("backup", str(tmp_path / "b.tar")).code == 0
        assert 'status="200"' in httpx2.get(f"{url}/metrics").text
        began = time.monotonic()
        server.send_signal(signal.SIGTERM)
        out, error = server.communicate(timeout=10)
        assert (server.returncode, time.monotonic() - began < 5) == (0, True)
    assert f"{url}/docs" in out
    lines = [json.loads(line) for line in error.splitlines()]
    (line,) = [line for line in lines if line["event"] == "request"]
    assert (line["request_id"], line["path"], line["status"]) == ("seven", "/api/v1/auth/token", 200)
    assert PASSWORD not in error


def test_no_process_outlives_a_server_that_was_killed(run: Run) -> None:
    run("migrate")
    with serving(WORKERS="2") as (server, url):
        server.kill()
        server.wait()
        for _ in range(100):
            try:
                httpx2.get(f"{url}/healthz")
            except httpx2.TransportError:
                return
            time.sleep(0.1)
    pytest.fail("somebody still answers")


def test_a_worker_seals_and_ends_when_told(kept: Run) -> None:
    with subprocess.Popen([sys.executable, "-m", "app.cli", "worker"], stderr=subprocess.PIPE, text=True) as worker:
        for _ in range(100):
            if kept("audit", "head").code == 0:
                break
            time.sleep(0.1)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=10) == 0
    assert "events 1 (0 not yet sealed)" in kept("audit", "verify").out
