"""How Python types become columns, once for all tables and both databases."""

import json
from collections import namedtuple
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    CHAR,
    BigInteger,
    Boolean,
    ColumnElement,
    DateTime,
    Dialect,
    Enum,
    Integer,
    MetaData,
    Text,
    TypeDecorator,
    Uuid,
    literal_column,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NULLTYPE, TypeEngine

from app.foundation.canonical import canonical
from app.foundation.clock import rfc3339


class Id(TypeDecorator[UUID]):
    """A UUID: native on PostgreSQL; on SQLite the 36 characters that are also sent, so that a list need not convert."""

    impl = Uuid
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(CHAR(36) if dialect.name == "sqlite" else Uuid())

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        return str(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        return UUID(value) if isinstance(value, str) else value


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime; a naive one is refused, never guessed.

    On SQLite it is the text that is also sent (RFC 3339, UTC, milliseconds), which sorts as time does.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(CHAR(24) if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return rfc3339(value) if dialect.name == "sqlite" else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if isinstance(value, str):
            return datetime.fromisoformat(value)
        return None if value is None else value.astimezone(UTC)


class Several(TypeDecorator[tuple[Any, ...]]):
    """A few words in one column, each between spaces, so that `LIKE '% word %'` finds one."""

    impl = Text
    cache_ok = True

    def __init__(self, of: Callable[[str], Any]) -> None:
        super().__init__()
        self.of = of

    def process_bind_param(self, value: tuple[Any, ...] | None, dialect: Dialect) -> str:
        words = " ".join(str(item) for item in value or ())
        return f" {words} " if words else ""

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[Any, ...]:
        return tuple(self.of(word) for word in (value or "").split())


class Json(TypeDecorator[Any]):
    """A small structure that is always read whole, kept as canonical JSON text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def as_sent(column: InstrumentedAttribute[Any] | ColumnElement[Any], name: str | None = None) -> ColumnElement[Any]:
    """The column as it goes over the wire, without becoming a Python object on the way: for hot lists.

    What a driver still hands over as an object (PostgreSQL's ids and instants) is written by `canonical.sent`.
    """
    kept = isinstance(column.type, Boolean | Several | Json)
    expression = type_coerce(column, column.type if kept else NULLTYPE)
    return expression.label(name or str(getattr(column, "key", None)))


class as_text(FunctionElement[str]):  # noqa: N801  it reads as a function
    """An id or instant as the text that is sent, on both databases: for the hottest lists, which make no objects."""

    type = Text()
    inherit_cache = True


@compiles(as_text)
def _as_kept(element: as_text, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(as_text, "postgresql")
def _as_written(element: as_text, compiler: SQLCompiler, **options: Any) -> str:
    kept = compiler.process(element.clauses, **options)
    if isinstance(next(iter(element.clauses)).type, Instant):
        return f"""to_char({kept} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""
    return f"CAST({kept} AS TEXT)"


def has_word(several: ColumnElement[Any], word: str) -> ColumnElement[bool]:
    """Whether a column of Several words has this one.

    It is written into the statement, because SQLite prepares a statement anew whenever what a LIKE is bound to changes.
    """
    assert word.isidentifier()
    return type_coerce(several, Text).like(literal_column(f"'% {word} %'"))


def tuple_of(name: str, columns: Iterable[ColumnElement[Any]]) -> Any:
    """A named tuple of these columns: `_make` takes a row, whose fields it finds ten times as fast as the row does."""
    return namedtuple(name, [str(column.key) for column in columns])


# 64 bits on PostgreSQL; SQLite numbers rows by itself only for a column declared INTEGER, which has 64 bits anyway.
Counter = BigInteger().with_variant(Integer(), "sqlite")

# The value, not the Python name, as VARCHAR with a CHECK: a new value is then an ordinary migration on both databases.
Word = Enum(
    StrEnum, native_enum=False, create_constraint=True, length=32, values_callable=lambda kind: [str(v) for v in kind]
)


class Row(DeclarativeBase):
    """Base of every table. Every constraint has a name, so that a migration can speak of it."""

    # What the database computes by itself (routing codes) is read when it is asked for, not with every insert.
    __mapper_args__: Any = {"eager_defaults": False}  # noqa: RUF012  its base declares it so
    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Instant, UUID: Id, int: Counter, StrEnum: Word}
