"""Enterprises and unregistered sites: found by everybody in scope, kept by the administrators of their area."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import ColumnElement, Select, Text, bindparam, or_, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.foundation.canonical import sent
from app.foundation.clock import now
from app.foundation.columns import as_sent
from app.foundation.credit_code import is_credit_code
from app.foundation.keyring import Keyring
from app.foundation.pages import in_order, total
from app.foundation.problems import Forbidden, Invalid, NotFound, Said
from app.foundation.wire import Written
from app.journal import events
from app.people.models import Area, Enterprise, User
from app.people.moves import move
from app.people.schemas import (
    EnterpriseChange,
    EnterpriseChoice,
    EnterpriseFilter,
    EnterprisePage,
    EnterpriseRow,
    EnterpriseView,
    NewEnterprise,
)
from app.people.scope import Caller, Role, prefix, visible, within
from app.people.taken import unless_taken
from app.people.terms import EnterpriseKind

NO_ENTERPRISE: Final = Said("没有这家企业", "There is no such enterprise")
NO_AREA: Final = Said("没有这个区划", "There is no such area")
TOO_WIDE: Final = Said("请填写到镇街或村社区", "Give the town or the village")
NOT_ADMINISTRATOR: Final = Said("企业和用户由管理员维护", "Administrators keep enterprises and users")
CODE_MISSING: Final = Said("企业须填写统一社会信用代码", "An enterprise has a credit code")
CODE_WRONG: Final = Said("统一社会信用代码有误，请核对", "The credit code is not valid: its check digit does not fit")
CODE_TAKEN: Final = Said("这个统一社会信用代码已登记", "This credit code is registered already")
CODE_UNEXPECTED: Final = Said("无证场所没有统一社会信用代码", "An unregistered site has no credit code")
SITE_NEEDS: Final = Said(
    "无证场所须填写位置和负责人", "An unregistered site is known by its position and who is in charge"
)
OWN_PARTNER: Final = Said("互助企业不能是本企业", "An enterprise is not its own partner")
NOT_OF_ENTERPRISE: Final = Said("本企业没有这个人", "The enterprise has no such person")
KIND_TWICE: Final = Said("三个责任人每类一人", "One responsible person of each kind")

ROW: Final = tuple(as_sent(getattr(Enterprise, name)) for name in EnterpriseRow.model_fields)
STRUCTURED: Final = {"position", "person_in_charge", "responsible_persons", "chief_engineer"}


def find(
    session: Session, caller: Caller, id: UUID, *, pointer: str | None = None, lock: bool = False, hold: bool = False
) -> Enterprise:
    """The enterprise, if the caller may see it.

    `lock` is for changing it. `hold` is for writing rows that carry its area: it does not move meanwhile.

    Raises:
        NotFound: it does not exist, or lies outside the caller's scope; at `pointer`, where a body names it.
    """
    found = session.scalar(_sought(caller, lock, hold), {"sought": id})
    if found is None:
        raise NotFound.at(pointer, NO_ENTERPRISE) if pointer else NotFound(NO_ENTERPRISE)
    return found


@lru_cache(1024)
def _sought(caller: Caller, lock: bool, hold: bool) -> Select[Enterprise]:
    """The question of one enterprise, put together once for a caller: every report asks it."""
    query = select(Enterprise).where(Enterprise.id == bindparam("sought"), or_(*visible(caller, Enterprise)))
    return query.with_for_update(read=not lock, of=Enterprise) if lock or hold else query


def view(caller: Caller, enterprise: Enterprise) -> EnterpriseView:
    """The enterprise as this caller sees it: workers read no names and phones of others."""
    whole = EnterpriseView.model_validate(enterprise)
    hidden = {"person_in_charge": None, "responsible_persons": None, "chief_engineer": None}
    return whole.model_copy(update=hidden) if caller.only_works else whole


def page(session: Session, caller: Caller, filter: EnterpriseFilter, keys: Keyring) -> Written[EnterprisePage]:
    """A page of the enterprises in scope, by name."""
    branches, wanted = visible(caller, Enterprise), conditions(filter)
    key, place = (Enterprise.name, Enterprise.id), filter.place(keys)
    found = in_order(select(*ROW).where(*wanted), branches, key, place, filter.limit + 1, descending=False)
    rows = session.execute(found).all()
    items = [row._asdict() for row in rows[: filter.limit]]
    more = len(rows) > filter.limit
    cursor = filter.cursor_after(keys, items[-1]["name"], items[-1]["id"]) if more else None
    answer: dict[str, Any] = {"items": items, "next_cursor": cursor}
    if filter.count:
        answer |= total(session, select(Enterprise.id).where(*wanted, or_(*branches)))
    return Written(sent(answer))


def conditions(filter: EnterpriseChoice) -> list[ColumnElement[bool]]:
    """The filter as a WHERE."""
    wanted: list[ColumnElement[bool]] = []
    if filter.area_code:
        wanted.append(within(Enterprise, prefix(filter.area_code)))
    if filter.kind:
        wanted.append(Enterprise.kind == filter.kind)
    if filter.status:
        wanted.append(Enterprise.status == filter.status)
    if filter.sector:
        wanted.append(_among(Enterprise.sectors, filter.sector))
    if filter.special_category:
        wanted.append(_among(Enterprise.special_categories, filter.special_category))
    text, words = (Enterprise.name, Enterprise.address, Enterprise.credit_code), (filter.q or "").split()
    return wanted + [or_(*(column.icontains(word, autoescape=True) for column in text)) for word in words]


def _among(words: InstrumentedAttribute[Any], word: str) -> ColumnElement[bool]:
    return type_coerce(words, Text).contains(f" {word} ", autoescape=True)


def add_enterprise(session: Session, by: Caller, body: NewEnterprise) -> Enterprise:
    """Register an enterprise or a site.

    Raises:
        Forbidden: the caller is no administrator.
        NotFound: the area or the partner is outside the caller's scope.
        Invalid: a wrong credit code; what its kind needs is missing.
        Conflict: the credit code is registered, perhaps out of the caller's sight.
    """
    demand_administrator(by)
    fields = body.model_dump(exclude={"device"})
    fields |= to_jsonable_python({name: fields[name] for name in STRUCTURED})
    _check(session, by, body.id, fields, fields)
    enterprise = Enterprise(**fields, created_at=now())
    with unless_taken(session, Enterprise.credit_code == body.credit_code, "credit_code_taken", CODE_TAKEN):
        events.create(session, enterprise, "registered", by, {})
    return enterprise


def change_enterprise(session: Session, by: Caller, id: UUID, body: EnterpriseChange) -> Enterprise:
    """Change some fields; with its area everything of the enterprise moves.

    Raises:
        NotFound: it, the new area or the partner is outside the caller's scope.
        RevisionRequired, StaleRevision: the client has not seen it as it is.
        Forbidden: the caller is no administrator.
        Invalid, Conflict: as for a new one.
    """
    enterprise = find(session, by, id, lock=True)
    asked = body.of(view(by, enterprise))
    demand_administrator(by)
    asked |= to_jsonable_python({name: value for name, value in asked.items() if name in STRUCTURED})
    changes = {name: value for name, value in asked.items() if value != getattr(enterprise, name)}
    if changes:
        now_is = {name: getattr(enterprise, name) for name in EnterpriseChange.model_fields if name != "revision"}
        _check(session, by, id, now_is | changes, changes)
        code = changes.get("credit_code")
        with unless_taken(session, Enterprise.credit_code == code, "credit_code_taken", CODE_TAKEN):
            events.change(session, enterprise, "changed", by, changes, {})
        if "area_code" in changes:
            move(session, enterprise)
    return enterprise


def _check(session: Session, by: Caller, id: UUID, whole: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    """Judge an enterprise as it is going to be; its places only where they change."""
    check_kind(whole)
    kinds = [person["kind"] for person in whole["responsible_persons"]]
    if len(set(kinds)) < len(kinds):
        raise Invalid.at("/responsible_persons", "kind_twice", KIND_TWICE)
    engineer = (changes.get("chief_engineer") or {}).get("user_id")
    theirs = select(User.id).where(User.id == UUID(engineer), User.enterprise_id == id) if engineer else None
    if theirs is not None and session.scalar(theirs) is None:
        raise NotFound.at("/chief_engineer/user_id", NOT_OF_ENTERPRISE)
    if "area_code" in changes:
        _check_area(session, by, changes["area_code"])
    if changes.get("partner_id") == id:
        raise Invalid.at("/partner_id", "own_partner", OWN_PARTNER)
    if changes.get("partner_id"):
        find(session, by, changes["partner_id"], pointer="/partner_id")


def check_kind(whole: Mapping[str, Any]) -> None:
    """Raises Invalid unless it has what its kind needs: a credit code, or a position and who is in charge."""
    code = whole["credit_code"]
    if whole["kind"] is EnterpriseKind.ENTERPRISE:
        if code is None:
            raise Invalid.at("/credit_code", "missing", CODE_MISSING)
        if not is_credit_code(code):
            raise Invalid.at("/credit_code", "invalid_credit_code", CODE_WRONG)
        return
    if code is not None:
        raise Invalid.at("/credit_code", "unexpected_credit_code", CODE_UNEXPECTED)
    for name in ("position", "person_in_charge"):
        if whole[name] is None:
            raise Invalid.at(f"/{name}", "missing", SITE_NEEDS)


def _check_area(session: Session, by: Caller, area_code: str) -> None:
    if not by.governs(area_code) or session.get(Area, area_code) is None:
        raise NotFound.at("/area_code", NO_AREA)
    if len(prefix(area_code)) < 9:
        raise Invalid.at("/area_code", "area_too_wide", TOO_WIDE)


def demand_administrator(caller: Caller) -> None:
    """Raises Forbidden unless the caller is an administrator."""
    if not caller.has(Role.ADMINISTRATOR):
        raise Forbidden(NOT_ADMINISTRATOR)
