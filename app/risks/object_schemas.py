"""Objects and units of analysis as they are sent and shown.

A major hazard installation (重大危险源) has a grade, and the three persons who answer for it (包保责任人), each with
duties of their own: where an enterprise says none, they are the default texts of `data/risk_methods.json`.
"""

from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, Field

from app.foundation.pages import Asked
from app.foundation.wire import AreaCode, Body, Change, Frozen, Position, Short, View, Word
from app.risks.terms import Answerable, ObjectKind

DUTIES_LIMIT: Final = 20


class AnswerablePerson(Frozen):
    """One of the three who answer for a major hazard installation (包保责任人)."""

    kind: Answerable
    name: Word
    phone: Annotated[str | None, Field(max_length=64)] = None
    user_id: UUID | None = Field(default=None, description="Their account, if they have one.")
    duties: Annotated[tuple[Short, ...], Field(max_length=DUTIES_LIMIT)] = Field(
        default=(), description="Empty: the default texts, which are configuration and not law."
    )


Grade = Annotated[
    int | None, Field(ge=1, le=4, description="重大危险源 grade, 1 (the gravest) to 4; null: it is none.")
]
Code = Annotated[Word | None, Field(max_length=36, description="What other platforms know it by (HAZARD_CODE).")]
Three = Annotated[tuple[AnswerablePerson, ...], Field(max_length=3, description="包保责任人, one of each kind.")]


class NewObject(Body):
    """A risk point or object of analysis (风险点/分析对象)."""

    enterprise_id: UUID
    name: Short
    kind: ObjectKind | None = None
    code: Code = None
    place: Short | None = None
    position: Position | None = None
    department: Short | None = None
    responsible_id: UUID | None = None
    grade: Grade = None
    answerable: Three = ()


class ObjectChange(Change):
    name: Short = Field(default_factory=str)
    kind: ObjectKind | None = None
    code: Code = None
    place: Short | None = None
    position: Position | None = None
    department: Short | None = None
    responsible_id: UUID | None = None
    grade: Grade = None
    answerable: Three = ()
    retired: bool = Field(default_factory=bool)


class AnswerableView(BaseModel):
    kind: Answerable
    name: str | None = Field(description="Null for a worker; so is `phone`.")
    phone: str | None
    user_id: UUID | None
    duties: list[str]
    default_duties: bool = Field(description="Whether the duties are our default texts: unverified, not law.")


class ObjectRow(BaseModel):
    id: UUID
    enterprise_id: UUID
    name: str
    kind: ObjectKind | None
    code: str | None
    place: str | None
    position: Position | None
    department: str | None
    responsible_id: UUID | None
    grade: int | None
    answerable: list[AnswerableView]
    scan_code: str = Field(description="What `GET /scan/{code}` opens it by: stays for years, unless it is replaced.")
    retired: bool
    revision: int


class ObjectView(View, ObjectRow):
    """An object of analysis, with whoever answers for it where it is a major hazard installation."""


class ObjectPage(BaseModel):
    items: list[ObjectRow]
    next_cursor: str | None


class ObjectFilter(Asked):
    enterprise_id: UUID | None = None
    area_code: AreaCode | None = Field(default=None, description="With its subtree.")
    major_hazard: bool | None = Field(
        default=None, description="Major hazard installations (重大危险源), or the others."
    )
    kind: ObjectKind | None = None
    retired: bool = False


class NewUnit(Body):
    """A unit of analysis (分析单元) within an object."""

    name: Short
    department: Short | None = None
    responsible_id: UUID | None = None


class UnitChange(Change):
    name: Short = Field(default_factory=str)
    department: Short | None = None
    responsible_id: UUID | None = None
    retired: bool = Field(default_factory=bool)


class UnitRow(BaseModel):
    id: UUID
    object_id: UUID
    name: str
    department: str | None
    responsible_id: UUID | None
    scan_code: str
    retired: bool
    revision: int


class UnitView(View, UnitRow):
    """A unit of analysis."""


class UnitPage(BaseModel):
    items: list[UnitRow]
    next_cursor: str | None


class UnitFilter(Asked):
    retired: bool = False
