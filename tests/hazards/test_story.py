"""The closed loop as clients meet it, and what they may rely on around it."""

import json
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import select

from app.demo.pictures import picture
from app.foundation.canonical import canonical
from app.hazards.models import Hazard
from app.journal.events import Event, told
from app.people.scope import Role
from app.sorting.terms import Level
from tests.conftest import World
from tests.stories import (
    accepting,
    confirming,
    confirming_major,
    day,
    do,
    done,
    planning,
    put_on_the_list,
    rectifying,
    rejecting,
    send_photo,
    team,
)


def test_a_general_hazard_goes_through_its_loop(client: TestClient, world: World) -> None:
    officer, manager, worker = team(world)
    hazard = put_on_the_list(world, worker)
    assert done(client, officer, hazard, "confirm", confirming(officer))["state"] == "rectifying"
    assert done(client, officer, hazard, "rectify", rectifying(worker))["waiting_for"] == "enterprise_review"
    assert done(client, manager, hazard, "reject", rejecting())["state"] == "rectifying"
    assert done(client, officer, hazard, "rectify", rectifying(worker, officer))["state"] == "reviewing"
    shown = done(client, manager, hazard, "accept", accepting())
    assert shown | {"state": "closed", "revision": 6, "waiting_for": None, "overdue": None} == shown


def test_a_major_hazard_goes_through_its_loop(client: TestClient, world: World) -> None:
    officer, manager, worker = team(world)
    supervisor = world.someone(Role.SUPERVISOR)
    hazard = put_on_the_list(world, worker, level=Level.MAJOR, criterion="GM-11-03")
    shown = done(client, officer, hazard, "confirm", confirming_major(worker))
    assert (shown["state"], shown["waiting_for"], shown["level_confirmed"]) == ("planning", "plan", True)
    endorsed = planning(worker, endorsed_by_chief_engineer=True)
    assert done(client, manager, hazard, "submit_plan", endorsed)["waiting_for"] == "plan_approval"
    shown = done(client, supervisor, hazard, "approve_plan", {"comment": "同意"})
    assert shown["plan"]["endorsed_by_chief_engineer"] is True
    assert (shown["state"], shown["due_on"]) == ("rectifying", planning(worker)["due_on"])
    done(client, officer, hazard, "rectify", rectifying(worker))
    answer = do(client, supervisor, hazard, "accept", accepting())
    assert (answer.status_code, answer.json()["code"]) == (409, "photos_missing")


def test_the_row_is_what_its_events_changed(client: TestClient, world: World) -> None:
    officer, manager, worker = team(world)
    hazard = put_on_the_list(world, worker)
    done(client, officer, hazard, "confirm", confirming(officer))
    done(client, officer, hazard, "comment", {"text": "请抓紧"})
    done(client, officer, hazard, "rectify", rectifying(worker))
    done(client, manager, hazard, "accept", accepting())
    rebuilt: dict[str, Any] = {}
    own = select(Event).where(Event.subject_id == hazard).order_by(Event.number)
    for event in world.write(lambda s: s.scalars(own).all()):
        data = told(event)
        rebuilt |= data["changes"] | {"revision": data["revision"]}
    row = world.write(lambda s: {name: getattr(s.get_one(Hazard, hazard), name) for name in Hazard.stored()})
    assert rebuilt == json.loads(canonical(row))


def test_the_list_shows_it(client: TestClient, world: World) -> None:
    officer, _, worker = team(world)
    hazard = put_on_the_list(world, worker)
    answer = client.get("hazards?state=open&count=true", headers=officer.headers)
    assert answer.status_code == 200, answer.text
    (row,) = answer.json()["items"]
    assert row["id"] == str(hazard)
    detail = client.get(f"hazards/{hazard}", headers=officer.headers).json()
    assert {name: detail[name] for name in row} == row
    events = client.get(f"hazards/{hazard}/events", headers=officer.headers).json()["items"]
    assert [event["action"] for event in events] == ["reported"]


def test_no_step_says_what_cannot_be(client: TestClient, world: World) -> None:
    officer, _, worker = team(world)
    hazard = put_on_the_list(world, worker)
    refused = [
        do(client, officer, hazard, "confirm", confirming(worker, due_on=day(-1))),
        do(client, officer, hazard, "confirm", confirming_major(worker, criterion="GM-99-99")),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [
        (422, "before_found"),
        (422, "unknown_criterion"),
    ]


def test_an_id_that_leads_nowhere_is_said_first(client: TestClient, world: World) -> None:
    """Before the state and the caller are judged, and with its place."""
    _, _, worker = team(world)
    stranger = World(world.app, f"{int(world.county[:6]) + 400000}000000").founded().someone(Role.WORKER)
    hazard = put_on_the_list(world, worker)
    answer = do(client, worker, hazard, "rectify", rectifying(stranger))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (404, "/rectified_by/0/id")
    assert do(client, worker, hazard, "rectify", rectifying(worker)).status_code == 409


def test_what_an_earlier_rectification_owed_keeps_nobody_waiting(client: TestClient, world: World) -> None:
    officer, manager, worker = team(world)
    supervisor = world.someone(Role.SUPERVISOR)
    hazard = put_on_the_list(world, worker, level=Level.MAJOR)
    done(client, officer, hazard, "confirm", confirming_major(worker))
    done(client, manager, hazard, "rectify", rectifying(worker))
    done(client, supervisor, hazard, "reject", rejecting(due_on=day(40)))
    arrived = send_photo(client, manager, picture(1))
    done(client, manager, hazard, "rectify", rectifying(worker, photos=[arrived]))
    body = accepting(without_plan_reason="停产期间已整体更换")
    shown = done(client, supervisor, hazard, "accept", body)
    assert (shown["state"], shown["on_time"]) == ("closed", True)


def test_a_works_that_moves_takes_its_authority_with_it(client: TestClient, world: World) -> None:
    _, _, worker = team(world)
    hazard = put_on_the_list(world, worker, level=Level.MAJOR)
    old, new = world.someone(Role.SUPERVISOR), world.someone(Role.SUPERVISOR, areas=(world.next_town,))
    mayor = world.someone(Role.ADMINISTRATOR, areas=(world.county,))
    seen = client.get(f"enterprises/{world.enterprise}", headers=mayor.headers)
    moved = client.patch(
        f"enterprises/{world.enterprise}",
        json={"area_code": world.next_town},
        headers=mayor.headers | {"If-Match": seen.headers["etag"]},
    )
    assert moved.status_code == 200, moved.text
    assert do(client, old, hazard, "dismiss", {"reason": "误报"}).status_code == 404
    shown = done(client, new, hazard, "confirm", confirming_major(worker))
    assert shown["handling_authority"]["area_code"] == world.next_town


def test_money_is_plain_decimal_text(client: TestClient, world: World) -> None:
    officer, manager, worker = team(world)
    hazard = put_on_the_list(world, worker)
    done(client, officer, hazard, "confirm", confirming(worker))
    for funds in ("1E+5", "-1", "1.234", "1e999", " 1", "1\n", "", 1, 1.5, None, True):
        answer = do(client, manager, hazard, "submit_plan", planning(worker, funds=funds, due_on=day(5)))
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/funds"), funds
    shown = done(client, manager, hazard, "submit_plan", planning(worker, funds="999999999999.99", due_on=day(5)))
    assert shown["plan"]["funds"] == "999999999999.99"
