"""The way of every request: into one thread, through one transaction, out with the answer's bytes.

FastAPI routes a request here and describes it in the OpenAPI; what the request says is read by `foundation.reading`,
because nobody may be told more than 401 before it is known whose request it is.
"""

import inspect
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any, Concatenate, Protocol, TypeVar, get_args, get_origin
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field, TypeAdapter
from sqlalchemy.orm import Session

from app.foundation.canonical import digest, sent
from app.foundation.database import Database
from app.foundation.keyring import Keyring
from app.foundation.problems import Problem
from app.foundation.reading import Form, media_type, read_json, read_model, refuse
from app.foundation.wire import NO_REVISION, Body, Change, Expected, Frozen, View, Written
from app.journal import receipts
from app.people.scope import Caller
from app.people.tokens import bearer, identify, shown

T = TypeVar("T")
Answer = BaseModel | Written[Any]
Asking = TypeVar("Asking", bound=Callable[Concatenate[Session, Caller, ...], Answer])
Acting = TypeVar("Acting", bound=Callable[Concatenate[Session, Caller, ...], Answer | None])


class Nothing(Frozen):
    """No parameters."""


class Write(Frozen):
    """What every write may be asked for."""

    dry_run: bool = Field(default=False, description="The same checks and the same answer; nothing is stored.")


class Parts(Protocol):
    """What a request brought besides its JSON: objects that lie in the storage, and count for nothing yet."""

    sent: Any
    refused: Problem | None

    async def settle(self, *, kept: bool) -> None:
        """Once the transaction is over: drop what it did not adopt; all of it unless `kept`."""


Receive = Callable[[Request, Caller], Awaitable[Parts]]
Prepare = Callable[[Request, "Told"], Awaitable[None]]
Replay = Callable[..., Answer]  # of session, caller, id, and whatever things of the house it asks for
Again = Callable[..., None]  # of session, caller, id, parts, and whatever things of the house it asks for


@dataclass
class House:
    """What the rooms need besides the database: a route's function asks for a thing by its type."""

    things: dict[type, Any] = field(default_factory=dict)

    def furnish(self, *things: Any) -> None:
        self.things |= {type(thing): thing for thing in things}


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

    def command(
        self,
        path: str,
        kind: str,
        *,
        replay: Replay,
        body: type[Body] | None = None,
        receive: Receive | None = None,
        again: Again | None = None,
        prepare: Prepare | None = None,
        **route: Any,
    ) -> Callable[[Acting], Acting]:
        """Let POST `path` do what the function does with its `body`, once for each id; `replay` shows it again.

        A function that serves several routes takes any Body, and each route says which `body` is its own.
        `receive` takes in a multipart request; the function gets it as `parts`, and so does `again` on a replay.
        `prepare` does before the visit what no transaction should wait for: hash a password.
        """

        def register(function: Acting) -> Acting:
            call = Call(function, body)
            success = route.get("status_code", 200)

            async def visit(request: Request) -> Response:
                told = call.read(request)
                parts = await told.receive(receive) if receive and _is_form(request) else None
                if parts is None:
                    await told.read_body()
                await told.prepare(prepare)
                target = next((v for v in told.given.values() if isinstance(v, UUID)), None)

                def work(session: Session) -> Response:
                    caller = identify(session, told.shown)
                    told.refuse(malformed=True)
                    id, receipt = told.id, None
                    if id:
                        receipt = receipts.claim(session, id, caller.id, kind, target, told.sent, call.body)
                        if receipt.subject_id:
                            if again and parts:
                                furnished(request, again, given=4)(session, caller, receipt.subject_id, parts)
                            return replayed(furnished(request, replay), session, caller, receipt)
                    told.refuse()
                    extra = {"parts": parts} if call.takes_parts else {}
                    answer = function(session, caller, **told.given, **extra)
                    if receipt and isinstance(answer, View):
                        receipt.subject_id, receipt.revision = answer.id, answer.revision
                    return written(answer, success)

                return await finish(thing(request, Database), work, told.dry, parts)

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

            async def visit(request: Request) -> Response:
                told = call.read(request)
                parts = await told.receive(receive) if receive else None
                if call.body is not None:
                    await told.read_body()
                told.match(request.headers.get("if-match"))
                await told.prepare(prepare)

                def work(session: Session) -> Response:
                    caller = identify(session, told.shown)
                    told.refuse(malformed=True)
                    told.refuse()
                    extra = {"parts": parts} if call.takes_parts else {}
                    return written(function(session, caller, **told.given, **extra), route.get("status_code", 200))

                return await finish(thing(request, Database), work, told.dry, parts)

            self._open(method, path, visit, call, **route)
            return function

        return register

    def _open(self, method: str, path: str, visit: Callable[..., Any], call: "Call", **route: Any) -> None:
        """Add the route, showing FastAPI what the function asks for and answers."""
        visit.__dict__["__signature__"] = call.public_signature(writes=method != "GET")
        answer = call.signature.return_annotation
        shape = get_args(answer)[0] if get_origin(answer) is Written else answer
        named = {"name": call.function.__name__, "description": inspect.getdoc(call.function)}
        call.form_for(path, writes=method != "GET")
        self.add_api_route(path, visit, methods=[method], response_model=shape, **named | route)


