"""The shapes that go over the wire, and the text in them."""

import json
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Generic, Self, TypeVar
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints

from app.foundation.canonical import new_id
from app.foundation.clock import rfc3339, to_the_millisecond
from app.foundation.geo import Datum
from app.foundation.problems import RevisionRequired, StaleRevision

T = TypeVar("T")

NO_REVISION: Final = -1  # what no record has: an If-Match that cannot be met

EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)


def clean(text: str) -> str:
    """The text in Unicode's normal form C.

    Raises:
        ValueError: it has control characters other than line feed and tab, or halves of characters.
    """
    if any(unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\t" for character in text):
        raise ValueError("control characters")
    return unicodedata.normalize("NFC", text)


def _sensible(instant: datetime) -> datetime:
    if not EARLIEST <= instant < LATEST:
        raise ValueError("instant out of range")
    return to_the_millisecond(instant)


def _sensible_day(day: date) -> date:
    if not EARLIEST.date() <= day < LATEST.date():
        raise ValueError("date out of range")
    return day


def filled(text: str) -> str:
    if not text.strip():
        raise ValueError("blank")
    return text


def at_most(longest: int) -> Callable[[str], str]:
    """What a column holds: the normal form of a few characters is longer than they are."""

    def judge(text: str) -> str:
        if len(text) > longest:
            raise ValueError("too long in its normal form")
        return text

    return judge


def _storable(said: dict[str, Any]) -> dict[str, Any]:
    json.dumps(said, ensure_ascii=False).encode()  # UnicodeEncodeError, which is a ValueError: halves of characters
    return said


Text = Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(clean), AfterValidator(filled)]
Short = Annotated[
    str, StringConstraints(min_length=1, max_length=200), AfterValidator(clean), AfterValidator(filled),
    AfterValidator(at_most(200)),
]  # fmt: skip
Word = Annotated[
    str, StringConstraints(min_length=1, max_length=64), AfterValidator(clean), AfterValidator(filled),
    AfterValidator(at_most(64)),
]  # fmt: skip
Note = Annotated[str, StringConstraints(max_length=2000), AfterValidator(clean)]
Moment = Annotated[
    AwareDatetime, AfterValidator(_sensible), PlainSerializer(rfc3339, return_type=str, when_used="json")
]
Day = Annotated[date, AfterValidator(_sensible_day)]  # one that calendars can reckon with
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
AreaCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]


class Frozen(BaseModel):
    """A part of a body or filter: what it does not know is refused, and text is not taken for a number."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Position(Frozen):
    """Where something is, kept as it was received. Numbers, not text that looks like them."""

    lon: float = Field(ge=-180, le=180, strict=True)
    lat: float = Field(ge=-90, le=90, strict=True)
    datum: Datum
    accuracy_m: float | None = Field(default=None, ge=0, le=100_000, strict=True)


class Body(Frozen):
    """What a client sends to change something. The client names it, so that it may send it any number of times."""

    id: UUID = Field(default_factory=new_id, description="Made by the client, v7 preferred; makes it safe to retry.")
    device: Annotated[dict[str, Any], AfterValidator(_storable)] | None = Field(
        default=None, description="Which phone and app; may differ between tries."
    )


@dataclass(frozen=True, slots=True)
class Expected:
    """The revision that a client says it saw, in If-Match (RFC 9110 §13.1.1); None if it does not say."""

    revision: int | None

    @classmethod
    def stated(cls, if_match: str | None) -> Self:
        """Read off `"<revision>-<view>"`; what is no such tag is a revision that no record has."""
        if not if_match or if_match.strip() == "*":
            return cls(None)
        number = if_match.strip().removeprefix("W/").strip('"').partition("-")[0]
        return cls(int(number) if number.isdecimal() and len(number) < 19 else NO_REVISION)

    def check(self, revision: int, current: Callable[[], "View"]) -> None:
        """Let only who saw this revision go on.

        Raises:
            StaleRevision: with the record as it is now.
        """
        if self.revision not in (None, revision):
            raise StaleRevision(current=current().model_dump(mode="json"))


class Change(Frozen):
    """What PATCH sends: only the fields that change. Absent means unchanged."""

    revision: int | None = Field(default=None, ge=1, description="The revision that was seen; or If-Match.")

    def of(self, current: "View") -> dict[str, Any]:
        """The fields that change, if the record is still what the client saw.

        Raises:
            RevisionRequired: the client does not say what it saw.
            StaleRevision: it saw another revision.
        """
        if self.revision != current.revision:
            shown = current.model_dump(mode="json")
            raise StaleRevision(current=shown) if self.revision else RevisionRequired(current=shown)
        return {name: getattr(self, name) for name in self.model_fields_set - {"revision"}}


class View(BaseModel):
    """What a client sees of a mutable resource."""

    model_config = ConfigDict(from_attributes=True)
    id: UUID
    revision: int
    replayed: bool = Field(default=False, description="Whether this very request had been accepted before.")


@dataclass(frozen=True)
class Silent:
    """An answer without content, 204: only what stands in its head. (A model may have `heads` as well.)"""

    heads: Mapping[str, str]


class Written(bytes, Generic[T]):
    """JSON that was written in the shape of T without building a T: for hot lists."""


class Lasting(Written[T]):
    """The same of what is asked for again and again: it goes with an ETag over all of it."""
