"""What a finding states, once it is read: its mentions, each with how it stands with it, its signs and numbers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from app.sorting.lexicon import Concept, Kind, Sign, Token
from app.sorting.plain import Plain
from app.sorting.quantities import Quantity


class State(StrEnum):
    """How it stands with something that a finding mentions."""

    MENTIONED = "mentioned"
    LACKING = "lacking"  # missing, or denied
    FAILED = "failed"  # there, but does not work
    PRESENT = "present"
    RESOLVED = "resolved"  # it was so, and has been put right
    WISHED = "wished"  # advised, feared or required, not seen


@dataclass(slots=True)
class Mention:
    """A concept in a finding: where it stands and in which clause, and how it stands with it. `by` is the word that
    says so."""

    token: Token
    concepts: tuple[Concept, ...]
    clause: int
    state: State = State.MENTIONED
    by: Token | None = None

    @property
    def names(self) -> frozenset[str]:
        return frozenset().union(*(concept.names for concept in self.concepts))

    def is_a(self, *kinds: Kind) -> bool:
        return any(concept.kind in kinds for concept in self.concepts)


@dataclass(slots=True)
class Reading:
    """A finding as read.

    `loose` are words of denying or breaking that hit nothing known: something is wrong, but what? `mended`: it was put
    right before the inspector came; `on_the_spot`: before his eyes.
    """

    text: Plain
    mentions: list[Mention] = field(default_factory=list)
    loose: list[tuple[Token, int]] = field(default_factory=list)
    signs: list[tuple[Token, int]] = field(default_factory=list)
    quantities: list[Quantity] = field(default_factory=list)
    on_the_spot: bool = False
    mended: bool = False

    def has(self, sign: Sign) -> bool:
        return any(token.sign is sign for token, _ in self.signs)

    def first(self, sign: Sign) -> Token | None:
        return next((token for token, _ in self.signs if token.sign is sign), None)

    def word_at(self, start: int, end: int) -> tuple[int, int]:
        """The word of the lexicon that reaches into a part of the text; that part itself where none does."""
        words = [*(mention.token for mention in self.mentions), *(token for token, _ in self.signs)]
        return next(((word.start, word.end) for word in words if word.start < end and word.end > start), (start, end))


def distinct(words: Iterable[str]) -> tuple[str, ...]:
    """Words as they are shown to people: none twice, and none that stands within another."""
    found = list(dict.fromkeys(words))
    return tuple(word for word in found if not any(word in other for other in found if other != word))
