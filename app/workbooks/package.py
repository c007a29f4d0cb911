"""A file that somebody sent as .xlsx, opened with care (ECMA-376, part 2): what it is said to be, and how large.

Nothing is unpacked before it is known how much it will be: a zip says so, and Python reads no further than that.
"""

import posixpath
import struct
import zlib
from collections.abc import Iterator
from functools import cached_property
from io import BytesIO
from typing import Any, Final
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile, ZipInfo

from app.foundation.problems import Invalid, Said

FILE_LIMIT: Final = 10_000_000
"""Bytes of a workbook as it is sent."""

UNPACKED_LIMIT: Final = 150_000_000
"""Bytes of all its parts together: more is no list that a person keeps."""

PART_LIMIT: Final = 1_000_000
"""Bytes of a part that says where the others are, or how numbers are shown."""

PARTS_LIMIT: Final = 2_000
PIECE: Final = 1 << 18
OLD: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Excel's format up to 2003; and what holds an encrypted new one
ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
SHEET: Final = "worksheet"
STRINGS: Final = "sharedStrings"
STYLES: Final = "styles"

NOT_ZIP: Final = Said("不是 .xlsx 文件", "This is no .xlsx file")
IS_OLD: Final = Said("是旧格式 .xls：请用表格软件另存为 .xlsx", "This is an old .xls: save it as .xlsx")
LOCKED: Final = Said("文件有打开密码：请取消密码后再导入", "The file has a password: save it without one")
IS_TEXT: Final = Said("是文本（如 CSV）：请用表格软件另存为 .xlsx", "This is text, such as CSV: save it as .xlsx")
BROKEN: Final = Said("文件不完整或已损坏", "The file is incomplete or damaged")
NO_BOOK: Final = Said("压缩包里没有工作簿", "There is no workbook in this file")
BINARY: Final = Said("是 .xlsb 格式：请另存为 .xlsx", "This is .xlsb: save it as .xlsx")
TOO_MUCH: Final = Said(
    f"解压后超过 {UNPACKED_LIMIT // 1_000_000} MB：请只保留所需的行和工作表",
    f"It unpacks to more than {UNPACKED_LIMIT // 1_000_000} MB: keep only the rows and sheets that matter",
)
DECLARES: Final = Said("文件内有不允许的 XML 声明", "The file declares XML entities, which no workbook needs")


class UnreadableWorkbook(Invalid):
    """Not a workbook that can be read; `detail` says what it is instead, and what to do."""

    code, title = "unreadable_workbook", Said("无法读取这个文件", "This file cannot be read as a workbook")


class Package:
    """The parts of a workbook. Raises UnreadableWorkbook wherever it is none."""

    def __init__(self, content: bytes) -> None:
        self._zip = _opened(content)
        self._parts = {_plain(info.filename): info for info in self._zip.infolist()}
        book = next((t for kind, t, _ in self._targets("") if kind == "officeDocument"), "xl/workbook.xml")
        if book.endswith(".bin"):
            raise UnreadableWorkbook(BINARY)
        if _plain(book) not in self._parts:
            raise UnreadableWorkbook(NO_BOOK)
        self.book, self._of_book = book, list(self._targets(book))

    @cached_property
    def sheets(self) -> dict[str, str]:
        """The parts of the sheets by their names, in their order; pictures and macros are left where they are."""
        targets = {id: target for kind, target, id in self._of_book if kind == SHEET}
        found: dict[str, str] = {}

        def begin(name: str, told: dict[str, str]) -> None:
            if local(name) == "sheet":
                id = next((value for key, value in told.items() if local(key) == "id" and key != "id"), "")
                if id in targets and _plain(targets[id]) in self._parts:
                    found[told.get("name", "")] = targets[id]

        self.read_small(self.book, begin)
        return found

    @cached_property
    def since_1904(self) -> bool:
        """Whether days are counted as old Macs did."""
        found: list[str] = []

        def begin(name: str, told: dict[str, str]) -> None:
            if local(name) == "workbookPr":
                found.append(told.get("date1904", "0"))

        self.read_small(self.book, begin)
        return found[:1] in (["1"], ["true"])

    def part_of(self, kind: str) -> str | None:
        """The part of the workbook that has this to tell, if there is one."""
        return next((t for k, t, _ in self._of_book if k == kind and _plain(t) in self._parts), None)

    def pieces(self, part: str, limit: int = UNPACKED_LIMIT) -> Iterator[bytes]:
        """The bytes of a part, a few at a time."""
        info = self._parts[_plain(part)]
        if info.file_size > limit:
            raise UnreadableWorkbook(TOO_MUCH)
        try:
            with self._zip.open(info) as file:
                while piece := file.read(PIECE):
                    yield piece
        except (BadZipFile, OSError, EOFError, zlib.error, NotImplementedError, RuntimeError) as error:
            raise UnreadableWorkbook(BROKEN) from error

    def read_small(self, part: str, begin: Any) -> None:
        """Go through the elements of a small part."""
        parser = safe_parser()
        parser.StartElementHandler = begin
        feed(parser, self.pieces(part, PART_LIMIT))

    def _targets(self, source: str) -> Iterator[tuple[str, str, str]]:
        """What a part leads to: the kind, the part and the id of each. What lies elsewhere is never fetched."""
        folder, name = posixpath.split(source)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        found: list[tuple[str, str, str]] = []

        def begin(name: str, told: dict[str, str]) -> None:
            if local(name) == "Relationship" and told.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, told.get("Target", ""))).lstrip("/")
                found.append((told.get("Type", "").rpartition("/")[2], target, told.get("Id", "")))

        if _plain(rels) in self._parts:
            self.read_small(rels, begin)
        yield from found


def _opened(content: bytes) -> ZipFile:
    if content.startswith(OLD):
        raise UnreadableWorkbook(LOCKED if ENCRYPTED in content else IS_OLD)
    if not content.startswith(b"PK"):
        raise UnreadableWorkbook(IS_TEXT if _is_text(content[:4096]) else NOT_ZIP)
    try:
        opened = ZipFile(BytesIO(content))
        parts: list[ZipInfo] = opened.infolist()
    except (BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
        raise UnreadableWorkbook(BROKEN) from error
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableWorkbook(LOCKED)
    if len(parts) > PARTS_LIMIT or sum(part.file_size for part in parts) > UNPACKED_LIMIT:
        raise UnreadableWorkbook(TOO_MUCH)
    return opened


def _is_text(head: bytes) -> bool:
    return bool(head) and b"\x00" not in head and sum(byte < 32 and byte not in b"\t\r\n" for byte in head) == 0


def _plain(part: str) -> str:
    return part.replace("\\", "/").lstrip("/").lower()


def local(name: str) -> str:
    """An element's or attribute's name without its prefix: programs choose them as they like."""
    return name.rpartition(":")[2]


def safe_parser() -> expat.XMLParserType:
    """A parser that knows no entities but XML's own: whoever declares some has no list to send."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise UnreadableWorkbook(DECLARES)

    parser.StartDoctypeDeclHandler = refuse
    return parser


def feed(parser: expat.XMLParserType, pieces: Iterator[bytes]) -> None:
    """Let the parser read them all."""
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise UnreadableWorkbook(BROKEN) from error
