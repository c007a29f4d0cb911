"""What people send by mistake or ill will: each is refused for what it is, soon, and leaves nothing."""

import re
import zipfile
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
from fastapi.testclient import TestClient
from openpyxl import Workbook

from app.people.scope import Role
from app.workbooks.grid import ELEMENTS_LIMIT, ROWS_LIMIT
from app.workbooks.package import FILE_LIMIT, UNPACKED_LIMIT
from tests.conftest import Person, World
from tests.workbooks.sheets import XLSX, book, got, opened, refused, rows_of, saved, send, taken

TITLES = ("分析对象", "分析单元", "风险事件", "管控措施", "措施类别", "下次评审日期", "部位")
ROW = ("打磨车间", "除尘系统", "粉尘爆炸", "清灰", "管理", "2027-1-5", "东侧")


@pytest.fixture(params=["sqlite"])
def kind(request: pytest.FixtureRequest) -> str:
    """Most of this comes nowhere near a database."""
    return str(request.param)


@pytest.fixture
def officer(world: World) -> Person:
    return world.someone(Role.SAFETY_OFFICER)


def path(world: World) -> str:
    return f"enterprises/{world.enterprise}/risks.xlsx"


def repacked(content: bytes, **changed: Any) -> bytes:
    """The same package with some parts written by a function of what they said; parts are named without folder."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            change = changed.get(name.rpartition("/")[2].partition(".")[0])
            new.writestr(name, change(old.read(name)) if change else old.read(name))
    return out.getvalue()


def test_what_is_no_workbook_is_said_to_be_what_it_is(client: TestClient, world: World, officer: Person) -> None:
    good = book(TITLES, ROW)
    sheet = good.index(b"xl/worksheets/sheet1.xml") + 60
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("word/document.xml", "<x/>")
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    locked = bytearray(good)
    locked[good.index(b"PK\x01\x02") + 8] |= 1
    dtd = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>'
    hostile = {
        "文本": ("分析对象,分析单元\n打磨车间,除尘".encode(), "CSV"),
        "空": (b"", "不是 .xlsx"),
        "照片": (b"\xff\xd8\xff\xe0" + bytes(100), "不是 .xlsx"),
        "旧格式": (old, ".xls"),
        "加密": (old + "EncryptedPackage".encode("utf-16-le"), "密码"),
        "压缩包密码": (bytes(locked), "密码"),
        "别的压缩包": (archive.getvalue(), "没有工作簿"),
        "截断": (good[:-200], "损坏"),
        "坏数据": (good[:sheet] + bytes(40) + good[sheet + 40 :], "损坏"),
        "实体": (repacked(good, sheet1=lambda xml: dtd + xml[xml.index(b"<worksheet") :]), "XML"),
        "坏的 XML": (repacked(good, sheet1=lambda xml: xml[:-20]), "损坏"),
    }
    for what, (content, said) in hostile.items():
        answer = send(client, officer, path(world), content)
        told = answer.json()
        assert (answer.status_code, told["code"], said in told["detail"]) == (422, "unreadable_workbook", True), (
            what,
            told,
        )
    large = send(client, officer, path(world), bytes(FILE_LIMIT + 1))
    assert (large.status_code, large.json()["limit"]) == (413, FILE_LIMIT)
    form = client.post(path(world), files={"datei": ("x.xlsx", good)}, headers=officer.headers)
    assert (form.status_code, form.json()["code"]) == (422, "unexpected_part")
    assert send(client, officer, path(world), good, id="x").status_code == 422
    assert client.get("risks", headers=officer.headers).json()["items"] == []


def test_bombs_are_refused_before_they_unfold(client: TestClient, world: World, officer: Person) -> None:
    good, end = book(TITLES, ROW), b"</sheetData>"
    cells = b"".join(b'<row r="%d"><c r="A%d" s="1"/><c r="B%d" s="1"/></row>' % (n, n, n) for n in range(3, 100_000))
    empty = repacked(good, sheet1=lambda xml: xml.replace(end, cells + end))
    assert taken(client, officer, path(world), empty)["rows"] == 1, "empty formatted rows are nothing"
    value = b'<row><c t="inlineStr"><is><t>x</t></is></c></row>'
    rows = (b" " * UNPACKED_LIMIT, b"<row/>" * ELEMENTS_LIMIT + value, value * ROWS_LIMIT)
    for more in rows:
        file = repacked(good, sheet1=lambda xml, more=more: xml.replace(end, more + end))
        assert len(file) < 1_000_000
        answer = send(client, officer, path(world), file)
        assert (answer.status_code, answer.json()["code"]) == (422, "unreadable_workbook")


def test_a_sheet_may_have_as_many_rows_of_data_as_meta_says(client: TestClient, world: World, officer: Person) -> None:
    limit = client.get("meta").json()["limits"]["workbook_rows"]
    rows = [("对象", "单元", f"事件{n}", None, None, "不是日期", None) for n in range(limit + 1)]
    most = send(client, officer, path(world), book(("某厂风险清单",), TITLES, *rows[:limit])).json()
    assert (most["code"], len(most["errors"]) + most["more"]) == ("invalid", limit), "read to the last row"
    more = send(client, officer, path(world), book(("某厂风险清单",), TITLES, *rows)).json()
    assert (more["code"], str(limit) in more["detail"]) == ("unreadable_workbook", True)


def test_a_thousand_bad_cells_are_listed_and_the_others_counted(
    client: TestClient, world: World, officer: Person
) -> None:
    file = book(TITLES, *(("对象", "单元", f"事件{n}", "措施", "口头", None, None) for n in range(1_500)))
    told = send(client, officer, path(world), file).json()
    assert (len(told["errors"]), told["more"]) == (1000, 500)
    assert told["errors"][0] == {
        "pointer": "/Sheet1/2/E", "code": "unknown_word", "sheet": "Sheet1", "row": 2, "column": "E",
        "header": "措施类别",
        "message": "应为 工程技术、管理措施、培训教育、个体防护、应急处置 之一",
    }  # fmt: skip
    assert told["detail"] == "有 1500 处错误，没有导入任何内容"


def test_cells_are_read_as_whoever_wrote_them_meant(client: TestClient, world: World, officer: Person) -> None:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.append(list(reversed(TITLES)))
    sheet.append([12, 46027, " 管理措施\u3000", "e\u0301vent\r\n二", "=A1", "除尘系统", 3.0])
    sheet.append(["甲", "46027日", "管理", "清灰", "=1/0", "除尘系统", "打磨车间"])
    told = refused(client, officer, path(world), saved(made))
    assert [each[1:] for each in told] == [
        (2, "E", "风险事件", "formula_without_value"), (3, "B", "下次评审日期", "not_a_date"),
        (3, "E", "风险事件", "formula_without_value"),
    ]  # fmt: skip
    values = {b"<f>A1</f><v></v>": b"<f>A1</f><v>7.5</v>", b"<f>1/0</f><v></v>": b"<f>1/0</f><v>0.1</v>"}

    def calculated(xml: bytes) -> bytes:
        for old, new in values.items():
            xml = re.sub(re.escape(old).replace(rb"<v></v>", rb"<v\s*(?:/>|></v>)"), new, xml)
        return xml.replace(b"<worksheet", b"<worksheet", 1)

    sheet["B3"].value = "2027年1月5日"
    file = repacked(saved(made), sheet1=calculated)
    taken(client, officer, path(world), file)
    items = {item["event"]: item for item in client.get("risks", headers=officer.headers).json()["items"]}
    assert items.keys() == {"7.5", "0.1"}
    assert (items["7.5"]["object"], items["7.5"]["place"], items["7.5"]["next_review_on"]) == ("3", "12", "2026-01-05")
    assert items["7.5"]["measures"][0]["description"] == "\u00e9vent\n二"
    assert items["0.1"]["next_review_on"] == "2027-01-05"


def test_titles_are_found_wherever_they_stand_and_missing_ones_named(
    client: TestClient, world: World, officer: Person
) -> None:
    assert refused(client, officer, path(world), book(("分析对象", "风险事件"), ("甲", "乙"))) == [
        ("Sheet1", 1, None, "分析单元", "missing_column")
    ]
    assert refused(client, officer, path(world), book(("一", "二"), ("甲", "乙")))[0][3:] == (
        "分析对象",
        "missing_column",
    )
    assert refused(client, officer, path(world), book(TITLES)) == [("Sheet1", 1, None, None, "no_rows")]
    assert refused(client, officer, path(world), book((*TITLES, "部位 "), (*ROW, "西"))) == [
        ("Sheet1", 1, "H", "部位", "repeated_column")
    ]
    titles = ("风险点名称*", "风险分析\n单元（必填）", " 风险事件：", "备注")
    assert taken(client, officer, path(world), book((), titles, ROW[:3]))["ignored"] == ["Sheet1!D 备注"]
    made = opened(book(TITLES, ROW, ROW))
    made["Sheet1"].merge_cells("F2:G2")
    assert refused(client, officer, path(world), saved(made))[0][1:] == (2, "F", "下次评审日期", "merged_across")
    control = repacked(book(TITLES, (*ROW[:6], "EAST")), sheet1=lambda xml: xml.replace(b"EAST", b"a_x0007_b"))
    assert refused(client, officer, path(world), control) == [("Sheet1", 2, "G", "部位", "value_error")]


def test_other_programs_write_otherwise(client: TestClient, world: World, officer: Person) -> None:
    """With prefixes, texts in place, places left out, absolute targets, pictures and links to elsewhere."""
    rows = "".join(
        "<x:row>" + "".join(f'<x:c t="inlineStr"><x:is><x:t>{text}</x:t></x:is></x:c>' for text in row) + "</x:row>"
        for row in (TITLES, ROW)
    )
    space = 'xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main"'
    sheet = f'<?xml version="1.0"?><x:worksheet {space}><x:sheetData>{rows}</x:sheetData></x:worksheet>'

    def relative(xml: bytes) -> bytes:
        link = (
            b'<Relationship Id="rIdX" Type="http://x/externalLink" Target="file:///etc/passwd" TargetMode="External"/>'
        )
        return xml.replace(b"</Relationships>", link + b"</Relationships>")

    file = repacked(book(TITLES, ROW), sheet1=lambda _: sheet.encode(), workbook=relative)
    assert taken(client, officer, path(world), file)["counts"]["measure"]["created"] == 1


def test_texts_that_cells_share_are_read_with_all_their_runs(client: TestClient, world: World, officer: Person) -> None:
    """As Excel writes them: kept once beside the sheets, in runs of several formats, with how they are pronounced."""
    file = BytesIO()
    made = xlsxwriter.Workbook(file)
    sheet, bold = made.add_worksheet("风险清单"), made.add_format({"bold": True})
    for column, (title, value) in enumerate(zip(TITLES, ROW, strict=True)):
        sheet.write(0, column, title)
        sheet.write(1, column, value)
    sheet.write_rich_string(1, 2, "粉尘", bold, "爆炸")
    sheet.write(1, 6, "_x0041_\x07")
    made.close()
    spoken = b'<rPh sb="0" eb="1"><t>fen chen</t></rPh></si>'
    content = repacked(
        file.getvalue(), sharedStrings=lambda xml: xml.replace(b"_x0007_", b"").replace(b"</si>", spoken)
    )
    taken(client, officer, path(world), content)
    [risk] = client.get("risks", headers=officer.headers).json()["items"]
    assert (risk["object"], risk["event"], risk["place"]) == ("打磨车间", "粉尘爆炸", "_x0041_")


def test_templates_are_books_to_fill_in(client: TestClient, officer: Person) -> None:
    for name in ("risks", "checklists", "enterprises"):
        answer = client.get(f"workbooks/{name}/template.xlsx", headers=officer.headers)
        assert (answer.status_code, answer.headers["content-type"]) == (200, XLSX)
        made = opened(answer.content)
        sheet = made.worksheets[0]
        assert sheet.freeze_panes == "A2"
        assert sheet.max_row == 1
        assert all((sheet.column_dimensions[letter].width or 0) >= 7 for letter in ("A", "B", "C"))
        lists = {rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"}
        assert lists
        told = rows_of_instructions(made)
        assert {row[1] for row in told if row[0] == sheet.title} == {
            str(cell.value).rstrip("*") for cell in sheet[1]
        }  # fmt: skip
    assert client.get("workbooks/nothing/template.xlsx", headers=officer.headers).status_code == 422


def rows_of_instructions(made: Any) -> list[tuple[Any, ...]]:
    return list(made["填写说明"].iter_rows(values_only=True))


def test_an_export_shows_dates_and_keeps_text_text(client: TestClient, world: World, officer: Person) -> None:
    taken(
        client, officer, path(world), book(TITLES, ROW, (*ROW[:2], "=cmd|' /C calc'!A0", "@清灰", "管理", None, "-1"))
    )
    out = got(client, officer, path(world))
    sheet = opened(out)["风险清单"]
    titles = [str(cell.value) for cell in sheet[1]]
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert "=cmd|' /C calc'!A0" in {row["风险事件*"] for row in rows_of(out, "风险清单")}
    shown = sheet.cell(2, titles.index("下次评审日期") + 1)
    assert (shown.number_format, shown.data_type) == ("yyyy-mm-dd", "d")
    name = client.get(path(world), headers=officer.headers).headers["content-disposition"]
    assert name.startswith("attachment; filename*=UTF-8''%E6%89%93")
