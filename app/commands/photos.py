"""The photos: whole, wanted, believed."""

import json
import sys
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any, Final

import anyio
import typer

from app.commands.opening import ready_database
from app.evidence.checking import check_all
from app.main import open_blobs, open_store
from app.photos.copying import copy
from app.photos.darkroom import Darkroom
from app.photos.rebuilding import rebuild
from app.photos.sweeping import sweep
from app.photos.verifying import verify
from app.settings import Settings

OPENING: Final = '{"problems": ['

photos = typer.Typer(no_args_is_help=True, help=__doc__)


@photos.command("verify")
def verify_photos(
    *, as_json: Annotated[bool, typer.Option("--json", help="One JSON document, written as it is found.")] = False
) -> None:
    """Read and hash every photo again, beside a running server; exit 1 if one is missing or damaged."""
    settings, report = Settings(), _Report(as_json)
    with ready_database(settings) as database:
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
    with ready_database(settings) as database:
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
    with ready_database(settings) as database:
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
    with ready_database(settings) as database:
        judged = anyio.run(check_all, database, Darkroom(open_blobs(settings)))
    typer.echo(f"{judged} checked")


@photos.command("rebuild")
def rebuild_pictures(
    *, anew: Annotated[bool, typer.Option("--anew", help="Also those that are there.")] = False
) -> None:
    """Make the smaller pictures that are missing, beside a running server; exit 1 if an original is lost."""
    settings = Settings()
    with ready_database(settings) as database:
        done = rebuild(database, open_blobs(settings), anew=anew)
    typer.echo(f"{done.there} photos have their pictures")
    if done.unavailable:
        typer.echo(f"only the original: {' '.join(done.unavailable)}")
    if done.lost:
        sys.exit(f"not in the store: {' '.join(done.lost)}")
