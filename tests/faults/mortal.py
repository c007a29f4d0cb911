"""A server that dies as by kill -9 at a chosen step of one request: before or after whatever makes something last.

The request says when by the header `Die-At: n`, the n-th step counted from its arrival. What counts as a step: forcing
a file or folder to the disk, linking it in, dropping it, and committing a transaction; each before and after.
"""

import functools
import os
import signal
from collections.abc import Callable
from typing import Any

import uvicorn
from sqlalchemy import event
from sqlalchemy.orm import Session
from starlette.types import ASGIApp, Receive, Scope, Send

STEPS = ("fsync", "link", "unlink", "replace")


class Mortal:
    """The application, and how many steps it has left."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.left: int | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            told = dict(scope["headers"]).get(b"die-at")
            self.left = int(told) if told else None
        try:
            await self.app(scope, receive, send)
        finally:
            self.left = None

    def step(self, *_: Any) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def serve(folder: str, url: str, port: int) -> None:
    """Serve until killed. Runs in a process of its own."""
    from pathlib import Path

    from app.main import create_app
    from app.settings import Settings

    mortal = Mortal(create_app(Settings(data_dir=Path(folder), database_url=url)))
    for name in STEPS:
        setattr(os, name, dying(mortal, getattr(os, name)))
    event.listen(Session, "before_commit", mortal.step)
    event.listen(Session, "after_commit", mortal.step)
    uvicorn.run(mortal, host="127.0.0.1", port=port, log_level="error", access_log=False)


def dying(mortal: Mortal, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **more: Any) -> Any:
        mortal.step()
        result = function(*args, **more)
        mortal.step()
        return result

    return call
