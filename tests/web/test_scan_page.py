"""What a stranger sees who scans a label with any camera."""

from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.web.scan_page import mount_scan


def test_whoever_scans_without_the_app_is_told_to_use_it_and_nothing_else() -> None:
    app = FastAPI(openapi_url="/openapi.json")
    mount_scan(app)
    with TestClient(app) as client:
        answers = [client.get(f"/scan/{code}") for code in ("7K3M9PQR2TVW", "000000000000", "%3Cscript%3E")]
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.content for answer in answers}) == 1
        assert "请用安全排查手机端扫码" in answers[0].text
        assert "7K3M" not in answers[0].text
        assert "script" not in answers[0].headers["Content-Security-Policy"]
        assert client.get("/openapi.json").json()["paths"] == {}
