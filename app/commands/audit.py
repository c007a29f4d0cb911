"""Checking the journal, and what was written out of it."""

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from app.commands.opening import ready_database
from app.evidence import proof
from app.foundation.dialects import LONG
from app.journal import seals
from app.journal.audit import examine
from app.journal.events import PEN
from app.settings import Settings

audit = typer.Typer(no_args_is_help=True, help="Check the journal; works beside a running server.")


@audit.command("verify")
def verify_journal(
    against: Annotated[str | None, typer.Option(help="A head that you kept: shows if the tail was cut.")] = None,
) -> None:
    """Recompute every event and seal; on a break, name the first and exit 1."""
    settings = Settings()
    if not (settings.keys / "keyring.json").exists():
        sys.exit(f"there are no keys in {settings.keys}: set DATA_DIR")
    with ready_database(settings) as database:
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
    with ready_database(Settings()) as database:
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
