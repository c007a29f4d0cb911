"""What the server says of itself, read off the places where it is obeyed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter

from app.cards.schemas import CONTACTS_LIMIT, LINES_LIMIT, NAMES_LIMIT
from app.cards.sheets import LABELS
from app.duties.filter import DUTIES_DAYS, SUMMARY_DAYS
from app.foundation.calendar import local_date
from app.foundation.clock import now
from app.foundation.pages import TOTAL_CAP, Asked
from app.foundation.reading import JSON_LIMIT
from app.foundation.wire import Short, Text, Word
from app.hazards.loop import LOOP, MOVES, Action
from app.hazards.stages import policy
from app.hazards.terms import OPEN, STATE_TITLES, WAITING_TITLES
from app.inspections.schemas import FINDINGS_LIMIT, PHOTOS_LIMIT, RESULTS_LIMIT
from app.meta import schemas
from app.meta.enumerations import ENUMERATIONS
from app.people.me import DEVICES_LIMIT
from app.photos.documents import DOCUMENT_LIMIT
from app.photos.incoming import PHOTO_LIMIT
from app.photos.outlines import LARGEST, MEMORY
from app.photos.receiving import REPORT_LIMIT
from app.risks.schemas import MEASURES_LIMIT
from app.sorting.in_force import Now, as_released
from app.sorting.sets import Holding
from app.workbooks.exporting import GIVEN_LIMIT
from app.workbooks.grid import ROWS_LIMIT
from app.workbooks.package import FILE_LIMIT

API_VERSION: Final = "1.0.0"
FEATURES: Final = (
    "inspections", "findings", "hazards", "risks", "photos", "documents", "watermarks", "uploads", "evidence",
    "duties", "oversight", "campaigns", "diligence", "cards", "codes", "workbooks", "tasks",
    "proposals", "wordings",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class About:
    """What the keeper of the server sets about it."""

    minimum_app: str
    criteria: Now = as_released


def _longest(text: Any) -> int:
    """How many characters a kind of text may have."""
    longest: int = TypeAdapter(text).json_schema()["maxLength"]
    return longest


LIMITS: Final = schemas.Limits(
    photo_bytes=PHOTO_LIMIT,
    document_bytes=DOCUMENT_LIMIT,
    photo_pixels=LARGEST,
    decoding_bytes=MEMORY,
    report_bytes=JSON_LIMIT,
    request_bytes=REPORT_LIMIT,
    findings=FINDINGS_LIMIT,
    photos_of_a_finding=PHOTOS_LIMIT,
    results=RESULTS_LIMIT,
    measures_of_a_risk=MEASURES_LIMIT,
    workbook_bytes=FILE_LIMIT,
    workbook_rows=ROWS_LIMIT,
    workbook_rows_given=GIVEN_LIMIT,
    names_of_a_post=NAMES_LIMIT,
    lines_of_a_card=LINES_LIMIT,
    contacts_of_a_card=CONTACTS_LIMIT,
    codes_of_a_sheet=LABELS,
    duties_days=DUTIES_DAYS,
    summary_days=SUMMARY_DAYS,
    page=Asked.model_json_schema()["properties"]["limit"]["maximum"],
    total=TOTAL_CAP,
    text_characters=_longest(Text),
    short_characters=_longest(Short),
    word_characters=_longest(Word),
    devices=DEVICES_LIMIT,
)


def meta(about: About) -> schemas.Meta:
    """What a client should know before it logs in."""
    return schemas.Meta(
        api_version=API_VERSION,
        server_time=now(),
        features=list(FEATURES),
        limits=LIMITS,
        enumerations={name: words(titles) for name, titles in ENUMERATIONS.items()},
        minimum_app=about.minimum_app,
        criteria_sets=[criteria_set(each) for each in about.criteria().sets_on(local_date(now()))],
    )


def criteria_set(held: Holding) -> schemas.CriteriaSet:
    criteria = tuple(held.criteria)
    return schemas.CriteriaSet(
        name=held.set.name, title=held.set.title, version=held.set.version, since=held.since, until=held.until,
        criteria=len(criteria), unverified=sum(not each.verified for each in criteria),
    )  # fmt: skip


def words(titles: Mapping[str, str]) -> list[schemas.Word]:
    return [schemas.Word(value=value, title=title) for value, title in titles.items()]


@cache
def loop() -> schemas.Loop:
    """The loop's table."""
    return schemas.Loop(
        states=[schemas.LoopState(value=state, title=said, open=state in OPEN) for state, said in STATE_TITLES.items()],
        waiting_for=[schemas.Wait(value=wait, title=said, action=MOVES[wait]) for wait, said in WAITING_TITLES.items()],
        actions=[row(action) for action in LOOP.values()],
        policy=schemas.StageLimits(**asdict(policy())),
    )


def row(action: Action) -> schemas.LoopAction:
    told = {
        "name": action.name, "title": action.title, "from": action.sources, "to": action.targets,
        "who": action.for_whom, "law": action.law, "body": action.body.model_json_schema(),
    }  # fmt: skip
    return schemas.LoopAction.model_validate(told)
