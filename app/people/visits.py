"""The way of every request: into one thread, through one transaction, out with the answer's bytes.

FastAPI routes a request here and describes it in the OpenAPI; what the request says is read by `calls.py`, because
nobody may be told more than 401 before it is known whose request it is.
"""

import inspect
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Concatenate, Final, TypeVar, get_args, get_origin
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.routing import Match
from starlette.types import Scope

from app.foundation.canonical import digest
from app.foundation.database import Database
from app.foundation.printing import PDF, Press, Sheet
from app.foundation.problems import Problem, ProblemView
from app.foundation.reading import media_type
from app.foundation.wire import Lasting, Silent, View, Written
from app.journal import receipts
from app.people.calls import Call, Parts, Prepare, Receive, furnished, thing
from app.people.scope import Caller
from app.people.tokens import bearer, identify

Answer = BaseModel | Written[Any]
Outcome = BaseModel | bytes | Silent | None
Printing = TypeVar("Printing", bound=Callable[Concatenate[Session, Caller, ...], Sheet])
Asking = TypeVar("Asking", bound=Callable[Concatenate[Session, Caller, ...], Answer])
Acting = TypeVar("Acting", bound=Callable[Concatenate[Session, Caller, ...], Outcome])


TAGGED: Final[Mapping[str, Any]] = {"headers": {"ETag": {"$ref": "#/components/headers/ETag"}}}
PRINTED: Final[Mapping[int, Mapping[str, Any]]] = {
    200: {"content": {PDF: {"schema": {"type": "string", "format": "binary"}}}, **TAGGED},
    422: {"model": ProblemView, "description": "`invalid`"},
}


Replay = Callable[..., Answer]  # of session, caller, id, and whatever things of the house it asks for
Again = Callable[..., None]  # of session, caller, id, parts, and whatever things of the house it asks for


class Elsewhere(BaseModel):
    """A subject that has left the caller's scope: only that there was one."""

    id: UUID
    replayed: bool = True


class VisitRoute(APIRoute):
    """A route whose function reads the request itself."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return endpoint


class Visits(APIRouter):
    """A router of plain functions `(session, caller, …) -> view`, each called within one visit to the database.

    FastAPI sees their signatures without session, caller and the things of the house. A visit begins a transaction,
    finds the caller, calls the function, writes the answer's bytes and commits, all in one thread. It refuses in the
    order 401, malformed, replay, 422, then whatever the function raises. The function stays what it is: tests may
    call it, commands replay with it.
    """

    def __init__(self, **settings: Any) -> None:
        named_in_openapi = [Depends(bearer)]
        super().__init__(route_class=VisitRoute, dependencies=named_in_openapi, **settings)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Look among its routes only for what begins as they do: a request passes by many routers."""
        return super().matches(scope) if self.prefix in scope["path"] else (Match.NONE, {})

    def query(self, path: str, *, study: bool = False, **route: Any) -> Callable[[Asking], Asking]:
        """Answer GET `path` with what the function reads; `study` for what may take seconds."""

        def register(function: Asking) -> Asking:
            call = Call(function)

            async def visit(request: Request) -> Response:
                told = call.read(request)

                def work(session: Session) -> Response:
                    caller = identify(session, told.shown)
                    told.refuse()
                    answer = written(function(session, caller, **told.given))
                    return not_modified(request, answer)

                database: Database = thing(request, Database)
                return await (database.study(work) if study else database.read(work))

            self._open("GET", path, visit, call, **route)
            return function

        return register

    def sheet(self, path: str, *, study: bool = False, **route: Any) -> Callable[[Printing], Printing]:
        """Answer GET `path` with the PDF of the sheet that the function lays out: it is printed after the visit, and
        not at all for a client that has just this."""

        def register(function: Printing) -> Printing:
            call = Call(function)

            async def visit(request: Request) -> Response:
                told = call.read(request)

                def work(session: Session) -> Sheet:
                    caller = identify(session, told.shown)
                    told.refuse()
                    return function(session, caller, **told.given)

                database: Database = thing(request, Database)
                sheet = await (database.study(work) if study else database.read(work))
                if has(request, sheet.etag):
                    return Response(status_code=304, headers={"ETag": sheet.etag})
                press: Press = thing(request, Press)
                return Response(await press.pull(sheet), 200, sheet.heads, PDF)

            self._open("GET", path, visit, call, **route)
            return function

        return register

    def command(
        self,
        path: str,
        kind: str,
        *,
        replay: Replay,
        body: type[BaseModel] | None = None,
        receive: Receive | None = None,
        again: Again | None = None,
        prepare: Prepare | None = None,
        long: bool = False,
        asks: bool = False,
        **route: Any,
    ) -> Callable[[Acting], Acting]:
        """Let POST `path` do what the function does with its `body`, once for each id; `replay` shows it again.

        A function that serves several routes takes any Body, and each route says which `body` is its own.
        `receive` takes in a multipart request; the function gets it as `parts`, and so does `again` on a replay.
        A function that takes `parts` and no body is sent nothing else: `body` is then how a receipt keeps it.
        `prepare` does before the visit what no transaction should wait for: hash a password. `long` is for what may
        take seconds. `asks` is for what only reads, and whose question is too long for an address: it waits for no
        writer.
        """

        def register(function: Acting) -> Acting:
            call = Call(function, body)
            success = route.get("status_code", 200)

            async def visit(request: Request) -> Response:
                told = call.read(request)
                whole = call.takes_parts and not call.takes_body
                parts = await told.receive(receive) if receive and (whole or _is_form(request)) else None
                if parts is None:
                    await told.read_body()
                await told.prepare(prepare)
                target = next((v for v in told.given.values() if isinstance(v, UUID)), None)

                def work(session: Session) -> Outcome:
                    caller = identify(session, told.shown)
                    told.refuse(malformed=True)
                    id = told.id
                    if id:
                        subject = receipts.claim(session, id, caller.id, kind, target, told.sent, call.body)
                        if subject:
                            if again and parts:
                                furnished(request, again, given=4)(session, caller, subject, parts)
                            return replayed(furnished(request, replay), session, caller, subject)
                    told.refuse()
                    extra = {"parts": parts} if call.takes_parts else {}
                    answer = function(session, caller, **told.given, **extra)
                    if id and isinstance(answer, View):
                        receipts.complete(session, id, answer.id, answer.revision)
                    return answer

                if asks:
                    return written(await thing(request, Database).read(work), success)
                return await finish(thing(request, Database), work, told.dry, parts, success, long=long)

            self._open("POST", path, visit, call, **route)
            return function

        return register

    def change(
        self, method: str, path: str, *, receive: Receive | None = None, prepare: Prepare | None = None, **route: Any
    ) -> Callable[[Acting], Acting]:
        """Let PATCH, PUT or DELETE `path` do what the function does: no receipt, the revision guards it.

        `receive` takes in a body of bytes, which the function gets as `parts`: what was sent is its own receipt.
        """

        def register(function: Acting) -> Acting:
            call = Call(function)
            success = route.get("status_code", 200)

            async def visit(request: Request) -> Response:
                told = call.read(request)
                parts = await told.receive(receive) if receive else None
                if call.body is not None:
                    await told.read_body()
                told.match(request.headers.get("if-match"))
                await told.prepare(prepare)

                def work(session: Session) -> Outcome:
                    caller = identify(session, told.shown)
                    told.refuse(malformed=True)
                    told.refuse()
                    extra = {"parts": parts} if call.takes_parts else {}
                    return function(session, caller, **told.given, **extra)

                return await finish(thing(request, Database), work, told.dry, parts, success)

            self._open(method, path, visit, call, **route)
            return function

        return register

    def _open(self, method: str, path: str, visit: Callable[..., Any], call: Call, **route: Any) -> None:
        """Add the route, showing FastAPI what the function asks for and answers."""
        visit.__dict__["__signature__"] = call.public_signature(writes=method != "GET")
        shape = call.signature.return_annotation
        if get_origin(shape) is Lasting:
            route.setdefault("responses", {})[200] = TAGGED
        if get_origin(shape) in {Written, Lasting}:
            shape = get_args(shape)[0]
        elif shape is Sheet:
            shape, route["response_class"] = None, Response
            route.setdefault("responses", {}).update(PRINTED)
        elif shape is Silent:
            shape = None
        named = {"name": call.function.__name__, "description": inspect.getdoc(call.function)}
        call.form_for(path, writes=method != "GET")
        self.add_api_route(path, visit, methods=[method], response_model=shape, **named | route)


