"""Reading a finding (文字识别): which list it belongs on by its words, and which criteria it may meet.

Deterministic, without network or model: `plain` folds the text, `lexicon` finds its words, `reading` says what it
states, `patterns` compares that with the criteria that bind the enterprise on the day. The page docs/sorting.md tells
how a verdict comes about and how to add a word or a criterion.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.sorting.criteria import Catalogue, Criterion
from app.sorting.lexicon import Kind, Lexicon, Sign, Token, enlarged
from app.sorting.patterns import Demand, Indexed, Met, Pattern, Patterns, Term, derived, pattern
from app.sorting.quantities import within
from app.sorting.reading import Mention, Reading, State, read
from app.sorting.terms import Level, ListName, Method
from app.sorting.verdict import Matched, Meets, Said, Sorting

CANDIDATES: Final = 3
MERELY: Final = frozenset({"有", "都有", "均有"})  # that something is there does not say that it is well
UNLISTED: Final = "风险清单"  # that it is not listed or rated yet is no hazard, but what makes a risk
WRONG: Final = frozenset({State.LACKING, State.FAILED})

# A pattern of one term says less than one of two; words far apart, or found by their sound only, say less, too.
BASE: Final = 0.72
PER_TERM: Final = 0.08
PER_CLAUSE: Final = 0.04
HEARD: Final = 0.06
GUESSED: Final = 0.12  # something is wrong beside it, and the grammar does not say that it is this
HELPED: Final = 0.05
WORDING: Final = 0.08
MOST: Final = 0.99
SURE, LIKELY, GUESS = 0.9, 0.75, 0.5


@dataclass(frozen=True)
class Reader:
    """Sorts by reading. `read` answers None where the text says nothing that can be sorted."""

    lexicon: Lexicon
    patterns: Patterns

    def __call__(self, said: Said, catalogue: Catalogue) -> Sorting | None:
        """The verdict on a finding of which nobody said where it belongs."""
        reading = read(said.description, self.lexicon)
        criteria = () if said_fine(reading) else tuple(self.matched(reading, said, catalogue))[:CANDIDATES]
        if criteria:
            codes = "、".join(each.code for each in criteria)
            reason = f"可能符合重大隐患判定标准{codes}，待人员核实"
            return _verdict(ListName.HAZARD, Level.MAJOR, criteria, criteria[0].score, reason)
        found = list_of(reading)
        if found is None:
            return None
        listed, confidence, reason = found
        level = Level.GENERAL if listed is ListName.HAZARD else None
        return _verdict(listed, level, (), confidence, reason)

    def matched(self, reading: Reading, said: Said, catalogue: Catalogue) -> Iterator[Matched]:
        """The criteria that a finding meets, the likeliest first."""
        indexed = Indexed(reading)
        found: list[tuple[float, Matched]] = []
        for criterion in catalogue:
            if not (criterion.covers(said.on) and criterion.binds(said.sectors, said.special_categories)):
                continue
            met = [each for pattern in self.patterns.of(criterion.code) if (each := pattern.met_by(indexed))]
            if met:
                best = max(met, key=lambda each: score(each, criterion, reading))
                worth = score(best, criterion, reading)
                found.append((worth, _matched(criterion, best, reading, worth)))
        found.sort(key=lambda each: (-each[0], each[1].code))
        return (matched for _, matched in found)


def score(met: Met, criterion: Criterion, reading: Reading) -> float:
    """How surely a finding meets a criterion, 0 to 1: more for more terms, less for distance and for guessed words."""
    worth = BASE + PER_TERM * met.pattern.needed - PER_CLAUSE * met.clauses_apart
    worth += HELPED if met.helped else 0
    worth -= GUESSED * sum(
        mention.state is State.MENTIONED and term.demand is Demand.MISSING for term, mention in met.mentions
    )
    worth -= HEARD * any(mention.token.heard for _, mention in met.mentions)
    said = {mention.token.word for _, mention in met.mentions}
    worth += WORDING * sum(word in criterion.text for word in said) / max(len(said), 1)
    return round(min(max(worth, 0.0), MOST), 3)


def _is_guess(term: Term, mention: Mention) -> bool:
    return term.demand is Demand.MISSING and mention.state is State.MENTIONED


def said_fine(reading: Reading) -> bool:
    """Whether the inspector says that all is well, or put right, and names nothing that is not."""
    return (reading.mended or reading.has(Sign.FINE)) and not any(wrongs(reading))


def list_of(reading: Reading) -> tuple[ListName, float, str] | None:
    """The list that a finding belongs on by its words, how surely, and why; None where it says nothing."""
    wrong = next(wrongs(reading), None)
    new = reading.first(Sign.LIST) or reading.first(Sign.NEW)
    if new and not any(wrongs(reading, besides=UNLISTED)) and not reading.mended:
        return ListName.RISK, LIKELY, f"“{_word(reading, new)}”说明有新的危险源，措施没有失效，列为风险候选"
    if wrong:
        return ListName.HAZARD, SURE, f"“{wrong}”说明应有的没有、不起作用，或者有不该有的"
    if reading.mended:
        return ListName.NONE, SURE, "问题已经整改，留在排查记录中"
    if fine := reading.first(Sign.FINE):
        return ListName.NONE, SURE, f"“{_word(reading, fine)}”说明没有发现问题"
    if reading.loose:
        return ListName.HAZARD, LIKELY, f"“{_word(reading, reading.loose[0][0])}”说明有不对的地方"
    if within(reading.quantities):
        return ListName.NONE, LIKELY, "数量没有超过所说的限度"
    if any(_reassures(mention) for mention in reading.mentions):
        return ListName.NONE, LIKELY, "该有的都有，不该有的没有，没有发现问题"
    if advice := reading.first(Sign.ADVICE):
        return ListName.NONE, LIKELY, f"“{_word(reading, advice)}”是建议，没有说哪里不对"
    if not reading.mentions:
        return None
    return ListName.HAZARD, GUESS, "没有看出是否正常，按隐患处理"


def _reassures(mention: Mention) -> bool:
    """Whether something is said to be there and well, or something bad not to be."""
    if mention.state is State.LACKING:
        return mention.is_a(Kind.FAULT, Kind.DEED)
    merely = mention.by is not None and mention.by.word in MERELY
    return mention.state is State.RESOLVED or (mention.state is State.PRESENT and not merely)


def wrongs(reading: Reading, besides: str = "") -> Iterator[str]:
    """What is wrong and known, in the inspector's words; of `besides` nothing counts."""
    for mention in reading.mentions:
        if besides not in mention.names and is_wrong(mention):
            yield _phrase(reading, mention)


