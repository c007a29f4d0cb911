"""A year of duties of many enterprises, laid into a database by bulk."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from app.duties.models import InspectionDuty, InspectionPlan, PlanVersion
from app.duties.periods import NEVER, Period, Reign, Rule, periods
from app.duties.terms import Days
from app.foundation.calendar import start_of_day
from app.foundation.columns import Row
from app.foundation.database import Database
from app.foundation.dialects import LONG, is_sqlite, table_of
from app.inspections.models import Inspection
from app.inspections.terms import Cadence, Kind, Tier
from app.people.models import Area, Enterprise, User
from app.people.models import Session as Login
from app.people.scope import Role
from app.people.terms import EnterpriseKind

COUNTY: Final = "500151000000"
TOWN: Final = "500151101000"
PATTERN: Final = 20  # enterprises that are laid row by row; the others are copies of these
YEAR: Final = (date(2026, 1, 1), date(2026, 12, 31))
FULFILLED: Final = 0.92
TWICE: Final = 0.02  # of the duties have two inspections
OWES: Final = {
    Cadence.DAILY: (Tier.TEAM, Role.TEAM_LEADER), Cadence.WEEKLY: (Tier.DEPARTMENT, Role.DEPARTMENT_HEAD),
    Cadence.MONTHLY: (Tier.MANAGER, Role.MANAGER),
}  # fmt: skip
CARELESS: Final = {
    "sqlite": [
        f"PRAGMA {each}" for each in ("foreign_keys=OFF", "synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY")
    ],
    "postgresql": ["SET session_replication_role = replica", "SET maintenance_work_mem = '400MB'"],
}
COPIED: Final = (Enterprise, User, InspectionPlan, PlanVersion, Inspection, InspectionDuty)


def build(database: Database, enterprises: int) -> list[UUID]:
    """Lay them, and say who leads the teams of the first. Each has logged in under their own id."""
    chance = random.Random(2026)
    with _by_bulk(database) as connection:
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            leaders = _lay(session, chance, min(enterprises, PATTERN))
            session.commit()
        if enterprises > PATTERN:
            _multiply(connection, enterprises // PATTERN)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not is_sqlite(database.engine):
            connection.execute(text("SET statement_timeout = 0"))
            connection.execute(text("VACUUM ANALYZE"))
    database.engine.dispose()
    return leaders


def _id(chance: random.Random) -> UUID:
    """A UUID of version 7; its 4 hex digits after the last hyphen stay 0, for `_multiply`."""
    return UUID(int=0x0193 << 112 | chance.getrandbits(32) << 80 | 7 << 76 | 2 << 62 | chance.getrandbits(32))


def _lay(session: Session, chance: random.Random, many: int) -> list[UUID]:
    for code, parent in ((COUNTY, None), (TOWN, COUNTY)):
        session.execute(table_of(Area).insert(), [{"code": code, "parent_code": parent, "name": f"区划{code}"}])
    return [_lay_one(session, chance, number) for number in range(many)]


def _lay_one(session: Session, chance: random.Random, number: int) -> UUID:
    made, works = start_of_day(date(2025, 12, 1)), _id(chance)
    own = {"enterprise_id": works, "area_code": TOWN, "revision": 1}
    _insert(session, Enterprise, [
        {
            "id": works, "name": f"打磨机械制造厂{number:03d}", "kind": EnterpriseKind.ENTERPRISE, "area_code": TOWN,
            "created_at": made, "revision": 1,
        }
    ])  # fmt: skip
    people = {role: _id(chance) for _, role in OWES.values()}
    _insert(session, User, [
        {
            "id": id, "username": id.hex, "password": "none", "name": "王强", "roles": (role,), "areas": (),
            "created_at": made, **own,
        }
        for role, id in people.items()
    ])  # fmt: skip
    for cadence, (tier, role) in OWES.items():
        _lay_plan(session, chance, own, cadence, tier, people[role])
    leader = people[Role.TEAM_LEADER]
    login = {"id": leader, "user_id": leader, "generation": 1, "created_at": made, "expires_at": NEVER}
    _insert(session, Login, [login])
    return leader


def _lay_plan(
    session: Session, chance: random.Random, own: dict[str, Any], cadence: Cadence, tier: Tier, by: UUID
) -> None:
    made, plan = start_of_day(date(2025, 12, 1)), _id(chance)
    days = Days.WORK if cadence is Cadence.DAILY else Days.EVERY
    rule = {
        "cadence": cadence, "tier": tier, "responsible_id": by, "measure_ids": (), "days": days, "shifts": [],
        "from_on": date(2025, 12, 1), "to_on": None, "retired": False,
    }  # fmt: skip
    named = {"id": plan, "name": "排查", "kind": Kind.ROUTINE, "substitutes": [], "created_at": made}
    _insert(session, InspectionPlan, [own | rule | named])
    _insert(session, PlanVersion, [rule | {"plan_id": plan, "revision": 1, "made_at": made}])
    owed = periods(Rule(cadence, days, date(2025, 12, 1)), Reign(made, NEVER), (), *YEAR)
    done = [each for each in owed if chance.random() < FULFILLED]
    done += [each for each in done if chance.random() < TWICE]
    inspections = [_inspection(chance, own, cadence, tier, by, plan, each) for each in done]
    _insert(session, Inspection, inspections)
    _insert(session, InspectionDuty, [_for(chance, plan, *pair) for pair in zip(inspections, done, strict=True)])


def _inspection(
    chance: random.Random, own: dict[str, Any], cadence: Cadence, tier: Tier, by: UUID, plan: UUID, owed: Period
) -> dict[str, Any]:
    at = owed.opens_at + timedelta(hours=9, seconds=chance.randrange(6 * 3600))
    told = {
        "id": _id(chance), "cadence": cadence, "tier": tier, "kind": Kind.ROUTINE, "duties": (f"{plan}:{owed.name}",),
        "performed_at": at, "corrected_at": at, "received_at": at, "clock_doubt": False, "participants": [],
        "inspector_id": by, "inspector_name": "王强", "nil": True, "results": 0, "findings": 0, "photos": 0,
    }  # fmt: skip
    return own | told


def _for(chance: random.Random, plan: UUID, inspection: dict[str, Any], owed: Period) -> dict[str, Any]:
    at = inspection["corrected_at"]
    return {
        "plan_id": plan, "due_on": owed.last, "period": owed.name, "shift": owed.shift or "",
        "inspection_id": inspection["id"], "closes_at": owed.closes_at, "at": at, "received_at": at, "own": True,
        "doubt": False, "nil": True, "lacking": () if chance.random() < 0.95 else (plan,),
    }  # fmt: skip


def _insert(session: Session, kind: type[Row], rows: list[dict[str, Any]]) -> None:
    session.execute(table_of(kind).insert(), rows)


def _multiply(connection: Connection, times: int) -> None:
    """Lay everything again under other ids, until it is so many times as much, in the order of the keys."""
    connection.execute(text("CREATE TEMPORARY TABLE copies (copy CHAR(4))"))
    connection.execute(text("INSERT INTO copies VALUES (:copy)"), [{"copy": f"{n:04x}"} for n in range(1, times)])
    for kind in COPIED:
        table = table_of(kind)
        names = [c.name for c in table.columns if c.computed is None]
        first, columns = table.primary_key.columns[0].name, ", ".join(f'"{name}"' for name in names)
        again = ", ".join(_again(table.c[name].type, f'"{name}"', connection.engine) for name in names)
        connection.execute(text(f"CREATE TEMPORARY TABLE pattern AS SELECT {columns} FROM {table.name}"))
        connection.execute(text(f"CREATE INDEX of_pattern ON pattern ({first})"))
        heads = f"(SELECT DISTINCT {first} AS head FROM pattern ORDER BY 1) AS heads"
        rows = f"{heads} CROSS JOIN copies CROSS JOIN pattern WHERE {first} = head"
        connection.execute(text(f"INSERT INTO {table.name} ({columns}) SELECT {again} FROM {rows}"))
        connection.execute(text("DROP TABLE pattern"))


def _again(kind: Any, name: str, engine: Engine) -> str:
    """A column of a copy: ids are others, everything else stays."""
    if name == '"username"':
        return f"{name} || copy"
    if "Id" not in type(kind).__name__:
        return name
    text = f"CAST({name} AS CHAR(36))"
    return f"CAST(substr({text}, 1, 24) || copy || substr({text}, 29) AS {'CHAR(36)' if is_sqlite(engine) else 'UUID'})"


@contextmanager
def _by_bulk(database: Database) -> Iterator[Connection]:
    """A transaction that waits for no disk, looks at no foreign key, and writes only such indexes as are asked here."""
    indexes = [index for kind in COPIED for index in table_of(kind).indexes]
    unasked = table_of(Inspection), table_of(InspectionDuty)
    with database.engine.execution_options(writes=True, patience=LONG).connect() as connection:
        driver: Any = connection.connection.driver_connection
        for setting in CARELESS[database.engine.dialect.name]:  # before any transaction
            driver.execute(setting)
        driver.commit()
        for index in indexes:
            index.drop(connection)
        yield connection
        for index in indexes:
            if index.table not in unasked:
                index.create(connection)
        connection.commit()
        connection.invalidate()  # nobody else shall write as carelessly
