"""Reading the hazard list. Every query starts from what the caller may see."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    bindparam,
    case,
    false,
    literal_column,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased
from sqlalchemy.types import NULLTYPE

from app.foundation.calendar import local_date
from app.foundation.canonical import sent_plain
from app.foundation.clock import now
from app.foundation.columns import Id, Instant, as_sent, as_text, tuple_of
from app.foundation.keyring import Keyring
from app.foundation.pages import in_order, total
from app.foundation.prepared import Prepared
from app.foundation.problems import NotFound, Said
from app.foundation.wire import Written
from app.hazards.facts import ACCOUNTLESS, ALONE, READ_BESIDE, Judged, seen
from app.hazards.filter import HazardFilter, conditions
from app.hazards.loop import LOOP
from app.hazards.models import IS_IMPORTED, Hazard
from app.hazards.stages import overdue
from app.hazards.standing import Judge, judge
from app.hazards.terms import ListedOrigin
from app.hazards.views import HazardPage
from app.people.models import Enterprise, User
from app.people.scope import Caller
from app.photos.addresses import thumbnails


def _text(column: InstrumentedAttribute[Any]) -> ColumnElement[str]:
    return as_text(column).label(column.key)


def _as_told(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """Ids and instants as text, structures as they are."""
    return _text(column) if isinstance(column.type, Id | Instant) else as_sent(column)


def _yes_or_no(column: Any, name: str) -> ColumnElement[Any]:
    """What is only judged and never sent, as the database has it: SQLite's 0 and 1 will do."""
    return type_coerce(column, NULLTYPE).label(name)


RESPONSIBLE: Final = aliased(User)
BEING_RECTIFIED: Final = or_(*(Hazard.state == state for state in LOOP["rectify"].sources))  # only here it matters
NO_SUCH: Final = Said("没有这条隐患", "There is no such hazard")

# What is sent as it is stored, and what is read to be judged. No row becomes an object on the way to its bytes: ids and
# instants are text from the start, and are compared with the caller's as text. Those barred are one text of many ids.
SENT: Final = (
    _text(Hazard.id), Hazard.number, Hazard.description, Hazard.criterion, Hazard.place, _text(Hazard.reported_at),
    Hazard.photos_missing, Hazard.listed, Hazard.revision, Hazard.thumbnail, Hazard.responsible_name,
    Hazard.responsible_phone, Enterprise.name.label("enterprise_name"), RESPONSIBLE.name.label("user_name"),
    RESPONSIBLE.phone.label("user_phone"),
    case((IS_IMPORTED, literal_column(f"'{ListedOrigin.IMPORT}'")), else_=type_coerce(Hazard.origin, NULLTYPE)).label(
        "listed_origin"
    ),
)  # fmt: skip
JUDGED: Final = (
    as_sent(Hazard.state), as_sent(Hazard.level), Hazard.level_confirmed, as_sent(Hazard.level_by),
    as_sent(Hazard.origin), _text(Hazard.enterprise_id), Hazard.area_code, Hazard.handling_area.label("handling_area"),
    _text(Hazard.reported_by), _text(Hazard.confirmed_at), _text(Hazard.responsible_id),
    type_coerce(Hazard.barred, Text).label("barred"), Hazard.due_on, _text(Hazard.stage_due_at),
    _yes_or_no(Hazard.plan_pending, "plan_pending"), _yes_or_no(Hazard.plan_approved, "plan_approved"),
    _text(Hazard.extension_by), Hazard.extension_requests, Hazard.evidence_missing,
    _yes_or_no(ALONE.element, "alone"), _text(Enterprise.partner_id),
    _yes_or_no(case((BEING_RECTIFIED, ACCOUNTLESS.element), else_=false()), "accountless"),
)  # fmt: skip
BESIDE: Final = (
    select(*READ_BESIDE)
    .join_from(Hazard, Enterprise, Enterprise.id == Hazard.enterprise_id)
    .where(Hazard.id == bindparam("sought"))
)
LISTED: Final[tuple[Any, ...]] = (*SENT, *JUDGED, as_sent(Hazard.due_order))
Line: Any = tuple_of("Line", LISTED)

# The same of one hazard, with all that its story tells.
REPORTER, CONFIRMER = aliased(User), aliased(User)
STORY: Final[tuple[Any, ...]] = (
    *LISTED,
    *(_as_told(getattr(Hazard, name)) for name in Hazard.stored() if name not in {column.key for column in LISTED}),
    REPORTER.name.label("reporter_name"), REPORTER.phone.label("reporter_phone"),
    CONFIRMER.name.label("confirmer_name"), CONFIRMER.phone.label("confirmer_phone"),
)  # fmt: skip
Story: Any = tuple_of("Story", STORY)


def find(session: Session, caller: Caller, hazard_id: UUID, *, lock: bool = False) -> Judged:
    """The hazard, if the caller may see it; `lock` holds its row until the transaction ends.

    Raises:
        NotFound: it does not exist, or lies outside the caller's scope: the two look the same.
    """
    row = session.execute(_sought(caller, lock), {"sought": hazard_id}).one_or_none()
    if row is None:
        raise NotFound(NO_SUCH)
    return Judged(*row)


@lru_cache(1024)
def _sought(caller: Caller, lock: bool) -> Select[*tuple[Any, ...]]:
    """The question of one hazard: put together once for a caller, which costs as much as its answer."""
    query = select(Hazard, *READ_BESIDE).join(Enterprise, Enterprise.id == Hazard.enterprise_id)
    query = query.where(Hazard.id == bindparam("sought"), or_(*seen(caller)))
    return query.with_for_update(of=Hazard).execution_options(populate_existing=True) if lock else query


