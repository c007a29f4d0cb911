"""What is still waited for: a phone is told what it owes, and who watches over reports which are incomplete."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.foundation.canonical import sent
from app.foundation.columns import as_sent
from app.foundation.keyring import Keyring
from app.foundation.pages import Asked, in_order, total
from app.foundation.wire import AreaCode, Moment, Written
from app.people.models import Device, Enterprise, User
from app.people.scope import Caller, prefix, visible, within
from app.photos.losing import answers_for
from app.photos.models import NOT_HERE, WAITED_FOR, PhotoUse, Purpose
from app.photos.owed import LostPhoto, MissingPage, SubjectView

Titles = Callable[[Session, Sequence[UUID]], Mapping[UUID, str]]


@dataclass
class Subjects:
    """What the records that name photos are called; the rooms above say it, each for its kinds."""

    titles: Mapping[str, Titles] = field(default_factory=dict)

    def shown(self, session: Session, named: Sequence[tuple[str, UUID]]) -> dict[tuple[str, UUID], dict[str, Any]]:
        """Each of the records with its title."""
        by_kind: defaultdict[str, list[UUID]] = defaultdict(list)
        for kind, id in dict.fromkeys(named):
            by_kind[kind].append(id)
        shown: dict[tuple[str, UUID], dict[str, Any]] = {}
        for kind, ids in by_kind.items():
            titles = self.titles[kind](session, ids)
            shown |= {(kind, id): {"kind": kind, "id": id, "title": titles.get(id, "")} for id in ids}
        return shown


class MissingFilter(Asked):
    """What the list of missing photos may be asked for."""

    mine: bool = Field(default=False, description="Only what the caller declared: what this person's phone owes.")
    device: Annotated[str, Field(max_length=128)] | None = Field(
        default=None, description="The `device.id` that the report came with."
    )
    declared_by: UUID | None = None
    enterprise_id: UUID | None = None
    area_code: AreaCode | None = Field(default=None, description="With its subtree.")
    purpose: Purpose | None = None
    declared_to: Moment | None = Field(default=None, description="Waited for since then, or longer.")


COLUMNS: Final = (
    *map(as_sent, (PhotoUse.id, PhotoUse.sha256, PhotoUse.bytes, PhotoUse.taken_at, PhotoUse.purpose)),
    PhotoUse.declared_at, PhotoUse.declared_by, PhotoUse.subject_kind, PhotoUse.subject_id, PhotoUse.device_id,
    as_sent(PhotoUse.enterprise_id), as_sent(Enterprise.name, "enterprise_name"), as_sent(User.name, "user_name"),
    as_sent(Device.platform), as_sent(Device.model), as_sent(Device.app_version),
)  # fmt: skip


def page(
    session: Session, caller: Caller, filter: MissingFilter, keys: Keyring, subjects: Subjects
) -> Written[MissingPage]:
    """A page of the photos that are waited for, the longest first. A worker sees his own."""
    wanted, branches = conditions(filter), _seen(caller, filter)
    key, place = (PhotoUse.declared_at, PhotoUse.id), filter.place(keys)
    query = in_order(_joined().where(*wanted), branches, key, place, filter.limit + 1, descending=False)
    rows = session.execute(query).all()
    shown, cursor = rows[: filter.limit], None
    if len(rows) > filter.limit:
        cursor = filter.cursor_after(keys, shown[-1].declared_at, shown[-1].id)
    named = subjects.shown(session, [(row.subject_kind, row.subject_id) for row in shown])
    answer: dict[str, Any] = {"items": [_item(row, caller, named) for row in shown], "next_cursor": cursor}
    if filter.count:
        answer |= total(session, select(PhotoUse.id).where(*wanted, or_(*branches)))
    return Written(sent(answer))


def _joined() -> Any:
    device = and_(Device.user_id == PhotoUse.declared_by, Device.id == PhotoUse.device_id)
    chain = select(*COLUMNS).join_from(PhotoUse, Enterprise, Enterprise.id == PhotoUse.enterprise_id)
    return chain.join(User, User.id == PhotoUse.declared_by).outerjoin(Device, device)


def _seen(caller: Caller, filter: MissingFilter) -> list[ColumnElement[bool]]:
    mine = PhotoUse.declared_by == caller.id
    return [mine] if filter.mine or caller.only_works else visible(caller, PhotoUse)


def conditions(filter: MissingFilter) -> list[ColumnElement[bool]]:
    """The filter as a WHERE."""
    wanted: dict[Any, Any] = {
        PhotoUse.device_id: filter.device, PhotoUse.declared_by: filter.declared_by,
        PhotoUse.enterprise_id: filter.enterprise_id, PhotoUse.purpose: filter.purpose,
    }  # fmt: skip
    found: list[ColumnElement[bool]] = [WAITED_FOR]
    found += [column == value for column, value in wanted.items() if value is not None]
    if filter.area_code:
        found.append(within(PhotoUse, prefix(filter.area_code)))
    if filter.declared_to:
        found.append(PhotoUse.declared_at <= filter.declared_to)
    return found


def _item(row: Any, caller: Caller, named: Mapping[tuple[str, UUID], dict[str, Any]]) -> dict[str, Any]:
    known = {name: getattr(row, name) for name in ("platform", "model", "app_version")}
    return {
        "sha256": row.sha256,
        "bytes": row.bytes,
        "taken_at": row.taken_at,
        "purpose": row.purpose,
        "device": {"id": row.device_id, **known} if row.device_id else None,
        "subject": named[row.subject_kind, row.subject_id],
        "enterprise": {"id": row.enterprise_id, "name": row.enterprise_name},
        "declared_by": {"id": row.declared_by, "name": row.user_name},
        "declared_at": row.declared_at,
        "mine": row.declared_by == caller.id,
    }


def lost_shown(
    session: Session, caller: Caller, sha256: str, subjects: Subjects, *, replayed: bool = False
) -> LostPhoto:
    """What has become of a photo that the caller declared lost."""
    own = (PhotoUse.sha256 == sha256, answers_for(caller), NOT_HERE, PhotoUse.lost_at.is_not(None))
    lost = session.scalars(select(PhotoUse).where(*own).order_by(PhotoUse.declared_at, PhotoUse.id)).all()
    named = subjects.shown(session, [(use.subject_kind, use.subject_id) for use in lost])
    return LostPhoto(
        sha256=sha256,
        reason=lost[-1].lost_reason if lost else None,
        replacement=lost[-1].replacement if lost else None,
        lost_at=lost[-1].lost_at if lost else None,
        subjects=[SubjectView.model_validate(each) for each in named.values()],
        replayed=replayed,
    )
