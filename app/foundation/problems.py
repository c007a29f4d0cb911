"""What goes wrong, as RFC 9457 problems. Rules raise them; one handler answers them."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, NamedTuple

from pydantic import BaseModel, Field


class Said(NamedTuple):
    """A sentence in both languages that people read here."""

    zh: str
    en: str


class Problem(Exception):
    """An answer that is not what the caller hoped for. Subclasses fix `status`, `code` and `title`.

    Raised, it undoes what the transaction did; returned by the work of a visit, it keeps it. `detail` says what is
    particular to this case; `members` are further fields of the answer, `errors` the faults with their places.
    """

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[Said]
    retryable: ClassVar[bool] = False
    retry_after: int | None = None

    def __init__(self, detail: Said | None = None, *, code: str | None = None, **members: Any) -> None:
        super().__init__(detail.zh if detail else code or self.code)
        self.detail, self.members, self.particular = detail or self.title, members, code or self.code
        self.headers: dict[str, str] = {}

    @property
    def faults(self) -> list[dict[str, Any]]:
        """The faults with their places: every problem of a client's request names what it is about."""
        faults: list[dict[str, Any]] = self.members.get("errors", [])
        return faults

    def body(self, language: str, request_id: str) -> dict[str, Any]:
        """The problem as JSON, in `zh` or `en`."""
        shown: dict[str, Any] = {
            "type": f"/docs/problems#{self.particular}",
            "title": getattr(self.title, language),
            "status": self.status,
            "detail": getattr(self.detail, language),
            "code": self.particular,
            "errors": [],
            "request_id": request_id,
            "retryable": self.retryable,
        }
        if self.retry_after is not None:
            shown["retry_after"] = self.retry_after
        return shown | {name: _in(language, value) for name, value in self.members.items()}


def _in(language: str, value: Any) -> Any:
    """The value with every sentence in the reader's language."""
    if isinstance(value, Said):
        return getattr(value, language)
    if isinstance(value, Mapping):
        return {key: _in(language, item) for key, item in value.items()}
    return [_in(language, item) for item in value] if isinstance(value, list | tuple) else value


class Malformed(Problem):
    status, code, title = 400, "malformed", Said("请求无法读取", "The request cannot be read")


class InvalidCursor(Problem):
    status, code, title = 400, "invalid_cursor", Said("无效的游标", "The cursor is not valid for this list")


class InvalidGrant(Problem):
    """RFC 6749 §5.2; carries OAuth's `error` beside the house's code."""

    status, code, title = 400, "invalid_grant", Said("用户名或密码不正确", "The user name or password is wrong")

    def __init__(self, detail: Said | None = None, **members: Any) -> None:
        super().__init__(detail, error="invalid_grant", **members)


class Unauthenticated(Problem):
    status, code, title = 401, "unauthenticated", Said("请先登录", "Please log in")

    def __init__(self, detail: Said | None = None, **members: Any) -> None:
        super().__init__(detail, **members)
        self.headers["WWW-Authenticate"] = "Bearer"


class Forbidden(Problem):
    status, code, title = 403, "forbidden", Said("您无权执行这个操作", "You may not do this")


class NotFound(Problem):
    """Does not exist, or lies outside the caller's scope: the two look the same."""

    status, code, title = 404, "not_found", Said("没有找到", "Not found")

    @classmethod
    def at(cls, pointer: str, message: Said) -> "NotFound":
        """An id in a body that leads nowhere."""
        return cls(message, errors=[{"pointer": pointer, "code": cls.code, "message": message}])


class NoSuchMethod(Problem):
    status, code, title = 405, "method_not_allowed", Said("此地址不支持这种方法", "This address has no such method")


class Conflict(Problem):
    """What depends on the record as it is now; `code` says which rule."""

    status, code, title = 409, "conflict", Said("与记录的现状不符", "Not possible as the record stands")


class IdConflict(Conflict):
    code, title = "id_conflict", Said("这个 id 已用于别的内容", "This id has been used for something else")


class IllegalTransition(Conflict):
    code, title = "illegal_transition", Said("当前状态不能执行这个操作", "Not possible in the present state")


class StaleRevision(Problem):
    status, code, title = 412, "stale_revision", Said("记录已被他人更新", "The record has changed since")


class TooLarge(Problem):
    status, code, title = 413, "too_large", Said("请求过大", "The request is too large")


class UnsupportedMedia(Problem):
    status, code, title = 415, "unsupported_media_type", Said("不支持的内容类型", "Unsupported content type")


class Invalid(Problem):
    status, code, title = 422, "invalid", Said("请求内容有误", "The request is not valid")

    @classmethod
    def at(cls, pointer: str, code: str, message: Said) -> "Invalid":
        """One fault, with its place and a code of its own."""
        return cls(message, code=code, errors=[{"pointer": pointer, "code": code, "message": message}])


class RevisionRequired(Problem):
    status, code, title = 428, "revision_required", Said("请提供 revision 或 If-Match", "Send revision or If-Match")


class LockedOut(Problem):
    status, code, title = 429, "locked_out", Said("尝试次数过多，请稍后再试", "Too many attempts, try again later")
    retryable = True

    def __init__(self, seconds: int) -> None:
        super().__init__(error="invalid_grant")
        self.retry_after = seconds


class Overloaded(Problem):
    """Better refused at once than hung."""

    status, code, title = 503, "overloaded", Said("服务繁忙，请稍后再试", "Too busy, try again soon")
    retryable, retry_after = True, 2


class Unavailable(Problem):
    """Database or storage cannot be reached or cannot write: nothing was done."""

    status, code, title = 503, "unavailable", Said("服务暂不可用，请稍后再试", "Not available, try again soon")
    retryable, retry_after = True, 5


class Broken(Problem):
    """A fault of ours; the log has it under the request's id."""

    status, code, title = 500, "internal", Said("服务器内部错误", "A fault of the server")


class Fault(BaseModel):
    """One fault and its place, as a JSON pointer (RFC 6901) into the body or a parameter's name."""

    pointer: str
    code: str
    message: str
    sheet: str | None = Field(default=None, description="Of a cell of a workbook; so are row, column and header.")
    row: int | None = Field(default=None, description="As the spreadsheet program numbers it, from 1.")
    column: str | None = Field(default=None, description="Its letters.")
    header: str | None = Field(default=None, description="The column's title.")


class ProblemView(BaseModel):
    """An answer that is not what the caller hoped for (RFC 9457). Further fields depend on `code`."""

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="Stable; what a program should look at.")
    errors: list[Fault]
    request_id: str
    retryable: bool = Field(description="False: never worth repeating unchanged.")
    retry_after: int | None = Field(default=None, description="Seconds; the same as the header Retry-After.")


def all_problems(kind: type[Problem] = Problem) -> Iterator[type[Problem]]:
    """Every problem that has a status: for the page that explains them."""
    for child in kind.__subclasses__():
        if hasattr(child, "status"):
            yield child
        yield from all_problems(child)
