"""The words of cards and codes."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Part(StrEnum):
    """The parts of two lists and two cards; each is filled from the chain, by the enterprise, or is missing."""

    RISKS = "risks"
    DUTIES = "duties"
    STEPS = "steps"
    FORBIDDEN = "forbidden"
    PROTECTIVE = "protective"
    SIGNS = "signs"
    FIRST_ACTIONS = "first_actions"
    RESCUE = "rescue"
    CONTACTS = "contacts"


class Scanned(StrEnum):
    """What a code stands on."""

    OBJECT = "object"
    UNIT = "unit"
    POST = "post"


TITLES: Final[Mapping[type[StrEnum], Mapping[str, str]]] = {
    Part: {
        "risks": "岗位风险", "duties": "岗位职责", "steps": "操作步骤", "forbidden": "禁止事项",
        "protective": "劳动防护", "signs": "事故征兆", "first_actions": "先期处置", "rescue": "救援措施",
        "contacts": "紧急联系人",
    },
    Scanned: {"object": "风险点", "unit": "分析单元", "post": "岗位"},
}  # fmt: skip
