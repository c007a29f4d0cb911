"""The township with its people, once it has been founded: areas, enterprises, users and their risk lists."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.data import GENERAL, Enterprise, Finding, Measure, Person, Risk, Township, User, fitting
from app.people.areas import load_areas
from app.people.enterprises import add_enterprise, change_enterprise
from app.people.hashing import hashed
from app.people.schemas import EnterpriseChange, NewEnterprise, NewUser, Sight
from app.people.scope import SYSTEM, Caller, Role, prefix
from app.people.tokens import caller_of
from app.people.users import create_user
from app.risks.commands import add_risk
from app.risks.models import ControlMeasure
from app.risks.schemas import NewRisk

OURS: Final = UUID("7b1f3a52-5f0e-4c1d-9a53-74757169616f")
OF_ENTERPRISE: Final = {"key", "partner", "staff"}  # what the data know, and a new enterprise does not say
OF_USER: Final = {"name", "phone", "roles"}


def named(kind: str, key: str) -> UUID:
    """The id of something of the demo: the same at every load, so that examples may name it."""
    return uuid5(OURS, f"{kind}:{key}")


@dataclass(frozen=True, slots=True)
class Held:
    """A control measure on the list, and the template that it came from."""

    id: UUID
    of: Risk
    measure: Measure

    def likeness(self, finding: Finding) -> int:
        """How well a finding may have been made at this measure; 0: it was not."""
        same_place = self.of.place == finding.place
        same_danger = self.of.accident_type == getattr(finding, "accident_type", "")
        same_trade = self.of.about == finding.about or {self.of.about, finding.about} <= GENERAL
        if not same_trade or not (same_place or same_danger):
            return 0
        own, theirs = _pairs(finding.description), _pairs(self.measure.description + (self.measure.check or ""))
        return 1 + 2 * same_place + 2 * len(own & theirs)


def _pairs(text: str) -> set[str]:
    return {text[n : n + 2] for n in range(len(text) - 1)}


@dataclass(frozen=True, slots=True)
class Works:
    """An enterprise or site, its people and its control measures."""

    data: Enterprise
    id: UUID
    people: tuple[Caller, ...] = ()
    measures: list[Held] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.data.key

    def who(self, *roles: Role) -> Caller | None:
        """Somebody with the first of these roles that anybody has."""
        return next((person for role in roles for person in self.people if person.has(role)), None)

    def measure_of(self, finding: Finding) -> UUID | None:
        """The control measure that a finding says does not hold, if one is about it."""
        likeliest = max(self.measures, key=lambda held: held.likeness(finding), default=None)
        return likeliest.id if likeliest and likeliest.likeness(finding) else None


@dataclass(frozen=True, slots=True)
class Town:
    """All of it. `people` are those outside the enterprises, by login."""

    data: Township
    works: Mapping[str, Works]
    people: Mapping[str, Caller]

    @property
    def everybody(self) -> tuple[Caller, ...]:
        staff = (person for works in self.works.values() for person in works.people)
        return (*self.people.values(), *staff)

    def inspectors(self, works: Works) -> tuple[Caller, ...]:
        """Who inspects there: those of its village first."""
        here = (person for person in self.people.values() if person.has(Role.INSPECTOR, Role.ENFORCEMENT_OFFICER))
        nearest = sorted(here, key=lambda person: person.areas[0] != works.data.area_code)
        reach = tuple(one for one in nearest if works.data.area_code.startswith(prefix(one.areas[0])))
        return reach or (self.supervisor(works),)

    def supervisor(self, works: Works) -> Caller:
        return next(
            person
            for person in self.people.values()
            if person.has(Role.SUPERVISOR) and person.governs(works.data.area_code)
        )


def found(session: Session, township: Township) -> Town:
    """Write the township down."""
    load_areas(session)
    for enterprise in township.enterprises:
        add_enterprise(session, SYSTEM, _new_enterprise(enterprise))
    for enterprise in township.enterprises:
        if enterprise.partner:
            helps = EnterpriseChange(revision=1, partner_id=named("enterprise", enterprise.partner))
            change_enterprise(session, SYSTEM, named("enterprise", enterprise.key), helps)
    password = hashed(township.password)
    works = {each.key: _works(session, each, password) for each in township.enterprises}
    people = {user.login: _take_on(session, user, _sight(user), password) for user in township.users}
    for each in works.values():
        each.measures.extend(_list_risks(session, township, each))
    return Town(township, works, people)


def _new_enterprise(enterprise: Enterprise) -> NewEnterprise:
    told = enterprise.model_dump(mode="json", exclude=OF_ENTERPRISE)
    return NewEnterprise.model_validate(told | {"id": named("enterprise", enterprise.key)})


def _works(session: Session, enterprise: Enterprise, password: str) -> Works:
    id = named("enterprise", enterprise.key)
    sight = Sight(enterprise_ids=(id,))
    return Works(enterprise, id, tuple(_take_on(session, person, sight, password) for person in enterprise.staff))


def _sight(user: User) -> Sight:
    return Sight(area_codes=user.area_codes, enterprise_ids=tuple(named("enterprise", key) for key in user.assigned))


def _take_on(session: Session, person: Person, sight: Sight, password: str) -> Caller:
    told = person.model_dump(mode="json", include=OF_USER) | {"username": person.login, "scope": sight}
    if isinstance(person, User) and person.powers:
        told["powers"] = person.powers.model_dump(mode="json")
    new = NewUser.model_validate(told | {"id": named("user", person.login)})
    return caller_of(create_user(session, SYSTEM, new, password))


def _list_risks(session: Session, township: Township, works: Works) -> Iterator[Held]:
    """Let the enterprise's safety officer put down the risks of its trade; a site without people has no list."""
    officer = works.who(Role.SAFETY_OFFICER)
    for template in fitting(works.data, township.risks) if officer else ():
        assert officer is not None
        told = template.model_dump(mode="json", include={"object", "unit", "event", "place", "level", "measures"})
        risk = add_risk(session, officer, NewRisk.model_validate(told | {"enterprise_id": works.id}))
        of_risk = select(ControlMeasure.description, ControlMeasure.id).where(ControlMeasure.risk_id == risk.id)
        ids = dict(session.execute(of_risk).all())
        yield from (Held(ids[each.description], template, each) for each in template.measures)
