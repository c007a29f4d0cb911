"""Two lists and two cards of a post: what they are made of, who reads them, how they are printed."""

from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
import zxingcpp
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import event

from app.cards import sheets
from app.cards.sheets import LabelsAsked, PublicAddress, cards_sheet, labels_sheet, within
from app.foundation import printing
from app.foundation.printing import Sheet, pictured, printed
from app.people.scope import Role
from app.people.tokens import Pass, identify
from app.risks.levels import LiveLevels
from app.risks.models import RiskObject
from tests.cards.stories import FILLED, described, got, read
from tests.conftest import Person, World
from tests.duties.stories import planning
from tests.risks.stories import added, measured
from tests.stories import put_on_the_list, team

ALL = ["risks", "duties", "steps", "forbidden", "protective", "signs", "first_actions", "rescue", "contacts"]


def held(client: TestClient, officer: Person) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The grinder's risk, with a measure of his own and one for the emergency."""
    risk = added(client, officer)
    own = measured(client, officer, risk, holder="打磨岗、班组长", check_cycle={"every": 2, "unit": "day"})
    emergency = measured(
        client, officer, risk, kind="emergency", description="切断风机电源", holder="班组长", check=None
    )
    return risk, own, emergency


def test_what_nobody_has_filled_in_is_missing_and_never_made_up(client: TestClient, world: World) -> None:
    officer, *_ = team(world)
    post = described(client, officer)
    cards = got(client, officer, f"posts/{post['id']}/cards")
    assert cards["missing"] == ALL
    pdf = client.get(f"posts/{post['id']}/cards.pdf", headers=officer.headers)
    text = read(pdf.content)
    assert text.count("未填写") == len(ALL) + 1  # events of the risks stand on the emergency card, too
    change = {"revision": 1, **FILLED}
    assert client.patch(f"posts/{post['id']}", json=change, headers=officer.headers).status_code == 200
    assert got(client, officer, f"posts/{post['id']}/cards")["missing"] == ["risks"]


def test_the_chain_fills_lists_and_cards(client: TestClient, world: World) -> None:
    officer, _, worker = team(world)
    risk, own, emergency = held(client, officer)
    goggles = measured(client, officer, risk, kind="protective", description="护目镜", holder=None, check=None)
    other = added(client, officer, post="电工", event="触电", unit="配电箱", level="low")
    measured(client, officer, other, holder="电工")
    retired = added(client, officer, event="滑倒", unit="通道")
    gone = {"revision": 1, "retired": True}
    assert client.patch(f"risks/{retired['id']}", json=gone, headers=officer.headers).status_code == 200
    post = described(client, officer, **FILLED)

    cards = got(client, worker, f"posts/{post['id']}/cards")
    assert cards["missing"] == []
    [only] = cards["risk_list"]["items"]
    assert (only["risk_id"], only["event"], only["colour"], only["control_level"]) == (
        risk["id"], "粉尘爆炸", "orange", "department",
    )  # fmt: skip
    assert [(each["measure_id"], each["own"]) for each in only["measures"]] == [
        (own["id"], True), (emergency["id"], False), (goggles["id"], True),
    ]  # fmt: skip
    keeps = cards["duty_list"]["keeps"]
    assert [(each["measure_id"], each["check"], each["check_cycle"]) for each in keeps] == [
        (own["id"], "泄爆片完好", {"every": 2, "unit": "day"}), (goggles["id"], None, None),
    ]  # fmt: skip
    assert cards["operation_card"]["before_work"] == [{"text": "泄爆片完好", "measure_id": own["id"]}]
    assert [line["text"] for line in cards["operation_card"]["protective"]] == ["护目镜", "防静电工作服"]
    assert [line["text"] for line in cards["emergency_card"]["rescue"]] == ["切断风机电源", "烧伤用清水冲洗"]
    assert cards["emergency_card"]["events"] == ["粉尘爆炸"]
    assert [kind["title"] for kind in cards["emergency_card"]["accident_types"]] == ["粉尘爆炸"]
    assert cards["emergency_card"]["contacts"][0]["phone"] == "13800000001"  # meant for workers


def test_measures_and_rounds_that_name_only_a_role_are_found_by_it(client: TestClient, world: World) -> None:
    officer, *_ = team(world)
    risk = added(client, officer, post=None)
    by_role = measured(client, officer, risk, holder=None, holder_role="team_leader")
    unit = client.get(f"risk-objects/{risk['object_id']}/units", headers=officer.headers).json()["items"][0]
    change = {"revision": 1, "department": "打磨车间"}
    path = f"risk-objects/{risk['object_id']}/units/{unit['id']}"
    assert client.patch(path, json=change, headers=officer.headers).status_code == 200
    plan = planning(world, tier="team", measure_ids=[by_role["id"]])
    assert client.post("inspection-plans", json=plan, headers=officer.headers).status_code == 201
    leader = described(client, officer, name="打磨班组长", also_called=[], role="team_leader")
    elsewhere = described(client, officer, name="喷漆班组长", also_called=[], role="team_leader", department="喷漆车间")
    found = {post["name"]: got(client, officer, f"posts/{post['id']}/cards") for post in (leader, elsewhere)}
    duties = found["打磨班组长"]["duty_list"]
    assert [each["measure_id"] for each in duties["keeps"]] == [by_role["id"]]
    assert [(each["plan_id"], each["cadence"]) for each in duties["inspections"]] == [(plan["id"], plan["cadence"])]
    assert found["喷漆班组长"]["missing"] == ALL


