"""What every request and answer passes, whatever lies behind."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import anyio
import pytest
import structlog
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from app.foundation.problems import all_problems
from app.settings import Settings
from tests.conftest import fresh_database
from tests.foundation.conftest import Place


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("front")
    origins = ["https://board.example.cn"]
    url = fresh_database("sqlite", folder)
    place = Place(Settings(data_dir=folder, database_url=url, cors_origins=origins))
    yield place
    place.world.database.engine.dispose()


@pytest.fixture(scope="module")
def client(place: Place) -> Iterator[TestClient]:
    with place.client(raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def note(client: TestClient) -> str:
    return str(client.post("notes", json={"name": "记"}).json()["id"])


def test_a_request_keeps_the_id_that_it_brings(client: TestClient) -> None:
    answer = client.get(f"notes/{uuid4()}", headers={"X-Request-Id": "phone-7_a.B"})
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == "phone-7_a.B"


@pytest.mark.parametrize("brought", ["", "a b", "x" * 65, "a\tb", "<script>", '"}'])
def test_an_id_that_does_not_belong_into_a_log_is_replaced(client: TestClient, brought: str) -> None:
    answer = client.get(f"notes/{uuid4()}", headers={"X-Request-Id": brought})
    assert UUID(answer.headers["x-request-id"]).version == 7


def test_every_answer_tells_the_servers_time(client: TestClient, note: str) -> None:
    for answer in (client.get(f"notes/{note}"), client.get("nowhere"), client.get("notes/broken")):
        at = datetime.fromisoformat(answer.headers["server-time"])
        assert abs(datetime.now(UTC) - at) < timedelta(seconds=10)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", answer.headers["server-time"])
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("method", "path", "status", "zh", "en"),
    [
        ("GET", "nowhere", 404, "没有找到", "Not found"),
        ("GET", "notes/00000000-0000-0000-0000-000000000000", 404, "没有找到", "Not found"),
        ("DELETE", "notes", 405, "此地址不支持这种方法", "This address has no such method"),
        ("GET", "notes/broken", 500, "服务器内部错误", "A fault of the server"),
    ],
)
def test_what_goes_wrong_is_a_problem_in_the_readers_language(
    client: TestClient, method: str, path: str, status: int, zh: str, en: str
) -> None:
    preferences = {
        "": zh, "zh-CN": zh, "en": en, "en-GB,en;q=0.9": en, "zh;q=0.5,en;q=0.9": en, "fr,de": zh, "fr, en;q=0.1": en,
        "*": zh, "en;q=x": zh,
    }  # fmt: skip
    for preferred, title in preferences.items():
        answer = client.request(method, path, headers={"Accept-Language": preferred})
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert (answer.status_code, problem["status"], problem["title"]) == (status, status, title)
        assert problem["type"] == f"/docs/problems#{problem['code']}"
        assert problem["retryable"] is False
        assert problem["errors"] == []


def test_a_method_that_is_not_there_is_told_which_are(client: TestClient) -> None:
    assert client.delete("notes").headers["allow"] == "POST"


def test_a_fault_of_ours_is_logged_under_the_requests_id_and_says_nothing_outside(client: TestClient) -> None:
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
        answer = client.get("notes/broken", headers={"X-Request-Id": "seven"})
    assert "密码" not in answer.text
    (fault,) = [line for line in logs if line["event"] == "fault"]
    assert (fault["log_level"], fault["request_id"]) == ("error", "seven")
    assert isinstance(fault["exc_info"], ZeroDivisionError)


def test_a_request_is_one_line_in_the_log_without_what_was_asked(client: TestClient, note: str) -> None:
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
        client.get(f"notes/{note}?token=secret", headers={"X-Request-Id": "seven"})
    (line,) = [line for line in logs if line["event"] == "request"]
    told = {name: line[name] for name in ("method", "path", "status", "request_id")}
    assert told == {"method": "GET", "path": f"/api/v1/notes/{note}", "status": 422, "request_id": "seven"}
    assert "secret" not in str(line)


@pytest.mark.parametrize("method", ["PATCH", "PUT", "DELETE", "patch"])
def test_a_phone_that_can_only_post_may_say_what_it_means(client: TestClient, note: str, method: str) -> None:
    answer = client.post(f"notes/{note}/rename", json={}, headers={"X-HTTP-Method-Override": method})
    assert answer.status_code == 405


def test_head_is_get_without_its_body(client: TestClient, note: str) -> None:
    got, headed = client.get(f"notes/{note}"), client.head(f"notes/{note}")
    posted = client.post(f"notes/{note}", headers={"X-HTTP-Method-Override": "HEAD"})
    for answer in (headed, posted):
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (200, b"", got.headers["etag"])
    assert headed.headers["content-length"] == got.headers["content-length"]
    assert posted.headers["content-length"] == "0"
    assert client.head("nowhere").status_code == 404
    assert client.head("notes").status_code == 405


@pytest.mark.parametrize("method", ["GET", "POST", "CONNECT", "nonsense"])
def test_only_a_post_is_overridden_and_only_by_what_it_could_not_be(client: TestClient, note: str, method: str) -> None:
    override = {"X-HTTP-Method-Override": method}
    assert client.post(f"notes/{note}/rename", json={"name": "新"}, headers=override).status_code == 200
    assert client.get(f"notes/{note}", headers={"X-HTTP-Method-Override": "DELETE"}).status_code == 200


def test_what_has_not_changed_is_not_sent_again(client: TestClient, note: str) -> None:
    etag = client.get(f"notes/{note}").headers["etag"]
    for known in (etag, f"W/{etag}", f'"x", {etag}'):
        answer = client.get(f"notes/{note}", headers={"If-None-Match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)
    assert client.get(f"notes/{note}", headers={"If-None-Match": '"x"'}).status_code == 200


def test_a_browser_of_a_known_origin_may_call_and_read_the_headers(client: TestClient, note: str) -> None:
    answer = client.get(f"notes/{note}", headers={"Origin": "https://board.example.cn"})
    assert answer.headers["access-control-allow-origin"] == "https://board.example.cn"
    exposed = answer.headers["access-control-expose-headers"]
    assert {"ETag", "Location", "Retry-After", "Server-Time"} <= set(re.split(", *", exposed))
    assert "access-control-allow-origin" not in client.get("nowhere", headers={"Origin": "https://evil.cn"}).headers


def test_a_made_up_method_does_not_fill_the_statistics(client: TestClient) -> None:
    for n in range(3):
        client.request(f"MADEUP{n}", "nowhere")
    metrics = client.get("http://test/metrics").text
    assert "MADEUP" not in metrics
    assert 'method="other"' in metrics


def test_every_problem_speaks_both_languages_and_says_whether_to_try_again() -> None:
    for kind in all_problems():
        assert kind.title.zh
        assert kind.title.en.isascii()
        assert kind.retryable == (kind.status in (429, 460, 503))


def test_a_client_that_goes_away_is_no_fault_of_ours(place: Place) -> None:
    """It hangs up while it sends; nobody is there to be answered."""
    sent: list[dict[str, Any]] = []
    scope = {
        "type": "http", "method": "POST", "path": "/api/v1/notes", "raw_path": b"/api/v1/notes", "query_string": b"",
        "headers": [(b"content-type", b"application/json"), (b"content-length", b"100")], "http_version": "1.1",
        "scheme": "http", "server": ("test", 80), "client": ("test", 1), "root_path": "", "asgi": {"version": "3.0"},
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    async def speak() -> None:
        await place.app(scope, receive, send)

    with capture_logs() as logs:
        anyio.run(speak)
    assert not [line for line in logs if line["event"] == "fault"]
    assert sent[0]["status"] == 400
