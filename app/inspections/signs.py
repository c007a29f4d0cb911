"""Signs that a report may have been ticked off rather than walked: explained, and never a verdict. The words stand
here, because reports show them; what notices them is the room `diligence`, above, and `main` hands over who knows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from app.foundation.front import Reader
from app.foundation.problems import Said
from app.people.scope import Caller


class Sign(StrEnum):
    """What was noticed."""

    HASTY = "hasty"
    SAME_POSITION = "same_position"
    LAST_MINUTE = "last_minute"
    IDENTICAL_REPORTS = "identical_reports"
    REUSED_PHOTOS = "reused_photos"
    NEVER_A_FINDING = "never_a_finding"


NAMES: Final[Mapping[Sign, Said]] = {
    Sign.HASTY: Said("用时很短", "Very quick"),
    Sign.SAME_POSITION: Said("各点位坐标完全相同", "The same position at every point"),
    Sign.LAST_MINUTE: Said("集中在期末最后几分钟", "In the last minutes of the period"),
    Sign.IDENTICAL_REPORTS: Said("多日记录雷同", "Alike for days"),
    Sign.REUSED_PHOTOS: Said("照片曾用于更早的排查", "Photos of an earlier inspection"),
    Sign.NEVER_A_FINDING: Said("长期没有发现，同类企业有发现", "Never a finding, where its like has some"),
}
TITLES: Final[Mapping[Sign, str]] = {sign: said.zh for sign, said in NAMES.items()}


class SignView(BaseModel):
    """A sign, with what was compared with what, and why it may be harmless."""

    code: Sign
    title: str
    compared: str = Field(description="What was compared with what; as all of its text by `Accept-Language`.")
    measured: float = Field(description="The number that was compared.")
    threshold: float = Field(description="What it was compared with: a default of this software, no rule of law.")
    harmless: str = Field(description="Why this may be harmless.")


SignsOf = Callable[[Session, Caller, UUID, Reader], tuple[SignView, ...] | None]


def nobody_looks(session: Session, caller: Caller, inspection_id: UUID, reader: Reader) -> None:
    """Nothing is said of any report."""


@dataclass(frozen=True)
class Signs:
    """Who knows of signs: `of` says those of one report; None, if this caller is not told."""

    of: SignsOf = nobody_looks
