"""The keys that this server signs with."""

from typing import Annotated

import typer

from app.evidence import proof
from app.foundation import keyring
from app.foundation.keyring import Keyring
from app.settings import Settings

keys = typer.Typer(no_args_is_help=True, help=__doc__)


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
