"""The servers that are compared: each two processes, on a database of its own with the same rows."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final
from urllib.error import URLError

from PIL import Image
from sqlalchemy import create_engine, text

from app.foundation.database import Database
from app.foundation.keyring import Keyring
from app.foundation.schema import upgrade
from bench.town import Town, build
from tests.postgres import Server as Postgres

PROCESSES: Final = 2
NO_TOWN: Final = Town("", {}, {}, {})
PATIENCE: Final = 120.0  # seconds until a server must answer: on a busy machine half a minute is not enough
TICKS: Final = os.sysconf("SC_CLK_TCK")
PAGE: Final = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Server:
    """A running server, and the town whose people ask it; `ready_made`: its answers are, and it has no town."""

    name: str
    port: int
    process: "subprocess.Popen[bytes]"
    log: Path
    town: Town
    picture: Path
    ready_made: bool = False

    def cpu(self) -> float:
        """Seconds of processor that all its processes have used."""
        return sum(int(fields[11]) + int(fields[12]) for fields in self._processes()) / TICKS

    def memory(self) -> int:
        """Bytes that all its processes have in memory."""
        return sum(int(fields[21]) for fields in self._processes()) * PAGE

    def _processes(self) -> Iterator[list[str]]:
        """What the system says of each of them (proc(5)), from its state on."""
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has ended
            if int(fields[3]) == self.process.pid:  # the session that the server leads
                yield fields

    def wait(self, path: str) -> None:
        """Until it answers."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5):
                    return
            except (URLError, OSError):
                if time.monotonic() > until or self.process.poll() is not None:
                    raise RuntimeError(f"{self.name} does not answer: {self.log.read_text()[-3000:]}") from None
                time.sleep(0.1)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)


@dataclass
class Site:
    """Where the servers of one run live, and how to start each."""

    folder: Path

    @cached_property
    def picture(self) -> Path:
        """A JPEG of about 3 MB, as a phone takes it."""
        path = self.folder / "picture.jpg"
        Image.effect_noise((2000, 1500), 40).convert("RGB").save(path, "JPEG", quality=97)
        return path

    @contextmanager
    def house(self, name: str, database_url: str, rows: int, **more: str) -> Iterator[Server]:
        """The house itself, as `app serve` runs it, over a new town of so many hazards; `more` are its settings."""
        data = self.folder / name
        data.mkdir()
        database = Database(database_url or f"sqlite:///{data / 'app.db'}", threads=1)
        upgrade(database.engine)
        town = build(database, Keyring.open(data / "keys"), rows)
        database.engine.dispose()
        with self.over(name, data, database_url, town, **more) as server:
            yield server

    @contextmanager
    def over(self, name: str, data: Path, database_url: str, town: Town = NO_TOWN, **more: str) -> Iterator[Server]:
        """The house itself over what is in its folder and its database."""
        own = {"DATA_DIR": str(data), "DATABASE_URL": database_url, "WORKERS": str(PROCESSES), "SECRET": ""}
        own |= more
        with self._running(name, [sys.executable, "-m", "app.cli", "serve"], own, town) as server:
            server.wait("/readyz")
            yield server

    @contextmanager
    def bare_sqlite(self, house: Server, *, copied: bool = True) -> Iterator[Server]:
        """The hand-written one, over a copy of the house's SQLite database as it is now; or, to read, over the same."""
        source = self.folder / house.name
        data, database = self.folder / f"bare-of-{house.name}", source / "app.db"
        data.mkdir()
        if copied:
            database = data / "app.db"
            with create_engine(f"sqlite:///{source / 'app.db'}").connect() as connection:
                connection.execute(text("VACUUM INTO :copy"), {"copy": str(database)})
        keys = Keyring.open(source / "keys")
        own = {"DATABASE": str(database), "PHOTOS": str(data), "KEY_ID": keys.newest}
        own |= {
            purpose.upper(): keys.key(purpose, keys.newest).hex() for purpose in ("access", "event", "photo", "cursor")
        }
        with self._running("bare_sqlite", _uvicorn("bench.bare_sqlite:app"), own, house.town) as server:
            server.wait("/readyz")
            yield server

    @contextmanager
    def bare_fastapi(self, answers: Mapping[str, bytes], house: Server) -> Iterator[Server]:
        """The one that answers bytes which lie ready, by the name of the workload."""
        folder = self.folder / "answers"
        folder.mkdir()
        for name, content in answers.items():
            (folder / name).write_bytes(content)
        own = {"ANSWERS": str(folder)}
        with self._running("bare_fastapi", _uvicorn("bench.bare_fastapi:app"), own, house.town) as server:
            server.ready_made = True
            server.wait(f"/{next(iter(answers))}")
            yield server

    @contextmanager
    def bare_uploads(self, name: str, house: Server, **more: str) -> Iterator[Server]:
        """The one that only writes, hashes and syncs what it is sent; `more` says where to, if not to a folder."""
        data = self.folder / name
        data.mkdir()
        with self._running(
            name, _uvicorn("bench.bare_uploads:app"), {"PHOTOS": str(data), **more}, house.town
        ) as server:
            server.wait("/readyz")
            yield server

    @contextmanager
    def _running(self, name: str, command: list[str], own: Mapping[str, str], town: Town) -> Iterator[Server]:
        port, log = _free_port(), self.folder / f"{name}.log"
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
        with log.open("wb") as said:
            process = subprocess.Popen(
                [part.replace("{port}", str(port)) for part in command], env={**kept, **own, "PORT": str(port)},
                stdout=said, stderr=said, start_new_session=True,
            )  # fmt: skip
        server = Server(name, port, process, log, town, self.picture)
        try:
            yield server
        finally:
            server.stop()


def _uvicorn(app: str) -> list[str]:
    quiet = ["--log-level", "warning", "--no-access-log"]
    return [sys.executable, "-m", "uvicorn", app, "--workers", str(PROCESSES), "--port", "{port}", *quiet]


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of an empty database of a server that keeps what it acknowledges, like the one of SQLite does."""
    with Postgres(durable=True) as server:
        yield server.url


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
