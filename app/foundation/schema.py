"""The schema's revisions: which this server knows, which the database has, and the way between."""

from functools import cache
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.orm import Session

MIGRATIONS: Final = Path(__file__).resolve().parents[2] / "migrations"


def _config(engine: Engine | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database to a revision, or leave it as it was."""
    command.upgrade(_config(engine), revision)


def move(engine: Engine, revision: str) -> None:
    """Bring the database to a revision, up or down; `base` is the empty database."""
    with Session(engine) as session:
        here = present(session)
    passed = {"base"}
    if here and revision not in ("head", "base"):
        passed |= {each.revision for each in ScriptDirectory.from_config(_config()).iterate_revisions(here, "base")}
    if here and revision in passed - {here}:
        downgrade(engine, revision)
    else:
        upgrade(engine, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database back to an older revision."""
    command.downgrade(_config(engine), revision)


@cache
def wanted() -> str | None:
    """The revision that this server was written for."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def present(session: Session) -> str | None:
    """The revision that the database has; None if it is empty."""
    return MigrationContext.configure(session.connection()).get_current_revision()