def whole(session: Session, hazard_id: UUID, caller: Caller | None) -> Any:
    """One hazard in text, as a row of the list with all that its story tells; within the caller's scope, if one asks.

    Raises:
        NotFound: it does not exist, or lies outside the caller's scope: the two look the same.
    """
    row = _whole(caller).one_or_none(session, {"sought": hazard_id})
    if row is None:
        raise NotFound(NO_SUCH)
    return row


@lru_cache(1024)
def _whole(caller: Caller | None) -> Prepared:
    columns: Select[*tuple[Any, ...]] = select(*STORY)
    asked = (
        columns.join(Enterprise, Enterprise.id == Hazard.enterprise_id)
        .join(REPORTER, REPORTER.id == Hazard.reported_by)
        .outerjoin(CONFIRMER, CONFIRMER.id == Hazard.confirmed_by)
        .outerjoin(RESPONSIBLE, RESPONSIBLE.id == Hazard.responsible_id)
        .where(Hazard.id == bindparam("sought"), or_(*seen(caller)) if caller else true())
    )
    return Prepared(asked, "sought", row=Story._make)


def page(session: Session, caller: Caller, filter: HazardFilter, keys: Keyring) -> Written[HazardPage]:
    """A page of the list, from columns straight to bytes: no row becomes an object on the way."""
    first = filter.cursor is None and filter.overdue is None  # what is overdue, the next moment decides otherwise
    query = _first_page(filter, caller) if first else _asked(filter, caller, filter.place(keys))
    rows = query.rows(session)
    shown, at, asking = rows[: filter.limit], now(), in_text(caller)
    may, picture = judge(asking, local_date(at)), thumbnails(keys, caller.id)
    answer: dict[str, Any] = {"items": [_row(row, asking, may, picture, at) for row in shown], "next_cursor": None}
    if len(rows) > filter.limit:
        answer["next_cursor"] = filter.cursor_after(keys, getattr(shown[-1], _key(filter).key), shown[-1].id)
    if filter.count:
        matching = select(Hazard.id).join(Enterprise, Enterprise.id == Hazard.enterprise_id)
        answer |= total(session, matching.where(*conditions(filter, caller), or_(*seen(caller))))
    return Written(sent_plain(answer))


@lru_cache(1024)
def _first_page(filter: HazardFilter, caller: Caller) -> Prepared:
    """The question of a first page: a board asks the same one all day, and putting it together costs as much as a
    tenth of its rows."""
    return _asked(filter, caller, None)


def _asked(filter: HazardFilter, caller: Caller, place: tuple[Any, UUID] | None) -> Prepared:
    columns: Select[*tuple[Any, ...]] = (
        select(*LISTED)
        .outerjoin(Enterprise, Enterprise.id == Hazard.enterprise_id)  # outer, lest a planner begins with it
        .outerjoin(RESPONSIBLE, RESPONSIBLE.id == Hazard.responsible_id)
        .where(*conditions(filter, caller))
    )
    key = (_key(filter), Hazard.id)
    asked = in_order(columns, seen(caller), key, place, filter.limit + 1, descending=filter.order != "due_on")
    return Prepared(asked, row=Line._make)


def _key(filter: HazardFilter) -> InstrumentedAttribute[Any]:
    return Hazard.due_order if filter.order == "due_on" else Hazard.reported_at


@lru_cache(1024)
def in_text(caller: Caller) -> Any:
    """The caller with ids as text, as the rows have them."""
    told: dict[str, Any] = {"id": str(caller.id), "assigned": tuple(map(str, caller.assigned))}
    if caller.enterprise_id:
        told["enterprise_id"] = str(caller.enterprise_id)
    return replace(caller, **told)


def _row(row: Any, caller: Any, may: Judge, picture: Callable[[str], str], at: datetime) -> dict[str, Any]:
    """A hazard in the list, as it is sent."""
    possible = may.moves(row)
    return {
        "id": row.id,
        "number": row.number,
        "description": row.description,
        "level": row.level,
        "level_confirmed": row.level_confirmed,
        "criterion": row.criterion,
        "state": row.state,
        "due_on": row.due_on,
        "overdue": overdue_stage(row, at),
        "waiting_for": possible.waiting_for,
        "enterprise": {"id": row.enterprise_id, "name": row.enterprise_name},
        "area_code": row.area_code,
        "place": row.place,
        "responsible": responsible(row, caller),
        "origin": row.listed_origin,
        "reported_at": row.reported_at,
        "thumbnail_url": picture(row.thumbnail) if row.thumbnail else None,
        "photos_missing": row.photos_missing,
        "listed": row.listed,
        "revision": row.revision,
        "allowed_actions": possible.allowed,
    }


def overdue_stage(row: Any, at: datetime) -> dict[str, Any] | None:
    return overdue(row.state, datetime.fromisoformat(row.stage_due_at), at) if row.stage_due_at else None


def responsible(row: Any, caller: Caller) -> dict[str, Any] | None:
    """Who is responsible; a worker is told only of himself."""
    if row.responsible_id is None and row.responsible_name is None:
        return None
    hidden = caller.only_works and row.responsible_id != caller.id
    name, phone = (
        (row.user_name, row.user_phone) if row.responsible_id else (row.responsible_name, row.responsible_phone)
    )
    return {"id": row.responsible_id, "name": None if hidden else name, "phone": None if hidden else phone}


def find_again(session: Session, hazard: Hazard) -> Judged:
    """A hazard that is already at hand, with what is read beside it as it is now."""
    return Judged(hazard, *session.connection().execute(BESIDE, {"sought": hazard.id}).one())
