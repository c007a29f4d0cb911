"""The least that keeps a photo: its bytes written and hashed as they come, and synced with the name they get."""

import hashlib
import os
import secrets
from pathlib import Path

from anyio import to_thread
from starlette.requests import Request


async def take(request: Request, asked: str, folder: Path) -> tuple[Path, int]:
    """The body as a file, and its size; it would survive a power cut."""
    aside, sum, size = folder / f".{secrets.token_hex(8)}", hashlib.sha256(), 0
    with aside.open("wb", buffering=1 << 18) as file:
        async for part in request.stream():
            sum.update(part)
            file.write(part)
            size += len(part)
        assert sum.hexdigest() == asked
        file.flush()
        await to_thread.run_sync(os.fsync, file.fileno())
    kept = folder / f"{asked}+{secrets.token_hex(8)}"
    await to_thread.run_sync(settle, aside, kept)
    return kept, size


def settle(aside: Path, kept: Path) -> None:
    aside.rename(kept)
    folder = os.open(kept.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
