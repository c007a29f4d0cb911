"""What is printed: two lists and two cards of a post, and labels with the codes of an enterprise's risk points."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cards import gathering, terms
from app.cards.models import Post
from app.cards.posts import find_post
from app.cards.terms import Scanned
from app.cards.views import RiskOnCard
from app.duties import terms as duty_terms
from app.foundation.calendar import local_date
from app.foundation.clock import now
from app.foundation.printing import Code, Sheet
from app.foundation.problems import NotFound, Said
from app.foundation.short_codes import in_groups
from app.foundation.wire import Frozen
from app.inspections import terms as inspection_terms
from app.people import enterprises
from app.people.scope import Caller
from app.risks import levels
from app.risks import terms as risk_terms
from app.risks.levels import LiveLevels
from app.risks.models import RiskObject, RiskUnit
from app.risks.schemas import CheckCycle

T = TypeVar("T")
DATA: Final = Path(__file__).with_name("data")
LABELS: Final = 500
"""On one sheet; of more there are several parts."""

LIST: Final = 30_000
"""Characters of the measures, and of the duties, on paper: some twenty pages. What is beyond is left to the phone, so
that nobody's printing takes longer than a few seconds."""

CARD: Final = 4_000
"""Characters of what measures give to one part of a card."""

ROW: Final = 1500
"""Characters of measures, with which a row of the list still fits on a page of its own."""

NO_PART: Final = Said("没有这一份", "There is no such part")
UNITS: Final[Mapping[str, str]] = {"hour": "小时", "day": "天", "month": "个月", "year": "年"}
PUBLIC: Final = (("火警", "119"), ("急救", "120"), ("报警", "110"))
"""Numbers of the whole country: printed on every emergency card."""


@dataclass(frozen=True, slots=True)
class PublicAddress:
    """Where phones reach the server; empty if nobody has said."""

    base: str = ""

    def of(self, code: str) -> Code:
        """What is scanned: the address of a code, which an app opens by `GET /scan/{code}`."""
        return Code(f"{self.base.rstrip('/')}/scan/{code}")


class LabelsAsked(Frozen):
    of: tuple[Scanned, ...] = Field(default=(), description="Which codes; risk points (objects), if it does not say.")
    part: int = Field(default=1, ge=1, le=1000, description="Which five hundred of them.")


def cards_sheet(
    session: Session, caller: Caller, post_id: UUID, levels_now: LiveLevels, address: PublicAddress
) -> Sheet:
    """The lists and cards of a post, for A4.

    Raises:
        NotFound: it does not exist, or lies outside the caller's scope.
    """
    post = find_post(session, caller, post_id)
    cards = gathering.cards(session, caller, post_id, levels_now)
    told = cards.model_dump(mode="json")
    risks = printable_risks(cards.risk_list.items)
    keeps = within(cards.duty_list.keeps, lambda kept: len(kept.description) + len(kept.check or ""), LIST)
    operation, emergency = told["operation_card"], told["emergency_card"]
    operation |= {part: within(operation[part], _length, CARD) for part in ("before_work", "protective")}
    emergency |= {"rescue": within(emergency["rescue"], _length, CARD), "events": within(emergency["events"], len, 500)}
    data = told | {
        "on": str(local_date(now())), "code": in_groups(post.scan_code), "qr": address.of(post.scan_code),
        "role": _title(post.role), "risks": risks, "public": PUBLIC,
        "left_out": cards.risk_list.left_out + len(cards.risk_list.items) - len(risks),
        "keeps_left_out": len(cards.duty_list.keeps) - len(keeps),
        "keeps": [
            {"text": each.description, "check": each.check, "cycle": cycle(each.check_cycle)}
            for each in keeps
        ],
        "inspections": [f"{each.name}（{_title(each.cadence)}）" for each in cards.duty_list.inspections],
        "parts": terms.TITLES[terms.Part],
    }  # fmt: skip
    return Sheet(DATA / "cards.typ", data, f"{cards.enterprise.name} {post.name} 两单两卡")


def within(items: Sequence[T], length: Callable[[T], int], room: int) -> list[T]:
    """As many of the first ones as have room together; the first in any case."""
    ends = accumulate(map(length, items))
    return [item for number, (item, end) in enumerate(zip(items, ends, strict=True)) if end <= room or number == 0]


def _length(line: Mapping[str, str]) -> int:
    return len(line["text"])


