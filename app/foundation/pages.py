"""Pages of a list by keyset: the next page begins after the last row, wherever rows have gone since."""

import base64
import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement, Date, Select, func, literal, select, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import TypeEngine

from app.foundation.canonical import canonical
from app.foundation.columns import Id, Instant
from app.foundation.keyring import Keyring
from app.foundation.problems import InvalidCursor
from app.foundation.wire import Frozen

TOTAL_CAP: Final = 10_000


class Asked(Frozen):
    """What every list may be asked for; a list's own filter adds its fields. Unknown parameters are refused."""

    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=500, description="Opaque: `next_cursor` of the page before.")
    count: bool = Field(default=False, description="Adds `total`, exact to 10,000, `total_capped` beyond.")

    def _question(self) -> str:
        return canonical([type(self).__name__, self.model_dump(exclude={"limit", "cursor", "count"})])

    def cursor_after(self, keys: Keyring, at: object, id: object) -> str:
        """The cursor of the page after the row with these keys: `at` as it is sent, and its id."""
        place = canonical([at, id])
        return base64.urlsafe_b64encode(f"{keys.mark('cursor', self._question() + place)}{place}".encode()).decode()

    def place(self, keys: Keyring) -> tuple[str, UUID] | None:
        """Where the page begins.

        Raises:
            InvalidCursor: not made by this server, or for another question.
        """
        if self.cursor is None:
            return None
        try:
            text = base64.b64decode(self.cursor, altchars=b"-_", validate=True).decode()
        except ValueError:
            raise InvalidCursor from None
        mark, bracket, rest = text.partition("[")
        if not bracket or not keys.marked("cursor", self._question() + bracket + rest, mark):
            raise InvalidCursor
        at, id = json.loads(bracket + rest)
        return at, UUID(id)


def in_order(
    columns: Select[*tuple[Any, ...]],
    branches: Sequence[ColumnElement[bool]],
    key: Sequence[InstrumentedAttribute[Any]],
    place: Sequence[Any] | None,
    limit: int,
    *,
    descending: bool = True,
) -> Select[*tuple[Any, ...]]:
    """Up to `limit` rows of any of the (disjoint) branches, in the order of their key; `columns` must select it.

    The last column of the key is the id.
    Each branch is limited by itself, so that each walks its own index and stops; an OR of them would sort
    everything. The place is compared as a row value, which both databases answer from an index.
    """
    if place is not None:
        *before, id = zip(key, place, strict=True)
        here = tuple_(*(literal(_read(at.type, value), at.type) for at, value in before), literal(id[1], Id))
        columns = columns.where(tuple_(*key) < here if descending else tuple_(*key) > here)
    way = [each.desc() if descending else each.asc() for each in key]
    tops = [columns.where(branch).order_by(*way).limit(limit) for branch in branches]
    if len(tops) == 1:
        return tops[0]
    rows = union_all(*(select(top.subquery()) for top in tops)).subquery()
    outer = [rows.c[each.key].desc() if descending else rows.c[each.key] for each in key]
    return select(rows).order_by(*outer).limit(limit)


def _read(kind: TypeEngine[Any], sent: Any) -> Any:
    """The value of a key column from the text in a cursor."""
    if isinstance(kind, Instant):
        return datetime.fromisoformat(sent)
    return date.fromisoformat(sent) if isinstance(kind, Date) else sent


def total(session: Session, matching: Select[*tuple[Any, ...]]) -> dict[str, Any]:
    """How many rows match, exact to the cap: beyond it nobody reads the number, and counting costs."""
    counted = session.scalar(select(func.count()).select_from(matching.limit(TOTAL_CAP + 1).subquery())) or 0
    return {"total": min(counted, TOTAL_CAP), "total_capped": counted > TOTAL_CAP}
