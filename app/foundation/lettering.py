"""The letters for everything that is printed, on pictures and on paper: one font for all, which lies beside (`data/`).

Noto Sans SC has every character of GB 18030-2000 and of the table of general standard characters (通用规范汉字表), so
also those of rare names. What it has not (emoji, other scripts) is printed as its code point (〔U+1F600〕), never as a
box that could be anything.
"""

import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from PIL import ImageFont

FONT: Final = Path(__file__).with_name("data") / "NotoSansSC-Regular.otf"
FAMILY: Final = "Noto Sans SC"
NOBODY_S: Final = "\U0010ffff"
"""A code point that no font has: it is drawn as the box for what is missing."""

SIZE: Final = 14  # in which a character is tried
SELECTORS: Final = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))  # variants of the character before them


def printable(text: str) -> str:
    """A line in characters that the font has; any white space is a space."""
    return "".join(_shown(character) for character in text)


@lru_cache(16)
def font(size: int) -> ImageFont.FreeTypeFont:
    """The font for drawing on pictures, so many pixels high."""
    return ImageFont.truetype(FONT, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(8192)
def _shown(character: str) -> str:
    if character.isspace():
        return " "
    code = ord(character)
    if unicodedata.category(character) == "Cf" or any(code in selectors for selectors in SELECTORS):
        return ""  # it only steers the characters around it, perhaps so that they read differently
    return character if _drawn(character) != _missing() else f"〔U+{code:04X}〕"


def _drawn(character: str) -> bytes:
    return bytes(font(SIZE).getmask(character))


@cache
def _missing() -> bytes:
    return _drawn(NOBODY_S)