def test_a_phone_asks_cheaply_and_the_colour_follows_the_hazards(client: TestClient, world: World) -> None:
    officer, _, worker = team(world)
    risk, own, _ = held(client, officer)
    post = described(client, officer)
    path = f"posts/{post['id']}/cards"
    first = client.get(path, headers=worker.headers)
    pdf = client.get(f"{path}.pdf", headers=worker.headers)
    for told in (first, pdf):
        kept = worker.headers | {"If-None-Match": told.headers["etag"]}
        again = client.get(told.request.url.path.removeprefix("/api/v1/"), headers=kept)
        assert (again.status_code, again.content) == (304, b"")
    put_on_the_list(world, officer, measure_id=UUID(own["id"]), risk_id=UUID(risk["id"]))
    second = client.get(path, headers=worker.headers | {"If-None-Match": first.headers["etag"]})
    assert second.status_code == 200
    [shown] = second.json()["risk_list"]["items"]
    assert (shown["colour"], shown["current"]["colour"]) == ("orange", "red")
    assert second.json()["version"] == first.json()["version"]  # what hangs on the wall is still right
    assert "1条隐患未销号" in read(client.get(f"{path}.pdf", headers=worker.headers).content)
    change = {"revision": 1, "steps": ["先启动除尘系统"]}
    assert client.patch(f"posts/{post['id']}", json=change, headers=officer.headers).status_code == 200
    assert client.get(path, headers=worker.headers).json()["version"] != first.json()["version"]


def test_printed_cards_say_it_all_and_their_code_opens_them(client: TestClient, world: World) -> None:
    officer, *_ = team(world)
    held(client, officer)
    odd = '#粗*体*_斜_$x$ <标签> @引用 \\ `码` [块] "引号" // 注'
    post = described(client, officer, **FILLED | {"steps": [odd, "😀" + "长" * 190, "张㛃"]})
    pdf = client.get(f"posts/{post['id']}/cards.pdf", headers=officer.headers)
    assert (pdf.status_code, pdf.headers["content-type"]) == (200, "application/pdf")
    text = read(pdf.content)
    version = got(client, officer, f"posts/{post['id']}/cards")["version"]
    wanted = [
        "打磨工", "岗位风险清单", "岗位职责清单", "岗位操作卡", "岗位应急处置卡", "橙·较大", "粉尘爆炸", "（每2天）",
        "切断风机电源", "用压缩空气吹扫积尘", "李建国13800000001", "119", "".join(odd.split()),
        "〔U+1F600〕" + "长" * 9, "张㛃", f"版本{version}",
    ]  # fmt: skip
    assert [each for each in wanted if each not in text] == []

    levels, address = world.app.state.house.things[LiveLevels], PublicAddress("https://aq.example.cn/")

    def laid_out(session: Any) -> Any:
        caller = identify(session, Pass(officer.id, officer.session, 0))
        return cards_sheet(session, caller, UUID(post["id"]), levels, address)

    sheet = world.write(laid_out)
    assert printed(sheet) == printed(sheet)
    address_of = f"https://aq.example.cn/scan/{post['scan_code']}"
    codes = [found.text for page in pictured(sheet, 120) for found in zxingcpp.read_barcodes(opened(page))]
    assert codes == [address_of] * 3  # on the lists, and on either card, which may be cut apart
    assert got(client, officer, f"scan/{post['scan_code']}")["id"] == post["id"]


def test_cards_with_more_than_fits_flow_on(client: TestClient, world: World) -> None:
    officer, *_ = team(world)
    lines = [f"第{number}条" + "细则" * 40 for number in range(30)]
    filled = dict.fromkeys(("steps", "forbidden", "protective", "signs", "first_actions", "rescue"), lines)
    post = described(client, officer, **filled)
    text = read(client.get(f"posts/{post['id']}/cards.pdf", headers=officer.headers).content)
    assert all(text.count(line) == len(filled) for line in ("第0条细则", "第29条细则"))


def test_labels_of_an_enterprise(client: TestClient, world: World) -> None:
    officer, *_ = team(world)
    path = f"enterprises/{world.enterprise}/codes.pdf"
    assert "没有在用的风险点" in read(client.get(path, headers=officer.headers).content)
    risk = added(client, officer)
    added(client, officer, object="1#锅炉 *房*", unit="锅炉")
    post = described(client, officer)
    objects = {each["name"]: each for each in got(client, officer, "risk-objects")["items"]}
    text = read(client.get(path, headers=officer.headers).content)
    assert "1#锅炉*房*" in text
    for each in objects.values():
        code = each["scan_code"]
        assert f"{code[:4]}-{code[4:8]}-{code[8:]}" in text
    assert post["scan_code"][:4] + "-" not in text
    everything = read(client.get(path, params={"of": ["post", "unit"]}, headers=officer.headers).content)
    assert ("打磨工" in everything, "除尘系统" in everything, "1#锅炉*房*锅炉" in everything) == (True, True, False)
    assert client.get(path, params={"part": "2"}, headers=officer.headers).status_code == 404
    gone = {"revision": 1, "retired": True}
    retire = client.patch(f"risk-objects/{risk['object_id']}", json=gone, headers=officer.headers)
    assert retire.status_code == 200, retire.text
    assert "打磨车间" not in read(client.get(path, headers=officer.headers).content)


