"""The rows of a sheet, as they come (ECMA-376, part 1, §18.3): what each cell holds, and which are merged.

Our own reader over expat, because what people send has a million formatted empty rows, merged cells and formulas, and
all three must be met without memory or minutes (docs/decisions/22). It knows no more of a workbook than a list needs.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from app.foundation.problems import Said
from app.workbooks.package import STRINGS, STYLES, Package, UnreadableWorkbook, feed, local, safe_parser

ROWS_LIMIT: Final = 5_000
"""Rows of data of a sheet. On SQLite all writers wait while they are taken in (docs/decisions/22)."""

ABOVE: Final = 20
"""Rows among which the line of titles is."""

COLUMNS_LIMIT: Final = 200
MERGED_LIMIT: Final = 100_000
ELEMENTS_LIMIT: Final = 1_500_000
"""Rows and cells that are looked at, empty ones among them."""

STRINGS_LIMIT: Final = 40_000_000
"""Characters of all texts of a workbook that sheets share."""

TOO_MANY_ROWS: Final = Said(
    f"工作表超过 {ROWS_LIMIT} 行：请分成几个文件", f"A sheet has more than {ROWS_LIMIT} rows: send several files"
)
TOO_MANY_EMPTY: Final = Said(
    "工作表里空白的行列过多：请删除数据下方和右侧的空行空列", "Too many empty formatted rows or columns: delete them"
)
TOO_MUCH_TEXT: Final = Said("文字过多：请分成几个文件", "There is too much text: send several files")
ESCAPED: Final = re.compile("_x([0-9A-Fa-f]{4})_")
PLACE: Final = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
DATES: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})  # numFmtIds (§18.8.30)
VALUES: Final = tuple(
    before + name + after for before in (b"<", b":") for name in (b"v", b"f", b"is") for after in (b">", b" ", b"/")
)
ROW_END: Final = re.compile(rb"</(\w+:)?row\s*>")
SHEET_DATA: Final = re.compile(rb"<(\w+:)?sheetData[^>]*>")
SHEET_END: Final = re.compile(rb"</(\w+:)?sheetData\s*>")
LONGEST_ROW: Final = 1 << 24
QUOTED: Final = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')  # of a format: what is shown as it stands


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell holds: text, a number, yes or no, a formula's error; `day` if a number is shown as a date."""

    value: str | float | bool | None
    day: bool = False
    error: bool = False
    formula: bool = False  # one whose result the file does not hold


@dataclass
class Grid:
    """A sheet: its rows by their numbers, from 1, and in them the cells that hold anything, by column, from 0."""

    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    """First row, first column, last row, last column."""


class Workbook:
    """The sheets of a file. Raises UnreadableWorkbook wherever it is none that can be read."""

    def __init__(self, content: bytes) -> None:
        self._package = Package(content)
        self._strings = list(_strings(self._package))
        self._days = _days(self._package)
        self.since_1904 = self._package.since_1904

    @property
    def names(self) -> list[str]:
        return list(self._package.sheets)

    def grid(self, name: str) -> Grid:
        """The rows of a sheet."""
        reader = _Reader(self._strings, self._days)
        part = self._package.sheets[name]
        parser = safe_parser()
        parser.StartElementHandler, parser.EndElementHandler = reader.begin, reader.end
        parser.CharacterDataHandler = reader.text
        feed(parser, _until_the_last_value(self._package, part))
        return reader.grid


def _until_the_last_value(package: Package, part: str) -> Iterator[bytes]:
    """A sheet's bytes without the empty formatted rows at its end, of which there may be a million: they hold nothing,
    and to look at each would take half a minute."""
    last, ended, at, tail = -1, False, 0, b""
    for piece in package.pieces(part):
        window, start = tail + piece, at - len(tail)
        end = SHEET_END.search(window)
        found = max(window.rfind(mark, 0, end.start() if end else len(window)) for mark in VALUES)
        last = start + found if found >= 0 else last
        at, tail, ended = at + len(piece), window[-64:], end is not None
        if ended:
            break
    return _without_rows_after(package, part, last) if ended else package.pieces(part)


