"""The book of enterprises: registered from a list, changed by it, and given out as it comes in."""

from typing import Any
from uuid import uuid4

from fastapi.testclient import TestClient

from app.foundation.credit_code import with_check_digit
from app.people.models import Enterprise
from app.people.scope import Role
from tests.conftest import World
from tests.workbooks.sheets import book, got, refused, rows_of, taken

PATH = "enterprises.xlsx"
TITLES = ("企业名称", "统一社会信用代码", "所属区划", "行业", "联系人", "电话", "经度", "纬度", "坐标系", "类型")


def code() -> str:
    return with_check_digit("91500" + str(uuid4().int)[:12])


def test_a_list_registers_them_and_comes_out_as_it_went_in(client: TestClient, world: World) -> None:
    clerk = world.someone(Role.ADMINISTRATOR)
    rows = [
        ("一厂", code(), world.village, "机械、轻工", "张伟", 13800000000, None, None, None, None),
        ("=HYPERLINK(1)", code(), f"区划{world.village}", "其他", None, None, 106.05, 29.84, "GCJ02", "企业"),
        ("老王作坊", None, world.village, None, "王五", "13900000000", 106.1, 29.9, "WGS84", "无证场所"),
    ]  # fmt: skip
    first = taken(client, clerk, PATH, book(TITLES, *rows), dry_run=True)
    assert first["counts"] == {"enterprise": {"created": 3, "changed": 0, "unchanged": 0, "retired": 0}}
    assert len(rows_of(got(client, clerk, PATH), "企业")) == 1, "a dry run stores nothing"
    taken(client, clerk, PATH, book(TITLES, *rows))
    out = got(client, clerk, PATH)
    listed = {row["企业名称*"]: row for row in rows_of(out, "企业")}
    assert listed["一厂"]["负责人电话"] == "13800000000"
    assert listed["=HYPERLINK(1)"]["所属区划*"] == world.village
    again = taken(client, clerk, PATH, out)
    assert again["counts"] == {"enterprise": {"created": 0, "changed": 0, "unchanged": 4, "retired": 0}}
    assert taken(client, clerk, PATH, book(TITLES, *rows))["counts"]["enterprise"]["unchanged"] == 3


def test_every_bad_cell_is_named_and_nothing_is_stored(client: TestClient, world: World) -> None:
    twice, far = code(), world.works(area_code=world.next_town)
    taken_code = world.write(lambda session: session.get_one(Enterprise, far).credit_code)
    narrow = world.someone(Role.ADMINISTRATOR, areas=(world.village,))
    rows: list[tuple[Any, ...]] = [
        ("错码厂", "915001111111111111", world.village, "机械", None, None, None, None, None, None),
        ("二厂", twice, world.village, "飞机", None, None, None, None, None, None),
        ("二厂", twice, "没有这个村", None, None, "打电话", "东经", 29.8, None, None),
        (None, code(), world.village, None, None, 13800000000, None, None, None, None),
        ("别处的", taken_code, world.village, None, None, None, None, None, None, None),
        ("作坊", None, world.village, None, None, None, None, None, None, "无证场所"),
    ]
    assert refused(client, narrow, PATH, book(TITLES, *rows)) == [
        ("Sheet1", 2, "B", "统一社会信用代码", "invalid_credit_code"),
        ("Sheet1", 3, "D", "行业", "unknown_word"),
        ("Sheet1", 4, "A", "企业名称", "repeated"),
        ("Sheet1", 4, "C", "所属区划", "not_found"),
        ("Sheet1", 4, "F", "电话", "string_pattern_mismatch"),
        ("Sheet1", 4, "G", "经度", "not_a_number"),
        ("Sheet1", 5, "A", "企业名称", "missing"),
        ("Sheet1", 5, "E", "联系人", "missing"),
        ("Sheet1", 6, "B", "统一社会信用代码", "credit_code_taken"),
        ("Sheet1", 7, "G", "经度", "missing"),
    ]
    assert len(rows_of(got(client, narrow, PATH), "企业")) == 1
