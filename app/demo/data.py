"""What the demo township is made of, as typed data: enterprises, people, risks, findings, and what people write.

All of it is invented, except the areas and the statutory criteria.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import Field, StringConstraints

from app.foundation.geo import Datum
from app.foundation.wire import AreaCode, Frozen, Text, Word
from app.people.scope import Power, Role
from app.people.terms import EnterpriseKind, Responsibility, Scale, StandardizationLevel
from app.risks.levels import MeasureKind, RiskLevel
from app.sorting.terms import Discipline, Factor, Sector, SpecialCategory

DATA: Final = Path(__file__).parent / "data"

FACTORIES: Final = frozenset(
    {
        Sector.METALLURGY, Sector.NONFERROUS, Sector.BUILDING_MATERIALS, Sector.MACHINERY, Sector.LIGHT_INDUSTRY,
        Sector.TEXTILE, Sector.CHEMICAL,
    }
)  # fmt: skip
GENERAL: Final = frozenset({"factory", "any"})  # what is no trade of its own

Key = Annotated[str, StringConstraints(pattern=r"^[a-z]+(-[a-z]+)*$")]
Phone = Annotated[str, StringConstraints(pattern=r"^100[0-9]{8}$")]


class Contact(Frozen):
    name: Word
    phone: Phone


class ResponsiblePerson(Contact):
    """One of the three responsible persons (三个责任人): of the government, of the sector's regulator, of the works."""

    kind: Responsibility
    post: Word


class Person(Contact):
    """Somebody who logs in; in a small works one person holds several roles."""

    login: Key
    roles: tuple[Role, ...] = Field(min_length=1)
    post: Word


class Position(Frozen):
    lon: float
    lat: float
    datum: Datum


class Enterprise(Frozen):
    """An enterprise or unregistered site. `partner` is the other works of a mutual-aid pair (小微互助)."""

    key: Key
    kind: EnterpriseKind
    name: Text
    credit_code: str | None
    sectors: tuple[Sector, ...] = Field(min_length=1)
    special_categories: tuple[SpecialCategory, ...]
    scale: Scale | None
    standardization_level: StandardizationLevel | None
    area_code: AreaCode
    address: Text
    position: Position
    person_in_charge: Contact
    responsible_persons: tuple[ResponsiblePerson, ...]
    partner: Key | None
    staff: tuple[Person, ...]

    def who(self, role: Role) -> Person | None:
        """The first of the staff with a role."""
        return next((person for person in self.staff if role in person.roles), None)


class Powers(Frozen):
    powers: tuple[Power, ...]
    authority: Text
    certificate_number: Word
    valid_until: date


class User(Person):
    """Somebody outside the enterprises: of the government of some areas, or an expert for some enterprises."""

    area_codes: tuple[AreaCode, ...]
    assigned: tuple[Key, ...]
    powers: Powers | None


class Template(Frozen):
    """Something that fits enterprises of a sector or special category, or any that make things, or any at all;
    of these `only` the ones named, where such a word is too wide."""

    about: Sector | SpecialCategory | Literal["factory", "any"]
    only: tuple[Key, ...] = ()

    def fits(self, enterprise: Enterprise) -> bool:
        if self.only and enterprise.key not in self.only:
            return False
        match self.about:
            case "any":
                return True
            case "factory":
                return not FACTORIES.isdisjoint(enterprise.sectors)
            case about:
                return about in (*enterprise.sectors, *enterprise.special_categories)


class Measure(Frozen):
    """A control measure. `always`: it is owed also while production stands still."""

    kind: MeasureKind
    description: Text
    check: Text
    holder: Word
    always: bool


class Risk(Template):
    """A risk event of a unit of an object, with its level and control measures."""

    object: Text
    unit: Text
    place: Text
    event: Text
    level: RiskLevel
    accident_type: Word
    measures: tuple[Measure, ...] = Field(min_length=3, max_length=6)


