"""A book as a file: the template to start from, or everything there is, which imports again unchanged.

Text stays text: what begins with = + - @ is no formula, and an address no link.
"""

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any, Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from app.foundation.clock import now
from app.workbooks.books import Book, Column, Sheet
from app.workbooks.table import INSTRUCTIONS

OPTIONS: Final = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}  # fmt: skip
PREPARED: Final = 5_000
"""Rows below the last one that have drop-downs."""

LONGEST_LIST: Final = 255
"""Characters of a drop-down's list, by Excel's own limit."""

FONT: Final = {"font_name": "等线", "font_size": 11, "valign": "top"}
SHADES: Final = {"required": "#FCE4D6", "usual": "#DDEBF7", "ours": "#EDEDED"}
NUMBERS: Final = {"text": "@", "day": "yyyy-mm-dd", "number": "General"}
Rows = Iterable[Mapping[str, Any]]


def write(book: Book, rows: Mapping[str, Rows]) -> bytes:
    """The book with these rows of its sheets, by their keys; each value as its column's kind has it."""
    file = BytesIO()
    workbook = xlsxwriter.Workbook(file, OPTIONS)
    workbook.set_properties({"title": book.title, "created": now()})
    pens = _Pens(workbook)
    for sheet in book.sheets:
        _write_sheet(workbook.add_worksheet(sheet.title), sheet, rows.get(sheet.key, ()), pens)
    _write_instructions(workbook.add_worksheet(INSTRUCTIONS), book, pens)
    workbook.close()
    return file.getvalue()


class _Pens:
    """The formats of one file."""

    def __init__(self, workbook: Any) -> None:
        def pen(**more: Any) -> Format:
            made: Format = workbook.add_format({**FONT, **more})
            return made

        self.titles = {
            name: pen(bold=True, bg_color=shade, border=1, text_wrap=True, valign="vcenter")
            for name, shade in SHADES.items()
        }
        self.cells = {name: pen(num_format=shown, text_wrap=name == "text") for name, shown in NUMBERS.items()}
        self.ours = pen(num_format="@", font_color="#808080")
        self.heading = pen(bold=True, font_size=14)
        self.words = pen(text_wrap=True)

    def of(self, column: Column) -> Format:
        return self.ours if column.ours else self.cells[column.kind.format]


def _write_sheet(out: Worksheet, sheet: Sheet, rows: Rows, pens: _Pens) -> None:
    formats = [pens.of(column) for column in sheet.columns]
    for number, (column, format) in enumerate(zip(sheet.columns, formats, strict=True)):
        out.set_column(number, number, column.width, format)
    out.set_row(0, 32)
    for number, column in enumerate(sheet.columns):
        shade = "required" if column.required else "ours" if column.ours else "usual"
        out.write_string(0, number, column.title + ("*" if column.required else ""), pens.titles[shade])
    last = 0
    for last, row in enumerate(rows, 1):
        for number, (column, format) in enumerate(zip(sheet.columns, formats, strict=True)):
            _write(out, last, number, column.kind.show(row.get(column.key, column.kind.empty)), format)
    out.freeze_panes(1, 0)
    out.autofilter(0, 0, last, len(sheet.columns) - 1)
    for number, column in enumerate(sheet.columns):
        if rule := _rule(column):
            out.data_validation(1, number, last + PREPARED, number, rule)


def _write(out: Worksheet, row: int, column: int, value: Any, format: Format) -> None:
    if value is None:
        return
    if isinstance(value, str):
        out.write_string(row, column, value, format)
    elif isinstance(value, int | float):
        out.write_number(row, column, value, format)
    else:
        out.write_datetime(row, column, value, format)


def _rule(column: Column) -> dict[str, Any] | None:
    """A drop-down, or a date that must be one; with the column's note as its hint."""
    choices = list(column.kind.choices)
    if choices and len(",".join(choices)) <= LONGEST_LIST:
        rule: dict[str, Any] = {
            "validate": "list", "source": choices, "error_title": "不在可选范围内",
            "error_message": f"请从下拉列表中选择“{column.title}”。"[:255],
        }  # fmt: skip
    else:
        rule = {"validate": "any"}
    if column.note:
        rule |= {"input_title": column.title[:32], "input_message": column.note[:255]}
    return rule if len(rule) > 1 else None


def _write_instructions(out: Worksheet, book: Book, pens: _Pens) -> None:
    """What each column means, which are required, and what may stand in them, with an example."""
    for number, width in enumerate((16, 20, 8, 44, 52, 28)):
        out.set_column(number, number, width, pens.words)
    out.write_string(0, 0, f"{book.title} {INSTRUCTIONS}", pens.heading)
    row = 1
    for note in (*HOW, *book.notes):
        out.write_string(row, 0, note, pens.cells["number"])
        row += 1
    row += 1
    for number, title in enumerate(("工作表", "列", "必填", "可填内容", "说明", "示例")):
        out.write_string(row, number, title, pens.titles["usual"])
    for sheet in book.sheets:
        for column in sheet.columns:
            row += 1
            cells: Sequence[Any] = (
                sheet.title, column.title, "必填" if column.required else "", column.kind.meaning, column.note,
                column.kind.show(column.blank if column.example is None else column.example),
            )  # fmt: skip
            for number, value in enumerate(cells):
                _write(out, row, number, value if value is None or number < 5 else str(value), pens.words)


HOW: Final = (
    "1. 第一行是列名，请勿改名；列的先后可以调整，不需要的列可以整列删除：没有的列不作修改，空白的单元格表示清空。",
    "2. 带 * 的列必填。有下拉列表的请从列表中选择。",
    "3. 再次导入时按编号或名称对应原有记录并更新，不会重复；文件中没有的行不受影响，停用须填写“停用”列。",
    "4. 有任何一处错误，整个文件都不会导入，并逐一列出错误所在的工作表、行、列。可先试导入（dry_run）。",
)
