"""A server of its own takes a ledger in: killed in the middle, asked twice at once, and while phones report."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select

from app.foundation.clock import now, rfc3339
from app.hazards.models import Hazard
from app.journal.audit import verify
from app.journal.events import Event
from app.people.scope import Role
from app.workbooks.models import WorkbookImport
from tests.conftest import Person
from tests.live import Live
from tests.workbooks.sheets import XLSX, book

TITLES = ("编号", "隐患描述", "级别", "发现日期", "整改状态", "销号日期")


def ledger(rows: int) -> bytes:
    told = [(n, f"第{n}号配电箱无门", "一般", "2023-05-06", "已销号", "2023-06-01") for n in range(rows)]
    return book(TITLES, *told)


@pytest.fixture
def live(kind: str, tmp_path: Path) -> Iterator[Live]:
    with Live(kind, tmp_path) as live:
        yield live


def send(live: Live, who: Person, content: bytes) -> Any:
    address = f"{live.url}/api/v1/enterprises/{live.world.enterprise}/ledger.xlsx"
    return httpx2.post(address, content=content, headers=who.headers | {"Content-Type": XLSX}, timeout=60)


def kept(live: Live) -> list[int]:
    """How many hazards, their events and imports there are."""
    asked = (select(func.count()).select_from(table) for table in (Hazard, Event, WorkbookImport))
    return [int(live.world.write(lambda session, each=each: session.scalar(each))) for each in asked]


def test_of_an_import_that_is_killed_nothing_stays_and_it_comes_in_again(live: Live) -> None:
    officer = live.world.someone(Role.SAFETY_OFFICER)
    before = kept(live)
    live.kill()
    with live.start(hurt="tests.workbooks.deaths:with_all_written"), pytest.raises(httpx2.TransportError):
        send(live, officer, ledger(50))
    assert kept(live) == before
    live.start()
    assert send(live, officer, ledger(50)).json()["counts"]["hazard"]["created"] == 50
    assert live.world.write(lambda session: verify(session, keys=live.world.keyring)) is None


def test_two_who_send_the_same_ledger_at_once_make_one_of_it_while_phones_report(live: Live) -> None:
    officers = [live.world.someone(Role.SAFETY_OFFICER), live.world.someone(Role.MANAGER)]
    leader, content, done = live.world.someone(Role.TEAM_LEADER), ledger(400), threading.Event()
    waited: list[tuple[int, float]] = []

    def phone() -> None:
        while not done.is_set():
            began = time.monotonic()
            body = {"enterprise_id": str(live.world.enterprise), "performed_at": rfc3339(now()), "findings": []}
            answer = httpx2.post(f"{live.url}/api/v1/inspections", json=body, headers=leader.headers, timeout=60)
            waited.append((answer.status_code, time.monotonic() - began))

    phones = [threading.Thread(target=phone) for _ in range(3)]
    for each in phones:
        each.start()
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda who: send(live, who, content), officers))
    done.set()
    for each in phones:
        each.join()
    assert [answer.status_code for answer in answers] == [201, 201], [answer.text for answer in answers]
    assert sorted(answer.json()["counts"]["hazard"]["created"] for answer in answers) == [0, 400]
    assert {status for status, _ in waited} <= {201, 503}
    assert max(seconds for _, seconds in waited) < 15
    imported = select(func.count()).where(Hazard.imported.is_not(None))
    assert live.world.write(lambda session: session.scalar(imported)) == 400
    assert live.world.write(lambda session: verify(session, keys=live.world.keyring)) is None
