"""Steps of an upload at which a server may die, as if the power failed. Each is called before the server serves."""

import os
import signal
from typing import Any, NoReturn

from app.foundation.blobs import Writer
from app.photos.arrivals import Arrivals
from app.photos.incoming import Received


def die(*_: Any, **__: Any) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nobody survives this")


def replace(kind: type, method: str, by: Any) -> None:
    setattr(kind, method, by)


def before_the_object() -> None:
    replace(Writer, "finish", die)


def after_the_object() -> None:
    finish = Writer.finish

    def finish_and_die(writer: Writer, key: str | None = None) -> None:
        finish(writer, key)
        die()

    replace(Writer, "finish", finish_and_die)


def inside_the_visit() -> None:
    replace(Arrivals, "announce", die)


def after_the_commit() -> None:
    replace(Received, "settle", die)
