"""Printing on paper: data and a template of ours become a PDF, and codes to scan are drawn on it.

How to print something:

1. Write a Typst template `x.typ` in your room's `data/`. It begins after the prelude `data/paper.typ` (font, A4 page,
   colours, `bold`, `qr`), and finds what it prints as `data`: your dictionary, its texts already in characters that the
   font has. Text is only ever a value there (`#data.name`): nothing in it is read as markup, whatever it holds.
2. Return a `Sheet` from a route registered with `@router.sheet("/…/x.pdf")` (see `people/visits.py`). What the visit to
   the database has read is printed afterwards, in the `Press`: a lane of its own, without transaction or event loop.

A PDF has no date and no random id: the same data give the same bytes, so that the sheet's tag is known unprinted.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import segno
import typst

from app.foundation.canonical import canonical, digest
from app.foundation.lanes import Lane
from app.foundation.lettering import FAMILY, FONT, printable

PDF: Final = "application/pdf"
PRELUDE: Final = FONT.parent / "paper.typ"
PRINTERS: Final = 1
"""They compute; pages need the other core."""

MASK: Final = 2
"""Of the eight patterns over a code (ISO/IEC 18004) always the same: looking for the best takes five times as long, and
every reader reads all of them."""


@dataclass(frozen=True, slots=True)
class Code:
    """Text that is drawn as a QR code: the template gets a picture for `qr`, which forgives a quarter of dirt (Q)."""

    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is to be printed: a template, its data (JSON, with Codes in it), and the name of the file in Chinese."""

    template: Path
    data: Mapping[str, Any]
    name: str

    @property
    def etag(self) -> str:
        """Says whether a client has just this, before it is printed."""
        said = canonical(_prepared(self.data, lambda text: text, lambda code: code.text))
        return f'"{digest(_source(self.template) + said)[:24]}"'

    @property
    def heads(self) -> dict[str, str]:
        """Of the answer: shown in the browser, and saved under its name (RFC 6266)."""
        return {
            "ETag": self.etag, "Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff",
            "Content-Disposition": f"inline; filename=\"print.pdf\"; filename*=UTF-8''{quote(self.name, '')}.pdf",
        }  # fmt: skip


@dataclass
class Press:
    """Prints sheets, few at a time."""

    lane: Lane = field(default_factory=partial(Lane, PRINTERS, 16))

    async def pull(self, sheet: Sheet) -> bytes:
        """The PDF.

        Raises:
            Overloaded: too many are being printed.
        """
        return await self.lane.run(partial(printed, sheet))


def printed(sheet: Sheet) -> bytes:
    """The PDF of a sheet. Computes for as long as a second: see `Press`."""
    return _compiled(sheet, "pdf")[0]


def pictured(sheet: Sheet, dots_per_inch: float) -> list[bytes]:
    """Its pages as PNG, for looking at."""
    return _compiled(sheet, "png", dots_per_inch)


def _compiled(sheet: Sheet, kind: str, ppi: float | None = None) -> list[bytes]:
    told = json.dumps(_prepared(sheet.data, lined, drawn), ensure_ascii=False)
    folder = str(PRELUDE.parent)  # a template sees no other
    options: dict[str, Any] = {
        "root": folder, "font_paths": [folder], "ignore_system_fonts": True, "format": kind, "ppi": ppi,
        "sys_inputs": {"data": told, "font": FAMILY},
    }  # fmt: skip
    made: Any = typst.compile(_source(sheet.template).encode(), **options)
    return made if isinstance(made, list) else [made]


@cache
def _source(template: Path) -> str:
    return PRELUDE.read_text("utf-8") + template.read_text("utf-8")


def lined(text: str) -> str:
    """Text of several lines in characters that the font has."""
    return "\n".join(map(printable, text.split("\n")))


def drawn(code: Code) -> str:
    """The code as SVG."""
    made = segno.make_qr(code.text, error="q", mask=MASK)
    svg: str = made.svg_inline(border=4, omitsize=True)
    return svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)


def _prepared(value: Any, text: Any, code: Any) -> Any:
    """The data with every text and code of it made ready."""
    match value:
        case str():
            return text(value)
        case Code():
            return code(value)
        case Mapping():
            return {key: _prepared(each, text, code) for key, each in value.items()}
        case list() | tuple():
            return [_prepared(each, text, code) for each in value]
        case _:
            return value
