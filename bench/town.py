"""A county full of hazards, laid into a database by bulk: what would take years to report."""

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Engine, insert, text
from sqlalchemy.orm import Session

from app.foundation.calendar import local_date
from app.foundation.clock import now
from app.foundation.columns import Row
from app.foundation.credit_code import with_check_digit
from app.foundation.database import Database
from app.foundation.dialects import LONG, continue_series, is_sqlite, table_of
from app.foundation.keyring import Keyring
from app.hazards.models import Hazard
from app.hazards.terms import Origin, State
from app.people import tokens
from app.people.models import Area, Enterprise, User
from app.people.models import Session as Login
from app.people.scope import Role
from app.people.terms import EnterpriseKind
from app.sorting.terms import Level, Method, Sector, SpecialCategory

COUNTY: Final = "500151000000"
TOWNS: Final = tuple(f"500151{number}000" for number in range(101, 111))
WORKS_A_TOWN: Final = 40
LAID_AT_ONCE: Final = 20_000
STATES: Final = (State.REPORTED, State.PLANNING, State.RECTIFYING, State.REVIEWING, State.CLOSED)
SHARES: Final = (30, 10, 25, 10, 25)
FOUND: Final = (
    "除尘系统未设置泄爆口，且未采取其他抑爆、泄爆措施",
    "有限空间作业前未检测氧含量与有毒气体浓度，现场无监护人员",
    "配电箱前堆放纸箱等可燃物，安全通道宽度不足",
    "砂轮机防护罩缺失，作业人员未佩戴护目镜",
)
PLACES: Final = ("打磨车间", "一号仓库", "污水处理池", "配电室")


@dataclass(frozen=True)
class Works:
    """An enterprise with those who work there."""

    id: UUID
    name: str
    area_code: str
    officer: UUID
    leader: UUID
    worker: UUID


@dataclass(frozen=True)
class Town:
    """The first of the county's towns, as those see it who ask and post: everybody with a token that is valid now."""

    supervisor: str
    leaders: dict[UUID, str]
    officers: dict[UUID, str]
    hazards: dict[UUID, list[UUID]]


def build(database: Database, keys: Keyring, rows: int) -> Town:
    """Lay a county with so many hazards into an empty database that has the schema."""
    chance = random.Random(151)
    works = [_works(chance, town, number) for town in TOWNS for number in range(WORKS_A_TOWN)]
    supervisor = _id(chance)
    hazards = [_hazard(chance, chance.choice(works), number) for number in range(min(rows, LAID_AT_ONCE))]

    def lay(session: Session) -> None:
        _lay_people(session, works, supervisor)
        _insert(session, Hazard, hazards)
        continue_series(session, "hazard_numbers", rows)

    database.transact(lay, writes=True, patience=LONG)
    if rows > LAID_AT_ONCE:
        _multiply(database.engine, rows // LAID_AT_ONCE)
    if not is_sqlite(database.engine):  # what autovacuum would do within a minute
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("SET statement_timeout = 0"))
            connection.execute(text("VACUUM ANALYZE"))
            connection.execute(text("RESET statement_timeout"))
    ours = {each.id: each for each in works if each.area_code.startswith(TOWNS[0][:9])}
    found: dict[UUID, list[UUID]] = {}
    for hazard in hazards:
        if hazard["enterprise_id"] in ours:
            found.setdefault(hazard["enterprise_id"], []).append(hazard["id"])
    return Town(
        supervisor=tokens.issue(keys, supervisor, supervisor),
        leaders={each.id: tokens.issue(keys, each.leader, each.leader) for each in ours.values()},
        officers={each.id: tokens.issue(keys, each.officer, each.officer) for each in ours.values()},
        hazards=found,
    )


def _id(chance: random.Random, place: int = 0) -> UUID:
    """A UUID of version 7; its 4 hex digits after the last hyphen stay 0, for `_multiply`."""
    return UUID(int=0x0193 << 112 | chance.getrandbits(32) << 80 | 7 << 76 | 2 << 62 | place)


def _works(chance: random.Random, town: str, number: int) -> Works:
    people = (_id(chance) for _ in range(4))
    village = f"{town[:9]}{201 + number % 5}"
    return Works(next(people), f"重庆市铜梁区打磨机械制造有限公司{town[6:9]}{number:02d}", village, *people)


