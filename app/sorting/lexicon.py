"""The words of the trade: which stand for the same thing, and which deny, break, mend or advise. Data, not code.

`data/lexicon.json` has two parts. `concepts` are what findings are about: things that should be there (`thing`), where
they are (`place`), what is wrong by itself (`fault`) or only where a criterion says so (`deed`: sharing a duct,
crossing a road), what is merely fixed to a thing or written of it (`label`), and what adds nothing to the word before
it (`tail`: 装置, 制度); a concept may be a kind of others (`is`). `signs` are the words that say how it stands with a
concept. A word is found where it stands literally, longest first; else where it sounds the same and half of it is
written right.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

from app.sorting.plain import Plain, plain, sounds

DATA: Final = Path(__file__).parent / "data" / "lexicon.json"
SHORTEST_HEARD: Final = 2
LONGEST_HEARD: Final = 8


class BadLexicon(ValueError):
    """The lexicon can't be used; the message says which entry and why."""


class Kind(StrEnum):
    """What a concept is."""

    THING = "thing"
    PLACE = "place"
    FAULT = "fault"
    DEED = "deed"
    LABEL = "label"
    TAIL = "tail"


class Sign(StrEnum):
    """What a word does to the concepts around it."""

    NO = "no"  # denies what follows, or what it follows
    SETS = "sets"  # a verb of setting up: what is denied or affirmed stands behind it
    THERE = "there"  # affirms
    BROKEN = "broken"  # what stands before it does not work
    REMOVED = "removed"  # what follows was taken away or switched off; or what stands before it
    DONE = "done"  # what was wrong has been put right
    SPOT = "spot"  # … at once, before the inspector's eyes
    ADVICE = "advice"  # what follows is wished for
    MAY = "may"  # what follows could happen
    NEVER = "never"  # what follows must not be: a rule quoted, not a fact
    FINE = "fine"  # nothing is wrong
    EARLIER = "earlier"  # of an earlier inspection
    NEW = "new"  # a source of danger that has come or will come
    LIST = "list"  # … and belongs on the risk list
    NEUTRAL = "neutral"  # denies nothing of interest
    BUT = "but"  # a new clause begins


