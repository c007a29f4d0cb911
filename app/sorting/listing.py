"""Which list the grammar of a finding says it belongs on: hazard, risk or neither, and why."""

from collections.abc import Iterator
from typing import Final

from app.sorting.lexicon import Kind, Sign, Token
from app.sorting.quantities import within
from app.sorting.stated import Mention, Reading, State
from app.sorting.terms import ListName

WRONG: Final = frozenset({State.LACKING, State.FAILED})
MERELY: Final = frozenset({"有", "都有", "均有"})  # that something is there does not say that it is well
UNLISTED: Final = "风险清单"  # that it is not listed or rated yet is no hazard, but what makes a risk
SURE, LIKELY, GUESS = 0.9, 0.75, 0.5


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
            yield phrase(reading, mention)


def is_wrong(mention: Mention) -> bool:
    """Whether something that should hold does not, or something is there that should not be."""
    if mention.is_a(Kind.THING, Kind.LABEL) and mention.state in WRONG:
        return True
    return mention.is_a(Kind.FAULT) and mention.state in {State.MENTIONED, State.PRESENT, State.FAILED}


def _word(reading: Reading, token: Token) -> str:
    return reading.text.as_written(token.start, token.end)


_PHRASE: Final = 16


def phrase(reading: Reading, mention: Mention) -> str:
    """A mention with the word that says how it stands with it, as written."""
    token, by = mention.token, mention.by
    if by is None:
        return reading.text.as_written(token.start, token.end)
    start, end = min(token.start, by.start), max(token.end, by.end)
    if end - start <= _PHRASE:
        return reading.text.as_written(start, end)
    ends = sorted([token, by], key=lambda each: each.start)
    return "…".join(reading.text.as_written(each.start, each.end) for each in ends)
