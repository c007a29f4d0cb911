"""One operation of the OpenAPI, completed: what may go wrong, what stands in its heads, examples of all of it."""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, Final

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
    RevisionRequired,
    StaleRevision,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnsupportedMedia,
)
from app.meta.enumerations import ACTIONS
from app.web import prose
from app.web.examples import Examples
from app.web.refusals import Case, by_status, declared, refusal

API: Final = "/api/v1/"
JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
GOOD: Final = {"200", "201", "204", "206", "304"}


class Completing:
    """One operation, and what the document has besides it."""

    def __init__(
        self, path: str, method: str, operation: dict[str, Any], shapes: Mapping[str, Any], examples: Examples,
        shared: dict[str, dict[str, Any]],
    ) -> None:  # fmt: skip
        self.path, self.method, self.operation = path, method, operation
        self.shapes, self.examples, self.shared = shapes, examples, shared
        self.api = path.startswith(API)
        self.private = bool(operation.setdefault("security", []))
        self.own = path.startswith(API + "me/")
        self.content: Mapping[str, Any] = operation.get("requestBody", {}).get("content", {})
        self.body = self._shape(self.content.get(JSON, {}).get("schema", {}))
        self.success = next(code for code in operation["responses"] if code.startswith("2"))

    def complete(self) -> None:
        told = self.operation["responses"]
        cases = sorted({*declared(told), *((kind, kind.code) for kind in self._problems())}, key=by_status)
        self.operation["responses"] = {
            self.success: self._succeeding(self.success, told[self.success]),
            **{code: self._succeeding(code, told[code]) for code in told if code in GOOD - {self.success}},
            **self._also_succeeding(),
            **self._refusing(cases),
        }
        for kind, content in self.content.items():
            if kind in {JSON, FORM}:
                content["example"] = self.examples.request(content["schema"])
        for parameter in self.operation.get("parameters", ()):
            parameter["schema"].pop("title", None)
        self._take_headers()

    def _shape(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        if "$ref" in schema:
            shape: Mapping[str, Any] = self.shapes[schema["$ref"].rpartition("/")[2]]
            return shape
        return schema

    @property
    def _view(self) -> bool:
        """Whether the answer is of a record with a revision, of the server itself, or says so: then it has an ETag."""
        said = self.operation["responses"][self.success]
        answered = self._shape(said.get("content", {}).get(JSON, {}).get("schema", {}))
        tagged = "meta" in self.operation["tags"] or "ETag" in said.get("headers", {})
        return tagged or {"replayed", "revision"} <= answered.get("properties", {}).keys()

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
        if self.method == "patch" and self.body:
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
        """Whether the answer is no JSON."""
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
        headers = {**prose.EVERYWHERE, **said.get("headers", {})}
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
        if (self.method == "patch" and self.body) or self._action:
            names.append("IfMatch")
        if self.method in {"patch", "put", "delete"}:
            names.append("MethodOverride")
        if "304" in self.operation["responses"]:
            names.append("IfNoneMatch")
        refs = [{"$ref": f"#/components/parameters/{name}"} for name in names]
        if refs:
            self.operation["parameters"] = [*self.operation.get("parameters", ()), *refs]
