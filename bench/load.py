"""The load: connections that are kept alive and kept busy, in a process of its own, the same for every server.

A job is read from the standard input as JSON, and what came of it is written to the standard output.
"""

import asyncio
import hashlib
import json
import os
import random
import re
import subprocess
import sys
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self

import uvloop

NEW_ID: Final = re.compile(rb"\{new id\}")
NEW_PHOTO: Final = b"{new photo}"
COMMENT: Final = 66  # bytes of a JPEG comment of 32 random bytes in hex, with its own length


@dataclass(frozen=True)
class Request:
    """What a connection sends. `{new id}` in the body becomes a new UUID each time; the body `{new photo}` a new
    picture, made of the job's `photo`, whose sha256 takes the place of `{sha256}` in the path.

    A picture goes as the body (`raw`), as the part `file` of a `form`, or by `tus`, which takes two requests: a
    creation and one piece. `known` is the tag of an answer that it has."""

    method: str
    path: str
    token: str
    body: str = ""
    way: str = "raw"
    known: str = ""


@dataclass(frozen=True)
class Job:
    """Who is to be kept busy, by how many, for how long; `pause` is what each rests after an answer."""

    port: int
    requests: list[Request]
    connections: int = 32
    seconds: float = 3.0
    pause: float = 0.0
    photo: str = ""  # a file
    statuses: list[int] = field(default_factory=lambda: [200, 201, 204])


@dataclass(frozen=True)
class Outcome:
    """What came of a job; latencies in milliseconds."""

    answered: int
    seconds: float
    per_second: float
    p50: float
    p99: float
    longest: float
    bytes: int
    statuses: dict[str, int]

    @classmethod
    def of(cls, latencies: list[float], seconds: float, size: int, statuses: Counter[int]) -> Self:
        ranked = sorted(latency * 1000 for latency in latencies) or [0.0]
        p50, p99 = (ranked[min(len(ranked) - 1, int(len(ranked) * share))] for share in (0.5, 0.99))
        named = {str(status): count for status, count in statuses.items()}
        return cls(len(latencies), seconds, len(latencies) / seconds, p50, p99, ranked[-1], size, named)


class Photos:
    """Pictures that differ in a comment before their end, so that a new one costs no new sum over all its bytes."""

    def __init__(self, path: str) -> None:
        with open(path, "rb") as file:
            self._whole = file.read()
        assert self._whole.endswith(b"\xff\xd9"), "a JPEG ends with EOI"
        self._beginning = hashlib.sha256(self._whole[:-2])

    def new(self) -> tuple[str, bytes]:
        end = b"\xff\xfe" + COMMENT.to_bytes(2) + os.urandom(32).hex().encode() + b"\xff\xd9"
        sha256 = self._beginning.copy()
        sha256.update(end)
        return sha256.hexdigest(), self._whole[:-2] + end


def new_id(_: object = None) -> bytes:
    """A UUID of version 7, as phones make them."""
    tail = os.urandom(10)
    number = time.time_ns() // 1_000_000 << 80 | int.from_bytes(tail)
    number = number & ~(0xF << 76) & ~(0x3 << 62) | 7 << 76 | 2 << 62
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}".encode()


Sent = tuple[bytes, Callable[[bytes], bytes] | None]
"""A request's bytes, and what makes the next one of its answer, if there is one."""

BOUNDARY: Final = b"a-boundary-of-the-bench"


def writer(request: Request, photos: Photos | None) -> Callable[[], Sent]:
    """Makes the request's bytes anew for every sending."""
    form = f"{request.method} {request.path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {request.token}\r\n"
    form += f"If-None-Match: {request.known}\r\n" if request.known else ""
    if request.body.encode() == NEW_PHOTO and photos:
        return lambda: WAYS[request.way](form, *photos.new())
    body = request.body.encode()
    length = len(NEW_ID.sub(new_id, body))
    kind = f"Content-Type: application/json\r\nContent-Length: {length}\r\n" if body else ""
    head = f"{form}{kind}\r\n".encode()
    return lambda: (head + NEW_ID.sub(new_id, body), None)


def raw(form: str, sha256: str, picture: bytes) -> Sent:
    head = form.replace("{sha256}", sha256) + f"Content-Type: image/jpeg\r\nContent-Length: {len(picture)}"
    return head.encode() + b"\r\n\r\n" + picture, None


def multipart(form: str, sha256: str, picture: bytes) -> Sent:
    disposition = b'Content-Disposition: form-data; name="file"; filename="x.jpg"\r\nContent-Type: image/jpeg'
    before, after = b"--%b\r\n%b\r\n\r\n" % (BOUNDARY, disposition), b"\r\n--%b--\r\n" % BOUNDARY
    length = len(before) + len(picture) + len(after)
    kind = f"Content-Type: multipart/form-data; boundary={BOUNDARY.decode()}\r\nContent-Length: {length}\r\n\r\n"
    return b"".join([form.encode(), kind.encode(), before, picture, after]), None


