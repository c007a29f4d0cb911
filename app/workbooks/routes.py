"""HTTP face of workbooks; nothing is decided here."""

from collections.abc import Callable
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import Field
from sqlalchemy.orm import Session

from app.duties.plans import demand_keeper as demand_plan_keeper
from app.foundation.problems import ProblemView
from app.people.calls import Write
from app.people.enterprises import demand_administrator, find
from app.people.schemas import EnterpriseChoice
from app.people.scope import Caller
from app.people.visits import Visits
from app.risks.keeping import demand_keeper
from app.workbooks import (
    checklist_import,
    checklist_sheets,
    enterprise_import,
    enterprise_sheets,
    ledger_import,
    ledger_sheets,
    risk_chain,
    risk_import,
    risk_sheets,
)
from app.workbooks.books import Book
from app.workbooks.exporting import GIVEN_LIMIT, Export, export, refuse_too_many, refuse_workers
from app.workbooks.importing import ImportView, SentFile, carry_out, show_import
from app.workbooks.receiving import BODY, Sent, receiving
from app.workbooks.terms import BookName

BOOKS: Final[dict[str, Book]] = {
    book.name: book for book in (risk_sheets.BOOK, checklist_sheets.BOOK, enterprise_sheets.BOOK, ledger_sheets.BOOK)
}
REFUSED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"model": ImportView, "description": "The same file with the same id was imported before."},
    403: {"model": ProblemView},
    409: {"model": ProblemView, "description": "`id_conflict`"},
    422: {"model": ProblemView, "description": "`invalid` `unreadable_workbook` `unexpected_part`"},
}


class ImportAsked(Write):
    """What an import may be asked for."""

    id: UUID | None = Field(
        default=None, description="Made by the client; makes it safe to retry. In a form, it may be a field."
    )


Asked = Annotated[ImportAsked, Query()]
Taking = TypeVar("Taking", bound=Callable[..., ImportView])
templates = Visits(prefix="/api/v1/workbooks", tags=["workbooks"])
router = Visits(prefix="/api/v1/enterprises", tags=["enterprises"])


def importing(path: str, book: Book, summary: str) -> Callable[[Taking], Taking]:
    """Let POST `path` take in a file as this book."""
    return router.command(
        path, f"{book.name}.import", replay=show_import, body=SentFile, receive=receiving(book), long=True,
        status_code=201, openapi_extra=BODY, responses=REFUSED, summary=summary,
    )  # fmt: skip


@export(templates, "/{book}/template.xlsx", summary="导入模板")
def get_template(session: Session, caller: Caller, book: BookName) -> Export:
    """An empty workbook to fill in: titles, drop-downs, and a sheet that says what each column means."""
    return Export(BOOKS[book], template=True)


@export(router, ".xlsx", summary="导出企业")
def export_enterprises(session: Session, caller: Caller, choice: Annotated[EnterpriseChoice, Query()]) -> Export:
    """The enterprises in scope, by name, as a workbook that imports again unchanged. It has names and phones."""
    refuse_workers(caller)
    rows = enterprise_sheets.gather(session, caller, choice, GIVEN_LIMIT + 1)
    refuse_too_many(len(rows))
    return Export(enterprise_sheets.BOOK, {enterprise_sheets.ENTERPRISE.key: rows})


@importing(".xlsx", enterprise_sheets.BOOK, "导入企业")
def import_enterprises(session: Session, caller: Caller, query: Asked, parts: Sent) -> ImportView:
    """By an administrator: every row is registered or, if it is known by its id or credit code, changed; all or none.
    A bad cell is named by sheet, row and column. With `dry_run=true` it is only said what would change."""
    demand_administrator(caller)
    return carry_out(session, caller, enterprise_sheets.BOOK, parts, enterprise_import.carry)


@export(router, "/{enterprise_id}/ledger.xlsx", summary="导出隐患台账")
def export_ledger(session: Session, caller: Caller, enterprise_id: UUID) -> Export:
    """The enterprise's hazards, oldest first, as a workbook that imports again unchanged. It has names and phones."""
    works = find(session, caller, enterprise_id)
    refuse_workers(caller)
    rows = ledger_import.gather(session, works)
    refuse_too_many(len(rows))
    return Export(ledger_sheets.BOOK, {ledger_sheets.SHEET.key: rows}, works.name)


@importing("/{enterprise_id}/ledger.xlsx", ledger_sheets.BOOK, "导入隐患台账")
def import_ledger(session: Session, caller: Caller, enterprise_id: UUID, query: Asked, parts: Sent) -> ImportView:
    """Hazards that were known before, with their own dates, from a ledger or a list of problems: by the enterprise's
    safety officer or manager, or by a supervisor. All rows or none; a bad cell is named by sheet, row and column. What
    is open goes on in the loop; what was closed stays closed, marked as imported. The same again changes nothing, and
    no row changes a hazard about which somebody has decided since: it is `kept`."""
    works = find(session, caller, enterprise_id, hold=True)
    return carry_out(session, caller, ledger_sheets.BOOK, parts, ledger_import.carry, works)


@export(router, "/{enterprise_id}/risks.xlsx", summary="导出风险清单")
def export_risks(session: Session, caller: Caller, enterprise_id: UUID) -> Export:
    """An enterprise's risk list in use: objects, units, events with their assessments, measures. It imports again
    unchanged."""
    works = find(session, caller, enterprise_id)
    refuse_workers(caller)
    rows = risk_chain.gather(session, works.id)
    refuse_too_many(len(rows[risk_sheets.RISKS.key]))
    return Export(risk_sheets.BOOK, dict(rows), works.name)


@importing("/{enterprise_id}/risks.xlsx", risk_sheets.BOOK, "导入风险清单")
def import_risks(session: Session, caller: Caller, enterprise_id: UUID, query: Asked, parts: Sent) -> ImportView:
    """By the enterprise's safety officer or manager: objects, units, risks and measures are made or changed as the rows
    say, all or none. Given factors are an assessment, a level alone is declared. What no row speaks of stays."""
    works = find(session, caller, enterprise_id, hold=True)
    demand_keeper(caller, works.id)
    return carry_out(session, caller, risk_sheets.BOOK, parts, risk_import.carry, works)


@export(router, "/{enterprise_id}/checklists.xlsx", summary="导出检查表")
def export_checklists(session: Session, caller: Caller, enterprise_id: UUID) -> Export:
    """An enterprise's checklists in use: its inspection plans with the measures that each looks at. It imports again
    unchanged."""
    works = find(session, caller, enterprise_id)
    refuse_workers(caller)
    rows = checklist_sheets.gather(session, works.id)
    refuse_too_many(len(rows))
    return Export(checklist_sheets.BOOK, {checklist_sheets.CHECKLISTS.key: rows}, works.name)


@importing("/{enterprise_id}/checklists.xlsx", checklist_sheets.BOOK, "导入检查表")
def import_checklists(session: Session, caller: Caller, enterprise_id: UUID, query: Asked, parts: Sent) -> ImportView:
    """By the enterprise's safety officer or manager: plans are made or changed as the rows say, all or none. What they
    look at are measures of the risk list. What no row speaks of stays on its list."""
    works = find(session, caller, enterprise_id, hold=True)
    demand_plan_keeper(caller, works.id)
    return carry_out(session, caller, checklist_sheets.BOOK, parts, checklist_import.carry, works)
