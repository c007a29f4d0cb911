"""The README's own commands, in both languages, against a server that was started as the README says."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LANGUAGES = ("README.md", "README.zh-CN.md")
PATIENCE = 180


def blocks(readme: str) -> list[str]:
    """The walk: every block of bash. Commands that are not part of it are marked sh."""
    return re.findall(r"^```bash\n(.*?)^```$", (ROOT / readme).read_text("utf-8"), re.MULTILINE | re.DOTALL)


@dataclass
class Server:
    """`app serve --demo` on a port of its own."""

    data: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "MODE", "SECRET"}}
        return kept | {"DATA_DIR": str(self.data), "PORT": str(self.port), "WORKERS": "1"}

    def start(self) -> None:
        command = (sys.executable, "-m", "app.cli", "serve", "--demo")
        with (self.data / "log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        until = time.monotonic() + PATIENCE
        while not self.ready():
            assert self.process.poll() is None, (self.data / "log").read_text()
            assert time.monotonic() < until
            time.sleep(0.1)

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def run(self, script: str) -> str:
        """What a terminal in the project's folder shows."""
        where = {"API": f"http://127.0.0.1:{self.port}/api/v1"}
        told = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script], cwd=ROOT, env=self.environment | where,
            capture_output=True, text=True, timeout=PATIENCE,
        )  # fmt: skip
        assert told.returncode == 0, told.stdout + told.stderr
        return told.stdout


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    server = Server(tmp_path_factory.mktemp("walk"), port)
    server.start()
    yield server
    server.stop()


def test_the_walk_is_the_same_in_both_languages() -> None:
    english, chinese = map(blocks, LANGUAGES)
    assert len(english) >= 8
    assert english == chinese


def test_both_open_with_the_two_commands() -> None:
    for readme in LANGUAGES:
        opening = (ROOT / readme).read_text("utf-8").split("```")[1]
        assert [line.split("#")[0].strip() for line in opening.splitlines()[1:]] == ["make run", "make test"]


def test_what_they_link_to_exists() -> None:
    for readme in LANGUAGES:
        for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / readme).read_text("utf-8")):
            assert target.startswith("http") or (ROOT / target).exists(), f"{readme}: {target}"


def test_the_walk_leads_from_the_phone_to_the_closed_hazard(server: Server) -> None:
    story = 'echo "---"; as "$SUPERVISOR" "$API/hazards/$HAZARD"; echo; as "$SUPERVISOR" "$API/hazards/$HAZARD/events"'
    shown = server.run("\n".join([*blocks("README.md"), story]))
    said, told = shown.split("---\n")
    states = ("True", "planning", "plan_approval", "rectifying", "government_review", "closed", "whole")
    lines = iter(said.splitlines())
    assert all(state in lines for state in states), said  # each after the one before
    hazard, events = map(json.loads, told.strip().splitlines())
    assert (hazard["state"], hazard["level"], hazard["level_confirmed"]) == ("closed", "major", True)
    assert hazard["on_time"] is True
    assert hazard["photos_missing"] == 0
    assert [photo["purpose"] for photo in hazard["photos"]] == ["finding", "rectification", "review"]
    steps = ["reported", "confirm", "submit_plan", "approve_plan", "rectify", "accept", "photos_arrived"]
    assert [event["action"] for event in events["items"]] == steps


def test_a_second_start_keeps_the_data(server: Server) -> None:
    count = 'as "$(login supervisor)" "$API/hazards?count=true&limit=1" | field total'
    words = blocks("README.md")[0]
    before = server.run(f"{words}\n{count}")
    assert server.stop() == 0
    server.start()
    assert server.run(f"{words}\n{count}") == before
    assert int(before) > 150
