"""How long it takes to ask for a year of duties as enterprises become more, and for a phone's month."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from math import log
from typing import Any, Final
from urllib.request import Request as Ask
from urllib.request import urlopen
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.duties.filter import SummaryAsked
from app.duties.others import Others
from app.duties.summary import summary
from app.duties.terms import By
from app.foundation import clock
from app.foundation.calendar import start_of_day
from app.foundation.database import Database
from app.foundation.dialects import LONG
from app.foundation.keyring import Keyring
from app.foundation.schema import upgrade
from app.inspections.models import Inspection
from app.people import tokens
from app.people.scope import Caller, Role
from bench import load, report
from bench.load import Job, Request
from bench.rosters import COUNTY, YEAR, build
from bench.servers import Server, Site

NOW: Final = start_of_day(date(2027, 1, 2))
MONTH: Final = "/api/v1/duties?from=2026-12-01&to=2026-12-31&limit=200"
PHONES: Final = 32
ENOUGH: Final = 8.0  # seconds of asking for a summary, after which it is not asked again
PAPER: Final = 100_000


@dataclass(frozen=True)
class Found:
    """What was measured with so many enterprises: milliseconds, and a phone's months answered in a second."""

    database: str
    enterprises: int
    inspections: int
    pass_ms: float
    summary_ms: float
    whole_per_second: float
    unchanged_per_second: float

    @property
    def ratio(self) -> float:
        return self.summary_ms / self.pass_ms


def measure(name: str, url: str, enterprises: int, rounds: int, seconds: float, site: Site) -> Found:
    """Lay so many enterprises with a year of duties into an empty database, and ask."""
    data = site.folder / f"{name}-{enterprises}"
    data.mkdir()
    database = Database(url or f"sqlite:///{data / 'app.db'}")
    upgrade(database.engine)
    leaders = build(database, enterprises)
    supervisor = Caller(UUID(int=0), "王", frozenset({Role.SUPERVISOR}), areas=(COUNTY,))
    year = SummaryAsked.model_validate({"from": YEAR[0], "to": YEAR[1], "by": By.ENTERPRISE})
    with clock.at(NOW):
        told = _timed(database, lambda session: summary(session, supervisor, year, Others()), rounds)
        passed = _timed(database, _one_pass, rounds)
    assert told[1].total.owed > enterprises * 300
    database.engine.dispose()
    keys = Keyring.open(data / "keys")
    with site.over(name, data, url) as server:
        months = _months(server, [tokens.issue(keys, leader, leader) for leader in leaders], seconds)
    return Found(name, enterprises, passed[1][0], passed[0], told[0], *months)


def _timed(database: Database, ask: Callable[[Session], Any], rounds: int) -> tuple[float, Any]:
    """The median of so many milliseconds, after one that warms up; and the answer."""
    answer = database.transact(ask, patience=LONG)
    taken: list[float] = []
    while len(taken) < rounds and sum(taken) < ENOUGH * 1000:
        begun = time.perf_counter()
        database.transact(ask, patience=LONG)
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken), answer


def _one_pass(session: Session) -> Any:
    whole = select(func.count(), func.sum(Inspection.findings), func.max(Inspection.received_at))
    return session.execute(whole.select_from(Inspection)).one()


def _months(server: Server, phones: list[str], seconds: float) -> tuple[float, float]:
    """How many months of duties the house answers in a second: whole, and to phones that have them already."""
    whole = [Request("GET", MONTH, token) for token in phones]
    known = [Request("GET", MONTH, token, known=_tag(server, token)) for token in phones]
    found = []
    for requests, status in ((whole, 200), (known, 304)):
        job = Job(server.port, requests, PHONES, seconds, statuses=[status])
        found.append(load.run(job).per_second)
    return found[0], found[1]


def _tag(server: Server, token: str) -> str:
    asked = Ask(f"http://127.0.0.1:{server.port}{MONTH}", headers={"Authorization": f"Bearer {token}"})
    with urlopen(asked) as said:  # noqa: S310  our own server
        assert said.read().count(b'"plan_revision"') > 20
        return str(said.headers["ETag"])


def show(found: list[Found]) -> None:
    """As a table, with what a step in enterprises costs, and what that comes to for a province."""
    rows, paper = [], []
    for number, each in enumerate(found):
        before = found[number - 1] if number and found[number - 1].database == each.database else None
        growth = _growth(before, each) if before else None
        rows.append(
            [
                each.database, f"{each.enterprises:,}", f"{each.inspections:,}", f"{each.pass_ms:,.0f}",
                f"{each.summary_ms:,.0f}", f"{each.ratio:.1f}", f"{growth:.2f}" if growth else "",
                f"{each.whole_per_second:,.0f}", f"{each.unchanged_per_second:,.0f}",
            ]
        )  # fmt: skip
        if growth and (number + 1 == len(found) or found[number + 1].database != each.database):
            seconds = each.summary_ms / 1000 * (PAPER / each.enterprises) ** growth
            paper.append(f"{each.database}: {seconds:,.0f} s for {PAPER:,} enterprises, growing as ^{growth:.2f}")
    columns = ["database", "enterprises", "inspections", "one pass ms", "summary ms", "ratio", "growth ^"]
    title = f"A year of daily, weekly and monthly duties; a month of {PHONES} phones at a time, two processes"
    report.show(title, [*columns, "month/s", "304/s"], rows)
    for line in paper:
        report.console.print(f"On paper, {line}")
    report.console.print(f"{report.keep('duties', [asdict(each) for each in found])}")


def _growth(before: Found, after: Found) -> float:
    """The power of the number of enterprises that the time grows with: 1 is as they do."""
    return log(after.summary_ms / before.summary_ms) / log(after.enterprises / before.enterprises)
