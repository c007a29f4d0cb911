"""What is printed on a picture, for whom, and that none of it reaches anybody else."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from PIL import Image, ImageChops

from app.foundation.clock import now
from app.foundation.lettering import printable
from app.people.models import Enterprise, User
from app.people.scope import Role
from app.photos import addresses
from app.photos.addresses import display_url, watermark_url
from app.photos.captions import Records, caption
from app.photos.models import Purpose
from app.photos.watermark import LEAST, stamped
from tests.conftest import Person, World
from tests.photos.pictures import noise, saved
from tests.photos.stories import caller, jpeg, name_one, sha
from tests.photos.test_showing import see, signed
from tests.photos.test_upload import put
from tests.stories import put_on_the_list

TAKEN = datetime(2026, 11, 24, 8, 30, 5, tzinfo=UTC)
WHERE = {"lon": 106.05, "lat": 29.84, "datum": "gcj02", "accuracy_m": 12}


@pytest.fixture
def leader(world: World) -> Person:
    return world.someone(Role.TEAM_LEADER, name="王建国")


@pytest.fixture
def content(client: TestClient, leader: Person) -> bytes:
    content = saved(noise(40, 30).resize((1600, 1200)), "JPEG")
    assert put(client, leader, content).status_code == 201
    return content


@pytest.fixture
def hazard(world: World, leader: Person, content: bytes) -> UUID:
    """A record that names the photo."""
    hazard = put_on_the_list(world, leader)
    name_one(world, leader, sha(content), subject_id=hazard, taken_at=TAKEN, position=WHERE)
    return hazard


def lines(world: World, person: Person, content: bytes, subject: UUID | None = None) -> tuple[str, ...]:
    records: Records = world.app.state.house.things[Records]
    said: tuple[str, ...] = world.write(
        lambda session: caption(session, caller(session, person), records, sha(content), subject)
    )
    return said


def marked(client: TestClient, person: Person, content: bytes, **params: Any) -> Any:
    asked = {"watermark": "true"} | params
    return client.get(f"photos/{sha(content)}/display", params=asked, headers=person.headers)


def test_it_says_when_where_at_which_enterprise_and_by_whom(
    world: World, leader: Person, content: bytes, hazard: UUID
) -> None:
    name: str = world.write(lambda session: session.get_one(Enterprise, world.enterprise).name)
    assert lines(world, world.someone(Role.INSPECTOR), content) == (
        "用途：发现",
        "拍摄时间：2026-11-24 16:30:05",
        f"地点：区划{world.town} 区划{world.village} 打磨车间",
        "坐标：106.05000，29.84000（GCJ-02）",
        f"单位：{name}",
        "上报人：王建国",
    )


def test_where_the_phone_said_nothing_it_says_when_it_was_reported(
    world: World, leader: Person, content: bytes
) -> None:
    name_one(world, leader, sha(content), purpose=Purpose.REVIEW)
    said = lines(world, leader, content)
    assert said[0] == "用途：复查"
    assert said[1].startswith("上报时间：20")
    assert not any(line.startswith("坐标") for line in said)


def test_a_worker_reads_no_name_but_his_own(client: TestClient, world: World, content: bytes, hazard: UUID) -> None:
    worker, own = world.someone(Role.WORKER, name="李秀英"), jpeg()
    put(client, worker, own)
    name_one(world, worker, sha(own))
    assert "上报人：李秀英" in lines(world, worker, own)
    assert not any(line.startswith("上报人") for line in lines(world, worker, content))


def test_the_newest_record_is_told_or_the_one_that_is_named(
    world: World, leader: Person, content: bytes, hazard: UUID
) -> None:
    later = name_one(world, leader, sha(content), purpose=Purpose.RECTIFICATION)
    assert lines(world, leader, content)[0] == lines(world, leader, content, later)[0] == "用途：整改"
    assert lines(world, leader, content, hazard)[0] == "用途：发现"


def test_it_is_printed_on_the_picture_and_nowhere_else(
    client: TestClient, leader: Person, content: bytes, hazard: UUID
) -> None:
    plain, answer = see(client, leader, content, "display"), marked(client, leader, content)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert answer.headers["cache-control"] == "private, no-cache"
    before, after = (Image.open(BytesIO(each.content)).convert("RGB") for each in (plain, answer))
    assert before.size == after.size == (1280, 960)
    upper, lower = (0, 0, 1280, 500), (0, 700, 1280, 960)
    difference = ImageChops.difference(before, after).convert("L")
    assert difference.crop(upper).point(lambda value: 255 * (value > 40)).getbbox() is None  # only saved twice
    assert difference.crop(lower).point(lambda value: 255 * (value > 100)).getbbox()
    again = marked(client, leader, content, subject=str(hazard))
    assert (again.content, again.headers["etag"]) == (answer.content, answer.headers["etag"])
    kept = client.get(
        f"photos/{sha(content)}/display?watermark=true",
        headers=leader.headers | {"If-None-Match": answer.headers["etag"]},
    )
    assert (kept.status_code, kept.content) == (304, b"")


def test_a_record_gives_the_address_for_itself(
    client: TestClient, world: World, leader: Person, content: bytes, hazard: UUID
) -> None:
    [photo] = client.get(f"hazards/{hazard}", headers=leader.headers).json()["photos"]
    answer = signed(client, photo["watermark_url"])
    assert (answer.status_code, answer.content) == (200, marked(client, leader, content, subject=hazard).content)


def test_a_signed_address_covers_what_it_prints(
    client: TestClient, world: World, leader: Person, content: bytes, hazard: UUID
) -> None:
    other = name_one(world, leader, sha(content))
    address = watermark_url(world.keyring, leader.id, sha(content), hazard)
    plain = display_url(world.keyring, leader.id, sha(content))
    assert signed(client, address).status_code == signed(client, plain).status_code == 200
    for forged in (
        plain + "&watermark=true",
        plain + f"&watermark=true&subject={hazard}",
        address.replace(str(hazard), str(other)),
        address.replace("watermark=true", "watermark=false"),
        address.replace("&watermark=true", ""),
        address.replace("/display", "/thumbnail"),
        address.replace(str(leader.id), str(uuid4())),
    ):
        assert signed(client, forged).status_code == 401, forged


def test_whoever_does_not_see_the_record_reads_nothing_of_it(
    client: TestClient, world: World, leader: Person, content: bytes, hazard: UUID
) -> None:
    """Though they may have sent the same bytes themselves."""
    stranger = world.someone(Role.MANAGER, enterprise_id=world.works())
    put(client, stranger, content)
    assert see(client, stranger, content, "display").status_code == 200
    for params in ({}, {"subject": str(hazard)}, {"subject": str(uuid4())}):
        answer = marked(client, stranger, content, **params)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    own = name_one(world, stranger, sha(content), enterprise_id=world.works())
    assert marked(client, stranger, content).status_code == 404
    theirs = watermark_url(world.keyring, stranger.id, sha(content), hazard)
    assert signed(client, theirs).status_code == 404  # as if it had been given out by mistake
    assert marked(client, stranger, content, subject=str(own)).status_code == 404


def test_an_address_prints_what_its_viewer_may_read_today(
    client: TestClient, world: World, content: bytes, hazard: UUID
) -> None:
    inspector = world.someone(Role.INSPECTOR)
    address = watermark_url(world.keyring, inspector.id, sha(content), hazard)
    first = signed(client, address)
    world.write(lambda session: setattr(session.get_one(User, inspector.id), "areas", (world.next_town,)))
    assert (first.status_code, signed(client, address).status_code) == (200, 404)
    world.write(lambda session: setattr(session.get_one(User, inspector.id), "active", False))
    assert signed(client, address).status_code == 404


def test_an_address_expires(
    client: TestClient, world: World, leader: Person, content: bytes, hazard: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = watermark_url(world.keyring, leader.id, sha(content), hazard)
    later = now() + timedelta(hours=48)
    monkeypatch.setattr(addresses, "now", lambda: later)
    assert signed(client, address).status_code == 401


@pytest.mark.parametrize(
    ("size", "params", "code"),
    [
        ("thumbnail", {"watermark": "true"}, "display_only"),
        ("original", {"watermark": "true"}, "display_only"),
        ("display", {"watermark": "yes"}, "bool_parsing"),
        ("display", {"watermark": "true", "subject": "x"}, "uuid_parsing"),
    ],
)
def test_what_makes_no_sense_is_refused(
    client: TestClient, leader: Person, content: bytes, size: str, params: dict[str, str], code: str
) -> None:
    answer = client.get(f"photos/{sha(content)}/{size}", params=params, headers=leader.headers)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


# Drawing


def test_every_character_of_gbk_is_in_the_font() -> None:
    characters = "".join(
        bytes((high, low)).decode("gbk", "ignore") for high in range(0x81, 0xFF) for low in range(0x40, 0xFF)
    )
    chinese = {each for each in characters if "一" <= each <= "龥"}
    assert len(chinese) == 20_902
    assert [each for each in sorted(chinese) if printable(each) != each] == []


def test_a_character_that_the_font_has_not_is_named() -> None:
    assert printable("张㛃䶮𬭎✓ A1（）：·—") == "张㛃䶮𬭎✓ A1（）：·—"
    assert printable("笑😀한") == "笑〔U+1F600〕〔U+D55C〕"
    assert printable("上\u202e下\u200b") == "上下"  # what turns the reading around is not printed


@pytest.mark.parametrize("size", [(1280, 960), (720, 1280), (40, 30), (1280, 90), (90, 1280)])
def test_all_lines_fit_on_a_picture_of_any_shape(size: tuple[int, int]) -> None:
    picture = saved(Image.new("RGB", size), "JPEG")
    long = "单位：" + "重庆市铜梁区土桥镇某某机械制造有限责任公司" * 6
    printed = Image.open(BytesIO(stamped(picture, ["用途：发现", long, "上报人：王建国"])))
    assert printed.width >= LEAST[0]
    assert printed.height >= LEAST[1]
    left, top, right, bottom = printed.convert("L").point(lambda value: 255 * (value > 64)).getbbox() or (0, 0, 0, 0)
    assert 0 < left < right < printed.width
    assert printed.height // 3 < top < bottom < printed.height
