"""What may stand in a column, how it is read from a cell and shown in one. Pure.

Texts are held to the very types that the API's bodies have, so that a sheet takes what a phone may send, and no more.
"""

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar, Final
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from app.foundation.problems import Said
from app.foundation.reading import faults_of
from app.foundation.wire import Day
from app.workbooks.grid import Cell, as_day

Shown = str | float | int | date | None

NO_VALUE: Final = Said(
    "公式没有结果：请在表格软件中打开并保存，或改为数值",
    "The formula has no result: open and save the file, or paste values",
)
FORMULA_ERROR: Final = Said("公式出错", "The formula gives an error")
YES: Final = frozenset({"是", "有", "√", "✓", "y", "yes", "true", "1"})
NO: Final = frozenset({"否", "无", "×", "✗", "x", "n", "no", "false", "0"})
CLOCK: Final = r"(?:[ T]*(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?)?"  # a cell may count hours, too
WRITTEN_DAY: Final = re.compile(r"(\d{4}) ?(?:[-/.]|年) ?(\d{1,2}) ?(?:[-/.]|月) ?(\d{1,2}) ?[日号]?" + CLOCK)
RUN_TOGETHER: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
BETWEEN: Final = re.compile(r"[、,，;；/|\n]+")


class Misread(Exception):
    """A cell that cannot be what its column says."""

    def __init__(self, code: str, message: Said) -> None:
        super().__init__(message.zh)
        self.code, self.message = code, message


def trimmed(text: str | None) -> str | None:
    """A text as a sheet has it: spaces around it are nobody's meaning. Nothing, if nothing is left."""
    return (text or "").replace("\r\n", "\n").replace("\r", "\n").strip() or None


def plain_number(number: float) -> str:
    """A number as one would write it: a phone number that a sheet took for a number is its digits again."""
    if number.is_integer() and abs(number) < 1e21:
        return str(int(number))
    return format(Decimal(repr(number)), "f")


def written(cell: Cell | None, *, since_1904: bool = False) -> str | None:
    """What a cell says, as text. Raises Misread, for a formula that says nothing."""
    if cell is None:
        return None
    if cell.formula:
        raise Misread("formula_without_value", NO_VALUE)
    if cell.error:
        raise Misread("formula_error", FORMULA_ERROR)
    value = cell.value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        day = as_day(value, since_1904=since_1904) if cell.day else None
        return str(day) if day else plain_number(value)
    return trimmed(value)


@dataclass(frozen=True)
class Kind(ABC):
    """What a column holds. A blank cell is `empty`."""

    empty: ClassVar[Any] = None
    format: ClassVar[str] = "text"
    """How its cells are formatted: text, day, or number."""

    @abstractmethod
    def read(self, text: str, cell: Cell, *, since_1904: bool) -> Any:
        """The value that a cell with this text has. Raises Misread."""

    def show(self, value: Any) -> Shown:
        """The value as a cell holds it."""
        return None if value is None else str(value)

    @property
    def choices(self) -> Sequence[str]:
        """What a drop-down offers."""
        return ()

    @property
    def meaning(self) -> str:
        """What may be written, for the page of instructions."""
        return "文本"


@dataclass(frozen=True)
class Written(Kind):
    """Text of a type that the API has: `Short`, `Text`, a phone number."""

    type: Any
    means: str = ""

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.type)

    def read(self, text: str, cell: Cell, *, since_1904: bool) -> Any:
        try:
            return self._adapter.validate_python(text)
        except ValidationError as error:
            fault = faults_of(error)[0]
            raise Misread(fault["code"], fault["message"]) from None

    @property
    def meaning(self) -> str:
        longest = self._adapter.json_schema().get("maxLength")
        return self.means or (f"文本，最多 {longest} 字" if longest else "文本")


@dataclass(frozen=True)
class Words(Kind):
    """One word of an enumeration, by its Chinese title, by what else people call it, or by its value."""

    titles: Mapping[Any, str]
    also: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def known(self) -> Mapping[str, Any]:
        words: dict[str, Any] = {_folded(str(word)): word for word in self.titles}
        words |= {_folded(other): self._word(value) for other, value in self.also.items()}
        return words | {_folded(title): word for word, title in self.titles.items()}

    def _word(self, value: str) -> Any:
        return next(word for word in self.titles if str(word) == value)

    def read(self, text: str, cell: Cell, *, since_1904: bool) -> Any:
        if (word := self.known.get(_folded(text))) is None:
            raise Misread("unknown_word", _one_of(self.choices))
        return word

    def show(self, value: Any) -> Shown:
        return None if value is None else self.titles[value]

    @property
    def choices(self) -> Sequence[str]:
        return list(self.titles.values())

    @property
    def meaning(self) -> str:
        return "、".join(self.choices) + " 之一"


@dataclass(frozen=True)
class ManyWords(Words):
    """Several words, with a comma or 、 between them."""

    empty: ClassVar[Any] = ()

    def read(self, text: str, cell: Cell, *, since_1904: bool) -> Any:
        parts = [part for part in BETWEEN.split(text) if part.strip()]
        if any(_folded(part) not in self.known for part in parts):
            raise Misread("unknown_word", _one_of(super().choices))
        return tuple(dict.fromkeys(self.known[_folded(part)] for part in parts))

    def show(self, value: Any) -> Shown:
        return "、".join(self.titles[word] for word in value) or None

    @property
    def choices(self) -> Sequence[str]:
        return ()  # a drop-down takes one

    @property
    def meaning(self) -> str:
        return "可填几个，以顿号隔开：" + "、".join(self.titles.values())


