"""Two people act at the same moment: one wins, the other is told so, and nothing is half done."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from uuid import uuid4

from fastapi.testclient import TestClient

from app.people.scope import Role
from tests.conftest import World
from tests.stories import accepting, confirming, do, done, put_on_the_list, rectifying, rejecting, team


def at_once(asks: list[Callable[[], Any]]) -> list[Any]:
    with ThreadPoolExecutor(len(asks)) as pool:
        return [asked.result() for asked in [pool.submit(ask) for ask in asks]]


def test_one_accepts_and_the_other_rejects(client: TestClient, world: World) -> None:
    officer, manager, worker = team(world)
    hazard = put_on_the_list(world, worker)
    done(client, officer, hazard, "confirm", confirming(worker))
    done(client, worker, hazard, "rectify", rectifying(worker))
    answers = at_once(
        [
            lambda: do(client, officer, hazard, "accept", accepting()),
            lambda: do(client, manager, hazard, "reject", rejecting()),
        ]
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 1}
    (winner,) = [answer for answer in answers if answer.status_code == 200]
    (loser,) = [answer.json() for answer in answers if answer.status_code == 409]
    assert loser["code"] == "illegal_transition"
    assert loser["current"]["state"] == winner.json()["state"]
    events = client.get(f"hazards/{hazard}/events", headers=officer.headers).json()["items"]
    assert len(events) == 4


def test_the_same_action_twenty_times_at_once_is_taken_once(client: TestClient, world: World) -> None:
    officer, _, worker = team(world)
    hazard = put_on_the_list(world, worker)
    body = confirming(worker, id=str(uuid4()))
    answers = at_once([lambda: do(client, officer, hazard, "confirm", body)] * 20)
    assert Counter(answer.json()["replayed"] for answer in answers) == {False: 1, True: 19}
    assert {answer.json()["revision"] for answer in answers} == {2}


def test_whoever_saw_an_older_revision_is_told_so(client: TestClient, world: World) -> None:
    officer, _, worker = team(world)
    hazard = put_on_the_list(world, worker)
    seen = client.get(f"hazards/{hazard}", headers=officer.headers).headers["etag"]
    done(client, officer, hazard, "comment", {"text": "已电话告知"})
    headers = officer.headers | {"If-Match": seen}
    answer = client.post(f"hazards/{hazard}/confirm", json=confirming(worker), headers=headers)
    assert answer.status_code == 200, "a comment is no new revision"
    answer = client.post(
        f"hazards/{hazard}/assign", json={"responsible_id": str(worker.id), "reason": "?"}, headers=headers
    )
    assert (answer.status_code, answer.json()["code"]) == (412, "stale_revision")
    assert answer.json()["current"]["revision"] == 2


def test_sixty_people_comment_at_once(client: TestClient, world: World) -> None:
    officer, _, worker = team(world)
    hazard = put_on_the_list(world, worker)
    supervisor = world.someone(Role.SUPERVISOR)
    people = [officer, worker, supervisor] * 20
    answers = at_once([partial(do, client, by, hazard, "comment", {"text": "收到"}) for by in people])
    assert Counter(answer.status_code for answer in answers) == {200: 60}
    seen = client.get(f"hazards/{hazard}/events?limit=200", headers=officer.headers).json()["items"]
    assert [event["number"] for event in seen] == list(range(1, 62))
