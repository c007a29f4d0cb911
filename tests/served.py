"""What the process of a `tests.live.Live` server runs: the application as the environment describes it.

It is forked from a process that has imported the application already, which takes longer than all else of a start.
"""

import http.client
import multiprocessing
import os
import pkgutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import uvicorn

from app.main import create_app
from app.settings import Settings

ROOT: Final = Path(__file__).parents[1]
FORKED: Final = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(["app.main", "uvicorn", "tests.served"])


def serve(environment: Mapping[str, str], log: str, port: int, hurt: str) -> None:
    """Serve until killed, in a session and an environment of its own. `hurt` names a function (`module:function`) that
    is called first."""
    os.setsid()
    os.chdir(ROOT)
    said = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for output in (1, 2):
        os.dup2(said, output)
    os.environ.clear()
    os.environ.update(environment)
    if hurt:
        pkgutil.resolve_name(hurt)()
    uvicorn.run(create_app(Settings()), port=port, log_level="warning")


def answers(port: int) -> bool:
    """Whether a server has begun to answer. Asked often: a client for every question would keep a processor busy."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
