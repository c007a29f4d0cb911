"""Ledgers and problem lists: hazards that were known before come in with their own dates, and go on from there."""

import json
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest
from fastapi.testclient import TestClient
from openpyxl import Workbook
from sqlalchemy import select

from app.demo.pictures import picture
from app.evidence.proof import verify as verify_bundle
from app.foundation.canonical import canonical
from app.hazards.models import Hazard
from app.journal.audit import verify
from app.journal.events import Event, told
from app.journal.sealer import seal_all
from app.people.scope import Role
from tests.conftest import Person, World
from tests.risks.stories import added, measured
from tests.stories import (
    accepting,
    confirming,
    confirming_major,
    day,
    done,
    put_on_the_list,
    rectifying,
    rejecting,
    send_photo,
)
from tests.workbooks.sheets import book, got, refused, rows_of, saved, send, taken

TITLES = (
    "编号", "台账名称", "隐患内容", "隐患部位", "隐患级别", "检查时间", "责任人", "整改期限", "整改要求", "整改状态",
    "整改完成时间", "验收时间", "检查人", "失效措施",
)  # fmt: skip
LIST = "2023年隐患台账"


def row(number: object, description: str, level: str = "一般", found: object = "2023/5/6", **more: Any) -> list[Any]:
    told = {
        "number": number, "title": LIST, "description": description, "place": "抛光车间", "level": level,
        "found": found, "responsible": None, "due": None, "requirement": None, "state": None, "rectified": None,
        "closed": None, "reporter": None, "measure": None,
    } | more  # fmt: skip
    return list(told.values())


def path(world: World) -> str:
    return f"enterprises/{world.enterprise}/ledger.xlsx"


def hazards(client: TestClient, who: Person, **asked: Any) -> dict[str, dict[str, Any]]:
    """The rows of the list by what they say, in its order."""
    answer = client.get("hazards", params=asked, headers=who.headers)
    assert answer.status_code == 200, answer.text
    return {item["description"]: item for item in answer.json()["items"]}


def shown(client: TestClient, who: Person, id: str) -> dict[str, Any]:
    answer = client.get(f"hazards/{id}", headers=who.headers)
    assert answer.status_code == 200, answer.text
    hazard: dict[str, Any] = answer.json()
    return hazard


def counts(answer: dict[str, Any]) -> tuple[int, int, int]:
    counted = answer["counts"].get("hazard", {})
    return counted["created"], counted["changed"], counted["unchanged"]


LEDGER = [
    row(1, "配电箱无门", responsible="王班长", due="2023.6.1", requirement="装门", state="逾期未整改"),
    row(2, "通道堆料", found="2023年5月7日", responsible="外包老赵", due="2023-06-01"),
    row(3, "除尘系统未设泄爆", level="重大事故隐患", found="2024-01-05", due="2024-3-1", requirement="加装泄爆片"),
    row(4, "灭火器过期", found="2022-12-01", responsible="王班长", state="已闭环", rectified="2022-12-10",
        closed="2022/12/12", due="2022-12-05"),
    row(5, "护栏松动", found="2024-02-01", state="已整改", rectified="2024-02-03", responsible="王班长",
        due="2024-02-10", requirement="紧固"),
]  # fmt: skip


