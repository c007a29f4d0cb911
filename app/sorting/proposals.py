"""The shapes of what the server proposes of a finding by its words. A person takes it over, or not."""

from uuid import UUID

from pydantic import Field

from app.foundation.wire import Frozen
from app.sorting.terms import Discipline, Factor, Level


class Reasoned(Frozen):
    """How sure a proposal is, and why."""

    score: float = Field(ge=0, le=1)
    because: tuple[str, ...] = Field(description="The words of the finding that decided, the weightiest first.")


class ProposedFactor(Reasoned):
    """人、物、环境、管理 (GB/T 13861)."""

    value: Factor


class ProposedDiscipline(Reasoned):
    """Whose trade it is."""

    value: Discipline


class ProposedAccident(Reasoned):
    """The accident that it may lead to, by the edition of GB 6441 in force on the day of the finding."""

    standard: str
    code: str
    title: str


class ProposedMeasure(Reasoned):
    """The measure of the enterprise's own risk list that the finding seems to belong to."""

    id: UUID
    description: str


class ProposedHazard(Reasoned):
    """An open hazard of the enterprise that seems to say the same."""

    id: UUID
    number: str
    description: str
    level: Level


class Described(Frozen):
    """What the words of a finding say of its kind; null where they do not say."""

    factor: ProposedFactor | None = None
    discipline: ProposedDiscipline | None = None
    accident_type: ProposedAccident | None = None


class Proposals(Described):
    """All that the server proposes of a finding; null where it would only guess."""

    measure: ProposedMeasure | None = None
    seen_again: ProposedHazard | None = None