def test_of_many_labels_there_are_parts_and_each_can_be_scanned(
    client: TestClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "LABELS", 30)
    officer, *_ = team(world)
    area = {"enterprise_id": world.enterprise, "area_code": world.village, "answerable": []}

    def many(session: Any) -> None:
        for number in range(31):
            name = f"风险点{number:03}" + ("非常长的名称" * 30 if number % 7 == 0 else "")
            session.add(RiskObject(id=uuid4(), name=name, place=f"{number}号位", **area))

    world.write(many)

    def laid_out(session: Any) -> Any:
        caller = identify(session, Pass(officer.id, officer.session, 0))
        asked = LabelsAsked(part=1)
        return labels_sheet(session, caller, world.enterprise, asked, PublicAddress("https://aq.example.cn"))

    sheet = world.write(laid_out)
    labels = sheet.data["labels"]
    assert (len(labels), len(PdfReader(BytesIO(printed(sheet))).pages)) == (30, 3)
    [page] = pictured(Sheet(sheet.template, {**sheet.data, "labels": labels[:10]}, sheet.name), 120)
    found = {each.text for each in zxingcpp.read_barcodes(opened(page))}
    assert found == {f"https://aq.example.cn/scan/{label['code'].replace('-', '')}" for label in labels[:10]}
    path = f"enterprises/{world.enterprise}/codes.pdf"
    last = read(client.get(path, params={"part": "2"}, headers=officer.headers).content)
    assert ("第2份/共2份" in last, last.count("扫码查看")) == (True, 1)


def opened(page: bytes) -> Image.Image:
    return Image.open(BytesIO(page))


def test_printing_holds_no_transaction(client: TestClient, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    officer, *_ = team(world)
    post = described(client, officer)
    reading: set[int] = set()
    seen: list[str] = []
    held: list[int] = []

    def asks(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if "FROM posts" in statement:
            reading.add(id(connection))
            seen.append(statement)

    def ends(connection: Any) -> None:
        reading.discard(id(connection))

    def watched(sheet: Sheet) -> bytes:
        held.append(len(reading))
        return printed(sheet)

    monkeypatch.setattr(printing, "printed", watched)
    engine: Any = world.database.engine
    listeners: dict[str, Any] = {"before_cursor_execute": asks, "commit": ends, "rollback": ends}
    for name, listener in listeners.items():
        event.listen(engine, name, listener)
    try:
        assert client.get(f"posts/{post['id']}/cards.pdf", headers=officer.headers).status_code == 200
    finally:
        for name, listener in listeners.items():
            event.remove(engine, name, listener)
    assert (bool(seen), held) == (True, [0])


def test_cards_are_read_by_everybody_in_scope(client: TestClient, world: World) -> None:
    officer, _, worker = team(world)
    post = described(client, officer, **FILLED)
    inside = [worker, *map(world.someone, (Role.INSPECTOR, Role.EXPERT, Role.ADMINISTRATOR, Role.TEAM_LEADER))]
    bodies = {client.get(f"posts/{post['id']}/cards", headers=person.headers).content for person in inside}
    assert len(bodies) == 1
    outside = [
        world.someone(Role.WORKER, enterprise_id=world.works()),
        world.someone(Role.INSPECTOR, areas=(world.next_town,)),
    ]
    for person in outside:
        for path in ("", "/cards", "/cards.pdf"):
            assert client.get(f"posts/{post['id']}{path}", headers=person.headers).status_code == 404


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=30)), st.integers(0, 100))
def test_what_has_no_room_on_paper_is_left_to_the_phone(lines: list[str], room: int) -> None:
    shown = within(lines, len, room)
    assert shown == lines[: len(shown)]
    assert len("".join(shown)) <= room or len(shown) == 1
    assert len(shown) == len(lines) or len("".join(lines[: len(shown) + 1])) > room


def test_a_post_of_a_whole_works_prints_in_bounds(client: TestClient, world: World) -> None:
    officer, *_ = team(world)
    long = [{"kind": "management", "description": "规" * 2000, "check": "查" * 2000, "holder": "打磨工"}] * 10
    for number in range(3):
        added(client, officer, event=f"事件{number}", unit=f"单元{number}", measures=long)
    post = described(client, officer)
    assert len(got(client, officer, f"posts/{post['id']}/cards")["risk_list"]["items"]) == 3
    text = read(client.get(f"posts/{post['id']}/cards.pdf", headers=officer.headers).content)
    assert "另有2条风险未列出" in text
    assert "另有23项，请扫码查看" in text
