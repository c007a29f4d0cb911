"""What is learned from beside the labelled findings themselves: the criteria's own wordings, and two findings told in
one breath. Deterministic, and made anew whenever the weights are learned, so that no file keeps them."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from app.sorting.criteria import Catalogue, Criterion
from app.sorting.evaluating import Labelled
from app.sorting.patterns import ALTERNATIVES
from app.sorting.terms import Level, ListName, Sector, SpecialCategory

BETWEEN: Final = ("，", "。", "；", "，另外", "。还有", "，同时")  # how people go on to the next thing
IN_PAIRS: Final = 0.3  # of the findings of an enterprise's kind: more would teach that findings are long
LEAST: Final = 8  # characters that say something by themselves
_SEED: Final = 11
_TRADES: Final = frozenset(map(str, Sector))
_CATEGORIES: Final = frozenset(map(str, SpecialCategory))


def lessons(labelled: Sequence[Labelled], catalogue: Catalogue) -> list[Labelled]:
    """Labelled findings with all that follows from them and from the criteria."""
    return [*labelled, *wordings(catalogue), *in_pairs(labelled)]


def wordings(catalogue: Catalogue) -> Iterator[Labelled]:
    """Each criterion and each of its alternatives, as a finding where it binds, and one where nothing does."""
    for criterion in catalogue:
        parts = [part.strip("的，") for part in ALTERNATIVES.split(criterion.text)]
        for text in dict.fromkeys([criterion.text.rstrip("的"), *(part for part in parts if len(part) >= LEAST)]):
            yield _found(criterion, text)
        yield Labelled(
            description=criterion.text.rstrip("的"), sectors=(Sector.OTHER,), on=criterion.effective_from,
            list=ListName.HAZARD, level=Level.GENERAL,
        )  # fmt: skip


def _found(criterion: Criterion, text: str) -> Labelled:
    """A text as a finding at one of those whom a criterion binds."""
    applies = sorted(criterion.applies_to)
    sectors = [Sector(each) for each in applies if each in _TRADES][:1]
    categories = [SpecialCategory(each) for each in applies if each in _CATEGORIES][:1]
    return Labelled(
        description=text, sectors=tuple(sectors or [Sector.LIGHT_INDUSTRY]), special_categories=tuple(categories),
        on=criterion.effective_from, list=ListName.HAZARD, level=Level.MAJOR, criteria=(criterion.code,),
    )  # fmt: skip


def in_pairs(labelled: Iterable[Labelled]) -> Iterator[Labelled]:
    """Findings of the same trade and categories, two and two in one text: what is wrong in either is wrong in both."""
    alike: defaultdict[tuple[object, ...], list[Labelled]] = defaultdict(list)
    for each in labelled:
        alike[each.sectors, each.special_categories, each.on].append(each)
    chance = random.Random(_SEED)  # which go together
    for found in alike.values():
        drawn = chance.sample(found, 2 * int(len(found) * IN_PAIRS))
        for first, second in zip(drawn[::2], drawn[1::2], strict=True):
            yield together(first, second, chance.choice(BETWEEN))


def together(first: Labelled, second: Labelled, between: str) -> Labelled:
    """Two findings as one: a hazard if either is one, a major one with the criteria of both."""
    lists = {first.list, second.list}
    listed = next(name for name in (ListName.HAZARD, ListName.RISK, ListName.NONE) if name in lists)
    level = next((name for name in (Level.MAJOR, Level.GENERAL) if name in {first.level, second.level}), None)
    return Labelled(
        description=first.description.rstrip("，。；！!") + between + second.description,
        sectors=first.sectors, special_categories=first.special_categories, on=first.on, list=listed, level=level,
        criteria=tuple(dict.fromkeys([*first.criteria, *second.criteria])),
    )  # fmt: skip
