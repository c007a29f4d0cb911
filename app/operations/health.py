"""Is the server well? Asked by load balancers and monitors, so without login; `/metrics` is for Prometheus."""

import os
from contextlib import suppress
from typing import Annotated, Final

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from pydantic import BaseModel, Field

from app.foundation import schema
from app.foundation.blobs import Blobs
from app.foundation.database import Database
from app.foundation.problems import ProblemView, Said, Unavailable

SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"  # where the processes of one server add up what they count
ELSEWHERE: Final = "ready/never-written"  # an object that is asked for only to see whether the store answers

router = APIRouter(tags=["operations"])


class Alive(BaseModel):
    """The process answers."""

    status: Annotated[str, Field(examples=["ok"])] = "ok"


class Ready(Alive):
    """Database and storage answer, and the database is at the revision that this server was written for."""

    schema_revision: str


@router.get("/healthz", summary="是否存活")
async def healthz() -> Alive:
    """Whether the process lives. Says nothing about the database: restarting the server would not mend that."""
    return Alive()


@router.get("/readyz", summary="是否就绪", responses={503: {"model": ProblemView, "description": "`unavailable`"}})
async def readyz(request: Request) -> Ready:
    """Whether requests may be sent here."""
    things = request.app.state.house.things
    database: Database = things[Database]
    present = await database.read(schema.present)
    if present is None or present != schema.wanted():
        raise Unavailable(
            Said("数据库结构的版本不符，请执行 app migrate", "The schema is at another revision: run app migrate"),
            present=present, wanted=schema.wanted(),
        )  # fmt: skip
    await to_thread.run_sync(_reach, things[Blobs])
    return Ready(schema_revision=present)


def _reach(blobs: Blobs) -> None:
    """Raises Unavailable if the store does not answer."""
    with suppress(FileNotFoundError):
        blobs.size(ELSEWHERE)


@router.get("/metrics", summary="指标", response_class=PlainTextResponse)
def metrics() -> Response:
    """What is counted and timed, in Prometheus' text format; of all processes of this server together."""
    registry = REGISTRY
    if SHARED in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # prometheus_client gives it no types
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
