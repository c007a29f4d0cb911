"""A headless Chromium, driven over its DevTools protocol."""

import itertools
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

PATIENCE = 20.0  # seconds for the slowest step on a busy machine


def program() -> str | None:
    """Where Chromium is, if it is installed."""
    return next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)


class Page:
    """One tab: what it shows, what it has asked the network for, what went wrong in it."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._numbers = itertools.count(1)
        self.requests: list[str] = []
        self.complaints: list[str] = []
        for domain in ("Page", "Network", "Runtime", "Log"):
            self._ask(f"{domain}.enable")

    def open(self, url: str) -> None:
        self._ask("Page.navigate", url=url)

    def run(self, script: str) -> Any:
        """What the script's last expression is.

        Raises:
            AssertionError: the script threw.
        """
        answer = self._ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def await_(self, condition: str) -> Any:
        """Wait until the script's last expression is truthy; answers it."""
        end = time.monotonic() + PATIENCE
        while not (value := self.run(condition)):
            assert time.monotonic() < end, f"{condition} never came true; complaints: {self.complaints}"
            time.sleep(0.05)
        return value

    def click(self, selector: str) -> None:
        self.await_(f"!!document.querySelector({json.dumps(selector)})")
        self.run(f"document.querySelector({json.dumps(selector)}).click()")

    def type(self, selector: str, text: str) -> None:
        self.await_(f"!!document.querySelector({json.dumps(selector)})")
        self.run(f"document.querySelector({json.dumps(selector)}).focus()")
        self._ask("Input.insertText", text=text)

    def _ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._connection.recv(timeout=PATIENCE))
            if message.get("id") == number:
                assert "error" not in message, message["error"]
                result: dict[str, Any] = message["result"]
                return result
            self._note(message["method"], message["params"])

    def _note(self, event: str, told: dict[str, Any]) -> None:
        if event == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])
        elif event == "Runtime.exceptionThrown":
            self.complaints.append(str(told["exceptionDetails"]))
        elif event == "Log.entryAdded" and told["entry"]["level"] == "error":
            self.complaints.append(f"{told['entry']['text']} {told['entry'].get('url', '')}")


@contextmanager
def new_page() -> Iterator[Page]:
    """An empty tab in a browser of its own, which ends with it and leaves nothing."""
    with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as home:
        command = [str(program()), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        command += ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        command += [f"--user-data-dir={home}", "--remote-debugging-port=0", "about:blank"]
        # Its own temporary files go there too. The path stays short: a socket's may have 107 bytes.
        tidy = os.environ | {"TMPDIR": home}
        silent = subprocess.DEVNULL
        browser = subprocess.Popen(command, env=tidy, stdout=silent, stderr=silent, start_new_session=True)
        try:
            port, path = _address(Path(home, "DevToolsActivePort"))
            with connect(f"ws://127.0.0.1:{port}{path}") as connection:
                target = _first_tab(connection)
            with connect(f"ws://127.0.0.1:{port}/devtools/page/{target}", max_size=None) as connection:
                yield Page(connection)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(browser.pid, signal.SIGKILL)  # its helpers as well, which would go on writing there
            browser.wait(PATIENCE)


def _address(file: Path) -> tuple[str, str]:
    """Port and path, which Chromium writes down once it listens."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if file.exists() and len(lines := file.read_text().split()) == 2:
            return lines[0], lines[1]
        time.sleep(0.05)
    raise TimeoutError("Chromium did not start")


def _first_tab(connection: ClientConnection) -> str:
    connection.send(json.dumps({"id": 0, "method": "Target.getTargets"}))
    answer = json.loads(connection.recv(timeout=PATIENCE))
    pages = [target for target in answer["result"]["targetInfos"] if target["type"] == "page"]
    target: str = pages[0]["targetId"]
    return target
