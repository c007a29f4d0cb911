"""Receipts: the ids that clients gave their requests, so that a phone may send anything any number of times."""

import json
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, ValidationError
from sqlalchemy import String, Text, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.foundation.columns import Row, tuple_of
from app.foundation.dialects import insert_once, table_of
from app.foundation.prepared import Prepared
from app.foundation.problems import IdConflict


class Receipt(Row):
    """One accepted create, action or push. The answer is not kept: a replay is shown what is true now."""

    __tablename__ = "receipts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    actor_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(64))
    target: Mapped[UUID | None]
    body: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[UUID | None]
    revision: Mapped[int | None]


RECEIPTS: Final = table_of(Receipt)
Kept: Any = tuple_of("Kept", RECEIPTS.c)
GIVEN: Final = Prepared(select(RECEIPTS).where(RECEIPTS.c.id == bindparam("given")), "given", row=Kept._make)
COMPLETE: Final = Prepared(
    RECEIPTS.update().where(RECEIPTS.c.id == bindparam("given")), "given", "subject_id", "revision"
)


def claim(
    session: Session, id: UUID, actor_id: UUID, kind: str, target: UUID | None, body: Any, model: type[BaseModel]
) -> UUID | None:
    """Take the id for this request; or, on a replay, say what subject it led to the first time.

    The receipt is inserted before anything else is done, so that of two requests at once the second waits.
    If the request is then refused, the receipt goes with the rest: a refused request consumes no id.

    Raises:
        IdConflict: somebody else's, another kind's or other content's.
    """
    text = _content(body)
    new = {"id": id, "actor_id": actor_id, "kind": kind, "target": target, "body": text}
    if insert_once(session, Receipt, new):
        return None
    receipt = GIVEN.one_or_none(session, {"given": id})
    same_request = (receipt.actor_id, receipt.kind, receipt.target) == (actor_id, kind, target)
    if not same_request or not (receipt.body == text or _alike(receipt.body, text, model)):
        raise IdConflict
    subject: UUID | None = receipt.subject_id
    return subject


def complete(session: Session, id: UUID, subject_id: UUID, revision: int) -> None:
    """Write on the receipt what its request led to."""
    COMPLETE.run(session, {"given": id, "subject_id": subject_id, "revision": revision})


def claim_parts(session: Session, ids: Sequence[UUID], actor_id: UUID, kind: str, whole: UUID) -> None:
    """Take the ids of the parts of a new whole (an inspection's findings).

    Raises:
        IdConflict: one of them has been used, or is named twice.
    """
    rows = [
        {"id": id, "actor_id": actor_id, "kind": kind, "target": whole, "body": "", "subject_id": id, "revision": 1}
        for id in ids
    ]
    if rows and (len(set(ids)) < len(ids) or insert_once(session, Receipt, *rows) < len(ids)):
        raise IdConflict


def _content(body: Any) -> str:
    """The body as text, in ASCII, since it may hold what no database stores. The device does not count."""
    if isinstance(body, dict):
        body = {name: value for name, value in body.items() if name != "device"}
    return json.dumps(body, sort_keys=True)


def _alike(first: str, second: str, model: type[BaseModel]) -> bool:
    """Whether today's model reads both alike: a newer server may fill in more, or write numbers otherwise."""
    try:
        return model.model_validate_json(first) == model.model_validate_json(second)
    except ValidationError:
        return False