def is_wrong(mention: Mention) -> bool:
    """Whether something that should hold does not, or something is there that should not be."""
    if mention.is_a(Kind.THING, Kind.LABEL) and mention.state in WRONG:
        return True
    return mention.is_a(Kind.FAULT) and mention.state in {State.MENTIONED, State.PRESENT, State.FAILED}


def _word(reading: Reading, token: Token) -> str:
    return reading.text.as_written(token.start, token.end)


_PHRASE: Final = 16


def _phrase(reading: Reading, mention: Mention) -> str:
    """A mention with the word that says how it stands with it, as written."""
    token, by = mention.token, mention.by
    if by is None:
        return reading.text.as_written(token.start, token.end)
    start, end = min(token.start, by.start), max(token.end, by.end)
    if end - start <= _PHRASE:
        return reading.text.as_written(start, end)
    ends = sorted([token, by], key=lambda each: each.start)
    return "…".join(reading.text.as_written(each.start, each.end) for each in ends)


def _matched(criterion: Criterion, met: Met, reading: Reading, worth: float) -> Matched:
    meets = [
        Meets(said=_phrase(reading, mention), criterion=_in_criterion(criterion, mention, term.names))
        for term, mention in met.mentions
    ]
    meets += [
        Meets(said=reading.text.as_written(quantity.start, quantity.end), criterion=each.than_in_words)
        for quantity, each in zip(met.quantities, met.pattern.counted, strict=True)
    ]
    return Matched(
        code=criterion.code, title=criterion.title, score=worth, because=tuple(dict.fromkeys(m.said for m in meets)),
        meets=tuple(meets), verified=criterion.verified,
    )  # fmt: skip


def _in_criterion(criterion: Criterion, mention: Mention, names: frozenset[str]) -> str:
    """The words of the criterion that a mention meets: the longest of its concept's that stand there, else its name."""
    concepts = [concept for concept in mention.concepts if concept.names & names]
    words = [word for concept in concepts for word in concept.words if word in criterion.text]
    return max(words, key=len, default=next(iter(sorted(names))))


def _verdict(
    listed: ListName, level: Level | None, criteria: tuple[Matched, ...], confidence: float, reason: str
) -> Sorting:
    return Sorting(
        list=listed, level=level, method=Method.TEXT, criteria=criteria, confidence=confidence, reason=reason
    )


def text_sorter(catalogue: Catalogue) -> Reader:
    """Who reads findings by the criteria of a catalogue, with the words that its sets bring.

    Raises:
        BadLexicon, BadPattern: a set's words or patterns can't be used.
    """
    words = enlarged(*catalogue.words)
    house = Patterns.read(words)
    own = {each.code: _patterns(each, house, words) for each in catalogue}
    return Reader(words, Patterns(own))


def _patterns(criterion: Criterion, house: Patterns, words: Lexicon) -> Sequence[Pattern]:
    """A criterion's patterns: its set's, else the house's, else what its own text demands."""
    if criterion.patterns is not None:
        return [pattern(criterion.code, line, words) for line in criterion.patterns]
    return house.of(criterion.code) or derived(criterion.code, criterion.text, words)
