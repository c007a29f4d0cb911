"""A way to a server on which connections break: as a phone's do in a tunnel.

with Cut(port, 50_000, 0, 200_000) as way:
    httpx2.get(f"{way.url}/healthz")  # the first connection breaks after 50,000 bytes, the next at once, and so on
"""

import socket
from collections.abc import Iterator
from contextlib import suppress
from threading import Thread
from typing import Self


class Cut:
    """Each new connection breaks after so many bytes that the client sends, in their order; those after them last."""

    def __init__(self, port: int, *lasts: int) -> None:
        self._port, self._lasts = port, iter(lasts)
        self.broken = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        Thread(target=self._serve, args=(self._lasts,), daemon=True).start()

    def _serve(self, lasts: Iterator[int]) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                try:
                    server = socket.create_connection(("127.0.0.1", self._port))
                except OSError:  # the server is down
                    client.close()
                    continue
                left = next(lasts, None)
                Thread(target=self._answers, args=(server, client), daemon=True).start()
                Thread(target=self._requests, args=(client, server, left), daemon=True).start()

    def _requests(self, client: socket.socket, server: socket.socket, left: int | None) -> None:
        with suppress(OSError):
            while (left is None or left > 0) and (sent := client.recv(1 << 16 if left is None else min(left, 1 << 16))):
                server.sendall(sent)
                left = None if left is None else left - len(sent)
        self.broken += left == 0
        for end in (client, server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _answers(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while answered := server.recv(1 << 16):
                client.sendall(answered)
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
