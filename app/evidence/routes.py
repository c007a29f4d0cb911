"""HTTP face of evidence: the bundle of a hazard, streamed."""

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from app.evidence.bundle import pieces
from app.evidence.gathering import Gathered, gather
from app.foundation.database import Database
from app.foundation.keyring import Keyring
from app.foundation.problems import ProblemView
from app.foundation.reading import Form, refuse
from app.people.calls import Nothing, thing
from app.people.tokens import bearer, identify, shown
from app.photos.darkroom import Darkroom

ZIP: Final = "application/zip"
Id = Annotated[str, Path(json_schema_extra={"format": "uuid"})]
ASKED: Final = Form({"hazard_id": TypeAdapter(UUID)}, Nothing)
router = APIRouter(prefix="/api/v1/hazards", tags=["hazards"], dependencies=[Depends(bearer)])
ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}, "description": "The bundle."},
    **{status: {"model": ProblemView} for status in (401, 403, 404, 422, 503)},
}


@router.get("/{hazard_id}/bundle.zip", response_class=Response, responses=ANSWERS, summary="隐患证据包")
async def get_bundle(request: Request, hazard_id: Id) -> Response:
    """Everything about a hazard for use elsewhere: events, originals, and the proof that neither was changed.

    `app audit verify-bundle` checks it without this server. Its `README.txt` says what it proves. For those whose roles
    review; it holds names and originals.
    """
    database, keys, room = thing(request, Database), thing(request, Keyring), thing(request, Darkroom)
    token, asked = shown(request, keys), ASKED.read(request)

    def read(session: Session) -> Gathered:
        caller = identify(session, token)
        if problem := refuse(asked[2]):
            raise problem
        return gather(session, caller, asked[0]["hazard_id"], keys)

    gathered = await database.study(read)
    name = gathered.about["hazard"]["number"]
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.zip"', "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }  # fmt: skip
    if request.method == "HEAD":
        return Response(None, 200, headers, ZIP)
    return StreamingResponse(_flowing(room, pieces(gathered, room.blobs, keys)), 200, headers, ZIP)


router.add_api_route("/{hazard_id}/bundle.zip", get_bundle, methods=["HEAD"], include_in_schema=False)


async def _flowing(room: Darkroom, zip: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Each piece is read in a thread of the store, when the client has taken the one before."""
    while (piece := await room.storing.run(partial(next, zip, None))) is not None:
        if piece:
            yield piece
