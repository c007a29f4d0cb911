"""The rounds of a campaign (轮次): when each is, what of them may change, and which terms each has. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Self

from app.campaigns.terms import RoundState
from app.foundation.calendar import end_of_day, local_date, start_of_day
from app.foundation.problems import Said

BEGUN: Final = Said(
    "已开始的轮次不能改动，只能延长尚未结束的；已结束的轮次不再变化",
    "A round that has begun stays as it is; only the end of one that runs may be put off",
)
OVER: Final = Said("新的轮次不能在今天以前结束", "A new round does not end before today")


@dataclass(frozen=True, slots=True)
class Round:
    """A round. Its number is its place; it ends with its last day, or when the campaign was closed before that."""

    number: int
    name: str
    from_on: date
    to_on: date
    closed_at: datetime | None = None

    @property
    def opens_at(self) -> datetime:
        return start_of_day(self.from_on)

    @property
    def closes_at(self) -> datetime:
        ends = end_of_day(self.to_on)
        return ends if self.closed_at is None else min(ends, self.closed_at)

    @property
    def cancelled(self) -> bool:
        """Whether the campaign was closed before it began: nobody is owed a visit in it."""
        return self.closed_at is not None and self.closed_at <= self.opens_at

    def state(self, present: datetime) -> RoundState:
        if self.cancelled:
            return RoundState.CANCELLED
        if present < self.opens_at:
            return RoundState.COMING
        return RoundState.RUNNING if present < self.closes_at else RoundState.OVER

    @classmethod
    def all(cls, told: Sequence[dict[str, Any]], closed_at: datetime | None = None) -> list[Self]:
        """The rounds of a campaign, as they are kept."""
        return [
            cls(n, each["name"], date.fromisoformat(each["from_on"]), date.fromisoformat(each["to_on"]), closed_at)
            for n, each in enumerate(told, 1)
        ]


def terms_of(round: Round, versions: Sequence[Any]) -> Any:
    """The version of the campaign that a round has: the last that was made before it began; else the first."""
    before = [each for each in versions if each.made_at < round.opens_at]
    return max(before, key=lambda each: each.revision) if before else min(versions, key=lambda each: each.revision)


def refusal(was: Sequence[Round], will: Sequence[Round], present: datetime) -> tuple[str, str, Said] | None:
    """Why rounds may not change from one list to the other: pointer, code and sentence. What has begun stays, in its
    place; the end of a running one may move, not before today."""
    today = local_date(present)
    for place, old in enumerate(was):
        if old.opens_at > present:
            continue
        new = will[place] if place < len(will) else None
        runs = old.closes_at > present
        same = new is not None and (new.from_on, new.name) == (old.from_on, old.name)
        if new is None or not same or (new.to_on != old.to_on and (not runs or new.to_on < today)):
            return f"/rounds/{place}" if new else "/rounds", "round_begun", BEGUN
    begun = sum(old.opens_at <= present for old in was)
    late = next((each for each in will[begun:] if each.to_on < today), None)
    return (f"/rounds/{late.number - 1}/to_on", "round_over", OVER) if late else None