def _without_rows_after(package: Package, part: str, last: int) -> Iterator[bytes]:
    """The bytes of a sheet up to the row that has the value at `last`, and what comes after all rows."""
    pieces, at = package.pieces(part), 0
    held = b""
    for piece in pieces:
        at += len(piece)
        if at > last:
            held = piece
            break
        yield piece
    if last >= 0:
        found = ROW_END.search(held, max(last - at + len(held), 0))
        while found is None:  # the row goes on in the next piece
            held += (piece := next(pieces, b""))
            if not piece or len(held) > LONGEST_ROW:
                raise UnreadableWorkbook(TOO_MUCH_TEXT)
            found = ROW_END.search(held)
        yield held[: found.end()]
        held = held[found.end() :]
    else:
        begun = SHEET_DATA.search(held)
        yield held[: begun.end()] if begun else held
    while (end := SHEET_END.search(held)) is None:
        held = held[-64:] + (piece := next(pieces, b""))
        if not piece:
            return
    yield held[end.start() :]
    yield from pieces


class _Reader:
    """Handlers of expat that fill a grid."""

    def __init__(self, strings: list[str], days: frozenset[int]) -> None:
        self.grid = Grid()
        self._strings, self._days = strings, days
        self._row, self._column, self._seen = 0, -1, 0
        self._kind, self._style, self._formula = "", 0, False
        self._value: list[str] | None = None
        self._inside: list[str] | None = None
        self._phonetic = False
        self._here: dict[int, Cell] = {}

    def begin(self, name: str, told: Mapping[str, str]) -> None:
        name = local(name)
        if name == "c":
            self._count()
            place = PLACE.fullmatch(told.get("r", ""))
            self._column = column_number(place[1]) if place else self._column + 1
            self._kind, self._formula = told.get("t", "n"), False
            style = told.get("s", "0")
            self._style = int(style) if style.isdecimal() else 0
            self._inside = None
        elif name == "v" or (name == "t" and self._kind == "inlineStr" and not self._phonetic):
            self._value = []
        elif name == "f":
            self._formula = True
        elif name == "row":
            self._count()
            number = told.get("r", "")
            self._row = int(number) if number.isdecimal() else self._row + 1
            self._column, self._here = -1, {}
        elif name == "rPh":
            self._phonetic = True
        elif name == "mergeCell":
            self._merge(told.get("ref", ""))

    def _count(self) -> None:
        self._seen += 1
        if self._seen > ELEMENTS_LIMIT:
            raise UnreadableWorkbook(TOO_MANY_EMPTY)

    def text(self, data: str) -> None:
        if self._value is not None:
            self._value.append(data)

    def end(self, name: str) -> None:
        name = local(name)
        if name in {"v", "t"} and self._value is not None:
            self._inside = [*(self._inside or ()), *self._value]
            self._value = None
        elif name == "c":
            self._close()
        elif name == "rPh":
            self._phonetic = False

    def _close(self) -> None:
        cell = self._read()
        if cell is None or self._column >= COLUMNS_LIMIT:
            return
        if not self._here:
            if len(self.grid.rows) >= ROWS_LIMIT + ABOVE:
                raise UnreadableWorkbook(TOO_MANY_ROWS)
            self._here = self.grid.rows.setdefault(self._row, {})
        self._here[self._column] = cell

    def _read(self) -> Cell | None:
        if self._inside is None:
            return Cell(None, formula=True) if self._formula else None
        raw = "".join(self._inside)
        if self._formula and not raw and self._kind == "n":
            return Cell(None, formula=True)
        match self._kind:
            case "s":
                number = raw.strip()
                known = number.isdecimal() and int(number) < len(self._strings)
                return _text(self._strings[int(number)]) if known else None
            case "inlineStr" | "str":
                return _text(unescaped(raw))
            case "b":
                return Cell(raw.strip() in {"1", "true"})
            case "e":
                return Cell(raw.strip(), error=True)
            case "d":
                return Cell(raw.strip()[:10])
            case _:
                return _number(raw, day=self._style in self._days)

    def _merge(self, ref: str) -> None:
        first, _, last = ref.partition(":")
        here, there = PLACE.fullmatch(first), PLACE.fullmatch(last)
        if here and there and len(self.grid.merged) < MERGED_LIMIT:
            columns = column_number(here[1]), column_number(there[1])
            self.grid.merged.append((int(here[2]), columns[0], int(there[2]), columns[1]))