def test_what_is_open_goes_on_and_what_was_closed_stays_closed(
    client: TestClient, world: World, tmp_path: Path
) -> None:
    officer, manager = world.someone(Role.SAFETY_OFFICER), world.someone(Role.MANAGER)
    leader = world.someone(Role.TEAM_LEADER, name="王班长")
    file = book(("我厂隐患台账",), TITLES, *LEDGER)
    assert counts(taken(client, officer, path(world), file, dry_run=True)) == (5, 0, 0)
    assert hazards(client, officer) == {}
    assert counts(taken(client, officer, path(world), file)) == (5, 0, 0)

    listed = hazards(client, officer)
    assert list(listed) == ["护栏松动", "除尘系统未设泄爆", "通道堆料", "配电箱无门", "灭火器过期"], "by original date"
    assert {name: (h["state"], h["level"], h["level_confirmed"]) for name, h in listed.items()} == {
        "护栏松动": ("rectifying", "general", True), "除尘系统未设泄爆": ("reported", "major", False),
        "通道堆料": ("reported", "general", False), "配电箱无门": ("rectifying", "general", True),
        "灭火器过期": ("closed", "general", False),
    }  # fmt: skip
    assert {h["origin"] for h in listed.values()} == {"import"}
    assert list(hazards(client, officer, origin="import", state="open", reported_to="2023-12-31")) == [
        "通道堆料", "配电箱无门",
    ]  # fmt: skip
    assert hazards(client, officer, origin="enterprise") == {}
    late = {name: h["overdue"]["stage"] for name, h in listed.items() if h["overdue"]}
    assert late == {
        "护栏松动": "rectifying", "除尘系统未设泄爆": "reported", "通道堆料": "reported", "配电箱无门": "rectifying",
    }  # fmt: skip
    assert listed["配电箱无门"]["overdue"]["days"] > 900
    assert listed["配电箱无门"]["responsible"]["id"] == str(leader.id)
    assert listed["通道堆料"]["responsible"] == {"id": None, "name": "外包老赵", "phone": None}

    _goes_through_the_loop(client, officer, manager, leader, listed)
    _stays_closed(client, officer, listed["灭火器过期"]["id"])
    _proves_it(client, world, tmp_path, listed)

    again = taken(client, officer, path(world), file)
    assert (counts(again), again["changes"]) == ((0, 0, 5), [])
    out = got(client, officer, path(world))
    assert counts(taken(client, officer, path(world), out)) == (0, 0, 5), "an export imports unchanged"
    states = {r["隐患描述*"]: r["整改状态"] for r in rows_of(out, "隐患台账")}
    assert states == dict.fromkeys(("配电箱无门", "灭火器过期"), "已销号") | dict.fromkeys(
        ("通道堆料", "除尘系统未设泄爆"), "未整改"
    ) | {"护栏松动": "已整改"}


def _goes_through_the_loop(
    client: TestClient, officer: Person, manager: Person, leader: Person, listed: dict[str, Any]
) -> None:
    """An open one to closure with evidence, one that waits to be confirmed, and a major one."""
    box, gate, dust = (UUID(listed[name]["id"]) for name in ("配电箱无门", "通道堆料", "除尘系统未设泄爆"))
    photo = send_photo(client, leader, picture(box.int % 2**31))
    done(client, leader, box, "rectify", rectifying(leader, photos=[photo]))
    closed = done(client, manager, box, "accept", accepting())
    assert (closed["state"], closed["on_time"], closed["first_due_on"]) == ("closed", False, "2023-06-01")
    assert (closed["imported"]["number"], closed["imported"]["state"]) == ("1", "open")
    assert done(client, officer, gate, "confirm", confirming(leader))["overdue"] is None
    major = done(client, officer, dust, "confirm", confirming_major(leader))
    assert (major["state"], major["first_due_on"]) == ("planning", "2024-03-01")


def _stays_closed(client: TestClient, officer: Person, id: str) -> None:
    hazard = shown(client, officer, id)
    told = {
        "state": "closed", "on_time": None, "rectification": None, "review": None, "waiting_for": None,
        "rectified_at": "2022-12-09T16:00:00.000Z", "ended_at": "2022-12-11T16:00:00.000Z",
        "reported_at": "2022-11-30T16:00:00.000Z", "due_on": "2022-12-05", "confirmed_by": None,
    }  # fmt: skip
    assert hazard | told == hazard
    imported = hazard["imported"]
    assert imported["source"] == {"kind": "ledger", "title": LIST, "issued_by": None, "issued_on": None}
    assert (imported["state"], imported["closed_on"], imported["by"]["id"]) == ("closed", "2022-12-12", str(officer.id))
    [first] = client.get(f"hazards/{id}/events", headers=officer.headers).json()["items"]
    assert (first["action"], first["data"]["imported"]["found_on"]) == ("reported", "2022-12-01")
    assert first["received_at"][:10] == datetime.now(UTC).date().isoformat()


