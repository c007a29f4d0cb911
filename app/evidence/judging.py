"""What is noticed about one photo in one record. Pure: `facts.py` reads what it needs to know.

A flag is said of the later of two uses, in whatever order their bytes came: who took a photo over, not whom it was
taken from. Nothing is said of photos that were named in one breath: one picture may show two findings of one walk.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.foundation.calendar import SHANGHAI
from app.foundation.clock import rfc3339
from app.foundation.geo import Datum, Point, distance, forward
from app.photos.flags import EvidenceFlag, weight_of
from app.photos.models import Purpose

LEEWAY: Final = timedelta(minutes=30)
"""By which a clock may be wrong without anybody having corrected it."""

GROUNDS: Final = 500.0
"""Metres from the one point that an enterprise has on the map to the far end of its grounds; also what a phone that
writes GCJ-02 for WGS-84 is off by."""

NAMED: Final = 5
"""Other records that a flag names at most."""

BEFORE: Final = frozenset({Purpose.FINDING, Purpose.SEEN_AGAIN, Purpose.BEFORE})

EDITORS: Final = re.compile(
    r"photoshop|lightroom|\bgimp\b|snapseed|picsart|meitu|美图|醒图|轻颜|黄油相机|faceu|beautycam|\bvsco\b|pixelmator"
    r"|affinity|canva|paint\.net|imagemagick|photoscape|acdsee|光影魔术手|稿定|pixlr|corel|capture one|photodirector"
    r"|remini",
    re.IGNORECASE,
)

SCREENS: Final = frozenset({
    640, 720, 750, 768, 828, 1000, 1080, 1125, 1170, 1176, 1179, 1200, 1206, 1212, 1216, 1220, 1224, 1228, 1240, 1242,
    1256, 1260, 1264, 1280, 1284, 1290, 1312, 1316, 1320, 1344, 1440,
})  # fmt: skip
"""Widths of phones' screens in pixels."""
NARROW: Final = 1.7
"""A screen is so much higher than wide; a camera's picture is 1.33 or 1.78, but no PNG."""


@dataclass(frozen=True, slots=True)
class Use:
    """A photo as a record names it; `record` is what finding and hazard have in common."""

    id: UUID
    sha256: str
    record: UUID
    kind: str
    subject_id: UUID
    enterprise_id: UUID
    purpose: Purpose
    declared_by: UUID
    declared_at: datetime

    def after(self, other: "Use") -> bool:
        return (self.declared_at, self.id) > (other.declared_at, other.id)

    def in_one_breath_with(self, other: "Use") -> bool:
        return (self.declared_by, self.declared_at) == (other.declared_by, other.declared_at)


