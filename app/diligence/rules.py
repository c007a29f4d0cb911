"""What may be noticed about reports. Pure.

Each rule says first of which reports it says nothing at all: a sign must not fall on a small team for being small, on
a phone indoors for what it cannot know, or on a night shift for ending when its period does. Nothing here is a verdict.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from app.foundation.calendar import local_date
from app.inspections.signs import Sign
from app.inspections.terms import Status


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where a sign is shown; see `data/thresholds.json`."""

    version: str
    seconds_per_measure: float
    hasty_measures: int
    points: int
    places: int
    accuracy_m: float
    last_minutes: int
    last_reports: int
    last_share: float
    in_a_row: int
    alike_measures: int
    nil_reports: int
    nil_days: int
    peers: int
    peers_share: float


@cache
def thresholds(path: Path = Path(__file__).parent / "data" / "thresholds.json") -> Thresholds:
    """The numbers in use. Raises TypeError for a file that lacks one or has one too many."""
    said = json.loads(path.read_text("utf-8"))
    return Thresholds(**{name: value for name, value in said.items() if not name.startswith("_")})


class Look(NamedTuple):
    """What a report says of one measure."""

    measure: str | UUID
    status: Status
    checked_at: datetime | None = None
    note: str = ""


class Point(NamedTuple):
    """Where a picture says that it was taken: in which place of the works, and the position to the last digit."""

    place: str
    position: tuple[float, float, str]
    accuracy_m: float | None


class Window(NamedTuple):
    """The end of a period that a report was for, and its shift."""

    closes_at: datetime
    shift: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """An inspection, as far as signs are looked for in it. `correction` makes the phone's times the server's."""

    id: UUID
    enterprise_id: UUID
    inspector_id: UUID
    at: datetime
    performed_at: datetime
    started_at: datetime | None = None
    correction: timedelta = timedelta(0)
    looks: tuple[Look, ...] = ()
    findings: tuple[str, ...] = ()
    windows: tuple[Window, ...] = ()
    points: tuple[Point, ...] = ()
    photos: int = 0
    reused: int = 0

    @property
    def checked(self) -> int:
        """How many measures were looked at."""
        return sum(look.status in {Status.NORMAL, Status.ABNORMAL} for look in self.looks)

    @property
    def instants(self) -> list[datetime]:
        """When the phone says that measures were looked at."""
        return [look.checked_at for look in self.looks if look.checked_at is not None]

    @property
    def seconds(self) -> float | None:
        """How long it took, by whatever shows that it took longer; None if nothing says so. One instant for all checks
        is when they were sent, and a beginning after the end is no duration."""
        instants = self.instants
        span = (max(instants) - min(instants)).total_seconds() if len(set(instants)) > 1 else None
        walk = (self.performed_at - self.started_at).total_seconds() if self.started_at else None
        known = [each for each in (span, walk) if each is not None and each >= 0]
        return max(known) if known else None


@dataclass(frozen=True, slots=True)
class Noticed:
    """A sign with what was compared: `numbers` are what the sentence is made of."""

    sign: Sign
    measured: float
    threshold: float
    numbers: dict[str, Any] = field(default_factory=dict)


class Judged(NamedTuple):
    """What one rule says of one report: whether it could be judged at all, and what was noticed."""

    could: bool
    noticed: Noticed | None = None


SAYS_NOTHING = Judged(could=False)


def hasty(report: Report, t: Thresholds) -> Judged:
    """So many measures in so few seconds. A few measures may be looked at in no time, and are not judged."""
    seconds, many = report.seconds, report.checked
    if many < t.hasty_measures or seconds is None:
        return SAYS_NOTHING
    each = seconds / many
    told = {"measures": many, "seconds": round(seconds)}
    found = Noticed(Sign.HASTY, round(each, 2), t.seconds_per_measure, told)
    return Judged(could=True, noticed=found if each < t.seconds_per_measure else None)


def same_position(report: Report, t: Thresholds) -> Judged:
    """Pictures of different places of a works, all at one position to the last digit. A phone indoors gives its last
    known or coarse one again, and says how coarse: only fixes that claim to be fine are judged, at several places."""
    fine = [each for each in report.points if each.accuracy_m is not None and each.accuracy_m <= t.accuracy_m]
    places = {each.place for each in fine}
    if len(fine) < t.points or len(places) < t.places or len(fine) < len(report.points):
        return SAYS_NOTHING
    told = {"points": len(fine), "places": len(places), "accuracy_m": t.accuracy_m}
    same = len({each.position for each in fine}) == 1
    return Judged(could=True, noticed=Noticed(Sign.SAME_POSITION, len(fine), t.points, told) if same else None)


def last_minute(report: Report, t: Thresholds) -> Judged:
    """Begun and ended in the last minutes of its period. The round of a shift belongs to its end, what came late is
    called late already, and a report that does not say when it began may have begun long before."""
    began = [report.started_at] if report.started_at and report.started_at <= report.performed_at else []
    instants = [*began, *report.instants]
    windows = [each for each in report.windows if not each.shift and report.at < each.closes_at]
    if not instants or not windows or len(windows) < len(report.windows):
        return SAYS_NOTHING
    closes_at = min(each.closes_at for each in windows)
    left = (closes_at - (min(instants) + report.correction)).total_seconds() / 60
    found = Noticed(Sign.LAST_MINUTE, round(left, 1), t.last_minutes, {"minutes": round(left, 1)})
    return Judged(could=True, noticed=found if 0 <= left <= t.last_minutes else None)


