"""Answering with a workbook: its rows are read in one visit, and written as a file afterwards, outside of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Concatenate, Final
from urllib.parse import quote

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.foundation.calendar import local_date
from app.foundation.clock import now
from app.foundation.database import Database
from app.foundation.problems import Forbidden, Invalid, ProblemView, Said
from app.people.calls import Call, thing
from app.people.scope import Caller
from app.people.tokens import identify
from app.people.visits import Visits
from app.workbooks.books import Book
from app.workbooks.receiving import XLSX, Desk
from app.workbooks.writing import Rows, write

NOT_WORKERS: Final = Said("表中有姓名电话，岗位员工不能导出", "It has names and phones, which workers do not read")
GIVEN_LIMIT: Final = 20_000
"""Rows of a sheet that is given out: more than come in at once, because nobody waits for it."""

TOO_MANY: Final = Said(
    f"超过 {GIVEN_LIMIT} 行：请缩小范围后导出", f"More than {GIVEN_LIMIT} rows: narrow it down and export again"
)
ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}, "description": "The workbook."},
    403: {"model": ProblemView},
    422: {"model": ProblemView, "description": "`invalid` `too_many_rows`"},
}


@dataclass(frozen=True)
class Export:
    """A book with rows; `about` is whose they are, for the file's name."""

    book: Book
    rows: dict[str, Rows] = field(default_factory=dict)
    about: str = ""
    template: bool = False

    @property
    def filename(self) -> str:
        kind = "模板" if self.template else str(local_date(now()))
        return "-".join(filter(None, (self.about, self.book.title, kind))) + ".xlsx"


Gather = Callable[Concatenate[Session, Caller, ...], Export]


def export(router: Visits, path: str, **route: Any) -> Callable[[Gather], Gather]:
    """Answer GET `path` with the workbook that the function gathers."""

    def register(function: Gather) -> Gather:
        call = Call(function)

        async def visit(request: Request) -> Response:
            told = call.read(request)

            def work(session: Session) -> Export:
                caller = identify(session, told.shown)
                told.refuse()
                return function(session, caller, **told.given)

            gathered = await thing(request, Database).study(work)
            content = await thing(request, Desk).lane.run(partial(write, gathered.book, gathered.rows))
            headers = {
                "Content-Disposition": f"attachment; filename*=UTF-8''{quote(gathered.filename)}",
                "Cache-Control": "no-store",
            }
            return Response(content, 200, headers, XLSX)

        visit.__dict__["__signature__"] = call.public_signature(writes=False)
        call.form_for(path, writes=False)
        named = {"name": function.__name__, "description": function.__doc__}
        router.add_api_route(
            path, visit, methods=["GET"], response_model=None, response_class=Response, responses=ANSWERS,
            **named | route,
        )  # fmt: skip
        return function

    return register


def refuse_workers(caller: Caller) -> None:
    """Raises Forbidden for who reads no names and phones of others."""
    if caller.only_works:
        raise Forbidden(NOT_WORKERS)


def refuse_too_many(count: int) -> None:
    """Raises Invalid for an export that would be too long."""
    if count > GIVEN_LIMIT:
        raise Invalid.at("?", "too_many_rows", TOO_MANY)
