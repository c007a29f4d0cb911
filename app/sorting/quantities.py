"""Numbers with units in a finding, and what they exceed: "核定3人，实际5人", "设计1吨存了3吨", "作业人员12名"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

_DIGITS: Final = {each: number for number, each in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_TENS: Final = {"十": 10, "百": 100, "千": 1000}
_TEN_THOUSAND: Final = 10_000

# Unit: what it counts, and how many of the smallest it is.
UNITS: Final[dict[str, tuple[str, Decimal]]] = {
    "人": ("persons", Decimal(1)), "名": ("persons", Decimal(1)), "个人": ("persons", Decimal(1)),
    "位": ("persons", Decimal(1)), "个工人": ("persons", Decimal(1)), "个员工": ("persons", Decimal(1)),
    "个": ("each", Decimal(1)),
    "吨": ("weight", Decimal(1000)), "t": ("weight", Decimal(1000)), "公斤": ("weight", Decimal(1)),
    "千克": ("weight", Decimal(1)), "kg": ("weight", Decimal(1)), "斤": ("weight", Decimal("0.5")),
    "克": ("weight", Decimal("0.001")), "g": ("weight", Decimal("0.001")),
    "升": ("volume", Decimal(1)), "l": ("volume", Decimal(1)), "立方米": ("volume", Decimal(1000)),
    "立方": ("volume", Decimal(1000)), "方": ("volume", Decimal(1000)), "m3": ("volume", Decimal(1000)),
    "ml": ("volume", Decimal("0.001")), "毫升": ("volume", Decimal("0.001")),
    "箱": ("boxes", Decimal(1)), "件": ("pieces", Decimal(1)), "桶": ("drums", Decimal(1)),
    "瓶": ("bottles", Decimal(1)),
    "发": ("rounds", Decimal(1)), "袋": ("bags", Decimal(1)), "种": ("kinds", Decimal(1)),
    "kpa": ("pressure", Decimal(1)), "千帕": ("pressure", Decimal(1)), "mpa": ("pressure", Decimal(1000)),
    "兆帕": ("pressure", Decimal(1000)), "pa": ("pressure", Decimal("0.001")), "帕": ("pressure", Decimal("0.001")),
    "米": ("length", Decimal(1)), "m": ("length", Decimal(1)), "厘米": ("length", Decimal("0.01")),
    "公分": ("length", Decimal("0.01")), "cm": ("length", Decimal("0.01")), "毫米": ("length", Decimal("0.001")),
    "mm": ("length", Decimal("0.001")), "℃": ("temperature", Decimal(1)), "度": ("temperature", Decimal(1)),
}  # fmt: skip
STOCKS: Final = frozenset({"weight", "volume", "boxes", "pieces", "drums", "bottles", "rounds", "bags"})
_UNIT: Final = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
_LIMITS: Final = (
    "核定|定员|定元|核准|额定|限员|限量|限定|限存|限载|限|设计最高|设计|规定|允许|许可|最大|最多|最高|上限|不得?超过|不应超过|标准|"
    "定量|只能|要求|不小于|不少于|不低于|应大于"
)
_ACTUALS: Final = (
    "实际|实有|实测|实存|现场|现有|目前|现|存放|存有|存了|存|放了|放着|堆了|堆放|堆着|滞留|有|达到|达|里面|屋里|共|坐了|挤了|站了|"
    "只有|只|量了|测了|过秤|写的|剩|多达"
)
_NUMBER: Final = re.compile(
    rf"(\d[\d,]*(?:\.\d+)?|[零〇一二两三四五六七八九十百千万半]+)\s*(多|余|来|几)?\s*({_UNIT})(?![a-z])"
)
_BARE: Final = re.compile(rf"(?:{_LIMITS}|{_ACTUALS})[^，。\d]{{0,2}}?(\d+(?:\.\d+)?)(?![\d.年月日号楼层#级类%])")
_LIMIT: Final = re.compile(rf"(?:{_LIMITS})[^，。]{{0,8}}$")
_ACTUAL: Final = re.compile(rf"(?:{_ACTUALS})[^，。]{{0,8}}$")
_OF_PERSONS: Final = ("定员", "定元", "限员", "超员")
PERSONS: Final = "persons"
EACH: Final = "each"
BARE: Final = "bare"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit, in the smallest unit of what it counts. `limit`: it is what is allowed or required."""

    start: int
    end: int
    counts: str
    value: Decimal
    limit: bool
    unit: Decimal = Decimal(1)

    def in_units_of(self, other: "Quantity") -> Decimal:
        """Its value, a bare number taken in the unit of the other."""
        return self.value * (other.unit if self.counts == BARE else 1)


