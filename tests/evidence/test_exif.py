"""What a file says of itself is read from every kind of file, and no absurd one stops anybody."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from app.evidence.exif import exif
from tests.evidence.scenes import jpeg, noise, with_exif

PHONE = {
    "device": ("HUAWEI", "ALN-AL00"), "software": "ALN-AL00 4.2.0.130", "taken_at": "2026:11:23 09:04:05",
    "offset": "+08:00", "gps": (29.84, 106.05),
}  # fmt: skip


def read(content: bytes) -> dict[str, object] | None:
    return exif(BytesIO(content))


def test_a_phones_photo_says_when_where_and_with_what() -> None:
    said = read(with_exif(noise(1), **PHONE))
    assert said == {
        "taken_at": "2026-11-23T01:04:05.000Z", "device": "HUAWEI ALN-AL00", "software": "ALN-AL00 4.2.0.130",
        "position": {"lon": pytest.approx(106.05), "lat": pytest.approx(29.84), "datum": "wgs84", "accuracy_m": None},
        "screenshot": False,
    }  # fmt: skip


def test_what_wechat_has_emptied_says_nothing() -> None:
    assert read(jpeg(noise(1))) is None


@pytest.mark.parametrize(
    ("offset", "expected"),
    [("+00:00", "2026-11-23T09:04:05.000Z"), ("-05:30", "2026-11-23T14:34:05.000Z"), ("", "2026-11-23T01:04:05.000Z"),
     ("+99:99", "2026-11-23T01:04:05.000Z"), ("nonsense", "2026-11-23T01:04:05.000Z")],
)  # fmt: skip
def test_an_offset_is_heeded_and_without_one_it_is_the_hour_here(offset: str, expected: str) -> None:
    said = read(with_exif(noise(1), taken_at=PHONE["taken_at"], offset=offset))
    assert said
    assert said["taken_at"] == expected


@pytest.mark.parametrize("said", ["0000:00:00 00:00:00", "2026:13:40 99:00:00", "", "yesterday", "0001:01:01 00:00:00"])
def test_a_time_that_is_none_is_not_there(said: str) -> None:
    assert read(with_exif(noise(1), taken_at=said)) is None


@pytest.mark.parametrize("gps", [(0.0, 0.0), (95.0, 106.0), (29.0, 200.0)])
def test_a_place_that_is_none_is_not_there(gps: tuple[float, float]) -> None:
    assert read(with_exif(noise(1), gps=gps)) is None


def test_the_southern_and_western_half_of_the_earth_are_told_apart() -> None:
    said = read(with_exif(noise(1), gps=(-12.5, -77.25)))
    assert said
    assert said["position"] == {"lon": -77.25, "lat": -12.5, "datum": "wgs84", "accuracy_m": None}


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_every_kind_of_file_is_read(kind: str) -> None:
    tags = Image.Exif()
    tags[0x0131] = "Snapseed 2.0"
    written = BytesIO()
    noise(1).save(written, kind, exif=tags)
    said = exif(written)
    assert said
    assert said["software"] == "Snapseed 2.0"


def test_who_wrote_it_last_is_also_read_from_xmp() -> None:
    packet = b'<x:xmpmeta><rdf:Description xmp:CreatorTool="Adobe Photoshop 27.0"/></x:xmpmeta>'
    said = read(jpeg(noise(1), xmp=packet))
    assert said
    assert said["software"] == "Adobe Photoshop 27.0"
    info, written = PngImagePlugin.PngInfo(), BytesIO()
    info.add_itxt("XML:com.adobe.xmp", packet.decode())
    noise(1).save(written, "PNG", pnginfo=info)
    said = exif(written)
    assert said
    assert said["software"] == "Adobe Photoshop 27.0"


def test_ios_says_that_it_is_a_screenshot() -> None:
    said = read(with_exif(noise(1), comment=b"ASCII\0\0\0Screenshot"))
    assert said
    assert said["screenshot"]


WHOLE = with_exif(noise(2, (8, 8)), **PHONE)


@given(st.integers(0, 700), st.integers(0, 255), st.integers(1, 700))
def test_no_damage_stops_anybody(at: int, byte: int, length: int) -> None:
    hurt = bytearray(WHOLE)
    hurt[at % len(hurt)] = byte
    read(bytes(hurt))
    read(bytes(hurt[: length % len(hurt)]))


@given(
    st.binary(max_size=400),
    st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF0000WEBP", b"", b"....ftypheic"]),
)
def test_no_nonsense_stops_anybody(content: bytes, start: bytes) -> None:
    read(start + content)
    read(start + b"Exif\0\0II*\0" + content)
