"""The book of a risk list: brought in from a sheet, changed by it, given out as it comes in."""

from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from openpyxl import Workbook

from app.people.scope import Role
from tests.conftest import Person, World
from tests.risks.stories import added, assessed, measured, read
from tests.workbooks.sheets import book, books, got, opened, refused, rows_of, saved, send, taken

TITLES = (
    "分析对象", "分析单元", "风险事件", "部位", "风险等级", "L", "E", "C", "责任人", "措施类别", "管控措施", "检查周期",
    "周期单位",
)  # fmt: skip
NOTHING = {"created": 0, "changed": 0, "unchanged": 0, "retired": 0}


def dust(*more: Any, **told: Any) -> tuple[Any, ...]:
    """A row of the dust in the polishing shop."""
    row: dict[str, Any] = dict(zip(TITLES, ("打磨车间", "除尘系统", "粉尘爆炸", "东侧"), strict=False))
    return tuple((row | told).get(title) for title in TITLES) + more


def path(world: World) -> str:
    return f"enterprises/{world.enterprise}/risks.xlsx"


def is_unchanged(told: dict[str, Any]) -> bool:
    """Whether an import of a whole list did nothing."""
    counts = {kind: counted | {"unchanged": 0} for kind, counted in told["counts"].items()}
    return counts == dict.fromkeys(("object", "unit", "risk", "measure"), NOTHING)


@pytest.fixture
def officer(world: World) -> Person:
    return world.someone(Role.SAFETY_OFFICER, name="李四")


def test_a_list_as_enterprises_have_it_becomes_the_chain(client: TestClient, world: World, officer: Person) -> None:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "2026年风险分级管控清单"
    sheet.append(["永兴机械厂安全风险分级管控清单"])
    sheet.append(["填报日期", "2026-11-01"])
    sheet.append(["序号", *TITLES, "备注"])
    sheet.append([1, *dust(L=3, E=6, C=15, 责任人="李四", 措施类别="工程技术措施", 管控措施="设泄爆片"), "已核"])
    sheet.append([2, None, None, None, None, None, None, None, None, None, "管理", " 每班清灰\r\n ", 1, "日"])
    sheet.append([])
    sheet.append([3, *dust(风险事件="机械伤害", 风险等级="黄色")])
    for merged in ("B4:B5", "C4:C5", "D4:D5", "G4:G5"):
        sheet.merge_cells(merged)
    told = taken(client, officer, path(world), saved(made))
    assert told["ignored"] == ["2026年风险分级管控清单!A 序号", "2026年风险分级管控清单!O 备注"]
    assert told["counts"] == {
        "object": NOTHING | {"created": 1}, "unit": NOTHING | {"created": 1}, "risk": NOTHING | {"created": 2},
        "measure": NOTHING | {"created": 2}, "assessment": NOTHING | {"created": 1},
    }  # fmt: skip
    risks = {item["event"]: item for item in client.get("risks", headers=officer.headers).json()["items"]}
    explosion = risks["粉尘爆炸"]
    assert (explosion["inherent"]["score"], explosion["level"], explosion["level_by"]) == (
        "270",
        "considerable",
        "assessed",
    )
    assert explosion["owner"] == {"id": str(officer.id), "name": "李四"}
    assert [m["description"] for m in explosion["measures"]] == ["设泄爆片", "每班清灰"]
    assert explosion["measures"][1]["check_cycle"] == {"every": 1, "unit": "day"}
    assert (risks["机械伤害"]["level"], risks["机械伤害"]["level_by"]) == ("general", "declared")
    assert is_unchanged(taken(client, officer, path(world), saved(made)))