def printable_risks(risks: Sequence[RiskOnCard]) -> list[dict[str, Any]]:
    """The risks as they are printed, as long as there is room for their measures; the first ones of each at least."""
    shown = within(risks, lambda risk: 40 + sum(len(each.description) for each in risk.measures), LIST)
    return [_risk(risk) for risk in shown]


def _risk(risk: RiskOnCard) -> dict[str, Any]:
    current = risk.current
    measures = within(risk.measures, lambda measure: len(measure.description), LIST)
    return {
        "where": " · ".join(filter(None, (risk.object, risk.unit))), "event": risk.event, "place": risk.place,
        "colour": risk.colour, "level": _level(risk.level), "control": _title(risk.control_level),
        "whole": sum(len(each.description) + 20 for each in measures) < ROW, "more": len(risk.measures) - len(measures),
        "now": current.colour, "now_level": _level(current.level), "open": len(current.because),
        "measures": [
            {
                "kind": _title(each.kind), "text": each.description, "own": each.own,
                "holder": each.holder or _title(each.holder_role),
            }
            for each in measures
        ],
    }  # fmt: skip


def cycle(every: CheckCycle | None) -> str | None:
    """How often, in words: 每 2 天."""
    return f"每 {every.every} {UNITS[every.unit]}" if every else None


def _level(level: levels.RiskLevel | None) -> str:
    """The level with its colour in words, for grey copies and for whoever sees no colours."""
    if level is None:
        return "未评级"
    colour, title = levels.TITLES[levels.Colour][levels.COLOURS[level]], levels.TITLES[levels.RiskLevel][level]
    return f"{colour}·{title.removesuffix('风险')}"


def _title(word: StrEnum | None) -> str | None:
    """A word of ours in Chinese."""
    tables = (levels.TITLES, risk_terms.TITLES, inspection_terms.TITLES, duty_terms.TITLES, terms.TITLES)
    return next((table[type(word)][word] for table in tables if word is not None and type(word) in table), None)


def labels_sheet(
    session: Session, caller: Caller, enterprise_id: UUID, asked: LabelsAsked, address: PublicAddress
) -> Sheet:
    """Labels with the codes of an enterprise's risk points, by name.

    Raises:
        NotFound: the enterprise is outside the caller's scope; there is no such part.
    """
    works = enterprises.find(session, caller, enterprise_id)
    kinds = asked.of or (Scanned.OBJECT,)
    rows = [row for kind in Scanned if kind in kinds for row in _coded(session, works.id, kind)]
    parts = max(1, -(-len(rows) // LABELS))
    if asked.part > parts:
        raise NotFound(NO_PART)
    shown: Sequence[Any] = rows[(asked.part - 1) * LABELS : asked.part * LABELS]
    labels = [
        {
            "name": row.name, "place": row.place, "kind": terms.TITLES[Scanned][kind], "code": in_groups(row.scan_code),
            "qr": address.of(row.scan_code),
        }
        for kind, row in shown
    ]  # fmt: skip
    data = {"enterprise": works.name, "labels": labels, "part": asked.part, "parts": parts}
    return Sheet(DATA / "labels.typ", data, f"{works.name} 风险点二维码")


def _coded(session: Session, enterprise_id: UUID, kind: Scanned) -> list[tuple[Scanned, Any]]:
    """What of a kind is in use, by name, with its code."""
    if kind is Scanned.OBJECT:
        where = func.coalesce(RiskObject.place, RiskObject.department)
        asked = select(RiskObject.name, where.label("place"), RiskObject.scan_code)
        asked = asked.where(RiskObject.enterprise_id == enterprise_id, RiskObject.retired.is_(False))
        asked = asked.order_by(RiskObject.name)
    elif kind is Scanned.UNIT:
        asked = select(RiskUnit.name, RiskObject.name.label("place"), RiskUnit.scan_code)
        asked = asked.join(RiskObject, RiskObject.id == RiskUnit.object_id)
        asked = asked.where(RiskUnit.enterprise_id == enterprise_id, RiskUnit.retired.is_(False))
        asked = asked.where(RiskObject.retired.is_(False)).order_by(RiskObject.name, RiskUnit.name)
    else:
        asked = select(Post.name, Post.department.label("place"), Post.scan_code)
        asked = asked.where(Post.enterprise_id == enterprise_id, Post.retired.is_(False)).order_by(Post.name)
    return [(kind, row) for row in session.execute(asked)]
