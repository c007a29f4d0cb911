"""Steps of an upload or a sweep at which a process may die, as if the power failed. Each is called before it begins."""

import os
import signal
from typing import Any, NoReturn

from app.foundation.blobs import Folder, Writer
from app.photos import sweeping
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


def sweeping_before_the_mark() -> None:
    _within_sweeping("mark", die)


def sweeping_after_the_mark() -> None:
    replace(Folder, "delete", die)


def sweeping_after_an_object() -> None:
    delete = Folder.delete

    def delete_and_die(folder: Folder, key: str) -> None:
        delete(folder, key)
        die()

    replace(Folder, "delete", delete_and_die)


def sweeping_before_the_row_goes() -> None:
    _within_sweeping("forget", die)


def _within_sweeping(step: str, by: Any) -> None:
    setattr(sweeping, step, by)
