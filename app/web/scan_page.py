"""What a browser is shown that opens a printed code: to use the app. The same for every code, real or not."""

from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse

PAGE: Final = Path(__file__).with_name("scan.html")
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def mount_scan(app: FastAPI) -> None:
    """Answer /scan/<code>, where the codes lead that were printed with PUBLIC_URL."""
    page = HTMLResponse(PAGE.read_text("utf-8"), headers=HEADERS)

    async def scanned(request: Request) -> HTMLResponse:
        return page

    app.add_route("/scan/{code}", scanned, include_in_schema=False)
