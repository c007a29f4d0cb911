"""What the lists of plans, calendars, stops and duties may be asked for."""

from datetime import date
from typing import Final, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator
from sqlalchemy import ColumnElement

from app.duties.terms import Asks, By, DutyState, Seat, Side
from app.foundation.calendar import local_date
from app.foundation.clock import now
from app.foundation.pages import Asked
from app.foundation.wire import AreaCode, Day, Frozen
from app.inspections.terms import Cadence, Tier
from app.people.scope import Scoped, prefix, within

DUTIES_DAYS: Final = 62
SUMMARY_DAYS: Final = 400


def narrowed(rows: type[Scoped], enterprise_id: UUID | None, area_code: str | None) -> list[ColumnElement[bool]]:
    """The enterprise and the subtree that are asked for, as a WHERE."""
    wanted: list[ColumnElement[bool]] = []
    if enterprise_id:
        wanted.append(rows.enterprise_id == enterprise_id)
    if area_code:
        wanted.append(within(rows, prefix(area_code)))
    return wanted


class PlanFilter(Asked):
    enterprise_id: UUID | None = None
    area_code: AreaCode | None = Field(default=None, description="With its subtree.")
    cadence: Cadence | None = None
    tier: Tier | None = None
    retired: bool = False


class CalendarFilter(Asked):
    enterprise_id: UUID | None = None
    area_code: AreaCode | None = Field(default=None, description="With its subtree.")


class StopFilter(Asked):
    enterprise_id: UUID | None = None
    area_code: AreaCode | None = Field(default=None, description="With its subtree.")
    on: Day | None = Field(default=None, description="Those that hold on that day.")


class Span(Frozen):
    """From a day to a day; today, if it does not say. Which duties are asked for."""

    from_: Day | None = Field(default=None, alias="from", description="Asia/Shanghai; today, if it does not say.")
    to: Day | None = Field(default=None, description="Inclusive; the same day, if it does not say.")
    enterprise_id: UUID | None = None
    area_code: AreaCode | None = Field(default=None, description="With its subtree.")
    cadence: Cadence | None = None
    tier: Tier | None = None
    side: Side | None = Field(default=None, description="Who owes: the enterprise, or the government.")
    asks: Asks | None = None
    seat: Seat | None = Field(default=None, description="Of a responsible person; without, also what plans owe.")

    @property
    def of_plans(self) -> bool:
        """Whether what plans owe is asked for."""
        inspections = self.asks in {None, Asks.INSPECTION}
        return inspections and self.seat is None and self.side is not Side.GOVERNMENT

    @property
    def first(self) -> date:
        return self.from_ or min(local_date(now()), self.to or date.max)

    @property
    def last(self) -> date:
        return self.to or self.first

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @model_validator(mode="after")
    def ends_after_it_begins(self) -> Self:
        if self.days < 1:
            raise ValueError("it ends before it begins")
        return self


class DutyFilter(Span, Asked):
    responsible_id: UUID | None = None
    state: tuple[DutyState, ...] = ()
    count: Literal[False] = Field(default=False, description="Duties are counted by `/duties/summary`.")

    @model_validator(mode="after")
    def not_too_long(self) -> Self:
        if self.days > DUTIES_DAYS:
            raise ValueError("62 days at most")
        return self


class SummaryAsked(Span):
    by: By = By.ENTERPRISE
    limit: int = Field(default=200, ge=1, le=1000, description="Items, the worst first; the total is of all.")

    @model_validator(mode="after")
    def not_too_long(self) -> Self:
        if self.days > SUMMARY_DAYS:
            raise ValueError("400 days at most")
        return self
