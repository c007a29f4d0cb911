"""Whose clock counts: the phone says when it was there, the server says when it heard, and how far they differ."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

from fastapi import Request
from pydantic import TypeAdapter, ValidationError

from app.foundation.clock import now
from app.foundation.problems import Invalid, Said
from app.foundation.wire import EARLIEST, Moment

DOUBT: Final = timedelta(minutes=5)
HEADER: Final = "Device-Time"
SECOND: Final = timedelta(seconds=1)
MOMENT: Final = TypeAdapter[datetime](Moment)
NO_MOMENT: Final = Said("Device-Time 应为带时区的时刻", "Device-Time is an instant with its offset (RFC 3339)")
IN_OPENAPI: Final[dict[str, Any]] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "The phone's clock when sending. What it is wrong by is taken off `performed_at` when periods and "
    "lateness are judged; more than 5 minutes is flagged `clock_doubt`.",
    "schema": {"type": "string", "format": "date-time"},
}


@dataclass(frozen=True, slots=True)
class Times:
    """When something was done: as the phone said, as it was by our clock, and when we heard of it."""

    performed_at: datetime
    corrected_at: datetime
    received_at: datetime
    clock_correction_s: int | None
    clock_doubt: bool


@dataclass(frozen=True, slots=True)
class DeviceClock:
    """What the phone's clock showed when it sent the request, beside ours when the request began to arrive."""

    shown: str | None
    received_at: datetime

    @classmethod
    def of_request(cls, request: Request) -> Self:
        return cls(request.headers.get(HEADER), now())

    def times(self, performed_at: datetime | None) -> Times:
        """The times of what the phone says it did then; without its word, of what it did just now.

        Nothing was done later than we heard of it: a phone that says so is ahead, and in doubt if by much.

        Raises:
            Invalid: the header is no instant.
        """
        correction = self._correction()
        performed_at = performed_at or self.received_at - (correction or timedelta())
        corrected_at = performed_at + max(correction or timedelta(), EARLIEST - performed_at)
        ahead = max(corrected_at - self.received_at, timedelta())
        return Times(
            performed_at=performed_at,
            corrected_at=corrected_at - ahead,
            received_at=self.received_at,
            clock_correction_s=None if correction is None else correction // SECOND,
            clock_doubt=max(abs(correction or timedelta()), ahead) > DOUBT,
        )

    def _correction(self) -> timedelta | None:
        """Whole seconds to add to what the phone's clock shows; None if the phone did not say."""
        if self.shown is None:
            return None
        try:
            shown = MOMENT.validate_strings(self.shown)
        except ValidationError:
            raise Invalid.at(HEADER, "datetime_parsing", NO_MOMENT) from None
        return timedelta(seconds=int((self.received_at - shown).total_seconds()))
