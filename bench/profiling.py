"""Where a request's time goes: the house's application called in this process, under cProfile."""

import asyncio
import cProfile
import pstats
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch
from urllib.parse import urlsplit

from fastapi import FastAPI

from app.foundation.database import Database
from app.foundation.keyring import Keyring
from app.foundation.lanes import Lane
from app.foundation.schema import upgrade
from app.main import create_app
from app.operations import logs
from app.settings import Settings
from bench.load import NEW_ID, Request, new_id
from bench.rounds import Workload
from bench.town import build

T = TypeVar("T")


async def here(_: Lane, work: Callable[[], T]) -> T:
    """A lane that works in the thread which asks, since a profile sees one thread."""
    return work()


def profile(workload: Workload, requests: int, lines: int, order: str) -> None:
    """Print milliseconds for one request, as served and without the profiler, and then the profile."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        data = Path(folder)
        database = Database(f"sqlite:///{data / 'app.db'}", threads=1)
        upgrade(database.engine)
        town = build(database, Keyring.open(data / "keys"), 20_000)
        app = create_app(Settings(data_dir=data, database_url=""))
        logs.configure("INFO")
        asyncio.run(_profile(app, workload.requests(town), requests, lines, order))


async def _profile(app: FastAPI, asked: list[Request], requests: int, lines: int, order: str) -> None:
    print(f"with its thread   {await _timed(app, asked, requests):.3f} ms")
    with patch.object(Lane, "run", here):
        print(f"in the loop       {await _timed(app, asked, requests):.3f} ms")
        seen = cProfile.Profile()
        seen.enable()
        await _timed(app, asked, requests)
        seen.disable()
    pstats.Stats(seen).strip_dirs().sort_stats(order).print_stats(lines)


async def _timed(app: FastAPI, asked: list[Request], requests: int) -> float:
    for number in range(20):
        await _ask(app, asked[number % len(asked)])
    began = time.perf_counter()
    for number in range(requests):
        await _ask(app, asked[number % len(asked)])
    return (time.perf_counter() - began) / requests * 1000


async def _ask(app: FastAPI, asked: Request) -> None:
    """One request, as a server hands it to the application."""
    path = urlsplit(asked.path)
    body = NEW_ID.sub(new_id, asked.body.encode())
    headers = [(b"host", b"bench"), (b"authorization", f"Bearer {asked.token}".encode())]
    headers += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())] if body else []
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
        "method": asked.method, "scheme": "http", "path": path.path,
        "raw_path": path.path.encode(), "query_string": path.query.encode(),
        "root_path": "", "headers": headers, "client": ("127.0.0.1", 50000), "server": ("127.0.0.1", 8000), "state": {},
    }  # fmt: skip
    said: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        said.append(message)

    await app(scope, receive, send)
    assert said[0]["status"] in {200, 201}, said