@dataclass(frozen=True)
class Lines(Kind):
    """Several texts of a type, one a line."""

    empty: ClassVar[Any] = ()
    type: Any
    most: int

    def read(self, text: str, cell: Cell, *, since_1904: bool) -> tuple[str, ...]:
        lines = lines_of(text)
        if len(lines) > self.most:
            raise Misread("too_long", Said(f"最多 {self.most} 行", f"{self.most} lines at most"))
        one = Written(self.type)
        return tuple(one.read(line, cell, since_1904=since_1904) for line in lines)

    def show(self, value: Any) -> Shown:
        return "\n".join(value) or None

    @property
    def meaning(self) -> str:
        return f"每行一条，最多 {self.most} 条"


def lines_of(*texts: str) -> tuple[str, ...]:
    """The lines of some texts that say something."""
    return tuple(line for text in texts for each in text.split("\n") if (line := each.strip()))


@dataclass(frozen=True)
class YesNo(Kind):
    """是 or 否; blank is no."""

    empty: ClassVar[Any] = False

    def read(self, text: str, cell: Cell, *, since_1904: bool) -> bool:
        folded = _folded(text)
        if folded not in YES | NO:
            raise Misread("unknown_word", _one_of(self.choices))
        return folded in YES

    def show(self, value: Any) -> Shown:
        return "是" if value else None

    @property
    def choices(self) -> Sequence[str]:
        return ("是", "否")

    @property
    def meaning(self) -> str:
        return "是 或 否，空白为否"


@dataclass(frozen=True)
class Number(Kind):
    """A number; a whole one where `whole`. `of` is int, float or Decimal."""

    of: Any = Decimal
    least: float | None = None
    most: float | None = None
    format: ClassVar[str] = "number"

    def read(self, text: str, cell: Cell, *, since_1904: bool) -> Any:
        try:
            number = Decimal(unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", ""))
        except ArithmeticError:
            number = Decimal("nan")
        if not number.is_finite() or (self.of is int and number != number.to_integral_value()):
            raise Misread("not_a_number", Said(f"应为{self.meaning}", "A number is wanted"))
        if (self.least is not None and number < Decimal(str(self.least))) or (
            self.most is not None and number > Decimal(str(self.most))
        ):
            raise Misread("out_of_range", Said(f"应为{self.meaning}", f"Between {self.least} and {self.most}"))
        return self.of(number)

    def show(self, value: Any) -> Shown:
        return None if value is None else float(value) if self.of is not int else int(value)

    @property
    def meaning(self) -> str:
        name = "整数" if self.of is int else "数字"
        return name if self.least is None or self.most is None else f"{self.least:g} 至 {self.most:g} 的{name}"


@dataclass(frozen=True)
class Days(Kind):
    """A date: as a sheet counts them, or written in one of the usual ways."""

    format: ClassVar[str] = "day"
    _adapter: ClassVar[TypeAdapter[date]] = TypeAdapter(Day)

    def read(self, text: str, cell: Cell, *, since_1904: bool) -> date:
        day = as_day(cell.value, since_1904=since_1904) if isinstance(cell.value, float) else None
        text = unicodedata.normalize("NFKC", text)
        match = WRITTEN_DAY.fullmatch(text) or RUN_TOGETHER.fullmatch(text)
        try:
            if match and (day is None or RUN_TOGETHER.fullmatch(text)):
                day = date(int(match[1]), int(match[2]), int(match[3]))
            return self._adapter.validate_python(day)
        except (ValueError, ValidationError):
            raise Misread("not_a_date", Said(f"应为{self.meaning}", "A date is wanted, as 2026-11-23")) from None

    def show(self, value: Any) -> Shown:
        return value if value is None or isinstance(value, date) else date.fromisoformat(str(value))

    @property
    def meaning(self) -> str:
        return "日期，如 2026-11-23"


@dataclass(frozen=True)
class Ids(Kind):
    """The id of a record, which an export carries."""

    def read(self, text: str, cell: Cell, *, since_1904: bool) -> UUID:
        try:
            return UUID(text)
        except ValueError:
            raise Misread(
                "not_an_id", Said("不是系统的编号：新增的行请留空", "No id of ours: leave it blank")
            ) from None

    @property
    def meaning(self) -> str:
        return "由系统导出时填写；新增的行留空"


def words(kind: type[StrEnum], titles: Mapping[Any, str], **also: str) -> Words:
    """The words of an enumeration, with what else people call them: `words(RiskLevel, …, 红="major")`."""
    return Words({word: titles[word] for word in kind}, also)


def many_words(kind: type[StrEnum], titles: Mapping[Any, str], **also: str) -> ManyWords:
    return ManyWords({word: titles[word] for word in kind}, also)


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def _one_of(choices: Sequence[str]) -> Said:
    listed = "、".join(choices)
    return Said(f"应为 {listed} 之一", f"One of {listed} is wanted")
