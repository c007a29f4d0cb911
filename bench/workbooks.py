"""A risk list and a ledger of 5,000 rows by sheet: read, taken in, changed, given out; beside the bare least"""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass
from datetime import date, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from openpyxl import load_workbook
from sqlalchemy.orm import Session

from app.foundation.canonical import new_id
from app.foundation.clock import now
from app.foundation.database import Database
from app.foundation.dialects import HEAVY, table_of
from app.foundation.keyring import Keyring
from app.foundation.schema import upgrade
from app.hazards.ledgers import KnownState
from app.journal.events import PEN
from app.people.models import Area, Enterprise, User
from app.people.scope import Caller, Role
from app.people.terms import EnterpriseKind
from app.risks.levels import MeasureKind
from app.risks.methods import RatingMethod
from app.risks.models import ControlMeasure, Risk, RiskObject, RiskUnit
from app.risks.terms import CycleUnit
from app.sorting.terms import Level
from app.workbooks import ledger_import, risk_chain, risk_import
from app.workbooks.books import Book
from app.workbooks.importing import Carry, ImportView, carry_out
from app.workbooks.ledger_sheets import BOOK as LEDGER
from app.workbooks.ledger_sheets import SHEET as LEDGER_SHEET
from app.workbooks.receiving import Sent
from app.workbooks.risk_sheets import BOOK
from app.workbooks.table import Filled, read
from app.workbooks.writing import write
from bench import report

TOWN: Final = "500151101000"
MEASURES: Final = 4  # of a risk
RISKS: Final = 5  # of a unit
UNITS: Final = 5  # of an object


@dataclass
class Found:
    """Seconds, on one database."""

    database: str
    rows: int
    kilobytes: int
    reading: float
    openpyxl: float
    creating: float
    bare: float
    again: float
    changing: float
    gathering: float
    writing: float
    ledger_reading: float
    ledger_creating: float
    ledger_again: float
    ledger_changing: float


