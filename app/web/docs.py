"""/docs: the API's reference to read and try, and what each problem means, from our own assets alone."""

from html import escape
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from app.web.problems import problems_html

HERE = Path(__file__).parent
MOUNTS = {"/docs/assets": HERE / "assets", "/docs/vendor": HERE / "vendor"}

# The browser holds the page to it: nothing is loaded from, or sent to, anywhere but this server.
# Swagger UI styles some elements in place, and carries its icons as data.
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}


def mount_docs(app: FastAPI) -> None:
    """Serve `app`'s OpenAPI as a page at /docs, where Authorize logs in with name and password; and /docs/problems,
    which the `type` of every problem leads to.

    The app is made with `docs_url=None, redoc_url=None`: FastAPI's own pages load their scripts from a foreign server.
    Addresses in the page are relative to it, so it also works behind a proxy that adds a path.
    """
    if not app.openapi_url or app.docs_url or app.redoc_url:
        raise ValueError("/docs needs an app with an openapi_url and without docs_url and redoc_url")
    page = (HERE / "docs.html").read_text()
    page = page.replace("{title}", escape(app.title)).replace("{openapi}", app.openapi_url.removeprefix("/"))
    answer = HTMLResponse(page, headers=HEADERS)

    problems = HTMLResponse(problems_html((HERE / "problems.html").read_text()), headers=HEADERS)

    async def docs(request: Request) -> HTMLResponse:
        return answer

    async def problems_docs(request: Request) -> HTMLResponse:
        return problems

    app.add_route("/docs", docs, include_in_schema=False)
    app.add_route("/docs/problems", problems_docs, include_in_schema=False)
    for path, folder in MOUNTS.items():
        app.mount(path, StaticFiles(directory=folder))
