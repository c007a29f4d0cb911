"""Which enterprises a campaign takes: those that its filter meets and those that it names, less those it leaves out.
The same rule as a predicate and as a WHERE; a test holds them against each other."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, true

from app.foundation.columns import has_word
from app.people.models import Enterprise
from app.people.scope import prefix, subtree, within, within_any

FILTER = ("area_codes", "sectors", "special_categories", "kinds")


def filters(covers: Mapping[str, Any]) -> bool:
    """Whether enterprises belong to it by what they are: by a filter, or all of the area if none is named."""
    return any(covers[name] for name in FILTER) or not covers["enterprise_ids"]


def takes(area_code: str, covers: Mapping[str, Any], works: Enterprise) -> bool:
    """Whether a campaign of this area takes an enterprise, as it is now."""
    if not within_any(works.area_code, (area_code,)) or str(works.id) in covers["except_ids"]:
        return False
    if str(works.id) in covers["enterprise_ids"]:
        return True
    return (
        filters(covers)
        and (not covers["area_codes"] or within_any(works.area_code, tuple(covers["area_codes"])))
        and (not covers["sectors"] or not set(covers["sectors"]).isdisjoint(works.sectors))
        and (
            not covers["special_categories"]
            or not set(covers["special_categories"]).isdisjoint(works.special_categories)
        )
        and (not covers["kinds"] or works.kind in covers["kinds"])
    )


def taken(area_code: str, covers: Mapping[str, Any]) -> ColumnElement[bool]:
    """The same of all enterprises, as a WHERE."""
    wanted: list[ColumnElement[bool]] = [true() if filters(covers) else false()]
    if covers["area_codes"]:
        wanted.append(or_(*(within(Enterprise, prefix(code)) for code in covers["area_codes"])))
    words = {name: covers[name] for name in ("sectors", "special_categories") if covers[name]}
    wanted += [or_(*(has_word(getattr(Enterprise, name), word) for word in those)) for name, those in words.items()]
    if covers["kinds"]:
        wanted.append(Enterprise.kind.in_(covers["kinds"]))
    either = and_(*wanted)
    if named := covers["enterprise_ids"]:
        either = or_(either, Enterprise.id.in_([UUID(id) for id in named]))
    parts = [subtree(Enterprise.area_code, area_code), either]
    if left_out := covers["except_ids"]:
        parts.append(Enterprise.id.not_in([UUID(id) for id in left_out]))
    return and_(*parts)
