"""Every enumeration that goes over the wire, with its Chinese titles: collected from the rooms whose words they are."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from app.campaigns import terms as campaigns
from app.cards import terms as cards
from app.diligence import views as diligence
from app.duties import terms as duties
from app.foundation.geo import DATUM_TITLES, Datum
from app.hazards import ledgers
from app.hazards import terms as hazards
from app.hazards.loop import LOOP
from app.inspections import signs
from app.inspections import terms as inspections
from app.oversight import terms as oversight
from app.people import permissions, scope
from app.people import terms as people
from app.photos.flags import FLAG_TITLES, SIDE_TITLES, WEIGHT_TITLES, EvidenceFlag, EvidenceWeight, PhotoSide
from app.photos.models import PURPOSE_TITLES, Purpose
from app.photos.outlines import PICTURE_STATE_TITLES, PictureState
from app.risks import exchange
from app.risks import levels as risks
from app.risks import methods as risk_methods
from app.risks import terms as risk_terms
from app.sorting import terms as sorting
from app.workbooks import terms as workbooks

Titles = Mapping[Any, str]

ACTIONS: Final[Titles] = {action.name: action.title for action in LOOP.values()}

# By enumeration: words such as "other" or "major" belong to several.
TITLES: Final[Mapping[type[StrEnum], Titles]] = {
    hazards.State: hazards.STATE_TITLES,
    hazards.WaitingFor: hazards.WAITING_TITLES,
    hazards.Origin: hazards.ORIGIN_TITLES,
    hazards.ListedOrigin: hazards.LISTED_ORIGIN_TITLES,
    ledgers.SourceKind: ledgers.SOURCE_TITLES,
    ledgers.KnownState: ledgers.STATE_TITLES,
    hazards.ReviewMethod: hazards.METHOD_TITLES,
    **sorting.TITLES,
    **risks.TITLES,
    **risk_methods.TITLES,
    **risk_terms.TITLES,
    **exchange.TITLES,
    **inspections.TITLES,
    **duties.TITLES,
    **oversight.TITLES,
    **campaigns.TITLES,
    **diligence.TITLES,
    signs.Sign: signs.TITLES,
    **cards.TITLES,
    **people.TITLES,
    **workbooks.TITLES,
    scope.Role: scope.TITLES,
    scope.Power: {power: permissions.TITLES[permissions.Permission(power)] for power in scope.Power},
    permissions.Permission: permissions.TITLES,
    Purpose: PURPOSE_TITLES,
    PictureState: PICTURE_STATE_TITLES,
    PhotoSide: SIDE_TITLES,
    EvidenceFlag: FLAG_TITLES,
    EvidenceWeight: WEIGHT_TITLES,
    Datum: DATUM_TITLES,
}

# What the words are called where their class alone says too little.
NAMES: Final[Mapping[type[StrEnum], str]] = {
    hazards.Origin: "found_by",
    hazards.ListedOrigin: "origin",
    ledgers.SourceKind: "ledger_kind",
    cards.Part: "card_part",
    sorting.ListName: "list",
    sorting.Method: "sorting_method",
    inspections.Kind: "inspection_kind",
    inspections.Status: "result_status",
    duties.Days: "plan_days",
    duties.By: "summary_by",
    duties.Asks: "duty_asks",
    oversight.Manner: "follow_up_manner",
    risks.Colour: "risk_colour",
    risk_methods.Override: "risk_override",
    risk_terms.Decision: "candidate_decision",
    workbooks.BookName: "workbook",
    risk_terms.ObjectKind: "risk_object_kind",
    Purpose: "photo_purpose",
}


def name_of(kind: type[StrEnum]) -> str:
    """What an enumeration is called: WaitingFor is `waiting_for`."""
    return NAMES.get(kind) or re.sub(r"(?<=.)(?=[A-Z])", "_", kind.__name__).lower()


ENUMERATIONS: Final[Mapping[str, Titles]] = {
    "action": ACTIONS,
    **{name_of(kind): {word.value: titles[word] for word in kind} for kind, titles in TITLES.items()},
}
