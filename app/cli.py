"""The command `app`: run the server, carry its data, check its journal. Settings come from the environment."""

import json
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Annotated, Final

import anyio
import typer
import uvicorn
from alembic.util.exc import CommandError
from fastapi import FastAPI

from app.commands.audit import audit
from app.commands.keys import keys
from app.commands.kinds import evaluate_kinds, learn_kinds
from app.commands.opening import carrying_keys, opened, ready_database, refuse_another_revision
from app.commands.photos import photos
from app.commands.sorting import sorting
from app.demo.loader import load
from app.foundation import schema
from app.foundation.database import Database
from app.foundation.dialects import LONG
from app.foundation.problems import Problem
from app.journal.events import PEN
from app.main import create_app, open_blobs, start_chores
from app.operations import archive, backup, health, logs, restore
from app.operations.founding import create_administrator
from app.people.areas import DEFAULT, load_areas
from app.photos.darkroom import Darkroom
from app.settings import Mode, Settings
from app.web.loop_page import loop_page
from app.web.problems import problems_page

ROOT: Final = Path(__file__).resolve().parents[1]
PATIENCE_WITH_A_WORKER: Final = 60  # seconds until one that does not answer is replaced; a busy machine starts slowly
LAST_ANSWERS: Final = 5  # seconds that requests under way may still take when the server is told to stop

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, help=__doc__)
users = typer.Typer(no_args_is_help=True, help="People who may log in.")
areas = typer.Typer(no_args_is_help=True, help="Administrative divisions (区划).")
GROUPS: Final = {
    "audit": audit, "keys": keys, "users": users, "areas": areas, "photos": photos, "sorting": sorting,
}  # fmt: skip
sorting.command("learn-kinds")(learn_kinds)
sorting.command("evaluate-kinds")(evaluate_kinds)
for name, group in GROUPS.items():
    app.add_typer(group, name=name)


def main() -> None:
    """Run the command; what goes wrong is one sentence, and exit code 1."""
    try:
        app()
    except Problem as problem:
        sys.exit(f"{problem.particular}: {problem.detail.en}")
    except (restore.NotRestored, OSError, ValueError, CommandError) as error:
        sys.exit(f"{type(error).__name__}: {error}")


@app.command()
def serve(
    *, demo: Annotated[bool, typer.Option("--demo", help="Migrate, and load the demo township.")] = False
) -> None:
    """Serve until SIGTERM. Refuses a database at another revision, unless it may migrate (--demo)."""
    signal.signal(signal.SIGTERM, _end)  # uvicorn stops first, and then lets the signal take its course
    if demo:
        os.environ["MODE"] = Mode.DEMO
    settings = Settings()
    settings.refuse_weak_secrets()
    with opened(settings) as database:
        if demo:
            schema.upgrade(database.engine)
            _load_demo(settings, database)
        refuse_another_revision(database)
    _share_metrics(settings)
    logs.configure(settings.log_level)
    typer.echo(f"http://{settings.host}:{settings.port}/docs  (PID {os.getpid()})")
    if demo:
        typer.echo("log in as supervisor, manager, safety-officer, team-leader …, password tuqiao-demo")
    uvicorn.run(
        "app.cli:application", factory=True, host=settings.host, port=settings.port, workers=settings.workers,
        log_config=None, access_log=False, timeout_graceful_shutdown=LAST_ANSWERS,
        timeout_worker_healthcheck=PATIENCE_WITH_A_WORKER,
    )  # fmt: skip


def application() -> FastAPI:
    """What every process of the server runs."""
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    settings = Settings()
    logs.configure(settings.log_level)
    return create_app(settings)


def _end_with_the_server() -> None:
    """Let no process outlive a server that was killed: it would keep the port."""
    server = multiprocessing.parent_process()
    if server:
        server.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _end(_: int, __: FrameType | None) -> None:
    sys.exit(0)


def _share_metrics(settings: Settings) -> None:
    """Where several processes add up what they count, since the start of this server."""
    if settings.workers > 1:
        folder = settings.data_dir / "metrics"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        os.environ[health.SHARED] = str(folder)


