"""What goes over the wire of areas, enterprises and users."""

from collections.abc import Hashable
from datetime import date
from typing import Annotated, Final, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from app.foundation.pages import Asked
from app.foundation.wire import AreaCode, Body, Change, Frozen, Moment, Position, Short, View, Word, at_most, clean
from app.people.permissions import Permission
from app.people.scope import Power, Role
from app.people.terms import AreaLevel, EnterpriseKind, EnterpriseStatus, Responsibility, Scale, StandardizationLevel
from app.sorting.terms import Sector, SpecialCategory

H = TypeVar("H", bound=Hashable)

SCOPE_LIMIT: Final = 200


def _once(values: tuple[H, ...]) -> tuple[H, ...]:
    return tuple(dict.fromkeys(values))


Phone = Annotated[str, StringConstraints(pattern=r"^[0-9+()\- ]{3,32}$")]
CreditCode = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, min_length=1, max_length=32)]
Sectors = Annotated[tuple[Sector, ...], Field(max_length=len(Sector)), AfterValidator(_once)]
Categories = Annotated[tuple[SpecialCategory, ...], Field(max_length=len(SpecialCategory)), AfterValidator(_once)]
NewUsername = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z一-鿿][0-9A-Za-z一-鿿._@-]{1,63}$", to_lower=True)]
NewPassword = Annotated[str, StringConstraints(min_length=10, max_length=128), AfterValidator(clean)]
DeviceId = Annotated[
    str, StringConstraints(min_length=1, max_length=128), AfterValidator(clean), AfterValidator(at_most(128))
]
Words = Annotated[str | None, Field(max_length=200, description="Every word must occur.")]


class AreaView(BaseModel):
    code: str
    name: str
    level: AreaLevel
    parent_code: str | None


class AreaPage(BaseModel):
    items: list[AreaView]
    next_cursor: str | None
    total: int | None = None
    total_capped: bool | None = None


class AreaFilter(Asked):
    parent_code: AreaCode | None = Field(default=None, description="Only the areas right below it.")
    q: Words = None


class Contact(Frozen):
    name: Word
    phone: Phone | None = None


class ResponsiblePerson(Contact):
    """One of the three responsible persons (三个责任人) as a register names them; an appointment on record prevails."""

    kind: Responsibility
    post: Short | None = None


class ChiefEngineer(Contact):
    """The chief engineer (总工程师), who answers for technical judgement; with `user_id` he can act himself."""

    user_id: UUID | None = None


ResponsiblePersons = Annotated[tuple[ResponsiblePerson, ...], Field(max_length=3, description="One of each kind.")]


class NewEnterprise(Body):
    """An enterprise with its credit code, or an unregistered site with its position and who is in charge."""

    kind: EnterpriseKind
    name: Short
    area_code: AreaCode = Field(description="The village or town it lies in.")
    credit_code: CreditCode | None = Field(
        default=None, description="统一社会信用代码 (GB 32100), with its check digit."
    )
    address: Short | None = None
    status: EnterpriseStatus = EnterpriseStatus.OPERATING
    sectors: Sectors = ()
    special_categories: Categories = ()
    scale: Scale | None = None
    standardization_level: StandardizationLevel | None = None
    position: Position | None = None
    person_in_charge: Contact | None = None
    responsible_persons: ResponsiblePersons = ()
    chief_engineer: ChiefEngineer | None = None
    partner_id: UUID | None = Field(default=None, description="Mutual-aid partner (小微互助): another enterprise.")


class EnterpriseChange(Change):
    """With `area_code` everything of the enterprise moves with it."""

    kind: EnterpriseKind = Field(default_factory=lambda: EnterpriseKind.ENTERPRISE)
    name: Short = Field(default_factory=str)
    area_code: AreaCode = Field(default_factory=str)
    credit_code: CreditCode | None = None
    address: Short | None = None
    status: EnterpriseStatus = Field(default_factory=lambda: EnterpriseStatus.OPERATING)
    sectors: Sectors = ()
    special_categories: Categories = ()
    scale: Scale | None = None
    standardization_level: StandardizationLevel | None = None
    position: Position | None = None
    person_in_charge: Contact | None = None
    responsible_persons: ResponsiblePersons = ()
    chief_engineer: ChiefEngineer | None = None
    partner_id: UUID | None = None


