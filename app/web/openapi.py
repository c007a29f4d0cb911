"""The OpenAPI of the house, completed: FastAPI tells of paths and shapes, this page of all that holds everywhere.

What an operation may answer besides success is read off what it takes and who may call it, so that a new route is
described whole at once. A route adds problems of its own by naming their codes in `responses`.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.foundation.problems import ProblemView
from app.meta.about import API_VERSION
from app.meta.enumerations import ACTIONS, TITLES
from app.web import prose
from app.web.examples import Examples
from app.web.operations import API, Completing


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
            operation["tags"] = [path.split("/")[3].partition(".")[0] if path.startswith(API) else "operations"]
            Completing(path, method, operation, shapes, examples, shared).complete()
    document["info"] = {
        "title": document["info"]["title"], "version": API_VERSION, "description": prose.ABOUT,
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    }  # fmt: skip
    document["servers"] = [{"url": "/", "description": "本服务"}]
    document["tags"] = [{"name": name, "description": said} for name, said in prose.TAGS.items()]
    document["paths"] = dict(sorted(document["paths"].items(), key=lambda item: _reading_order(item[1])))
    document["components"] |= {**shared, "headers": prose.HEADERS, "parameters": prose.PARAMETERS}
    return document


def _reading_order(operations: Mapping[str, Any]) -> int:
    return list(prose.TAGS).index(next(iter(operations.values()))["tags"][0])


def _name_shapes(shapes: dict[str, Any]) -> None:
    """Give enumerations their Chinese titles; drop what FastAPI says of faults that it does not answer here."""
    for name in ("HTTPValidationError", "ValidationError"):
        shapes.pop(name, None)
    view = ProblemView.model_json_schema(ref_template="#/components/schemas/{model}")
    shapes |= view.pop("$defs") | {"ProblemView": view | {"additionalProperties": True}, "Replayed": prose.REPLAYED}
    shapes["Action"] = {"type": "string", "enum": list(ACTIONS), "title": "Action"}
    for name, titles in {"Action": ACTIONS, **{kind.__name__: titles for kind, titles in TITLES.items()}}.items():
        if name in shapes:
            _title_words(shapes[name], titles)
    for shape in shapes.values():
        fields = shape.get("properties", {})
        for field in fields.values():
            field.pop("title", None)  # its name in capitals, which says nothing more
        if "allowed_actions" in fields:
            fields["allowed_actions"]["items"] = {"$ref": "#/components/schemas/Action"}


def _title_words(shape: dict[str, Any], titles: Mapping[str, str]) -> None:
    """Say what each word of an enumeration means."""
    words = [f"- `{word}` {titles[word]}" for word in shape["enum"]]
    shape["description"] = "\n".join([shape.get("description", ""), "", *words]).strip()
    shape["x-enum-descriptions"] = [titles[word] for word in shape["enum"]]