async def finish(
    database: Database,
    work: Callable[[Session], Outcome],
    dry: bool,
    parts: Parts | None,
    success: int,
    *,
    long: bool = False,
) -> Response:
    """Pay the visit, and let what came with the request follow its fate. The answer's bytes are written afterwards:
    the next writer need not wait for them."""
    kept = False
    try:
        answer = await (database.labour(work, dry=dry) if long else database.write(work, dry=dry))
        kept = not dry
        return written(answer, success)
    finally:
        if parts is not None:
            await parts.settle(kept=kept)


def replayed(replay: Replay, session: Session, caller: Caller, subject: UUID) -> Outcome:
    """The subject as it is now; only its id if it has left the caller's scope."""
    from_scope = replay_or_none(replay, session, caller, subject)
    if isinstance(from_scope, View):
        return from_scope.model_copy(update={"replayed": True})
    return Elsewhere(id=subject)


def replay_or_none(replay: Replay, session: Session, caller: Caller, id: UUID) -> Outcome:
    try:
        return replay(session, caller, id)
    except Problem:
        return None


def _is_form(request: Request) -> bool:
    return media_type(request) == "multipart/form-data"


def written(answer: Outcome, status: int = 200) -> Response:
    """The answer's bytes, with an ETag where it has a revision; what was there before is 200, and not created."""
    if getattr(answer, "replayed", False):
        status = 200
    if answer is None or isinstance(answer, Silent):
        return Response(status_code=204, headers=answer.heads if answer else None)
    if isinstance(answer, bytes):
        tag = {"ETag": f'"{digest(answer.decode())[:12]}"'} if isinstance(answer, Lasting) else None
        return Response(answer, status, tag, media_type="application/json")
    content = answer.model_dump_json()
    headers: Mapping[str, str] = getattr(answer, "heads", {})
    if isinstance(answer, View):
        headers = {"ETag": f'"{answer.revision}-{digest(content)[:12]}"'}
    return Response(content, status, headers, "application/json")


def not_modified(request: Request, answer: Response) -> Response:
    """304 if the client has just this."""
    etag = answer.headers.get("etag")
    return Response(status_code=304, headers={"ETag": etag}) if etag and has(request, etag) else answer


def has(request: Request, etag: str) -> bool:
    """Whether the client says that it has the representation with this tag (If-None-Match, RFC 9110 §13.1.2)."""
    known = request.headers.get("if-none-match", "")
    return any(tag.strip().removeprefix("W/") in {etag, "*"} for tag in known.split(","))
