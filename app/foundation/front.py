"""What every request and answer passes: its id, the log, the clock, the method's override, and answers to faults."""

import re
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple, Self

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from prometheus_client import Counter, Histogram
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.foundation.canonical import new_id, sent
from app.foundation.clock import now, rfc3339
from app.foundation.problems import (
    Broken,
    Invalid,
    Malformed,
    NoSuchMethod,
    NotFound,
    Problem,
    Said,
    TooLarge,
    Unavailable,
    UnsupportedMedia,
)

REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
OVERRIDES: Final = {b"PATCH", b"PUT", b"DELETE", b"HEAD"}
METHODS: Final = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
QUIET: Final = {"/healthz", "/readyz", "/metrics"}
OF_STATUS: Final[dict[int, type[Problem]]] = {
    400: Malformed, 404: NotFound, 405: NoSuchMethod, 413: TooLarge, 415: UnsupportedMedia, 503: Unavailable,
}  # fmt: skip

log = structlog.get_logger("app.http")
SECONDS: Final = Histogram(
    "http_request_seconds", "From the first byte to the last.", ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)  # fmt: skip
FAULTS: Final = Counter("http_faults_total", "Requests that met a fault of ours (500).", ["route"])


class Front:
    """The outermost layer, as plain ASGI."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"")
        request_id = given.decode() if REQUEST_ID.fullmatch(given) else str(new_id())
        scope.setdefault("state", {})["request_id"] = request_id
        override = headers.get(b"x-http-method-override", b"").upper()
        if scope["method"] == "POST" and override in OVERRIDES:
            scope = {**scope, "method": override.decode()}
        unseen = scope["method"] == "HEAD" and override == b"HEAD"  # a HEAD that the server took for a POST
        started, status = time.perf_counter(), 0

        async def reply(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message.get("headers", [])
                message["headers"] = [
                    *((name, b"0" if unseen and name == b"content-length" else value) for name, value in headers),
                    (b"server-time", rfc3339(now()).encode()),
                    (b"x-request-id", request_id.encode()),
                    (b"x-content-type-options", b"nosniff"),
                ]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                if scope["method"] == "HEAD":
                    await self._head(scope, receive, reply)
                else:
                    await self.app(scope, receive, reply)
            except Exception as error:
                if status:
                    raise  # half an answer has been sent: the server can only cut the connection
                response = await answer(Request(scope), error)
                await response(scope, receive, reply)
            finally:
                self._note(scope, status, time.perf_counter() - started)

    async def _head(self, scope: Scope, receive: Receive, reply: Send) -> None:
        """What GET would answer, without its body, wherever no route has a HEAD of its own (RFC 9110 §9.3.2)."""
        refused = False

        async def unless_refused(message: Message) -> None:
            nonlocal refused
            refused = refused or message.get("status") == NoSuchMethod.status
            if not refused:
                await reply(message)

        async def without_body(message: Message) -> None:
            await reply({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self.app(dict(scope), receive, unless_refused)
        if refused:
            await self.app({**scope, "method": "GET"}, receive, without_body)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "")
        method = scope["method"] if scope["method"] in METHODS else "other"  # what is counted is bounded
        SECONDS.labels(method, route, str(status)).observe(seconds)
        if scope["path"] not in QUIET:
            log.info("request", method=scope["method"], path=scope["path"], status=status, ms=round(seconds * 1000, 1))


def language(request: Request) -> str:
    """`zh` or `en`, by Accept-Language (RFC 9110); Chinese unless English is preferred."""
    ranked: list[tuple[float, int, str]] = []
    for place, item in enumerate(request.headers.get("accept-language", "").split(",")[:20]):
        tag, _, weight = item.strip().partition(";q=")
        try:
            ranked.append((-float(weight or 1), place, tag.strip()[:2].lower()))
        except ValueError:
            continue
    return next((tag for _, _, tag in sorted(ranked) if tag in {"zh", "en"}), "zh")


class Reader(NamedTuple):
    """Whoever asks, as far as it matters what to write: `zh` or `en`."""

    language: str = "zh"

    @classmethod
    def of_request(cls, request: Request) -> Self:
        return cls(language(request))

    def reads(self, said: Said) -> str:
        """The sentence in their language."""
        text: str = getattr(said, self.language)
        return text


async def answer(request: Request, error: Exception) -> Response:
    """The one handler of everything that goes wrong, on purpose or not."""
    problem = _as_problem(error)
    if isinstance(problem, Broken):
        FAULTS.labels(getattr(request.scope.get("route"), "path", "")).inc()
        log.error("fault", exc_info=error, path=request.url.path)
    body = problem.body(language(request), request.scope.get("state", {}).get("request_id", ""))
    headers = dict(problem.headers)
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    return Response(sent(body), problem.status, headers, "application/problem+json")


def _as_problem(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case RequestValidationError():
            return Invalid()
        case HTTPException():
            problem = OF_STATUS.get(error.status_code, Malformed if error.status_code < 500 else Broken)()
            problem.headers |= dict(error.headers or {})
            return problem
        case ClientDisconnect():
            return Malformed()
        case OSError():
            log.warning("storage", exc_info=error)  # no space, no file, no network
            return Unavailable()
        case _:
            return Broken()


def install(app: FastAPI) -> None:
    """Let every fault be answered as a problem, and every request pass the front."""
    handlers: dict[Any, Callable[[Request, Exception], Awaitable[Response]]] = {
        Problem: answer, HTTPException: answer, RequestValidationError: answer, ClientDisconnect: answer,
        OSError: answer,
    }  # fmt: skip
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)
    app.add_middleware(Front)
