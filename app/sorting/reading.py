"""What a finding states: which things are missing or fail, which are there, what is wrong, what is only wished for.

A small grammar over the words of the lexicon, clause by clause. Who denies takes the last noun of what follows ("未张贴
泄爆口标识" is about the sign, not the vent), across "、和或"; where nothing follows, what stands before ("泄爆片没有").
What breaks belongs to the nouns before it. "未发现…损坏" says that nothing is broken. What is advised or only feared is
no fact; what has been put right is none any more, unless it was put right on the spot.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from app.sorting.lexicon import Kind, Lexicon, Sign, Token
from app.sorting.plain import Plain, plain
from app.sorting.quantities import beyond, quantities
from app.sorting.stated import Mention, Reading, State

_CLAUSES: Final = re.compile(r"[^，。]+")
_TOGETHER: Final = re.compile(r"[、和及或与跟/]|以及|还有")
_THEN: Final = re.compile("就|便|还在|仍|照样|照旧|直接|又")  # what follows is what happened nevertheless
_ACTS: Final = {Sign.NO, Sign.THERE, Sign.BROKEN, Sign.REMOVED, Sign.DONE}
_ENDS: Final = _ACTS | {Sign.ADVICE, Sign.MAY, Sign.NEVER, Sign.FINE, Sign.NEUTRAL}
_NEAR: Final = 3  # characters between a verb and its object
_PASSIVE: Final = 10  # characters between 被 and its verb
_FINDS: Final = frozenset(
    {"未发现", "未见", "不存在", "未出现", "没发现", "没有发现", "没出现", "没见", "没看到", "无"}
)
_PLAIN: Final = frozenset({"没有", "没", "未", "不"})
_SHORT: Final = "没有"  # longer denials (未设置, 没安装) carry their verb with them


@lru_cache(64)
def read(written: str, lexicon: Lexicon) -> Reading:
    """What a finding states. Never fails, whatever the text.

    The verdict, the kind and the measure ask one after the other; they are given the same reading.
    """
    text = plain(written)
    reading = Reading(text, quantities=quantities(text.text))
    for number, tokens in enumerate(_clauses(text, lexicon)):
        _Clause(reading, number, tokens).read()
    _mend(reading)
    for fault in beyond(reading.quantities):
        concept = lexicon.concepts.get(fault.name)
        if concept:
            token = Token(fault.start, fault.end, text.text[fault.start : fault.end], (concept,), None)
            reading.mentions.append(Mention(token, (concept,), _clause_at(reading, fault.start)))
    return reading


def _clause_at(reading: Reading, place: int) -> int:
    return max((mention.clause for mention in reading.mentions if mention.token.start <= place), default=0)


def _clauses(text: Plain, lexicon: Lexicon) -> Iterator[list[Token]]:
    """The words of each clause; 但, 且 and their like begin a new one."""
    tokens = list(lexicon.tokens(text))
    for clause in _CLAUSES.finditer(text.text):
        within: list[Token] = []
        for token in tokens:
            if clause.start() <= token.start < clause.end():
                if token.sign is Sign.BUT and within:
                    yield within
                    within = []
                within.append(token)
        if within:
            yield within


class _Clause:
    """One clause while it is read."""

    def __init__(self, reading: Reading, number: int, tokens: Sequence[Token]) -> None:
        self.reading, self.number, self.tokens = reading, number, tokens
        self.before = [mention for mention in reading.mentions if mention.clause == number - 1]
        mentions = [Mention(token, token.concepts, number) for token in tokens if token.concepts]
        self.nouns = [each for each in mentions if each.token.sign is None and not _adds_nothing(each, mentions)]
        self.faults = {mention.token.start: mention for mention in mentions if mention.token.sign is not None}
        self.cancelled: set[int] = set()

    def read(self) -> None:
        reading, text = self.reading, self.reading.text.text
        reading.mentions += sorted([*self.nouns, *self.faults.values()], key=lambda mention: mention.token.start)
        reading.signs += [(token, self.number) for token in self.tokens if token.sign]
        for token in self.tokens:
            if token.start in self.cancelled:
                continue
            match token.sign:
                case Sign.NO:
                    self._deny(token, text)
                case Sign.THERE:
                    self._state(self._objects(token) or self._subjects(token), State.PRESENT, token)
                case Sign.BROKEN:
                    self._break(token)
                case Sign.REMOVED:
                    self._remove(token)
                case Sign.ADVICE | Sign.MAY | Sign.NEVER:
                    self._wish(token)
                case _:
                    pass

    def _deny(self, no: Token, text: str) -> None:
        """没有, 未…: cancels a denial or a breaking that follows; else what follows is lacking, or what precedes."""
        after = [token for token in self.tokens if token.start >= no.end]
        act = next((token for token in after if token.sign in _ACTS), None)
        sets = next((token for token in after if token.sign is Sign.SETS), None)
        near = sets is not None and sets.start - no.end <= _NEAR and not (act and act.start < sets.start)
        adjacent = near or len(no.word) > len(_SHORT)
        if act and self._denies(no, act, adjacent=adjacent):
            between = [noun for noun in self.nouns if no.end <= noun.token.start < act.start]
            self._cancel(act, no)
            self._state(between or self._subjects(no), State.PRESENT, no)
            return
        if act and act.sign is Sign.DONE and not self._objects(no):
            self._cancel(act, no)
            self._hit(self._subjects(no), State.FAILED, no)
            return
        objects = self._objects(no)
        faults = [noun for noun in objects if noun.is_a(Kind.FAULT, Kind.DEED)]
        if objects:
            self._hit(faults or objects, State.LACKING, no)
        elif adjacent or sets is None:
            self._hit(self._subjects(no) or self._carried(no), State.LACKING, no)
        else:
            self._hit([], State.LACKING, no)

    def _denies(self, no: Token, act: Token, *, adjacent: bool) -> bool:
        """Whether a denial is of another denial, or of a breaking: "未发现泄爆片破损", "没有未接地的"."""
        if act.sign not in {Sign.NO, Sign.BROKEN, Sign.REMOVED}:
            return False
        if no.word in _FINDS or act.start == no.end:
            return True
        return act.sign is Sign.BROKEN and no.word in _PLAIN and not adjacent

    def _cancel(self, act: Token, no: Token) -> None:
        self.cancelled.add(act.start)
        if act.start in self.faults:
            self._state([self.faults[act.start]], State.LACKING, no)

    def _break(self, broken: Token) -> None:
        nouns = self._subjects(broken)
        if not nouns:
            nouns = [noun for noun in self._objects(broken) if noun.token.start - broken.end <= _NEAR] or self._carried(
                broken
            )
        self._hit(nouns, State.FAILED, broken)

    def _remove(self, removed: Token) -> None:
        passive = self.reading.text.text.rfind("被", 0, removed.start)
        if passive >= 0 and removed.start - passive <= _PASSIVE:
            nouns = self._subjects(removed, passive)
        else:
            nouns = [noun for noun in self._objects(removed) if noun.token.start - removed.end <= 2 * _NEAR]
        nouns = nouns or self._subjects(removed) or self._carried(removed)
        things = [noun for noun in nouns if noun.is_a(Kind.THING, Kind.LABEL)]
        self._hit(things or nouns, State.FAILED if things or not nouns else State.RESOLVED, removed)

    def _wish(self, sign: Token) -> None:
        end = next(
            (t.start for t in self.tokens if t.start >= sign.end and t.sign in _ENDS), len(self.reading.text.text)
        )
        for noun in self.nouns:
            if sign.end <= noun.token.start < end and noun.state is State.MENTIONED:
                noun.state, noun.by = State.WISHED, sign

    def _hit(self, nouns: Sequence[Mention], state: State, by: Token) -> None:
        self._state(nouns, state, by)
        if all(noun.is_a(Kind.PLACE) and not noun.is_a(Kind.THING, Kind.FAULT, Kind.DEED) for noun in nouns):
            self.reading.loose.append((by, self.number))

    def _state(self, nouns: Sequence[Mention], state: State, by: Token) -> None:
        """What is lacking or fails stays so, whatever is affirmed of it elsewhere."""
        for noun in [each for head in nouns for each in self._family(head)]:
            if noun.state not in {State.LACKING, State.FAILED, State.WISHED}:
                noun.state, noun.by = state, by

    def _family(self, head: Mention) -> Iterator[Mention]:
        """A noun with those of its kind that stand right before it: 液位 + 探头 is one thing."""
        yield head
        for noun in reversed([each for each in self.nouns if each.token.end <= head.token.start]):
            apart = self.reading.text.text[noun.token.end : head.token.start]
            if len(apart) > _NEAR or _TOGETHER.search(apart) or not noun.names & head.names:
                return
            yield noun

    def _objects(self, sign: Token) -> list[Mention]:
        """The nouns that a sign governs behind it: up to the next sign, from its verb on, the last of each part."""
        end = next(
            (t.start for t in self.tokens if t.start >= sign.end and t.sign in _ENDS), len(self.reading.text.text)
        )
        text = self.reading.text.text
        if then := _THEN.search(text, sign.end, end):
            end = then.start()
        relative = re.search("的|时", text[sign.end : end])
        nouns = [noun for noun in self.nouns if sign.end <= noun.token.start < end]
        if relative:
            inside = [noun for noun in nouns if noun.token.start < sign.end + relative.start()]
            if any(noun.is_a(Kind.THING) for noun in inside):
                nouns = inside
        verbs = [t for t in self.tokens if t.sign is Sign.SETS and sign.end <= t.start < end]
        for verb in verbs:
            behind = [noun for noun in nouns if noun.token.start >= verb.end]
            if behind:
                nouns = behind
        return self._heads(nouns)

    def _subjects(self, sign: Token, before: int | None = None) -> list[Mention]:
        """The nouns before a sign (or another place, as 被), back to the sign before."""
        start = max((t.end for t in self.tokens if t.end <= sign.start and t.sign in _ACTS), default=0)
        end = sign.start if before is None else before
        return self._heads([noun for noun in self.nouns if start <= noun.token.start < end])[-3:]

    def _carried(self, sign: Token) -> list[Mention]:
        """The last noun of the clause before, where this one says no subject of its own."""
        text = self.reading.text.text
        start = max(text.rfind(mark, 0, sign.start) for mark in "，。") + 1
        return [] if self.nouns or sign.start - start > _NEAR else self.before[-1:]

    def _heads(self, nouns: Sequence[Mention]) -> list[Mention]:
        """Of nouns that stand together the last is what is meant: 泄爆口标识 is a sign."""
        heads: list[Mention] = []
        text = self.reading.text.text
        for noun in nouns:
            if heads and not _TOGETHER.search(text[heads[-1].token.end : noun.token.start]):
                heads.pop()
            heads.append(noun)
        return heads


def _adds_nothing(mention: Mention, mentions: Sequence[Mention]) -> bool:
    """Whether it is the tail of the noun right before it."""
    return mention.is_a(Kind.TAIL) and any(each.token.end == mention.token.start for each in mentions)


def _mend(reading: Reading) -> None:
    """What was put right before the inspector came is no fact any more; what was put right before his eyes is."""
    done = [token for token, _ in reading.signs if token.sign is Sign.DONE]
    reading.on_the_spot = reading.has(Sign.SPOT)
    reading.mended = bool(done) and not reading.on_the_spot
    if not reading.mended:
        return
    over = {place for token in done for place in _over(reading, token)}
    for mention in reading.mentions:
        if mention.token.start in over:
            mention.state = State.RESOLVED
    reading.loose = [(token, clause) for token, clause in reading.loose if token.start not in over]


def _over(reading: Reading, done: Token) -> range:
    """What a repair speaks of: its sentence, or, if that names nothing, the sentence before."""
    text = reading.text.text
    start = text.rfind("。", 0, done.start) + 1
    if not any(start <= mention.token.start < done.end for mention in reading.mentions):
        start = text.rfind("。", 0, max(start - 1, 0)) + 1
    return range(start, done.end)
