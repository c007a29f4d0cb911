"""What goes over the wire of posts: what the enterprise writes, and what everybody reads."""

from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, Field

from app.foundation.pages import Asked
from app.foundation.wire import AreaCode, Body, Change, Frozen, Moment, Short, View, Word
from app.risks.terms import HolderRole

LINES_LIMIT: Final = 30
NAMES_LIMIT: Final = 20
CONTACTS_LIMIT: Final = 10

Lines = Annotated[tuple[Short, ...], Field(max_length=LINES_LIMIT, description="One line each, in their order.")]
AlsoCalled = Annotated[
    tuple[Short, ...],
    Field(max_length=NAMES_LIMIT, description="Other names that risks (`post`) and measures (`holder`) call it by."),
]
ByRole = Annotated[
    HolderRole | None,
    Field(description="The role of its people: measures and inspections that name a role only are found by it."),
]


class EmergencyContact(Frozen):
    """Somebody to call: published on the card, and read by everybody who may read the card, workers too."""

    title: Word = Field(description="Such as 车间主任 or 医务室.")
    name: Word | None = None
    phone: Word


class NewPost(Body):
    """A post (岗位) with what the enterprise adds to its two lists and two cards."""

    enterprise_id: UUID
    name: Short
    also_called: AlsoCalled = ()
    department: Short | None = None
    role: ByRole = None
    duties: Lines = Field(default=(), description="岗位职责, besides what measures and plans make it owe.")
    steps: Lines = Field(default=(), description="操作步骤")
    forbidden: Lines = Field(default=(), description="禁止事项")
    protective: Lines = Field(default=(), description="劳动防护, besides protective measures of its risks.")
    signs: Lines = Field(default=(), description="事故征兆")
    first_actions: Lines = Field(default=(), description="先期处置")
    rescue: Lines = Field(default=(), description="救援措施, besides emergency measures of its risks.")
    contacts: Annotated[tuple[EmergencyContact, ...], Field(max_length=CONTACTS_LIMIT)] = ()


class PostChange(Change):
    name: Short = Field(default_factory=str)
    also_called: AlsoCalled = ()
    department: Short | None = None
    role: ByRole = None
    duties: Lines = ()
    steps: Lines = ()
    forbidden: Lines = ()
    protective: Lines = ()
    signs: Lines = ()
    first_actions: Lines = ()
    rescue: Lines = ()
    contacts: Annotated[tuple[EmergencyContact, ...], Field(max_length=CONTACTS_LIMIT)] = ()
    retired: bool = Field(default_factory=bool)


class ContactView(BaseModel):
    title: str
    name: str | None
    phone: str


class PostView(View):
    """A post as the enterprise keeps it; with what the chain adds: GET /posts/{id}/cards."""

    enterprise_id: UUID
    name: str
    also_called: list[str]
    department: str | None
    role: HolderRole | None
    duties: list[str]
    steps: list[str]
    forbidden: list[str]
    protective: list[str]
    signs: list[str]
    first_actions: list[str]
    rescue: list[str]
    contacts: list[ContactView]
    scan_code: str
    retired: bool
    created_at: Moment


class PostRow(BaseModel):
    id: UUID
    enterprise_id: UUID
    name: str
    also_called: list[str]
    department: str | None
    role: HolderRole | None
    scan_code: str
    retired: bool
    revision: int


class PostPage(BaseModel):
    items: list[PostRow]
    next_cursor: str | None


class PostFilter(Asked):
    enterprise_id: UUID | None = None
    area_code: AreaCode | None = Field(default=None, description="With its subtree.")
    retired: bool = False


class PostName(BaseModel):
    """A name that the enterprise's risk list calls a post or holder by."""

    name: str
    risks: int = Field(description="How many risks name it as their post.")
    measures: int = Field(description="How many measures name it as their holder.")
    post_id: UUID | None = Field(description="The post that is called so; null: nobody has described it.")


class PostNames(BaseModel):
    """What nobody has described first; then by name."""

    items: list[PostName]
    left_out: int


class Replace(Frozen):
    """Why a code is to be replaced: lost, spoiled, put up somewhere else."""

    reason: Short
