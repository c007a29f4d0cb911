"""What goes over the wire about photos that have not come, and about those that never will."""

from uuid import UUID

from pydantic import BaseModel, Field

from app.foundation.wire import Body, Moment, Sha256, Text
from app.photos.models import Purpose


class Lose(Body):
    """申报遗失. The photo will never come; another one may be declared in its place, and may itself be under way."""

    reason: Text
    replacement: Sha256 | None = Field(default=None, description="Shows the same instead of the lost one.")


class SubjectView(BaseModel):
    """A record that names a photo: a hazard, a finding, an inspection, or the result of one of its measures."""

    kind: str = Field(examples=["hazard"])
    id: UUID
    title: str


class LostPhoto(BaseModel):
    """A photo that is waited for no longer, and the records that named it. Null and empty if it came after all."""

    sha256: str
    reason: str | None
    replacement: str | None
    lost_at: Moment | None
    subjects: list[SubjectView]
    replayed: bool = Field(default=False, description="Whether this very request had been accepted before.")


class MissingFrom(BaseModel):
    """The phone that a photo is to come from, as far as it is registered."""

    id: str
    platform: str | None
    model: str | None
    app_version: str | None


class OfWorks(BaseModel):
    id: UUID
    name: str


class MissingPhoto(BaseModel):
    """A photo that a record is still waiting for. A photo that several records name stands there for each."""

    sha256: str
    bytes: int | None = Field(description="As the report said.")
    taken_at: Moment | None
    purpose: Purpose
    device: MissingFrom | None
    subject: SubjectView
    enterprise: OfWorks
    declared_by: OfWorks = Field(description="Who owes it.")
    declared_at: Moment
    mine: bool = Field(description="Whether it is the caller who owes it.")


class MissingPage(BaseModel):
    items: list[MissingPhoto]
    next_cursor: str | None
    total: int | None = Field(default=None, description="With `count=true`; exact to 10,000.")
    total_capped: bool | None = None
