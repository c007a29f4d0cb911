"""The dictionary, the patterns and the weights: data that is used whole, and refused where it cannot be."""

import json

import pytest

from app.sorting.in_force import as_released
from app.sorting.lexicon import BadLexicon, Kind, Lexicon, lexicon
from app.sorting.patterns import BadPattern, Demand, Patterns, derived, pattern
from app.sorting.plain import plain
from app.sorting.weighing import OTHERS, Weights

WORDS = lexicon()
PATTERNS = Patterns.read(WORDS)
SMALL = {"version": "1", "signs": {"no": ["没有"]}, "concepts": [{"name": "泄爆", "kind": "thing", "words": ["泄爆"]}]}


def test_no_synonym_is_dead() -> None:
    dead = []
    for concept in WORDS.concepts.values():
        for word in concept.words:
            tokens = list(WORDS.tokens(plain(word)))
            if not any(concept in token.concepts for token in tokens):
                dead.append((concept.name, word))
    assert not dead


def test_no_sign_is_dead() -> None:
    dead = [
        (sign, word)
        for sign, words in WORDS.signs.items()
        for word in words
        if not any(token.sign is sign for token in WORDS.tokens(plain(word)))
    ]
    assert not dead


def test_no_concept_stands_for_nothing() -> None:
    """Every concept is looked for by a pattern, or tells something by its kind."""
    asked = {name for code in PATTERNS for each in PATTERNS.of(code) for term in each.terms for name in term.names}
    parents = {name for concept in WORDS.concepts.values() for name in concept.kinds_of}
    telling = {Kind.FAULT, Kind.LABEL, Kind.THING, Kind.TAIL}
    idle = [c.name for c in WORDS.concepts.values() if c.kind not in telling and c.name not in asked | parents]
    assert not idle


def test_every_criterion_has_objects_and_conditions_named() -> None:
    for criterion in as_released().catalogue:
        patterns = PATTERNS.of(criterion.code)
        assert patterns, criterion.code
        for each in patterns:
            demands = {term.demand for term in each.terms}
            assert each.counted or demands & {Demand.MISSING, Demand.FOUND, Demand.SPOKEN_OF}, each.written


def test_the_weights_know_every_criterion_and_every_list() -> None:
    weights = Weights.read()
    subjects = {weights.subject(criterion.code) for criterion in as_released().catalogue}
    assert subjects | set(OTHERS) <= weights.subjects


def test_the_weights_are_written_as_they_are_read() -> None:
    weights = Weights.read()
    again = json.loads(weights.written())
    assert again["subjects"] == sorted(weights.subjects)
    assert len(again["weights"]) == len(weights.weights)


@pytest.mark.parametrize(
    "wrong",
    [
        SMALL | {"concepts": [{"name": "泄爆", "kind": "nothing", "words": ["泄爆"]}]},
        SMALL | {"concepts": [{"name": "泄爆", "kind": "thing"}]},
        SMALL | {"concepts": [{"name": "泄爆", "kind": "thing", "words": ["泄爆"], "is": ["别的"]}]},
        SMALL | {"signs": {"perhaps": ["也许"]}},
        SMALL | {"signs": {"no": ["没有"], "there": ["没有"]}},
    ],
)
def test_a_lexicon_that_cannot_be_used_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadLexicon):
        Lexicon.of(wrong)


@pytest.mark.parametrize("line", ["-不存在的东西", "?泄爆装置", "!泄爆装置", ""])
def test_a_pattern_that_demands_nothing_is_refused(line: str) -> None:
    with pytest.raises(BadPattern):
        pattern("X-1", line, WORDS)


def test_where_nobody_wrote_a_pattern_the_criterion_is_read_itself() -> None:
    (each,) = derived("X-1", "喷漆房未设置可燃气体报警器的", WORDS)
    assert {term.demand for term in each.terms} == {Demand.SPOKEN_OF, Demand.MISSING}