def _proves_it(client: TestClient, world: World, folder: Path, listed: dict[str, Any]) -> None:
    """Every row is what its events changed; the journal is whole; a bundle says that it was imported."""

    def rebuilt(session: Any) -> None:
        for hazard in session.scalars(select(Hazard).where(Hazard.enterprise_id == world.enterprise)):
            said: dict[str, Any] = {}
            for event in session.scalars(select(Event).where(Event.subject_id == hazard.id).order_by(Event.number)):
                said |= told(event)["changes"] | {"revision": told(event)["revision"]}
            assert json.loads(canonical({name: getattr(hazard, name) for name in Hazard.stored()})) == said

    world.write(rebuilt)
    assert world.write(lambda session: verify(session, keys=world.keyring)) is None
    seal_all(world.database, world.keyring)
    for name in ("灭火器过期", "配电箱无门"):
        answer = client.get(f"hazards/{listed[name]['id']}/bundle.zip", headers=world.someone(Role.INSPECTOR).headers)
        (folder / "bundle.zip").write_bytes(answer.content)
        verify_bundle(folder / "bundle.zip")
        with ZipFile(BytesIO(answer.content)) as archive:
            assert json.loads(archive.read("hazard.json"))["imported"]["source"]["title"] == LIST


def test_what_comes_again_changes_only_what_nobody_has_decided_about(client: TestClient, world: World) -> None:
    officer, manager = world.someone(Role.SAFETY_OFFICER), world.someone(Role.MANAGER)
    leader = world.someone(Role.TEAM_LEADER, name="王班长")
    taken(client, officer, path(world), book(TITLES, *LEDGER))
    listed = hazards(client, officer)
    done(client, leader, UUID(listed["配电箱无门"]["id"]), "rectify", rectifying(leader))
    later = [
        row(1, "配电箱无门", responsible="王班长", due="2023.6.1", requirement="装门", state="已闭环",
            closed="2023.8.1"),
        row(2, "通道堆料", found="2023年5月7日", responsible="王班长", due="2023-07-01", requirement="清理"),
        row(3, "除尘系统未设泄爆", level="重大", found="2024-01-05", due="2024-3-1", requirement="加装泄爆片",
            state="已销号", closed="2024-3-3"),
        row(4, "灭火器过期", found="2022-12-01", responsible="王班长", state="已闭环", rectified="2022-12-10",
            closed="2022/12/13", due="2022-12-05"),
        LEDGER[4],
        row(6, "新发现的老问题", found=date(2024, 5, 1)),
    ]  # fmt: skip
    answer = taken(client, manager, path(world), book(TITLES, *later))
    assert counts(answer) == (1, 2, 3)
    assert [(c["row"], c["action"], [f["field"] for f in c["fields"]]) for c in answer["changes"]] == [
        (2, "kept", ["整改状态", "整改完成日期", "销号日期"]),
        (3, "changed", ["整改责任人", "整改期限", "整改要求"]),
        (4, "kept", ["整改状态", "销号日期"]),
        (5, "changed", ["销号日期"]),
        (7, "created", []),
    ]
    after = hazards(client, officer)
    assert {name: after[name]["state"] for name in listed} == {name: listed[name]["state"] for name in listed} | {
        "配电箱无门": "reviewing", "通道堆料": "rectifying",
    }  # fmt: skip
    assert after["通道堆料"]["responsible"]["id"] == str(leader.id)
    events = client.get(f"hazards/{after['通道堆料']['id']}/events", headers=officer.headers).json()["items"]
    assert [event["action"] for event in events] == ["reported", "imported_again"]
    assert shown(client, officer, after["灭火器过期"]["id"])["ended_at"] == "2022-12-12T16:00:00.000Z"
    assert counts(taken(client, manager, path(world), book(TITLES, *later[1:2], *later[3:]))) == (0, 0, 4)

    few = book(
        ("编号", "台账名称", "隐患描述", "级别", "发现日期", "备注"),
        [2, LIST, "通道堆料", "一般", "2023-05-07", "抄送"],
    )
    assert counts(taken(client, officer, path(world), few)) == (0, 1, 0), "of absent columns nothing is said"
    kept = shown(client, officer, after["通道堆料"]["id"])
    assert (kept["due_on"], kept["imported"]["note"], kept["state"]) == ("2023-07-01", "抄送", "rectifying")


def test_a_hazard_that_was_reported_here_is_left_alone(client: TestClient, world: World) -> None:
    officer = world.someone(Role.SAFETY_OFFICER)
    put_on_the_list(world, officer)
    [exported] = rows_of(got(client, officer, path(world)), "隐患台账")
    titles, values = list(exported), list(exported.values())
    values[titles.index("地点")] = "别处"
    answer = taken(client, officer, path(world), book(titles, values))
    assert (counts(answer), [c["action"] for c in answer["changes"]]) == ((0, 0, 1), ["kept"])
    assert hazards(client, officer)["除尘系统未设置泄爆口"]["place"] == "打磨车间"
    values[titles.index("系统编号")] = "H1999-000001"
    assert [bad[4] for bad in refused(client, officer, path(world), book(titles, values))] == ["not_found"]


