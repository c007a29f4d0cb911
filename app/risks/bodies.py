"""What is sent to assess a risk, to decide on a candidate, to ask for a review."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema, field_validator, model_validator

from app.foundation.wire import Body, Short, Text
from app.risks.methods import AssessmentKind, Override, RatingMethod, methods
from app.risks.terms import Decision, ReviewCause

LONGEST: Final = 16  # characters of a number
PLACED: Final = frozenset({"object", "unit", "event", "place", "post", "owner_id"})


def _exact(told: object) -> object:
    """A number as it was written: text, or a JSON number, whose shortest text is what was sent."""
    if isinstance(told, str | int | float) and not isinstance(told, bool):
        text = str(told)
        if len(text) <= LONGEST and text.replace(".", "", 1).isascii() and text.replace(".", "", 1).isdigit():
            return Decimal(text)
    if told is None:
        return None
    raise ValueError("a number, or its decimal text")


Factor = Annotated[
    Decimal | None,
    BeforeValidator(_exact),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$"}, {"type": "number"}, {"type": "null"}],
            "description": "One of the method's values: see GET /risk-methods.",
        }
    ),
]
Untold = Field(default=None, validate_default=True)


class Assess(Body):
    """A rating by LEC (`l`, `e`, `c`) or by the matrix (`l`, `s`); an `override` makes it major whatever the score."""

    kind: AssessmentKind
    method: RatingMethod
    l: Factor = Untold  # noqa: E741  the letter of the method
    e: Factor = Untold
    c: Factor = Untold
    s: Factor = Untold
    override: Override | None = Field(default=None, description="Why it is major whatever its score.")
    reason: Text
    endorsed_by_chief_engineer: bool = Field(
        default=False, description="Whether the chief engineer (总工程师) endorses it; his own is always endorsed."
    )

    @field_validator("l", "e", "c", "s")
    @classmethod
    def only_what_the_method_knows(cls, value: Decimal | None, info: ValidationInfo) -> Decimal | None:
        method = info.data.get("method")
        legal = methods().values(method).get(str(info.field_name)) if method else None
        if method and legal is None and value is not None:
            raise ValueError("not a factor of this method")
        if legal is not None and value is None:
            raise ValueError("a factor that this method needs")
        if legal is not None and value not in legal:
            raise ValueError("not a value of this factor")
        return value

    @property
    def factors(self) -> Mapping[str, Decimal]:
        told = {"l": self.l, "e": self.e, "c": self.c, "s": self.s}
        return {name: value for name, value in told.items() if value is not None}


class DecideCandidate(Body):
    """`adopt` puts it on the list, with object and unit; `merge` says that `into` is the same danger; `reject` says
    why it is none; `is_hazard` sorts its finding onto the hazard list, by the rules of POST /findings/{id}/sort."""

    decision: Decision
    into: UUID | None = Field(default=None, description="For merge: a risk of the same enterprise's list.")
    reason: Text | None = Field(default=None, description="Needed to reject, and for is_hazard.")
    object: Short | None = Field(default=None, description="For adopt: 风险点/分析对象, unless it has been placed.")
    unit: Short | None = Field(default=None, description="For adopt: 分析单元.")
    event: Text | None = Field(default=None, description="For adopt: how the list says it.")
    place: Short | None = None
    post: Short | None = None
    owner_id: UUID | None = None

    @model_validator(mode="after")
    def says_what_its_decision_needs(self) -> Self:
        if (self.decision is Decision.MERGE) != (self.into is not None):
            raise ValueError("merge says into which risk, and nothing else does")
        if self.decision in (Decision.REJECT, Decision.IS_HAZARD) and self.reason is None:
            raise ValueError("say why")
        if self.decision is not Decision.ADOPT and self.model_fields_set & PLACED:
            raise ValueError("only what is adopted is placed")
        if (self.object is None) != (self.unit is None):
            raise ValueError("object and unit come together")
        return self


class AskReview(Body):
    """Something happened that the last assessment did not know of."""

    because: Literal[ReviewCause.CHANGE, ReviewCause.ACCIDENT, ReviewCause.HAZARD]
    reason: Text