def _lay_people(session: Session, works: list[Works], supervisor: UUID) -> None:
    villages = {each.area_code: each.area_code[:9] + "000" for each in works}
    areas: dict[str, str | None] = {COUNTY: None, **dict.fromkeys(TOWNS, COUNTY), **villages}
    for code, parent in areas.items():  # one by one: each stands on the one before
        session.execute(insert(Area).values(code=code, parent_code=parent, name=f"区划{code}"))
    at = now()
    _insert(session, Enterprise, [
        {
            "id": each.id, "name": each.name, "kind": EnterpriseKind.ENTERPRISE, "area_code": each.area_code,
            "credit_code": with_check_digit("91500" + str(each.id.int)[-12:]), "sectors": (Sector.MACHINERY,),
            "special_categories": (SpecialCategory.DUST_EXPLOSION,), "created_at": at, "revision": 1,
        }
        for each in works
    ])  # fmt: skip
    people = [
        (person, role, each.id, each.area_code, ())
        for each in works
        for person, role in (
            (each.officer, Role.SAFETY_OFFICER), (each.leader, Role.TEAM_LEADER), (each.worker, Role.WORKER),
        )
    ]  # fmt: skip
    official: list[Any] = [(supervisor, Role.SUPERVISOR, None, TOWNS[0], (TOWNS[0],))]
    _insert(session, User, [
        {
            "id": person, "username": person.hex, "password": "none", "name": f"王{str(person)[9:13]}",
            "phone": "13800000000", "roles": (role,), "enterprise_id": enterprise, "area_code": area, "areas": areas,
            "created_at": at, "revision": 1,
        }
        for person, role, enterprise, area, areas in people + official
    ])  # fmt: skip
    _insert(session, Login, [
        {"id": person, "user_id": person, "generation": 1, "created_at": at, "expires_at": at + timedelta(days=90)}
        for person, *_ in people + official
    ])  # fmt: skip


def _hazard(chance: random.Random, works: Works, number: int) -> dict[str, Any]:
    reported_at = now() - timedelta(seconds=chance.randrange(180 * 86400))
    (state,) = chance.choices(STATES, SHARES)
    level, confirmed = (Level.MAJOR if chance.random() < 0.25 else Level.GENERAL), state is not State.REPORTED
    description, place = chance.choice(FOUND), chance.choice(PLACES)
    due_on = local_date(now()) + timedelta(days=chance.randrange(-10, 40)) if confirmed else None
    worked = state in {State.REVIEWING, State.CLOSED}
    return {
        "id": _id(chance, number), "enterprise_id": works.id, "area_code": works.area_code, "revision": 2,
        "number": f"H2026-{number:06d}", "description": description, "place": place,
        "search_text": f"{description} {place} {works.name}", "level": level, "level_confirmed": confirmed,
        "level_by": Method.DECLARED, "criterion": "GM-11-03" if level is Level.MAJOR else None,
        "origin": Origin.ENTERPRISE if chance.random() < 0.8 else Origin.GOVERNMENT, "reported_by": works.leader,
        "reported_at": reported_at, "found_at": reported_at, "last_seen_at": reported_at, "state": state,
        "stage_due_at": now() + timedelta(days=chance.randrange(-5, 20)), "due_on": due_on,
        "confirmed_by": works.officer if confirmed else None,
        "confirmed_at": reported_at if confirmed else None, "responsible_id": works.worker if confirmed else None,
        "requirement": "限期整改" if confirmed else None, "plan_pending": False, "plan_approved": False,
        "extension_requests": 0, "barred": (works.worker,) if worked else (), "listed": False, "stopped": False,
        "photos_missing": 0, "evidence_missing": 0,
        "thumbnail": chance.randbytes(32).hex() if chance.random() < 0.5 else None,
    }  # fmt: skip


def _insert(session: Session, kind: type[Row], rows: list[dict[str, Any]]) -> None:
    session.execute(table_of(kind).insert(), rows)


def _multiply(engine: Engine, times: int) -> None:
    """Lay the same hazards again under other ids, until they are so many times as many."""
    table, kind = table_of(Hazard), "CHAR(36)" if is_sqlite(engine) else "UUID"
    copied = ", ".join(c.name for c in table.columns if c.computed is None and c.name not in {"id", "number"})
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    with engine.execution_options(writes=True, patience=LONG).begin() as connection:
        for index in indexes:
            index.drop(connection)
        connection.execute(text("CREATE TEMPORARY TABLE pattern AS SELECT CAST(id AS CHAR(36)) AS old, * FROM hazards"))
        for copy in range(1, times):
            id = f"CAST(substr(old, 1, 24) || '{copy:04x}' || substr(old, 29) AS {kind})"
            again = f"SELECT {id}, number || '-{copy}', {copied} FROM pattern"
            connection.execute(text(f"INSERT INTO hazards (id, number, {copied}) {again}"))
        connection.execute(text("DROP TABLE pattern"))
        for index in indexes:
            index.create(connection)