def test_every_bad_cell_is_named_and_nothing_is_stored(client: TestClient, world: World) -> None:
    officer = world.someone(Role.SAFETY_OFFICER)
    rows = [
        row(1, "甲", level="较大"),
        row(2, "乙", level=None, found="二〇二三年五月"),  # type: ignore[arg-type]
        row(3, "丙", found="2099-01-01"),
        row(4, "丁", due="2023-05-05", state="整改好了"),
        row(5, "戊", state="已销号"),
        row(5, "己", closed="2023-05-05", rectified="2023-05-06"),
        row(7, "庚", measure="没有的措施"),
        row(8, "辛", found="1989-05-06"),
        row(None, None),  # type: ignore[arg-type]
    ]
    assert refused(client, officer, path(world), book(TITLES, *rows)) == [
        ("Sheet1", 2, "E", "隐患级别", "unknown_word"),
        ("Sheet1", 3, "E", "隐患级别", "missing"),
        ("Sheet1", 3, "F", "检查时间", "not_a_date"),
        ("Sheet1", 4, "F", "检查时间", "in_the_future"),
        ("Sheet1", 5, "J", "整改状态", "unknown_word"),
        ("Sheet1", 6, "L", "验收时间", "missing"),
        ("Sheet1", 7, "A", "编号", "repeated"),
        ("Sheet1", 7, "L", "验收时间", "before_found"),
        ("Sheet1", 7, "L", "验收时间", "before_rectified"),
        ("Sheet1", 8, "N", "失效措施", "not_found"),
        ("Sheet1", 9, "F", "检查时间", "too_early"),
        ("Sheet1", 10, "C", "隐患内容", "missing"),
    ]
    assert hazards(client, officer) == {}


def test_words_and_dates_as_ledgers_have_them(client: TestClient, world: World) -> None:
    officer = world.someone(Role.SAFETY_OFFICER)
    made = Workbook()
    sheet: Any = made.active
    sheet.append(["隐患描述", "等级", "发现日期", "状态", "复查日期", "因素", "专业", "来源"])
    days = [
        "2023/5/6",
        "2023.5.6",
        "2023年5月6日",
        45052,
        datetime(2023, 5, 6),  # noqa: DTZ001  as a sheet has it
        date(2023, 5, 6),
        "20230506",
        "2023-05-06",
    ]
    states = ["未整改", "整改中", "逾期", "否", "已整改", "待验收", "已销号", "是"]
    factors = ["人", "物的不安全状态", "环境", "管理缺陷", "物", None, None, "管理因素"]
    for number, (found, state, factor) in enumerate(zip(days, states, factors, strict=True)):
        closed = "2023-6-1" if state in {"已销号", "是"} else None
        sheet.append([f"第{number}条", "一般事故隐患", found, state, closed, factor, "电气", "自查"])
    assert counts(taken(client, officer, path(world), saved(made))) == (8, 0, 0)
    found = [shown(client, officer, h["id"]) for h in hazards(client, officer).values()]
    assert {h["reported_at"] for h in found} == {"2023-05-05T16:00:00.000Z"}
    by_name = {h["description"]: h for h in found}
    assert [by_name[f"第{n}条"]["imported"]["state"] for n in range(8)] == [
        *["open"] * 4, *["rectified"] * 2, *["closed"] * 2,
    ]  # fmt: skip
    assert [by_name[f"第{n}条"]["factor"] for n in range(5)] == [
        "human", "object", "environment", "management", "object",
    ]  # fmt: skip
    page = client.get("hazards", params={"limit": 3}, headers=officer.headers).json()
    seen = [item["id"] for item in page["items"]]
    while page["next_cursor"]:
        asked = {"limit": 3, "cursor": page["next_cursor"]}
        page = client.get("hazards", params=asked, headers=officer.headers).json()
        seen += [item["id"] for item in page["items"]]
    assert sorted(seen) == sorted(h["id"] for h in found), "all of one day, each once"


