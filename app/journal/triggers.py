"""Insert-only, enforced by the database: what the journal says is never changed, whoever has the password.

An event begins without a position, and the sealer gives it one once; routing follows a subject that moves; a text may
be taken out, never put back. All else is refused. (A database's owner can drop a trigger: that is what seals and
`app audit verify` are for.)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, text

from app.foundation.database import is_sqlite

KEPT: Final = (
    "sequence", "subject_kind", "subject_id", "number", "action", "actor_id", "at", "received_at", "data_digest",
    "previous", "digest", "mark",
)  # fmt: skip
CHANGED: Final = (
    " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in KEPT)
    + " OR (NEW.data IS NOT NULL AND NEW.data IS DISTINCT FROM OLD.data)"
    + " OR (OLD.position IS NOT NULL AND NEW.position IS DISTINCT FROM OLD.position)"
)
GUARDS: Final = (
    ("events_begin", "events", "INSERT", "NEW.position IS NOT NULL"),
    ("events_stay", "events", "UPDATE", CHANGED),
    ("events_remain", "events", "DELETE", "TRUE"),
    ("seals_stay", "seals", "UPDATE", "TRUE"),
    ("seals_remain", "seals", "DELETE", "TRUE"),
)


def install(connection: Connection) -> None:
    """Guard the journal's tables."""
    if is_sqlite(connection):
        for name, table, verb, condition in GUARDS:
            unlike = condition.replace("IS DISTINCT FROM", "IS NOT")
            refusal = "BEGIN SELECT RAISE(ABORT, 'the journal is insert-only'); END"
            connection.execute(text(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN {unlike} {refusal}"))
        return
    connection.execute(
        text(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the journal is insert-only'; END $$"
        )
    )
    for name, table, verb, condition in GUARDS:
        each = f"FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION refuse_change()"
        connection.execute(text(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} {each}"))
    for table in ("events", "seals"):
        each = "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        connection.execute(text(f"CREATE TRIGGER {table}_kept BEFORE TRUNCATE ON {table} {each}"))


def remove(connection: Connection) -> None:
    """Lift the guards, for whoever takes the schema back."""
    for name, table, _, _ in GUARDS:
        connection.execute(text(f"DROP TRIGGER {name}" + ("" if is_sqlite(connection) else f" ON {table}")))
    if not is_sqlite(connection):
        for table in ("events", "seals"):
            connection.execute(text(f"DROP TRIGGER {table}_kept ON {table}"))
        connection.execute(text("DROP FUNCTION refuse_change()"))


@contextmanager
def lifted(connection: Connection) -> Iterator[None]:
    """Lift the guards within a transaction that puts back a journal as it was."""
    remove(connection)
    yield
    install(connection)
