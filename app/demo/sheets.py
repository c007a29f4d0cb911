"""Lists that came by sheet in the demo: the safety officer hands in the risk list that was given out, as it is, and the
ledger that the enterprise had kept before."""

import hashlib
from datetime import timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from app.demo.town import Town, Works, named
from app.foundation.calendar import local_date
from app.foundation.clock import now
from app.hazards.ledgers import KnownState
from app.people.models import Enterprise
from app.people.scope import Role
from app.sorting.terms import Discipline, Factor, Level
from app.workbooks import ledger_import, ledger_sheets, risk_chain, risk_import, risk_sheets
from app.workbooks.books import Book
from app.workbooks.importing import Carry, ImportView, carry_out
from app.workbooks.receiving import Sent
from app.workbooks.table import read
from app.workbooks.writing import Rows, write

KEPT_BEFORE: Final = (
    # number, description, place, discipline, days ago found, to put right within, put right within, closed within
    (1, "配电箱箱门缺失，接线端子裸露", "抛光车间", Discipline.ELECTRICAL, 210, 15, 9, 11),
    (2, "灭火器压力不足，指针在红区", "成品库房", Discipline.FIRE, 184, 7, 10, 12),
    (3, "砂轮机托架间隙过大", "打磨车间", Discipline.EQUIPMENT, 96, 30, None, None),
    (4, "安全通道堆放周转箱", "装配车间", Discipline.SAFETY, 61, 20, 18, None),
    (5, "行车吊钩防脱装置损坏", "装配车间", Discipline.EQUIPMENT, 40, None, None, None),
)


def hand_in(session: Session, town: Town) -> None:
    """Let the enterprise of the demo's logins export its risk list and import it again unchanged, and bring in what it
    knew before: closed, said to be rectified, open with all that a confirmation needs, and open without."""
    main = town.works[town.data.main.key]
    told = _import(session, main, risk_sheets.BOOK, dict(risk_chain.gather(session, main.id)), risk_import.carry)
    assert all(counted.created == counted.changed == 0 for counted in told.counts.values())
    ledger: dict[str, Rows] = {ledger_sheets.SHEET.key: [_line(main, *each) for each in KEPT_BEFORE]}
    told = _import(session, main, ledger_sheets.BOOK, ledger, ledger_import.carry)
    assert told.counts["hazard"].created == len(KEPT_BEFORE)


def _import(session: Session, works: Works, book: Book, rows: dict[str, Rows], carry: Carry) -> ImportView:
    """Send a file with these rows, as a person would."""
    officer = works.who(Role.SAFETY_OFFICER)
    assert officer is not None
    content = write(book, rows)
    sha256 = hashlib.sha256(content).hexdigest()
    sent = Sent(named("import", f"{works.key} {book.name}"), sha256, read(book, content), {"sha256": sha256})
    return carry_out(session, officer, book, sent, carry, session.get_one(Enterprise, works.id))


def _line(
    works: Works, number: int, description: str, place: str, discipline: Discipline, ago: int, due: int | None,
    rectified: int | None, closed: int | None,
) -> dict[str, Any]:  # fmt: skip
    leader, found_on = works.who(Role.TEAM_LEADER), local_date(now()) - timedelta(days=ago)
    assert leader is not None

    def later(days: int | None) -> Any:
        return None if days is None else found_on + timedelta(days=days)

    state = KnownState.CLOSED if closed else KnownState.RECTIFIED if rectified else KnownState.OPEN
    return {
        "number": f"{number:02}", "list_title": "安全隐患排查治理台账", "description": description, "place": place,
        "level": Level.GENERAL, "factor": Factor.OBJECT, "discipline": discipline, "found_on": found_on,
        "responsible": leader.name if due else None, "due_on": later(due), "requirement": "修复并检查同类设备",
        "state": state, "rectified_on": later(rectified), "closed_on": later(closed),
    }  # fmt: skip
