"""The book of checklists: which plan looks at which measures."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.people.scope import Role
from tests.conftest import Person, World
from tests.risks.stories import added, measured
from tests.stories import day
from tests.workbooks.sheets import book, got, opened, refused, rows_of, saved, taken

TITLES = ("检查表名称", "周期", "层级", "检查人", "班次", "起始日期", "分析单元", "检查项目", "检查内容")
NOTHING = {"created": 0, "changed": 0, "unchanged": 0, "retired": 0}


@pytest.fixture
def officer(world: World) -> Person:
    return world.someone(Role.SAFETY_OFFICER, name="李四")


def path(world: World) -> str:
    return f"enterprises/{world.enterprise}/checklists.xlsx"


def plans(client: TestClient, who: Person) -> dict[str, Any]:
    return {item["name"]: item for item in client.get("inspection-plans", headers=who.headers).json()["items"]}


def test_rows_become_plans_and_an_export_imports_again_unchanged(
    client: TestClient, world: World, officer: Person
) -> None:
    risk = added(client, officer)
    vents, dust = (measured(client, officer, risk, description=said)["id"] for said in ("泄爆片", "清灰"))
    other = added(client, officer, unit="抛光机")
    measured(client, officer, other, description="清灰")
    rows = [
        ("班组日排查", "每日", "班组", "李四", "白班 8:00-20:00、夜班 20:00-8:00", None, None, "泄爆片", "无积尘"),
        ("班组日排查", None, None, None, None, None, "除尘系统", "清灰", None),
        ("月度综合", "月排查", "厂长经理", None, None, day(3), None, None, None),
    ]  # fmt: skip
    told = taken(client, officer, path(world), book(TITLES, *rows))
    assert told["counts"] == {"plan": NOTHING | {"created": 2}, "measure": NOTHING | {"changed": 1}}
    made = plans(client, officer)
    daily = made["班组日排查"]
    assert (daily["measure_ids"], daily["responsible_id"]) == ([vents, dust], str(officer.id))
    assert [shift["starts"] for shift in daily["shifts"]] == ["08:00", "20:00"]
    assert (made["月度综合"]["from_on"], made["月度综合"]["measure_ids"]) == (day(3), [])
    assert taken(client, officer, path(world), book(TITLES, *rows))["counts"] == {"plan": NOTHING | {"unchanged": 2}}
    out = got(client, officer, path(world))
    assert [row["检查内容"] for row in rows_of(out, "检查表")] == [None, "无积尘", "泄爆片完好"]
    assert taken(client, officer, path(world), out)["counts"] == {"plan": NOTHING | {"unchanged": 2}}


def test_a_measure_leaves_a_list_only_when_a_row_says_so(client: TestClient, world: World, officer: Person) -> None:
    risk = added(client, officer)
    ids = [measured(client, officer, risk, description=f"第{number}条")["id"] for number in range(3)]
    taken(client, officer, path(world), book(TITLES, *(
        ("日查", "日", "班组", None, None, None, None, f"第{number}条", None) for number in range(2)
    )))  # fmt: skip
    more = book((*TITLES, "移出检查表"), ("日查", None, None, None, None, None, None, "第2条", None, None),
                ("日查", None, None, None, None, None, None, "第0条", None, "是"))  # fmt: skip
    taken(client, officer, path(world), more)
    assert plans(client, officer)["日查"]["measure_ids"] == [ids[1], ids[2]]
    made = opened(got(client, officer, path(world)))
    sheet = made["检查表"]
    titles = [cell.value for cell in sheet[1]]
    for row in (2, 3):
        sheet.cell(row, 1).value = "日常检查"
        sheet.cell(row, titles.index("停用") + 1).value = "是"
    assert taken(client, officer, path(world), saved(made))["counts"] == {"plan": NOTHING | {"retired": 1}}
    assert plans(client, officer) == {}


def test_every_bad_cell_is_named(client: TestClient, world: World, officer: Person) -> None:
    risk = added(client, officer)
    measured(client, officer, risk, description="清灰")
    measured(client, officer, added(client, officer, unit="抛光机"), description="清灰")
    rows = [
        ("一", "抽查", "班组", "赵六", None, None, None, "没有的", None),
        ("二", None, None, None, "夜班", "2月30日", None, "清灰", None),
        ("三", "周", None, None, "白班 8:00-20:00", None, "除尘系统", "清灰", "甲"),
        ("四", "周", None, None, None, None, "除尘系统", "清灰", "乙"),
        ("四", "月", None, None, None, None, "除尘系统", "清灰", None),
    ]
    assert refused(client, officer, path(world), book(TITLES, *rows)) == [
        ("Sheet1", 2, "B", "周期", "unknown_word"),
        ("Sheet1", 2, "D", "检查人", "not_found"),
        ("Sheet1", 2, "H", "检查项目", "not_found"),
        ("Sheet1", 3, "B", "周期", "missing"),
        ("Sheet1", 3, "E", "班次", "not_shifts"),
        ("Sheet1", 3, "F", "起始日期", "not_a_date"),
        ("Sheet1", 3, "H", "检查项目", "ambiguous"),
        ("Sheet1", 4, "E", "班次", "only_daily"),
        ("Sheet1", 5, "I", "检查内容", "contradiction"),
        ("Sheet1", 6, "B", "周期", "contradiction"),
        ("Sheet1", 6, "H", "检查项目", "repeated"),
    ]
