"""multipart/form-data (RFC 7578), taken apart as it comes: nothing is spooled, and nothing is read twice."""

from collections.abc import Callable
from typing import Final, Protocol

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from app.foundation.problems import Malformed, Said, UnsupportedMedia
from app.foundation.reading import media_type

PARTS: Final = 400

NOT_MULTIPART: Final = Said("请以 multipart/form-data 发送", "Send multipart/form-data")
TOO_MANY: Final = Said(f"最多 {PARTS} 个部分", f"{PARTS} parts at most")
NAMELESS: Final = Said("每个部分都须有名称", "Every part needs a name")
CUT_OFF: Final = Said("请求不完整", "The request is cut off")


class Sink(Protocol):
    """Where the content of a part goes."""

    def take(self, data: bytes | memoryview) -> None: ...

    def close(self) -> None:
        """That was all of it."""


class Form:
    """The parts of one body, each going where `place` says by its name.

    It is itself a sink, of the body. A file's name and declared type are ignored: content decides.
    """

    def __init__(self, request: Request, place: Callable[[str], Sink]) -> None:
        """Raises UnsupportedMedia or Malformed if the request announces no such body."""
        if media_type(request) != "multipart/form-data":
            raise UnsupportedMedia(NOT_MULTIPART)
        boundary = parse_options_header(request.headers["content-type"])[1].get(b"boundary")
        if not boundary:
            raise Malformed
        self._place = place
        self._sink: Sink | None = None
        self._parts, self._ended = 0, False
        self._field, self._value, self._disposition = b"", b"", b""
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin_part,
                    "on_header_field": self._read_field,
                    "on_header_value": self._read_value,
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._open,
                    "on_part_data": self._pass_on,
                    "on_part_end": self._end_part,
                    "on_end": self._end,
                },
            )
        except FormParserError:
            raise Malformed from None

    def take(self, data: bytes | memoryview) -> None:
        """Raises Malformed, and whatever the sinks raise."""
        try:
            self._parser.write(bytes(data))
        except FormParserError:
            raise Malformed from None

    def close(self) -> None:
        if not self._ended:
            raise Malformed(CUT_OFF)

    def _begin_part(self) -> None:
        self._parts += 1
        if self._parts > PARTS:
            raise Malformed(TOO_MANY)
        self._disposition = b""

    def _read_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _read_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        if self._field.lower() == b"content-disposition":
            self._disposition = self._value
        self._field, self._value = b"", b""

    def _open(self) -> None:
        _, options = parse_options_header(self._disposition)
        if not (name := options.get(b"name")):
            raise Malformed(NAMELESS)
        self._sink = self._place(name.decode(errors="replace"))

    def _pass_on(self, data: bytes, start: int, end: int) -> None:
        assert self._sink is not None
        self._sink.take(memoryview(data)[start:end])

    def _end_part(self) -> None:
        assert self._sink is not None
        self._sink.close()
        self._sink = None

    def _end(self) -> None:
        self._ended = True
