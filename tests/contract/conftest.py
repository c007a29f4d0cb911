"""The OpenAPI as the code gives it."""

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.contract.town import Town

METHODS = {"get", "put", "post", "patch", "delete"}


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The house, described only: nothing is asked of its database."""
    return create_app(Settings.model_construct(data_dir=Path(tmp_path_factory.mktemp("described"))))


@pytest.fixture(scope="session")
def openapi(app: FastAPI) -> dict[str, Any]:
    return app.openapi()


@pytest.fixture(scope="session")
def operations(openapi: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every operation by its id, with its path and method."""
    return {
        operation["operationId"]: {"path": path, "method": method, **operation}
        for path, methods in openapi["paths"].items()
        for method, operation in methods.items()
    }


@pytest.fixture(scope="session")
def towns() -> dict[str, Town]:
    return {}


@pytest.fixture
def town(client: TestClient, kind: str, towns: dict[str, Town], request: pytest.FixtureRequest) -> Town:
    """One for all operations: nothing that they are asked changes it."""
    if kind not in towns:
        towns[kind] = Town(client, request.getfixturevalue("world"))
    return towns[kind]
