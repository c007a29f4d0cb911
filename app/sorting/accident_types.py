"""Kinds of accidents (事故类型), by the version of GB 6441 they were classified with.

GB 6441-2025 replaced GB 6441-1986 on 2026-07-01. Some kinds split (车辆伤害, 中毒和窒息), so history keeps its old
kinds: nothing here translates one version into the other.
"""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

DATA: Final = Path(__file__).parent / "data" / "accident_types.json"


@dataclass(frozen=True, slots=True)
class AccidentType:
    """One kind of accident. `code` is unique within its `standard`."""

    standard: str
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Standard:
    """One version of the standard with its kinds; in force until the next one begins."""

    name: str
    title: str
    effective_from: date
    effective_to: date | None
    types: tuple[AccidentType, ...]

    def covers(self, on: date) -> bool:
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)

    def __getitem__(self, code: str) -> AccidentType:
        """Raises: KeyError."""
        return {kind.code: kind for kind in self.types}[code]


def read(path: Path = DATA) -> dict[str, Standard]:
    """The versions of the standard by name, oldest first."""
    return {
        entry["standard"]: Standard(
            name=entry["standard"],
            title=entry["title"],
            effective_from=date.fromisoformat(entry["effective_from"]),
            effective_to=None if entry["effective_to"] is None else date.fromisoformat(entry["effective_to"]),
            types=tuple(AccidentType(entry["standard"], kind["code"], kind["title"]) for kind in entry["types"]),
        )
        for entry in json.loads(path.read_text("utf-8"))["standards"]
    }


@cache
def standards() -> tuple[Standard, ...]:
    """The versions of the standard, oldest first, read once."""
    return tuple(read().values())


def standard_on(day: date) -> Standard:
    """The version that was in force on a day; before there was any, the oldest."""
    return next((each for each in standards() if each.covers(day)), standards()[0])
