"""An inspector's words in one plain form: width, script, spaces and pictures no longer matter, places are kept.

Chinese is folded to simplified characters one for one (OpenCC's table), width and Latin case by NFKC (Unicode
annex 15). What is no word (emoji, ornaments) separates as a comma does. Readings without tone let a word be found that
a phone's keyboard has misspelt (同音字); the confusions of south-western speech (zh/z, n/l, ing/in) count as the same.
"""

import json
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

CHARACTERS: Final = Path(__file__).parent / "data" / "characters.json"
STOP: Final = "。"
PAUSE: Final = "，"
_SAME: Final = {
    "!": STOP, "?": STOP, ";": STOP, "\n": STOP, ",": PAUSE, ":": PAUSE, "\t": PAUSE, "．": ".", "～": "~",
    "【": PAUSE, "】": PAUSE, "[": PAUSE, "]": PAUSE, "|": PAUSE, "…": PAUSE,
}  # fmt: skip
_ONSETS: Final = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))


@dataclass(frozen=True, slots=True)
class Plain:
    """A text in its plain form. `origin[i]` is where character i stands in the text as it was written."""

    written: str
    text: str
    origin: tuple[int, ...]

    def as_written(self, start: int, end: int) -> str:
        """The inspector's own characters behind a part of the plain text."""
        return self.written[self.origin[start] : self.origin[end - 1] + 1] if start < end else ""


def plain(written: str) -> Plain:
    """The plain form of a text of any length; never fails."""
    simplified = _tables()[0]
    text: list[str] = []
    origin: list[int] = []
    for place, character in enumerate(written):
        for each in _folded(character):
            text.append(simplified.get(each, each))
            origin.append(place)
    return _without_spaces(written, text, origin)


def _folded(character: str) -> str:
    if character.isascii() or "一" <= character <= "鿿":
        return _SAME.get(character, character.lower())
    category = unicodedata.category(character)
    if category in {"So", "Sk", "Cn", "Co", "Cf", "Mn", "Me"}:
        return PAUSE if category == "So" else ""
    folded = unicodedata.normalize("NFKC", character).lower()
    return "".join(_SAME.get(each, each) for each in folded)


def _without_spaces(written: str, text: list[str], origin: list[int]) -> Plain:
    """Spaces say nothing between Chinese characters; between Latin words and numbers they stay."""
    kept = [
        place
        for place, each in enumerate(text)
        if not each.isspace() or (0 < place < len(text) - 1 and text[place - 1].isascii() and text[place + 1].isascii())
    ]
    return Plain(written, "".join(text[place] for place in kept), tuple(origin[place] for place in kept))


def sounds(text: str) -> tuple[str, ...]:
    """How each character is read, without its tone; what has no reading stands for itself."""
    readings = _tables()[1]
    return tuple(readings.get(each, each) for each in text)


@cache
def _tables() -> tuple[dict[str, str], dict[str, str]]:
    """The simplified form and the reading of characters."""
    data: Any = json.loads(CHARACTERS.read_text("utf-8"))
    pairs = data["simplified"]
    simplified = dict(zip(pairs[::2], pairs[1::2], strict=True))
    readings = {each: _heard(sound) for sound, characters in data["sounds"].items() for each in characters}
    return simplified, readings


def _heard(sound: str) -> str:
    """A reading as the south-west hears it."""
    for apart, together in _ONSETS:
        if sound.startswith(apart) and len(sound) > len(apart):
            sound = together + sound[len(apart) :]
            break
    return sound.removesuffix("g") if sound.endswith(("ing", "eng")) else sound
