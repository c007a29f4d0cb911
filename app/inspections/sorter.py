"""Asking for verdicts by the criteria that are in force at the moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.foundation.problems import Said as Sentence
from app.sorting.criteria import Catalogue
from app.sorting.in_force import Now, as_released
from app.sorting.verdict import Said, Sorting, contradictions, decide, judge

IN_ENGLISH: Final[Mapping[str, str]] = {
    "major_is_hazard": "A major hazard belongs on the hazard list only",
    "criterion_is_hazard": "What meets a criterion belongs on the hazard list only",
    "rectified_is_hazard": "What was put right on the spot belongs on the hazard list only",
    "abnormal_is_hazard": "A measure that does not hold is a hazard",
    "unknown_criterion": "The catalogue has no such criterion",
    "criterion_not_in_force": "This criterion was not in force on that day",
}


@dataclass(frozen=True)
class Sorter:
    """Sorts findings; `now` is what by, which changes while a server runs."""

    now: Now = as_released

    @property
    def catalogue(self) -> Catalogue:
        return self.now().catalogue

    def judge(self, said: Said) -> Sorting:
        now = self.now()
        return judge(said, now.catalogue, now.by_text)

    def decide(self, said: Said, before: Sorting) -> Sorting:
        """What a person decides of a finding, beside what its text proposed; `before` is the verdict until now."""
        now = self.now()
        read = before.proposed
        if read is None and (fresh := now.by_text(said, now.catalogue)):  # none of it is on record
            read = fresh.proposed
        return decide(said, now.catalogue, read)

    def faults(self, said: Said, pointer: str = "") -> list[dict[str, Any]]:
        """What was said that cannot be true, with its places."""
        return [
            {
                "pointer": pointer + wrong.pointer,
                "code": wrong.code,
                "message": Sentence(wrong.message, IN_ENGLISH.get(wrong.code, wrong.code)),
            }
            for wrong in contradictions(said, self.catalogue)
        ]
