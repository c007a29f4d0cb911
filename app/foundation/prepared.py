"""Statements that are asked all day, on the driver's own cursor.

SQLAlchemy finds a statement's SQL, its parameters and the types of its columns anew each time, which costs more than
most of our answers (docs/decisions/17). A prepared statement looks them up once: what is left is the driver's work.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.util import LRUCache

Convert = Callable[[Any], Any]
NOTHING: Final[Mapping[str, Any]] = {}
SHAPES: Final[LRUCache[Any, Any]] = LRUCache(500)  # the SQL of statements that differ only in their values


@dataclass(frozen=True, slots=True)
class _Ready:
    """A statement as one database's driver takes it.

    `order` names the values in their places, or is None where they go by name. `fixed` are those that the statement
    itself brings, `asked` those that come with each asking, with what their types make of them.
    """

    sql: str
    order: tuple[str, ...] | None
    fixed: dict[str, Any]
    asked: tuple[tuple[str, Convert | None], ...]
    read: tuple[tuple[int, Convert], ...]

    def values(self, given: Mapping[str, Any]) -> Any:
        named = dict(self.fixed)
        for name, convert in self.asked:
            named[name] = convert(given[name]) if convert else given[name]
        return named if self.order is None else tuple([named[name] for name in self.order])


class Prepared:
    """A statement with the `names` of the values that come with each asking; each row goes through `row`.

    Rows are read as the columns' types say. Pending changes of the session are not flushed first.
    """

    def __init__(self, statement: Executable, *names: str, row: Callable[[Sequence[Any]], Any] = tuple) -> None:
        self._statement: Any = statement
        self._names, self._row = sorted(names), row
        self._ready: dict[str, _Ready] = {}

    def rows(self, session: Session, given: Mapping[str, Any] = NOTHING) -> list[Any]:
        """All rows of the answer."""
        connection = session.connection()
        sql, values = self.said(connection.dialect, given)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(sql, values)
            found: Iterable[Sequence[Any]] = cursor.fetchall() if cursor.description else ()
        except Exception as error:
            _tell(connection, error, sql)
            raise
        finally:
            cursor.close()
        if read := self._for(connection.dialect).read:
            found = [_converted(row, read) for row in found]
        return list(map(self._row, found))

    def run(self, session: Session, given: Mapping[str, Any] = NOTHING) -> None:
        """Do what has no answer."""
        self.rows(session, given)

    def one_or_none(self, session: Session, given: Mapping[str, Any] = NOTHING) -> Any:
        """The only row there can be, or None."""
        found = self.rows(session, given)
        return found[0] if found else None

    def said(self, dialect: Dialect, given: Mapping[str, Any]) -> tuple[str, Any]:
        """What the database is sent."""
        ready = self._for(dialect)
        return ready.sql, ready.values(given)

    def _for(self, dialect: Dialect) -> _Ready:
        ready = self._ready.get(dialect.name)
        if ready is None:
            ready = self._ready[dialect.name] = _prepare(self._statement, self._names, dialect)
        return ready


def _prepare(statement: Any, names: list[str], dialect: Dialect) -> _Ready:
    """What SQLAlchemy does before each execution, done once; statements of one shape share their SQL."""
    compiled: SQLCompiler
    compiled, extracted, collected, _ = statement._compile_w_cache(
        dialect, compiled_cache=SHAPES, column_keys=names, for_executemany=False, schema_translate_map=None
    )
    if compiled.insert_prefetch or compiled.update_prefetch:
        raise TypeError(f"a value has a default that only SQLAlchemy would give: {statement}")
    fixed: dict[str, Any] = dict(
        compiled.construct_params(
            dict.fromkeys(names), extracted_parameters=extracted, escape_names=False, _collected_params=collected
        )
    )
    sql, order = compiled.string, compiled.positiontup
    converts: dict[str, Any] = dict(compiled._bind_processors)
    if compiled.post_compile_params or compiled.literal_execute_params:  # the lists of an IN
        expanded = compiled._process_parameters_for_postcompile(fixed)  # in `fixed`, too, each list becomes its items
        sql, order = expanded.statement, list(expanded.positiontup) if expanded.positiontup is not None else None
        converts |= expanded.processors
    converted = {
        name: converts[name](value) if name in converts else value for name, value in fixed.items() if name not in names
    }
    asked = tuple((name, converts.get(name)) for name in names)
    columns = enumerate(getattr(compiled, "_result_columns", ()))
    read = [(place, column.type._cached_result_processor(dialect, None)) for place, column in columns]
    return _Ready(
        sql, tuple(order) if order is not None else None, converted, asked,
        tuple((place, convert) for place, convert in read if convert),
    )  # fmt: skip


def _converted(row: Sequence[Any], read: Iterable[tuple[int, Convert]]) -> list[Any]:
    values = list(row)
    for place, convert in read:
        values[place] = convert(values[place])
    return values


def _tell(connection: Connection, error: Exception, sql: str) -> None:
    """Let SQLAlchemy hear of it, as it would by itself: it names the error, and drops a connection that is dead."""
    if isinstance(error, connection.dialect.loaded_dbapi.Error):
        connection._handle_dbapi_exception(error, sql, None, None, None)