def test_an_export_has_the_whole_chain_and_imports_again_unchanged(
    client: TestClient, world: World, officer: Person
) -> None:
    object = client.post(
        "risk-objects", headers=officer.headers, json={
            "enterprise_id": str(world.enterprise), "name": "液氨储罐区", "kind": "storage", "grade": 2, "code": "A-1",
            "position": {"lon": 106.05, "lat": 29.84, "datum": "gcj02", "accuracy_m": 5}, "department": "生产部",
            "responsible_id": str(officer.id),
            "answerable": [{"kind": "principal", "name": "李四", "user_id": str(officer.id), "duties": ["一", "二"]}],
        },
    )  # fmt: skip
    assert object.status_code == 201, object.text
    risk = added(client, officer, object="液氨储罐区", unit="卸车台", event="=1+1\n  泄漏 ", level=None)
    measured(client, officer, risk, description="+应急喷淋", check_cycle={"every": 2, "unit": "hour"},
             classification={"way": "1", "first": "11"}, holder_role="worker", always=True)  # fmt: skip
    assessed(client, officer, risk)
    assessed(client, officer, risk, kind="residual", method="ls", l="2", s="3", e=None, c=None)
    added(client, officer, object="打磨车间", unit="除尘系统", event="粉尘爆炸", next_review_on="2027-01-31")
    out = got(client, officer, path(world))
    assert opened(out).sheetnames == ["风险清单", "分析对象", "分析单元", "填写说明"]
    rows = rows_of(out, "风险清单")
    leak = next(row for row in rows if row["管控措施"] == "+应急喷淋")
    assert (leak["固有-L"], leak["固有-E"], leak["固有-C"], leak["固有-分值"]) == (1, 6, 15, 90)
    assert (leak["固有-直接判定"], leak["剩余-S"], leak["风险等级"]) == ("构成一级、二级重大危险源", 3, "重大风险")
    told = taken(client, officer, path(world), out)
    assert is_unchanged(told)
    assert (told["changes"], told["ignored"]) == ([], [])
    assert read(client, officer, risk["id"])["inherent"]["score"] == "90"


def test_a_renamed_row_is_a_change_and_a_missing_one_stays(client: TestClient, world: World, officer: Person) -> None:
    rows = [
        dust(风险等级="较大", 措施类别="管理措施", 管控措施="清灰"),
        dust(风险事件="机械伤害", 措施类别="个体防护", 管控措施="戴手套"),
    ]
    taken(client, officer, path(world), book(TITLES, *rows))
    made = opened(got(client, officer, path(world)))
    sheet, objects = made["风险清单"], made["分析对象"]
    titles = [cell.value for cell in sheet[1]]
    sheet.delete_rows(3)
    first = sheet.cell(2, titles.index("风险事件*") + 1)
    kept = first.value
    first.value = "粉尘燃爆"
    sheet.cell(2, titles.index("管控措施") + 1).value = "每班清灰"
    sheet.cell(2, titles.index("措施停用") + 1).value = "是"
    objects.cell(2, 1).value = "抛光车间"
    told = taken(client, officer, path(world), saved(made))
    assert told["counts"] == {
        "object": NOTHING | {"changed": 1}, "unit": NOTHING | {"unchanged": 1}, "risk": NOTHING | {"changed": 1},
        "measure": NOTHING | {"retired": 1},
    }  # fmt: skip
    change = next(each for each in told["changes"] if each["kind"] == "risk")
    assert change["fields"] == [{"field": "风险事件", "before": kept, "after": "粉尘燃爆"}]
    assert (change["sheet"], change["row"], change["action"]) == ("风险清单", 2, "changed")
    listed = client.get("risks", headers=officer.headers).json()["items"]
    assert {risk["event"]: (risk["object"], len(risk["measures"])) for risk in listed} == {
        "粉尘燃爆": ("抛光车间", 0), next(e for e in ("粉尘爆炸", "机械伤害") if e != kept): ("抛光车间", 1),
    }  # fmt: skip


def test_every_bad_cell_is_named(client: TestClient, world: World, officer: Person) -> None:
    for phone in ("13911111111", "13922222222"):
        world.someone(Role.WORKER, name="王五", phone=phone)
    known = added(client, officer, event="触电", level=None)
    assessed(client, officer, known)
    rows = [
        dust(L=4, E=6, C=15),
        dust(风险事件="甲", 风险等级="低风险", L=3, E=6, C=15),
        dust(风险事件="乙", 责任人="赵六"),
        dust(风险事件="丙", 责任人="王五", 措施类别="口头", 管控措施="说"),
        dust(风险事件="丁", 责任人="王五（13922222222）", 管控措施="说", 检查周期=1),
        dust(风险事件="戊", 措施类别="管理", 管控措施="说", 部位="东"),
        dust(风险事件="戊", 措施类别="管理", 管控措施="说", 部位="西"),
        dust(风险事件="触电", 风险等级="重大"),
        dust(风险事件=None, 部位="a\x1bb" if False else "b"),
        dust(风险事件="己", 部位="x" * 201),
    ]
    assert refused(client, officer, path(world), book(TITLES, *rows)) == [
        ("Sheet1", 2, "F", "L", "value_error"),
        ("Sheet1", 3, "E", "风险等级", "level_mismatch"),
        ("Sheet1", 4, "I", "责任人", "not_found"),
        ("Sheet1", 5, "I", "责任人", "ambiguous"),
        ("Sheet1", 5, "J", "措施类别", "unknown_word"),
        ("Sheet1", 6, "J", "措施类别", "missing"),
        ("Sheet1", 6, "M", "周期单位", "missing"),
        ("Sheet1", 8, "D", "部位", "contradiction"),
        ("Sheet1", 8, "K", "管控措施", "repeated"),
        ("Sheet1", 9, "E", "风险等级", "level_assessed"),
        ("Sheet1", 10, "C", "风险事件", "missing"),
        ("Sheet1", 11, "D", "部位", "string_too_long"),
    ]
    assert len(client.get("risks", headers=officer.headers).json()["items"]) == 1


