"""The least that does the same work: Starlette, sqlite3 and SQL by hand, on a copy of the same database.

It verifies the token, reads the caller's rights in the request's transaction, keeps scope in the WHERE, receipts,
events with their chain and marks, commits that survive a power cut, and answers of the same size. It has none of the
house's judgement: no schemas, no problems, no replay, no rules beyond a line or two; and it works in the event loop,
since handing a request to a thread costs more than the request.
"""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.bare_reading import get_hazard, list_hazards
from bench.bare_writing import comment, photo, report


async def ready(_: Request) -> Response:
    return Response(b"{}", media_type="application/json")


app = Starlette(
    routes=[
        Route("/readyz", ready),
        Route("/api/v1/hazards", list_hazards),
        Route("/api/v1/hazards/{id}", get_hazard),
        Route("/api/v1/hazards/{id}/comment", comment, methods=["POST"]),
        Route("/api/v1/inspections", report, methods=["POST"]),
        Route("/api/v1/photos/{sha256}", photo, methods=["PUT"]),
    ]
)
