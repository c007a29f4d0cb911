"""The command `app`: run the server, carry its data, check its journal. Settings come from the environment."""

import json
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, Final

import anyio
import typer
import uvicorn
from alembic.util.exc import CommandError
from fastapi import FastAPI

from app.demo.loader import load
from app.evidence import proof
from app.evidence.checking import check_all, keep_checking
from app.foundation import keyring, schema
from app.foundation.database import Database
from app.foundation.dialects import LONG
from app.foundation.keyring import Keyring
from app.foundation.problems import Problem
from app.journal import seals
from app.journal.audit import examine
from app.journal.events import PEN
from app.journal.sealer import keep_sealing
from app.main import create_app, open_blobs, open_store
from app.operations import archive, backup, health, logs, restore
from app.operations.founding import create_administrator
from app.people.areas import DEFAULT, load_areas
from app.photos.copying import copy
from app.photos.darkroom import Darkroom
from app.photos.rebuilding import rebuild
from app.photos.sweeping import sweep
from app.photos.verifying import verify
from app.settings import Mode, Settings
from app.web.loop_page import loop_page
from app.web.problems import problems_page

ROOT: Final = Path(__file__).resolve().parents[1]
PATIENCE_WITH_A_WORKER: Final = (
    60  # seconds until one that does not answer is replaced; on a busy machine it starts slowly
)
OPENING: Final = '{"problems": ['
LAST_ANSWERS: Final = 5  # seconds that requests under way may still take when the server is told to stop

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, help=__doc__)
audit = typer.Typer(no_args_is_help=True, help="Check the journal; works beside a running server.")
keys = typer.Typer(no_args_is_help=True, help="The keys that this server signs with.")
users = typer.Typer(no_args_is_help=True, help="People who may log in.")
photos = typer.Typer(no_args_is_help=True, help="The photos: whole, wanted, believed.")
areas = typer.Typer(no_args_is_help=True, help="Administrative divisions (区划).")
for name, group in {"audit": audit, "keys": keys, "users": users, "areas": areas, "photos": photos}.items():
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
    with _database(settings) as database:
        if demo:
            schema.upgrade(database.engine)
            _load_demo(settings, database)
        _refuse_another_revision(database)
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
    """Seal the journal and check photos, alone: what every server process does beside serving."""
    settings = Settings()
    logs.configure(settings.log_level)
    with _ready_database(settings) as database:
        anyio.run(_work_until_told_to_end, database, Darkroom(open_blobs(settings)))


async def _work_until_told_to_end(database: Database, room: Darkroom) -> None:
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(keep_sealing, database, database.carried[PEN])
            tasks.start_soon(keep_checking, database, room)
            async for _ in signals:
                tasks.cancel_scope.cancel()


@app.command()
def migrate(
    to: Annotated[str, typer.Option(help="A revision, head or base; older ones take data away.")] = "head",
) -> None:
    """Bring the database to the revision that this server was written for, or to another."""
    with _database(Settings()) as database:
        schema.move(database.engine, to)
        typer.echo(database.transact(schema.present) or "empty")


@app.command()
def demo() -> None:
    """Load the demo township (Tuqiao) into an empty database."""
    settings = Settings()
    with _ready_database(settings) as database:
        if _load_demo(settings, database):
            return
    sys.exit("the database has data: the demo is only loaded into an empty one")


def _load_demo(settings: Settings, database: Database) -> bool:
    """Whether the database was empty, and now has the demo in it."""
    if database.transact(archive.inhabited):
        return False
    load(database, open_blobs(settings), _carrying_keys(settings, database))
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
    with _ready_database(settings) as database:
        end = backup.backup(database, open_blobs(settings), settings.keys, file)
    typer.echo(f"{file}: {end.photos} photos")
    if end.missing:
        sys.exit(f"missing or damaged in the store, and so in the backup: {' '.join(end.missing)}")


