"""The hazard list, held against a plain reading of the same rules: each SQL says of all what Python says of one."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from app.hazards.loop import allowed_actions, awaited
from app.hazards.stages import waiting_for
from app.hazards.terms import WaitingFor
from tests.conftest import World
from tests.hazards.town import Known, Town


@pytest.fixture
def town(world: World) -> Town:
    return Town(world)


def listed(client: TestClient, one: Known, query: str = "") -> Iterator[dict[str, Any]]:
    """Every row of somebody's hazard list."""
    cursor = ""
    while True:
        answer = client.get(f"hazards?limit=200{query}{cursor}", headers=one.person.headers)
        assert answer.status_code == 200, answer.text
        yield from answer.json()["items"]
        if not answer.json()["next_cursor"]:
            return
        cursor = f"&cursor={answer.json()['next_cursor']}"


def ids(rows: Iterator[dict[str, Any]]) -> list[UUID]:
    found = [UUID(row["id"]) for row in rows]
    assert len(found) == len(set(found))
    return found


def test_everybody_sees_their_hazards_and_what_they_may_do(client: TestClient, town: Town) -> None:
    for one in (one for one in town.people if one.active):
        expected = {
            str(told["id"]): (waiting_for(town.facts(told)), list(allowed_actions(town.facts(told), one.caller)))
            for told in town.hazards
            if town.sees(one, told)
        }
        shown = {row["id"]: (row["waiting_for"], row["allowed_actions"]) for row in listed(client, one)}
        assert shown == expected, one.name


def test_what_awaits_me_is_what_the_loop_awaits_of_me(client: TestClient, town: Town) -> None:
    for one in (one for one in town.people if one.active):
        seen = (told for told in town.hazards if town.sees(one, told))
        expected = {told["id"] for told in seen if awaited(town.facts(told), one.caller)}
        assert set(ids(listed(client, one, "&awaiting=me"))) == expected, one.name


def test_the_list_is_filtered_by_whom_it_waits_for(client: TestClient, town: Town) -> None:
    county = next(one for one in town.people if one.name == "supervisor of the county")
    for wait in WaitingFor:
        expected = {told["id"] for told in town.hazards if waiting_for(town.facts(told)) == wait}
        assert expected
        assert set(ids(listed(client, county, f"&waiting_for={wait}"))) == expected, wait
