"""What load balancers and monitors are told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.foundation.blobs import Blobs
from app.main import create_app
from app.settings import Settings
from tests.conftest import fresh_database
from tests.operations.conftest import Build, House


@pytest.fixture
def house(build: Build, kind: str) -> House:
    return build(kind)


def phone(house: House) -> TestClient:
    return TestClient(house.world.app, base_url="http://test")


def test_a_server_in_order_is_alive_and_ready(house: House) -> None:
    with phone(house) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "ok")


@pytest.mark.parametrize("revision", ["'9999'", None], ids=["unknown", "none"])
def test_a_server_before_another_schema_is_alive_and_not_ready(house: House, revision: str | None) -> None:
    change = f"UPDATE alembic_version SET version_num = {revision}" if revision else "DROP TABLE alembic_version"
    house.world.sql(change)
    with phone(house) as client:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "unavailable", "5")
        assert answer.json()["present"] == (revision.strip("'") if revision else None)
        assert client.get("/healthz").status_code == 200


def test_a_server_whose_database_is_away_is_alive_and_not_ready(tmp_path: Path) -> None:
    for url in ("postgresql://nobody@127.0.0.1:1/nothing", f"sqlite:///{tmp_path}/no/such/folder/app.db"):
        with TestClient(create_app(Settings(data_dir=tmp_path, database_url=url)), base_url="http://test") as client:
            answer = client.get("/readyz")
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            assert client.get("/healthz").status_code == 200


def test_a_server_whose_photos_are_away_is_not_ready(house: House) -> None:
    away = Blobs.open("s3://photos", endpoint="http://127.0.0.1:1", access_key="x", secret_key="x")
    house.world.app.state.house.things[Blobs] = away
    with phone(house) as client:
        assert client.get("/readyz").json()["code"] == "unavailable"


def test_what_is_counted_can_be_read(house: House) -> None:
    with phone(house) as client:
        client.get("/nowhere")
        metrics = client.get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain")
    assert 'http_request_seconds_count{method="GET",route="",status="404"}' in metrics.text


def test_nobody_needs_to_log_in_for_these(house: House) -> None:
    with phone(house) as client:
        described = client.get("/openapi.json").json()["paths"]
    for path in ("/healthz", "/readyz", "/metrics"):
        assert not described[path]["get"].get("security")


COUNT_AND_END = """
import sys
from fastapi.testclient import TestClient
from app.main import create_app
from app.settings import Settings
client = TestClient(create_app(Settings()), base_url="http://test")
client.get("/nowhere")
print(client.get("/metrics").text)
"""


def test_several_processes_count_together(tmp_path: Path) -> None:
    """What an ended one has counted stays counted, until the server starts anew."""
    (tmp_path / "metrics").mkdir()
    shared = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics"), "DATA_DIR": str(tmp_path)}
    url = fresh_database("sqlite", tmp_path)
    for n in (1, 2):
        command, more = [sys.executable, "-c", COUNT_AND_END], {**os.environ, **shared, "DATABASE_URL": url}
        said = subprocess.run(command, env=more, capture_output=True, text=True, check=True).stdout
        assert f'http_request_seconds_count{{method="GET",route="",status="404"}} {n}.0' in said