def measure(name: str, url: str, rows: int, rounds: int, folder: Path) -> Found:
    """Take so many rows into an empty database, a new enterprise each round, and out of it."""
    keys = Keyring.open(folder / f"keys-{name}-{rows}")
    database = Database(url, carried={PEN: keys})
    upgrade(database.engine)
    content = write(BOOK, {"risks": list(listed(rows))})
    other = write(BOOK, {"risks": list(listed(rows, post="新岗位"))})
    turns: dict[str, list[float]] = {}

    @contextmanager
    def timed(what: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        turns.setdefault(what, []).append(time.perf_counter() - began)

    def visit(work: Callable[[Session], Any]) -> Any:
        return database.transact(work, writes=True, patience=HEAVY)

    for _ in range(rounds):
        works, officer = visit(found_works)
        bring = partial(take_in, officer=officer, works=works)
        with timed("reading"):
            filled = read(BOOK, content)
        with timed("openpyxl"):
            bare_read(content)
        with timed("creating"):
            told = visit(partial(bring, filled=filled))
        assert told.counts["measure"].created == rows, told.counts
        with timed("again"):
            told = visit(partial(bring, filled=filled))
        assert told.counts["measure"].unchanged == rows, told.counts
        changed = read(BOOK, other)
        with timed("changing"):
            told = visit(partial(bring, filled=changed))
        assert told.counts["risk"].changed == rows // MEASURES, told.counts
        with timed("gathering"):
            out = database.transact(lambda session: risk_chain.gather(session, works), patience=HEAVY)  # noqa: B023
        with timed("writing"):
            write(BOOK, dict(out))
        ledger = write(LEDGER, {LEDGER_SHEET.key: list(known(rows))})
        noted = read(LEDGER, write(LEDGER, {LEDGER_SHEET.key: list(known(rows, note="已核"))}))
        with timed("ledger_reading"):
            filled_ledger = read(LEDGER, ledger)
        for what, brought in (("creating", filled_ledger), ("again", filled_ledger), ("changing", noted)):
            with timed(f"ledger_{what}"):
                told = visit(partial(bring, filled=brought, book=LEDGER, carry=ledger_import.carry))
            done = {"creating": "created", "again": "unchanged", "changing": "changed"}[what]
            assert getattr(told.counts["hazard"], done) == rows, told.counts
        bare_works, _ = visit(found_works)
        with timed("bare"):
            visit(lambda session: bare_inserts(session, bare_works, filled))  # noqa: B023
    database.engine.dispose()
    middle = {what: statistics.median(taken) for what, taken in turns.items()}
    return Found(name, rows, len(content) // 1000, **middle)


def listed(rows: int, **more: Any) -> Iterator[dict[str, Any]]:
    """Rows as an enterprise has them: several measures of a risk, several risks of a unit; every risk is assessed."""
    for number in range(rows):
        risk = number // MEASURES
        unit = risk // RISKS
        rating = {"method": RatingMethod.LEC, "l": 3, "e": 6, "c": (1, 3, 7, 15)[risk % 4]}
        yield {
            "object": f"第{unit // UNITS}车间", "unit": f"第{unit}号设备", "event": f"第{risk}种机械伤害：卷入伤人",
            "place": f"车间{unit % 7}区", "post": f"岗位{risk % 40}", "kind": list(MeasureKind)[number % 5],
            "description": f"第{number}条：防护罩、联锁装置完好，每班开机前检查并记录", "check": "完好、有效、有记录",
            "every": 1, "cycle": CycleUnit.DAY, "holder": "班组长",
            **{f"inherent_{part}": value for part, value in rating.items()}, **more,
        }  # fmt: skip


def known(rows: int, **more: Any) -> Iterator[dict[str, Any]]:
    """Hazards as a ledger has them: half of them closed; the words of each open one are read."""
    for number in range(rows):
        found_on, closed = date(2020, 1, 1) + timedelta(number % 1_000), bool(number % 2)
        yield {
            "number": str(number), "list_title": "隐患台账",
            "description": f"第{number}号配电箱无门，接线裸露，未张贴警示标识",
            "place": f"车间{number % 7}区", "level": Level.GENERAL, "found_on": found_on, "responsible": "李四",
            "due_on": found_on + timedelta(15), "requirement": "更换", "state": list(KnownState)[2 * closed],
            "closed_on": found_on + timedelta(9) if closed else None, **more,
        }  # fmt: skip


def found_works(session: Session) -> tuple[UUID, Caller]:
    """A new enterprise with its safety officer."""
    if session.get(Area, TOWN) is None:
        session.add(Area(code=TOWN, name="土桥镇"))
        session.flush()
    works, person = new_id(), new_id()
    session.add(
        Enterprise(id=works, name="永兴机械厂", kind=EnterpriseKind.UNREGISTERED_SITE, area_code=TOWN, created_at=now())
    )
    session.flush()
    session.add(
        User(
            id=person, username=person.hex, password="", name="李四", roles=(Role.SAFETY_OFFICER,), enterprise_id=works,
            area_code=TOWN, created_at=now(),
        )
    )  # fmt: skip
    return works, Caller(person, "李四", frozenset({Role.SAFETY_OFFICER}), works)


def take_in(
    session: Session, officer: Caller, works: UUID, filled: Filled, book: Book = BOOK, carry: Carry = risk_import.carry
) -> ImportView:
    """An import as the route does it."""
    sent = Sent(new_id(), "0" * 64, filled, {})
    return carry_out(session, officer, book, sent, carry, session.get_one(Enterprise, works))


def bare_read(content: bytes) -> int:
    """What openpyxl takes for the same file, read only, every value."""
    book = load_workbook(BytesIO(content), read_only=True, data_only=True)
    return sum(1 for sheet in book.worksheets for row in sheet.iter_rows(values_only=True) for value in row if value)


def bare_inserts(session: Session, works: UUID, filled: Filled) -> None:
    """The same chain as rows and nothing else: no look at what is there, no events, no assessments."""
    connection, scope = (
        session.connection(),
        {"enterprise_id": works, "area_code": TOWN, "retired": False, "revision": 1},
    )
    objects: dict[str, dict[str, Any]] = {}
    units: dict[tuple[str, str], dict[str, Any]] = {}
    risks: dict[tuple[str, str, str], dict[str, Any]] = {}
    measures = []
    for record in filled.records["risks"]:
        names = (record["object"], record["unit"], record["event"])
        object = objects.setdefault(
            names[0], scope | {"id": new_id(), "name": names[0], "scan_code": new_id().hex[-12:]}
        )
        unit = units.setdefault(
            names[:2],
            scope | {"id": new_id(), "object_id": object["id"], "name": names[1], "scan_code": new_id().hex[-12:]},
        )
        risk = risks.setdefault(
            names,
            scope | {"id": new_id(), "unit_id": unit["id"], "event": names[2], "candidate": False, "created_at": now()},
        )
        measures.append(
            scope | {"id": new_id(), "risk_id": risk["id"], "always": False, "created_at": now()}
            | {name: record[name] for name in ("kind", "description", "check")}
        )  # fmt: skip
    for table, rows in ((RiskObject, objects), (RiskUnit, units), (Risk, risks)):
        connection.execute(table_of(table).insert(), list(rows.values()))
    connection.execute(table_of(ControlMeasure).insert(), measures)


def show(found: list[Found]) -> None:
    """As a table, in seconds."""
    columns = [
        "database", "rows", "kB", "read", "openpyxl reads", "all new", "bare inserts", "unchanged", "risks changed",
        "gathered", "written", "ledger read", "ledger new", "ledger unchanged", "ledger changed",
    ]  # fmt: skip
    rows = [
        [name, f"{many:,}", f"{kilobytes:,}", *(f"{value:.2f}" for value in seconds)]
        for name, many, kilobytes, *seconds in map(astuple, found)
    ]  # fmt: skip
    report.show("A risk list and a ledger by sheet, seconds; every fourth row a new risk, each assessed", columns, rows)
    report.console.print(f"{report.keep('workbooks', [asdict(each) for each in found])}")
