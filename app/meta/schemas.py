"""What goes over the wire about the server itself."""

from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from app.foundation.wire import Moment


class Word(BaseModel):
    """One word of an enumeration."""

    value: str
    title: str = Field(description="In Chinese, for people.")


class Limits(BaseModel):
    """What is refused beyond it: sizes in bytes, text in characters."""

    photo_bytes: int
    document_bytes: int
    photo_pixels: int = Field(description="Width times height.")
    decoding_bytes: int = Field(
        description="What decoding one picture may take here; a photo that needs more is kept, and not shown smaller."
    )
    report_bytes: int = Field(description="The JSON of any request.")
    request_bytes: int = Field(description="A report with its photos in one multipart request.")
    findings: int = Field(description="Of one report.")
    photos_of_a_finding: int
    results: int = Field(description="Of one report.")
    measures_of_a_risk: int
    workbook_bytes: int = Field(description="Of a file that is imported.")
    workbook_rows: int = Field(description="Of a sheet that is imported.")
    workbook_rows_given: int = Field(description="Of a sheet that is exported; to import it again, send it in parts.")
    names_of_a_post: int = Field(description="That it is also called by.")
    lines_of_a_card: int = Field(description="Of each of its parts.")
    contacts_of_a_card: int
    codes_of_a_sheet: int = Field(description="Printed at once; of more there are several parts.")
    duties_days: int = Field(description="That the list of duties spans at most.")
    summary_days: int = Field(description="That the summary of duties spans at most.")
    page: int = Field(description="Rows of a page.")
    total: int = Field(description="Up to here `total` is exact.")
    text_characters: int = Field(description="Of a description, a reason, a comment.")
    short_characters: int = Field(description="Of a name of a place or thing.")
    word_characters: int = Field(description="Of a person's name.")
    devices: int = Field(description="Of one user.")


class CriteriaSet(BaseModel):
    """A set of statutory criteria that findings of today are judged by."""

    name: str = Field(description="What its codes begin with, or another short name.")
    title: str
    version: int = Field(description="0 came with the release; loaded ones are counted from 1.")
    since: date
    until: date | None
    criteria: int = Field(description="How many it has.")
    unverified: int = Field(description="Of these, how many whose wording nobody has compared with the source.")


class Meta(BaseModel):
    """What this server is, takes and says. Show a word that you do not know as 其他."""

    api_version: str
    server_time: Moment
    features: list[str] = Field(description="What this server can do; what is not named, it can not.")
    limits: Limits
    enumerations: dict[str, list[Word]] = Field(description="Every word that goes over the wire, in its order.")
    minimum_app: str = Field(description="The oldest phone app that still works with this server.")
    criteria_sets: list[CriteriaSet] = Field(description="The sets of statutory criteria in force today.")


class LoopState(Word):
    """A state of a hazard; open is neither closed nor dismissed."""

    open: bool


class Wait(Word):
    """Whose move it is, and which action is waited for."""

    action: str


class LoopAction(BaseModel):
    """A row of the loop's table."""

    name: str
    title: str
    sources: list[str] = Field(alias="from", description="States in which it is possible.")
    targets: list[str] = Field(alias="to", description="States it may lead to; none: the state stays.")
    who: str = Field(
        description="In Chinese. The server decides: a hazard says in `allowed_actions` what its reader may do."
    )
    law: str
    body: dict[str, Any] = Field(description="JSON Schema (2020-12) of what is sent to `/hazards/{id}/{name}`.")


class StageLimits(BaseModel):
    """How long each stage may take: settings of the district."""

    version: str
    confirm_days: int
    possible_major_hours: int
    plan_days: int
    approval_work_days: int
    review_days: int


class Loop(BaseModel):
    """The closed loop of a hazard, so that an app can draw its buttons and forms."""

    states: list[LoopState]
    waiting_for: list[Wait]
    actions: list[LoopAction]
    policy: StageLimits
