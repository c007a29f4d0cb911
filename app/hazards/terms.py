"""The words of the hazard list."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, Protocol
from uuid import UUID

from app.sorting.terms import Level, Method


class State(StrEnum):
    REPORTED = "reported"
    PLANNING = "planning"
    RECTIFYING = "rectifying"
    REVIEWING = "reviewing"
    CLOSED = "closed"
    DISMISSED = "dismissed"


OPEN: Final = (State.REPORTED, State.PLANNING, State.RECTIFYING, State.REVIEWING)
STATE_TITLES: Final[Mapping[State, str]] = {
    State.REPORTED: "待核实",
    State.PLANNING: "制定方案",
    State.RECTIFYING: "整改中",
    State.REVIEWING: "待复查",
    State.CLOSED: "已销号",
    State.DISMISSED: "不予认定",
}


class Origin(StrEnum):
    """Who found it."""

    ENTERPRISE = "enterprise"
    GOVERNMENT = "government"
    EXPERT = "expert"
    COMPLAINT = "complaint"


ORIGIN_TITLES: Final[Mapping[Origin, str]] = {
    Origin.ENTERPRISE: "企业自查",
    Origin.GOVERNMENT: "政府检查",
    Origin.EXPERT: "专家检查",
    Origin.COMPLAINT: "举报",
}


class ListedOrigin(StrEnum):
    """Where it came to the list from: whoever found it, or a ledger from before. The loop goes by who found it."""

    ENTERPRISE = "enterprise"
    GOVERNMENT = "government"
    EXPERT = "expert"
    COMPLAINT = "complaint"
    IMPORT = "import"


LISTED_ORIGIN_TITLES: Final[Mapping[ListedOrigin, str]] = {
    **{ListedOrigin(origin): title for origin, title in ORIGIN_TITLES.items()},
    ListedOrigin.IMPORT: "历史导入",
}


class WaitingFor(StrEnum):
    """Whose move it is."""

    ENTERPRISE_CONFIRMATION = "enterprise_confirmation"
    GOVERNMENT_CONFIRMATION = "government_confirmation"
    PLAN = "plan"
    PLAN_APPROVAL = "plan_approval"
    RECTIFICATION = "rectification"
    ENTERPRISE_REVIEW = "enterprise_review"
    OUTSIDE_REVIEW = "outside_review"
    GOVERNMENT_REVIEW = "government_review"


WAITING_TITLES: Final[Mapping[WaitingFor, str]] = {
    WaitingFor.ENTERPRISE_CONFIRMATION: "待企业核实",
    WaitingFor.GOVERNMENT_CONFIRMATION: "待监管核实",
    WaitingFor.PLAN: "待报方案",
    WaitingFor.PLAN_APPROVAL: "待批方案",
    WaitingFor.RECTIFICATION: "待整改",
    WaitingFor.ENTERPRISE_REVIEW: "待企业复查",
    WaitingFor.OUTSIDE_REVIEW: "待外部复查",
    WaitingFor.GOVERNMENT_REVIEW: "待监管复查",
}


class ReviewMethod(StrEnum):
    ON_SITE = "on_site"
    PHOTOS = "photos"
    DOCUMENTS = "documents"


METHOD_TITLES: Final[Mapping[ReviewMethod, str]] = {
    ReviewMethod.ON_SITE: "现场",
    ReviewMethod.PHOTOS: "照片",
    ReviewMethod.DOCUMENTS: "资料",
}


class Facts(Protocol):
    """What the rules need to know of a hazard: a whole row satisfies it, and so does a light row of a list.

    `barred` are the persons who rectified it or said so. `alone` and `accountless` are read with the row
    (`facts.py`): nobody else of the enterprise may judge it; the enterprise has no users at all.
    """

    @property
    def state(self) -> State: ...
    @property
    def level(self) -> Level: ...
    @property
    def level_confirmed(self) -> bool: ...
    @property
    def level_by(self) -> Method: ...
    @property
    def origin(self) -> Origin: ...
    @property
    def enterprise_id(self) -> UUID: ...
    @property
    def area_code(self) -> str: ...
    @property
    def handling_area(self) -> str: ...
    @property
    def reported_by(self) -> UUID: ...
    @property
    def confirmed_at(self) -> datetime | None: ...
    @property
    def responsible_id(self) -> UUID | None: ...
    @property
    def barred(self) -> tuple[UUID, ...]: ...
    @property
    def due_on(self) -> date | None: ...
    @property
    def plan_pending(self) -> bool: ...
    @property
    def plan_approved(self) -> bool: ...
    @property
    def extension_by(self) -> UUID | None: ...
    @property
    def extension_requests(self) -> int: ...
    @property
    def evidence_missing(self) -> int: ...
    @property
    def partner_id(self) -> UUID | None: ...
    @property
    def alone(self) -> bool: ...
    @property
    def accountless(self) -> bool: ...


class Whole(Facts, Protocol):
    """What a step also needs to know, which only the whole row tells."""

    @property
    def criterion(self) -> str | None: ...
    @property
    def found_at(self) -> datetime: ...
    @property
    def first_due_on(self) -> date | None: ...
    @property
    def plan(self) -> Any: ...
    @property
    def extension(self) -> Any: ...
