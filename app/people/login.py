"""The token endpoint (RFC 6749) and the end of a login (RFC 7009). How a caller is known again: `tokens.py`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final, Literal, TypeVar
from urllib.parse import parse_qsl
from uuid import UUID

import structlog
from fastapi import APIRouter, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.database import Database
from app.foundation.keyring import Keyring
from app.foundation.problems import InvalidGrant, Malformed, Problem, ProblemView, Said, UnsupportedMedia
from app.foundation.reading import media_type, read_body, read_model
from app.foundation.wire import clean
from app.people import sessions, tokens
from app.people.attempts import count, forgive, who_guesses
from app.people.calls import thing
from app.people.hashing import Hashing
from app.people.models import User
from app.people.schemas import DeviceId
from app.people.sessions import EXPIRED, REFRESH_LASTS, Refresh
from app.people.tokens import ACCESS_LASTS
from app.people.visits import VisitRoute

FORM: Final = "application/x-www-form-urlencoded"
FORM_LIMIT: Final = 16_384

M = TypeVar("M", bound=BaseModel)

log = structlog.get_logger("app.login")
router = APIRouter(prefix="/api/v1/auth", tags=["auth"], route_class=VisitRoute)

Username = Annotated[
    str, StringConstraints(min_length=1, max_length=64, strip_whitespace=True, to_lower=True), AfterValidator(clean)
]
Token = Annotated[str, StringConstraints(min_length=1, max_length=4096)]


class Grant(BaseModel):
    """What any client of OAuth may add is let pass: scope, client_id, client_secret."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    device_id: DeviceId | None = Field(default=None, description="The same for every login of one phone.")


class PasswordGrant(Grant):
    grant_type: Literal["password"]
    username: Username
    password: str = Field(min_length=1, max_length=1024)


class RefreshGrant(Grant):
    grant_type: Literal["refresh_token"]
    refresh_token: Token


class Revocation(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    token: Token = Field(description="A refresh token or an access token; its login ends.")
    token_type_hint: str | None = None


class TokenView(BaseModel):
    access_token: str
    token_type: Literal["bearer"] = Field("bearer")
    expires_in: int = Field(default=int(ACCESS_LASTS.total_seconds()), description="Seconds.")
    refresh_token: str = Field(description="Replaces the one before. Kept secret on the phone.")
    refresh_expires_in: int = Field(default=int(REFRESH_LASTS.total_seconds()), description="Seconds, from each use.")


GRANTS: Final[dict[str, type[PasswordGrant | RefreshGrant]]] = {
    "password": PasswordGrant,
    "refresh_token": RefreshGrant,
}


NO_SUCH_GRANT: Final = Said("不支持的 grant_type", "This grant_type is not supported")


def _form(*models: type[BaseModel]) -> dict[str, Any]:
    """How the OpenAPI describes a form that is read here."""
    shapes = [model.model_json_schema() for model in models]
    schema = shapes[0] if len(shapes) == 1 else {"oneOf": shapes}
    return {"requestBody": {"required": True, "content": {FORM: {"schema": schema}}}}


PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": ProblemView, "description": text}
    for status, text in {
        400: "`invalid_grant`, `unsupported_grant_type`, `invalid_request`; also as OAuth's `error`.",
        413: "`too_large`", 415: "`unsupported_media_type`", 429: "`locked_out`, with Retry-After.",
        503: "`overloaded` or `unavailable`, with Retry-After.",
    }.items()
}  # fmt: skip


@router.post(
    "/token", response_model=TokenView, responses=PROBLEMS, openapi_extra=_form(PasswordGrant, RefreshGrant),
    summary="登录",
)  # fmt: skip
async def log_in(request: Request) -> Response:
    """登录：以用户名和密码，或以刷新令牌，换取令牌。

    Refresh tokens rotate. Repeating a refresh gives the same successor until that has itself been used; later it is
    taken for theft and ends this device's login.
    """
    keys: Keyring = thing(request, Keyring)
    with oauth_errors():
        form = await read_form(request)
        model = GRANTS.get(form.get("grant_type", ""))
        if model is None:
            code = "unsupported_grant_type" if "grant_type" in form else "invalid_request"
            raise Malformed(NO_SUCH_GRANT, code=code, error=code)
        match understood(model, form):
            case PasswordGrant() as grant:
                user_id, refresh = await with_password(request, grant)
            case RefreshGrant() as grant:
                user_id, refresh = await with_refresh(request, grant)
    view = TokenView(access_token=tokens.issue(keys, user_id, refresh.session_id), refresh_token=refresh.written(keys))
    return Response(view.model_dump_json(), media_type="application/json", headers={"Cache-Control": "no-store"})


