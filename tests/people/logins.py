"""Logging in and asking, as tests do it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import httpx2
from fastapi.testclient import TestClient

from app.people.hashing import hashed
from tests.conftest import PASSWORD, Person

HASH: Final = hashed(PASSWORD)


def log_in(client: TestClient, name: str, password: str = PASSWORD, **more: str) -> httpx2.Response:
    form = {"grant_type": "password", "username": name, "password": password}
    return client.post("auth/token", data=form | more)


def name_of(person: Person) -> str:
    return f"u{person.id.hex}"


def refresh(client: TestClient, token: str) -> httpx2.Response:
    return client.post("auth/token", data={"grant_type": "refresh_token", "refresh_token": token})


def bearing(told: dict[str, Any]) -> dict[str, str]:
    """The headers of who holds these tokens."""
    return {"Authorization": f"Bearer {told['access_token']}"}


def at_once(times: int, ask: Callable[[int], httpx2.Response]) -> list[httpx2.Response]:
    """The answers to so many requests at the same moment."""
    with ThreadPoolExecutor(times) as crowd:
        return list(crowd.map(ask, range(times)))