@dataclass(frozen=True, slots=True)
class Concept:
    name: str
    kind: Kind
    words: tuple[str, ...]
    kinds_of: frozenset[str]

    @property
    def names(self) -> frozenset[str]:
        """Its own name and the names of all that it is a kind of."""
        return self.kinds_of | {self.name}


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the lexicon in a text: its place in the plain form, what it stands for. `heard`: by its sound only.

    `touches` are the concepts of the words within it: 电工证 is a certificate, and speaks of an electrician.
    """

    start: int
    end: int
    word: str
    concepts: tuple[Concept, ...]
    sign: Sign | None
    touches: frozenset[str] = frozenset()
    heard: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    concepts: tuple[Concept, ...] = ()
    sign: Sign | None = None
    touches: frozenset[str] = frozenset()


class Lexicon:
    """All words with what they stand for."""

    def __init__(self, concepts: Iterable[Concept], signs: Mapping[Sign, Iterable[str]], version: str) -> None:
        """Raises: BadLexicon."""
        self.version: Final = version
        self.concepts: Final = {concept.name: concept for concept in concepts}
        self.signs: Final = {sign: tuple(words) for sign, words in signs.items()}
        self._by_word: Final = self._words()
        self._entries: Final = {word: self._touching(word, entry) for word, entry in self._enter().items()}
        self._lengths: Final = _lengths((word[0], len(word)) for word in self._entries)
        heard = [word for word, entry in self._entries.items() if _may_be_heard(word, entry)]
        self._heard: Final = {sounds(word): word for word in sorted(heard, key=self._by_weight)}
        self._heard_lengths: Final = _lengths((sound[0], len(sound)) for sound in self._heard)

    @classmethod
    def read(cls, path: Path = DATA) -> Self:
        """The lexicon in a data file.

        Raises: BadLexicon.
        """
        return cls.of(json.loads(path.read_text("utf-8")))

    @classmethod
    def of(cls, data: Any, *more: Mapping[str, Any]) -> Self:
        """The lexicon of a data file's contents, with the words of `more`, which add to its concepts and signs.

        Raises: BadLexicon.
        """
        entries: dict[str, dict[str, Any]] = {}
        signs: defaultdict[Sign, list[str]] = defaultdict(list)
        try:
            for part in (data, *more):
                for each in part.get("concepts", ()):
                    known = entries.setdefault(each["name"], {"kind": each.get("kind"), "words": [], "is": []})
                    known["words"] += [word for word in each["words"] if word not in known["words"]]
                    known["is"] += each.get("is", ())
                for sign, words in part.get("signs", {}).items():
                    signs[Sign(sign)] += [word for word in words if word not in signs[Sign(sign)]]
            concepts = [
                Concept(name, Kind(each["kind"]), tuple(each["words"]), frozenset(_ancestors(name, entries)))
                for name, each in entries.items()
            ]
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise BadLexicon(f"{type(error).__name__}: {error}") from None
        return cls(concepts, signs, data["version"])

    def _enter(self) -> dict[str, Entry]:
        entries = {word: Entry(tuple(concepts)) for word, concepts in self._by_word.items()}
        for sign, words in self.signs.items():
            for word in words:
                before = entries.get(_key(word), Entry())
                if before.sign is not None:
                    raise BadLexicon(f"{word}: both {before.sign} and {sign}")
                entries[_key(word)] = Entry(before.concepts, sign)
        return entries

    def _words(self) -> dict[str, list[Concept]]:
        found: defaultdict[str, list[Concept]] = defaultdict(list)
        for concept in self.concepts.values():
            for word in concept.words:
                found[_key(word)].append(concept)
        return found

    def _touching(self, word: str, entry: Entry) -> Entry:
        """An entry with the names of all that the words within its word stand for."""
        if len(word) <= SHORTEST_HEARD or word.isascii():
            return entry
        parts = {word[start:end] for start in range(len(word)) for end in range(start + SHORTEST_HEARD, len(word) + 1)}
        concepts = (concept for part in parts - {word} for concept in self._by_word.get(part, ()))
        return replace(entry, touches=frozenset().union(*(concept.names for concept in concepts)))

    def _by_weight(self, word: str) -> bool:
        """Where two words sound the same, the one with a concept is the last, and stays."""
        return bool(self._entries[word].concepts)

    def tokens(self, text: Plain) -> Iterator[Token]:
        """The words of the lexicon in a text, from left to right, none within another."""
        heard, place = sounds(text.text), 0
        while place < len(text.text):
            token = self._written(text.text, place)
            if token is None or token.end - token.start == 1:
                token = self._as_heard(text.text, heard, place) or token
            if token:
                yield token
            place = token.end if token else place + 1

    def _written(self, text: str, place: int) -> Token | None:
        for length in self._lengths.get(text[place], ()):
            entry = self._entries.get(text[place : place + length]) if place + length <= len(text) else None
            if entry and _is_word(text, place, place + length):
                return Token(
                    place, place + length, text[place : place + length], entry.concepts, entry.sign, entry.touches
                )
        return None

    def _as_heard(self, text: str, heard: tuple[str, ...], place: int) -> Token | None:
        for length in self._heard_lengths.get(heard[place], ()):
            word = self._heard.get(heard[place : place + length])
            if word is None or place + length > len(text):
                continue
            right = sum(a == b for a, b in zip(word, text[place : place + length], strict=True))
            if 2 * right >= length and not self._begins_inside(text, place + 1, place + length):
                entry = self._entries[word]
                return Token(place, place + length, word, entry.concepts, entry.sign, entry.touches, heard=True)
        return None

    def _begins_inside(self, text: str, start: int, end: int) -> bool:
        """Whether a word that is written right begins within and ends behind: that one is meant."""
        return any((found := self._written(text, place)) and found.end > end for place in range(start, end))


def _may_be_heard(word: str, entry: Entry) -> bool:
    """Two characters are heard only where they name a thing: too many others sound like them."""
    if word.isascii() or not SHORTEST_HEARD <= len(word) <= LONGEST_HEARD:
        return False
    return len(word) > SHORTEST_HEARD or any(concept.kind in {Kind.THING, Kind.FAULT} for concept in entry.concepts)


def _key(word: str) -> str:
    return plain(word).text


def _is_word(text: str, start: int, end: int) -> bool:
    """Latin words are whole words: CO is none in COD."""
    if not (text[start].isascii() and text[start].isalnum()):
        return True
    before, after = text[start - 1 : start], text[end : end + 1]
    return not any(each and each.isascii() and each.isalpha() for each in (before, after))


def _lengths(starts: Iterable[tuple[str, int]]) -> dict[str, tuple[int, ...]]:
    """For each first character, how long its words are, the longest first."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for first, length in starts:
        found[first].add(length)
    return {first: tuple(sorted(lengths, reverse=True)) for first, lengths in found.items()}


def _ancestors(name: str, entries: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """All that a concept is a kind of, by name.

    Raises: BadLexicon.
    """
    found: set[str] = set()
    waiting = list(entries[name].get("is", ()))
    while waiting:
        parent = waiting.pop()
        if parent not in entries or parent == name:
            raise BadLexicon(f"{name}: is a kind of {parent}, which is no other concept")
        if parent not in found:
            found.add(parent)
            waiting += entries[parent].get("is", ())
    return found


@cache
def lexicon() -> Lexicon:
    """The lexicon of the house, read once."""
    return Lexicon.read()


def enlarged(*more: Mapping[str, Any]) -> Lexicon:
    """The lexicon of the house with the words that sets of criteria bring.

    Raises: BadLexicon.
    """
    return Lexicon.of(json.loads(DATA.read_text("utf-8")), *more) if more else lexicon()