def tus(form: str, sha256: str, picture: bytes) -> Sent:
    said = f"sha256 {b64encode(sha256.encode()).decode()}"
    spoken = f"{form}Tus-Resumable: 1.0.0\r\n"
    creation = f"{spoken}Upload-Length: {len(picture)}\r\nUpload-Metadata: {said}\r\nContent-Length: 0\r\n\r\n"

    def piece(answer: bytes) -> bytes:
        place = LOCATION.search(answer)
        assert place, answer[:1000]
        path = form.split(" ", 2)[1]
        patch = spoken.replace(f"POST {path} ", f"PATCH {place[1].decode()} ", 1)
        kind = f"Upload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: {len(picture)}"
        return patch.encode() + kind.encode() + b"\r\n\r\n" + picture

    return creation.encode(), piece


LOCATION: Final = re.compile(rb"\r\nlocation: (\S+)\r\n")
WAYS: Final[dict[str, Callable[[str, str, bytes], Sent]]] = {"raw": raw, "form": multipart, "tus": tus}


class Connection(asyncio.Protocol):
    """One phone: sends, waits for the whole answer, sends again."""

    def __init__(self, load: "Load") -> None:
        self._load, self._heard, self._whole = load, bytearray(), 0
        self._transport: Any = None
        self._began = 0.0
        self._then: Callable[[bytes], bytes] | None = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._send()

    def _send(self) -> None:
        if self._load.over():
            self._transport.close()
            return
        request, self._then = random.choice(self._load.writers)()
        self._began = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        heard = self._heard
        heard += data
        if not self._whole:
            end = heard.find(b"\r\n\r\n")
            if end < 0:
                return
            at = heard.find(b"content-length: ", 0, end + 2) + 16
            self._whole = end + 4 + (int(heard[at : heard.index(b"\r", at)]) if at >= 16 else 0)  # 204 has none
        if len(heard) < self._whole:
            return
        if self._then and int(heard[9:12]) < 300:
            following, self._then = self._then(bytes(heard)), None
            heard.clear()
            self._whole = 0
            self._transport.write(following)
            return
        self._load.note(int(heard[9:12]), time.perf_counter() - self._began, self._whole, heard)
        heard.clear()
        self._whole = 0
        if self._load.job.pause:
            asyncio.get_running_loop().call_later(self._load.job.pause * random.uniform(0.5, 1.5), self._send)
        else:
            self._send()

    def connection_lost(self, _: Exception | None) -> None:
        self._load.gone()


class Load:
    """A job while it is done."""

    def __init__(self, job: Job) -> None:
        photos = Photos(job.photo) if job.photo else None
        self.job, self.writers = job, [writer(request, photos) for request in job.requests]
        self._latencies: list[float] = []
        self._statuses: Counter[int] = Counter()
        self._size, self._began, self._until, self._last = 0, 0.0, 0.0, 0.0
        self._left, self._ended = job.connections, asyncio.Event()

    def over(self) -> bool:
        return time.perf_counter() > self._until

    def note(self, status: int, latency: float, size: int, answer: bytearray) -> None:
        if status not in self.job.statuses and not self._statuses[status]:
            print(f"{status}: {bytes(answer[:1500]).decode(errors='replace')}", file=sys.stderr)
        self._statuses[status] += 1
        self._latencies.append(latency)
        self._size, self._last = size, time.perf_counter()

    def gone(self) -> None:
        self._left -= 1
        if not self._left:
            self._ended.set()

    async def run(self) -> Outcome:
        """Keep everybody busy; what is still under way at the end is waited for, and counts with its time."""
        loop = asyncio.get_running_loop()
        self._began = time.perf_counter()
        self._until = self._began + self.job.seconds
        for _ in range(self.job.connections):
            await loop.create_connection(lambda: Connection(self), "127.0.0.1", self.job.port)
        await asyncio.wait_for(self._ended.wait(), self.job.seconds + 30)
        return Outcome.of(self._latencies, self._last - self._began, self._size, self._statuses)


def start(job: Job) -> "subprocess.Popen[str]":
    """Begin a job in a process of its own."""
    command = [sys.executable, "-m", "bench.load"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    process.stdin.write(json.dumps(asdict(job)))
    process.stdin.close()
    process.stdin = None
    return process


def finish(process: "subprocess.Popen[str]", job: Job) -> Outcome:
    """What came of it.

    Raises:
        RuntimeError: an answer was not what the job hoped for: a server that refuses is not a fast one.
    """
    said, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"the load failed with {process.returncode}")
    outcome = Outcome(**json.loads(said))
    unhoped = outcome.statuses.keys() - {str(status) for status in job.statuses}
    if unhoped or not outcome.answered:
        raise RuntimeError(f"answers of another status: {outcome.statuses}")
    return outcome


def run(job: Job) -> Outcome:
    return finish(start(job), job)


async def _main() -> None:
    told = json.load(sys.stdin)
    job = Job(**told | {"requests": [Request(**request) for request in told["requests"]]})
    print(json.dumps(asdict(await Load(job).run())))


if __name__ == "__main__":
    uvloop.run(_main())
