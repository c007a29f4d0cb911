"""Reading a finding (文字识别): which list it belongs on by its words, and which criteria it may meet.

Deterministic, without network or downloaded model. `plain` folds the text, `lexicon` finds its words, `reading` says
what it states, `patterns` compares that with what each criterion demands, `weighing` decides between the criteria that
bind the enterprise on the day, a general hazard, a risk and nothing wrong. The page docs/sorting.md tells how a verdict
comes about and how to add a word, a criterion or a labelled finding.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from app.sorting.criteria import Catalogue, Criterion
from app.sorting.lexicon import Lexicon, enlarged
from app.sorting.listing import SURE, list_of, phrase
from app.sorting.patterns import Demand, Indexed, Met, Pattern, Patterns, Term, derived, pattern
from app.sorting.reading import read
from app.sorting.stated import Mention, Reading, State, distinct
from app.sorting.terms import Level, ListName, Method, Sector, SpecialCategory
from app.sorting.verdict import Matched, Meets, Said, Sorting
from app.sorting.weighing import GENERAL, OTHERS, Weights, features, is_character

CANDIDATES: Final = 3
WORTH_SHOWING: Final = 0.01  # of all that the criteria weigh together
STATED: Final = 1.0  # what a pattern weighs that holds word for word, beside what was learned of it
UNWEIGHED: Final = 3.0  # what a pattern weighs for a criterion that no labelled finding is of
BEYOND: Final = -20.0  # what is as good as impossible
TELLING: Final = 3  # words shown beside those of the pattern
WRONG: Final = 0.5  # what it weighs against nothing wrong that the grammar sees something wrong
SURELY: Final = 0.8  # where the grammar sees nothing, the words must say so much
LEAST_KNOWN: Final = 2  # features known of a text that can be sorted at all

# Between patterns of one criterion: words far apart, or found by their sound only, say less.
PER_TERM: Final = 0.08
PER_CLAUSE: Final = 0.04
HEARD: Final = 0.06
GUESSED: Final = 0.12
HELPED: Final = 0.05


@dataclass(frozen=True)
class Reader:
    """Sorts by reading: None where the text says nothing that can be sorted."""

    lexicon: Lexicon
    patterns: Patterns
    weights: Weights

    def __call__(self, said: Said, catalogue: Catalogue) -> Sorting | None:
        """The verdict on a finding of which nobody said where it belongs."""
        seen = self.see(said, catalogue)
        if sum(not is_character(each) for each in seen.features & self.weights.weights.keys()) < LEAST_KNOWN:
            return None
        weighed = self._weigh(seen)
        criteria = sorted((code for code in seen.binding), key=lambda code: (-weighed[code], code))
        others = _together([weighed[name] for name in OTHERS])
        if criteria and _for_major([weighed[code] for code in criteria]) + self.weights.caution > others:
            return self._major(seen, weighed, criteria)
        return self._minor(seen, max(OTHERS, key=lambda name: weighed[name]), weighed)

    def see(self, said: Said, catalogue: Catalogue) -> "Seen":
        """What a finding states, and which criteria's patterns it meets of those that bind."""
        reading = read(said.description, self.lexicon)
        binding = _binding(catalogue, said.on, said.sectors, said.special_categories)
        met = dict(self._met(reading, binding))
        listed = list_of(reading)
        subjects = {self.weights.subject(code) for code in met}
        return Seen(reading, binding, met, features(reading, subjects, listed[0] if listed else "pending"), listed)

    def _met(self, reading: Reading, binding: Mapping[str, Criterion]) -> Iterator[tuple[str, Met]]:
        indexed = Indexed(reading)
        for code in binding:
            met = [each for pattern in self.patterns.of(code) if (each := pattern.met_by(indexed))]
            if met:
                yield code, max(met, key=strength)

    def _weigh(self, seen: "Seen") -> dict[str, float]:
        """How much speaks for each criterion that binds, and for each other list."""
        subjects = {self.weights.subject(code) for code in seen.binding}
        scores = self.weights.scores(seen.features, subjects | set(OTHERS))
        known = self.weights.subjects
        weighed = {name: scores[name] for name in OTHERS}
        weighed["none"] -= WRONG * seen.wrong
        for code in seen.binding:
            subject = self.weights.subject(code)
            weighed[code] = scores[subject] if subject in known else UNWEIGHED if code in seen.met else BEYOND
            weighed[code] += STATED * seen.states(code)
        return weighed

    def _major(self, seen: "Seen", weighed: Mapping[str, float], criteria: Sequence[str]) -> Sorting:
        together = _together([weighed[code] for code in criteria])
        everything = _together([*(weighed[name] - self.weights.caution for name in OTHERS), together])
        shown = [code for code in criteria[:CANDIDATES] if weighed[code] >= together + math.log(WORTH_SHOWING)]
        matched = tuple(self._matched(seen, code, math.exp(weighed[code] - everything)) for code in shown)
        reason = f"可能符合重大隐患判定标准{'、'.join(shown)}，待人员核实"
        return _verdict(ListName.HAZARD, Level.MAJOR, matched, math.exp(together - everything), reason)

    def _minor(self, seen: "Seen", other: str, weighed: Mapping[str, float]) -> Sorting | None:
        share = math.exp(weighed[other] - _together([weighed[name] for name in OTHERS]))
        if seen.listed is None and share < SURELY:
            return None
        listed = ListName.HAZARD if other == GENERAL else ListName(other)
        said = seen.listed
        told = f"“{'”“'.join(self._words(seen, other))}”" if seen.features else ""
        reason = said[2] if said and said[0] is listed else f"{told}多见于{_NAMES[other]}"
        level = Level.GENERAL if listed is ListName.HAZARD else None
        return _verdict(listed, level, (), share, reason)

    def _matched(self, seen: "Seen", code: str, worth: float) -> Matched:
        criterion, met = seen.binding[code], seen.met.get(code)
        meets = tuple(_meets(criterion, met, seen.reading)) if met else ()
        because = self._words(seen, self.weights.subject(code), [each.said for each in meets])
        return Matched(
            code=code, title=criterion.title, score=round(worth, 3), because=because, meets=meets,
            verified=criterion.verified,
        )  # fmt: skip

    def _words(self, seen: "Seen", subject: str, first: Sequence[str] = ()) -> tuple[str, ...]:
        """The finding's own words that weigh most for a subject, after those that come `first`: what touches is one
        word, none stands within another, and a single character is none."""
        text = seen.reading.text
        places: set[int] = set()
        for feature in self.weights.telling(seen.features, subject):
            places.update(_places(seen.reading, feature))
            if len(_spans(places)) >= TELLING:
                break
        shown = [*first, *(text.as_written(start, end) for start, end in _spans(places))]
        return distinct(word for word in shown if len(word) > 1)


