"""HEIC and AVIF are decoded in a process of their own, which may fall without the server."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.foundation.problems import Unavailable
from app.photos.apart import derive_all
from app.photos.images import Variant
from app.photos.outlines import MEGA, DamagedPhoto, UnsupportedPhoto
from tests.photos.corpus import spoilt
from tests.photos.phones import camera, grid, heic
from tests.photos.pictures import scene


def made(tmp_path: Path, content: bytes, **bounds: int) -> dict[Variant, tuple[int, int]]:
    (tmp_path / "photo").write_bytes(content)
    with (tmp_path / "photo").open("rb") as file:
        file.read(100)  # somebody has looked into it before
        return {name: Image.open(BytesIO(each)).size for name, each in derive_all(file, **bounds).items()}


def test_both_pictures_come_from_decoding_once(tmp_path: Path) -> None:
    sizes = made(tmp_path, heic(scene(1600, 800), camera("Apple", "iPhone", 6)))
    assert sizes == {Variant.THUMBNAIL: (160, 320), Variant.DISPLAY: (640, 1280)}


def test_what_cannot_be_decoded_says_so(tmp_path: Path) -> None:
    with pytest.raises(DamagedPhoto):
        made(tmp_path, spoilt(heic()))
    with pytest.raises(UnsupportedPhoto):
        made(tmp_path, b"nothing")


def test_a_picture_that_needs_more_memory_than_it_may_take_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedPhoto):
        made(tmp_path, grid(8, 8, 4096, 4096), memory=-100 * MEGA)


def test_100_megapixels_in_tiles_need_no_more_memory_than_12(tmp_path: Path) -> None:
    assert made(tmp_path, grid(24, 16, 12_288, 8_192), memory=100 * MEGA)


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("import os; os.kill(os.getpid(), 11)", DamagedPhoto),
        ("import os; os.kill(os.getpid(), 24)", DamagedPhoto),
        ("import os; os.kill(os.getpid(), 9)", Unavailable),
        ("raise SystemExit(1)", Unavailable),
    ],
    ids=["it falls over", "it takes too long", "it is killed", "it does not start"],
)
def test_the_end_of_a_decoder_is_not_the_end_of_the_server(
    tmp_path: Path, script: str, problem: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = subprocess.run

    def another(command: list[str], **how: Any) -> Any:
        return run([sys.executable, "-c", script], **how)

    monkeypatch.setattr(subprocess, "run", another)
    with pytest.raises(problem):
        made(tmp_path, heic())
