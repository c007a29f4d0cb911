"""The list of enterprises: everybody's own scope, narrowed by each parameter, page by page."""

from fastapi.testclient import TestClient

from app.people.scope import Role
from app.people.terms import EnterpriseKind
from tests.conftest import World
from tests.people.asking import change, listed


def test_everybody_lists_the_enterprises_in_scope(client: TestClient, world: World) -> None:
    own, other, far = world.enterprise, world.works(), world.works(area_code=world.next_town)
    seen = {
        Role.WORKER: {own},
        Role.MANAGER: {own},
        Role.EXPERT: {own},
        Role.INSPECTOR: {own, other},
        Role.ADMINISTRATOR: {own, other},
    }
    for role, expected in seen.items():
        person = world.someone(role)
        assert set(listed(client, person)) == {str(id) for id in expected}
        for id in (own, other, far):
            status = client.get(f"enterprises/{id}", headers=person.headers).status_code
            assert status == (200 if id in expected else 404)
            assert (
                change(client, person, id, {"revision": 1, "name": "新名"}).status_code != 200
                or role == "administrator"
            )


def test_two_towns_and_some_sectors_are_seen_where_they_meet(client: TestClient, world: World) -> None:
    gas = world.works(area_code=world.next_town, sectors=("gas", "light_industry"))
    both = world.someone(Role.INSPECTOR, areas=(world.town, world.next_town))
    assert set(listed(client, both)) == {str(world.enterprise), str(gas)}
    assert listed(client, world.someone(Role.INSPECTOR, areas=(world.town, world.next_town), sectors=("gas",))) == [
        str(gas)
    ]


def test_the_list_is_narrowed_by_each_of_its_parameters(client: TestClient, world: World) -> None:
    county = world.someone(Role.SUPERVISOR, areas=(world.county,), area_code=world.county)
    own = str(world.enterprise)
    workshop = str(
        world.works(
            kind=EnterpriseKind.UNREGISTERED_SITE,
            credit_code=None,
            name="王家 100% 作坊",
            area_code=world.next_town,
            sectors=("light_industry",),
            special_categories=("confined_space",),
            status="stopped",
            address="河边2号",
        )
    )
    narrowed: list[dict[str, str]] = [
        {"area_code": world.next_town}, {"kind": "unregistered_site"}, {"status": "stopped"},
        {"sector": "light_industry"}, {"special_category": "confined_space"}, {"q": "100%"}, {"q": "王家 河边"},
    ]  # fmt: skip
    for asked in narrowed:
        assert listed(client, county, **asked) == [workshop], asked
    assert set(listed(client, county, area_code=world.county)) == {own, workshop}
    assert listed(client, county, area_code=world.village) == [own]
    assert listed(client, county, q="王家 山上") == []
    assert client.get("enterprises", params={"colour": "red"}, headers=county.headers).status_code == 422


def test_pages_follow_each_other_by_name(client: TestClient, world: World) -> None:
    administrator = world.someone(Role.ADMINISTRATOR)
    for name in "cabc":
        world.works(name=name)
    asked, names, cursor = {"limit": 2, "count": True}, [], None
    while True:
        page = client.get(
            "enterprises", params=asked | ({"cursor": cursor} if cursor else {}), headers=administrator.headers
        ).json()
        names += [item["name"] for item in page["items"]]
        assert (page["total"], page["total_capped"]) == (5, False)
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert names[:4] == ["a", "b", "c", "c"]
    assert len(names) == 5
