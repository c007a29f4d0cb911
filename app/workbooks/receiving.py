"""A workbook on its way in: as the body itself or as the part `file`, read in a lane of its own before any visit.

No transaction waits for a file to be read, and no page for the thread that reads it.
"""

import hashlib
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from uuid import UUID

from fastapi import Request

from app.foundation.canonical import new_id
from app.foundation.lanes import Lane
from app.foundation.problems import Invalid, Malformed, Problem, Said, TooLarge
from app.foundation.reading import media_type, read_body
from app.people.calls import Receive, as_uuid, thing
from app.people.scope import Caller
from app.photos.multipart import Form, Sink
from app.photos.receiving import AROUND, NO_FILE, UnexpectedPart
from app.workbooks.books import Book
from app.workbooks.package import FILE_LIMIT
from app.workbooks.table import Filled, read

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ID_LIMIT: Final = 100
BAD_ID: Final = Said("应为 UUID", "Should be a UUID")
BYTES: Final = {"type": "string", "format": "binary"}
BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            XLSX: {"schema": BYTES},
            "multipart/form-data": {
                "schema": {
                    "type": "object", "required": ["file"],
                    "properties": {"file": BYTES, "id": {"type": "string", "format": "uuid"}},
                }
            },
        },
    }
}  # fmt: skip


@dataclass
class Desk:
    """Where workbooks are read and written: one at a time, beside everything else."""

    lane: Lane = field(default_factory=partial(Lane, 1, 16))


@dataclass
class Sent:
    """What one request brought (`people.visits.Parts`): the file as it was read. `sent` is how a receipt keeps it."""

    id: UUID
    sha256: str
    filled: Filled
    sent: Any
    refused: Problem | None = None

    async def settle(self, *, kept: bool) -> None:
        """Nothing of it lies anywhere."""


def receiving(book: Book) -> Receive:
    """Takes in a file as a book of this kind.

    Raises:
        TooLarge, Malformed: of the request.
        UnreadableWorkbook: it is no workbook.
    """

    async def receive(request: Request, caller: Caller) -> Sent:
        content, told = await _brought(request)
        told = told or request.query_params.get("id", "")
        id = as_uuid(told)
        if told and id is None:
            raise Invalid.at("/id", "uuid_parsing", BAD_ID)
        filled = await thing(request, Desk).lane.run(partial(read, book, content))
        sha256 = hashlib.sha256(content).hexdigest()
        named = {"id": str(id)} if id else {}
        return Sent(id or new_id(), sha256, filled, named | {"sha256": sha256})

    return receive


async def _brought(request: Request) -> tuple[bytes, str]:
    """The file, and the id that came with it in a form."""
    if media_type(request) != "multipart/form-data":
        return await read_body(request, FILE_LIMIT), ""
    parts: dict[str, _Held] = {}

    def place(name: str) -> Sink:
        if name not in {"file", "id"} or name in parts:
            raise UnexpectedPart(name)
        parts[name] = _Held(FILE_LIMIT if name == "file" else ID_LIMIT)
        return parts[name]

    form = Form(request, place)
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > FILE_LIMIT + AROUND:
        raise TooLarge(limit=FILE_LIMIT)
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > FILE_LIMIT + AROUND:
            raise TooLarge(limit=FILE_LIMIT)
        form.take(chunk)
    form.close()
    if "file" not in parts:
        raise Invalid.at("/file", "missing", NO_FILE)
    try:
        id = bytes(parts["id"].content).decode("ascii") if "id" in parts else ""
    except UnicodeDecodeError:
        raise Malformed from None
    return bytes(parts["file"].content), id


class _Held:
    """A part that is kept in memory."""

    def __init__(self, limit: int) -> None:
        self.content, self._limit = bytearray(), limit

    def take(self, data: bytes | memoryview) -> None:
        self.content += data
        if len(self.content) > self._limit:
            raise TooLarge(limit=self._limit)

    def close(self) -> None:
        pass