@dataclass(frozen=True, slots=True)
class Seen:
    """A finding before it is weighed: what it states, which criteria bind and which of their patterns it meets."""

    reading: Reading
    binding: Mapping[str, Criterion]
    met: Mapping[str, Met]
    features: frozenset[str]
    listed: tuple[ListName, float, str] | None

    def states(self, code: str) -> bool:
        """Whether a pattern of a criterion holds without a guess."""
        met = self.met.get(code)
        return met is not None and not any(_is_guess(term, mention) for term, mention in met.mentions)

    @property
    def wrong(self) -> bool:
        """Whether the grammar surely sees something wrong."""
        return self.listed is not None and self.listed[0] is ListName.HAZARD and self.listed[1] >= SURE


@lru_cache(256)
def _binding(
    catalogue: Catalogue, on: date, sectors: frozenset[Sector], categories: frozenset[SpecialCategory]
) -> Mapping[str, Criterion]:
    """The criteria that bind on a day who has these trades and categories; many findings come from one place."""
    return {each.code: each for each in catalogue if each.covers(on) and each.binds(sectors, categories)}


_NAMES: Final = {"general": "一般隐患", "none": "没有问题的记录", "risk": "新增的危险源"}


def strength(met: Met) -> float:
    """Which of a criterion's patterns says most."""
    worth = PER_TERM * met.pattern.needed - PER_CLAUSE * met.clauses_apart + HELPED * met.helped
    worth -= GUESSED * sum(_is_guess(term, mention) for term, mention in met.mentions)
    return worth - HEARD * any(mention.token.heard for _, mention in met.mentions)