@dataclass(frozen=True, slots=True)
class Window:
    """Between when and when a photo should have been taken, by our clock; `correction` is what the phone's was off."""

    since: datetime
    until: datetime
    correction: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a photo in a record, besides what it looks like."""

    exif: Mapping[str, Any] | None = None
    taken_at: datetime | None = None
    position: Mapping[str, Any] | None = None
    content_type: str = "image/jpeg"
    size: tuple[int, int] = (0, 0)
    window: Window | None = None
    sites: Sequence[Mapping[str, Any]] = ()


def flags(use: Use, told: Told, others: Mapping[Use, float]) -> list[dict[str, Any]]:
    """What is noticed. `others` are the uses of the same picture, each with its likeness (1: the same bytes)."""
    found = (*_reuse(use, others), *_same_before_and_after(use, others), *_time(told), *_place(told), *_making(told))
    return [
        {"code": code.value, "weight": weight_of(code).value, "message": message, "details": details}
        for code, message, details in found
    ]


Flag = tuple[EvidenceFlag, str, dict[str, Any]]


def _reuse(use: Use, others: Mapping[Use, float]) -> Iterator[Flag]:
    earlier = {each: like for each, like in others.items() if use.after(each) and not use.in_one_breath_with(each)}
    elsewhere = {each: like for each, like in earlier.items() if each.enterprise_id != use.enterprise_id}
    here = {each: like for each, like in earlier.items() if each not in elsewhere and each.record != use.record}
    if elsewhere:
        how = _how(elsewhere)
        yield EvidenceFlag.REUSED_ELSEWHERE, f"其他单位的记录中已有{_same(how)}的照片", how
    if here:
        how = _how(here)
        records = list(dict.fromkeys((each.kind, str(each.subject_id)) for each in here))
        named = [{"kind": kind, "id": id} for kind, id in records[:NAMED]]
        message = f"本单位其他 {len(records)} 条记录中已有{_same(how)}的照片"
        yield EvidenceFlag.REUSED, message, how | {"records": named}
    if use.purpose is Purpose.REVIEW:
        own = {e: like for e, like in earlier.items() if e.record == use.record and e.purpose is not Purpose.REVIEW}
        if own and not here:
            how = _how(own)
            yield EvidenceFlag.REUSED, f"复查照片与本隐患已有照片{_same(how)}", how | {"records": []}


def _same_before_and_after(use: Use, others: Mapping[Use, float]) -> Iterator[Flag]:
    if use.purpose is not Purpose.RECTIFICATION:
        return
    before = {each: like for each, like in others.items() if each.record == use.record and each.purpose in BEFORE}
    if before:
        how = _how(before)
        yield EvidenceFlag.BEFORE_IS_AFTER, f"与整改前的照片{_same(how)}", how


def _how(others: Mapping[Use, float]) -> dict[str, Any]:
    likeness = max(others.values())
    return {"same_bytes": likeness >= 1, "likeness": round(likeness, 3)}


def _same(how: Mapping[str, Any]) -> str:
    return "完全相同" if how["same_bytes"] else "几乎相同"


def _time(told: Told) -> Iterator[Flag]:
    """EXIF's word, or the phone's; both are the phone's clock."""
    in_file = (told.exif or {}).get("taken_at")
    said = datetime.fromisoformat(in_file) if in_file else told.taken_at
    if said is None or told.window is None:
        return
    window, taken_at = told.window, said + told.window.correction
    if window.since - LEEWAY <= taken_at <= window.until + LEEWAY:
        return
    details = {
        "taken_at": rfc3339(said), "source": "exif" if in_file else "declared", "from": rfc3339(window.since),
        "until": rfc3339(window.until), "clock_correction_s": int(window.correction.total_seconds()),
    }  # fmt: skip
    side = "早于" if taken_at < window.since else "晚于"
    bound = window.since if taken_at < window.since else window.until
    yield EvidenceFlag.OUTSIDE_WINDOW, f"拍摄于 {_local(taken_at)}，{side}应拍摄的时段（{_local(bound)}）", details


def _local(instant: datetime) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _place(told: Told) -> Iterator[Flag]:
    """Measured in the later of the two datums, since positions are only converted forward; the nearest site counts."""
    in_file = (told.exif or {}).get("position")
    taken = in_file or told.position
    if not taken or not told.sites:
        return
    metres, site = min(((_metres(taken, site), site) for site in told.sites), key=lambda found: found[0])
    allowed = GROUNDS + (taken.get("accuracy_m") or 0) + (site.get("accuracy_m") or 0)
    if metres > allowed:
        details = {
            "distance_m": round(metres), "allowed_m": round(allowed), "source": "exif" if in_file else "declared",
        }  # fmt: skip
        yield EvidenceFlag.FAR_FROM_SITE, f"拍摄地点距现场约 {_far(metres)}", details


def _far(metres: float) -> str:
    return f"{metres:.0f} 米" if metres < 1000 else f"{metres / 1000:.1f} 公里"


def _metres(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    order = list(Datum)
    datum = max(Datum(one["datum"]), Datum(other["datum"]), key=order.index)
    here, there = (forward(Point(p["lon"], p["lat"]), Datum(p["datum"]), datum) for p in (one, other))
    return distance(here, there)


def _making(told: Told) -> Iterator[Flag]:
    said = told.exif or {}
    software = said.get("software") or ""
    if EDITORS.search(software):
        yield EvidenceFlag.EDITED, f"文件由 {software} 写出", {"software": software}
    if said.get("screenshot") or _like_a_screen(told):
        yield EvidenceFlag.SCREENSHOT, "疑似手机截图", {"width": told.size[0], "height": told.size[1]}


def _like_a_screen(told: Told) -> bool:
    """A PNG as high and wide as a screen, of no camera."""
    short, long = sorted(told.size)
    camera = (told.exif or {}).get("device")
    return told.content_type == "image/png" and not camera and short in SCREENS and long >= NARROW * short
