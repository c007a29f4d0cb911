"""What stands behind a code: its checklist, what is open there, and what the caller owes there today.

Outside the caller's scope a code looks like one that never was. An older code still opens its place and says so.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from app.cards.gathering import of_post, own_measures, risks_shown
from app.cards.models import Post, ReplacedCode
from app.cards.schemas import Replace
from app.cards.terms import Scanned
from app.cards.views import DutyHere, OpenHazard, RiskHere, RiskOnCard, ScanView
from app.duties.filter import Span
from app.duties.listing import duties
from app.foundation.calendar import local_date
from app.foundation.clock import now
from app.foundation.problems import NotFound, Said
from app.foundation.short_codes import as_kept, new_code
from app.hazards.models import IS_OPEN, Hazard
from app.hazards.views import Named
from app.journal import events
from app.people.models import Enterprise
from app.people.scope import Caller, Role, visible
from app.risks.keeping import demand_keeper
from app.risks.levels import COLOURS, LiveLevels
from app.risks.models import Risk, RiskObject, RiskUnit

NO_CODE: Final = Said("没有这个二维码", "There is no such code")
HAZARDS_LIMIT: Final = 100
Coded = RiskObject | RiskUnit | Post
TABLES: Final[dict[Scanned, type[RiskObject] | type[RiskUnit] | type[Post]]] = {
    Scanned.OBJECT: RiskObject, Scanned.UNIT: RiskUnit, Scanned.POST: Post,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """What a code stands on."""

    kind: Scanned
    row: Coded
    replaced: bool


def find_place(session: Session, caller: Caller, code: str, *, lock: bool = False) -> Place:
    """What a code stands on, also an older one; typed with or without hyphens. `lock` holds it.

    Raises:
        NotFound: there is no such code, or it lies outside the caller's scope.
    """
    kept = as_kept(code)
    if kept is None:
        raise NotFound(NO_CODE)
    for kind, table in TABLES.items():
        found = _held(session, caller, kind, table.scan_code == kept, lock=lock)
        if found:
            return Place(kind, found, replaced=False)
    older = session.get(ReplacedCode, kept)
    if older:
        found = _held(session, caller, older.kind, TABLES[older.kind].id == older.subject_id, lock=lock)
        if found:
            return Place(older.kind, found, replaced=True)
    raise NotFound(NO_CODE)


def _held(session: Session, caller: Caller, kind: Scanned, wanted: ColumnElement[bool], *, lock: bool) -> Coded | None:
    table: Any = TABLES[kind]
    query = select(table).where(wanted)
    seen = Post if table is Post else RiskObject
    if table is RiskUnit:
        query = query.join(RiskObject, RiskObject.id == RiskUnit.object_id)
    query = query.where(or_(*visible(caller, seen)))
    held = query.with_for_update(of=table).execution_options(populate_existing=True)
    found: Coded | None = session.scalar(held if lock else query)
    return found


def scan(session: Session, caller: Caller, code: str, levels: LiveLevels) -> ScanView:
    """What a code opens.

    Raises:
        NotFound: there is no such code, or it lies outside the caller's scope.
    """
    return shown(session, caller, find_place(session, caller, code), levels)


def replace(session: Session, caller: Caller, code: str, body: Replace, levels: LiveLevels) -> ScanView:
    """Give a place a new code; its older ones go on opening it. Of one that is replaced already nothing more is done.

    Raises:
        NotFound: there is no such code, or it lies outside the caller's scope.
        Forbidden: the caller does not keep this enterprise's risk list.
    """
    place = find_place(session, caller, code, lock=True)
    demand_keeper(caller, place.row.enterprise_id)
    if not place.replaced:
        old = ReplacedCode(code=place.row.scan_code, kind=place.kind, subject_id=place.row.id, replaced_at=now())
        session.add(old)
        session.flush()
        events.change(session, place.row, "recoded", caller, {"scan_code": new_code()}, {"reason": body.reason})
    return shown(session, caller, Place(place.kind, place.row, replaced=True), levels)


def shown(session: Session, caller: Caller, place: Place, levels: LiveLevels) -> ScanView:
    """The place with its checklist, as this caller sees it."""
    row, within = place.row, _object_of(session, place.row)
    own = own_measures(session, row) if isinstance(row, Post) else set()
    retired = row.retired or (within is not None and within.retired)
    wanted = [false()] if retired else _risks_of(session, row, own)
    checklist, total, level = risks_shown(session, caller, wanted, levels, own)
    measures = {measure.measure_id for risk in checklist for measure in risk.measures}
    return ScanView(
        kind=place.kind, id=row.id, name=row.name, place=_place_of(row, within),
        enterprise=Named(id=row.enterprise_id, name=session.get_one(Enterprise, row.enterprise_id).name),
        code=row.scan_code, replaced=place.replaced, retired=retired,
        level=level, colour=COLOURS[level] if level else None,
        risks=[_here(risk) for risk in checklist], left_out=total - len(checklist),
        open_hazards=_open(session, caller, checklist),
        duties=_owed(session, caller, row.enterprise_id, measures),
    )  # fmt: skip


def _risks_of(session: Session, row: Coded, own: Collection[UUID]) -> Sequence[ColumnElement[bool]]:
    if isinstance(row, Post):
        return [of_post(session, row, own)]
    return [RiskUnit.object_id == row.id if isinstance(row, RiskObject) else Risk.unit_id == row.id]


def _object_of(session: Session, row: Coded) -> RiskObject | None:
    """What a unit lies in: with it the unit goes out of use."""
    return session.get_one(RiskObject, row.object_id) if isinstance(row, RiskUnit) else None


def _place_of(row: Coded, within: RiskObject | None) -> str | None:
    if isinstance(row, RiskObject):
        return row.place
    return row.department if isinstance(row, Post) else within.name if within else None


def _here(risk: RiskOnCard) -> RiskHere:
    return RiskHere.model_validate(risk.model_dump(include=set(RiskHere.model_fields)))


def _open(session: Session, caller: Caller, risks: Sequence[RiskOnCard]) -> list[OpenHazard]:
    """What is open on these risks and on candidates that were merged into them, the newest first; nobody is named."""
    ids = [risk.risk_id for risk in risks]
    merged = select(Risk.id).where(Risk.merged_into.in_(ids))
    columns = [getattr(Hazard, name) for name in OpenHazard.model_fields]
    asked = select(*columns).where(IS_OPEN, or_(*visible(caller, Hazard)))
    asked = asked.where(or_(Hazard.risk_id.in_(ids), Hazard.risk_id.in_(merged)))
    rows = session.execute(asked.order_by(Hazard.reported_at.desc(), Hazard.id).limit(HAZARDS_LIMIT)) if ids else ()
    return [OpenHazard.model_validate(row._asdict()) for row in rows]


def _owed(session: Session, caller: Caller, enterprise_id: UUID, measures: Collection[UUID]) -> list[DutyHere]:
    """Today's duties of the caller, or that they stand in for, as far as they look at one of these measures."""
    if not measures or not (caller.enterprise_id == enterprise_id or caller.has(Role.EXPERT)):
        return []
    today = local_date(now())
    asked = Span.model_validate({"enterprise_id": enterprise_id})
    found = []
    for duty, _ in duties(session, caller, asked, today, today):
        own = duty.owner is not None and duty.owner.id == caller.id
        here = [id for id in duty.required if id in measures]
        if here and (own or duty.plan.stands_in(caller.id, today)):
            found.append((duty.order, duty, here))
    return [
        DutyHere(
            id=duty.id, name=duty.plan.name, cadence=duty.version.rule.cadence, closes_at=duty.period.closes_at,
            state=duty.outcome.state, measure_ids=here,
        )
        for _, duty, here in sorted(found, key=lambda each: each[0])
    ]  # fmt: skip
