"""Signs over a range, by enterprise or person."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from app.diligence import reading, words
from app.diligence.peers import own_findings, peers_of
from app.diligence.rules import Findings, Judged, Noticed, Report, candidate, judge, never_a_finding, thresholds
from app.diligence.views import EXAMPLES, Diligence, DiligenceAsked, DiligenceBy, DiligenceRow, SignCount
from app.foundation.calendar import end_of_day, start_of_day
from app.foundation.front import Reader
from app.foundation.problems import Forbidden, Invalid, Said
from app.hazards.views import Named
from app.inspections.models import Inspection
from app.inspections.signs import Sign, SignView
from app.people.models import Enterprise, User
from app.people.scope import Caller, Role, prefix, visible, within

REPORTS_LIMIT: Final = 50_000
TOO_MANY: Final = Said("排查记录过多，请按企业、区划或日期缩小范围", "Too many reports: narrow it down")
NOT_FOR_YOU: Final = Said(
    "只有监管人员和本企业的厂长经理、安全员查看",
    "Only supervisors, and the enterprise's own manager and safety officer",
)
NOTE: Final = Said(
    "以下只是值得看一看的迹象，不是结论；阈值为本软件的默认值，不是法律规定。",
    "Signs that are worth a look, and no verdicts; the thresholds are defaults of this software, no rules of law.",
)
Key = tuple[UUID, UUID | None]
Told = dict[Sign, list[tuple[Report, Judged]]]


def may_see(caller: Caller) -> bool:
    """Who looks into how reports are made: who answers for it, in the enterprise or above it."""
    return caller.has(Role.SUPERVISOR, Role.MANAGER, Role.SAFETY_OFFICER)


def looked_into(caller: Caller) -> list[ColumnElement[bool]]:
    """Whose reports somebody who may see signs looks into, of those that he sees: an enterprise into its own, and not
    into those of the people who inspect it."""
    of_a_works = exists().where(User.id == Inspection.inspector_id, User.enterprise_id.is_not(None))
    return [of_a_works] if caller.enterprise_id else []


def diligence(session: Session, caller: Caller, asked: DiligenceAsked, reader: Reader) -> Diligence:
    """The enterprises or persons in scope whose reports show signs.

    Raises:
        Forbidden: the caller is neither a supervisor nor the enterprise's manager or safety officer.
        Invalid: more reports are in scope than are looked at.
    """
    if not may_see(caller):
        raise Forbidden(NOT_FOR_YOU)
    since, until, t = start_of_day(asked.first), end_of_day(asked.last), thresholds()
    wanted = _wanted(caller, asked, since, until)
    many = (
        session.scalar(
            select(func.count()).select_from(select(Inspection.id).where(*wanted).limit(REPORTS_LIMIT + 1).subquery())
        )
        or 0
    )
    if many > REPORTS_LIMIT:
        raise Invalid(TOO_MANY, code="too_many_reports")
    rows: dict[Key, Told] = {}
    sizes: dict[Key, int] = {}
    concerned: set[UUID] = set()
    for reports in reading.reports(session, wanted):
        concerned.add(reports[0].enterprise_id)
        judged = judge(reports, t)
        for key, own in _grouped(asked.by, reports):
            sizes[key] = len(own)
            rows[key] = {sign: [(each, judged[each.id][sign]) for each in own] for sign in judged[own[0].id]}
    nil = _nil(session, concerned, since, until) if asked.by is DiligenceBy.ENTERPRISE else {}
    items = [(key, _signs(told, nil.get(key[0]), asked.sign, reader)) for key, told in rows.items()]
    worst = sorted((each for each in items if each[1]), key=lambda each: _most(each[1], each[0]))
    shown = worst[: asked.limit]
    said = {name: value for name, value in asdict(t).items() if name != "version"}
    return Diligence(
        note=reader.reads(NOTE), thresholds=said, thresholds_version=t.version, items=_named(session, shown, sizes),
        left_out=len(worst) - len(shown), reports=many,
    )  # fmt: skip


def _wanted(caller: Caller, asked: DiligenceAsked, since: datetime, until: datetime) -> list[ColumnElement[bool]]:
    days = (Inspection.corrected_at >= since, Inspection.corrected_at < until)
    wanted = [or_(*visible(caller, Inspection)), *days, *looked_into(caller)]
    if asked.enterprise_id:
        wanted.append(Inspection.enterprise_id == asked.enterprise_id)
    if asked.area_code:
        wanted.append(within(Inspection, prefix(asked.area_code)))
    return wanted


def _grouped(by: DiligenceBy, reports: Sequence[Report]) -> Iterable[tuple[Key, list[Report]]]:
    found: dict[Key, list[Report]] = defaultdict(list)
    for report in reports:
        found[report.enterprise_id, report.inspector_id if by is DiligenceBy.PERSON else None].append(report)
    return found.items()


def _nil(session: Session, ids: set[UUID], since: datetime, until: datetime) -> dict[UUID, tuple[Noticed, int]]:
    """The enterprises that never found anything where their peers did."""
    t = thresholds()
    own = {id: found for id, found in own_findings(session, ids, since, until).items() if candidate(found, t)}
    columns = (Enterprise.id, Enterprise.county_code, Enterprise.scale, Enterprise.sectors)
    works = session.execute(select(*columns).where(Enterprise.id.in_(own))).all() if own else ()
    peers = peers_of(session, works)
    known = own_findings(session, {id for ids in peers.values() for id in ids}, since, until)
    judged = {
        id: never_a_finding(own[id], [known.get(peer, Findings(0, 0)) for peer in ids], t) for id, ids in peers.items()
    }
    return {id: (each.noticed, own[id].reports) for id, each in judged.items() if each.noticed}


def _signs(told: Told, nil: tuple[Noticed, int] | None, only: Sign | None, reader: Reader) -> list[SignCount]:
    """What is shown of one row."""
    t, signs = thresholds(), []
    for sign, judged in told.items():
        could = sum(each.could for _, each in judged)
        shows = [(report, each.noticed) for report, each in judged if each.noticed]
        enough = (
            len(shows) >= t.last_reports and len(shows) >= t.last_share * could if sign is Sign.LAST_MINUTE else shows
        )
        if enough:
            latest = sorted(shows, key=lambda each: each[0].at, reverse=True)
            ids = [each.id for each, _ in latest[:EXAMPLES]]
            signs.append(_count(sign, len(shows), could, words.view(latest[0][1], reader), ids))
    if nil:
        signs.append(_count(Sign.NEVER_A_FINDING, nil[1], nil[1], words.view(nil[0], reader), []))
    return signs if only is None or any(each.code is only for each in signs) else []


def _count(sign: Sign, reports: int, judged: int, latest: SignView, ids: list[UUID]) -> SignCount:
    return SignCount(code=sign, title=latest.title, reports=reports, judged=judged, example=latest, inspection_ids=ids)


def _most(signs: Sequence[SignCount], key: Key) -> tuple[int, int, str]:
    return -len(signs), -sum(each.reports for each in signs), str(key)


def _named(session: Session, shown: Sequence[tuple[Key, list[SignCount]]], sizes: dict[Key, int]) -> list[DiligenceRow]:
    ids, people = {key[0] for key, _ in shown}, {key[1] for key, _ in shown if key[1]}
    works = select(Enterprise.id, Enterprise.name, Enterprise.area_code).where(Enterprise.id.in_(ids))
    known: dict[UUID, Any] = {row.id: row for row in session.execute(works)} if ids else {}
    persons = select(User.id, User.name).where(User.id.in_(people))
    names = {row.id: row.name for row in session.execute(persons)} if people else {}
    return [
        DiligenceRow(
            enterprise=Named(id=works_id, name=known[works_id].name), area_code=known[works_id].area_code,
            person=Named(id=person, name=names[person]) if person else None, reports=sizes[works_id, person],
            signs=signs,
        )
        for (works_id, person), signs in shown
    ]  # fmt: skip
