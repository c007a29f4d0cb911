"""Times of particular care (两会, holidays), declared for an area and all beneath it."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from app.duties.plans import BACKWARDS
from app.foundation.calendar import add_days, local_date
from app.foundation.clock import now
from app.foundation.keyring import Keyring
from app.foundation.pages import in_order, total
from app.foundation.problems import Forbidden, Invalid, NotFound, Said
from app.foundation.wire import Written
from app.journal import events
from app.oversight.models import SpecialPeriod
from app.oversight.schemas import DAYS_LIMIT, NewSpecialPeriod, SpecialPeriodChange, SpecialPeriodFilter
from app.oversight.views import SpecialPeriodPage, SpecialPeriodView
from app.people.enterprises import NO_AREA
from app.people.models import Area, Enterprise
from app.people.scope import Caller, Role, prefix, subtree

NO_PERIOD: Final = Said("没有这个特殊时段", "There is no such special period")
NOT_YOURS: Final = Said(
    "特殊时段由所辖区划的监管人员或管理员发布",
    "Supervisors and administrators of the area declare special periods",
)
BEGUN: Final = Said("时段已经开始，不能撤回，只能结束", "It has begun: it may be ended, not taken back")
OVER: Final = Said("已经过去的日子不能改", "Days that are over stay as they were")
TOO_LONG: Final = Said(f"至多 {DAYS_LIMIT} 天", f"{DAYS_LIMIT} days at most")


def declare(session: Session, caller: Caller, body: NewSpecialPeriod) -> SpecialPeriod:
    """Declare a time of particular care.

    Raises:
        NotFound: the caller does not govern the area.
        Forbidden: neither a supervisor nor an administrator.
    """
    if caller.official and (not caller.governs(body.area_code) or session.get(Area, body.area_code) is None):
        raise NotFound.at("/area_code", NO_AREA)
    _demand(caller)
    told = body.model_dump(exclude={"device"})
    made = SpecialPeriod(**told, withdrawn=False, declared_by=caller.id, declared_at=now())
    events.create(session, made, "declared", caller, {})
    return made


def change(session: Session, caller: Caller, id: UUID, body: SpecialPeriodChange) -> SpecialPeriod:
    """End it, let it last longer, or take it back before it begins.

    Raises:
        NotFound: it binds nothing that the caller governs.
        RevisionRequired, StaleRevision: the client has not seen it as it is.
        Forbidden: the caller does not govern all of its area, or is neither a supervisor nor an administrator.
        Invalid: it would end before it begins, last too long, or rewrite days that are over.
    """
    row = find(session, caller, id, lock=True)
    asked = body.of(view(row))
    _demand(caller)
    if not caller.governs(row.area_code):
        raise Forbidden(NOT_YOURS)
    changes = {name: value for name, value in asked.items() if value != getattr(row, name)}
    _check(row, changes)
    if changes:
        events.change(session, row, "changed", caller, changes, {})
    return row


def _check(row: SpecialPeriod, changes: dict[str, Any]) -> None:
    today = local_date(now())
    if "withdrawn" in changes and row.from_on <= today:
        raise Invalid.at("/withdrawn", "begun", BEGUN)
    if "to_on" not in changes:
        return
    if changes["to_on"] < row.from_on:
        raise Invalid.at("/to_on", "ends_before_it_begins", BACKWARDS)
    over = row.to_on < today or (row.from_on <= today and changes["to_on"] < add_days(today, -1))
    if over:
        raise Invalid.at("/to_on", "over", OVER)
    if (changes["to_on"] - row.from_on).days >= DAYS_LIMIT:
        raise Invalid.at("/to_on", "lasts_too_long", TOO_LONG)


def find(session: Session, caller: Caller, id: UUID, *, lock: bool = False) -> SpecialPeriod:
    """The period, if it concerns what the caller may see; `lock` holds its row until the transaction ends.

    Raises:
        NotFound: it does not exist, or lies outside the caller's scope.
    """
    query = select(SpecialPeriod).where(SpecialPeriod.id == id, or_(*_concerning(session, caller)))
    held = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(held if lock else query)
    if found is None:
        raise NotFound(NO_PERIOD)
    return found


def view(row: SpecialPeriod) -> SpecialPeriodView:
    return SpecialPeriodView.model_validate(row)


def page(session: Session, caller: Caller, filter: SpecialPeriodFilter, keys: Keyring) -> Written[SpecialPeriodPage]:
    """A page of those that concern the caller, the last to begin first."""
    wanted: list[ColumnElement[bool]] = [SpecialPeriod.withdrawn.is_(filter.withdrawn)]
    if filter.area_code:
        wanted.append(SpecialPeriod.area_code.in_(above(filter.area_code)))
    if filter.on:
        wanted += [SpecialPeriod.from_on <= filter.on, SpecialPeriod.to_on >= filter.on]
    wanted.append(or_(*_concerning(session, caller)))
    key, place = (SpecialPeriod.from_on, SpecialPeriod.id), filter.place(keys)
    columns = select(SpecialPeriod.id, SpecialPeriod.from_on).where(*wanted)
    query = in_order(columns, [true()], key, place, filter.limit + 1)
    ids = [row.id for row in session.execute(query)]
    rows = session.scalars(select(SpecialPeriod).where(SpecialPeriod.id.in_(ids[: filter.limit])))
    shown = sorted(rows, key=lambda row: (row.from_on, str(row.id)), reverse=True)
    cursor = filter.cursor_after(keys, str(shown[-1].from_on), shown[-1].id) if len(ids) > filter.limit else None
    counted = total(session, select(SpecialPeriod.id).where(*wanted)) if filter.count else {}
    told = SpecialPeriodPage(items=[view(row) for row in shown], next_cursor=cursor, **counted)
    return Written(told.model_dump_json(exclude_unset=True).encode())


def _concerning(session: Session, caller: Caller) -> Sequence[ColumnElement[bool]]:
    """Those of areas above and beneath what the caller sees."""
    if caller.official:
        beneath = [subtree(SpecialPeriod.area_code, area) for area in caller.areas]
        return [*beneath, SpecialPeriod.area_code.in_({code for area in caller.areas for code in above(area)})]
    ids = [caller.enterprise_id] if caller.enterprise_id else caller.assigned
    areas = session.scalars(select(Enterprise.area_code).where(Enterprise.id.in_(ids)))
    codes = {code for area in areas for code in above(area)}
    return [SpecialPeriod.area_code.in_(codes)] if codes else [false()]


def above(area_code: str) -> list[str]:
    """An area and all that it lies in, up to the whole country."""
    return [area_code[:n].ljust(12, "0") for n in (0, 2, 4, 6, 9, 12) if n <= len(prefix(area_code))]


def _demand(caller: Caller) -> None:
    if not caller.has(Role.SUPERVISOR, Role.ADMINISTRATOR):
        raise Forbidden(NOT_YOURS)