@app.command()
def worker() -> None:
    """Seal the journal, check photos and tidy uploads up, alone: what every server process does beside serving."""
    settings = Settings()
    logs.configure(settings.log_level)
    with ready_database(settings) as database:
        anyio.run(_work_until_told_to_end, database, Darkroom(open_blobs(settings)))


async def _work_until_told_to_end(database: Database, room: Darkroom) -> None:
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async with anyio.create_task_group() as tasks:
            start_chores(tasks, database, database.carried[PEN], room, checks=True)
            async for _ in signals:
                tasks.cancel_scope.cancel()


@app.command()
def migrate(
    to: Annotated[str, typer.Option(help="A revision, head or base; older ones take data away.")] = "head",
) -> None:
    """Bring the database to the revision that this server was written for, or to another."""
    with opened(Settings()) as database:
        schema.move(database.engine, to)
        typer.echo(database.transact(schema.present) or "empty")


@app.command()
def demo() -> None:
    """Load the demo township (Tuqiao) into an empty database."""
    settings = Settings()
    with ready_database(settings) as database:
        if _load_demo(settings, database):
            return
    sys.exit("the database has data: the demo is only loaded into an empty one")


def _load_demo(settings: Settings, database: Database) -> bool:
    """Whether the database was empty, and now has the demo in it."""
    if database.transact(archive.inhabited):
        return False
    load(database, open_blobs(settings), carrying_keys(settings, database))
    return True


@app.command()
def openapi(
    *, check: Annotated[bool, typer.Option("--check", help="Only compare; exit 1 if it differs.")] = False
) -> None:
    """Write openapi/openapi.json, docs/loop.md and docs/problems.md from the code."""
    with tempfile.TemporaryDirectory() as folder:
        described = create_app(Settings.model_construct(data_dir=Path(folder))).openapi()
    pages = {
        "openapi/openapi.json": json.dumps(described, ensure_ascii=False, indent=2) + "\n",
        "docs/loop.md": loop_page(),
        "docs/problems.md": problems_page(),
    }
    for name, text in pages.items():
        file = ROOT / name
        if check and (not file.exists() or file.read_text("utf-8") != text):
            sys.exit(f"{name} is not what the code says: run `app openapi`")
        if not check:
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, "utf-8")


@app.command("backup")
def back_up(file: Annotated[Path, typer.Argument(help="A new file. It will hold SECRETS: keep it safe.")]) -> None:
    """Copy database, keys and photos into one file, beside a running server."""
    settings = Settings()
    with ready_database(settings) as database:
        end = backup.backup(database, open_blobs(settings), settings.keys, file)
    typer.echo(f"{file}: {end.photos} photos")
    if end.missing:
        sys.exit(f"missing or damaged in the store, and so in the backup: {' '.join(end.missing)}")


@app.command("restore")
def put_back(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Put a backup back into an empty database of either kind, all of it or nothing."""
    settings = Settings()
    with opened(settings) as database:
        manifest = restore.restore(database, open_blobs(settings), settings.keys, file)
    typer.echo(f"{sum(manifest.rows.values())} rows, {manifest.photos} photos, head {manifest.head or 'none'}")


@users.command("create")
def create_first(
    username: str,
    name: Annotated[str, typer.Option(help="As it stands in the journal.")],
    area: Annotated[str, typer.Option(help="12 digits; the subtree that the administrator looks after.")],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, envvar="PASSWORD")],
) -> None:
    """Create an administrator: the first one, who creates the others."""
    create = partial(create_administrator, username=username, name=name, area_code=area, password=password)
    with ready_database(Settings()) as database:
        typer.echo(database.transact(create, writes=True))


@areas.command("load")
def bring_in(file: Annotated[Path, typer.Argument(help="CSV with code and name.", exists=True)] = DEFAULT) -> None:
    """Bring in divisions; without a file those of Tongliang. Names that changed are changed; nothing goes."""
    with ready_database(Settings()) as database:
        new = database.transact(partial(load_areas, path=file), patience=LONG, writes=True)
    typer.echo(f"{new} new areas")


if __name__ == "__main__":
    main()
