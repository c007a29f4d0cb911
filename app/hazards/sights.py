"""Whose photos one may see because one may see the hazard, though the enterprise lies outside one's scope."""

from sqlalchemy import ColumnElement, exists, or_, select

from app.hazards.facts import CONFIRMERS, seen
from app.hazards.models import Hazard
from app.people.scope import Caller
from app.photos.models import PhotoUse


def photos_beyond_scope(caller: Caller) -> ColumnElement[bool] | None:
    """What the officers of a mutual-aid partner (小微互助) see of photos, while a hazard waits for their review."""
    if caller.enterprise_id is None or not caller.has(*CONFIRMERS):
        return None
    return exists(select(Hazard.id).where(Hazard.id == PhotoUse.subject_id, or_(*seen(caller))))
