"""The one clock."""

from datetime import UTC, datetime


def now() -> datetime:
    """This instant in UTC, to the millisecond: what is stored is exactly what is sent."""
    return to_the_millisecond(datetime.now(UTC))


def to_the_millisecond(instant: datetime) -> datetime:
    """The instant in UTC, cut to whole milliseconds."""
    instant = instant.astimezone(UTC)
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def rfc3339(instant: datetime) -> str:
    """An instant as it goes over the wire (RFC 3339): UTC, with milliseconds."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
