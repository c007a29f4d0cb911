"""An inspection as a phone posts it: who may, what is kept, and how it is read."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from app.people.scope import Role
from tests.conftest import Person, World
from tests.duties.stories import planned
from tests.inspections.stories import finding, found, posted, reporting, single
from tests.risks.stories import added, measured

INSPECT = set(Role) - {Role.WORKER, Role.ADMINISTRATOR}
REPORT = set(Role) - {Role.ADMINISTRATOR}


@pytest.fixture
def leader(world: World) -> Person:
    return world.someone(Role.TEAM_LEADER)


def measures(client: TestClient, world: World, count: int = 2) -> list[str]:
    """Measures of this works that can be checked."""
    keeper = world.someone(Role.SAFETY_OFFICER)
    risk = added(client, keeper)
    return [measured(client, keeper, risk)["id"] for _ in range(count)]


def checked(*ids: str, status: str = "normal") -> list[dict[str, Any]]:
    return [{"measure_id": id, "status": status} for id in ids]


@pytest.mark.parametrize("role", list(Role))
def test_every_role_but_worker_and_administrator_inspects_and_all_but_the_latter_report(
    client: TestClient, world: World, role: Role
) -> None:
    someone = world.someone(role)
    inspection = client.post("inspections", json=reporting(world), headers=someone.headers)
    assert inspection.status_code == (201 if role in INSPECT else 403)
    one = client.post("findings", json=single(world), headers=someone.headers)
    assert one.status_code == (201 if role in REPORT else 403)


def test_whoever_also_does_something_else_inspects(client: TestClient, world: World) -> None:
    both = world.someone(Role.WORKER, Role.TEAM_LEADER)
    assert client.post("inspections", json=reporting(world), headers=both.headers).status_code == 201


def test_only_enterprise_and_time_are_needed(client: TestClient, world: World, leader: Person) -> None:
    body = {"enterprise_id": str(world.enterprise), "performed_at": "2026-11-23T09:10:00+08:00"}
    shown = posted(client, leader, body)
    assert (shown["kind"], shown["performed_at"], shown["nil"]) == ("routine", "2026-11-23T01:10:00.000Z", True)
    assert (shown["duties"], shown["findings"], shown["results"], shown["cadence"]) == ([], [], [], None)


def test_null_is_the_same_as_absent(client: TestClient, world: World, leader: Person) -> None:
    names = ("duties", "cadence", "tier", "kind", "started_at", "device", "position", "participants", "results")
    nulls: dict[str, Any] = dict.fromkeys((*names, "findings", "photos"))
    assert posted(client, leader, reporting(world) | nulls)["nil"] is True
    more = ("place", "measure_id", "list", "level", "criterion", "seen_again", "photos", "rectified_on_the_spot")
    told = finding(**dict.fromkeys(more))
    assert found(client, leader, told)[0]["list"] == "pending"


@pytest.mark.parametrize("missing", ["enterprise_id", "performed_at"])
def test_what_is_needed_is_missed(client: TestClient, world: World, leader: Person, missing: str) -> None:
    body = reporting(world)
    del body[missing]
    answer = client.post("inspections", json=body, headers=leader.headers)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{missing}")


def test_the_whole_report_can_be_read_back(client: TestClient, world: World, leader: Person) -> None:
    normal, off = measures(client, world)
    plan = planned(client, world.someone(Role.MANAGER))["id"]
    duties = [f"{plan}:2026-11-23", f"{plan}:2026-W48", f"{plan}:2026-11", f"{plan}:2026-11-23:夜班"]
    body = reporting(
        world,
        finding(measure_id=off),
        duties=duties,
        started_at="2026-11-23T01:02:00Z",
        position={"lon": 106.05, "lat": 29.84, "datum": "gcj02", "accuracy_m": 12},
        participants=[{"name": "李四", "certificate": "500151"}],
        results=[*checked(normal), {"measure_id": off, "status": "abnormal", "note": "缺"}],
    )
    shown = posted(client, leader, body)
    assert [duty["id"] for duty in shown["duties"]] == duties
    assert {duty["state"] for duty in shown["duties"][1:]} == {None}  # this plan owes days only
    assert [(result["status"], result["note"]) for result in shown["results"]] == [("normal", ""), ("abnormal", "缺")]
    assert (shown["position"]["datum"], shown["participants"][0]["name"]) == ("gcj02", "李四")
    assert (shown["nil"], shown["findings_count"]) == (False, 1)
    assert {"id", "hazard_id", "list", "level", "level_confirmed", "sorting", "photos_missing"} <= shown["findings"][
        0
    ].keys()
    assert client.get(f"inspections/{body['id']}", headers=leader.headers).json() == shown


@pytest.mark.parametrize(
    "duty",
    ["2026-11-23", "{plan}:2026-02-30", "{plan}:2026-W54", "{plan}:2026-13", "{plan}:2026-Q5", "{plan}", "{plan}:9999"],
)
def test_a_duty_that_cannot_be_is_refused(client: TestClient, world: World, leader: Person, duty: str) -> None:
    body = reporting(world, duties=[duty.replace("{plan}", str(uuid4()))])
    answer = client.post("inspections", json=body, headers=leader.headers)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/duties/0")


def test_nothing_found_and_all_checked_is_nil(client: TestClient, world: World, leader: Person) -> None:
    first, second = measures(client, world)
    assert posted(client, leader, reporting(world, results=checked(first, second)))["nil"] is True
    partial = [*checked(first), *checked(second, status="unchecked")]
    assert posted(client, leader, reporting(world, results=partial))["nil"] is False
    assert posted(client, leader, reporting(world, finding(list="none")))["nil"] is False


def test_an_abnormal_measure_needs_a_finding(client: TestClient, world: World, leader: Person) -> None:
    first, second = measures(client, world)
    results = [*checked(first), *checked(second, status="abnormal")]
    body = reporting(world, finding(measure_id=first), results=results)
    answer = client.post("inspections", json=body, headers=leader.headers).json()
    assert (answer["code"], answer["errors"][0]["pointer"]) == ("abnormal_without_finding", "/results/1")


def test_a_measure_is_checked_once(client: TestClient, world: World, leader: Person) -> None:
    (measure,) = measures(client, world, 1)
    answer = client.post(
        "inspections", json=reporting(world, results=checked(measure, measure)), headers=leader.headers
    )
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "repeated")


def test_measures_are_the_enterprises_own(client: TestClient, world: World, leader: Person) -> None:
    other = world.works()
    keeper = world.someone(Role.MANAGER, enterprise_id=other)
    theirs = measured(client, keeper, added(client, keeper, enterprise_id=str(other)))["id"]
    for body, pointer in [
        (reporting(world, results=checked(theirs)), "/results/0/measure_id"),
        (reporting(world, finding(), finding(measure_id=theirs)), "/findings/1/measure_id"),
        (reporting(world, results=checked(str(uuid4()))), "/results/0/measure_id"),
    ]:
        answer = client.post("inspections", json=body, headers=leader.headers)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (404, pointer)
    answer = client.post("findings", json=single(world, measure_id=theirs), headers=leader.headers)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (404, "/measure_id")


def test_another_enterprise_does_not_exist(client: TestClient, world: World, leader: Person) -> None:
    elsewhere = str(world.works())
    for path, body in [("inspections", reporting(world)), ("findings", single(world))]:
        answer = client.post(path, json=body | {"enterprise_id": elsewhere}, headers=leader.headers)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (404, "/enterprise_id")


def test_an_inspection_outside_the_scope_does_not_exist(client: TestClient, world: World, leader: Person) -> None:
    shown = posted(client, leader, reporting(world, finding()))
    strangers = [
        world.someone(Role.SUPERVISOR, areas=(world.next_town,), area_code=world.next_town),
        world.someone(Role.MANAGER, enterprise_id=world.works()),
        world.someone(Role.EXPERT, assigned=()),
    ]
    for stranger in strangers:
        for path in (f"inspections/{shown['id']}", f"findings/{shown['findings'][0]['id']}"):
            assert client.get(path, headers=stranger.headers).status_code == 404
        for path in ("inspections", "findings"):
            assert client.get(path, headers=stranger.headers).json()["items"] == []
        decision = {"list": "none"}
        path = f"findings/{shown['findings'][0]['id']}/sort"
        assert client.post(path, json=decision, headers=stranger.headers).status_code == 404


def test_a_worker_reads_no_names_of_others(client: TestClient, world: World, leader: Person) -> None:
    worker = world.someone(Role.WORKER)
    shown = posted(client, leader, reporting(world, finding(), participants=[{"name": "李四"}]))
    read = client.get(f"inspections/{shown['id']}", headers=worker.headers).json()
    assert (read["inspector"]["name"], read["participants"][0]["name"]) == (None, None)
    assert read["findings"][0]["reported_by"]["name"] is None
    own = posted(client, worker, single(world), "findings")
    assert own["reported_by"]["name"] is not None


def test_the_same_report_again_is_shown_as_it_is_now(client: TestClient, world: World, leader: Person) -> None:
    body = reporting(world, finding(), finding())
    posted(client, leader, body)
    again = client.post("inspections", json=body | {"device": {"app_version": "2"}}, headers=leader.headers)
    assert (again.status_code, again.json()["replayed"], len(again.json()["findings"])) == (200, True, 2)
    assert len(client.get("inspections", headers=leader.headers).json()["items"]) == 1
    other = client.post("inspections", json=body | {"tier": "department"}, headers=leader.headers)
    assert (other.status_code, other.json()["code"]) == (409, "id_conflict")


def test_the_same_report_twenty_times_at_once_is_one_inspection(
    client: TestClient, world: World, leader: Person
) -> None:
    body = reporting(world, finding(list="hazard"), finding(list="risk"), finding())
    with ThreadPoolExecutor(20) as phones:
        answers = list(phones.map(lambda _: client.post("inspections", json=body, headers=leader.headers), range(20)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 19}
    for path, count in [("inspections", 1), ("findings", 3), ("hazards", 1), ("risks", 2)]:
        page = client.get(path, headers=leader.headers).json()
        assert len(page["items"]) == count, path


def test_the_id_of_a_finding_serves_once(client: TestClient, world: World, leader: Person) -> None:
    used = finding()
    posted(client, leader, reporting(world, used))
    twice = finding()
    for body in (reporting(world, used), reporting(world, twice, twice)):
        answer = client.post("inspections", json=body, headers=leader.headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "id_conflict")
    answer = client.post("findings", json=single(world, id=used["id"]), headers=leader.headers)
    assert answer.status_code == 409


def test_without_ids_the_server_makes_them(client: TestClient, world: World, leader: Person) -> None:
    body = reporting(world, {"description": "通道堵塞"})
    del body["id"]
    shown = posted(client, leader, body)
    assert client.get(f"inspections/{shown['id']}", headers=leader.headers).status_code == 200
    assert client.get(f"findings/{shown['findings'][0]['id']}", headers=leader.headers).status_code == 200


def test_a_refused_report_leaves_nothing(client: TestClient, world: World, leader: Person) -> None:
    good, bad = finding(list="hazard"), finding(seen_again=str(uuid4()))
    body = reporting(world, good, bad)
    assert client.post("inspections", json=body, headers=leader.headers).status_code == 404
    for path in ("inspections", "findings", "hazards", "risks"):
        assert client.get(path, headers=leader.headers).json()["items"] == []
    assert len(posted(client, leader, reporting(world, good, id=body["id"]))["findings"]) == 1


def test_a_dry_run_answers_and_stores_nothing(client: TestClient, world: World, leader: Person) -> None:
    body = reporting(world, finding(list="hazard"))
    answer = client.post("inspections?dry_run=true", json=body, headers=leader.headers)
    assert (answer.status_code, answer.json()["findings"][0]["level"]) == (201, "general")
    for path in ("inspections", "findings", "hazards", "risks"):
        assert client.get(path, headers=leader.headers).json()["items"] == []
    assert posted(client, leader, body)["replayed"] is False


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"findings": [finding() for _ in range(201)]}, "/findings"),
        ({"findings": [finding(photos=["ab" * 32] * 21)]}, "/findings/0/photos"),
        ({"findings": [finding(photos=["AB" * 32])]}, "/findings/0/photos/0"),
        ({"findings": [finding(description="")]}, "/findings/0/description"),
        ({"findings": [finding(description="\u0007")]}, "/findings/0/description"),
        ({"findings": [finding(colour="red")]}, "/findings/0/colour"),
        ({"findings": [finding(level="terrible")]}, "/findings/0/level"),
        ({"findings": [finding(seen_again=True)]}, None),
        ({"performed_at": "2026-11-23T01:10:00"}, "/performed_at"),
        ({"position": {"lon": 200, "lat": 29.84, "datum": "gcj02"}}, "/position/lon"),
        ({"photos": [{"bytes": 3}]}, "/photos/0/sha256"),
        ({"kind": "walk"}, "/kind"),
    ],
)
def test_what_is_out_of_bounds_is_refused(
    client: TestClient, world: World, leader: Person, body: dict[str, Any], pointer: str | None
) -> None:
    answer = client.post("inspections", json=reporting(world) | body, headers=leader.headers)
    assert answer.status_code == 422, answer.text
    assert pointer is None or answer.json()["errors"][0]["pointer"] == pointer


def test_two_hundred_findings_are_taken(client: TestClient, world: World, leader: Person) -> None:
    assert len(found(client, leader, *(finding(list="hazard") for _ in range(200)))) == 200


def sent_at(client: TestClient, person: Person, body: dict[str, Any], device_time: str) -> Any:
    return client.post("inspections", json=body, headers=person.headers | {"Device-Time": device_time})


def test_times_are_judged_by_our_clock(client: TestClient, world: World, leader: Person) -> None:
    """A phone that is ten minutes slow."""
    slow = datetime.now(UTC) - timedelta(minutes=10)
    performed = slow - timedelta(hours=2)
    shown = sent_at(client, leader, reporting(world, performed_at=performed.isoformat()), slow.isoformat()).json()
    assert shown["clock_doubt"] is True
    assert 598 <= shown["clock_correction_s"] <= 605
    word, corrected = (datetime.fromisoformat(shown[name]) for name in ("performed_at", "corrected_at"))
    assert (corrected - word).total_seconds() == shown["clock_correction_s"]


def test_a_phone_that_is_right_is_believed(client: TestClient, world: World, leader: Person) -> None:
    at = datetime.now(UTC)
    shown = sent_at(client, leader, reporting(world, performed_at=at.isoformat()), at.isoformat()).json()
    assert (shown["clock_doubt"], abs(shown["clock_correction_s"]) < 5) == (False, True)


def test_a_phone_that_says_nothing_of_its_clock_is_believed(client: TestClient, world: World, leader: Person) -> None:
    shown = posted(client, leader, reporting(world))
    assert (shown["clock_correction_s"], shown["clock_doubt"]) == (None, False)
    assert shown["corrected_at"] == shown["performed_at"]


def test_nothing_was_done_later_than_we_heard_of_it(client: TestClient, world: World, leader: Person) -> None:
    ahead = datetime.now(UTC) + timedelta(hours=1)
    shown = posted(client, leader, reporting(world, performed_at=ahead.isoformat()))
    assert (shown["clock_doubt"], shown["corrected_at"]) == (True, shown["received_at"])


@pytest.mark.parametrize("shown", ["now", "2026-11-23", "2026-11-23T01:10:00", "9999-99-99T00:00:00Z"])
def test_a_device_time_that_is_none_is_refused(client: TestClient, world: World, leader: Person, shown: str) -> None:
    answer = sent_at(client, leader, reporting(world), shown)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "Device-Time")


def test_a_finding_without_a_time_was_seen_just_now(client: TestClient, world: World, leader: Person) -> None:
    body = single(world)
    del body["performed_at"]
    shown = posted(client, leader, body, "findings")
    assert shown["performed_at"] == shown["received_at"]


def test_the_list_is_the_latest_first_and_goes_on(client: TestClient, world: World, leader: Person) -> None:
    days = [f"2026-11-{day:02d}T01:00:00Z" for day in range(1, 8)]
    made = [posted(client, leader, reporting(world, performed_at=day))["id"] for day in days]
    seen: list[str] = []
    asked: dict[str, Any] = {"limit": 3, "count": True}
    while True:
        page = client.get("inspections", params=asked, headers=leader.headers).json()
        assert page["total"] == 7
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        asked["cursor"] = page["next_cursor"]
    assert seen == made[::-1]


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({}, 1), ({"cadence": "daily"}, 1), ({"cadence": "weekly"}, 0), ({"tier": "team"}, 1), ({"tier": "manager"}, 0),
        ({"kind": "routine"}, 1), ({"kind": "special"}, 0), ({"nil": True}, 0), ({"nil": False}, 1),
        ({"performed_from": "2026-11-23", "performed_to": "2026-11-23"}, 1), ({"performed_to": "2026-11-22"}, 0),
        ({"performed_from": "2026-11-24"}, 0), ({"performed_from": "2026-11-23T01:10:01Z"}, 0),
        ({"clock_doubt": True}, 0), ({"duty": "d"}, 0),
    ],
)  # fmt: skip
def test_the_filter_finds_an_inspection(
    client: TestClient, world: World, leader: Person, asked: dict[str, Any], count: int
) -> None:
    posted(client, leader, reporting(world, finding()))
    assert len(client.get("inspections", params=asked, headers=leader.headers).json()["items"]) == count


def test_an_inspection_is_found_by_its_duty(client: TestClient, world: World, leader: Person) -> None:
    plans = [planned(client, world.someone(Role.MANAGER))["id"] for _ in range(2)]
    duty = f"{plans[0]}:2026-11-23"
    shown = posted(client, leader, reporting(world, duties=[f"{plans[1]}:2026-W48", duty]))
    page = client.get("inspections", params={"duty": duty}, headers=leader.headers).json()
    assert [item["id"] for item in page["items"]] == [shown["id"]]


def test_supervisors_read_their_area(client: TestClient, world: World, leader: Person) -> None:
    shown = posted(client, leader, reporting(world, finding()))
    supervisor = world.someone(Role.SUPERVISOR)
    for path in ("inspections", "findings"):
        page = client.get(path, params={"area_code": world.town}, headers=supervisor.headers).json()
        assert len(page["items"]) == 1
        page = client.get(path, params={"area_code": world.next_town}, headers=supervisor.headers).json()
        assert page["items"] == []
    assert client.get(f"inspections/{shown['id']}", headers=supervisor.headers).json()["inspector"]["name"]


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({}, 3), ({"list": "hazard"}, 1), ({"list": "pending"}, 1), ({"list": "risk"}, 1), ({"level": "major"}, 1),
        ({"level": "general"}, 0), ({"origin": "enterprise"}, 3), ({"origin": "expert"}, 0), ({"q": "如图"}, 3),
        ({"q": "如图 打磨"}, 3), ({"q": "氨"}, 0), ({"seen_again": True}, 0),
    ],
)  # fmt: skip
def test_the_filter_finds_findings(
    client: TestClient, world: World, leader: Person, asked: dict[str, Any], count: int
) -> None:
    found(client, leader, finding(level="major"), finding(list="risk"), finding())
    page = client.get("findings", params=asked | {"count": True}, headers=leader.headers).json()
    assert (len(page["items"]), page["total"]) == (count, count)
