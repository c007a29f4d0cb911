"""Insert-only, enforced by the database: what the journal says is never changed, whoever has the password.

An event begins without a position, and the sealer gives it one once; routing follows a subject that moves; a text may
be taken out, never put back. All else is refused. (A database's owner can drop a trigger: that is what seals and
`app audit verify` are for.)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection

from app.foundation.dialects import guard, unguard

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
    for name, table, verb, condition in GUARDS:
        guard(connection, name, table, verb, condition)


def remove(connection: Connection) -> None:
    """Lift the guards, for whoever takes the schema back."""
    for name, table, _, _ in GUARDS:
        unguard(connection, name, table)


@contextmanager
def lifted(connection: Connection) -> Iterator[None]:
    """Lift the guards within a transaction that puts back a journal as it was."""
    remove(connection)
    yield
    install(connection)
