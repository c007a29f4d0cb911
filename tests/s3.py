"""A real S3 server (SeaweedFS), up in a second. Simpler imitations accept any secret and overwrite what must not be.

with running(folder) as s3:
    Blobs.open(f"s3://{s3.bucket}/prefix", **s3.options)
"""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from app.foundation.blobs import Blobs
from app.foundation.problems import Unavailable

PORTS = [
    f"{service}.port{kind}" for service in ("s3", "master", "volume", "filer", "admin") for kind in ("", ".grpc")
]  # fmt: skip


@dataclass(frozen=True)
class S3:
    """Where the server listens, who may use it, and a bucket that exists."""

    endpoint: str
    access_key: str
    secret_key: str
    bucket: str = "photos"

    @property
    def options(self) -> dict[str, str]:
        return {"endpoint": self.endpoint, "access_key": self.access_key, "secret_key": self.secret_key}


@contextmanager
def running(folder: Path) -> Iterator[S3]:
    """A server of one's own on free ports, which keeps its data in `folder`."""
    ports = free_ports(len(PORTS))
    server = S3(f"http://127.0.0.1:{ports[0]}", secrets.token_hex(8), secrets.token_hex(16))
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [_weed(), "mini", f"-dir={folder}", *_flags(server, ports)],
            env=os.environ | {"AWS_ACCESS_KEY_ID": server.access_key, "AWS_SECRET_ACCESS_KEY": server.secret_key},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(server, process, log)
        yield server
    finally:
        process.kill()  # it has nothing to save
        process.wait()


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens at, all different."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def _weed() -> str:
    beside = Path(sys.executable).with_name("weed")
    return str(beside) if beside.exists() else "weed"


def _flags(server: S3, ports: list[int]) -> list[str]:
    return [
        "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-bucket={server.bucket}",
        "-admin.ui=false", "-webdav=false", "-master.telemetry=false", "-s3.port.iceberg=0", "-s3.port.lance=0",
        *(f"-{name}={port}" for name, port in zip(PORTS, ports, strict=True)),
    ]  # fmt: skip


def _wait(server: S3, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until it has taken an object, or has ended."""
    bucket = Blobs.open(f"s3://{server.bucket}/ready", **server.options)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(Unavailable), bucket.writer(secrets.token_hex(8)) as writer:
            writer.write(b"?")
            writer.finish()
            return
        time.sleep(0.1)
    raise RuntimeError(f"SeaweedFS did not start:\n{log.read_text()[-2000:]}")


class Cable:
    """The way to the server, for one who may cut it: nothing passes once `lasts` bytes have gone to the server, until
    it is mended. Each answer takes `delay` seconds longer."""

    def __init__(self, server: S3, lasts: int = 1 << 40, delay: float = 0) -> None:
        self._port, self._left, self.delay = int(server.endpoint.rpartition(":")[2]), lasts, delay
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        self._left = 0

    def mend(self) -> None:
        self._left, self.delay = 1 << 40, 0

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._port))
                Thread(target=self._answers, args=(server, caller), daemon=True).start()
                Thread(target=self._requests, args=(caller, server), daemon=True).start()

    def _requests(self, caller: socket.socket, server: socket.socket) -> None:
        with suppress(OSError), caller, server:
            while self._left > 0 and (sent := caller.recv(min(self._left, 1 << 16))):
                server.sendall(sent)
                self._left -= len(sent)
            for end in (caller, server):
                end.shutdown(socket.SHUT_RDWR)

    def _answers(self, server: socket.socket, caller: socket.socket) -> None:
        with suppress(OSError):
            while answered := server.recv(1 << 16):
                time.sleep(self.delay)
                caller.sendall(answered)
