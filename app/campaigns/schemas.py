"""What is sent: a campaign with what it takes in, what it looks at, and its rounds."""

from itertools import pairwise
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from app.campaigns.terms import CampaignKind
from app.foundation.wire import AreaCode, Body, Change, Day, Frozen, Short, Text
from app.hazards.bodies import Criterion
from app.people.terms import EnterpriseKind
from app.sorting.terms import Sector, SpecialCategory

NAMED_LIMIT: Final = 1000
ROUNDS_LIMIT: Final = 24
CHECKS_LIMIT: Final = 100


class RoundFields(Frozen):
    """A round (轮次): from a day to a day in Asia/Shanghai, over the end of a year if it must."""

    name: Short
    from_on: Day
    to_on: Day

    @model_validator(mode="after")
    def ends_after_it_begins(self) -> Self:
        if self.to_on < self.from_on:
            raise ValueError("it ends before it begins")
        return self


def _one_after_another(rounds: tuple[RoundFields, ...]) -> tuple[RoundFields, ...]:
    if any(later.from_on <= earlier.to_on for earlier, later in pairwise(rounds)):
        raise ValueError("rounds follow one another, and do not overlap")
    return rounds


Named = Annotated[tuple[UUID, ...], Field(max_length=NAMED_LIMIT)]


class Covers(Frozen):
    """Which enterprises of the area are to be visited: all that the filter meets, those that are named beside it, and
    none that is left out. Without any filter: those that are named; if none is, all."""

    area_codes: Annotated[tuple[AreaCode, ...], Field(max_length=200, description="Their subtrees.")] = ()
    sectors: Annotated[tuple[Sector, ...], Field(max_length=len(Sector), description="Any of them.")] = ()
    special_categories: Annotated[
        tuple[SpecialCategory, ...], Field(max_length=len(SpecialCategory), description="Any of them.")
    ] = ()
    kinds: Annotated[tuple[EnterpriseKind, ...], Field(max_length=len(EnterpriseKind))] = ()
    enterprise_ids: Named = ()
    except_ids: Named = ()


Rounds = Annotated[
    tuple[RoundFields, ...], Field(min_length=1, max_length=ROUNDS_LIMIT), AfterValidator(_one_after_another)
]
Criteria = Annotated[
    tuple[Criterion, ...], Field(max_length=CHECKS_LIMIT, description="What to look for, by the catalogue's codes.")
]
Measures = Annotated[
    tuple[UUID, ...],
    Field(max_length=NAMED_LIMIT, description="A visit is whole when each of these that the enterprise has was seen."),
]
Checks = Annotated[tuple[Text, ...], Field(max_length=CHECKS_LIMIT, description="What to look for, in words.")]


class NewCampaign(Body):
    """A campaign (专项行动). Two full rounds a year are one with two rounds."""

    name: Short
    kind: CampaignKind
    basis: Text | None = Field(default=None, description="The document behind it: who issued it, its number and title.")
    area_code: AreaCode
    covers: Covers = Covers()
    criteria: Criteria = ()
    measure_ids: Measures = ()
    checks: Checks = ()
    rounds: Rounds


class CampaignChange(Change):
    """What it takes in and looks at changes for the rounds that have not begun; what has begun stays as it was."""

    name: Short = Field(default_factory=str)
    kind: CampaignKind = Field(default_factory=lambda: CampaignKind.OTHER)
    basis: Text | None = None
    covers: Covers = Field(default_factory=Covers)
    criteria: Criteria = Field(default_factory=tuple)
    measure_ids: Measures = Field(default_factory=tuple)
    checks: Checks = Field(default_factory=tuple)
    rounds: Rounds = Field(default_factory=tuple)
    closed: bool = Field(
        default_factory=bool, description="`true` ends it now, for good, and `closing_reason` says why."
    )
    closing_reason: Text | None = None