class Call:
    """What a route's function asks for, read off its signature once."""

    def __init__(self, function: Callable[..., Any], body: type[BaseModel] | None = None) -> None:
        self.function, self.signature = function, inspect.signature(function)
        asked = dict(list(self.signature.parameters.items())[2:])
        self.takes_parts = asked.pop("parts", None) is not None
        self.body: Any = body or (asked["body"].annotation if "body" in asked else None)
        self.takes_body = asked.pop("body", None) is not None
        self.expects = next((n for n, p in asked.items() if p.annotation is Expected), None)
        asked.pop(self.expects or "", None)
        self.query_name = next((n for n, p in asked.items() if _is_query(p.annotation)), None)
        self.query: type[BaseModel] | None = None
        if self.query_name:
            self.query = get_args(asked.pop(self.query_name).annotation)[0]
        self.asked = asked
        self.form = Form({}, Nothing)

    def form_for(self, path: str, *, writes: bool) -> None:
        """Tell the parameters of the path from the things of the house."""
        kinds = {name: TypeAdapter(p.annotation) for name, p in self.asked.items() if f"{{{name}}}" in path}
        self.things = {name: p.annotation for name, p in self.asked.items() if name not in kinds}
        self.form = Form(kinds, self.query or (Write if writes else Nothing))

    def public_signature(self, *, writes: bool) -> inspect.Signature:
        """The function's parameters as a client sees them."""
        shown = [p for n, p in self.asked.items() if get_origin(p.annotation) or not _is_thing(p.annotation)]
        keyword = inspect.Parameter.KEYWORD_ONLY
        shown = [p.replace(kind=keyword) for p in shown]
        query = self.query or (Write if writes else None)
        if query:
            shown.append(inspect.Parameter("query", keyword, annotation=Annotated[query, Query()]))
        if self.takes_body:
            shown.append(inspect.Parameter("body", keyword, annotation=self.body))
        return inspect.Signature([*shown, inspect.Parameter("request", keyword, annotation=Request)])

    def read(self, request: Request) -> "Told":
        path, query, faults = self.form.read(request)
        given = {**path, **{name: thing(request, kind) for name, kind in self.things.items()}}
        if self.expects:
            given[self.expects] = Expected.stated(request.headers.get("if-match"))
        if self.query_name:
            given[self.query_name] = query
        dry = getattr(query, "dry_run", False)
        return Told(self, request, shown(request, thing(request, Keyring)), given, faults, dry)


