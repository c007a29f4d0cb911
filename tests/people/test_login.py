"""Logging in: the right password opens, wrong guesses slow strangers down, and nobody learns who exists."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from app.foundation.canonical import digest
from app.foundation.clock import now
from app.people.attempts import FREE
from app.people.hashing import Hashing
from app.people.models import Attempts
from app.people.scope import Role
from tests.conftest import Person, World
from tests.people.logins import HASH, at_once, log_in, name_of


@pytest.fixture
def officer(world: World) -> Person:
    return world.someone(Role.SAFETY_OFFICER, password=HASH)


def guess_wrong(client: TestClient, name: str, times: int = FREE, **more: str) -> list[int]:
    return [log_in(client, name, f"wrong guess {n}", **more).status_code for n in range(times)]


def wait(world: World, name: str, minutes: float) -> None:
    """Let minutes pass for a name: what happened, happened that much earlier."""
    earlier = now() - timedelta(minutes=minutes)
    own = Attempts.who == digest(f"name:{name}")
    world.write(lambda session: session.execute(update(Attempts).where(own).values(failed_at=earlier)))


def failures(world: World, name: str) -> int | None:
    row = world.sql("SELECT failures FROM login_attempts WHERE who = :who", who=digest(f"name:{name}")).one_or_none()
    return None if row is None else int(row.failures)


def test_the_right_password_gives_tokens_that_work(client: TestClient, officer: Person) -> None:
    answer = log_in(client, name_of(officer))
    told = answer.json()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert set(told) == {"access_token", "token_type", "expires_in", "refresh_token", "refresh_expires_in"}
    assert (told["token_type"], told["expires_in"], told["refresh_expires_in"]) == ("bearer", 3600, 90 * 86400)
    me = client.get("me", headers={"Authorization": f"Bearer {told['access_token']}"})
    assert me.json()["id"] == str(officer.id)


def test_a_name_may_be_typed_with_capitals_and_spaces(client: TestClient, officer: Person) -> None:
    assert log_in(client, f" {name_of(officer).upper()} ").status_code == 200


def test_what_swagger_sends_besides_is_let_pass(client: TestClient, officer: Person) -> None:
    more = {"scope": "", "client_id": "docs", "client_secret": "x"}
    assert log_in(client, name_of(officer), **more).status_code == 200


def test_a_wrong_password_and_an_unknown_name_look_the_same(client: TestClient, officer: Person) -> None:
    known, unknown = log_in(client, name_of(officer), "wrong"), log_in(client, f"nobody{officer.id.hex}", "wrong")
    assert known.status_code == unknown.status_code == 400
    assert known.headers["content-type"] == "application/problem+json"
    assert (known.json()["error"], known.json()["code"], known.json()["retryable"]) == (
        "invalid_grant",
        "invalid_grant",
        False,
    )
    assert {**known.json(), "request_id": ""} == {**unknown.json(), "request_id": ""}


class Counted(Hashing):
    def __init__(self, **sizes: int) -> None:
        super().__init__(**sizes)
        self.compared: list[str | None] = []

    async def matches(self, password: str, stored: str | None) -> bool:
        self.compared.append(stored)
        return await super().matches(password, stored)


@pytest.fixture
def hashing(world: World, monkeypatch: pytest.MonkeyPatch) -> Counted:
    counted = Counted(threads=1, waiting=1)
    monkeypatch.setitem(world.app.state.house.things, Hashing, counted)
    return counted


def test_the_password_of_nobody_is_hashed_too(
    client: TestClient, world: World, officer: Person, hashing: Counted
) -> None:
    dismissed = world.someone(Role.WORKER, password=HASH, active=False)
    for name in (name_of(officer), f"nobody{officer.id.hex}", name_of(dismissed)):
        assert log_in(client, name, "wrong").status_code == 400
    assert hashing.compared == [HASH, None, None]


def test_a_crowd_that_would_wait_too_long_is_told_at_once_and_not_counted(
    client: TestClient, world: World, officer: Person, hashing: Counted
) -> None:
    with hashing.place(), hashing.place():
        answer = log_in(client, name_of(officer))
    assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
    assert (answer.json()["error"], answer.headers["retry-after"]) == ("temporarily_unavailable", "2")
    assert failures(world, name_of(officer)) is None
    assert log_in(client, name_of(officer)).status_code == 200


def test_who_is_dismissed_cannot_log_in(client: TestClient, world: World) -> None:
    dismissed = world.someone(Role.WORKER, password=HASH, active=False)
    assert log_in(client, name_of(dismissed)).json()["code"] == "invalid_grant"


def test_after_five_wrong_guesses_a_stranger_waits_and_the_right_password_does_not_help(
    client: TestClient, world: World, officer: Person
) -> None:
    assert guess_wrong(client, name_of(officer)) == [400] * 5
    answer = log_in(client, name_of(officer))
    assert (answer.status_code, answer.json()["code"], answer.json()["error"]) == (429, "locked_out", "invalid_grant")
    assert 0 < int(answer.headers["retry-after"]) <= 30
    assert answer.json()["retry_after"] == int(answer.headers["retry-after"])
    assert answer.json()["retryable"] is True
    wait(world, name_of(officer), minutes=0.6)
    assert log_in(client, name_of(officer)).status_code == 200
    assert failures(world, name_of(officer)) is None


@pytest.mark.parametrize(
    ("guesses", "seconds"), [(5, 30), (6, 60), (7, 120), (8, 240), (9, 480), (10, 900), (1000, 900)]
)
def test_the_wait_doubles_up_to_a_quarter_of_an_hour(
    client: TestClient, world: World, officer: Person, guesses: int, seconds: int
) -> None:
    name = name_of(officer)
    guess_wrong(client, name, 1)
    world.sql("UPDATE login_attempts SET failures = :n WHERE who = :who", n=guesses, who=digest(f"name:{name}"))
    assert seconds - 3 <= int(log_in(client, name).headers["retry-after"]) <= seconds
    assert failures(world, name) == guesses


def test_a_name_that_nobody_has_is_locked_out_just_so(client: TestClient, officer: Person) -> None:
    name = f"nobody{officer.id.hex}"
    assert guess_wrong(client, name, 7) == [400] * 5 + [429] * 2


def test_guesses_are_forgotten_after_a_day(client: TestClient, world: World, officer: Person) -> None:
    guess_wrong(client, name_of(officer))
    wait(world, name_of(officer), minutes=24 * 60 + 1)
    assert guess_wrong(client, name_of(officer), 1) == [400]
    assert failures(world, name_of(officer)) == 1


def test_old_counts_of_others_are_swept_out(client: TestClient, world: World, officer: Person) -> None:
    stranger = f"nobody{officer.id.hex}"
    guess_wrong(client, stranger, 1)
    wait(world, stranger, minutes=24 * 60 + 1)
    log_in(client, name_of(officer))
    assert failures(world, stranger) is None


def test_strangers_never_lock_out_a_device_that_is_known(client: TestClient, officer: Person) -> None:
    phone = {"device_id": "phone-1"}
    assert log_in(client, name_of(officer), **phone).status_code == 200
    assert guess_wrong(client, name_of(officer), 6, device_id="phone-2") == [400] * 5 + [429]
    assert log_in(client, name_of(officer)).status_code == 429
    assert log_in(client, name_of(officer), **phone).status_code == 200
    assert log_in(client, name_of(officer)).status_code == 429


def test_a_known_device_that_guesses_wrong_is_locked_out_by_itself(client: TestClient, officer: Person) -> None:
    phone = {"device_id": "phone-1"}
    log_in(client, name_of(officer), **phone)
    assert guess_wrong(client, name_of(officer), 6, **phone) == [400] * 5 + [429]
    assert log_in(client, name_of(officer)).status_code == 200


def test_anothers_device_is_a_stranger(client: TestClient, world: World, officer: Person) -> None:
    other = world.someone(Role.WORKER, password=HASH)
    log_in(client, name_of(other), device_id="phone-1")
    guess_wrong(client, name_of(officer))
    assert log_in(client, name_of(officer), device_id="phone-1").status_code == 429


def test_twenty_wrong_guesses_at_once_are_counted(client: TestClient, world: World, officer: Person) -> None:
    answers = at_once(20, lambda n: log_in(client, name_of(officer), f"wrong guess {n}"))
    assert Counter(answer.status_code for answer in answers) == {400: FREE, 429: 20 - FREE}
    assert failures(world, name_of(officer)) == FREE


FORM = {"grant_type": "password", "username": "li", "password": "x"}


@pytest.mark.parametrize(
    ("sent", "status", "code", "error"),
    [
        ({"data": {"username": "li", "password": "x"}}, 400, "invalid_request", "invalid_request"),
        ({"data": FORM | {"grant_type": "magic"}}, 400, "unsupported_grant_type", "unsupported_grant_type"),
        ({"data": {"grant_type": "password", "username": "li"}}, 400, "invalid_request", "invalid_request"),
        ({"data": FORM | {"username": "a\0b"}}, 400, "invalid_request", "invalid_request"),
        ({"data": FORM | {"username": "l" * 65}}, 400, "invalid_request", "invalid_request"),
        ({"data": FORM | {"device_id": "d" * 129}}, 400, "invalid_request", "invalid_request"),
        ({"data": {"grant_type": "refresh_token"}}, 400, "invalid_request", "invalid_request"),
        ({"data": {"grant_type": "refresh_token", "refresh_token": "x.y.z"}}, 400, "invalid_grant", "invalid_grant"),
        ({"data": FORM | {"username": ["li", "wang"]}}, 400, "invalid_request", "invalid_request"),
        ({"data": FORM | {"password": "x" * 20_000}}, 413, "too_large", "invalid_request"),
        ({"json": FORM}, 415, "unsupported_media_type", "invalid_request"),
        ({"content": b"grant_type=%ff"}, 400, "invalid_request", "invalid_request"),
        ({"content": b"grant_type=\xff"}, 400, "invalid_request", "invalid_request"),
        ({"content": b"&".join(b"a%d=1" % n for n in range(100))}, 400, "invalid_request", "invalid_request"),
    ],
)
def test_what_is_no_proper_form_is_refused_in_oauths_words(
    client: TestClient, sent: dict[str, Any], status: int, code: str, error: str
) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if "content" in sent else {}
    answer = client.post("auth/token", headers=headers, **sent)
    assert (answer.status_code, answer.json()["code"], answer.json()["error"]) == (status, code, error)
