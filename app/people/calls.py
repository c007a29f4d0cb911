"""What a request says, read off it as the route's function asks: its parameters, its body, the things of the house."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any, NamedTuple, Protocol, TypeVar, get_args, get_origin
from uuid import UUID

from fastapi import Query, Request
from pydantic import BaseModel, Field, TypeAdapter
from sqlalchemy.orm import Session

from app.foundation.database import Database
from app.foundation.keyring import Keyring
from app.foundation.problems import Problem
from app.foundation.reading import Form, read_json, read_model, refuse
from app.foundation.wire import NO_REVISION, Body, Change, Expected, Frozen
from app.people.scope import Caller
from app.people.tokens import identify, shown

T = TypeVar("T")


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


class Informed(NamedTuple):
    """Takes in bytes, and knows what `look` has seen in the visit that found out who sends them.

    Where a request may do without, `nothing` says of one that it does, and stands for its bytes.
    """

    look: Callable[[Session, Caller, Request], Any]
    receive: Callable[[Request, Caller, Any], Awaitable[Parts]]
    nothing: Callable[[Request], Parts | None] = lambda _: None


Receive = Callable[[Request, Caller], Awaitable[Parts]] | Informed
Prepare = Callable[[Request, "Told"], Awaitable[None]]


@dataclass
class House:
    """What the rooms need besides the database: a route's function asks for a thing by its type."""

    things: dict[type, Any] = field(default_factory=dict)

    def furnish(self, *things: Any) -> None:
        self.things |= {type(thing): thing for thing in things}


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
        if isinstance(receive, Informed):
            parts = await self._receive_informed(receive)
        else:
            caller = await thing(self.request, Database).read(lambda session: identify(session, self.shown))
            if not self.call.takes_body:
                self.refuse()
            parts = await receive(self.request, caller)
        self.malformed = parts.refused
        if parts.refused is None and self.call.takes_body:
            self.judge(parts.sent)
        elif not self.call.takes_body:
            self.sent = parts.sent
        return parts

    async def _receive_informed(self, receive: Informed) -> Parts:
        def look(session: Session) -> tuple[Caller, Any]:
            caller = identify(session, self.shown)
            self.refuse()
            return caller, receive.look(session, caller, self.request)

        nothing = receive.nothing(self.request)
        if nothing:
            return nothing
        caller, seen = await thing(self.request, Database).read(look)
        return await receive.receive(self.request, caller, seen)

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


def as_uuid(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
