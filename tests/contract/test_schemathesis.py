"""Whatever a client sends, each operation answers as the OpenAPI says, and never with a fault of its own.

schemathesis makes requests that fit the description and requests that do not; half of them are pointed at what is
really there, so that they get further than 404. `FUZZ` says how many of each sort; the default keeps the suite fast.
"""

import os
from contextlib import nullcontext, suppress
from itertools import count
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.people.scope import Role
from tests.conftest import World
from tests.contract.test_roles import TABLE, may
from tests.contract.town import Town
from tests.workbooks.sheets import XLSX

EXAMPLES = int(os.environ.get("FUZZ", "8"))
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance,
]  # fmt: skip
OPERATIONS = [*TABLE, "log_in", "log_out", "get_meta", "get_loop", "healthz", "readyz"]

# Each sort of request on a database of its own: together they know both.
SORTS = {"fitting": (GenerationMode.POSITIVE, "postgresql"), "unfitting": (GenerationMode.NEGATIVE, "sqlite")}

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
schemathesis.serializer.alias(XLSX, "application/octet-stream")


@pytest.fixture(scope="session")
def described(openapi: dict[str, Any]) -> Any:
    return schemathesis.openapi.from_dict(openapi)


@pytest.fixture(scope="module")
def fuzzed() -> dict[str, Town]:
    return {}


@pytest.fixture
def there(client: TestClient, kind: str, fuzzed: dict[str, Town], request: pytest.FixtureRequest) -> Town:
    """A town that nobody else counts on: requests change it."""
    if kind not in fuzzed:
        world: World = request.getfixturevalue("world")
        fuzzed[kind] = Town(client, world)
    return fuzzed[kind]


def test_all_operations_are_tried(operations: dict[str, Any]) -> None:
    assert set(OPERATIONS) == operations.keys() - {"metrics"}


@pytest.mark.parametrize(("mode", "kind"), SORTS.values(), ids=SORTS)
@pytest.mark.parametrize("name", OPERATIONS)
def test_answers_are_as_described(
    name: str, mode: GenerationMode, there: Town, described: Any, operations: dict[str, dict[str, Any]]
) -> None:
    operation = operations[name]
    turns = count()
    roles = [*(sorted(may(TABLE[name])) if name in TABLE else ()), Role.ADMINISTRATOR, Role.WORKER]
    there.path_values(name)

    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=described[operation["path"]][operation["method"].upper()].as_strategy(mode))
    def try_it(case: Case[Any]) -> None:
        turn = next(turns)
        person = there.insiders[roles[turn % len(roles)]]
        if turn % 2 == 0:
            point(case, there, name)
        told = case.as_transport_kwargs(base_url="http://test", headers=person.headers if name in TABLE else None)
        request = there.client.build_request(**as_httpx2_takes_it(told))
        request.read()
        case.validate_response(there.client.send(request), checks=CHECKS)

    with suppress(Unsatisfiable) if mode is GenerationMode.NEGATIVE else nullcontext():  # some take nothing to be wrong
        try_it()


def as_httpx2_takes_it(told: dict[str, Any]) -> dict[str, Any]:
    """A request as it is made for requests, for the test client."""
    told.pop("cookies", None)
    if isinstance(told.get("data"), bytes | str):
        told["content"] = told.pop("data")
    if told.get("files"):
        files = told["files"].items() if isinstance(told["files"], dict) else told["files"]
        told["files"] = [(name, as_file(file)) for name, file in files]
    return told


def as_file(file: Any) -> Any:
    """A part of a form; numbers are sent as text."""
    if isinstance(file, tuple):
        return tuple(str(item) if isinstance(item, int | float) else item for item in file)
    return file if isinstance(file, bytes | str) else str(file)


def point(case: Case[Any], there: Town, name: str) -> None:
    """Let a request be about what is there."""
    real = there.path_values(name)
    case.path_parameters = {key: real[key] for key in case.path_parameters or ()}
    if isinstance(case.body, dict):
        for key in case.body.keys() & {"enterprise_id", "responsible_id", "owner_id", "area_code"}:
            values = {"enterprise_id": there.world.enterprise, "area_code": there.world.village}
            case.body[key] = str(values.get(key, there.worker.id))
