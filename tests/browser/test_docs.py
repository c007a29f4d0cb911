"""/docs in a real browser: it comes whole from this server, and its Authorize button logs in."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.browser.chromium import Page, new_page, program

pytestmark = pytest.mark.skipif(program() is None, reason="no Chromium; apt-get install chromium")

ME = "document.querySelector('[data-path=\"/api/v1/me\"]')"
FOLDED = ".opblock-tag-section:not(.is-open) [data-tag=me]"
UNFOLD = f"document.querySelectorAll('{FOLDED}').forEach(tag => tag.click());"

APP = Path(sys.executable).with_name("app")


@pytest.fixture(scope="module")
def township(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo township, served; its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    folder = tmp_path_factory.mktemp("township")
    settings = {"HOST": "127.0.0.1", "PORT": str(port), "DATA_DIR": str(folder), "WORKERS": "1", "DATABASE_URL": ""}
    with (folder / "log").open("w") as log:
        server = subprocess.Popen([APP, "serve", "--demo"], env=os.environ | settings, stdout=log, stderr=log)
    try:
        await_ready(f"http://127.0.0.1:{port}/readyz", server, folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def await_ready(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        try:
            if httpx2.get(url).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail(f"the server did not come up: {log.read_text()}")


@pytest.fixture
def page() -> Iterator[Page]:
    with new_page() as page:
        yield page


def test_the_reference_comes_whole_from_this_server(township: str, page: Page) -> None:
    page.open(f"{township}/docs")
    page.await_("document.querySelectorAll('.opblock-tag-section').length > 3")
    assert {urlsplit(url).netloc for url in page.requests if not url.startswith("data:")} == {urlsplit(township).netloc}
    assert page.complaints == []
    page.click(".opblock-tag-section .opblock-tag")
    page.click(".opblock-summary-control")
    page.await_("!!document.querySelector('.opblock-body .responses-wrapper')")
    assert page.complaints == []


def test_authorize_logs_in(township: str, page: Page) -> None:
    page.open(f"{township}/docs")
    page.await_(f"(() => {{ {UNFOLD} return !!{ME}; }})()")
    page.run(f"{ME}.click()")  # opened early: Swagger UI loses an Execute that comes while it still reads the operation
    page.click("button.authorize")
    page.type("#oauth_username", "safety-officer")
    page.type("#oauth_password", "tuqiao-demo")
    page.click(".auth-btn-wrapper .authorize")
    page.await_("document.querySelector('.auth-container')?.innerText.includes('Authorized')")
    page.click(".auth-btn-wrapper .btn-done")
    page.click(".opblock.is-open .execute")
    shown = page.await_("document.querySelector('.live-responses-table .highlight-code code')?.innerText")
    assert json.loads(shown)["username"] == "safety-officer"
