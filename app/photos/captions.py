"""What a watermark says: when, where, at which enterprise, by whom; taken from one record that names the photo.

The record must be one that the reader may see, and it says no more than the record itself would say to this reader: a
worker reads nobody else's name.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.orm import Session

from app.foundation.calendar import SHANGHAI
from app.foundation.geo import DATUM_TITLES, Datum
from app.foundation.problems import NotFound, Said
from app.people.models import Area, Enterprise, User
from app.people.scope import Caller, prefix, town_of, visible
from app.people.tokens import caller_of
from app.photos.models import PURPOSE_TITLES, PhotoUse

NO_RECORD: Final = Said("没有可以注明的记录", "No record that it could be marked with")

Beyond = Callable[[Caller], ColumnElement[bool] | None]


@dataclass
class Records:
    """What the rooms above know of the records that name photos.

    `beyond` says which records' photos a caller may see whose scope does not hold them; `tables`, by kind, where it is
    written in which `place` of the works it was.
    """

    beyond: Sequence[Beyond] = ()
    tables: Mapping[str, Any] = field(default_factory=dict)

    def seen(self, caller: Caller) -> ColumnElement[bool]:
        """The WHERE of uses of photos that a caller may see."""
        further = [also for hook in self.beyond if (also := hook(caller)) is not None]
        return or_(*visible(caller, PhotoUse), *further)


def caption(
    session: Session, caller: Caller, records: Records, sha256: str, subject_id: UUID | None
) -> tuple[str, ...]:
    """The lines that are printed, from the newest record of the caller's that names the photo, or from the one given.

    Raises:
        NotFound: there is none, for this caller.
    """
    here = [PhotoUse.sha256 == sha256, PhotoUse.arrived_at.is_not(None), records.seen(caller)]
    if subject_id:
        here.append(PhotoUse.subject_id == subject_id)
    query = (
        select(PhotoUse, Enterprise.name.label("enterprise"), User.name.label("reporter"))
        .join(Enterprise, Enterprise.id == PhotoUse.enterprise_id)
        .join(User, User.id == PhotoUse.declared_by)
        .where(*here)
        .order_by(PhotoUse.declared_at.desc(), PhotoUse.place)
        .limit(1)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound(NO_RECORD)
    return _lines(session, caller, records, found)


def _lines(session: Session, caller: Caller, records: Records, found: Row[Any, Any, Any]) -> tuple[str, ...]:
    use: PhotoUse = found.PhotoUse
    taken = use.taken_at is not None
    told = {
        "用途": PURPOSE_TITLES[use.purpose],
        "拍摄时间" if taken else "上报时间": _moment(use.taken_at or use.declared_at),
        "地点": _where(session, records, use),
        "坐标": _position(use.position),
        "单位": found.enterprise,
        "上报人": None if caller.only_works and use.declared_by != caller.id else found.reporter,
    }
    return tuple(f"{title}：{value}" for title, value in told.items() if value)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def _where(session: Session, records: Records, use: PhotoUse) -> str:
    """The town, the village, and the place in the works as the record says it."""
    codes = {town_of(use.area_code), use.area_code}
    names = session.execute(select(Area.code, Area.name).where(Area.code.in_(codes)))
    areas = [name for code, name in sorted(names, key=lambda each: len(prefix(each[0])))]
    table = records.tables.get(use.subject_kind)
    place = table and session.scalar(select(table.place).where(table.id == use.subject_id))
    return " ".join([*areas, *([place] if place else [])])


def _position(position: Mapping[str, Any] | None) -> str | None:
    if not position:
        return None
    datum = DATUM_TITLES[Datum(position["datum"])].partition("（")[0]
    return f"{position['lon']:.5f}，{position['lat']:.5f}（{datum}）"


def viewer(session: Session, viewer_id: UUID) -> Caller:
    """Who has been given a signed address, with the roles and scope of this moment.

    Raises:
        NotFound: an account that is closed.
    """
    user = session.get(User, viewer_id)
    if user is None or not user.active:
        raise NotFound
    return caller_of(user)
