"""A photo that will never come: the wait ends on record, and what it alone would have shown is to be done again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.foundation.calendar import end_of_day, local_date
from app.foundation.clock import now, rfc3339
from app.hazards.models import Hazard
from app.inspections.models import Finding, Inspection
from app.journal.events import Event, told
from app.people.scope import Role
from tests.conftest import Person, World
from tests.inspections.stories import SILENT, finding, hazard, posted, reporting
from tests.photos.stories import jpeg, sha
from tests.photos.test_missing import missing, some_sha
from tests.photos.test_upload import put
from tests.risks.stories import added, measured
from tests.stories import accepting, confirming, confirming_major, day, do, done, put_on_the_list, rectifying

WHY = {"reason": "手机损坏，照片无法恢复"}


@pytest.fixture
def leader(world: World) -> Person:
    return world.someone(Role.TEAM_LEADER)


@pytest.fixture
def officer(world: World) -> Person:
    return world.someone(Role.SAFETY_OFFICER)


def lose(client: TestClient, person: Person, sha256: str, **more: Any) -> Any:
    return client.post(f"photos/{sha256}/lost", json=WHY | more, headers=person.headers)


def lost(client: TestClient, person: Person, sha256: str, **more: Any) -> dict[str, Any]:
    answer = lose(client, person, sha256, **more)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def events(world: World, kind: str, id: Any) -> list[Event]:
    own = select(Event).where(Event.subject_kind == kind, Event.subject_id == UUID(str(id)))
    found: list[Event] = world.write(lambda session: session.scalars(own.order_by(Event.number)).all())
    return found


def rectified(client: TestClient, world: World, officer: Person, worker: Person, *photos: str, **more: Any) -> UUID:
    """A general hazard whose rectification waits to be reviewed."""
    id = put_on_the_list(world, worker)
    done(client, officer, id, "confirm", confirming(worker, **more))
    done(client, worker, id, "rectify", rectifying(worker, photos=list(photos)))
    return id


def test_the_wait_ends_on_record(client: TestClient, world: World, leader: Person, officer: Person) -> None:
    gone, still = some_sha(), some_sha()
    (found,) = posted(client, leader, reporting(world, finding(list="hazard", photos=[gone, still])))["findings"]
    before = hazard(client, officer, found["id"])
    shown = lost(client, leader, gone)
    subject = {"kind": "finding", "id": found["id"], "title": SILENT}
    assert shown == {
        "sha256": gone, "reason": WHY["reason"], "replacement": None, "lost_at": shown["lost_at"],
        "subjects": [subject], "replayed": False,
    }  # fmt: skip
    assert [item["sha256"] for item in missing(client, officer)] == [still]
    after = hazard(client, officer, found["id"])
    assert (before["photos_missing"], after["photos_missing"]) == (2, 1)
    assert (after["revision"], after["state"]) == (before["revision"], "reported")
    loss = {"at": shown["lost_at"], "reason": WHY["reason"], "replacement": None}
    assert {photo["sha256"]: (photo["arrived"], photo["lost"]) for photo in after["photos"]} == {
        gone: (False, loss), still: (False, None)
    }  # fmt: skip
    finding_shown = client.get(f"findings/{found['id']}", headers=officer.headers).json()
    assert finding_shown["photos_missing"] == 1
    said = {"photos": [gone], "reason": WHY["reason"], "replacement": None}
    on_hazard, on_finding = (events(world, kind, found["id"])[-1] for kind in ("hazard", "finding"))
    assert (on_hazard.action, on_finding.action) == ("photos_lost", "photos_lost")
    assert (told(on_hazard)["data"], told(on_hazard)["changes"]) == (said, {"photos_missing": 1})
    assert (told(on_finding)["data"], told(on_finding)["changes"]) == (said, {})
    assert on_hazard.actor_id == leader.id


def test_every_record_that_named_it_hears_of_it_once(client: TestClient, world: World, officer: Person) -> None:
    gone, measure = some_sha(), measured(client, officer, added(client, officer))
    result = {"measure_id": measure["id"], "status": "normal", "photos": [gone]}
    body = reporting(world, finding(photos=[gone]), finding(photos=[gone]), results=[result], photos=[{"sha256": gone}])
    findings = posted(client, officer, body)["findings"]
    other = put_on_the_list(world, officer)
    done(client, officer, other, "comment", {"text": "同一张", "photos": [gone]})
    assert len(lost(client, officer, gone)["subjects"]) == 4
    assert missing(client, officer) == []
    for kind, id in (
        (Finding.KIND, findings[0]["id"]),
        (Finding.KIND, findings[1]["id"]),
        (Inspection.KIND, body["id"]),
    ):
        assert [event.action for event in events(world, kind, id)] == ["reported", "photos_lost"]
    assert [event.action for event in events(world, Hazard.KIND, other)] == ["reported", "comment", "photos_lost"]


def test_a_phone_may_say_so_any_number_of_times(client: TestClient, world: World, leader: Person) -> None:
    gone, id = some_sha(), str(uuid4())
    posted(client, leader, reporting(world, finding(list="hazard", photos=[gone])))
    dry = client.post(f"photos/{gone}/lost?dry_run=true", json=WHY | {"id": id}, headers=leader.headers)
    assert (dry.status_code, len(missing(client, leader))) == (200, 1)
    with ThreadPoolExecutor(4) as phones:
        answers = list(phones.map(lambda _: lose(client, leader, gone, id=id, device={"id": "x"}), range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert sorted(answer.json()["replayed"] for answer in answers) == [False, True, True, True]
    assert len({answer.text.replace("true", "false") for answer in answers}) == 1
    assert lose(client, leader, gone, id=id, reason="另一个理由").json()["code"] == "id_conflict"
    assert lose(client, leader, some_sha(), id=id).json()["code"] == "id_conflict"
    again = lose(client, leader, gone)
    assert (again.status_code, again.json()["code"]) == (409, "not_missing")


def test_only_who_declared_it_may_say_so(client: TestClient, world: World, leader: Person, officer: Person) -> None:
    gone = some_sha()
    posted(client, leader, reporting(world, finding(list="hazard", photos=[gone])))
    for person in (officer, world.someone(Role.SUPERVISOR)):
        answer = lose(client, person, gone)
        assert (answer.status_code, answer.json()["reason"]) == (403, "not_the_declarer")
    stranger = world.someone(Role.TEAM_LEADER, enterprise_id=world.works())
    assert lose(client, stranger, gone).json() | {"request_id": ""} == lose(client, stranger, some_sha()).json() | {
        "request_id": ""
    }
    assert lose(client, stranger, gone).status_code == 404
    assert len(missing(client, leader)) == 1


def test_of_who_has_left_the_keepers_of_the_reports_may(
    client: TestClient, world: World, leader: Person, officer: Person
) -> None:
    gone, other, head = some_sha(), some_sha(), world.someone(Role.DEPARTMENT_HEAD)
    posted(client, leader, reporting(world, finding(list="hazard", photos=[gone, other])))
    world.sql("UPDATE users SET active = :no WHERE id = :id", no=False, id=str(leader.id))
    stranger = world.someone(Role.SAFETY_OFFICER, enterprise_id=world.works())
    assert (lose(client, head, gone).status_code, lose(client, stranger, gone).status_code) == (403, 404)
    assert len(lost(client, officer, gone, id=str(uuid4()))["subjects"]) == 1
    assert len(lost(client, world.someone(Role.SUPERVISOR), other)["subjects"]) == 1
    assert missing(client, officer) == []


def test_who_loses_a_photo_while_it_comes_has_it(client: TestClient, world: World, leader: Person) -> None:
    for _ in range(6):
        photo = jpeg(40, 30)
        (found,) = posted(client, leader, reporting(world, finding(list="hazard", photos=[sha(photo)])))["findings"]
        with ThreadPoolExecutor(2) as both:
            said, sent = both.submit(lose, client, leader, sha(photo)), both.submit(put, client, leader, photo)
        assert (said.result().status_code in {200, 409}, sent.result().status_code) == (True, 201)
        shown = hazard(client, leader, found["id"])
        assert (shown["photos"][0]["arrived"], shown["photos_missing"]) == (True, 0)


def test_a_photo_that_is_there_is_not_lost(client: TestClient, world: World, leader: Person, officer: Person) -> None:
    photo = jpeg()
    put(client, leader, photo)
    assert lose(client, leader, sha(photo)).status_code == 404  # no record names it
    posted(client, leader, reporting(world, finding(photos=[sha(photo)])))
    for person in (leader, officer):
        assert lose(client, person, sha(photo)).json()["code"] == "not_missing"


def test_a_photo_that_comes_after_all_is_there(client: TestClient, world: World, leader: Person) -> None:
    photo = jpeg()
    (found,) = posted(client, leader, reporting(world, finding(list="hazard", photos=[sha(photo)])))["findings"]
    lost(client, leader, sha(photo))
    put(client, leader, photo)
    shown = hazard(client, leader, found["id"])
    assert (shown["photos"][0]["arrived"], shown["photos"][0]["lost"], shown["photos_missing"]) == (True, None, 0)
    assert shown["thumbnail_url"]


def test_another_photo_is_declared_in_its_place(client: TestClient, world: World, leader: Person) -> None:
    gone, instead = some_sha(), jpeg()
    (found,) = posted(client, leader, reporting(world, finding(list="hazard", photos=[gone])))["findings"]
    itself = lose(client, leader, gone, replacement=gone)
    assert (itself.status_code, itself.json()["code"]) == (422, "own_replacement")
    assert lost(client, leader, gone, replacement=sha(instead))["replacement"] == sha(instead)
    (item,) = missing(client, leader)
    assert (item["sha256"], item["subject"]["id"]) == (sha(instead), found["id"])
    shown = hazard(client, leader, found["id"])
    assert (shown["photos_missing"], [photo["sha256"] for photo in shown["photos"]]) == (1, [gone, sha(instead)])
    put(client, leader, instead)
    shown = hazard(client, leader, found["id"])
    assert (shown["photos_missing"], [photo["arrived"] for photo in shown["photos"]]) == (0, [False, True])


def test_a_replacement_that_is_here_takes_its_place_at_once(
    client: TestClient, world: World, leader: Person, officer: Person
) -> None:
    gone, instead = some_sha(), jpeg()
    put(client, leader, instead)
    id = rectified(client, world, officer, leader, gone)
    lost(client, leader, gone, replacement=sha(instead))
    shown = hazard(client, officer, str(id))
    assert (shown["state"], shown["photos_missing"]) == ("reviewing", 0)
    assert shown["rectification"]["photos"] == [sha(instead)]
    assert done(client, officer, id, "accept", accepting(photos=[]))["state"] == "closed"


def test_a_replacement_of_anothers_is_waited_for(client: TestClient, world: World, leader: Person) -> None:
    """Knowing a hash gives nobody a picture."""
    gone, theirs = some_sha(), jpeg()
    put(client, world.someone(Role.TEAM_LEADER, enterprise_id=world.works()), theirs)
    posted(client, leader, reporting(world, finding(photos=[gone])))
    lost(client, leader, gone, replacement=sha(theirs))
    assert [item["sha256"] for item in missing(client, leader)] == [sha(theirs)]


def test_a_rectification_without_any_evidence_goes_back(
    client: TestClient, world: World, leader: Person, officer: Person
) -> None:
    first, second = some_sha(), some_sha()
    id = rectified(client, world, officer, leader, first, second)
    lost(client, leader, first)
    assert hazard(client, officer, str(id))["state"] == "reviewing"  # the other one may still come
    before = hazard(client, officer, str(id))
    lost(client, leader, second)
    after = hazard(client, officer, str(id))
    assert (after["state"], after["waiting_for"]) == ("rectifying", "rectification")
    assert (after["revision"], after["due_on"]) == (before["revision"] + 1, before["due_on"])
    assert after["stage_due_at"] == rfc3339(end_of_day(local_date(now()) + timedelta(days=10)))
    assert (after["photos_missing"], after["on_time"], after["ended_at"]) == (0, None, None)
    assert after["rectification"]["photos"] == [first, second]
    (event,) = [event for event in events(world, "hazard", id) if told(event)["changes"].get("state") == "rectifying"][
        1:
    ]
    assert event.action == "photos_lost"
    tasks = client.get("tasks", headers=leader.headers).json()["items"]
    assert [(task["id"], task["action"]) for task in tasks] == [(str(id), "rectify")]
    shown = done(client, leader, id, "rectify", rectifying(leader))
    assert "accept" not in shown["allowed_actions"]
    assert do(client, leader, id, "accept", accepting()).json()["reason"] == "rectified_it"


def test_one_that_was_accepted_goes_back_too(client: TestClient, world: World, leader: Person, officer: Person) -> None:
    gone = some_sha()
    id = rectified(client, world, officer, leader, gone)
    closed = done(client, officer, id, "accept", accepting(method="documents", photos=[]))
    assert (closed["state"], closed["on_time"]) == ("closed", True)
    lost(client, leader, gone)
    after = hazard(client, officer, str(id))
    assert (after["state"], after["review"], after["ended_at"], after["on_time"]) == ("rectifying", None, None, None)
    stale = client.post(
        f"hazards/{id}/rectify",
        json=rectifying(leader),
        headers=leader.headers | {"If-Match": f'"{closed["revision"]}-x"'},
    )
    assert stale.status_code == 412
    reopened = client.get("hazards", params={"state": "open"}, headers=officer.headers).json()["items"]
    assert [row["id"] for row in reopened] == [str(id)]


def test_what_was_put_right_on_the_spot_goes_back(client: TestClient, world: World, leader: Person) -> None:
    gone, worker = some_sha(), world.someone(Role.WORKER)
    on_the_spot = {
        "measures_taken": "已清理", "photos_before": [], "photos_after": [gone],
        "rectified_by": [{"id": str(worker.id)}], "performed_at": "2026-11-23T01:20:00Z",
    }  # fmt: skip
    said = finding(list="hazard", level="general", rectified_on_the_spot=on_the_spot)
    (found,) = posted(client, leader, reporting(world, said))["findings"]
    assert hazard(client, leader, found["id"])["state"] == "closed"
    lost(client, leader, gone)
    after = hazard(client, leader, found["id"])
    assert (after["state"], after["due_on"]) == ("rectifying", None)
    assert after["stage_due_at"] == rfc3339(end_of_day(local_date(now()) + timedelta(days=7)))


def test_a_deadline_that_has_passed_stands(client: TestClient, world: World, leader: Person, officer: Person) -> None:
    gone = some_sha()
    id = rectified(client, world, officer, leader, gone)
    world.sql("UPDATE hazards SET due_on = :day WHERE id = :id", day=day(-2), id=str(id))
    lost(client, leader, gone)
    after = hazard(client, officer, str(id))
    assert after["overdue"] == {"stage": "rectifying", "days": 2}


def test_a_major_one_waits_for_evidence_no_longer(
    client: TestClient, world: World, leader: Person, officer: Person
) -> None:
    """Its supervisor could not accept it before, and need not wait any more."""
    supervisor, photo, gone = world.someone(Role.SUPERVISOR), jpeg(), some_sha()
    id = put_on_the_list(world, leader)
    done(client, officer, id, "confirm", confirming_major(leader))
    put(client, leader, photo)
    done(client, leader, id, "rectify", rectifying(leader, photos=[sha(photo), gone]))
    accepted = accepting(without_plan_reason="整改在先")
    assert do(client, supervisor, id, "accept", accepted).json()["code"] == "photos_missing"
    lost(client, leader, gone)
    assert done(client, supervisor, id, "accept", accepted)["state"] == "closed"


def test_who_accepts_and_who_loses_at_once_agree(
    client: TestClient, world: World, leader: Person, officer: Person
) -> None:
    for _ in range(6):
        gone = some_sha()
        id = rectified(client, world, officer, leader, gone)
        with ThreadPoolExecutor(2) as both:
            accepted = both.submit(do, client, officer, id, "accept", accepting(method="documents", photos=[]))
            both.submit(lost, client, leader, gone).result()
        assert accepted.result().status_code in {200, 409}
        assert hazard(client, officer, str(id))["state"] == "rectifying"


def test_naming_a_lost_photo_again_waits_for_it_again(
    client: TestClient, world: World, leader: Person, officer: Person
) -> None:
    photo = jpeg()
    id = rectified(client, world, officer, leader, sha(photo))
    lost(client, leader, sha(photo))
    shown = done(client, leader, id, "rectify", rectifying(leader, photos=[sha(photo)]))
    assert (shown["photos_missing"], shown["photos"][0]["lost"]) == (1, None)
    assert len(missing(client, leader, mine="true")) == 1
    put(client, leader, photo)
    assert done(client, officer, id, "accept", accepting(photos=[]))["state"] == "closed"


def test_its_place_in_a_plan_and_a_review_is_taken_too(
    client: TestClient, world: World, leader: Person, officer: Person
) -> None:
    gone, instead, plan, signed = some_sha(), some_sha(), some_sha(), some_sha()
    id = put_on_the_list(world, leader)
    done(client, officer, id, "confirm", confirming(leader))
    sent = {
        "responsible_id": str(leader.id), "measures": "更换", "funds": "100", "due_on": day(5), "contingency": "停机",
        "signed_document": plan,
    }  # fmt: skip
    done(client, officer, id, "submit_plan", sent)
    lost(client, officer, plan, replacement=signed)
    assert hazard(client, officer, str(id))["plan"]["signed_document"] == signed
    done(client, leader, id, "rectify", rectifying(leader, photos=[some_sha()]))
    done(client, officer, id, "reject", {"reason": "不合格", "due_on": day(12), "photos": [gone]})
    lost(client, officer, gone, replacement=instead)
    assert hazard(client, officer, str(id))["review"]["photos"] == [instead]


def test_all_of_it_is_in_the_events(client: TestClient, world: World, leader: Person, officer: Person) -> None:
    """The events alone would make the row again."""
    gone, instead = some_sha(), some_sha()
    id = rectified(client, world, officer, leader, gone)
    lost(client, leader, gone, replacement=instead)
    lost(client, leader, instead)
    row = world.write(lambda session: session.get_one(Hazard, id))
    rebuilt: dict[str, Any] = {}
    for event in events(world, "hazard", id):
        rebuilt |= told(event)["changes"] | {"revision": told(event)["revision"]}
    assert (row.state, rebuilt["state"]) == ("rectifying", "rectifying")
    for name in ("photos_missing", "evidence_missing", "rectification", "review", "revision", "plan_pending"):
        assert rebuilt[name] == getattr(row, name), name
    assert rebuilt["stage_due_at"] == rfc3339(row.stage_due_at)