class EnterpriseRow(BaseModel):
    id: UUID
    revision: int
    kind: EnterpriseKind
    name: str
    area_code: str
    credit_code: str | None
    address: str | None
    status: EnterpriseStatus
    sectors: list[Sector]
    special_categories: list[SpecialCategory]
    scale: Scale | None
    standardization_level: StandardizationLevel | None
    position: Position | None


class EnterpriseView(View, EnterpriseRow):
    """An enterprise with the people who answer for it; a worker does not see those."""

    person_in_charge: Contact | None
    responsible_persons: list[ResponsiblePerson] | None
    chief_engineer: ChiefEngineer | None
    partner_id: UUID | None
    created_at: Moment


class EnterprisePage(BaseModel):
    items: list[EnterpriseRow]
    next_cursor: str | None
    total: int | None = None
    total_capped: bool | None = None


class EnterpriseChoice(Frozen):
    """Which enterprises of those in scope."""

    area_code: AreaCode | None = Field(default=None, description="With its subtree.")
    kind: EnterpriseKind | None = None
    status: EnterpriseStatus | None = None
    sector: Sector | None = None
    special_category: SpecialCategory | None = None
    q: Words = None


class EnterpriseFilter(EnterpriseChoice, Asked):
    """The list of enterprises."""


class Powers(Frozen):
    """What a government user may impose, by which authority, on which certificate, until when."""

    powers: tuple[Power, ...] = Field(min_length=1, max_length=len(Power))
    authority: Short
    certificate_number: Word
    valid_until: date | None = None


class Sight(Frozen):
    """What a person works for: one enterprise; or areas, perhaps only some sectors; or, an expert, some enterprises."""

    area_codes: Annotated[tuple[AreaCode, ...], Field(max_length=SCOPE_LIMIT), AfterValidator(_once)] = ()
    sectors: Sectors = ()
    enterprise_ids: Annotated[tuple[UUID, ...], Field(max_length=SCOPE_LIMIT), AfterValidator(_once)] = ()


Roles = Annotated[tuple[Role, ...], Field(min_length=1, max_length=len(Role)), AfterValidator(_once)]


class NewUser(Body):
    """A person, with roles of one side."""

    username: NewUsername
    password: NewPassword | None = Field(default=None, description="Without one, the person cannot log in.")
    name: Word
    phone: Phone | None = None
    roles: Roles
    scope: Sight
    powers: Powers | None = Field(default=None, description="Of inspectors above the village.")


class UserChange(Change):
    password: NewPassword = Field(default_factory=str, description="Ends all logins of the person.")
    name: Word = Field(default_factory=str)
    phone: Phone | None = None
    roles: Roles = ()
    scope: Sight = Field(default_factory=Sight)
    powers: Powers | None = None
    active: bool = Field(default_factory=bool, description="False ends all logins, and nobody can log in.")


class UserRow(BaseModel):
    id: UUID
    revision: int
    name: str
    roles: list[Role]
    enterprise_id: UUID | None = Field(description="Of those who belong to one.")
    area_code: str
    active: bool


class UserView(View, UserRow):
    username: str
    phone: str | None
    scope: Sight
    powers: Powers | None
    created_at: Moment


class UserPage(BaseModel):
    items: list[UserRow]
    next_cursor: str | None
    total: int | None = None
    total_capped: bool | None = None


class UserFilter(Asked):
    enterprise_id: UUID | None = None
    area_code: AreaCode | None = Field(default=None, description="With its subtree.")
    role: Role | None = None
    active: bool | None = None
    q: Words = None


class MeView(View):
    """Who I am, and what I may do. What I may do with one record, its `allowed_actions` say."""

    name: str
    username: str
    roles: list[Role]
    scope: Sight
    powers: Powers | None
    permissions: list[Permission]


Tag = Annotated[str, StringConstraints(max_length=32), AfterValidator(clean), AfterValidator(at_most(32))]
Model = Annotated[str, StringConstraints(max_length=64), AfterValidator(clean), AfterValidator(at_most(64))]


class Push(Frozen):
    """How notices reach a phone."""

    provider: Word
    token: str = Field(min_length=1, max_length=1000)


class DeviceBody(Frozen):
    platform: Tag | None = None
    model: Model | None = None
    app_version: Tag | None = None
    push: Push | None = None


class DeviceView(DeviceBody):
    id: str
    registered_at: Moment


class PasswordChange(Frozen):
    old: str = Field(min_length=1, max_length=1024)
    new: NewPassword
