"""Areas: real codes, loaded as often as one likes, public to all who have logged in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.database import Database
from app.people.areas import load_areas, parent_of
from app.people.models import Area
from app.people.scope import SYSTEM, Role, common
from tests.conftest import World, fresh_database

TUQIAO = "500151101000"


@pytest.fixture
def database(kind: str, tmp_path: Path) -> Iterator[Database]:
    database = Database(fresh_database(kind, tmp_path))
    yield database
    database.engine.dispose()


def named(session: Session) -> dict[str, tuple[str | None, str]]:
    rows = session.execute(select(Area.code, Area.parent_code, Area.name))
    return {code: (parent, name) for code, parent, name in rows}


def test_the_areas_of_tongliang_are_loaded_once(database: Database) -> None:
    first = database.transact(load_areas, writes=True)
    assert (first > 50, database.transact(load_areas, writes=True)) == (True, 0)
    areas = database.transact(named)
    assert len(areas) == first
    assert areas["500000000000"] == (None, "重庆市")
    assert areas["500151000000"] == ("500100000000", "铜梁区")
    assert areas[TUQIAO] == ("500151000000", "土桥镇")
    assert areas["500151101201"] == (TUQIAO, "高桥村村民委员会")


def test_a_newer_file_renames_and_adds_and_takes_nothing_away(database: Database, tmp_path: Path) -> None:
    database.transact(load_areas, writes=True)
    newer = tmp_path / "newer.csv"
    newer.write_text("code,name\n500151101000,土桥街道\n500151101999,新村\n", encoding="utf-8")
    assert database.transact(lambda session: load_areas(session, newer), writes=True) == 1
    areas = database.transact(named)
    assert areas[TUQIAO] == ("500151000000", "土桥街道")
    assert areas["500151101999"] == (TUQIAO, "新村")
    assert areas["500151000000"] == ("500100000000", "铜梁区")


def test_a_parent_that_is_not_known_is_skipped() -> None:
    assert parent_of("500151101201", {"500000000000"}) == "500000000000"
    assert parent_of("500000000000", {"500000000000"}) is None


@pytest.mark.parametrize(
    ("codes", "together"),
    [
        ((TUQIAO,), TUQIAO),
        ((TUQIAO, "500151101201"), TUQIAO),
        ((TUQIAO, "500151102000"), "500151000000"),
        ((TUQIAO, "500110101000"), "500100000000"),
        ((TUQIAO, "510100101000"), "000000000000"),
    ],
)
def test_the_smallest_area_that_holds_several(codes: tuple[str, ...], together: str) -> None:
    assert common(codes) == together


def test_the_operator_governs_everything() -> None:
    assert SYSTEM.governs(TUQIAO)
    assert SYSTEM.governs("000000000000")


@pytest.mark.parametrize("role", [Role.WORKER, Role.EXPERT, Role.INSPECTOR])
def test_everybody_who_has_logged_in_may_read_them(client: TestClient, world: World, role: Role) -> None:
    answer = client.get("areas", params={"parent_code": world.county}, headers=world.someone(role).headers)
    assert answer.json() == {
        "items": [
            {"code": code, "name": f"区划{code}", "parent_code": world.county, "level": "town"}
            for code in (world.town, world.next_town)
        ],
        "next_cursor": None,
    }
    assert client.get("areas").status_code == 401


def test_pages_follow_each_other_by_code(client: TestClient, world: World) -> None:
    headers = world.someone(Role.WORKER).headers
    asked = {"q": world.county[:6], "limit": "2", "count": "true"}
    first = client.get("areas", params=asked, headers=headers).json()
    second = client.get("areas", params=asked | {"cursor": first["next_cursor"]}, headers=headers).json()
    codes = [item["code"] for item in first["items"] + second["items"]]
    assert codes == [world.county, world.town, world.village, world.next_town]
    assert [item["level"] for item in first["items"] + second["items"]] == ["county", "town", "village", "town"]
    assert (first["total"], first["total_capped"], second["next_cursor"]) == (4, False, None)
    forged = client.get("areas", params=asked | {"cursor": first["next_cursor"][:-4] + "AAAA"}, headers=headers)
    assert (forged.status_code, forged.json()["code"]) == (400, "invalid_cursor")


def test_every_word_must_occur(client: TestClient, world: World) -> None:
    headers = world.someone(Role.WORKER).headers
    found = client.get("areas", params={"q": f"区划 {world.town}"}, headers=headers).json()["items"]
    assert [area["code"] for area in found] == [world.town]
    assert client.get("areas", params={"q": "%"}, headers=headers).json()["items"] == []