@dataclass(frozen=True, slots=True)
class Beyond:
    """More than is allowed, or less than is required: the name of the concept that it is, and where it stands."""

    name: str
    start: int
    end: int


def quantities(text: str) -> list[Quantity]:
    """The numbers of a plain text that count something, from left to right."""
    found = list(_with_units(text))
    taken = {place for each in found for place in range(each.start, each.end)}
    bare = (each.span(1) for each in _BARE.finditer(text) if each.start(1) not in taken)
    found += [
        Quantity(start, end, _counted(text, start), Decimal(text[start:end]), _is_limit(text, start))
        for start, end in bare
    ]
    return sorted(found, key=lambda each: each.start)


def _counted(text: str, place: int) -> str:
    """What a number without a unit counts, by the word before it."""
    return PERSONS if text.endswith(_OF_PERSONS, 0, place) else BARE


def _with_units(text: str) -> Iterator[Quantity]:
    for found in _NUMBER.finditer(text):
        value = number(found[1])
        if value is not None:
            counts, factor = UNITS[found[3]]
            yield Quantity(found.start(), found.end(), counts, value * factor, _is_limit(text, found.start()), factor)


def _is_limit(text: str, place: int) -> bool:
    """Whether the nearer of the words before a number says what is allowed, not what is there."""
    before = text[max(place - 16, 0) : place]
    limit, actual = _LIMIT.search(before), _ACTUAL.search(before)
    if limit is None or actual is None:
        return limit is not None
    word = re.match(_LIMITS, limit[0])
    between = before[limit.start() + (word.end() if word else 0) : actual.start()]  # 核定(存放)20吨 is what is allowed
    return limit.start() >= actual.start() or (len(between) <= 1 and not between.isdigit())


def number(written: str) -> Decimal | None:
    """The value of a number in digits or in Chinese; None where it is none."""
    if written[0].isdigit():
        try:
            return Decimal(written.replace(",", ""))
        except InvalidOperation:
            return None
    return _chinese(written)


def _chinese(written: str) -> Decimal | None:
    whole, part = Decimal(0), Decimal(0)
    digit: int | None = None
    for each in written:
        if each == "半":
            return whole + part + (digit or 0) + Decimal("0.5")
        if each == "万":
            whole, part, digit = (whole + part + (digit or 0)) * _TEN_THOUSAND, Decimal(0), None
        elif each in _TENS:
            part, digit = part + (1 if digit is None else digit) * _TENS[each], None
        else:
            digit = _DIGITS[each] if digit is None else digit * 10 + _DIGITS[each]
    return whole + part + (digit or 0)


def beyond(found: Sequence[Quantity]) -> Iterator[Beyond]:
    """Where more is there than is allowed (超员 of persons, 超量 of goods, 压力超设定), or less than is required."""
    for counts, actual, limits in _compared(found):
        measure = next(each for each in (*actual, *limits) if each.counts not in {BARE, EACH})
        values = [each.in_units_of(measure) for each in actual]
        allowed = min(limit.in_units_of(measure) for limit in limits)
        if name := _name(counts, max(values), min(values), allowed):
            last = actual[values.index(max(values))]
            yield Beyond(name, last.start, last.end)


def within(found: Sequence[Quantity]) -> bool:
    """Whether what is there and what is allowed are both told of the same, and nothing is beyond."""
    return any(_compared(found)) and not any(beyond(found))


def _compared(found: Sequence[Quantity]) -> Iterator[tuple[str, list[Quantity], list[Quantity]]]:
    """What is counted, what is there of it, and what is allowed or required, where both are told."""
    for counts in dict.fromkeys(each.counts for each in found):
        limits = [each for each in found if each.counts in {counts, BARE} and each.limit]
        alike = {counts, BARE} | ({EACH} if counts == PERSONS else set())
        actual = [each for each in found if each.counts in alike and not each.limit]
        if limits and actual and counts not in {BARE, EACH}:
            yield counts, actual, limits


def _name(counts: str, most: Decimal, least: Decimal, limit: Decimal) -> str | None:
    if counts == "length":
        return "距离不足" if least < limit else None
    if most <= limit:
        return None
    return {PERSONS: "超员", "pressure": "压力超设定"}.get(counts) or ("超量" if counts in STOCKS else None)
