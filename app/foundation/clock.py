"""The one clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final

_STOPPED: Final[ContextVar[datetime | None]] = ContextVar("stopped", default=None)


def now() -> datetime:
    """This instant in UTC, to the millisecond: what is stored is exactly what is sent."""
    stopped = _STOPPED.get()
    if stopped is not None:
        return to_the_millisecond(stopped)
    instant = datetime.now(UTC)
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Let it be this instant, for this thread or task alone: for telling the demo's past, and for tests.

    It moves only what the house writes down; the databases have no clock of their own, and logins go by the real one.
    """
    token = _STOPPED.set(instant)
    try:
        yield
    finally:
        _STOPPED.reset(token)


def to_the_millisecond(instant: datetime) -> datetime:
    """The instant in UTC, cut to whole milliseconds."""
    instant = instant.astimezone(UTC)
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def rfc3339(instant: datetime) -> str:
    """An instant as it goes over the wire (RFC 3339): UTC, with milliseconds."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
