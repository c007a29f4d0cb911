"""The least that FastAPI does: it reads a request and answers bytes that lie ready. What is asked is not looked at.

The bytes are those that the house answered to the same requests: files in the folder that ANSWERS names.
"""

import os
from pathlib import Path

from fastapi import FastAPI, Request, Response

READY = {path.name: path.read_bytes() for path in Path(os.environ["ANSWERS"]).iterdir()}

app = FastAPI(openapi_url=None)


@app.get("/{name}")
async def read(name: str) -> Response:
    return Response(READY[name], media_type="application/json")


@app.post("/{name}")
async def act(name: str, request: Request) -> Response:
    await request.json()
    return Response(READY[name], media_type="application/json")


@app.put("/{name}")
async def take(name: str, request: Request) -> Response:
    async for _ in request.stream():
        pass
    return Response(READY[name], media_type="application/json")
