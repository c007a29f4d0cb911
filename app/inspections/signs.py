"""Signs that a report may have been ticked off rather than walked: explained, and never a verdict. The words stand
here, because reports show them; what notices them is the room `diligence`, above, and `main` hands over who knows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from app.people.scope import Caller


class Sign(StrEnum):
    """What was noticed."""

    HASTY = "hasty"
    SAME_POSITION = "same_position"
    LAST_MINUTE = "last_minute"
    IDENTICAL_REPORTS = "identical_reports"
    REUSED_PHOTOS = "reused_photos"
    NEVER_A_FINDING = "never_a_finding"


TITLES: Final[Mapping[Sign, str]] = {
    Sign.HASTY: "用时很短",
    Sign.SAME_POSITION: "各点位坐标完全相同",
    Sign.LAST_MINUTE: "集中在期末最后几分钟",
    Sign.IDENTICAL_REPORTS: "多日记录雷同",
    Sign.REUSED_PHOTOS: "照片曾用于更早的排查",
    Sign.NEVER_A_FINDING: "长期没有发现，同类企业有发现",
}


class SignView(BaseModel):
    """A sign, with what was compared with what, and why it may be harmless."""

    code: Sign
    title: str
    compared: str = Field(description="What was compared with what, in Chinese.")
    measured: float = Field(description="The number that was compared.")
    threshold: float = Field(description="What it was compared with: a default of this software, no rule of law.")
    harmless: str = Field(description="Why this may be harmless, in Chinese.")


SignsOf = Callable[[Session, Caller, UUID], tuple[SignView, ...] | None]


def nobody_looks(session: Session, caller: Caller, inspection_id: UUID) -> None:
    """Nothing is said of any report."""


@dataclass(frozen=True)
class Signs:
    """Who knows of signs: `of` says those of one report; None, if this caller is not told."""

    of: SignsOf = nobody_looks
