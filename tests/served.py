"""What the process of a `tests.live.Live` server runs: the application as the environment describes it."""

import os
import pkgutil

from fastapi import FastAPI

from app.main import create_app
from app.settings import Settings


def app() -> FastAPI:
    if hurt := os.environ.get("HURT"):
        pkgutil.resolve_name(hurt)()
    return create_app(Settings())