def reused_photos(report: Report, t: Thresholds) -> Judged:
    """Pictures that an earlier inspection had shown."""
    if not report.photos:
        return SAYS_NOTHING
    told = {"photos": report.photos, "reused": report.reused}
    found = Noticed(Sign.REUSED_PHOTOS, report.reused, 1, told)
    return Judged(could=True, noticed=found if report.reused else None)


def comparable(report: Report, t: Thresholds) -> bool:
    """Whether a report says enough to be like another by more than chance: whole minutes without a time for each check
    are written down by hand, or by an app that rounds."""
    seconds, stamped = report.seconds, len(set(report.instants)) > 1
    return seconds is not None and seconds > 0 and report.checked >= t.alike_measures and (stamped or seconds % 60 != 0)


def likeness(report: Report) -> tuple[Any, ...]:
    """What reports have in common that are alike in everything, step by step. That nothing was wrong twice is no sign;
    that it took as many seconds, in the same order, is one."""
    first = min(report.instants, default=report.performed_at)
    steps = sorted(
        (str(measure), status, note, round((at - first).total_seconds()) if at else -1)
        for measure, status, at, note in report.looks
    )
    return tuple(steps), report.findings


def identical_reports(reports: Sequence[Report], t: Thresholds) -> dict[UUID, Judged]:
    """Reports of one person that follow one another on several days, each like the one before to the second."""
    told: dict[UUID, Judged] = {}
    by_walk: defaultdict[Any, list[Report]] = defaultdict(list)
    for report in sorted(reports, key=lambda each: (each.at, str(each.id))):
        if comparable(report, t):  # who walks two rounds in turn repeats each of them for itself
            by_walk[report.inspector_id, frozenset(look.measure for look in report.looks)].append(report)
        else:
            told[report.id] = SAYS_NOTHING
    for walked in by_walk.values():
        for _, as_long in groupby(walked, key=lambda each: round(each.seconds or 0)):
            for _, run in _alike(list(as_long)):
                alike = list(run)
                told |= {report.id: judged for report, judged in zip(alike, _along(alike, t), strict=True)}
    return told


def _alike(as_long: Sequence[Report]) -> Iterable[tuple[Any, Iterable[Report]]]:
    """Runs of reports that are alike; one that took as long as no other beside it need not be looked at."""
    return groupby(as_long, key=likeness) if len(as_long) > 1 else [(None, as_long)]


def _along(alike: Sequence[Report], t: Thresholds) -> Iterator[Judged]:
    """Each report of a run, judged by how many days the run had lasted by then."""
    days = set()
    for report in alike:
        days.add(local_date(report.at))
        many = len(days)
        told = {"days": many, "measures": report.checked, "seconds": round(report.seconds or 0)}
        found = Noticed(Sign.IDENTICAL_REPORTS, many, t.in_a_row, told)
        yield Judged(could=True, noticed=found if many >= t.in_a_row else None)


RULES = (hasty, same_position, last_minute, reused_photos)


def judge(reports: Iterable[Report], t: Thresholds) -> dict[UUID, dict[Sign, Judged]]:
    """What every rule says of every report of one enterprise."""
    listed = list(reports)
    alike = identical_reports(listed, t)
    signs = (Sign.HASTY, Sign.SAME_POSITION, Sign.LAST_MINUTE, Sign.REUSED_PHOTOS)
    return {
        report.id: {sign: rule(report, t) for sign, rule in zip(signs, RULES, strict=True)}
        | {Sign.IDENTICAL_REPORTS: alike[report.id]}
        for report in listed
    }


@dataclass(frozen=True, slots=True)
class Findings:
    """What an enterprise reported of itself in a time: how many reports, how many with a finding, from when to when."""

    reports: int
    found: int
    first: datetime | None = None
    last: datetime | None = None

    @property
    def days(self) -> int:
        return (self.last - self.first).days if self.first and self.last else 0


def candidate(own: Findings, t: Thresholds) -> bool:
    """Whether it is worth asking what peers found: months of reports, and nothing in any."""
    return own.found == 0 and own.reports >= t.nil_reports and own.days >= t.nil_days


def never_a_finding(own: Findings, peers: Sequence[Findings], t: Thresholds) -> Judged:
    """Months of reports without a single finding, where most peers of the same size and trade find some. Without
    enough peers that report as much, nothing is said: a small quiet works among few is no sign of anything."""
    comparable = [peer for peer in peers if peer.reports >= t.nil_reports]
    if own.reports < t.nil_reports or own.days < t.nil_days or len(comparable) < t.peers:
        return SAYS_NOTHING
    finding = sum(peer.found > 0 for peer in comparable)
    share = finding / len(comparable)
    told = {"reports": own.reports, "days": own.days, "peers": len(comparable), "finding": finding}
    found = Noticed(Sign.NEVER_A_FINDING, round(share, 2), t.peers_share, told)
    return Judged(could=True, noticed=found if own.found == 0 and share >= t.peers_share else None)
