"""PDF, as a document that a record may have wherever it may have a photo: a signed form, a certificate.

Only its two ends are looked at. What is inside is never run, drawn or believed here, and nobody can say from the
outside whether it holds scripts (they may lie compressed or encrypted); so every document goes out as a download.
"""

import os
import re
from typing import IO, Final

from app.foundation.problems import Said, TooLarge
from app.photos.outlines import DamagedPhoto, Format, Outline

DOCUMENT_LIMIT: Final = 20_000_000

TAIL: Final = 2048
"""Bytes at the end among which a reader looks for the way in (ISO 32000-2, annex I)."""

_END: Final = re.compile(rb"startxref\s{1,8}(\d{1,10})\s{1,8}%%EOF[\s\0]{0,1024}\Z")
_TABLE: Final = re.compile(rb"\s{0,8}(xref\b|\d{1,10}\s{1,4}\d{1,5}\s{1,4}obj\b)")


def begins(start: bytes) -> bool:
    """Whether a file that starts so may be one. Readers look on for the mark; a polyglot hides behind that."""
    return start.startswith(b"%PDF-")


def outline(file: IO[bytes]) -> Outline:
    """Raises DamagedPhoto if its end is missing or hidden behind something else, TooLarge if it is."""
    size = file.seek(0, os.SEEK_END)
    if size > DOCUMENT_LIMIT:
        raise TooLarge(Said("文件过大", "The document is too large"), limit=DOCUMENT_LIMIT)
    file.seek(max(0, size - TAIL))
    ends = _END.search(file.read(TAIL))
    if not ends:
        raise DamagedPhoto
    file.seek(min(int(ends[1]), size))
    if not _TABLE.match(file.read(64)):
        raise DamagedPhoto
    return Outline(Format.PDF)
