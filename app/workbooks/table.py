"""From a file to records: every cell judged, and every bad one kept with its place."""

from bisect import insort
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from app.foundation.problems import Invalid, Said
from app.workbooks.books import Book, Column, Sheet, folded
from app.workbooks.grid import ABOVE, ROWS_LIMIT, TOO_MANY_ROWS, Cell, Grid, Workbook, column_letters
from app.workbooks.kinds import Misread, written
from app.workbooks.package import UnreadableWorkbook

FAULTS_LIMIT: Final = 1_000
"""Bad cells that are listed; how many more there are is said."""

FILLED_LIMIT: Final = 1_000_000

MISSING: Final = Said("缺少必填项", "Field required")
ACROSS: Final = Said("数据行不能跨列合并单元格", "Cells of a row of data are not merged across columns")
TOO_MERGED: Final = Said("合并单元格过多", "Too many merged cells")
NO_ROWS: Final = Said("没有数据行", "There are no rows of data")
NO_SHEET: Final = Said("没有找到工作表", "There is no such sheet")
TWICE: Final = Said("这一列出现了两次", "This column stands twice")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: sheet, row as the program numbers it, column as a letter with its title."""

    sheet: str
    row: int
    column: str | None = None
    header: str | None = None

    @property
    def pointer(self) -> str:
        return "/".join(["", self.sheet.replace("~", "~0").replace("/", "~1"), str(self.row), self.column or ""])


class Faults:
    """The bad cells of a file, in the order in which one reads it: the first thousand, and how many more."""

    def __init__(self, found: "Faults | None" = None) -> None:
        self._listed: list[tuple[tuple[int, int, int], int, dict[str, Any]]] = list(found._listed) if found else []
        self._sheets: dict[str, int] = dict(found._sheets) if found else {}
        self.count: int = found.count if found else 0

    def add(self, place: Place, code: str, message: Said) -> None:
        """Say that a cell is bad."""
        told = {
            "pointer": place.pointer, "code": code, "message": message, "sheet": place.sheet, "row": place.row,
            "column": place.column, "header": place.header,
        }  # fmt: skip
        sheet = self._sheets.setdefault(place.sheet, len(self._sheets))
        column = place.column or ""
        insort(self._listed, ((sheet, place.row, len(column) << 16 | sum(map(ord, column))), self.count, told))
        self.count += 1
        del self._listed[FAULTS_LIMIT:]

    def refuse(self) -> None:
        """Raises Invalid with every one of them, if there are any."""
        if self.count:
            listed = [told for _, _, told in self._listed]
            detail = Said(f"有 {self.count} 处错误，没有导入任何内容", f"{self.count} faults: nothing was imported")
            raise Invalid(detail, errors=listed, more=self.count - len(listed))


@dataclass(slots=True)
class Record:
    """A row. `values` has every column that the sheet has, blank cells as nothing; `bad` are those that are misread."""

    sheet: str
    row: int
    values: dict[str, Any]
    columns: Mapping[str, tuple[str, str]]
    bad: set[str] = field(default_factory=set)

    def __getitem__(self, key: str) -> Any:
        return self.values.get(key)

    def says(self, key: str) -> bool:
        """Whether the sheet has this column, and the cell can be read."""
        return key in self.values and key not in self.bad

    def copy(self) -> "Record":
        """One that may be written in."""
        return Record(self.sheet, self.row, dict(self.values), self.columns, set(self.bad))

    def place(self, key: str | None = None) -> Place:
        """Where a cell of it is; the row itself where the sheet has no such column."""
        return Place(self.sheet, self.row, *self.columns.get(key or "", (None, None)))


@dataclass
class Filled:
    """A file as it was read: records by the keys of their sheets, what was wrong, and what nobody asked for."""

    records: dict[str, list[Record]] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    ignored: list[str] = field(default_factory=list)
    """Columns and sheets that mean nothing here."""

    @property
    def rows(self) -> int:
        return sum(map(len, self.records.values()))

    def fresh(self) -> "Filled":
        """The same for one more try: what the last one noted in records and faults is not there."""
        copies = {key: [record.copy() for record in records] for key, records in self.records.items()}
        return Filled(copies, Faults(self.faults), self.ignored)


def read(book: Book, content: bytes) -> Filled:
    """A file as a book of this kind.

    Raises:
        UnreadableWorkbook: it is no workbook, or more than a person keeps.
    """
    workbook, filled = Workbook(content), Filled()
    names = _match(book, workbook)
    for sheet in book.sheets:
        if sheet.key in names:
            filled.records[sheet.key] = _records(sheet, names[sheet.key], workbook, filled)
        elif sheet.main:
            filled.faults.add(Place(sheet.title, 1), "missing_sheet", NO_SHEET)
    filled.ignored += [name for name in workbook.names if name not in names.values() and name != INSTRUCTIONS]
    if not filled.rows and not filled.faults.count:
        main = next(sheet for sheet in book.sheets if sheet.main)
        filled.faults.add(Place(names.get(main.key, main.title), 1), "no_rows", NO_ROWS)
    return filled


INSTRUCTIONS: Final = "填写说明"


def _match(book: Book, workbook: Workbook) -> dict[str, str]:
    """The names of the sheets in the file, by their keys; a main sheet may be called anything."""
    there = {folded(name): name for name in reversed(workbook.names)}
    names = {}
    for sheet in book.sheets:
        known = next((there[f] for f in map(folded, (sheet.title, *sheet.also)) if f in there), None)
        if known is not None:
            names[sheet.key] = known
    for sheet in book.sheets:
        if sheet.main and sheet.key not in names:
            left = [name for name in workbook.names if name not in names.values() and name != INSTRUCTIONS]
            if left:
                names[sheet.key] = left[0]
    return names


def _records(sheet: Sheet, name: str, workbook: Workbook, filled: Filled) -> list[Record]:
    grid = workbook.grid(name)
    top, columns = _titles(sheet, grid)
    missing = [column for column in sheet.required if column not in columns.values()]
    for column in missing:
        said = Said(f"缺少“{column.title}”列", f"The column {column.title} is missing")
        filled.faults.add(Place(name, top, None, column.title), "missing_column", said)
    if missing:
        return []
    _check_titles(name, top, columns, grid, filled)
    rows = [row for row in sorted(grid.rows) if row > top]
    if len(rows) > ROWS_LIMIT:
        raise UnreadableWorkbook(TOO_MANY_ROWS)
    _spread(name, top, columns, grid, filled)
    letters = {c.key: (column_letters(n), _header(grid, top, n)) for n, c in reversed(columns.items())}
    reader = _Rows(name, columns, letters, workbook.since_1904, filled.faults)
    return [record for row in rows for record in reader.read(row, grid.rows[row])]


def _titles(sheet: Sheet, grid: Grid) -> tuple[int, dict[int, Column]]:
    """The line of titles, and the columns by their places: the first line with all that is required, else the best."""
    best: tuple[int, dict[int, Column]] = (1, {})
    for row in sorted(grid.rows)[:ABOVE]:
        found = {n: sheet.by_header.get(folded(cell.value)) for n, cell in sorted(grid.rows[row].items())}
        known = {n: column for n, column in found.items() if column is not None}
        if known and all(column in known.values() for column in sheet.required):
            return row, known
        if len(known) > len(best[1]):
            best = row, known
    return best


def _check_titles(name: str, top: int, columns: dict[int, Column], grid: Grid, filled: Filled) -> None:
    """Refuse a column that stands twice; note those that mean nothing here."""
    seen: set[str] = set()
    for number, column in columns.items():
        if column.key in seen:
            header = _header(grid, top, number)
            filled.faults.add(Place(name, top, column_letters(number), header), "repeated_column", TWICE)
        seen.add(column.key)
    unknown = (number for number in sorted(grid.rows.get(top, {})) if number not in columns)
    filled.ignored += [f"{name}!{column_letters(n)} {_header(grid, top, n)}"[:100] for n in unknown][:50]


def _header(grid: Grid, top: int, number: int) -> str:
    return str(grid.rows[top][number].value or "").strip()[:100]


def _spread(name: str, top: int, columns: Mapping[int, Column], grid: Grid, filled: Filled) -> None:
    """Let what stands in cells that are merged downwards hold for each of their rows, as whoever merged them meant."""
    steps = 0
    last_row = max(grid.rows, default=0)
    for first, left, last, right in grid.merged:
        cell = grid.rows.get(first, {}).get(left)
        if first <= top or cell is None:
            continue
        if right > left and any(number in columns for number in range(left, min(right, left + 300) + 1)):
            header = _header(grid, top, left) if left in columns else None
            filled.faults.add(Place(name, first, column_letters(left), header), "merged_across", ACROSS)
            continue
        for row in range(first + 1, min(last, last_row) + 1):
            steps += 1
            if steps > FILLED_LIMIT:
                raise UnreadableWorkbook(TOO_MERGED)
            if row in grid.rows:
                grid.rows[row].setdefault(left, cell)


@dataclass
class _Rows:
    """Reads rows, and remembers what it has read: most cells of a column say the same few things."""

    sheet: str
    columns: Mapping[int, Column]
    letters: Mapping[str, tuple[str, str]]
    since_1904: bool
    faults: Faults
    known: dict[tuple[str, type, Cell], Any] = field(default_factory=dict)

    def read(self, row: int, cells: Mapping[int, Cell]) -> Iterator[Record]:
        """The record of a row; none of a row that has nothing in any column that means something."""
        record = Record(self.sheet, row, {}, self.letters)
        bad: list[tuple[str, Misread]] = []
        blank = True
        for number, column in self.columns.items():
            try:
                value = self._value(column, cells.get(number))
            except Misread as misread:
                value, blank = column.blank, False
                bad.append((column.key, misread))
            blank = blank and value == column.blank
            record.values[column.key] = value
        if blank:
            return
        for column in self.columns.values():
            if column.required and record.values[column.key] == column.blank and column.key not in dict(bad):
                bad.append((column.key, Misread("missing", MISSING)))
        for key, fault in bad:
            record.bad.add(key)
            self.faults.add(record.place(key), fault.code, fault.message)
        yield record

    def _value(self, column: Column, cell: Cell | None) -> Any:
        if cell is None:
            return column.blank
        key = (column.key, type(cell.value), cell)
        known = self.known.get(key, self)
        if known is not self:
            return known
        text = written(cell, since_1904=self.since_1904)
        value = column.blank if text is None else column.kind.read(text, cell, since_1904=self.since_1904)
        if len(self.known) < 50_000:
            self.known[key] = value
        return value
