"""One text for one value, so that it can be hashed, compared and kept."""

import hashlib
import json
import secrets
import time
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic_core import to_json, to_jsonable_python

from app.foundation.clock import rfc3339


def plain(value: object) -> object:
    """What JSON cannot say by itself: instants as they are sent, ids and decimals as text."""
    match value:
        case datetime():
            return rfc3339(value)
        case date() | UUID() | Decimal():
            return str(value)
        case set() | frozenset():
            return sorted(value)
        case _:
            return to_jsonable_python(value)


def canonical(value: object) -> str:
    """The JSON text of a value: keys sorted, no spaces, Chinese left readable."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=plain)


def sent(value: object) -> bytes:
    """A value as it goes over the wire: the order of its keys is kept."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=plain).encode()


def sent_plain(value: object) -> bytes:
    """The same of what has no instants in it (but as text): in a sixth of the time."""
    return to_json(value)


def digest(text: str) -> str:
    """The SHA-256 of a text, as 64 lowercase hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def new_id() -> UUID:
    """A UUID of version 7 (RFC 9562): unique without asking anyone, and new rows lie together in an index."""
    milliseconds = time.time_ns() // 1_000_000
    version, variant = 7 << 76, 2 << 62
    return UUID(int=milliseconds << 80 | version | secrets.randbits(12) << 64 | variant | secrets.randbits(62))
