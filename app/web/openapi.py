"""The OpenAPI of the house, completed: FastAPI tells of paths and shapes, this page of all that holds everywhere.

What an operation may answer besides success is read off what it takes and who may call it, so that a new route is
described whole at once. A route adds problems of its own by naming their codes in `responses`.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.foundation.problems import (
    Conflict,
    Forbidden,
    IdConflict,
    IllegalTransition,
    Invalid,
    InvalidCursor,
    Malformed,
    NotFound,
    Overloaded,
    Problem,
    ProblemView,
    RevisionRequired,
    StaleRevision,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnsupportedMedia,
    all_problems,
)
from app.meta.about import API_VERSION
from app.meta.enumerations import ACTIONS, TITLES
from app.web import prose
from app.web.examples import ID, Examples

Operation = dict[str, Any]
Case = tuple[type[Problem], str]
API: Final = "/api/v1/"
JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
PROBLEM: Final = "application/problem+json"
GOOD: Final = {"200", "201", "204", "206", "304"}


class Described(FastAPI):
    """An application whose OpenAPI is whole."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = completed(super().openapi())
        return self.openapi_schema


def operation_id(route: APIRoute) -> str:
    """The name of the route's function: short, and the same whatever path it is mounted at."""
    return route.name


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with all that holds everywhere."""
    shapes = document["components"]["schemas"]
    _name_shapes(shapes)
    shared: dict[str, dict[str, Any]] = {"responses": {}, "examples": {}}
    examples = Examples(shapes)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            operation["tags"] = [path.split("/")[3] if path.startswith(API) else "operations"]
            _Completing(path, method, operation, shapes, examples, shared).complete()
    document["info"] = {
        "title": document["info"]["title"], "version": API_VERSION, "description": prose.ABOUT,
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    }  # fmt: skip
    document["servers"] = [{"url": "/", "description": "本服务"}]
    document["tags"] = [{"name": name, "description": said} for name, said in prose.TAGS.items()]
    document["paths"] = dict(sorted(document["paths"].items(), key=lambda item: _reading_order(item[1])))
    document["components"] |= {**shared, "headers": prose.HEADERS, "parameters": prose.PARAMETERS}
    return document


def _reading_order(operations: Mapping[str, Operation]) -> int:
    return list(prose.TAGS).index(next(iter(operations.values()))["tags"][0])


def _name_shapes(shapes: dict[str, Any]) -> None:
    """Give enumerations their Chinese titles; drop what FastAPI says of faults that it does not answer here."""
    for name in ("HTTPValidationError", "ValidationError"):
        shapes.pop(name, None)
    view = ProblemView.model_json_schema(ref_template="#/components/schemas/{model}")
    shapes |= view.pop("$defs") | {"ProblemView": view | {"additionalProperties": True}, "Replayed": prose.REPLAYED}
    for kind, titles in TITLES.items():
        if kind.__name__ in shapes:
            shape = shapes[kind.__name__]
            shape["description"] = "\n".join(
                [shape.get("description", ""), "", *(f"- `{word}` {titles[word]}" for word in kind)]
            ).strip()
            shape["x-enum-descriptions"] = [titles[word] for word in kind]
    shapes["Action"] = {
        "type": "string", "enum": list(ACTIONS), "title": "Action", "x-enum-descriptions": list(ACTIONS.values()),
        "description": "\n".join(f"- `{name}` {title}" for name, title in ACTIONS.items()),
    }  # fmt: skip
    for shape in shapes.values():
        allowed = shape.get("properties", {}).get("allowed_actions")
        if allowed:
            allowed["items"] = {"$ref": "#/components/schemas/Action"}


class _Completing:
    """One operation, and what the document has besides it."""

    def __init__(
        self, path: str, method: str, operation: Operation, shapes: Mapping[str, Any], examples: Examples,
        shared: dict[str, dict[str, Any]],
    ) -> None:  # fmt: skip
        self.path, self.method, self.operation = path, method, operation
        self.shapes, self.examples, self.shared = shapes, examples, shared
        self.api = path.startswith(API)
        self.private = "security" in operation
        self.own = path.startswith(API + "me/")
        self.content: Mapping[str, Any] = operation.get("requestBody", {}).get("content", {})
        self.body = self._shape(self.content.get(JSON, {}).get("schema", {}))
        self.success = next(code for code in operation["responses"] if code.startswith("2"))

    def complete(self) -> None:
        declared = self.operation["responses"]
        cases = sorted({*self._declared_problems(), *((kind, kind.code) for kind in self._problems())}, key=_by_status)
        self.operation["responses"] = {
            self.success: self._succeeding(self.success, declared[self.success]),
            **{code: self._succeeding(code, declared[code]) for code in declared if code in GOOD - {self.success}},
            **self._also_succeeding(),
            **self._refusing(cases),
        }
        for kind, content in self.content.items():
            if kind in {JSON, FORM}:
                content["example"] = self.examples.request(content["schema"])
        self._take_headers()

    def _declared_problems(self) -> Iterator[Case]:
        """Problems that the route itself names: by their codes in the description, or the usual one of the status."""
        for status, said in self.operation["responses"].items():
            shape = said.get("content", {}).get(JSON, {}).get("schema", {})
            if not shape.get("$ref", "").endswith("/ProblemView"):
                continue
            kinds = {kind.code: kind for kind in all_problems()}
            usual = next(kind for kind in kinds.values() if str(kind.status) == status)
            codes = re.findall(r"`(\w+)`", said["description"]) or [usual.code]
            yield from ((kinds.get(code, usual), code) for code in codes if code != "error")

    def _shape(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        if "$ref" in schema:
            shape: Mapping[str, Any] = self.shapes[schema["$ref"].rpartition("/")[2]]
            return shape
        return schema

    @property
    def _view(self) -> bool:
        """Whether the answer is of a record with a revision, or of the server itself: then it has an ETag."""
        content = self.operation["responses"][self.success].get("content", {})
        answered = self._shape(content.get(JSON, {}).get("schema", {}))
        return "replayed" in answered.get("properties", {}) or "meta" in self.operation["tags"]

    @property
    def _command(self) -> bool:
        """Whether it leaves a receipt: its body may bear an id."""
        return self.method == "post" and "id" in self.body.get("properties", {})

    @property
    def _action(self) -> bool:
        """Whether it is a row of the loop."""
        return self.path.rpartition("/")[2] in ACTIONS and "{hazard_id}" in self.path

    def _problems(self) -> Iterator[type[Problem]]:
        """What may go wrong, judged by what it takes and who may call it."""
        names = {parameter["name"] for parameter in self.operation.get("parameters", ())}
        places = {parameter["in"] for parameter in self.operation.get("parameters", ())}
        writes = self.method != "get"
        if self.private:
            yield Unauthenticated
            yield from (Overloaded, Unavailable)
        if self.content:
            yield from (Malformed, TooLarge, UnsupportedMedia)
        if "cursor" in names:
            yield InvalidCursor
        if self.api and "auth" not in self.operation["tags"] and not self._picture:
            yield Invalid
        if self.private and not self.own and self.method != "put" and ("path" in places or self._names_others()):
            yield NotFound
        if self.method == "patch":
            yield from (StaleRevision, RevisionRequired)
        if self._action:
            yield from (StaleRevision, IllegalTransition)
        if self._command:
            yield IdConflict
        if self.private and writes and not self.own and self.body:
            yield Forbidden
            if self._command or self.method == "patch":
                yield Conflict

    @property
    def _picture(self) -> bool:
        content = self.operation["responses"][self.success].get("content", {JSON: None})
        return JSON not in content

    def _names_others(self) -> bool:
        """Whether the body has an id, or an area, of something else."""
        return any(re.search(r"_ids?$|^area_codes?$", name) for name in self._fields(self.body))

    def _fields(self, schema: Mapping[str, Any]) -> Iterator[str]:
        for name, field in self._shape(schema).get("properties", {}).items():
            yield name
            yield from self._fields(field)

    def _succeeding(self, status: str, said: Mapping[str, Any]) -> dict[str, Any]:
        """The good answer, with its example and headers."""
        headers = dict(prose.EVERYWHERE)
        if self._view:
            headers["ETag"] = {"$ref": "#/components/headers/ETag"}
        answered = {**said, "description": prose.GOOD[status], "headers": headers}
        content = said.get("content", {})
        for name, kind in content.items():
            if name == JSON:
                kind["examples"] = self._example(kind["schema"])
            if self._command and self.success == "200":
                kind["schema"] = {"anyOf": [kind["schema"], {"$ref": "#/components/schemas/Replayed"}]}
        return answered

    def _example(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """A reference to the example of a shape, which all operations with the same shape share."""
        name = str(schema.get("$ref", schema.get("title", self.operation["operationId"]))).rpartition("/")[2]
        self.shared["examples"].setdefault(name, {"value": self.examples.answer(schema)})
        return {name: {"$ref": f"#/components/examples/{name}"}}

    def _also_succeeding(self) -> dict[str, Any]:
        """304 to who has it already; 200 to who has sent it before."""
        headers = {**prose.EVERYWHERE, "ETag": {"$ref": "#/components/headers/ETag"}}
        also: dict[str, Any] = {}
        if self.method == "get" and self._view:
            also["304"] = {"description": prose.GOOD["304"], "headers": headers}
        if self._command and self.success == "201":
            shape = self.operation["responses"]["201"]["content"][JSON]["schema"]
            replay = {"anyOf": [shape, {"$ref": "#/components/schemas/Replayed"}]}
            content = {JSON: {"schema": replay, "examples": self._example(prose.REPLAYED)}}
            also["200"] = {"description": prose.REPLAY, "headers": headers, "content": content}
        return also

    def _refusing(self, cases: list[Case]) -> dict[str, Any]:
        """A reference for each status, to an answer that all operations with the same problems share."""
        refused = {}
        for status, group in groupby(cases, key=lambda case: case[0].status):
            same = list(group)
            name = f"{status}." + ".".join(code for _, code in same)
            self.shared["responses"].setdefault(name, refusal(same))
            refused[str(status)] = {"$ref": f"#/components/responses/{name}"}
        return refused

    def _take_headers(self) -> None:
        """What may stand in the request's head."""
        names = ["AcceptLanguage", "RequestId"] if self.api else []
        if self.method == "patch" or self._action:
            names.append("IfMatch")
        if self.method in {"patch", "put", "delete"}:
            names.append("MethodOverride")
        if self.method == "get" and self._view_has_etag:
            names.append("IfNoneMatch")
        refs = [{"$ref": f"#/components/parameters/{name}"} for name in names]
        if refs:
            self.operation["parameters"] = [*self.operation.get("parameters", ()), *refs]

    @property
    def _view_has_etag(self) -> bool:
        return "304" in self.operation["responses"]


def _by_status(case: Case) -> tuple[int, str]:
    return case[0].status, case[1]


def refusal(cases: list[Case]) -> dict[str, Any]:
    """The answer of one status, with an example for each of its problems."""
    headers = dict(prose.EVERYWHERE)
    if any(kind.retryable for kind, _ in cases):
        headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
    if any(kind is Unauthenticated for kind, _ in cases):
        headers["WWW-Authenticate"] = {"$ref": "#/components/headers/WWWAuthenticate"}
    return {
        "description": "；".join(f"`{code}` {kind.title.zh}" for kind, code in cases) + "。",
        "headers": headers,
        "content": {
            PROBLEM: {
                "schema": {"$ref": "#/components/schemas/ProblemView"},
                "examples": {code: {"summary": kind.title.zh, "value": example_of(kind, code)} for kind, code in cases},
            }
        },
    }


def example_of(kind: type[Problem], code: str) -> dict[str, Any]:
    """A problem as it is answered in Chinese."""
    problem = kind.__new__(kind)
    Problem.__init__(problem, code=code, **prose.MEMBERS.get(code, {}))
    if kind.retryable:
        problem.retry_after = kind.retry_after or 30
    return problem.body("zh", ID)