@app.command("restore")
def put_back(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Put a backup back into an empty database of either kind, all of it or nothing."""
    settings = Settings()
    with _database(settings) as database:
        manifest = restore.restore(database, open_blobs(settings), settings.keys, file)
    typer.echo(f"{sum(manifest.rows.values())} rows, {manifest.photos} photos, head {manifest.head or 'none'}")


@audit.command("verify")
def verify_journal(
    against: Annotated[str | None, typer.Option(help="A head that you kept: shows if the tail was cut.")] = None,
) -> None:
    """Recompute every event and seal; on a break, name the first and exit 1."""
    settings = Settings()
    if not (settings.keys / "keyring.json").exists():
        sys.exit(f"there are no keys in {settings.keys}: set DATA_DIR")
    with _ready_database(settings) as database:
        check = partial(examine, keys=database.carried[PEN], against=against)
        seen = database.transact(check, patience=LONG, snapshot=True)
    typer.echo(
        f"events {seen.events} ({seen.unsealed} not yet sealed)\nseals  {seen.seals}\nhead   {seen.head or 'none'}"
    )
    if seen.broken:
        place = seen.broken
        sys.exit(f"BROKEN: {place.reason}: position {place.position}, subject {place.subject_id}, event {place.number}")
    typer.echo("whole")


@audit.command()
def head() -> None:
    """The digest of the newest seal: keep it elsewhere, and give it to `verify --against`."""
    with _ready_database(Settings()) as database:
        newest = database.transact(seals.head)
    if newest is None:
        sys.exit("nothing has been sealed yet")
    typer.echo(newest.digest)


@audit.command("verify-bundle")
def verify_bundle(
    file: Annotated[Path, typer.Argument(help="What GET /hazards/{id}/bundle.zip gave.", exists=True, dir_okay=False)],
    key: Annotated[
        list[Path] | None, typer.Option(help="The server's public key, from `app keys public`.", exists=True)
    ] = None,
    head: Annotated[str | None, typer.Option(help="The digest of a seal that must be in it.")] = None,
) -> None:
    """Check the evidence of a hazard, without database and settings; if it is broken, say where and exit 1."""
    try:
        found = proof.verify(file, [path.read_bytes() for path in key or ()], head)
    except proof.BrokenBundle as broken:
        sys.exit(f"BROKEN: {broken}")
    typer.echo(f"hazard {found.number}, as of {found.made_at}")
    typer.echo(f"events {found.events} ({found.events - found.sealed} not yet sealed)\nhead   {found.head or 'none'}")
    typer.echo(f"photos {found.photos} ({found.unnamed} that no event names)")
    for photo in found.absent:
        typer.echo(f"not in it: {photo}")
    for fingerprint in found.keys:
        typer.echo(f"key    {fingerprint}{'' if key else ' (its own word: compare it with the server, or give --key)'}")
    typer.echo("whole")


@keys.command()
def public() -> None:
    """The public keys that seals and bundles are checked with, as PEM; publish them."""
    for key_id, key in keyring.public_keys(Settings().keys).items():
        typer.echo(
            f"seal's key {key_id}, SHA-256 {proof.fingerprint(key)}\n{keyring.public_pem(key).decode()}", nl=False
        )


@keys.command()
def rotate(*, seal: Annotated[bool, typer.Option("--seal", help="Also a new key for seals.")] = False) -> None:
    """Make a new key; what older ones signed stays valid. Restart every server process afterwards."""
    folder = Settings().keys
    Keyring.open(folder)
    typer.echo(f"key {keyring.add_secret(folder)}")
    if seal:
        typer.echo(f"seal's key {keyring.add_sealing_key(folder)}")


@users.command("create")
def create_first(
    username: str,
    name: Annotated[str, typer.Option(help="As it stands in the journal.")],
    area: Annotated[str, typer.Option(help="12 digits; the subtree that the administrator looks after.")],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, envvar="PASSWORD")],
) -> None:
    """Create an administrator: the first one, who creates the others."""
    create = partial(create_administrator, username=username, name=name, area_code=area, password=password)
    with _ready_database(Settings()) as database:
        typer.echo(database.transact(create, writes=True))


@areas.command("load")
def bring_in(file: Annotated[Path, typer.Argument(help="CSV with code and name.", exists=True)] = DEFAULT) -> None:
    """Bring in divisions; without a file those of Tongliang. Names that changed are changed; nothing goes."""
    with _ready_database(Settings()) as database:
        new = database.transact(partial(load_areas, path=file), patience=LONG, writes=True)
    typer.echo(f"{new} new areas")


@photos.command("verify")
def verify_photos(
    *, as_json: Annotated[bool, typer.Option("--json", help="One JSON document, written as it is found.")] = False
) -> None:
    """Read and hash every photo again, beside a running server; exit 1 if one is missing or damaged."""
    settings, report = Settings(), _Report(as_json)
    with _ready_database(settings) as database:
        seen = verify(database, open_blobs(settings), report.tell)
    report.end(seen)
    if not seen.whole:
        sys.exit("photos are missing or damaged")


@photos.command("sweep")
def sweep_photos(
    *,
    older_than: Annotated[int, typer.Option(min=1, help="Days since they were sent.")] = 30,
    yes: Annotated[
        bool, typer.Option("--yes", "--delete", help="Remove them; otherwise they are only counted.")
    ] = False,
) -> None:
    """Remove photos that no record names, and objects that no row names; safe beside a running server."""
    settings = Settings()
    with _ready_database(settings) as database:
        swept = sweep(database, open_blobs(settings), timedelta(days=older_than), really=yes)
    photos, objects = f"{swept.photos} photos ({swept.photo_bytes} bytes)", f"{swept.objects} other objects"
    objects += f" ({swept.object_bytes} bytes)"
    typer.echo(f"removed {photos}, {objects}" if yes else f"would remove {photos}, {objects}: add --yes to do so")


@photos.command("copy")
def copy_photos(
    to: Annotated[
        str, typer.Option(help="A folder or s3://bucket/prefix; empty: from BLOBS_BEFORE to BLOBS_URL.")
    ] = "",
) -> None:
    """Carry every photo to another store, beside a running server; goes on where it was cut short. Exit 1 if one is
    missing or damaged where it comes from."""
    settings, report = Settings(), _Report(as_json=False)
    if not to and not settings.blobs_before:
        sys.exit("where to? Give --to, or set BLOBS_BEFORE")
    source = open_blobs(settings) if to else open_store(settings, settings.blobs_before)
    with _ready_database(settings) as database:
        done = copy(database, source, open_store(settings, to or settings.blobs), report.tell)
    report.end(done)
    if not done.whole:
        sys.exit("photos are missing or damaged where they come from")


class _Report:
    """What a command finds, told as it is found: a line each, or one JSON document."""

    def __init__(self, as_json: bool) -> None:
        self.as_json, self.begun = as_json, False

    def tell(self, problem: dict[str, Any]) -> None:
        if self.as_json:
            typer.echo(("," if self.begun else OPENING) + "\n  " + json.dumps(problem))
            self.begun = True
        else:
            typer.echo("  ".join(filter(None, problem.values())))

    def end(self, seen: Any) -> None:
        """With the sum of it."""
        counts = asdict(seen)
        if self.as_json:
            typer.echo(("\n" if self.begun else OPENING) + "], " + json.dumps(counts)[1:])
            return
        for name, count in counts.items():
            typer.echo(f"{name.replace('_', ' ')} {count}")


@photos.command("check")
def check_photos() -> None:
    """Check every photo that proves something and has not been checked; servers do so by themselves."""
    settings = Settings()
    with _ready_database(settings) as database:
        judged = anyio.run(check_all, database, Darkroom(open_blobs(settings)))
    typer.echo(f"{judged} checked")


@photos.command("rebuild")
def rebuild_pictures(
    *, anew: Annotated[bool, typer.Option("--anew", help="Also those that are there.")] = False
) -> None:
    """Make the smaller pictures that are missing, beside a running server; exit 1 if an original is lost."""
    settings = Settings()
    with _ready_database(settings) as database:
        done = rebuild(database, open_blobs(settings), anew=anew)
    typer.echo(f"{done.there} photos have their pictures")
    if done.unavailable:
        typer.echo(f"only the original: {' '.join(done.unavailable)}")
    if done.lost:
        sys.exit(f"not in the store: {' '.join(done.lost)}")


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    if not settings.database_url:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database, threads=1)
    try:
        yield database
    finally:
        database.engine.dispose()


@contextmanager
def _ready_database(settings: Settings) -> Iterator[Database]:
    """The database at the right revision, with the keyring that events are marked with."""
    if not settings.database_url and not (settings.data_dir / "app.db").exists():
        sys.exit(f"there is no database in {settings.data_dir}: run `app migrate`, or set DATA_DIR")
    with _database(settings) as database:
        _refuse_another_revision(database)
        _carrying_keys(settings, database)
        yield database


def _carrying_keys(settings: Settings, database: Database) -> Keyring:
    keys = Keyring.open(settings.keys, settings.secret or None)
    database.carried[PEN] = keys
    return keys


def _refuse_another_revision(database: Database) -> None:
    present = database.transact(schema.present)
    if present != schema.wanted():
        sys.exit(f"the database is at revision {present or 'none'}, not {schema.wanted()}: run `app migrate`")


if __name__ == "__main__":
    main()
