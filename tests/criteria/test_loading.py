"""Sets that are loaded while a server runs: it follows within seconds, or stays as it was."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.criteria import commands
from app.criteria.commands import Keeper
from app.criteria.current import PAUSE
from app.people.scope import Role
from app.sorting.criteria import BadCriteria
from app.sorting.terms import Sector
from tests.conftest import Person, World
from tests.criteria.stories import a_set, criteria
from tests.inspections.stories import single

BY = Keeper.called("李四")
PATIENCE = 8 * PAUSE  # seconds: a busy machine


def load(world: World, told: dict[str, Any], **how: Any) -> tuple[str, int, int]:
    def work(session: Any) -> tuple[str, int, int]:
        row = commands.load(session, told, BY, **how)
        return row.name, row.version, row.revision

    done: tuple[str, int, int] = world.write(work)
    return done


def switch(world: World, name: str, version: int, *, active: bool) -> None:
    world.write(lambda session: commands.switch(session, name, version, BY, active=active) and None)


def until(true: Callable[[], bool]) -> None:
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < PATIENCE
        time.sleep(0.05)


@pytest.fixture
def inspector(world: World) -> Person:
    return world.someone(Role.INSPECTOR)


def shown(client: TestClient, name: str) -> list[tuple[int, str | None]]:
    """The versions of a set that are in force today, as everybody sees them."""
    sets = client.get("meta").json()["criteria_sets"]
    return [(each["version"], each["until"]) for each in sets if each["name"] == name]


def test_a_running_server_judges_by_a_set_within_seconds_and_no_longer_once_it_is_off(
    client: TestClient, world: World, inspector: Person
) -> None:
    told, works = a_set(), world.works(sectors=(Sector.TRANSPORT,), special_categories=())
    code, unverified = (each["code"] for each in told["criteria"])

    def answer(**more: Any) -> Any:
        body = single(world, enterprise_id=str(works), **more)
        return client.post("findings", json=body, headers=inspector.headers, params={"dry_run": "true"})

    assert answer(criterion=code).json()["code"] == "unknown_criterion"
    name, version, _ = load(world, told)
    until(lambda: shown(client, name) == [(1, None)])
    sorting = answer(criterion=unverified).json()["sorting"]
    assert (sorting["level"], sorting["criteria"][0]["verified"]) == ("major", False)
    early = answer(criterion=code, performed_at="2026-05-31T01:00:00Z")
    assert early.json()["code"] == "criterion_not_in_force"
    body = {"description": "沉降监测坏了一年了", "enterprise_id": str(works)}
    read = client.post("sorting/preview", json=body, headers=inspector.headers).json()["sorting"]
    assert (read["level"], read["criteria"][0]["code"], read["criteria"][0]["verified"]) == ("major", unverified, False)
    switch(world, name, version, active=False)
    until(lambda: shown(client, name) == [])
    assert answer(criterion=code).json()["code"] == "unknown_criterion"


def test_a_file_that_is_refused_leaves_the_old_set_in_force(client: TestClient, world: World) -> None:
    told = a_set()
    name, _, _ = load(world, told)
    until(lambda: shown(client, name) == [(1, None)])
    for wrong in (
        criteria(told, {"text": None}, {}),
        told | {"applies_to": ["mining"]},
        criteria(told, {}, {"code": told["criteria"][0]["code"]}),
        criteria(told, {"code": "GM-11-03"}, {}),
    ):
        with pytest.raises(BadCriteria):
            load(world, wrong)
    time.sleep(PAUSE)
    assert shown(client, name) == [(1, None)]
    (count,) = world.sql("SELECT count(*) FROM criteria_sets WHERE name = :name", name=name).scalars()
    assert count == 1
    switch(world, name, 1, active=False)


def test_versions_are_counted_and_the_same_file_is_taken_once(client: TestClient, world: World) -> None:
    told = a_set()
    assert load(world, told) == load(world, told) == (told["name"], 1, 1)
    assert load(world, told | {"effective_from": "2026-09-01"}, active=False) == (told["name"], 2, 1)
    until(lambda: shown(client, told["name"]) == [(1, None)])
    switch(world, told["name"], 2, active=True)
    until(lambda: shown(client, told["name"]) == [(2, None)])
    rows = world.sql("SELECT id FROM criteria_sets WHERE name = :name ORDER BY version", name=told["name"]).scalars()
    story = "SELECT action FROM events WHERE subject_id = :id ORDER BY number"
    assert [list(world.sql(story, id=id).scalars()) for id in rows] == [["loaded"], ["loaded", "switched_on"]]
    with pytest.raises(BadCriteria, match="no version 3"):
        switch(world, told["name"], 3, active=True)
    for version in (1, 2):
        switch(world, told["name"], version, active=False)
