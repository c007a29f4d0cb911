"""What only one may have: the database says who was first, also of two at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.foundation.problems import Conflict, IdConflict, Said


@contextmanager
def unless_taken(session: Session, other: ColumnElement[bool], code: str, message: Said) -> Iterator[None]:
    """Write what is within, unless an `other` row has its unique value already; no more is told of that row.

    Raises:
        Conflict: just that.
        IdConflict: it is the row's id that is taken.
    """
    try:
        with session.begin_nested():
            yield
            session.flush()
    except IntegrityError as error:
        if session.scalar(select(exists().where(other))):
            raise Conflict(message, code=code) from error
        raise IdConflict from error