def test_the_same_file_with_the_same_id_is_a_replay(client: TestClient, world: World, officer: Person) -> None:
    id, first, other = str(uuid4()), book(TITLES, dust()), book(TITLES, dust(部位="西侧"))
    told = taken(client, officer, path(world), first, id=id)
    assert (told["id"], told["replayed"], told["rows"]) == (id, False, 1)
    again = send(client, officer, path(world), first, id=id)
    assert (again.status_code, again.json()["replayed"], again.json()["counts"]) == (200, True, told["counts"])
    assert send(client, officer, path(world), other, id=id).json()["code"] == "id_conflict"
    form = client.post(path(world), files={"file": ("清单.xlsx", first)}, data={"id": id}, headers=officer.headers)
    assert (form.status_code, form.json()["replayed"]) == (200, True)
    assert taken(client, officer, path(world), other)["counts"]["risk"]["changed"] == 1


def test_it_is_kept_by_its_own_keepers(client: TestClient, world: World, officer: Person) -> None:
    file = book(TITLES, dust())
    assert send(client, world.someone(Role.TEAM_LEADER), path(world), file).status_code == 403
    outsider = world.someone(Role.SAFETY_OFFICER, enterprise_id=world.works())
    assert send(client, outsider, path(world), file).status_code == 404
    assert client.get(path(world), headers=world.someone(Role.WORKER).headers).status_code == 403


def test_an_assessment_is_made_anew_only_where_a_row_says_something_else(
    client: TestClient, world: World, officer: Person
) -> None:
    def counted(**told: Any) -> Any:
        counts = taken(client, officer, path(world), book(TITLES, dust(**told)))["counts"]
        return counts.get("assessment", NOTHING)["created"]

    assert counted(L=3, E=6, C=15) == 1
    assert counted(L="3", E="6.0", C=15) == 0
    assert counted(L="０.５", E=6, C=15) == 1
    assert counted() == 0
    risk = client.get("risks", headers=officer.headers).json()["items"][0]
    history = client.get(f"risks/{risk['id']}/assessments", headers=officer.headers).json()["items"]
    assert [(each["score"], each["reason"]) for each in history] == [
        ("45", "由风险清单导入"),
        ("270", "由风险清单导入"),
    ]


def test_what_is_changed_makes_an_assessed_risk_due_for_review(
    client: TestClient, world: World, officer: Person
) -> None:
    taken(client, officer, path(world), book(TITLES, dust(L=3, E=6, C=15)))
    row = dust(措施类别="应急", 管控措施="疏散")
    taken(client, officer, path(world), book(TITLES, row))
    [risk] = client.get("risks", headers=officer.headers).json()["items"]
    assert risk["review_because"] == "change"
    assert taken(client, officer, path(world), got(client, officer, path(world)))["counts"]["risk"]["unchanged"] == 1


def test_nothing_is_placed_in_what_is_retired(client: TestClient, world: World, officer: Person) -> None:
    taken(client, officer, path(world), book(TITLES, dust()))
    titles = ("分析对象", "停用")
    taken(client, officer, path(world), books({"风险清单": [TITLES, dust()], "分析对象": [titles, ("打磨车间", "是")]}))
    assert taken(client, officer, path(world), book(TITLES, dust()))["counts"]["risk"]["unchanged"] == 1
    assert refused(client, officer, path(world), book(TITLES, dust(风险事件="新的"))) == [
        ("Sheet1", 2, "A", "分析对象", "retired")
    ]
    back = books({"风险清单": [TITLES, dust(风险事件="新的")], "分析对象": [titles, ("打磨车间", "否")]})
    assert taken(client, officer, path(world), back)["counts"]["risk"]["created"] == 1
