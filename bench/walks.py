"""How long it takes to look for signs of box-ticking in a month of reports, and to count a campaign's coverage."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import islice
from random import Random
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select, text, update
from sqlalchemy.orm import Session

from app.campaigns.coverage import coverage
from app.campaigns.filter import CoverageAsked
from app.campaigns.models import Campaign, CampaignVersion, CampaignVisit
from app.campaigns.terms import CampaignKind
from app.diligence.listing import diligence
from app.diligence.views import DiligenceAsked
from app.duties.models import InspectionDuty
from app.foundation import clock
from app.foundation.calendar import start_of_day
from app.foundation.database import Database
from app.foundation.dialects import LONG, is_sqlite, table_of
from app.foundation.front import Reader
from app.foundation.schema import upgrade
from app.inspections.models import Inspection, InspectionResult
from app.inspections.terms import Status
from app.people.models import Enterprise
from app.people.scope import Caller, Role
from bench import report
from bench.rosters import CARELESS, COUNTY, build
from bench.servers import Site

MONTH: Final = (date(2026, 12, 1), date(2026, 12, 31))
NOW: Final = start_of_day(date(2027, 1, 1))
MEASURES: Final = [UUID(int=n) for n in range(1, 7)]
CAMPAIGN: Final = UUID(int=7)
COVERS: Final = dict.fromkeys(
    ("area_codes", "sectors", "special_categories", "kinds", "enterprise_ids", "except_ids"), ()
)


@dataclass(frozen=True)
class Found:
    """Milliseconds with so many enterprises: the median of some rounds."""

    database: str
    enterprises: int
    reports: int
    pass_ms: float
    signs_ms: float
    coverage_ms: float


def measure(name: str, url: str, enterprises: int, rounds: int, site: Site) -> Found:
    """Lay a year of so many enterprises, a month of it with six results each, and a campaign half visited; and ask."""
    data = site.folder / f"walks-{name}-{enterprises}"
    data.mkdir()
    database = Database(url or f"sqlite:///{data / 'app.db'}")
    upgrade(database.engine)
    build(database, enterprises)
    reports = _walked(database)
    supervisor = Caller(UUID(int=0), "王", frozenset({Role.SUPERVISOR}), areas=(COUNTY,))
    asked = DiligenceAsked.model_validate({"from": MONTH[0], "to": MONTH[1]})
    with clock.at(NOW):
        passed = _timed(database, _one_pass, rounds)
        signs = _timed(database, lambda session: diligence(session, supervisor, asked, Reader()), rounds)
        covered = _timed(database, lambda session: coverage(session, supervisor, CAMPAIGN, CoverageAsked()), rounds)
    database.engine.dispose()
    return Found(name, enterprises, reports, passed, signs, covered)


def _walked(database: Database) -> int:
    """Six results of each report of the month, and a campaign with a visit to every other enterprise."""
    chance = Random(7)
    with _carelessly(database) as connection, Session(connection, join_transaction_mode="create_savepoint") as session:
        made = select(Inspection.id, Inspection.corrected_at, Inspection.enterprise_id)
        of_month = Inspection.corrected_at.between(start_of_day(MONTH[0]), start_of_day(NOW))
        rows = session.execute(made.where(of_month)).all()
        steps = ((row, n, id) for row in rows for n, id in enumerate(MEASURES))
        while batch := list(islice(steps, 5000)):
            session.execute(table_of(InspectionResult).insert(), [
                {
                    "id": UUID(int=chance.getrandbits(128)), "inspection_id": row.id, "measure_id": id,
                    "status": Status.NORMAL, "checked_at": row.corrected_at - timedelta(seconds=chance.randint(1, 900)),
                    "note": "",
                }
                for row, _, id in batch
            ])  # fmt: skip
        session.execute(update(Inspection).where(of_month).values(results=len(MEASURES)))
        _campaign(session, {row.enterprise_id: row for row in rows})
        session.commit()
    if not is_sqlite(database.engine):
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    return len(rows)


@contextmanager
def _carelessly(database: Database) -> Iterator[Connection]:
    """A transaction that looks at no foreign key; the indexes that a year is laid without are there first."""
    with database.engine.execution_options(writes=True, patience=LONG).connect() as connection:
        driver: Any = connection.connection.driver_connection
        for setting in CARELESS[database.engine.dialect.name]:
            driver.execute(setting)
        driver.commit()
        for index in (*table_of(Inspection).indexes, *table_of(InspectionDuty).indexes):
            index.create(connection, checkfirst=True)
        yield connection
        connection.commit()
        connection.invalidate()


def _campaign(session: Session, visited: dict[UUID, Any]) -> None:
    own: dict[str, Any] = {"covers": COVERS, "criteria": [], "measure_ids": (), "checks": []}
    span = {"from_on": MONTH[0], "to_on": MONTH[1]}
    made = start_of_day(date(2026, 11, 1))
    session.execute(table_of(Campaign).insert(), [
        own | span | {
            "id": CAMPAIGN, "revision": 1, "area_code": COUNTY, "name": "全覆盖", "kind": CampaignKind.FULL_COVERAGE,
            "rounds": [{"name": "一", "from_on": str(MONTH[0]), "to_on": str(MONTH[1])}],
            "made_by": UUID(int=0), "created_at": made,
        }
    ])  # fmt: skip
    session.execute(
        table_of(CampaignVersion).insert(), [own | {"campaign_id": CAMPAIGN, "revision": 1, "made_at": made}]
    )
    every = session.scalars(select(Enterprise.id)).all()
    session.execute(table_of(CampaignVisit).insert(), [
        {
            "campaign_id": CAMPAIGN, "round": 1, "enterprise_id": id, "inspection_id": visited[id].id,
            "at": visited[id].corrected_at, "whole_at": visited[id].corrected_at, "lacking": (),
        }
        for id in every[::2] if id in visited
    ])  # fmt: skip


def _one_pass(session: Session) -> Any:
    """Every result of the month, read and thrown away: what any answer over them costs at least."""
    joined = select(InspectionResult).join(Inspection, Inspection.id == InspectionResult.inspection_id)
    of_month = Inspection.corrected_at.between(start_of_day(MONTH[0]), start_of_day(NOW))
    columns = joined.with_only_columns(InspectionResult.inspection_id, InspectionResult.checked_at).where(of_month)
    return len(session.execute(columns).all())


def _timed(database: Database, ask: Callable[[Session], Any], rounds: int) -> float:
    database.transact(ask, patience=LONG)
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        database.transact(ask, patience=LONG)
        taken.append((time.perf_counter() - begun) * 1000)
    return sorted(taken)[len(taken) // 2]


def show(found: list[Found]) -> None:
    """As a table."""
    rows = [
        [
            each.database, f"{each.enterprises:,}", f"{each.reports:,}", f"{each.pass_ms:,.0f}",
            f"{each.signs_ms:,.0f}", f"{each.signs_ms / each.pass_ms:.1f}", f"{each.coverage_ms:,.0f}",
        ]
        for each in found
    ]  # fmt: skip
    columns = ["database", "enterprises", "reports", "one pass ms", "signs ms", "ratio", "coverage ms"]
    report.show(
        "A month of reports of six measures each: signs of box-ticking, and a campaign's coverage", columns, rows
    )
    report.console.print(f"{report.keep('walks', [asdict(each) for each in found])}")