def _text(text: str) -> Cell | None:
    return Cell(text) if text else None


def _number(raw: str, *, day: bool) -> Cell | None:
    if not raw.strip():
        return None
    try:
        return Cell(float(raw), day=day)
    except ValueError:
        return Cell(raw.strip(), error=True)


def column_number(letters: str) -> int:
    """A is 0, Z 25, AA 26."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def column_letters(number: int) -> str:
    """0 is A."""
    letters, number = "", number + 1
    while number:
        number, place = divmod(number - 1, 26)
        letters = chr(65 + place) + letters
    return letters


def unescaped(text: str) -> str:
    """What `_x000D_` stands for (ST_Xstring, §22.9.2.19)."""
    if "_x" not in text:
        return text
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def as_day(serial: float, *, since_1904: bool) -> date | None:
    """The date of a number of days; None for what is none. (1900 was no leap year, but Excel thinks so.)"""
    first = date(1904, 1, 1) if since_1904 else date(1899, 12, 30)
    if not 0 < serial < 2_958_466 or (not since_1904 and serial < 61):
        return None
    return first + timedelta(days=int(serial))


def _strings(package: Package) -> Iterator[str]:
    """The texts that sheets share, each of all its runs, without how it is pronounced."""
    part = package.part_of(STRINGS)
    if part is None:
        return
    found: list[str] = []
    runs: list[str] = []
    state = {"in": False, "spoken": False, "size": 0}

    def begin(name: str, told: Mapping[str, str]) -> None:
        name = local(name)
        if name == "t":
            state["in"] = not state["spoken"]
        elif name == "rPh":
            state["spoken"] = True

    def text(data: str) -> None:
        if state["in"]:
            runs.append(data)

    def end(name: str) -> None:
        name = local(name)
        if name == "t":
            state["in"] = False
        elif name == "rPh":
            state["spoken"] = False
        elif name == "si":
            found.append(unescaped("".join(runs)))
            runs.clear()
            state["size"] += len(found[-1]) + 40
            if state["size"] > STRINGS_LIMIT:
                raise UnreadableWorkbook(TOO_MUCH_TEXT)

    parser = safe_parser()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, text
    feed(parser, package.pieces(part))
    yield from found


def _days(package: Package) -> frozenset[int]:
    """The numbers of the styles that show a number as a date."""
    part = package.part_of(STYLES)
    formats: dict[str, str] = {}
    styles: list[bool] = []
    inside = [False]

    def begin(name: str, told: Mapping[str, str]) -> None:
        name = local(name)
        if name == "numFmt":
            formats[told.get("numFmtId", "")] = told.get("formatCode", "")
        elif name == "cellXfs":
            inside[0] = True
        elif name in {"cellStyles", "dxfs"}:
            inside[0] = False
        elif name == "xf" and inside[0]:
            styles.append(_shows_days(told.get("numFmtId", "0"), formats))

    if part is not None:
        package.read_small(part, begin)
    return frozenset(number for number, shows in enumerate(styles) if shows)


def _shows_days(format: str, formats: Mapping[str, str]) -> bool:
    if format in formats:
        plain = QUOTED.sub("", formats[format]).lower()
        return "general" not in plain and any(letter in plain for letter in "yd")
    return format.isdecimal() and int(format) in DATES
