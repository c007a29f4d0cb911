"""A year of duties of many enterprises, laid into a database by bulk, and how long it takes to ask for them."""

import random
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import partial
from math import log
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from app.duties import listing
from app.duties.filter import DutyFilter, SummaryAsked
from app.duties.models import InspectionDuty, InspectionPlan, PlanVersion
from app.duties.periods import NEVER, Period, Reign, Rule, periods
from app.duties.summary import summary
from app.duties.terms import By, Days
from app.foundation import clock
from app.foundation.calendar import start_of_day
from app.foundation.columns import Row
from app.foundation.database import Database
from app.foundation.dialects import LONG, is_sqlite, table_of
from app.foundation.keyring import Keyring
from app.foundation.schema import upgrade
from app.inspections.models import Inspection
from app.inspections.terms import Cadence, Kind, Tier
from app.people.models import Area, Enterprise, User
from app.people.scope import Caller, Role
from app.people.terms import EnterpriseKind
from bench import report

COUNTY: Final = "500151000000"
TOWN: Final = "500151101000"
PATTERN: Final = 100  # enterprises that are laid row by row; the others are copies of these
YEAR: Final = (date(2026, 1, 1), date(2026, 12, 31))
NOW: Final = start_of_day(date(2027, 1, 2))
FULFILLED: Final = 0.92
TWICE: Final = 0.02  # of the duties have two inspections
OWES: Final = {
    Cadence.DAILY: (Tier.TEAM, Role.TEAM_LEADER), Cadence.WEEKLY: (Tier.DEPARTMENT, Role.DEPARTMENT_HEAD),
    Cadence.MONTHLY: (Tier.MANAGER, Role.MANAGER),
}  # fmt: skip
COPIED: Final = (Enterprise, User, InspectionPlan, PlanVersion, Inspection, InspectionDuty)


@dataclass(frozen=True)
class Found:
    """What was measured with so many enterprises: milliseconds, and duties pages a second."""

    database: str
    enterprises: int
    inspections: int
    pass_ms: float
    summary_ms: float
    phone_per_second: float
    duties_of_phone: int

    @property
    def ratio(self) -> float:
        return self.summary_ms / self.pass_ms


def measure(name: str, url: str, enterprises: int, rounds: int, folder: Path) -> Found:
    """Lay so many enterprises with a year of duties into an empty database, and ask."""
    database = Database(url)
    upgrade(database.engine)
    keys = Keyring.open(folder / f"keys-{name}-{enterprises}")
    leader = build(database, enterprises)
    supervisor = Caller(_id(random.Random(0)), "王", frozenset({Role.SUPERVISOR}), areas=(COUNTY,))
    year = SummaryAsked.model_validate({"from": YEAR[0], "to": YEAR[1], "by": By.ENTERPRISE})
    month = DutyFilter.model_validate({"from": date(2026, 12, 1), "to": date(2026, 12, 31), "limit": 200})
    with clock.at(NOW):
        told = _timed(database, lambda session: summary(session, supervisor, year), rounds)
        passed = _timed(database, _one_pass, rounds)
        page = _timed(database, lambda session: listing.page(session, leader, month, keys), rounds * 10)
    found = Found(
        name, enterprises, passed[1][0], passed[0], told[0], 1000 / page[0], page[1].count(b'"plan_revision"')
    )
    assert told[1].total.owed > enterprises * 300
    database.engine.dispose()
    return found


def show(found: list[Found]) -> None:
    """As a table, with what a step of four in enterprises costs."""
    rows = []
    for number, each in enumerate(found):
        before = found[number - 1] if number and found[number - 1].database == each.database else None
        steps = log(each.enterprises / before.enterprises) if before else 0.0
        growth = f"{log(each.summary_ms / before.summary_ms) / steps:.2f}" if before else ""
        rows.append(
            [
                each.database, f"{each.enterprises:,}", f"{each.inspections:,}", f"{each.pass_ms:,.0f}",
                f"{each.summary_ms:,.0f}", f"{each.ratio:.1f}", growth, f"{each.phone_per_second:,.0f}",
            ]
        )  # fmt: skip
    columns = ["database", "enterprises", "inspections", "one pass ms", "summary ms", "ratio", "growth ^", "phones/s"]
    report.show("A year of daily, weekly and monthly duties; a phone's month, in one thread", columns, rows)
    report.console.print(f"{report.keep('duties', [asdict(each) for each in found])}")


def build(database: Database, enterprises: int) -> Caller:
    """Lay them; who leads the team of the first."""
    chance = random.Random(2026)
    leader = database.transact(partial(_lay, chance=chance, many=min(enterprises, PATTERN)), writes=True, patience=LONG)
    if enterprises > PATTERN:
        _multiply(database.engine, enterprises // PATTERN)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not is_sqlite(database.engine):
            connection.execute(text("SET statement_timeout = 0"))
            connection.execute(text("VACUUM ANALYZE"))
    database.engine.dispose()
    return leader


def _timed(database: Database, ask: Callable[[Session], Any], rounds: int) -> tuple[float, Any]:
    """The median of so many milliseconds, after one that warms up; and the answer."""
    answer = database.transact(ask, patience=LONG)
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        database.transact(ask, patience=LONG)
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken), answer


def _one_pass(session: Session) -> Any:
    whole = select(func.count(), func.sum(Inspection.findings), func.max(Inspection.received_at))
    return session.execute(whole.select_from(Inspection)).one()


def _id(chance: random.Random) -> UUID:
    """A UUID of version 7; its 4 hex digits after the last hyphen stay 0, for `_multiply`."""
    return UUID(int=0x0193 << 112 | chance.getrandbits(32) << 80 | 7 << 76 | 2 << 62 | chance.getrandbits(32))


def _lay(session: Session, chance: random.Random, many: int) -> Caller:
    for code, parent in ((COUNTY, None), (TOWN, COUNTY)):
        session.execute(table_of(Area).insert(), [{"code": code, "parent_code": parent, "name": f"区划{code}"}])
    first: Caller | None = None
    for number in range(many):
        leader = _lay_one(session, chance, number)
        first = first or leader
    assert first is not None
    return first


def _lay_one(session: Session, chance: random.Random, number: int) -> Caller:
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
    return Caller(leader, "王强", frozenset({Role.TEAM_LEADER}), enterprise_id=works)


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


def _multiply(engine: Engine, times: int) -> None:
    """Lay everything again under other ids, until it is so many times as much."""
    with engine.execution_options(writes=True, patience=LONG).begin() as connection:
        if is_sqlite(engine):
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        for kind in COPIED:
            table = table_of(kind)
            names = [c.name for c in table.columns if c.computed is None]
            columns = ", ".join(f'"{name}"' for name in names)
            connection.execute(text(f"CREATE TEMPORARY TABLE pattern AS SELECT {columns} FROM {table.name}"))
            for copy in range(1, times):
                again = ", ".join(_again(table.c[name].type, name, copy, is_sqlite(engine)) for name in names)
                connection.execute(text(f"INSERT INTO {table.name} ({columns}) SELECT {again} FROM pattern"))
            connection.execute(text("DROP TABLE pattern"))


def _again(kind: Any, name: str, copy: int, sqlite: bool) -> str:
    """A column of a copy: ids are others, everything else stays."""
    if name == "username":
        return f"username || '{copy}'"
    if "Id" not in type(kind).__name__:
        return f'"{name}"'
    text = f'CAST("{name}" AS CHAR(36))'
    return f"CAST(substr({text}, 1, 24) || '{copy:04x}' || substr({text}, 29) AS {'CHAR(36)' if sqlite else 'UUID'})"
