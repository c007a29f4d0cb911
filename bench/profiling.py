"""Where a request's time goes: the house's application called in this process, under cProfile."""

import asyncio
import cProfile
import pstats
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar
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
from bench.load import NEW_ID, NEW_PHOTO, Photos, Request, new_id
from bench.rounds import Workload
from bench.servers import Site
from bench.town import build

T = TypeVar("T")

CHUNK: Final = 1 << 17
"""Bytes of a body that a server hands over at once."""


Ask = Callable[[Request], Awaitable[None]]


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
        photos = Photos(str(Site(data).picture)) if workload.photo else None
        asyncio.run(_profile(partial(_ask, app, photos), workload.requests(town), requests, lines, order))


async def _profile(ask: Ask, asked: list[Request], requests: int, lines: int, order: str) -> None:
    print(f"with its thread   {await _timed(ask, asked, requests)}")
    with patch.object(Lane, "run", here):
        print(f"in the loop       {await _timed(ask, asked, requests)}")
        seen = cProfile.Profile()
        seen.enable()
        await _timed(ask, asked, requests)
        seen.disable()
    pstats.Stats(seen).strip_dirs().sort_stats(order).print_stats(lines)


async def _timed(ask: Ask, asked: list[Request], requests: int) -> str:
    for number in range(20):
        await ask(asked[number % len(asked)])
    began, used = time.perf_counter(), time.process_time()
    for number in range(requests):
        await ask(asked[number % len(asked)])
    took, worked = time.perf_counter() - began, time.process_time() - used
    return f"{took / requests * 1000:.3f} ms, CPU {worked / requests * 1000:.3f} ms"


async def _ask(app: FastAPI, photos: Photos | None, asked: Request) -> None:
    """One request, as a server hands it to the application."""
    body = NEW_ID.sub(new_id, asked.body.encode())
    address = asked.path
    if photos and asked.body.encode() == NEW_PHOTO:
        sha256, body = photos.new()
        address = address.replace("{sha256}", sha256)
    path = urlsplit(address)
    headers = [(b"host", b"bench"), (b"authorization", f"Bearer {asked.token}".encode())]
    headers += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())] if body else []
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
        "method": asked.method, "scheme": "http", "path": path.path,
        "raw_path": path.path.encode(), "query_string": path.query.encode(),
        "root_path": "", "headers": headers, "client": ("127.0.0.1", 50000), "server": ("127.0.0.1", 8000), "state": {},
    }  # fmt: skip
    said: list[Any] = []

    pieces = iter([body[at : at + CHUNK] for at in range(0, len(body), CHUNK)] or [b""])
    left = len(body)

    async def receive() -> dict[str, Any]:
        nonlocal left
        piece = next(pieces)
        left -= len(piece)
        return {"type": "http.request", "body": piece, "more_body": left > 0}

    async def send(message: Any) -> None:
        said.append(message)

    await app(scope, receive, send)
    assert said[0]["status"] in {200, 201}, said
