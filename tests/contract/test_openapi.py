"""openapi/openapi.json is what the code says, and says everything a client needs."""

import json
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from app.foundation.problems import ProblemView
from app.foundation.wire import Frozen
from app.meta.enumerations import TITLES
from app.web.prose import TAGS

COMMITTED = Path(__file__).parents[2] / "openapi" / "openapi.json"
Operations = dict[str, dict[str, Any]]


def resolved(openapi: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """What a reference points at."""
    found: Any = openapi
    for part in node["$ref"].removeprefix("#/").split("/") if "$ref" in node else ():
        found = found[part]
    return found if "$ref" in node else node


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(inner)


def test_the_committed_file_is_what_the_code_says(openapi: dict[str, Any]) -> None:
    written = json.dumps(openapi, ensure_ascii=False, indent=2) + "\n"
    assert written == COMMITTED.read_text("utf-8"), "openapi/openapi.json is stale: run `.venv/bin/app openapi`"


def test_operations_have_names_of_their_own(openapi: dict[str, Any]) -> None:
    names = [operation["operationId"] for methods in openapi["paths"].values() for operation in methods.values()]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", name) for name in names)


def test_every_shape_has_a_plain_name(openapi: dict[str, Any]) -> None:
    assert [name for name in openapi["components"]["schemas"] if not re.fullmatch(r"[A-Z][A-Za-z]+", name)] == []
    assert "HTTPValidationError" not in json.dumps(openapi)


def test_the_rooms_come_in_reading_order(openapi: dict[str, Any]) -> None:
    tags = [next(iter(methods.values()))["tags"] for methods in openapi["paths"].values()]
    assert all(len(tag) == 1 for tag in tags)
    order = list(dict.fromkeys(tag for [tag] in tags))
    assert order == list(TAGS) == [tag["name"] for tag in openapi["tags"]]


def test_every_answer_is_described_with_an_example(openapi: dict[str, Any], operations: Operations) -> None:
    for name, operation in operations.items():
        assert re.search("[一-龥]", operation["summary"]), name
        for status, said in operation["responses"].items():
            answer = resolved(openapi, said)
            assert answer["description"], (name, status)
            for kind, content in answer.get("content", {}).items():
                if "json" in kind:
                    assert content["schema"], (name, status)
                    assert content["examples"], (name, status)


def test_every_problem_is_one_of_rfc_9457(openapi: dict[str, Any], operations: Operations) -> None:
    for name, operation in operations.items():
        for status, said in operation["responses"].items():
            if status < "400":
                continue
            content = resolved(openapi, said)["content"]
            assert list(content) == ["application/problem+json"], (name, status)
            for example in content["application/problem+json"]["examples"].values():
                assert ProblemView.model_validate(example["value"]).status == int(status)


def test_what_needs_a_login_says_so(operations: Operations) -> None:
    public = {name for name, operation in operations.items() if not operation["security"]}
    assert public == {"log_in", "log_out", "get_meta", "get_loop", "healthz", "readyz", "metrics"}
    assert all("401" in operations[name]["responses"] for name in operations.keys() - public)


def kinds(of: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_examples_of_requests_are_such_requests(operations: Operations) -> None:
    models = {model.__name__: model for model in kinds(Frozen)}
    judged = set()
    for name, operation in operations.items():
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content:
            models[content["schema"]["$ref"].rpartition("/")[2]].model_validate(content["example"])
            judged.add(name)
    assert len(judged) >= 25


def test_references_lead_somewhere(openapi: dict[str, Any]) -> None:
    for node in nodes(openapi):
        if isinstance(node.get("$ref"), str):
            assert resolved(openapi, node)


def test_every_word_has_its_chinese_title(openapi: dict[str, Any]) -> None:
    named = {kind.__name__ for kind in TITLES} | {"Action"}
    shapes = openapi["components"]["schemas"]
    assert {name for name, shape in shapes.items() if "enum" in shape} <= named
    for name in named & shapes.keys():
        assert len(shapes[name]["x-enum-descriptions"]) == len(shapes[name]["enum"])


def test_every_enumeration_is_titled_word_by_word() -> None:
    kinds: dict[type[StrEnum], Any] = dict(TITLES)
    assert all(set(kind) == set(titles) for kind, titles in kinds.items())


def test_two_houses_are_described_alike(app: FastAPI, openapi: dict[str, Any]) -> None:
    app.openapi_schema = None
    assert json.dumps(app.openapi()) == json.dumps(openapi)
