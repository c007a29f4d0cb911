"""The words of what responsible persons owe, and of what they look after."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class IncidentKind(StrEnum):
    """A danger (险情) hurt nobody and broke nothing yet; an accident did."""

    DANGER = "danger"
    ACCIDENT = "accident"


class Manner(StrEnum):
    """How somebody followed an enterprise up. Only on site is presence, only a meeting coordinates."""

    PHONE = "phone"
    VIDEO = "video"
    ON_SITE = "on_site"
    MEETING = "meeting"


TITLES: Final[Mapping[type[StrEnum], Mapping[str, str]]] = {
    IncidentKind: {"danger": "险情", "accident": "事故"},
    Manner: {"phone": "电话", "video": "视频", "on_site": "到场", "meeting": "协调调度会"},
}
