"""Who sees a hazard from where: the works itself, its partner in mutual aid, experts, and sites without accounts."""

from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from app.hazards.terms import Origin
from app.people.scope import ENTERPRISE, Role
from app.people.terms import EnterpriseKind
from tests.conftest import Person, World
from tests.stories import accepting, confirming, do, done, put_on_the_list, rectifying, rejecting, team

BY_PHOTOS = accepting(method="photos", photos=[])


def sees(client: TestClient, by: Person, hazard: UUID) -> bool:
    answer = client.get(f"hazards/{hazard}", headers=by.headers)
    assert answer.status_code in {200, 404}
    return answer.status_code == 200


def waiting_outside(client: TestClient, world: World) -> tuple[Person, UUID]:
    """A hazard that the owner of a small works found, and put right himself; nobody there may review it."""
    small = world.works(partner_id=world.enterprise)
    owner = world.someone(*ENTERPRISE, enterprise_id=small)
    hazard = put_on_the_list(world, owner, enterprise_id=small)
    done(client, owner, hazard, "confirm", confirming(owner))
    assert done(client, owner, hazard, "rectify", rectifying(owner))["waiting_for"] == "outside_review"
    return owner, hazard


def test_a_partner_sees_what_waits_for_it_and_nothing_else(client: TestClient, world: World) -> None:
    officer, manager, worker = team(world)
    owner, hazard = waiting_outside(client, world)
    other = put_on_the_list(world, owner, enterprise_id=owner_works(client, owner))
    assert do(client, owner, hazard, "accept", BY_PHOTOS).json()["reason"] == "rectified_it"
    for one in (officer, manager):
        listed = client.get("hazards?awaiting=me", headers=one.headers).json()["items"]
        assert [row["id"] for row in listed] == [str(hazard)]
        assert not sees(client, one, other)
    assert not sees(client, worker, hazard)
    assert done(client, manager, hazard, "accept", BY_PHOTOS)["state"] == "closed"
    assert not sees(client, officer, hazard)


def owner_works(client: TestClient, owner: Person) -> UUID:
    return UUID(client.get("me", headers=owner.headers).json()["scope"]["enterprise_ids"][0])


def test_what_the_partner_sends_back_leaves_its_sight_and_a_replay_says_only_that_it_was_done(
    client: TestClient, world: World
) -> None:
    officer, *_ = team(world)
    _, hazard = waiting_outside(client, world)
    body: dict[str, Any] = rejecting(id="0193a5c0-0000-7000-8000-00000000" + world.county[:4])
    assert do(client, officer, hazard, "reject", body).status_code == 200
    again = do(client, officer, hazard, "reject", body)
    assert (again.status_code, again.json()["replayed"]) == (200, True)
    assert set(again.json()) == {"id", "replayed"}


@pytest.mark.parametrize("role", [Role.EXPERT, Role.INSPECTOR])
def test_an_expert_or_an_inspector_may_review_it_too(client: TestClient, world: World, role: Role) -> None:
    owner, hazard = waiting_outside(client, world)
    scope = {"assigned": (owner_works(client, owner),)} if role is Role.EXPERT else {}
    assert done(client, world.someone(role, **scope), hazard, "accept", BY_PHOTOS)["state"] == "closed"


def test_an_expert_sees_only_the_works_assigned(client: TestClient, world: World) -> None:
    _, _, worker = team(world)
    hazard = put_on_the_list(world, worker)
    assert sees(client, world.someone(Role.EXPERT), hazard)
    assert not sees(client, world.someone(Role.EXPERT, assigned=(world.works(),)), hazard)


def test_a_worker_reads_what_is_open_without_names_and_what_is_closed_only_of_his_own(
    client: TestClient, world: World
) -> None:
    officer, manager, worker = team(world)
    another = world.someone(Role.WORKER)
    hazard = put_on_the_list(world, worker)
    done(client, officer, hazard, "confirm", confirming(officer))
    done(client, officer, hazard, "rectify", rectifying(officer))
    shown = client.get(f"hazards/{hazard}", headers=another.headers).json()
    (row,) = client.get("hazards", headers=another.headers).json()["items"]
    for one in (shown, row):
        assert one["responsible"] == {"id": str(officer.id), "name": None, "phone": None}
    assert shown["rectification"]["submitted_by"]["name"] is None
    events = client.get(f"hazards/{hazard}/events", headers=another.headers).json()["items"]
    assert {event["by"]["name"] for event in events} == {None}
    done(client, manager, hazard, "accept", BY_PHOTOS)
    assert sees(client, worker, hazard)
    assert not sees(client, another, hazard)


def test_an_inspector_speaks_for_a_site_without_accounts_but_does_not_review_what_he_said(
    client: TestClient, world: World
) -> None:
    site = world.works(kind=EnterpriseKind.UNREGISTERED_SITE, credit_code=None)
    inspector, colleague = world.someone(Role.INSPECTOR), world.someone(Role.INSPECTOR)
    hazard = put_on_the_list(world, inspector, enterprise_id=site, origin=Origin.GOVERNMENT)
    landlord = {"name": "周八", "phone": "13900000000"}
    body = confirming(inspector) | {"responsible_id": None, "responsible": landlord}
    shown = done(client, inspector, hazard, "confirm", body)
    assert shown["responsible"] == {"id": None} | landlord
    done(client, inspector, hazard, "rectify", rectifying(rectified_by=[landlord]))
    assert do(client, inspector, hazard, "accept", BY_PHOTOS).json()["reason"] == "rectified_it"
    assert done(client, colleague, hazard, "accept", BY_PHOTOS)["state"] == "closed"


def test_a_name_counts_as_the_person_so_called_however_it_is_typed(client: TestClient, world: World) -> None:
    officer, manager, worker = team(world)
    hazard = put_on_the_list(world, worker)
    done(client, officer, hazard, "confirm", confirming(officer))
    name = " ".join(client.get("me", headers=manager.headers).json()["name"])
    done(client, officer, hazard, "rectify", rectifying(rectified_by=[{"name": name, "phone": "13800000000"}]))
    assert do(client, manager, hazard, "accept", BY_PHOTOS).json()["reason"] == "rectified_it"
    assert done(client, worker, hazard, "accept", BY_PHOTOS)["state"] == "closed"