@router.post(
    "/revoke", summary="退出登录", responses=PROBLEMS, openapi_extra=_form(Revocation), response_class=Response
)
async def log_out(request: Request) -> Response:
    """退出登录：此令牌所属的登录即刻失效。未知的令牌也回答 200（RFC 7009）。"""
    keys: Keyring = thing(request, Keyring)
    database: Database = thing(request, Database)
    with oauth_errors():
        token = understood(Revocation, await read_form(request)).token
        told = Refresh.read(keys, token) or tokens.read(token, keys)
        if told:
            await database.write(partial(sessions.end, session_id=told.session_id))
    return Response(status_code=200)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A login that is being judged: `password` is what is stored, None if nobody may log in by this name."""

    who: str
    user_id: UUID | None
    password: str | None
    device_id: str | None


async def with_password(request: Request, grant: PasswordGrant) -> tuple[UUID, Refresh]:
    """A new login. Two visits, because nobody hashes while holding a transaction; the attempt counts from the first.

    Raises:
        LockedOut: too many wrong guesses; a name that nobody has is locked out just so.
        InvalidGrant: no such user, or not the password; both cost the same.
        Overloaded: too many are waiting to be hashed; nothing was counted.
    """
    database: Database = thing(request, Database)
    hashing: Hashing = thing(request, Hashing)
    with hashing.place():
        attempt = await database.write(partial(knock, username=grant.username, device_id=grant.device_id))
        right = await hashing.matches(grant.password, attempt.password)
    if not right:
        log.warning("login refused", who=attempt.who[:12])
        raise InvalidGrant
    user_id, refresh = await database.write(partial(admit, attempt=attempt))
    log.info("login", user_id=user_id, session_id=refresh.session_id)
    return user_id, refresh


async def with_refresh(request: Request, grant: RefreshGrant) -> tuple[UUID, Refresh]:
    """The next token of a login.

    Raises:
        InvalidGrant: not a token of ours, or of a login that has ended; or used before, which ends it.
    """
    told = Refresh.read(thing(request, Keyring), grant.refresh_token)
    if told is None:
        raise InvalidGrant(EXPIRED)
    database: Database = thing(request, Database)
    return await database.write(partial(sessions.carry_on, shown=told))


def knock(session: Session, username: str, device_id: str | None) -> Attempt | Problem:
    """Count an attempt, and say what its password is to be compared with. The problem is returned: the count stays."""
    user = session.execute(select(User.id, User.password).where(User.username == username, User.active)).one_or_none()
    user_id, password = (user.id, user.password) if user else (None, None)
    who = who_guesses(session, username, user_id, device_id)
    return count(session, who) or Attempt(who, user_id, password, device_id)


def admit(session: Session, attempt: Attempt) -> tuple[UUID, Refresh]:
    """Begin a login after the right password, unless it has been changed or the user dismissed in between.

    Raises:
        InvalidGrant: just that.
    """
    still = (User.id == attempt.user_id, User.password == attempt.password, User.active)
    user_id = session.scalar(select(User.id).where(*still))
    if user_id is None:
        raise InvalidGrant
    forgive(session, attempt.who)
    return user_id, sessions.begin(session, user_id, attempt.device_id)


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form, each once.

    Raises:
        UnsupportedMedia, TooLarge, Malformed: it is none.
    """
    if media_type(request) != FORM:
        raise UnsupportedMedia(Said(f"请以 {FORM} 发送", f"Send {FORM}"))
    try:
        text = (await read_body(request, FORM_LIMIT)).decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=32)
    except ValueError:
        raise Malformed(code="invalid_request") from None
    if len(dict(pairs)) < len(pairs):
        raise Malformed(Said("参数重复", "A parameter stands twice"), code="invalid_request")
    # RFC 6749 §3.1: what is sent without a value is as good as not sent.
    return {name: value for name, value in pairs if value}


def understood(model: type[M], form: dict[str, str]) -> M:
    """The form as its model.

    Raises:
        Malformed: something is missing or wrong; with OAuth's status, not 422.
    """
    read, faults = read_model(model, form)
    if faults:
        raise Malformed(Said("表单有误", "The form is not valid"), code="invalid_request", errors=faults)
    return read  # type: ignore[no-any-return]


@contextmanager
def oauth_errors() -> Iterator[None]:
    """Every problem also carries OAuth's `error` (RFC 6749 §5.2)."""
    try:
        yield
    except Problem as problem:
        problem.members.setdefault("error", "temporarily_unavailable" if problem.retryable else "invalid_request")
        raise