DIAGNOSIS = (
    "问题编号",
    "清单类型",
    "报告名称",
    "诊断单位",
    "问题描述",
    "级别",
    "发现日期",
    "整改建议",
    "责任人",
    "完成时限",
)


def problem(number: object, level: str = "一般", **more: Any) -> list[Any]:
    told = {
        "number": number, "kind": "设计诊断", "title": "2024年设计诊断报告", "by": "某设计院", "what": f"问题{number}",
        "level": level, "found": "2024-06-01", "advice": "按图整改", "who": "王班长", "due": day(30),
    } | more  # fmt: skip
    return list(told.values())


def test_what_experts_and_the_government_found_is_not_the_enterprises_own(client: TestClient, world: World) -> None:
    officer, supervisor = world.someone(Role.SAFETY_OFFICER), world.someone(Role.SUPERVISOR)
    leader = world.someone(Role.TEAM_LEADER, name="王班长")
    taken(client, officer, path(world), book(DIAGNOSIS, problem(1), problem(2, kind="老旧装置评估")))
    listed = hazards(client, officer)
    assert {h["waiting_for"] for h in listed.values()} == {"government_confirmation"}
    assert all("confirm" not in h["allowed_actions"] for h in listed.values())
    assert shown(client, officer, listed["问题1"]["id"])["imported"]["found_by"] == "expert"

    theirs = book(
        DIAGNOSIS, problem(7, "重大", kind="其他", title="专项检查清单"), problem(8, kind="其他", title="专项检查清单")
    )
    taken(client, supervisor, path(world), theirs)
    listed = hazards(client, supervisor)
    assert (listed["问题7"]["state"], listed["问题8"]["state"]) == ("reported", "rectifying")
    assert listed["问题8"]["responsible"]["id"] == str(leader.id)
    lower = book(DIAGNOSIS, problem(7, "一般", kind="其他", title="专项检查清单"))
    answer = taken(client, officer, path(world), lower)
    assert [c["action"] for c in answer["changes"]] == ["kept"], "what an official brought in, officials change"
    assert counts(taken(client, supervisor, path(world), lower)) == (0, 1, 0)
    assert hazards(client, supervisor)["问题7"]["level"] == "general"

    taken(client, officer, path(world), book(DIAGNOSIS, problem(3, "重大")))
    bad = refused(client, officer, path(world), book((*DIAGNOSIS, "来源"), [*problem(3), "自查"]))
    assert [(row, code) for _, row, _, _, code in bad] == [(2, "only_a_supervisor"), (2, "not_own")]


def test_days_are_read_in_every_usual_form_and_no_other(client: TestClient, world: World) -> None:
    officer = world.someone(Role.SAFETY_OFFICER)
    good = [
        "2023-05-06 10:30", "2023/5/6 9:05:00", "２０２３－０５－０６", "2023 - 05 - 06", "2023年5月6号",
        "2023年 5月 6日", "2023-05-06T23:59:59.9", "20230506", 45052.5,
    ]  # fmt: skip
    bad = ["2023-05-06T00:00:00Z", "2023-5", "5/6/2023", "23.5.6", "2023-02-30", "2023-05-06 24:00", True, 0, -1, 1e10]
    answer = taken(
        client, officer, path(world), book(TITLES, *(row(n, f"第{n}条", found=f) for n, f in enumerate(good)))
    )
    assert counts(answer) == (len(good), 0, 0)
    days = {hazard["reported_at"] for hazard in hazards(client, officer).values()}
    assert days == {"2023-05-05T16:00:00.000Z"}
    told = refused(client, officer, path(world), book(TITLES, *(row(n, "x", found=f) for n, f in enumerate(bad))))
    assert [(line, code) for _, line, _, _, code in told] == [(n, "not_a_date") for n in range(2, len(bad) + 2)]


@pytest.mark.parametrize("role", [Role.WORKER, Role.TEAM_LEADER, Role.INSPECTOR, Role.EXPERT, Role.ADMINISTRATOR])
def test_others_bring_in_nothing(client: TestClient, world: World, role: Role) -> None:
    who = world.someone(role)
    assert send(client, who, path(world), book(TITLES, LEDGER[0])).status_code == 403
    elsewhere = world.works(area_code=world.next_town)
    far = send(client, who, f"enterprises/{elsewhere}/ledger.xlsx", book(TITLES, LEDGER[0]))
    assert (far.status_code, far.json()["code"]) == (404, "not_found")


