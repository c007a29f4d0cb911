"""HTTP face of what the server says of itself: for everybody, without login."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from app.foundation.canonical import digest
from app.foundation.reading import Form, refuse
from app.meta import about
from app.meta.about import About
from app.meta.schemas import Loop, Meta
from app.people.calls import Nothing, thing
from app.people.visits import VisitRoute, not_modified

router = APIRouter(prefix="/api/v1/meta", tags=["meta"], route_class=VisitRoute)


@router.get("", response_model=Meta, summary="服务器说明")
async def get_meta(request: Request) -> Response:
    """What this server can do, its limits, and every word with its Chinese title. Changes with a release, and with
    a set of criteria that is loaded or ends."""
    told = about.meta(thing(request, About))
    return public(request, told, told.model_dump_json(exclude={"server_time"}))


@router.get("/loop", response_model=Loop, summary="闭环流程表")
async def get_loop(request: Request) -> Response:
    """The loop's table, with the JSON Schema of every action: enough to draw buttons and forms."""
    told = about.loop()
    return public(request, told, told.model_dump_json())


def public(request: Request, told: BaseModel, lasting: str) -> Response:
    """The answer, with an ETag over what lasts of it; kept by anybody, and asked for anew each time.

    Raises:
        Invalid: the request has parameters.
    """
    if problem := refuse(Form({}, Nothing).read(request)[2]):
        raise problem
    headers = {"ETag": f'"{digest(lasting)[:12]}"', "Cache-Control": "no-cache"}
    answer = Response(told.model_dump_json(by_alias=True), 200, headers, "application/json")
    return not_modified(request, answer)
