"""Posts: kept by the enterprise, found by their names in the chain."""

from functools import partial
from typing import Any

from fastapi.testclient import TestClient

from app.people.scope import Role
from tests.cards.stories import FILLED, described, describing, got
from tests.conftest import World
from tests.hazards.test_two_at_once import at_once
from tests.risks.stories import added, measured
from tests.stories import team


def test_a_post_is_kept_with_revisions_and_said_once(client: TestClient, world: World) -> None:
    officer, manager, worker = team(world)
    body = describing(world, **FILLED)
    dry = client.post("posts", params={"dry_run": "true"}, json=body, headers=officer.headers)
    assert (dry.status_code, client.get(f"posts/{body['id']}", headers=officer.headers).status_code) == (201, 404)
    made = client.post("posts", json=body, headers=officer.headers)
    again = client.post("posts", json=body, headers=officer.headers)
    assert (made.status_code, again.status_code, again.json()["replayed"]) == (201, 200, True)
    post = made.json()
    assert {name: post[name] for name in FILLED} == FILLED
    assert (post["revision"], post["retired"], len(post["scan_code"])) == (1, False, 12)

    path = f"posts/{post['id']}"
    unseen = client.patch(path, json={"steps": ["a"]}, headers=manager.headers)
    assert unseen.status_code == 428
    changed = client.patch(
        path, json={"steps": ["关机"], "contacts": []}, headers=manager.headers | {"If-Match": made.headers["etag"]}
    )
    assert changed.status_code == 200, changed.text
    assert (changed.json()["steps"], changed.json()["contacts"], changed.json()["duties"]) == (
        ["关机"], [], FILLED["duties"],
    )  # fmt: skip
    stale = client.patch(path, json={"revision": 1, "steps": []}, headers=officer.headers)
    assert (stale.status_code, stale.json()["current"]["revision"]) == (412, 2)
    assert client.patch(path, json={"revision": 2, "retired": True}, headers=worker.headers).status_code == 403
    assert client.patch(path, json={"revision": 2, "retired": True}, headers=officer.headers).status_code == 200
    assert got(client, worker, "posts")["items"] == []
    [old] = got(client, worker, "posts?retired=true")["items"]
    assert (old["id"], old["retired"]) == (post["id"], True)


def test_no_two_posts_in_use_are_called_the_same(client: TestClient, world: World) -> None:
    officer, *_ = team(world)
    post = described(client, officer)
    for more in (
        {"name": "打磨岗"},
        {"also_called": ["打磨工"], "name": "抛光工"},
        {"name": "打磨工", "also_called": []},
    ):
        answer = client.post("posts", json=describing(world, **more), headers=officer.headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
    other = described(client, officer, name="抛光工", also_called=[])
    change = {"revision": 1, "also_called": ["打磨岗"]}
    assert client.patch(f"posts/{other['id']}", json=change, headers=officer.headers).status_code == 409
    retire = {"revision": 1, "retired": True}
    assert client.patch(f"posts/{post['id']}", json=retire, headers=officer.headers).status_code == 200
    assert client.patch(f"posts/{other['id']}", json=change, headers=officer.headers).status_code == 200
    back = client.patch(f"posts/{post['id']}", json={"revision": 2, "retired": False}, headers=officer.headers)
    assert (back.status_code, back.json()["code"]) == (409, "name_taken")
    elsewhere = world.someone(Role.MANAGER, enterprise_id=world.works())
    there = describing(world, enterprise_id=str(world.enterprise))
    assert client.post("posts", json=there, headers=elsewhere.headers).json()["code"] == "not_found"


def test_of_several_who_call_posts_the_same_at_once_one_does(client: TestClient, world: World) -> None:
    officer, *_ = team(world)

    def add(name: str) -> Any:
        body = describing(world, name=name, also_called=["共用"])
        return client.post("posts", json=body, headers=officer.headers)

    def call(post: dict[str, Any]) -> Any:
        body = {"revision": 1, "also_called": ["抛光岗"]}
        return client.patch(f"posts/{post['id']}", json=body, headers=officer.headers)

    added_at_once = at_once([partial(add, f"岗位{number}") for number in range(6)])
    assert sorted(answer.status_code for answer in added_at_once) == [201, *[409] * 5]
    posts = [described(client, officer, name=f"另一岗位{number}", also_called=[]) for number in range(4)]
    changed_at_once = at_once([partial(call, post) for post in posts])
    assert sorted(answer.status_code for answer in changed_at_once) == [200, 409, 409, 409]


def test_names_that_nobody_has_described_come_first(client: TestClient, world: World) -> None:
    officer, _, worker = team(world)
    risk = added(client, officer, post="打磨工")
    measured(client, officer, risk, holder="打磨工、班组长")
    measured(client, officer, risk, holder="打磨岗位")
    described(client, officer, also_called=[])
    told = got(client, worker, f"enterprises/{world.enterprise}/post-names")
    named = [(each["name"], each["risks"], each["measures"], bool(each["post_id"])) for each in told["items"]]
    assert named == [("打磨岗位", 0, 1, False), ("班组长", 0, 1, False), ("打磨工", 1, 1, True)]
    [post] = got(client, officer, "posts")["items"]
    merged = {"revision": 1, "also_called": ["打磨岗位"]}
    assert client.patch(f"posts/{post['id']}", json=merged, headers=officer.headers).status_code == 200
    told = got(client, worker, f"enterprises/{world.enterprise}/post-names")
    assert [each["name"] for each in told["items"] if each["post_id"] is None] == ["班组长"]


def test_posts_are_listed_by_name_page_by_page(client: TestClient, world: World) -> None:
    officer, *_ = team(world)
    names = ["丙岗", "乙岗", "甲岗"]
    for name in names:
        described(client, officer, name=name, also_called=[])
    seen, asked = [], {"limit": "2", "area_code": world.town}
    while True:
        page = client.get("posts", params=asked, headers=officer.headers).json()
        seen += [item["name"] for item in page["items"]]
        if not page["next_cursor"]:
            break
        asked["cursor"] = page["next_cursor"]
    assert seen == sorted(names)
    assert client.get("posts", params={"area_code": world.next_town}, headers=officer.headers).json()["items"] == []
