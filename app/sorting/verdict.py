"""The verdict on a finding: which list it belongs on, at which level, and why.

A person's word comes first, the text last. A cited criterion is stronger than a declared level; and where a general
hazard is reported in words that meet a criterion, it is a possible major until a person who may decides: so none is
silently put down as general. What the text says is kept beside what was said, whoever prevails. Of what nobody has
said and the text does not say, the list is `pending` until a person decides.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from pydantic import Field

from app.foundation.wire import Frozen
from app.sorting.criteria import Catalogue, Criterion
from app.sorting.proposals import Proposals
from app.sorting.terms import Level, ListName, Method, Sector, SpecialCategory

NOT_HAZARDS: Final = frozenset({ListName.RISK, ListName.NONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said about a finding, and where and when: all that a verdict rests on.

    A declared `pending` is the same as saying nothing. `measure_abnormal`: it was found at a control measure that does
    not work. `on` is the day it was found, in Asia/Shanghai.
    """

    description: str
    on: date
    list: ListName | None = None
    level: Level | None = None
    criterion: str | None = None
    measure_abnormal: bool = False
    rectified_on_the_spot: bool = False
    sectors: frozenset[Sector] = frozenset()
    special_categories: frozenset[SpecialCategory] = frozenset()


class Meets(Frozen):
    """Words of a finding, and the words of the criterion that they meet."""

    said: str
    criterion: str


class Matched(Frozen):
    """A statutory criterion that the finding may meet."""

    code: str
    title: str
    score: float = Field(ge=0, le=1, description="1 for a criterion that a person cited.")
    because: tuple[str, ...] = Field(description="The words of the finding that speak for it; none where it was cited.")
    meets: tuple[Meets, ...] = Field(default=(), description="Which words of the finding meet which of the criterion.")
    verified: bool = Field(description="Whether its wording was compared with a text of the standard.")

    @classmethod
    def cited(cls, criterion: Criterion) -> "Matched":
        return cls(code=criterion.code, title=criterion.title, score=1, because=(), verified=criterion.verified)


class Proposal(Frozen):
    """What the text alone says of a finding."""

    list: ListName
    level: Level | None
    criteria: tuple[Matched, ...]
    confidence: float | None = Field(ge=0, le=1)
    reason: str


class Sorting(Frozen):
    """The verdict. `level` is null off the hazard list; `method` and `confidence` are null while it is pending."""

    list: ListName
    level: Level | None
    method: Method | None
    criteria: tuple[Matched, ...]
    confidence: float | None = Field(ge=0, le=1, description="1 where a person or a checklist said so.")
    reason: str = Field(description="Why, in a sentence for people.")
    proposal: Proposal | None = Field(
        default=None, description="What the text says, where somebody else decided; null where it says nothing."
    )
    proposals: Proposals | None = Field(
        default=None,
        description="What else the words propose, for a person to take over; null where nothing is wrong. Measure and "
        "known hazard are looked for when the finding is looked at; the answer to an inspection leaves them null.",
    )

    @property
    def proposed(self) -> Proposal | None:
        """What the text says, whoever decided."""
        if self.method is not Method.TEXT:
            return self.proposal
        told = {name: getattr(self, name) for name in Proposal.model_fields}
        return Proposal(**told)


class TextSorter(Protocol):
    """Sorts by reading."""

    def __call__(self, said: Said, catalogue: Catalogue) -> Sorting | None:
        """A verdict with method `text`, or None if the text does not say enough."""


def nobody(said: Said, catalogue: Catalogue) -> None:
    """The sorter that reads nothing."""


class Contradiction(ValueError):
    """What was said can't all be true. `pointer` leads from the finding to the word that is wrong."""

    def __init__(self, pointer: str, code: str, message: str) -> None:
        super().__init__(message)
        self.pointer, self.code, self.message = pointer, code, message


