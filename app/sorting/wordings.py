"""The standard wording of common hazards (隐患库): to be searched as an inspector types, and taken over with one tap.

General ones are data (`data/wordings.json`); of a criterion in force its own text is the wording. Which law or standard
a general one names was written from general knowledge and not compared with its text, so it says `verified: false` and
names no article; a criterion is as verified as its set says.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Final, Self

from pydantic import Field

from app.foundation.wire import Frozen
from app.sorting.criteria import Catalogue, Criterion
from app.sorting.lexicon import lexicon
from app.sorting.likeness import Feature, Shelf, features
from app.sorting.reading import read as read_text
from app.sorting.terms import Discipline, Factor, Level, ListName
from app.sorting.verdict import Matched, Said, Sorting

DATA: Final = Path(__file__).parent / "data" / "wordings.json"
OFFERED: Final = 3
MET: Final = 2  # of them are criteria that the finding may meet
SEARCHED: Final = 12
LEAST: Final = 0.22
RECTIFY_MAJOR: Final = (
    "按该条要求补齐或恢复；治理完成前采取临时防范措施，不能保证安全的停产停用；"
    "由主要负责人组织制定治理方案，落实责任人、措施、资金、时限、预案"
)


class BadWordings(ValueError):
    """The wordings can't be used; the message names the entry and what is wrong with it."""


class Wording(Frozen):
    """The standard wording of a hazard."""

    code: str
    trade: str = Field(description="The chapter it stands in; of a criterion, its set's standard.")
    level: Level
    description: str
    clauses: tuple[str, ...] = Field(description="Laws and standards, with the article as far as it is known.")
    verified: bool = Field(
        description="Whether the clauses were compared with their texts. If not, look them up first."
    )
    rectify: str = Field(description="How to put it right.")
    days: int | None = Field(description="The usual deadline in days; null: the plan of treatment says (major).")
    factor: Factor | None
    discipline: Discipline | None
    accident_type: str | None = Field(description="A title of GB 6441-2025.")

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Self:
        """Raises: BadWordings."""
        try:
            return cls(level=Level.GENERAL, **entry)
        except (TypeError, ValueError) as error:
            raise BadWordings(f"{entry.get('code')}: {error}") from None

    @classmethod
    def of_criterion(cls, criterion: Criterion) -> Self:
        """A criterion says itself how a hazard that meets it is worded."""
        number = (
            f"第{criterion.item}项" if criterion.article is None else f"第{criterion.article}条第{criterion.item}项"
        )
        return cls(
            code=criterion.code, trade=criterion.standard, level=Level.MAJOR,
            description=criterion.text.removesuffix("的"), clauses=(f"{criterion.standard}{number}",),
            verified=criterion.verified, rectify=RECTIFY_MAJOR, days=None, factor=None, discipline=None,
            accident_type=None,
        )  # fmt: skip


class Offered(Wording):
    """A wording that is like what was typed, how like, and the words that both share."""

    score: float
    because: tuple[str, ...]


@dataclass(frozen=True)
class Library:
    """All wordings, as they are searched."""

    wordings: tuple[Wording, ...]
    shelf: Shelf

    @classmethod
    def of(cls, wordings: Iterable[Wording]) -> Self:
        """Raises: BadWordings."""
        whole = tuple(wordings)
        codes = [each.code for each in whole]
        if twice := {code for code in codes if codes.count(code) > 1}:
            raise BadWordings(f"{', '.join(sorted(twice))}: stands there twice")
        return cls(whole, Shelf(each.description for each in whole))

    def offered(self, wanted: Sequence[Feature], met: Sequence[Matched], bound: Collection[str]) -> Iterator[Offered]:
        """The wordings that are most like a finding: of the criteria that it `met` first, the general ones by their
        words, and other criteria only where they bind (`bound`)."""
        by_code = {wording.code: wording for wording in self.wordings}
        for each in met:
            wording = by_code.get(each.code)
            if wording and each.score >= LEAST:
                yield Offered(**dict(wording), score=each.score, because=each.because)
        known = {each.code for each in met}
        for like in self.shelf.likest(wanted, SEARCHED, LEAST, whole=True):
            wording = self.wordings[like.number]
            if wording.code not in known and (wording.level is Level.GENERAL or wording.code in bound):
                yield Offered(**dict(wording), score=like.score, because=like.because)


def read(path: Path = DATA) -> tuple[Wording, ...]:
    """The general wordings in a data file.

    Raises: BadWordings.
    """
    return tuple(Wording.of(entry) for entry in json.loads(path.read_text("utf-8"))["wordings"])


@cache
def general() -> tuple[Wording, ...]:
    """The general wordings of the release, read once."""
    return read()


def library(catalogue: Catalogue, on: date) -> Library:
    """The general wordings, and those of the criteria in force on a day."""
    return _library(tuple(each for each in catalogue if each.covers(on)))


def offered(said: Said, sorting: Sorting, catalogue: Catalogue) -> tuple[Offered, ...]:
    """Up to three wordings of what a finding says; none where nothing is wrong."""
    if sorting.list is ListName.NONE:
        return ()
    wanted = features(read_text(said.description, lexicon()), lexicon())
    bound = {each.code for each in catalogue if each.binds(said.sectors, said.special_categories)}
    found = library(catalogue, said.on).offered(wanted, sorting.criteria[:MET], bound)
    return tuple(islice(found, OFFERED))


@lru_cache(8)
def _library(criteria: tuple[Criterion, ...]) -> Library:
    return Library.of([*general(), *map(Wording.of_criterion, criteria)])
