"""What is printed says what was given, letter by letter; codes can be scanned; the same data give the same bytes."""

from io import BytesIO
from pathlib import Path

import zxingcpp
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from app.foundation import printing
from app.foundation.printing import Code, Sheet, lined, pictured, printed

MARKUP = "# $ * _ @ < > \\ ` [x] {y} // /* */ ~ -- --- ... \"q\" 'q' = - + 1. https://x.cn #let data = 1 u+4e00"


def sheet(tmp_path_factory_folder: Path, **data: object) -> Sheet:
    template = tmp_path_factory_folder / "said.typ"
    if not template.exists():
        template.write_text('#data.at("said", default: "")\n#if "code" in data { qr(data.code, 20mm) }', "utf-8")
    return Sheet(template, data, "测试")


def read(pdf: bytes) -> str:
    """The text of a PDF, without white space: lines break anywhere in Chinese."""
    return "".join("".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def test_text_is_never_markup(tmp_path: Path) -> None:
    alphabet = st.sampled_from("#$*_@<>\\`[]{}/~-.=\"'+ 1aλ中文岗位，。㛃😀\n")

    @settings(max_examples=40, deadline=None)
    @example(MARKUP)
    @example('泄爆片\n#image("/etc/passwd")\n$x$ *粗* _斜_ <标签> @引用')
    @given(st.text(alphabet, min_size=1, max_size=60))
    def says_it(text: str) -> None:
        assert read(printed(sheet(tmp_path, said=text))) == "".join(lined(text).split())

    says_it()


def test_the_same_data_give_the_same_bytes_and_tag(tmp_path: Path) -> None:
    one, other = sheet(tmp_path, said="两单两卡", code=Code("x")), sheet(tmp_path, code=Code("x"), said="两单两卡")
    assert (printed(one), one.etag) == (printed(other), other.etag)
    assert one.etag != sheet(tmp_path, said="两单两卡", code=Code("y")).etag
    about = PdfReader(BytesIO(printed(one))).metadata
    assert about is not None
    assert (about.creation_date, about.modification_date) == (None, None)


def test_a_code_is_scanned_off_the_page(tmp_path: Path) -> None:
    text = "https://aq.example.cn/s/7K3M9PQR2TVW"
    [page] = pictured(sheet(tmp_path, code=Code(text)), 150)
    assert [found.text for found in zxingcpp.read_barcodes(Image.open(BytesIO(page)))] == [text]


def test_only_our_own_letters_are_used(tmp_path: Path) -> None:
    """Whatever fonts the machine has; a character that ours has not is named."""
    pdf = printed(sheet(tmp_path, said="焊工 Ab1 ✓ ㎡ 한"))
    fonts = [font["/BaseFont"].rpartition("+")[2] for font in resources(pdf)]
    assert fonts
    assert all(font.startswith("NotoSansSC") for font in fonts)
    assert read(pdf).endswith("〔U+D55C〕")


def resources(pdf: bytes) -> list[dict[str, str]]:
    page = PdfReader(BytesIO(pdf)).pages[0]
    return [each.get_object() for each in page["/Resources"]["/Font"].values()]  # type: ignore[index]


def test_a_name_of_a_file_is_chinese_and_safe() -> None:
    heads = Sheet(printing.PRELUDE, {}, '打磨工"\r\n/卡').heads
    assert heads["Content-Disposition"].isascii()
    assert '"' not in heads["Content-Disposition"].partition("filename*=")[2]
    assert "\n" not in heads["Content-Disposition"]
