"""What findings are judged by at the moment: the sets that hold, their criteria, and who reads by them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from app.sorting.criteria import BadCriteria, Catalogue
from app.sorting.sets import CriteriaSet, Holding, catalogue_of, holdings, released
from app.sorting.text import text_sorter
from app.sorting.verdict import TextSorter


@dataclass(frozen=True, slots=True)
class InForce:
    """Everything that a verdict rests on besides the finding; never changed, only replaced by another."""

    held: tuple[Holding, ...]
    catalogue: Catalogue
    by_text: TextSorter

    def sets_on(self, day: date) -> tuple[Holding, ...]:
        return tuple(each for each in self.held if each.covers(day))


Now = Callable[[], InForce]


def in_force(loaded: Iterable[CriteriaSet] = ()) -> InForce:
    """The sets of the release with those that were loaded.

    Raises: BadCriteria, if they can not hold beside each other.
    """
    held = tuple(sorted(holdings([*released(), *loaded]), key=lambda each: (each.set.name, each.since)))
    catalogue = catalogue_of(held)
    try:
        return InForce(held, catalogue, text_sorter(catalogue))
    except BadCriteria:
        raise
    except (ValueError, KeyError, TypeError) as error:  # words or patterns that the reader can not use
        raise BadCriteria(f"{type(error).__name__}: {error}") from error


@cache
def as_released() -> InForce:
    """What is in force where nothing was loaded."""
    return in_force()
