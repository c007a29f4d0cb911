"""Refresh tokens: they rotate, a lost answer may be asked for again, a stolen one ends that login and no other."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from app.foundation.clock import now
from app.people.models import Session, User
from app.people.scope import Role
from app.people.sessions import Refresh
from tests.conftest import Person, World
from tests.people.logins import HASH, at_once, bearing, log_in, name_of, refresh


@pytest.fixture
def officer(world: World) -> Person:
    return world.someone(Role.SAFETY_OFFICER, password=HASH)


@pytest.fixture
def tokens(client: TestClient, officer: Person) -> dict[str, Any]:
    told: dict[str, Any] = log_in(client, name_of(officer), device_id="phone-1").json()
    return told


def session_of(world: World, token: str) -> Session:
    told = Refresh.read(world.keyring, token)
    assert told is not None
    login: Session = world.write(lambda session: session.get_one(Session, told.session_id))
    return login


def alive(client: TestClient, told: dict[str, Any]) -> bool:
    return client.get("me", headers=bearing(told)).status_code == 200


def test_a_refresh_gives_new_tokens_of_the_same_login(client: TestClient, world: World, tokens: dict[str, Any]) -> None:
    answer = refresh(client, tokens["refresh_token"])
    assert answer.status_code == 200
    assert answer.json()["refresh_token"] != tokens["refresh_token"]
    assert session_of(world, answer.json()["refresh_token"]).id == session_of(world, tokens["refresh_token"]).id
    assert alive(client, answer.json())


def test_a_lost_answer_may_be_asked_for_again_until_the_successor_has_been_used(
    client: TestClient, tokens: dict[str, Any]
) -> None:
    first = tokens["refresh_token"]
    second = refresh(client, first).json()["refresh_token"]
    assert [refresh(client, first).json()["refresh_token"] for _ in range(3)] == [second] * 3
    third = refresh(client, second).json()["refresh_token"]
    assert refresh(client, second).json()["refresh_token"] == third
    assert refresh(client, first).json()["code"] == "invalid_grant"


def test_reuse_ends_that_devices_login_at_once_and_no_other(
    client: TestClient, officer: Person, tokens: dict[str, Any]
) -> None:
    tablet = log_in(client, name_of(officer), device_id="tablet").json()
    latest = tokens
    for _ in range(2):
        latest = refresh(client, latest["refresh_token"]).json()
    answer = refresh(client, tokens["refresh_token"])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert not alive(client, latest)
    assert refresh(client, latest["refresh_token"]).status_code == 400
    assert alive(client, tablet)
    assert refresh(client, tablet["refresh_token"]).status_code == 200


def test_twenty_refreshes_at_once_get_the_same_successor(client: TestClient, tokens: dict[str, Any]) -> None:
    answers = at_once(20, lambda _: refresh(client, tokens["refresh_token"]))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1


def test_a_login_lasts_ninety_days_from_its_last_refresh(
    client: TestClient, world: World, tokens: dict[str, Any]
) -> None:
    own = Session.id == session_of(world, tokens["refresh_token"]).id

    def ends_in(days: int) -> None:
        until = now() + timedelta(days=days)
        world.write(lambda session: session.execute(update(Session).where(own).values(expires_at=until)))

    ends_in(1)
    told = refresh(client, tokens["refresh_token"]).json()
    left = session_of(world, told["refresh_token"]).expires_at - now()
    assert timedelta(days=89) < left <= timedelta(days=90)
    ends_in(-1)
    assert refresh(client, told["refresh_token"]).json()["code"] == "invalid_grant"


def test_who_is_dismissed_gets_no_more_tokens(
    client: TestClient, world: World, officer: Person, tokens: dict[str, Any]
) -> None:
    world.write(lambda s: s.execute(update(User).where(User.id == officer.id).values(active=False)))
    assert refresh(client, tokens["refresh_token"]).json()["code"] == "invalid_grant"
    assert not alive(client, tokens)


def test_a_forged_token_ends_nothing(client: TestClient, world: World, tokens: dict[str, Any]) -> None:
    session_id, generation, mark = tokens["refresh_token"].split(".", 2)
    forged = (
        f"{session_id}.{generation}.{mark[:-1]}{'0' if mark[-1] != '0' else '1'}",
        f"{session_id}.0.{mark}",
        f"{UUID(int=1)}.{generation}.{mark}",
        tokens["access_token"],
        "…",
    )
    for token in forged:
        assert refresh(client, token).json()["code"] == "invalid_grant"
    assert alive(client, tokens)


@pytest.mark.parametrize("kind", ["refresh_token", "access_token"])
def test_logging_out_ends_the_login_at_once(
    client: TestClient, officer: Person, tokens: dict[str, Any], kind: str
) -> None:
    tablet = log_in(client, name_of(officer), device_id="tablet").json()
    assert client.post("auth/revoke", data={"token": tokens[kind], "token_type_hint": kind}).status_code == 200
    assert not alive(client, tokens)
    assert refresh(client, tokens["refresh_token"]).status_code == 400
    assert alive(client, tablet)
    assert client.post("auth/revoke", data={"token": tokens[kind]}).status_code == 200


def test_revoking_an_unknown_token_is_fine_and_none_is_not(client: TestClient, tokens: dict[str, Any]) -> None:
    assert client.post("auth/revoke", data={"token": "never heard of"}).status_code == 200
    answer = client.post("auth/revoke", data={"token_type_hint": "refresh_token"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert alive(client, tokens)


def test_expired_logins_go_when_a_new_one_begins(client: TestClient, world: World, officer: Person) -> None:
    old = session_of(world, log_in(client, name_of(officer)).json()["refresh_token"]).id
    long_ago = now() - timedelta(days=1)
    world.write(lambda s: s.execute(update(Session).where(Session.id == old).values(expires_at=long_ago)))
    log_in(client, name_of(officer))
    assert world.write(lambda session: session.get(Session, old)) is None


def test_roles_are_read_at_the_moment_of_the_request(client: TestClient, world: World, tokens: dict[str, Any]) -> None:
    def roles() -> list[str]:
        told: list[str] = client.get("me", headers=bearing(tokens)).json()["roles"]
        return told

    own = User.id == session_of(world, tokens["refresh_token"]).user_id
    assert roles() == ["safety_officer"]
    world.write(lambda s: s.execute(update(User).where(own).values(roles=(Role.WORKER,))))
    assert roles() == ["worker"]
