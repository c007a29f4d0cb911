"""Reading the risk list. Every query starts from what the caller may see."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from app.foundation.calendar import local_date
from app.foundation.canonical import sent
from app.foundation.clock import now
from app.foundation.columns import as_sent
from app.foundation.keyring import Keyring
from app.foundation.pages import in_order, total
from app.foundation.problems import NotFound, Said
from app.foundation.wire import Written
from app.people.models import User
from app.people.scope import Caller, find_visible, prefix, visible, within
from app.risks.levels import COLOURS, LiveLevels, RiskLevel
from app.risks.methods import methods
from app.risks.models import ControlMeasure, Risk, RiskObject, RiskUnit
from app.risks.schemas import MeasureFilter, MeasurePage, MeasureView, RiskFilter, RiskPage, RiskView

NO_RISK: Final = Said("没有这条风险", "There is no such risk")
NO_MEASURE: Final = Said("没有这条管控措施", "There is no such control measure")

ROW: Final = tuple(
    as_sent(column)
    for column in (
        Risk.id, Risk.enterprise_id, Risk.unit_id, Risk.event, Risk.place, Risk.level, Risk.level_by, Risk.inherent,
        Risk.residual, Risk.post, Risk.next_review_on, Risk.review_because, Risk.candidate, Risk.decision,
        Risk.merged_into, Risk.retired, Risk.finding_id, Risk.hazard_id, Risk.created_at, Risk.revision,
    )
)  # fmt: skip
NAMES: Final = tuple(str(column.key) for column in ROW)
JOINED: Final = (
    as_sent(RiskObject.name, "object"),
    as_sent(RiskObject.id, "object_id"),
    as_sent(RiskObject.grade, "grade"),
    as_sent(RiskUnit.name, "unit"),
    as_sent(User.id, "owner_id"),
    as_sent(User.name, "owner_name"),
)
MEASURE: Final = tuple(
    as_sent(column)
    for column in (
        ControlMeasure.id, ControlMeasure.risk_id, ControlMeasure.kind, ControlMeasure.description,
        ControlMeasure.check, ControlMeasure.check_cycle, ControlMeasure.holder, ControlMeasure.holder_role,
        ControlMeasure.classification, ControlMeasure.always, ControlMeasure.retired,
        ControlMeasure.revision, ControlMeasure.created_at,
    )
)  # fmt: skip
MEASURE_NAMES: Final = tuple(str(column.key) for column in MEASURE[:-1])  # created_at only orders them


def find(session: Session, caller: Caller, risk_id: UUID, *, lock: bool = False) -> Risk:
    """The risk, if the caller may see it; `lock` holds its row until the transaction ends.

    Raises:
        NotFound: it does not exist, or lies outside the caller's scope.
    """
    return find_visible(session, caller, Risk, risk_id, NO_RISK, lock=lock)


def find_measure(session: Session, caller: Caller, measure_id: UUID, *, lock: bool = False) -> ControlMeasure:
    """The control measure, if the caller may see it; `lock` holds its row until the transaction ends.

    Raises:
        NotFound: it does not exist, or lies outside the caller's scope.
    """
    return find_visible(session, caller, ControlMeasure, measure_id, NO_MEASURE, lock=lock)


def measures_of(session: Session, risk_ids: Collection[Any]) -> dict[Any, list[dict[str, Any]]]:
    """The measures in use of some risks, by risk, oldest first, as they are sent."""
    found: defaultdict[Any, list[dict[str, Any]]] = defaultdict(list)
    in_use = select(*MEASURE).where(ControlMeasure.risk_id.in_(risk_ids), ControlMeasure.retired.is_(False))
    for row in session.execute(in_use.order_by(ControlMeasure.created_at, ControlMeasure.id)) if risk_ids else ():
        found[row.risk_id].append(_measure(row))
    return found


def shown(session: Session, caller: Caller, risk_id: UUID, levels: LiveLevels) -> RiskView:
    """The risk as this caller sees it.

    Raises:
        NotFound: it does not exist, or lies outside the caller's scope.
    """
    row = session.execute(_chain().where(Risk.id == risk_id, or_(*visible(caller, Risk)))).one_or_none()
    if row is None:
        raise NotFound(NO_RISK)
    return RiskView.model_validate(_items(session, caller, [row], levels)[0])


def gravest(
    session: Session, caller: Caller, wanted: Sequence[ColumnElement[bool]], levels: LiveLevels, limit: int
) -> tuple[list[dict[str, Any]], int, RiskLevel | None]:
    """Of the risks on the list that the caller may see and that fulfil a WHERE: those that are gravest at this moment,
    as they are sent, then the oldest; how many there are in all, and the gravest level."""
    on_list = (Risk.candidate.is_(False), Risk.retired.is_(False), or_(*visible(caller, Risk)))
    rated = _joined(select(Risk.id, Risk.level)).where(*on_list, *wanted).order_by(Risk.created_at, Risk.id)
    own = {row.id: row.level for row in session.execute(rated)}
    current, ladder = levels.ask(session, own), (*RiskLevel, None)
    ids = sorted(own, key=lambda each: ladder.index(current[each].level))
    shown = ids[:limit]
    rows = {UUID(str(row.id)): row for row in session.execute(_chain().where(Risk.id.in_(shown)))} if shown else {}
    items = _items(session, caller, [rows[id] for id in shown], levels)
    return items, len(ids), current[ids[0]].level if ids else None


def page(session: Session, caller: Caller, filter: RiskFilter, keys: Keyring, levels: LiveLevels) -> Written[RiskPage]:
    """A page of the list, newest first, and candidates before all others."""
    branches, wanted = visible(caller, Risk), conditions(filter)
    key, place = (Risk.candidate, Risk.created_at, Risk.id), filter.place(keys)
    place = (*place[0], place[1]) if place else None
    rows = session.execute(in_order(_chain().where(*wanted), branches, key, place, filter.limit + 1)).all()
    shown, cursor = rows[: filter.limit], None
    if len(rows) > filter.limit:
        last = shown[-1]
        cursor = filter.cursor_after(keys, [last.candidate, last.created_at], last.id)
    answer: dict[str, Any] = {"items": _items(session, caller, shown, levels), "next_cursor": cursor}
    if filter.count:
        answer |= total(session, _joined(select(Risk.id)).where(*wanted, or_(*branches)))
    return Written(sent(answer))


def conditions(filter: RiskFilter) -> list[ColumnElement[bool]]:
    """The filter as a WHERE."""
    wanted = {
        Risk.enterprise_id: filter.enterprise_id, Risk.level: filter.level, Risk.candidate: filter.candidate,
        Risk.unit_id: filter.unit_id, RiskUnit.object_id: filter.object_id,
    }  # fmt: skip
    found: list[ColumnElement[bool]] = [column == value for column, value in wanted.items() if value is not None]
    found.append(Risk.retired.is_(filter.retired))
    if filter.area_code:
        found.append(within(Risk, prefix(filter.area_code)))
    if filter.major_hazard is not None:
        found.append(RiskObject.grade.is_not(None) if filter.major_hazard else RiskObject.grade.is_(None))
    if filter.review_due is not None:
        due = Risk.next_review_on <= local_date(now())
        found.append(due if filter.review_due else or_(~due, Risk.next_review_on.is_(None)))
    text = (Risk.event, Risk.place, RiskObject.name, RiskUnit.name)
    found += [or_(*(column.icontains(word, autoescape=True) for column in text)) for word in (filter.q or "").split()]
    return found


def measure_shown(measure: ControlMeasure) -> MeasureView:
    return MeasureView.model_validate(measure)


def measures_page(
    session: Session, caller: Caller, risk_id: UUID, filter: MeasureFilter, keys: Keyring
) -> Written[MeasurePage]:
    """A page of a risk's measures, oldest first.

    Raises:
        NotFound: the risk does not exist, or lies outside the caller's scope.
    """
    find(session, caller, risk_id)
    wanted = select(*MEASURE).where(ControlMeasure.retired.is_(filter.retired))
    key, place = (ControlMeasure.created_at, ControlMeasure.id), filter.place(keys)
    of_risk = [ControlMeasure.risk_id == risk_id]
    rows = session.execute(in_order(wanted, of_risk, key, place, filter.limit + 1, descending=False)).all()
    shown, cursor = rows[: filter.limit], None
    if len(rows) > filter.limit:
        cursor = filter.cursor_after(keys, shown[-1].created_at, shown[-1].id)
    return Written(sent({"items": [_measure(row) for row in shown], "next_cursor": cursor}))


def _joined(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    chain = query.outerjoin(RiskUnit, RiskUnit.id == Risk.unit_id)
    return chain.outerjoin(RiskObject, RiskObject.id == RiskUnit.object_id)


def _chain() -> Select[*tuple[Any, ...]]:
    return _joined(select(*ROW, *JOINED).select_from(Risk)).outerjoin(User, User.id == Risk.owner_id)


def _items(session: Session, caller: Caller, rows: Sequence[Any], levels: LiveLevels) -> list[dict[str, Any]]:
    """Rows as they are sent, with the measures and the levels of the moment of all of them."""
    measures = measures_of(session, [row.id for row in rows])
    own = {UUID(str(row.id)): RiskLevel(row.level) if row.level else None for row in rows}
    current = levels.ask(session, own)
    items = []
    for (id, level), row in zip(own.items(), rows, strict=True):
        item = dict(zip(NAMES, row, strict=False)) | {"object": row.object, "unit": row.unit}
        owner = {"id": row.owner_id, "name": _name(caller, row)} if row.owner_id else None
        item |= {"owner": owner, "colour": COLOURS[level] if level else None}
        item |= {"object_id": row.object_id, "grade": row.grade}
        item |= {"control_level": methods().control_levels[level] if level else None}
        items.append(item | {"current": current[id].model_dump(mode="json"), "measures": measures[row.id]})
    return items


def _name(caller: Caller, row: Any) -> str | None:
    """A worker reads no names of others."""
    return None if caller.only_works and str(caller.id) != str(row.owner_id) else row.owner_name


def _measure(row: Any) -> dict[str, Any]:
    return dict(zip(MEASURE_NAMES, row, strict=False))
