"""A server of one's own: a real process on a port of its own, which may be killed and started again.

    with Live("sqlite", tmp_path) as live:
        person = live.world.someone(Role.TEAM_LEADER)
        httpx2.get(live.url + "/api/v1/me", headers=person.headers)
        live.kill()   # as the power fails
        live.start()  # the same port, the same data

`live.world` speaks with the same database and knows the same keys, without the server.
"""

import os
import signal
import socket
import time
from functools import cached_property
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Self

from app.main import create_app
from app.settings import Settings
from tests.conftest import World, fresh_database
from tests.served import FORKED, answers, serve

STARTS_WITHIN = 30


class Live:
    """The application on a new database of this kind, with its data under `folder`."""

    def __init__(self, kind: str, folder: Path, **environment: str) -> None:
        self.data_dir = folder
        self.database_url = fresh_database(kind, folder)
        self._port, self._environment = _free_port(), environment
        self._process: ForkServerProcess | None = None
        self._log = folder / "log"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def log(self) -> str:
        """What it has said so far."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    @property
    def pid(self) -> int:
        assert self._process is not None
        assert self._process.pid is not None
        return self._process.pid

    @cached_property
    def world(self) -> World:
        """A county with a works in its database."""
        app = create_app(Settings(data_dir=self.data_dir, database_url=self.database_url))
        return World(app, "500199000000").founded()

    def start(self, *, hurt: str = "") -> Self:
        """Begin to answer; returns when it does. `hurt` names a function (`module:function`) that the server calls
        before it serves: to let it die at a certain step."""
        environment = os.environ | {
            "DATA_DIR": str(self.data_dir), "DATABASE_URL": self.database_url, "LOG_LEVEL": "WARNING",
            **self._environment,
        }  # fmt: skip
        told = (environment, str(self._log), self._port, hurt)
        self._process = FORKED.Process(target=serve, args=told)
        self._process.start()
        until = time.monotonic() + STARTS_WITHIN
        while not answers(self._port):
            if not self._process.is_alive() or time.monotonic() > until:
                raise RuntimeError(f"the server does not start: {self.log}")
            time.sleep(0.02)
        return self

    def kill(self) -> None:
        """End it and its workers at once, as kill -9 does."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Let it end by itself."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.is_alive():
            os.killpg(self.pid, how)
            self._process.join()

    def __enter__(self) -> Self:
        running = self._process is not None and self._process.is_alive()
        return self if running else self.start()

    def __exit__(self, *_: object) -> None:
        self.kill()
        if "world" in vars(self):
            self.world.database.engine.dispose()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
