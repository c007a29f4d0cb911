"""Assessing a risk through HTTP: history, level, next review, overrides, who may."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import DBAPIError

from app.foundation.calendar import local_date
from app.foundation.clock import now
from app.people.models import Enterprise
from app.people.scope import Role
from app.risks.reviewing import next_review
from tests.conftest import Person, World
from tests.risks.stories import added, assessed, assessing, ids, measured, measuring, read


@pytest.fixture
def keeper(world: World) -> Person:
    return world.someone(Role.SAFETY_OFFICER)


def name_engineer(world: World, person: Person | None = None) -> None:
    told = {"name": "钱总工", "phone": None, "user_id": str(person.id) if person else None}
    world.write(lambda session: setattr(session.get_one(Enterprise, world.enterprise), "chief_engineer", told))


def test_an_assessment_reads_as_the_contract_says(client: TestClient, keeper: Person) -> None:
    risk = added(client, keeper, level=None)
    told = assessed(client, keeper, risk, l=0.5, e="10", c=15)
    assert told | {"id": "", "assessed_at": "", "assessed_by": ""} == {
        "id": "", "risk_id": risk["id"], "kind": "inherent", "method": "lec",
        "factors": {"l": "0.5", "e": "10", "c": "15"}, "score": "75", "level": "general", "colour": "yellow",
        "control_level": "team", "thresholds_version": "lec-320-160-70", "override": None,
        "reason": "按作业条件评估", "endorsement": None, "assessed_by": "", "assessed_at": "", "revision": 1,
        "replayed": False,
    }  # fmt: skip
    shown = read(client, keeper, risk["id"])
    assert (shown["level"], shown["level_by"], shown["colour"]) == ("general", "assessed", "yellow")
    assert (shown["control_level"], shown["inherent"]["score"], shown["residual"]) == ("team", "75", None)
    assert shown["next_review_on"] == str(next_review(local_date(now())))
    assert shown["review_because"] == "yearly"


def test_the_level_is_that_of_the_newest_residual_assessment(client: TestClient, keeper: Person) -> None:
    risk = added(client, keeper)
    assessed(client, keeper, risk, l=6, c=40)  # 1440
    assert read(client, keeper, risk["id"])["level"] == "major"
    assessed(client, keeper, risk, kind="residual", method="ls", l=3, e=None, c=None, s=4)
    assert read(client, keeper, risk["id"])["level"] == "general"
    assessed(client, keeper, risk, l=10, c=100)
    shown = read(client, keeper, risk["id"])
    assert (shown["level"], shown["inherent"]["level"], shown["residual"]["score"]) == ("general", "major", "12")
    assert shown["revision"] == 4


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"l": "0.3"}, "/l"), ({"l": 7}, "/l"), ({"e": None}, "/e"), ({"c": "15.01"}, "/c"), ({"s": 3}, "/s"),
        ({"l": True}, "/l"), ({"l": "1e1"}, "/l"), ({"l": "NaN"}, "/l"), ({"l": "-1"}, "/l"), ({"l": "1" * 400}, "/l"),
        ({"method": "ls", "e": None, "c": None, "s": 6}, "/s"), ({"method": "ls"}, "/e"),
        ({"method": "mes"}, "/method"),
        ({"kind": "guess"}, "/kind"), ({"override": "gut feeling"}, "/override"), ({"reason": " "}, "/reason"),
    ],
)  # fmt: skip
def test_only_what_the_method_allows_is_taken(
    client: TestClient, keeper: Person, more: dict[str, Any], pointer: str
) -> None:
    risk = added(client, keeper)
    answer = client.post(f"risks/{risk['id']}/assess", json=assessing(**more), headers=keeper.headers)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text


def test_an_override_makes_it_major(client: TestClient, keeper: Person) -> None:
    risk = added(client, keeper)
    told = assessed(client, keeper, risk, l="0.1", override="past_accident")
    assert (told["score"], told["level"], told["override"]) == ("9", "major", "past_accident")
    assert read(client, keeper, risk["id"])["inherent"]["override"] == "past_accident"


@pytest.mark.parametrize(("grade", "level"), [(1, "major"), (2, "major"), (3, "low"), (4, "low"), (None, "low")])
def test_an_installation_of_the_first_two_grades_is_a_major_risk(
    client: TestClient, keeper: Person, grade: int | None, level: str
) -> None:
    risk = added(client, keeper)
    path = f"risk-objects/{risk['object_id']}"
    assert client.patch(path, json={"revision": 1, "grade": grade}, headers=keeper.headers).status_code == 200
    told = assessed(client, keeper, risk, l="0.1")
    assert (told["level"], told["override"]) == (level, "major_hazard_installation" if level == "major" else None)
    assert read(client, keeper, risk["id"])["grade"] == grade


def test_assessments_are_history(client: TestClient, world: World, keeper: Person) -> None:
    risk = added(client, keeper)
    made = [assessed(client, keeper, risk, l=value)["id"] for value in ("1", "3", "6")]
    made.append(assessed(client, keeper, risk, kind="residual", l="0.5")["id"])
    path, seen, cursor = f"risks/{risk['id']}/assessments", [], None
    while True:
        asked = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = client.get(path, params=asked, headers=keeper.headers).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert seen == made[::-1]
    only = client.get(path, params={"kind": "residual"}, headers=keeper.headers).json()["items"]
    assert [item["id"] for item in only] == made[3:]
    for statement in ("UPDATE risk_assessments SET score = '1'", "DELETE FROM risk_assessments"):
        with pytest.raises(DBAPIError, match="insert-only"):
            world.sql(statement)


def test_the_same_assessment_again_is_made_once(client: TestClient, keeper: Person) -> None:
    risk, body = added(client, keeper), assessing(id=str(uuid4()))
    answers = [client.post(f"risks/{risk['id']}/assess", json=body, headers=keeper.headers) for _ in range(2)]
    assert [(answer.status_code, answer.json()["replayed"]) for answer in answers] == [(200, False), (200, True)]
    history = client.get(f"risks/{risk['id']}/assessments", headers=keeper.headers).json()["items"]
    assert [item["id"] for item in history] == [body["id"]]


def test_a_dry_run_assesses_nothing(client: TestClient, keeper: Person) -> None:
    risk = added(client, keeper)
    answer = client.post(f"risks/{risk['id']}/assess?dry_run=true", json=assessing(), headers=keeper.headers)
    assert (answer.status_code, answer.json()["score"]) == (200, "90")
    assert read(client, keeper, risk["id"]) == risk


def test_a_level_that_was_assessed_is_not_declared_over(client: TestClient, keeper: Person) -> None:
    risk = added(client, keeper)
    assessed(client, keeper, risk)
    path = f"risks/{risk['id']}"
    answer = client.patch(path, json={"revision": 2, "level": "low"}, headers=keeper.headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "level_assessed")
    same = client.patch(path, json={"revision": 2, "level": "general", "post": "班长"}, headers=keeper.headers)
    assert (same.status_code, same.json()["level_by"]) == (200, "assessed")


def test_a_change_of_what_was_judged_makes_a_review_due(client: TestClient, keeper: Person) -> None:
    today = str(local_date(now()))
    changes: list[Any] = [
        lambda risk: client.patch(
            f"risks/{risk['id']}", json={"revision": 2, "event": "火灾"}, headers=keeper.headers
        ).raise_for_status(),
        lambda risk: measured(client, keeper, risk),
        lambda risk: client.patch(
            f"risks/{risk['id']}/measures/{risk['measures'][0]['id']}",
            json={"revision": 1, "retired": True},
            headers=keeper.headers,
        ).raise_for_status(),
    ]
    for change in changes:
        risk = added(client, keeper, measures=[measuring()])
        assessed(client, keeper, risk)
        assert risk["id"] not in ids(client, keeper, review_due=True)
        change(risk)
        shown = read(client, keeper, risk["id"])
        assert (shown["next_review_on"], shown["review_because"]) == (today, "change")
        assert risk["id"] in ids(client, keeper, review_due=True)
        assessed(client, keeper, risk, kind="residual")
        assert risk["id"] not in ids(client, keeper, review_due=True)
        assert risk["id"] in ids(client, keeper, review_due=False)


def test_who_owns_it_or_where_it_stands_is_no_such_change(client: TestClient, keeper: Person) -> None:
    risk = added(client, keeper)
    assessed(client, keeper, risk)
    moved = client.patch(f"risks/{risk['id']}", json={"revision": 2, "post": "电工"}, headers=keeper.headers)
    assert moved.json()["review_because"] == "yearly"


def test_another_grade_of_its_object_makes_a_review_due(client: TestClient, keeper: Person) -> None:
    """An installation of the first grade makes its risks major; one that was assessed before it was is not left so."""
    risk, other = added(client, keeper), added(client, keeper, unit="打磨台")
    assessed(client, keeper, risk)
    path = f"risk-objects/{risk['object_id']}"
    client.patch(path, json={"revision": 1, "department": "一车间"}, headers=keeper.headers)
    assert ids(client, keeper, review_due=True) == []
    graded = client.patch(path, json={"revision": 2, "grade": 1}, headers=keeper.headers)
    assert graded.status_code == 200
    assert ids(client, keeper, review_due=True) == [risk["id"]]
    assert read(client, keeper, risk["id"])["review_because"] == "change"
    assert read(client, keeper, other["id"])["next_review_on"] is None


def test_an_accident_calls_for_a_review(client: TestClient, world: World, keeper: Person) -> None:
    risk, supervisor = added(client, keeper), world.someone(Role.SUPERVISOR)
    assessed(client, keeper, risk)
    body = {"because": "accident", "reason": "同类企业发生爆炸"}
    answer = client.post(f"risks/{risk['id']}/review", json=body, headers=supervisor.headers)
    assert (answer.status_code, answer.json()["review_because"]) == (200, "accident")
    assert ids(client, supervisor, review_due=True) == [risk["id"]]
    yearly = client.post(f"risks/{risk['id']}/review", json=body | {"because": "yearly"}, headers=keeper.headers)
    assert (yearly.status_code, yearly.json()["errors"][0]["pointer"]) == (422, "/because")


@pytest.mark.parametrize(
    ("day", "next_one"),
    [
        (date(2026, 11, 23), date(2027, 11, 23)), (date(2028, 2, 29), date(2029, 2, 28)),
        (date(2026, 12, 31), date(2027, 12, 31)),
    ],
)  # fmt: skip
def test_the_next_review_is_a_year_on(day: date, next_one: date) -> None:
    assert next_review(day) == next_one


def test_the_chief_engineer_assesses_and_endorses(client: TestClient, world: World, keeper: Person) -> None:
    risk, engineer = added(client, keeper), world.someone(Role.DEPARTMENT_HEAD)
    path = f"risks/{risk['id']}/assess"
    endorsed = assessing(endorsed_by_chief_engineer=True)
    nobody = client.post(path, json=endorsed, headers=keeper.headers)
    assert (nobody.status_code, nobody.json()["code"]) == (409, "no_chief_engineer")
    assert client.post(path, json=assessing(), headers=engineer.headers).status_code == 403
    name_engineer(world, engineer)
    own = client.post(path, json=assessing(), headers=engineer.headers).json()
    assert own["endorsement"] == {"name": "钱总工", "user_id": str(engineer.id), "in_person": True}
    told = client.post(path, json=endorsed, headers=keeper.headers).json()
    assert told["endorsement"]["in_person"] is False
    assert read(client, keeper, risk["id"])["inherent"]["endorsed"] is True
    assert assessed(client, keeper, risk)["endorsement"] is None
    assert read(client, keeper, risk["id"])["inherent"]["endorsed"] is False
    worker = world.someone(Role.WORKER)
    rows = client.get(f"risks/{risk['id']}/assessments", headers=worker.headers).json()["items"]
    assert {row["assessed_by"]["name"] for row in rows} == {None}
    assert {row["endorsement"]["name"] for row in rows if row["endorsement"]} == {None}


def test_strangers_find_neither_risk_nor_history(client: TestClient, world: World, keeper: Person) -> None:
    risk = added(client, keeper)
    assessed(client, keeper, risk)
    stranger = world.someone(Role.SAFETY_OFFICER, enterprise_id=world.works())
    answers = [
        client.post(f"risks/{risk['id']}/assess", json=assessing(), headers=stranger.headers),
        client.get(f"risks/{risk['id']}/assessments", headers=stranger.headers),
        client.get(f"risks/{UUID(int=1)}/assessments", headers=keeper.headers),
    ]
    assert [answer.status_code for answer in answers] == [404] * 3


def test_the_methods_say_where_they_come_from(client: TestClient, world: World) -> None:
    told = client.get("risk-methods", headers=world.someone(Role.WORKER).headers).json()
    assert {each["method"]: len(each["factors"]) for each in told["methods"]} == {"lec": 3, "ls": 2}
    assert all(each["source"] and each["verified"] is False for each in (*told["methods"], *told["thresholds"]))
    assert {each["version"] for each in told["in_force"]} == {"lec-320-160-70", "ls-20-15-9"}
