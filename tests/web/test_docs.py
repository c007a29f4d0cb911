"""/docs as a browser fetches it, and the vendored files behind it; `tests/browser` opens it for real."""

import hashlib
import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.web.docs import HERE, mount_docs

VENDOR = HERE / "vendor"


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = FastAPI(title="隐患排查", openapi_url="/api/v1/openapi.json", docs_url=None, redoc_url=None)
    mount_docs(app)
    with TestClient(app) as client:
        yield client


def test_the_page_and_everything_it_names_come_from_this_server(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    assert "<title>隐患排查</title>" in page.text
    named = re.findall(r'(?:src|href|data-openapi)="([^"]*)"', page.text)
    assert len(named) == 7
    for address in named:
        assert not address.startswith(("/", "http:", "https:"))
        assert client.get(f"/{address}").status_code == 200


def test_the_browser_is_told_to_fetch_from_nowhere_else(client: TestClient) -> None:
    policy = client.get("/docs").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "http" not in policy


@pytest.mark.parametrize("path", ["/docs/assets/docs.py", "/docs/vendor/%2e%2e/docs.py", "/docs/x", "/redoc"])
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_docs_are_no_part_of_the_api(client: TestClient) -> None:
    assert client.get("/api/v1/openapi.json").json()["paths"] == {}


def test_an_app_with_fastapis_own_docs_is_refused() -> None:
    with pytest.raises(ValueError, match="docs_url"):
        mount_docs(FastAPI())


def test_the_vendored_files_are_those_of_the_manifest() -> None:
    manifest = dict(re.findall(r"\| `(\S+)` \| `([0-9a-f]{64})` \|", (VENDOR / "VENDOR.md").read_text()))
    folder = VENDOR / "swagger-ui"
    assert manifest == {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}
