"""HTTP face of signs; nothing is decided here."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import Query
from sqlalchemy.orm import Session

from app.diligence.listing import diligence
from app.diligence.views import Diligence, DiligenceAsked
from app.foundation.front import Reader
from app.foundation.problems import ProblemView
from app.people.scope import Caller
from app.people.visits import Visits

router = Visits(prefix="/api/v1/diligence", tags=["diligence"])


REFUSED: Final[Mapping[int | str, dict[str, Any]]] = {403: {"model": ProblemView, "description": "`forbidden`"}}


@router.query("", study=True, responses=REFUSED, summary="走过场迹象")
def get_diligence(
    session: Session, caller: Caller, asked: Annotated[DiligenceAsked, Query()], reader: Reader
) -> Diligence:
    """Enterprises or persons whose reports show signs of box-ticking: each with what was compared with what, and why it
    may be harmless. Reasons to look, and no verdict; 93 days at most."""
    return diligence(session, caller, asked, reader)