@dataclass
class Told:
    """What one request says, believed only as far as it has been judged."""

    call: Call
    request: Request
    shown: Any
    given: dict[str, Any]
    faults: list[dict[str, Any]]
    dry: bool
    sent: Any = None
    malformed: Problem | None = None

    async def read_body(self) -> None:
        """Read and judge the body; what is wrong with it is kept for its turn."""
        if not self.call.takes_body:
            return
        try:
            self.judge(await read_json(self.request))
        except Problem as problem:
            self.malformed = problem

    def judge(self, sent: Any) -> None:
        self.sent = sent
        self.given["body"], faults = read_model(self.call.body, sent)
        self.faults += faults

    async def receive(self, receive: Receive) -> Parts:
        """Take in bytes, once it is known that somebody we know sends them."""
        database = thing(self.request, Database)
        caller = await database.read(lambda session: identify(session, self.shown))
        if not self.call.takes_body:
            self.refuse()
        parts = await receive(self.request, caller)
        self.malformed = parts.refused
        if parts.refused is None and self.call.takes_body:
            self.judge(parts.sent)
        return parts

    async def prepare(self, prepare: Prepare | None) -> None:
        """Make ready what was sent, if it is worth it: nothing has been found wrong with it."""
        if prepare and not self.malformed and not self.faults:
            await prepare(self.request, self)

    def match(self, if_match: str | None) -> None:
        """Take the revision from If-Match (RFC 9110) where the body has none."""
        body = self.given.get("body")
        if not isinstance(body, Change) or not if_match:
            return
        revision = Expected.stated(if_match).revision
        if body.revision not in (None, revision):
            revision = NO_REVISION
        self.given["body"] = body.model_copy(update={"revision": revision})

    @property
    def id(self) -> UUID | None:
        """The id that the client gave its request; a body that is not one may still bear the id of one that was."""
        body = self.given.get("body")
        if isinstance(body, Body):
            return body.id
        return as_uuid(self.sent.get("id")) if isinstance(self.sent, dict) else None

    def refuse(self, *, malformed: bool = False) -> None:
        problem = self.malformed if malformed else refuse(self.faults)
        if problem:
            raise problem


async def finish(database: Database, work: Callable[[Session], Response], dry: bool, parts: Parts | None) -> Response:
    """Pay the visit, and let what came with the request follow its fate."""
    kept = False
    try:
        response = await database.write(work, dry=dry)
        kept = not dry
        return response
    finally:
        if parts is not None:
            await parts.settle(kept=kept)


def replayed(replay: Replay, session: Session, caller: Caller, receipt: receipts.Receipt) -> Response:
    """The subject as it is now; only its id if it has left the caller's scope."""
    assert receipt.subject_id is not None
    from_scope = replay_or_none(replay, session, caller, receipt.subject_id)
    if isinstance(from_scope, View):
        return written(from_scope.model_copy(update={"replayed": True}))
    return Response(sent({"id": receipt.subject_id, "replayed": True}), 200, media_type="application/json")


def replay_or_none(replay: Replay, session: Session, caller: Caller, id: UUID) -> Answer | None:
    try:
        return replay(session, caller, id)
    except Problem:
        return None


def furnished(request: Request, function: Callable[..., T], given: int = 3) -> Callable[..., T]:
    """The function with the things of the house that it asks for, after what it is `given`: session, caller, id …"""
    asked = list(inspect.signature(function).parameters.items())[given:]
    return partial(function, **{name: thing(request, asking.annotation) for name, asking in asked})


def thing(request: Request, kind: type[Any]) -> Any:
    """One of the things of the house, by its type; or what a kind reads off the request by itself."""
    if of_request := getattr(kind, "of_request", None):
        return of_request(request)
    house: House = request.app.state.house
    return house.things[kind]


def _is_query(annotation: Any) -> bool:
    """A model of the query's parameters; a parameter of the path may be annotated too."""
    return get_origin(annotation) is Annotated and issubclass(get_args(annotation)[0], BaseModel)


def _is_thing(annotation: Any) -> bool:
    return isinstance(annotation, type) and not issubclass(annotation, str | int | UUID)


def _is_form(request: Request) -> bool:
    return media_type(request) == "multipart/form-data"


def as_uuid(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def written(answer: BaseModel | bytes | None, status: int = 200) -> Response:
    """The answer's bytes, with an ETag where it has a revision; what was there before is 200, and not created."""
    if getattr(answer, "replayed", False):
        status = 200
    if answer is None:
        return Response(status_code=204)
    if isinstance(answer, bytes):
        return Response(answer, status, media_type="application/json")
    content = answer.model_dump_json()
    headers: Mapping[str, str] = {}
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
