"""Asking for verdicts: the catalogue of criteria, and whoever reads a text where `main` has given us somebody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from app.foundation.problems import Said as Sentence
from app.sorting.criteria import Catalogue, catalogue
from app.sorting.verdict import Said, Sorting, TextSorter, contradictions, judge, nobody

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
    """Sorts findings. `by_text` is asked only about those of which nobody said where they belong."""

    catalogue: Catalogue = field(default_factory=catalogue)
    by_text: TextSorter = nobody

    def judge(self, said: Said) -> Sorting:
        return judge(said, self.catalogue, self.by_text)

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