def _is_guess(term: Term, mention: Mention) -> bool:
    """Whether something is wrong beside it, and the grammar does not say that it is this."""
    return term.demand is Demand.MISSING and mention.state is State.MENTIONED


def _meets(criterion: Criterion, met: Met, reading: Reading) -> Iterator[Meets]:
    for term, mention in met.mentions:
        yield Meets(said=phrase(reading, mention), criterion=_in_criterion(criterion, mention, term.names))
    for quantity, each in zip(met.quantities, met.pattern.counted, strict=True):
        yield Meets(said=reading.text.as_written(quantity.start, quantity.end), criterion=each.than_in_words)


def _in_criterion(criterion: Criterion, mention: Mention, names: frozenset[str]) -> str:
    """The words of the criterion that a mention meets: the longest of its concept's that stand there, else its name."""
    concepts = [concept for concept in mention.concepts if concept.names & names]
    words = [word for concept in concepts for word in concept.words if word in criterion.text]
    return max(words, key=len, default=min(names))


def _for_major(scores: Sequence[float]) -> float:
    """How much criteria, the likeliest first, say that a hazard is a major one: half by the likeliest, half by all of
    them together, as many faint ones are not one strong, and several strong ones need not agree which it is."""
    return (scores[0] + _together(scores)) / 2


def _together(scores: Sequence[float]) -> float:
    """What several scores weigh together: the logarithm of the sum of their odds."""
    highest = max(scores, default=BEYOND)
    return highest + math.log(sum(math.exp(score - highest) for score in scores)) if scores else BEYOND


def _places(reading: Reading, feature: str) -> range:
    """Where a word of a concept, or a pair of characters with the word that it is of, first stands."""
    if feature.startswith("#"):
        tokens = (mention.token for mention in reading.mentions if feature[1:] in mention.names)
        return next((range(token.start, token.end) for token in tokens), range(0))
    start = reading.text.text.find(feature) if len(feature) == len("两字") else -1
    return range(*reading.word_at(start, start + len(feature))) if start >= 0 else range(0)


def _spans(places: set[int]) -> list[tuple[int, int]]:
    """Places that stand side by side, as spans."""
    spans: list[tuple[int, int]] = []
    for place in sorted(places):
        if spans and spans[-1][1] == place:
            spans[-1] = (spans[-1][0], place + 1)
        else:
            spans.append((place, place + 1))
    return spans


def _verdict(
    listed: ListName, level: Level | None, criteria: tuple[Matched, ...], confidence: float, reason: str
) -> Sorting:
    sure = round(min(max(confidence, 0.0), 1.0), 3)
    return Sorting(list=listed, level=level, method=Method.TEXT, criteria=criteria, confidence=sure, reason=reason)


def text_sorter(catalogue: Catalogue, weights: Weights | None = None) -> Reader:
    """Who reads findings by the criteria of a catalogue, with the words that its sets bring.

    Raises:
        BadLexicon, BadPattern: a set's words or patterns can't be used.
    """
    words = enlarged(*catalogue.words)
    house = Patterns.read(words)
    own = {each.code: _patterns(each, house, words) for each in catalogue}
    return Reader(words, Patterns(own), weights or Weights.read())


def _patterns(criterion: Criterion, house: Patterns, words: Lexicon) -> Sequence[Pattern]:
    """A criterion's patterns: its set's, else the house's, else what its own text demands."""
    if criterion.patterns is not None:
        return [pattern(criterion.code, line, words) for line in criterion.patterns]
    return house.of(criterion.code) or derived(criterion.code, criterion.text, words)
