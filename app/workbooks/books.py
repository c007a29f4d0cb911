"""What a book of sheets is made of: sheets, and their columns. Only description; `table.py` reads by it."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from app.workbooks.kinds import Kind

ASIDE: Final = re.compile(r"\((必填|选填|必选|可选|如有)\)|[\s*:：]")


@dataclass(frozen=True)
class Column:
    """A column, found by its title or by what `also` people call it, wherever it stands.

    `key` names the value in a record. Where the whole column is absent, nothing is said of it; a blank cell in it says
    that there is nothing. A `required` one must be there, and must not be blank.
    """

    key: str
    title: str
    kind: Kind
    note: str = ""
    also: tuple[str, ...] = ()
    required: bool = False
    width: int = 14
    example: Any = None
    default: Any = None
    """What a blank cell says, where that is not nothing."""
    ours: bool = False
    """Filled by an export only: shown in grey."""

    @property
    def blank(self) -> Any:
        """The value of a blank cell."""
        return self.kind.empty if self.default is None else self.default


@dataclass(frozen=True)
class Sheet:
    """A sheet of rows below one line of titles. A `main` one must be there, under whatever name."""

    key: str
    title: str
    columns: tuple[Column, ...]
    main: bool = False
    also: tuple[str, ...] = ()
    note: str = ""

    @cached_property
    def by_header(self) -> Mapping[str, Column]:
        """Columns by their folded titles."""
        named = {folded(other): column for column in self.columns for other in column.also}
        return named | {folded(column.title): column for column in self.columns}

    def column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)

    @property
    def required(self) -> list[Column]:
        return [column for column in self.columns if column.required]


@dataclass(frozen=True)
class Book:
    """A kind of workbook: what it is called in addresses and by people, its sheets, and how it is filled in."""

    name: str
    title: str
    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...] = ()

    def sheet(self, key: str) -> Sheet:
        return next(sheet for sheet in self.sheets if sheet.key == key)


def folded(header: object) -> str:
    """A title without what people add to it: spaces, stars, (必填)."""
    return ASIDE.sub("", unicodedata.normalize("NFKC", str(header))).lower()
