"""The list of users: who may assign work sees who is there; what else is known of them, administrators see."""

from typing import Any

from fastapi.testclient import TestClient

from app.people.scope import Role
from tests.conftest import Person, World
from tests.people.logins import name_of


def listed(client: TestClient, person: Person, **asked: Any) -> list[dict[str, Any]]:
    answer = client.get("users", params=asked, headers=person.headers)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_who_assigns_work_sees_who_is_there_but_no_phones(client: TestClient, world: World) -> None:
    officer, worker = world.someone(Role.SAFETY_OFFICER), world.someone(Role.WORKER)
    inspector, expert = world.someone(Role.INSPECTOR), world.someone(Role.EXPERT)
    far = world.works(area_code=world.next_town)
    elsewhere = world.someone(Role.MANAGER, enterprise_id=far, area_code=world.next_town)
    colleagues = {str(officer.id), str(worker.id)}
    sees = [
        (officer, colleagues),
        (worker, {str(worker.id)}),
        (inspector, colleagues | {str(inspector.id)}),
        (expert, colleagues | {str(expert.id)}),
        (elsewhere, {str(elsewhere.id)}),
    ]
    for person, expected in sees:
        items = listed(client, person)
        assert {item["id"] for item in items} == expected
        assert all(
            item.keys() == {"id", "revision", "name", "roles", "enterprise_id", "area_code", "active"} for item in items
        )


def test_the_list_is_narrowed_by_each_of_its_parameters(client: TestClient, world: World) -> None:
    of_county = world.someone(Role.ADMINISTRATOR, areas=(world.county,), area_code=world.county)
    gone = world.someone(Role.MANAGER, name="钱七", active=False, phone="13911112222")
    far = world.someone(Role.INSPECTOR, name="孙八", areas=(world.next_town,), area_code=world.next_town)
    mine = world.someone(Role.SAFETY_OFFICER)

    def ids(person: Person = of_county, **asked: Any) -> list[str]:
        return [item["id"] for item in listed(client, person, **asked)]

    assert ids(active=False) == ids(q="钱七") == ids(role="manager") == ids(q="13911112222") == [str(gone.id)]
    assert ids(area_code=world.next_town) == ids(role="inspector") == [str(far.id)]
    assert set(ids(enterprise_id=str(world.enterprise))) == {str(gone.id), str(mine.id)}
    assert ids(mine, q="13911112222") == []
    assert ids(mine, q=name_of(gone)) == []
    assert ids(mine, q="钱七") == [str(gone.id)]


def test_pages_follow_each_other(client: TestClient, world: World) -> None:
    administrator = world.someone(Role.ADMINISTRATOR)
    people = {str(world.someone(Role.WORKER).id) for _ in range(4)} | {str(administrator.id)}
    asked = {"limit": "2", "count": "true"}
    seen, cursor = [], None
    for _ in range(3):
        page = client.get(
            "users", params=asked | ({"cursor": cursor} if cursor else {}), headers=administrator.headers
        ).json()
        seen += [item["id"] for item in page["items"]]
        assert page["total"] == 5
        cursor = page["next_cursor"]
    assert (set(seen), len(seen), cursor) == (people, 5, None)