def contradictions(said: Said, catalogue: Catalogue) -> Iterator[Contradiction]:
    """Everything in what was said that can't be true, so that a client learns of all at once."""
    if said.list in NOT_HAZARDS:
        if said.level is Level.MAJOR:
            yield Contradiction("/level", "major_is_hazard", "重大隐患只能列入隐患清单")
        if said.criterion is not None:
            yield Contradiction("/criterion", "criterion_is_hazard", "引用重大隐患判定标准的发现只能列入隐患清单")
        if said.rectified_on_the_spot:
            yield Contradiction("/rectified_on_the_spot", "rectified_is_hazard", "即查即改的发现只能列入隐患清单")
        if said.measure_abnormal:
            yield Contradiction("/list", "abnormal_is_hazard", "管控措施异常的发现只能列入隐患清单")
    if said.criterion is not None:
        if said.criterion not in catalogue:
            yield Contradiction("/criterion", "unknown_criterion", f"判定标准目录中没有{said.criterion}")
        elif catalogue.in_force(said.criterion, said.on) is None:
            yield Contradiction("/criterion", "criterion_not_in_force", f"{said.criterion}在{said.on}不施行")


def judge(said: Said, catalogue: Catalogue, by_text: TextSorter = nobody) -> Sorting:
    """The list that a reported finding belongs on, its level, and why.

    Raises: Contradiction, the first of `contradictions`.
    """
    told, read = _told(said, catalogue), by_text(said, catalogue)
    if told is None or read is None:
        return told or read or PENDING
    if told.level is Level.GENERAL and read.level is Level.MAJOR:
        return read.model_copy(update={"reason": f"{told.reason}；但{read.reason}"})
    return told.model_copy(update={"proposal": read.proposed})


def decide(said: Said, catalogue: Catalogue, proposal: Proposal | None) -> Sorting:
    """What a person who may decide has decided, beside what the text had proposed. Only who says `general` puts a
    possible major down; who says no more than that it is a hazard leaves it possible.

    Raises: Contradiction, the first of `contradictions`.
    """
    told = _told(said, catalogue) or PENDING
    level_open = told.level is Level.GENERAL and said.level is None
    if level_open and proposal and proposal.level is Level.MAJOR:
        return Sorting(**dict(proposal), method=Method.TEXT)
    return told.model_copy(update={"proposal": proposal})


def _told(said: Said, catalogue: Catalogue) -> Sorting | None:
    """The verdict by what a person or the checklist said, the strongest first; None where nothing was said.

    Raises: Contradiction.
    """
    if wrong := next(contradictions(said, catalogue), None):
        raise wrong
    criterion = catalogue.in_force(said.criterion, said.on) if said.criterion else None
    if criterion is not None:
        return _certain(
            Level.MAJOR, Method.CRITERION, f"上报时引用了判定标准{criterion.code}，按重大隐患处理", criterion
        )
    return _declared(said) or _found_at_a_measure(said)


PENDING: Final = Sorting(
    list=ListName.PENDING,
    level=None,
    method=None,
    criteria=(),
    confidence=None,
    reason="上报时没有说明应列入哪个清单，由有权核实的人员判定",
)


def _declared(said: Said) -> Sorting | None:
    if said.level is Level.MAJOR:
        return _certain(Level.MAJOR, Method.DECLARED, "上报人判定为重大隐患")
    if said.list in NOT_HAZARDS:
        return Sorting(
            list=said.list,
            level=None,
            method=Method.DECLARED,
            criteria=(),
            confidence=1,
            reason="上报人判定为风险，列入风险清单"
            if said.list is ListName.RISK
            else "上报人判定不属于隐患，留在排查记录中",
        )
    if said.list is ListName.HAZARD or said.level is not None:
        return _certain(Level.GENERAL, Method.DECLARED, "上报人判定为一般隐患")
    if said.rectified_on_the_spot:
        return _certain(Level.GENERAL, Method.DECLARED, "上报人已即查即改，按一般隐患处理")
    return None


def _found_at_a_measure(said: Said) -> Sorting | None:
    if not said.measure_abnormal:
        return None
    return _certain(Level.GENERAL, Method.CHECKLIST, "排查清单中的管控措施异常，按一般隐患处理")


def _certain(level: Level, method: Method, reason: str, *criteria: Criterion) -> Sorting:
    return Sorting(
        list=ListName.HAZARD,
        level=level,
        method=method,
        criteria=tuple(map(Matched.cited, criteria)),
        confidence=1,
        reason=reason,
    )
