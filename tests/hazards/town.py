"""A town full of hazards in every situation, and what each person sees of them, read in plain Python."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from app.foundation.clock import now
from app.hazards.models import Hazard
from app.hazards.terms import OPEN, Origin, State
from app.people.scope import ENTERPRISE, Caller, Role, prefix, town_of
from app.people.terms import EnterpriseKind
from app.sorting.terms import Level, Method, Sector
from tests.conftest import Person, World
from tests.hazards.cast import Seen

REVIEWERS = {Role.DEPARTMENT_HEAD, Role.SAFETY_OFFICER, Role.MANAGER}
CONFIRMERS = {Role.SAFETY_OFFICER, Role.MANAGER}


@dataclass(frozen=True)
class Known:
    """Somebody, and who they are for the rules."""

    name: str
    person: Person
    caller: Caller
    active: bool = True


@dataclass(frozen=True)
class Works:
    id: UUID
    area_code: str
    partner_id: UUID | None
    sectors: tuple[Sector, ...] = (Sector.MACHINERY,)


class Town:
    """Four works: one with all its people, one of a single owner, one that only left accounts behind, one without."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.full = Works(world.enterprise, world.village, None)
        self.small = Works(uuid4(), world.village, world.enterprise)
        self.left = Works(uuid4(), world.town, self.small.id, (Sector.CHEMICAL,))
        self.site = Works(uuid4(), world.village, None)
        self.works = {works.id: works for works in (self.full, self.small, self.left, self.site)}
        for works in (self.small, self.left):
            world.works(works.id, area_code=works.area_code, partner_id=works.partner_id, sectors=works.sectors)
        world.works(self.site.id, kind=EnterpriseKind.UNREGISTERED_SITE, credit_code=None)
        self.people = [*self.staff(), *self.officials()]
        self.hazards = list(self.found(random.Random(20261124)))
        world.write(lambda session: session.add_all([Hazard(**told) for told in self.hazards]))

    def staff(self) -> Iterator[Known]:
        yield from (self.of(self.full, role.value, role) for role in sorted(ENTERPRISE))
        yield self.of(self.full, "officer and worker", Role.WORKER, Role.SAFETY_OFFICER)
        yield self.of(self.full, "second manager", Role.MANAGER)
        yield self.of(self.small, "owner", *ENTERPRISE)
        yield self.of(self.small, "his worker", Role.WORKER)
        yield self.of(self.small, "former manager", Role.MANAGER, active=False)
        yield self.of(self.left, "last team leader", Role.TEAM_LEADER)
        yield self.of(self.left, "former officer", Role.SAFETY_OFFICER, active=False)

    def officials(self) -> Iterator[Known]:
        world = self.world
        for role in (Role.INSPECTOR, Role.SUPERVISOR, Role.ENFORCEMENT_OFFICER, Role.ADMINISTRATOR):
            yield self.governing(f"{role} of the town", role, areas=(world.town,))
        for role in (Role.INSPECTOR, Role.SUPERVISOR):
            yield self.governing(f"{role} of the village", role, areas=(world.village,))
        yield self.governing("supervisor of the county", Role.SUPERVISOR, areas=(world.county,))
        yield self.governing("supervisor next door", Role.SUPERVISOR, areas=(world.next_town,))
        yield self.governing("supervisor of two", Role.SUPERVISOR, areas=(world.village, world.next_town))
        yield self.governing("of chemistry", Role.SUPERVISOR, areas=(world.town,), sectors=(Sector.CHEMICAL,))
        for assigned in ((self.small.id, self.site.id), ()):
            person = world.someone(Role.EXPERT, assigned=assigned)
            yield Known("expert", person, Caller(person.id, "", frozenset({Role.EXPERT}), assigned=assigned))

    def of(self, works: Works, name: str, *roles: Role, active: bool = True) -> Known:
        person = self.world.someone(*roles, enterprise_id=works.id, area_code=works.area_code, active=active)
        return Known(name, person, Caller(person.id, "", frozenset(roles), works.id), active)

    def governing(self, name: str, role: Role, **scope: Any) -> Known:
        person = self.world.someone(role, area_code=scope["areas"][0], **scope)
        return Known(name, person, Caller(person.id, "", frozenset({role}), **scope))

    def of_works(self, works_id: UUID) -> list[Caller]:
        """Whoever works there now."""
        return [one.caller for one in self.people if one.active and one.caller.enterprise_id == works_id]

    def found(self, dice: random.Random) -> Iterator[dict[str, Any]]:
        """Hazards in every state of every works, the rest as the dice fall; more of those under review."""
        for number in range(200):
            works = dice.choice(list(self.works.values()))
            staff = [one.person.id for one in self.people if one.caller.enterprise_id == works.id]
            persons = staff + [one.person.id for one in self.people if one.caller.enterprise_id is None]
            state = State.REVIEWING if number % 3 == 0 else dice.choice(list(State))
            yield {
                "id": uuid4(), "enterprise_id": works.id, "area_code": works.area_code, "revision": 1,
                "number": f"H-{uuid4().hex[:16]}", "description": "通道堵塞", "search_text": "通道堵塞",
                "level": dice.choice([Level.GENERAL, Level.GENERAL, Level.MAJOR]),
                "level_confirmed": dice.random() < 0.5, "level_by": dice.choice(list(Method)),
                "origin": dice.choice([Origin.ENTERPRISE, Origin.ENTERPRISE, *Origin]),
                "reported_by": dice.choice(persons), "reported_at": now() - timedelta(hours=number),
                "found_at": now(), "last_seen_at": now(),
                "state": state, "stage_due_at": now() if state in OPEN else None,
                "escalated_to": dice.choice([None] * 5 + [self.world.county]),
                "confirmed_at": dice.choice([None, now()]), "responsible_id": dice.choice([None, *staff]),
                "due_on": now().date() + timedelta(days=dice.randrange(-3, 30)),
                "plan_pending": dice.random() < 0.5, "plan_approved": dice.random() < 0.5,
                "extension_by": dice.choice([None, *persons]), "extension_requests": dice.randrange(3),
                "evidence_missing": dice.choice([0, 0, 1]),
                "barred": tuple(dice.sample(persons, dice.randrange(4))),
            }  # fmt: skip

    def facts(self, told: dict[str, Any]) -> Seen:
        """A hazard as the rules see it, with what is read beside it."""
        works = self.works[told["enterprise_id"]]
        seen = Seen(**{name: told[name] for name in told if name in Seen.__dataclass_fields__})
        staff = self.of_works(works.id)
        decided_by = told["escalated_to"] or town_of(works.area_code)
        beside: dict[str, Any] = {"partner_id": works.partner_id, "alone": alone(seen, staff), "accountless": not staff}
        return replace(seen, handling_area=decided_by, **beside)

    def sees(self, one: Known, told: dict[str, Any]) -> bool:
        """Whether a hazard lies within somebody's scope."""
        caller, works = one.caller, self.works[told["enterprise_id"]]
        if caller.enterprise_id == works.id:
            mine = caller.id in {told["reported_by"], told["responsible_id"]}
            return caller.roles != {Role.WORKER} or told["state"] in OPEN or mine
        if caller.enterprise_id:
            helps = works.partner_id == caller.enterprise_id and caller.has(*CONFIRMERS)
            return helps and told["state"] == State.REVIEWING and self.facts(told).alone
        if not caller.official:
            return works.id in caller.assigned
        inside = any(works.area_code.startswith(prefix(area)) for area in caller.areas)
        return inside and (not caller.sectors or not set(caller.sectors).isdisjoint(works.sectors))


def alone(seen: Seen, staff: list[Caller]) -> bool:
    """Whether nobody in the enterprise may judge what it found."""
    if seen.origin != Origin.ENTERPRISE or seen.level == Level.MAJOR:
        return False
    if seen.state == State.REPORTED:
        return not any(one.roles & CONFIRMERS and one.id != seen.reported_by for one in staff)
    reviewers = (one for one in staff if one.roles & REVIEWERS or one.id == seen.reported_by)
    return seen.state == State.REVIEWING and all(one.id in seen.barred for one in reviewers)
