"""Which roles, scopes and powers go together, and whether an administrator may give them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.foundation.problems import Invalid, NotFound, Said
from app.people.enterprises import NO_AREA, NO_ENTERPRISE
from app.people.models import Area, Enterprise
from app.people.schemas import Sight
from app.people.scope import ENTERPRISE, GOVERNMENT, INSPECTORS, Caller, Role, common, prefix, visible

MIXED: Final = Said("企业、政府和专家的角色不能兼任", "Roles of enterprise, government and experts do not mix")
ONE_ENTERPRISE: Final = Said("企业人员须且只须指定一家企业", "People of an enterprise have just one")
SOME_ENTERPRISE: Final = Said("专家须指定企业", "An expert has enterprises assigned")
SOME_AREA: Final = Said("政府人员须指定区划", "People of the government have areas")
UNFIT: Final = Said("与角色不符", "Does not go with the roles")
TOO_FAR: Final = Said(
    "这些区划不在您的同一辖区内，请由上级管理员设置",
    "These do not lie together in an area of yours: ask an administrator above",
)
TOO_WIDE: Final = Said("不能超出您自己的行业范围", "These are more sectors than your own")
NO_POWERS: Final = Said(
    "只有镇街及以上的检查、监管、执法人员有执法权力",
    "Only inspectors, supervisors and enforcement officers above the village have powers",
)


def placed(
    session: Session, by: Caller, roles: Sequence[Role], sight: Sight, powers: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The columns that say what a person with these roles works for, if `by` may say so.

    Raises:
        Invalid: roles of two sides, or a scope or powers that do not go with them.
        NotFound: an area or enterprise outside the scope of `by`.
    """
    areas: Sequence[str]
    columns: dict[str, Any]
    if set(roles) <= ENTERPRISE:
        _demand_only(sight, "enterprise_ids")
        if len(sight.enterprise_ids) != 1:
            raise Invalid.at("/scope/enterprise_ids", "one_enterprise", ONE_ENTERPRISE)
        areas = _areas_of(session, by, sight)
        columns = {"enterprise_id": sight.enterprise_ids[0], "areas": (), "assigned": (), "sectors": ()}
    elif set(roles) <= GOVERNMENT:
        _demand_only(sight, "area_codes", "sectors")
        areas = _governed(session, by, sight)
        columns = {"enterprise_id": None, "areas": sight.area_codes, "assigned": (), "sectors": sight.sectors}
    elif set(roles) == {Role.EXPERT}:
        _demand_only(sight, "enterprise_ids")
        if not sight.enterprise_ids:
            raise Invalid.at("/scope/enterprise_ids", "missing", SOME_ENTERPRISE)
        areas = _areas_of(session, by, sight)
        columns = {"enterprise_id": None, "areas": (), "assigned": sight.enterprise_ids, "sectors": ()}
    else:
        raise Invalid.at("/roles", "mixed_roles", MIXED)
    if powers is not None and not _may_have_powers(roles, sight):
        raise Invalid.at("/powers", "powers_not_allowed", NO_POWERS)
    return columns | {"area_code": _together(session, by, areas)}


def _demand_only(sight: Sight, *names: str) -> None:
    """Raises Invalid if the scope says anything that does not go with the roles."""
    for name in ("area_codes", "sectors", "enterprise_ids"):
        if name not in names and getattr(sight, name):
            raise Invalid.at(f"/scope/{name}", "does_not_fit", UNFIT)


def _areas_of(session: Session, by: Caller, sight: Sight) -> list[str]:
    """Where the enterprises lie; none of them moves meanwhile."""
    theirs = (Enterprise.id.in_(sight.enterprise_ids), or_(*visible(by, Enterprise)))
    held = select(Enterprise.id, Enterprise.area_code).where(*theirs).order_by(Enterprise.id)
    found = dict(session.execute(held.with_for_update(read=True)).all())
    for n, id in enumerate(sight.enterprise_ids):
        if id not in found:
            raise NotFound.at(f"/scope/enterprise_ids/{n}", NO_ENTERPRISE)
    return list(found.values())


def _governed(session: Session, by: Caller, sight: Sight) -> Sequence[str]:
    if not sight.area_codes:
        raise Invalid.at("/scope/area_codes", "missing", SOME_AREA)
    if by.sectors and not (sight.sectors and set(sight.sectors) <= set(by.sectors)):
        raise Invalid.at("/scope/sectors", "too_wide", TOO_WIDE)
    known = set(session.scalars(select(Area.code).where(Area.code.in_(sight.area_codes))))
    for n, code in enumerate(sight.area_codes):
        if code not in known or not by.governs(code):
            raise NotFound.at(f"/scope/area_codes/{n}", NO_AREA)
    return sight.area_codes


def _together(session: Session, by: Caller, areas: Sequence[str]) -> str:
    """The smallest area that holds them all, which is where the person is administered."""
    whole = common(areas)
    if not by.governs(whole) or session.get(Area, whole) is None:
        raise Invalid.at("/scope", "too_far_apart", TOO_FAR)
    return whole


def _may_have_powers(roles: Sequence[Role], sight: Sight) -> bool:
    """A village has none: it persuades, and reports to the town (村居: 劝导、制止、报告)."""
    return not INSPECTORS.isdisjoint(roles) and any(len(prefix(code)) < 12 for code in sight.area_codes)
