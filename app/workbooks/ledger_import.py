"""Ledgers and problem lists, in and out. `hazards/importing.py` says what becomes of a line."""

from typing import Any, Final

from sqlalchemy.orm import Session

from app.hazards.importing import Line, Outcome, Taken, carry_out, judge
from app.hazards.ledgers import Known, KnownState
from app.hazards.lines import ledger
from app.people.models import Enterprise
from app.workbooks.importing import FieldChange, Job, told
from app.workbooks.ledger_sheets import SHEET
from app.workbooks.table import Record

ACTIONS: Final = {
    Outcome.CREATED: "created", Outcome.UPDATED: "changed", Outcome.UNCHANGED: "unchanged", Outcome.KEPT: "kept",
}  # fmt: skip


def gather(session: Session, works: Enterprise) -> list[dict[str, Any]]:
    """The enterprise's hazards as rows of the sheet."""
    return [known.told for known in ledger(session, works)]


def carry(job: Job) -> None:
    """Take the rows in."""
    works = job.enterprise
    assert works is not None
    whole = [record for record in job.records(SHEET.key) if not record.bad]
    intake = judge(job.session, job.caller, works, [_line(record) for record in whole])
    for place, fault in intake.faults:
        job.faults.add(whole[place].place(fault.field), fault.code, fault.message)
    job.faults.refuse()
    for record, taken in zip(whole, intake.taken, strict=True):
        job.tally.note(record, "hazard", ACTIONS[taken.outcome], taken.known.description, _changes(taken))
    carry_out(intake, job.said)


def _line(record: Record) -> Line:
    """A row as the list of hazards takes it. Where it says when something ended, it did."""
    told = {key: value for key, value in record.values.items() if value is not None}
    told["state"] = _state(told)
    says = frozenset(record.values) | ({"state"} if {"rectified_on", "closed_on"} & record.values.keys() else set())
    return Line(Known(**told), says)


def _state(told: dict[str, Any]) -> KnownState:
    said: KnownState | None = told.get("state")
    if "closed_on" in told and said is not KnownState.OPEN:
        return KnownState.CLOSED
    return said or (KnownState.RECTIFIED if "rectified_on" in told else KnownState.OPEN)


def _changes(taken: Taken) -> list[FieldChange]:
    """The fields in which a row differs from the hazard that is here."""
    if taken.before is None:
        return []
    return told(SHEET, {name: getattr(taken.known, name) for name in taken.differs}, taken.before.told)