def test_a_worker_reads_no_names_in_it(client: TestClient, world: World) -> None:
    officer, worker = world.someone(Role.SAFETY_OFFICER), world.someone(Role.WORKER)
    taken(client, officer, path(world), book(TITLES, row(1, "配电箱无门", reporter="李四", responsible="王五")))
    [listed] = hazards(client, worker).values()
    hazard = shown(client, worker, listed["id"])
    assert [hazard["imported"][name]["name"] for name in ("reporter", "responsible", "by")] == [None] * 3
    events = client.get(f"hazards/{listed['id']}/events", headers=worker.headers).text
    assert "李四" not in events
    assert "王五" not in events
    assert client.get(path(world), headers=worker.headers).status_code == 403


def test_it_shows_on_the_measure_that_it_names_while_it_is_open(client: TestClient, world: World) -> None:
    officer = world.someone(Role.SAFETY_OFFICER)
    risk = added(client, officer)
    measure = measured(client, officer, risk)
    rows = [
        row(1, "泄爆片锈蚀", measure="除尘管道设置泄爆片"),
        row(2, "泄爆片缺失", measure=measure["id"], state="已销号", closed="2023-05-09"),
    ]
    taken(client, officer, path(world), book(TITLES, *rows))
    listed = hazards(client, officer)
    current = client.get(f"risks/{risk['id']}", headers=officer.headers).json()["current"]
    assert [because["hazard_id"] for because in current["because"]] == [listed["泄爆片锈蚀"]["id"]]
    assert shown(client, officer, listed["泄爆片缺失"]["id"])["measure_id"] == measure["id"]


def test_words_that_meet_a_criterion_make_a_possible_major_hazard(client: TestClient, world: World) -> None:
    officer = world.someone(Role.SAFETY_OFFICER)
    leader = world.someone(Role.TEAM_LEADER, name="王班长")
    whole = {"responsible": "王班长", "due": "2024-06-01", "requirement": "加装泄爆片"}
    rows = [
        row(1, "除尘系统未设置泄爆口", found="2024-05-01", **whole),
        row(2, "除尘系统未设置泄爆口", found="2024-05-01", state="已销号", closed="2024-05-09"),
    ]
    taken(client, officer, path(world), book(TITLES, *rows))
    items = client.get("hazards", headers=officer.headers).json()["items"]
    assert {(h["state"], h["level"], h["level_confirmed"], h["criterion"]) for h in items} == {
        ("reported", "major", False, "GM-11-03"), ("closed", "general", False, None),
    }  # fmt: skip
    [id] = [UUID(h["id"]) for h in items if h["state"] == "reported"]
    hazard = shown(client, officer, str(id))
    assert (hazard["level_by"], hazard["imported"]["proposal"]["criteria"][0]["code"]) == ("text", "GM-11-03")
    assert counts(taken(client, officer, path(world), got(client, officer, path(world)))) == (0, 0, 2)
    later = row(1, "除尘系统未设置泄爆口", found="2024-05-01", **{**whole, "due": "2024-07-01"})
    answer = taken(client, officer, path(world), book(TITLES, later))
    assert [[f["field"] for f in c["fields"]] for c in answer["changes"]] == [["整改期限"]]
    assert shown(client, officer, str(id))["level_by"] == "text"
    other = row(1, "除尘器旁堆放杂物", found="2024-05-01", **whole)
    assert [bad[4] for bad in refused(client, officer, path(world), book(TITLES, other))] == ["only_a_supervisor"]
    lowered = done(client, officer, id, "confirm", confirming(leader, reason="已设泄爆口，原描述有误"))
    assert (lowered["state"], lowered["level"]) == ("rectifying", "general")


def test_reopened_it_is_confirmed_first(client: TestClient, world: World) -> None:
    officer, manager = world.someone(Role.SAFETY_OFFICER), world.someone(Role.MANAGER)
    taken(client, officer, path(world), book(TITLES, row(1, "灭火器过期", state="已销号", closed="2023-05-09")))
    [listed] = hazards(client, officer).values()
    opened = done(client, officer, UUID(listed["id"]), "reopen", rejecting(reason="又过期"))
    assert (opened["state"], opened["ended_at"]) == ("reported", None)
    assert done(client, manager, UUID(listed["id"]), "confirm", confirming(officer))["state"] == "rectifying"