class Finding(Template):
    """What an inspector saw, in an inspector's words."""

    description: Text
    place: Text


class Hazard(Finding):
    """A finding that goes through the whole loop: what was required, what was done, what the review found."""

    factor: Factor
    discipline: Discipline
    accident_type: Word
    requirement: Text
    measures_taken: Text
    conclusion: Text


class Plan(Frozen):
    """A rectification plan (治理方案) without the persons and dates."""

    goal: Text
    measures: Text
    funds: Decimal
    contingency: Text


class MajorHazard(Hazard):
    """A hazard that meets a statutory criterion."""

    criterion: str
    cause: Text
    interim_measures: Text
    plan: Plan


class File(Frozen):
    note: str = Field(alias="_note")


class Enterprises(File):
    main: Key
    enterprises: tuple[Enterprise, ...]


class Users(File):
    password: str
    users: tuple[User, ...]


class Risks(File):
    risks: tuple[Risk, ...]


class Findings(File):
    """Findings by where they belong; the hazards by level."""

    general: tuple[Hazard, ...]
    major: tuple[MajorHazard, ...]
    risk: tuple[Finding, ...]
    none: tuple[Finding, ...]
    pending: tuple[Finding, ...]


class Phrases(Frozen):
    """What people write when they act on a hazard or report an inspection."""

    accepted: tuple[Text, ...]
    rejected: tuple[Text, ...]
    dismissed: tuple[Text, ...]
    withdrawn: tuple[Text, ...]
    extension_reasons: tuple[Text, ...]
    extension_granted: tuple[Text, ...]
    extension_refused: tuple[Text, ...]
    plan_approved: tuple[Text, ...]
    plan_rejected: tuple[Text, ...]
    reminders: tuple[Text, ...]
    comments: tuple[Text, ...]
    assigned: tuple[Text, ...]
    regraded_up: tuple[Text, ...]
    regraded_down: tuple[Text, ...]
    reopened: tuple[Text, ...]
    nil_notes: tuple[Text, ...]
    measure_notes: tuple[Text, ...]


class PhraseFile(File):
    phrases: Phrases


class Posts(File):
    """As they are posted, without the enterprise and whom to call."""

    posts: tuple[dict[str, Any], ...]


T = TypeVar("T", bound=Template)


@dataclass(frozen=True, slots=True)
class Township:
    """The whole demo. `main` is the enterprise of the contract's demo logins; `password` is everybody's."""

    main: Enterprise
    enterprises: tuple[Enterprise, ...]
    users: tuple[User, ...]
    password: str
    risks: tuple[Risk, ...]
    findings: Findings
    phrases: Phrases

    def __getitem__(self, key: str) -> Enterprise:
        """Raises: KeyError."""
        return {enterprise.key: enterprise for enterprise in self.enterprises}[key]


def fitting(enterprise: Enterprise, templates: Iterable[T]) -> tuple[T, ...]:
    """The templates that fit an enterprise, those of its own trade before those of any."""
    fit = [template for template in templates if template.fits(enterprise)]
    return tuple(sorted(fit, key=lambda template: template.about in GENERAL))


@cache
def read() -> Township:
    """The demo township from its data files.

    Raises: pydantic.ValidationError, naming the entry.
    """
    enterprises = Enterprises.model_validate_json(_text("enterprises"))
    users = Users.model_validate_json(_text("users"))
    return Township(
        main=next(one for one in enterprises.enterprises if one.key == enterprises.main),
        enterprises=enterprises.enterprises,
        users=users.users,
        password=users.password,
        risks=Risks.model_validate_json(_text("risks")).risks,
        findings=Findings.model_validate_json(_text("findings")),
        phrases=PhraseFile.model_validate_json(_text("phrases")).phrases,
    )


def posts() -> tuple[dict[str, Any], ...]:
    """The posts of the main enterprise."""
    return Posts.model_validate_json(_text("posts")).posts


def _text(name: str) -> str:
    return (DATA / f"{name}.json").read_text("utf-8")
