"""The least that takes a photo in: its bytes written, hashed and synced, and nothing else known of them.

To a folder, or, where BUCKET is named, to S3 in one request. `script` does the same without any server.
"""

import hashlib
import os
import secrets
import time
from pathlib import Path
from typing import Any, Final

import obstore
from anyio import to_thread
from obstore.store import S3Store
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.bare_files import settle, take

CHUNK: Final = 1 << 17


def bucket() -> S3Store | None:
    """Where photos go, if not to a folder."""
    address = os.environ.get("BUCKET")
    if not address:
        return None
    return S3Store.from_url(
        address, endpoint=os.environ["ENDPOINT"], access_key_id=os.environ["ACCESS_KEY"],
        secret_access_key=os.environ["SECRET_KEY"], region="us-east-1", client_options={"allow_http": True},
    )  # fmt: skip


FOLDER: Final = Path(os.environ.get("PHOTOS", "."))
BUCKET: Final = bucket()


async def ready(_: Request) -> Response:
    return Response(b"{}", media_type="application/json")


async def photo(request: Request) -> Response:
    """As the hand-written server takes a photo, without its rows."""
    asked = request.path_params["sha256"]
    if BUCKET:
        held, sum = bytearray(), hashlib.sha256()
        async for part in request.stream():
            sum.update(part)
            held += part
        await to_thread.run_sync(put, BUCKET, f"{asked}/{secrets.token_hex(8)}", held)
        assert sum.hexdigest() == asked
    else:
        await take(request, asked, FOLDER)
    return Response(b'{"sha256":"%b"}' % asked.encode(), 201, media_type="application/json")


def put(store: S3Store, key: str, held: Any) -> None:
    obstore.put(store, key, held, use_multipart=False)


def script(picture: Path, folder: Path, seconds: float) -> int:
    """How many photos one process writes, hashes and syncs in that time, when they are there already."""
    content, done = memoryview(picture.read_bytes()), 0
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        sum, aside = hashlib.sha256(), folder / f".{secrets.token_hex(8)}"
        with aside.open("wb", buffering=1 << 18) as file:
            for at in range(0, len(content), CHUNK):
                sum.update(content[at : at + CHUNK])
                file.write(content[at : at + CHUNK])
            file.flush()
            os.fsync(file.fileno())
        settle(aside, folder / f"{sum.hexdigest()}+{secrets.token_hex(8)}")
        done += 1
    return done


app = Starlette(
    routes=[Route("/readyz", ready), Route("/api/v1/photos/{sha256}", photo, methods=["PUT"])],
)
